"""What every served mart must say of the golden week, from its classified rows and the facts; no SQL.

Shares come from golden_tables.py; here they are put into the marts that print them, with what each mart adds.
What is only counted stands in golden_counts.py.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from by_hand import GRID, T_AT_GRID
from concentration_by_hand import statistics
from figures_by_hand import baselines, listings, mover, surveyed, wages, wilson, zones
from scipy import stats

from economic_index.contracts.reference import BANK_LINKS
from economic_index.taxonomy import facts
from tests.orchestration.golden_tables import GoldenWeek

LARGEST = {"soc_group": 6, "occupation": 10, "statement": 10}  # nodes of mart_hierarchy under one parent


def shares(measure: str, cell: str, group: str = "") -> Callable[[GoldenWeek], pd.DataFrame]:
    """Rows of one measure under the mart's own names of cell and group."""

    def rows(week: GoldenWeek) -> pd.DataFrame:
        found = week.rows[week.rows["measure"] == measure].rename(columns={"cell": cell})
        return found.rename(columns={"group": group}) if group else found

    return rows


def trend(week: GoldenWeek) -> pd.DataFrame:
    return week.rows[week.rows["measure"].isin(["soc_group", "collaboration", "automation"])]


def employment() -> pd.Series:
    """Share of each SOC group in employment."""
    found = facts.load("labour_market").query("soc_taxonomy == 'soc_group' and year == 2023")
    workers = found.set_index("occupation_code")["employment"]
    return workers / workers.sum()


def employment_of_groups(week: GoldenWeek) -> pd.DataFrame:
    groups = facts.load("soc_groups")["soc_group"]
    return pd.DataFrame({"soc_group": groups, "employment_share": groups.map(employment())})


def soc_groups(week: GoldenWeek) -> pd.DataFrame:
    rows = shares("soc_group", "soc_group")(week)
    baseline = rows["soc_group"].map(employment())
    rows = rows.assign(employment_share=baseline)
    for end in ("", "_lo", "_hi"):
        rows[f"representation_ratio{end}"] = rows[f"usage_share{end}"] / baseline
    return rows


def wage_rows(week: GoldenWeek) -> pd.DataFrame:
    rows = shares("occupation", "onet_soc_code")(week)
    rows = rows[~rows["onet_soc_code"].str.startswith("_")]
    return rows.assign(median_wage=rows["onet_soc_code"].map(wages()["median_wage"]), wage_year=2023)


def baseline_errors() -> pd.Series:
    """Relative standard error of each zone's employment: a survey code has one error in a zone."""
    rows = surveyed().assign(zone=lambda rows: rows["from_code"].map(zones())).dropna(subset=["zone", "workers"])
    codes = rows.groupby(["zone", "occupation_code"]).agg(workers=("workers", "sum"), rse=("employment_rse", "first"))
    squares = ((codes["workers"] * codes["rse"].fillna(0)) ** 2).groupby("zone").sum()
    return np.sqrt(squares) / codes["workers"].groupby("zone").sum()


def job_zones(week: GoldenWeek) -> pd.DataFrame:
    """Each zone against four baselines; the error of employment is that of the survey (method 5.3)."""
    shares_of, errors = baselines(), baseline_errors()
    frames = []
    for baseline in shares_of:
        rows = shares("job_zone", "job_zone")(week)
        share = rows["job_zone"].map(shares_of[baseline])
        p = rows["usage_share"].where((rows["footing"] == "of_classified") & ~rows["is_suppressed"])
        variance = rows["deff"] * p * (1 - p) / rows["n"]
        sigma = np.sqrt(variance / p**2 + rows["job_zone"].map(errors) ** 2)
        half = np.interp(1 / rows["df"], GRID, T_AT_GRID) * sigma
        is_noisy = baseline in ("employment", "wage bill")
        ratio = p / share
        lo, hi = (rows[f"usage_share{end}"].where(p.notna()) / share for end in ("_lo", "_hi"))
        frames.append(
            rows.assign(
                baseline=baseline,
                baseline_share=share,
                representation_ratio=ratio,
                representation_ratio_lo=ratio * np.exp(-half) if is_noisy else lo,
                representation_ratio_hi=ratio * np.exp(half) if is_noisy else hi,
            )
        )
    return pd.concat(frames)


def group_of_statement() -> pd.Series:
    """The group of most of the occupations that list a statement, the first of equals."""
    rows = listings().assign(group=lambda rows: rows["onet_soc_code"].str[:2])
    counted = rows.groupby(["statement_hash", "group"]).size().rename("n").reset_index()
    ordered = counted.sort_values(["statement_hash", "n", "group"], ascending=[True, False, True])
    return ordered.drop_duplicates("statement_hash").set_index("statement_hash")["group"]


def hierarchy(week: GoldenWeek) -> pd.DataFrame:
    """The largest groups, and the largest occupations and tasks of each."""
    frames = []
    for footing in ("of_all", "of_classified"):
        groups: set[str] = set()
        for measure, limit in LARGEST.items():
            rows = week.shown(measure, footing).rename_axis("node_id").reset_index()
            parents = {"occupation": rows["node_id"].str[:2], "statement": rows["node_id"].map(group_of_statement())}
            rows["parent"] = parents.get(measure, pd.Series("", index=rows.index))
            # equal shares are equal: sums in another order differ in their last digit
            rows = rows.assign(size=-rows["usage_share"].round(12)).sort_values(["parent", "size", "node_id"])
            rows["node_rank"] = rows.groupby("parent").cumcount() + 1
            rows = rows[rows["node_rank"] <= limit]
            groups = set(rows["node_id"]) if measure == "soc_group" else groups
            rows = rows if measure == "soc_group" else rows[rows["parent"].isin(groups)]
            frames.append(rows.assign(level={"statement": "task"}.get(measure, measure)))
    return pd.concat(frames)


def concentration(week: GoldenWeek) -> pd.DataFrame:
    """Of a week alone there is no interval, and no chance that two users agree: their users were assigned."""
    top = week.shown("statement").nlargest(10, "usage_share")
    of_top = week.world.mappings[week.world.mappings["node_id"].isin(top.index)]["conversation_id"].nunique()
    whole, classified = week.tables["statement", ""].whole.values()
    use = week.tables["statement", ""].cells.groupby("cell")["weight"].sum()
    use = use[~use.index.str.startswith("_")]
    found = statistics(pd.DataFrame([use]), set(top.index), listings()["statement_hash"].nunique())
    rows = []
    for footing, denominator in (("of_all", whole.sum()), ("of_classified", classified.sum())):
        for statistic in ("top_1_task", "top_10_tasks", "gini_of_tasks"):
            if footing == "of_classified" or statistic != "gini_of_tasks":
                row = {"footing": footing, "statistic": statistic, "denominator": denominator}
                row["value"] = found[statistic] * (classified.sum() / denominator)
                row["n_cells"] = {"top_1_task": 1, "top_10_tasks": len(top)}.get(statistic, np.nan)
                row["n_conversations"] = of_top if statistic == "top_10_tasks" else len(classified)
                rows.append(row | dict.fromkeys(("value_lo", "value_hi", "df"), np.nan))
    return pd.DataFrame(rows)


def headlines(week: GoldenWeek) -> pd.DataFrame:
    group = week.shown("soc_group").sort_values("usage_share").iloc[-1]
    numbers = {"largest_soc_group": group.name}
    for name, row in {
        "occupational": week.shown("is_occupational").loc["true"],
        "largest_soc_group": group,
        "automation": week.shown("automation").loc["automation"],
    }.items():
        numbers |= {f"{name}_share{end}": row[f"usage_share{end}"] for end in ("", "_lo", "_hi")}
    for name, measure in (("screen", "is_occupational"), ("task", "statement")):
        rows = week.rows[(week.rows["measure"] == measure) & (week.rows["footing"] == "of_all")]
        lost = rows.set_index("cell")["usage_share"]
        numbers[f"{name}_unclassified_share"] = lost.reindex(["_unclassified", "_failed"]).sum()
    numbers["top_10_tasks_share"] = week.shown("statement")["usage_share"].nlargest(10).sum()
    return pd.DataFrame([numbers | {"conversations": len(week.world.conversations), "users": np.nan}])


def published_shares() -> pd.DataFrame:
    """Share of each group, pattern and mode in each published release, and the conversations behind them."""
    cells = facts.load("published_cells").query("geography == 'global' and conversation_count.notna()", engine="python")
    cells = cells[~cells["node_id"].isin(["none", "not_classified"])].assign(
        n=cells["conversation_count"].astype(float)
    )
    listed = listings()
    listed["part"] = 1 / listed.groupby("statement_hash")["onet_soc_code"].transform("size")
    tasks = cells[cells["facet"] == "onet_task"].merge(listed, left_on="node_id", right_on="statement_hash")
    tasks = tasks.assign(measure="soc_group", cell=tasks["onet_soc_code"].str[:2], n=tasks["n"] * tasks["part"])
    patterns = cells[cells["variable"] == "collaboration_pct"]
    patterns = patterns.assign(measure="collaboration", cell=patterns["node_id"])
    is_automation = patterns["cell"].isin(["directive", "feedback_loop"])
    modes = patterns.assign(measure="automation", cell=np.where(is_automation, "automation", "augmentation"))
    keys = ["release", "platform", "measure"]
    found = pd.concat([tasks, patterns, modes]).groupby([*keys, "cell"])[["n"]].sum()
    whole = found.groupby(keys)["n"].transform("sum")
    return pd.DataFrame({"published_share": found["n"] / whole, "n_published": whole.round()}).reset_index()


def published_comparison(week: GoldenWeek) -> pd.DataFrame:
    """Groups on the published footing: what is rare is dropped first."""
    frames = []
    measures = {"soc_group": "soc_group_floored_first", "collaboration": "collaboration", "automation": "automation"}
    for measure, theirs in published_shares().groupby("measure"):
        ours = week.shown(measures[str(measure)])
        rows = ours.drop(columns="measure").rename_axis("cell").reset_index().merge(theirs, on="cell")
        rows["published_deff"] = max(1.0, ours["deff"].median())
        ends = []
        for _, row in rows.iterrows():
            p = row["published_share"]
            theirs_with_ends = (p, *wilson(p, row["n_published"] / row["published_deff"]))
            ends.append(mover(theirs_with_ends, tuple(row[f"usage_share{end}"] for end in ("", "_lo", "_hi")), 0))
        rows["share_difference"] = rows["usage_share"] - rows["published_share"]
        rows[["share_difference_lo", "share_difference_hi"]] = ends
        frames.append(rows.drop(columns="n_conversations").rename(columns={"n": "n_conversations"}))
    return pd.concat(frames)


def wage_correlation(week: GoldenWeek) -> pd.DataFrame:
    """Rank correlation of wage and use over occupations that the bank reaches; occupations as a sample."""
    links = week.world.lake.read(BANK_LINKS).query("onet_version == '20.1'")
    reached = set(listings().merge(links, on="statement_hash")["onet_soc_code"])
    wage = wages()["median_wage"].dropna()
    wage = wage[wage.index.isin(reached)]
    # unfloored: a hidden occupation is used as well
    use = (
        week.tables["occupation", ""].cells.groupby("cell")["weight"].sum().reindex(wage.index, fill_value=0.0).round(9)
    )
    value, n = float(stats.spearmanr(use, wage).statistic), len(wage)
    half = 1.959964 * np.sqrt((1 + value**2 / 2) / (n - 3))
    lo, hi = np.tanh(np.arctanh(value) + np.array([-half, half]))
    classified = week.shown("occupation")["n"].iloc[0]
    numbers = {"value": value, "value_lo": lo, "value_hi": hi, "n_occupations": n, "n_conversations": classified}
    return pd.DataFrame([{"statistic": "spearman", "n_users": np.nan} | numbers])
