"""What the share marts must say, from the answers alone: pandas and numpy, without a line of the project's SQL.

Floors are checked as properties in test_build.py; here nothing is hidden.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

import numpy as np
import pandas as pd
from scipy import stats
from worlds import World

from economic_index.taxonomy import facts

FAILED = ("refused", "truncated", "unparsable", "over_budget", "dead")
AUTOMATION = {"directive": "automation", "feedback_loop": "automation"}
AUGMENTATION = dict.fromkeys(("task_iteration", "learning", "validation"), "augmentation")
GRID = np.arange(1002) / 1000
T_AT_GRID = np.array([stats.norm.ppf(0.975), *stats.t.ppf(0.975, 1000 / np.arange(1, 1002))])
P, R = ParamSpec("P"), TypeVar("R")


def once(compute: Callable[P, R]) -> Callable[P, R]:
    """What many tests ask for is computed once; each gets a copy of its own."""
    found = lru_cache(maxsize=8)(compute)

    @wraps(compute)
    def of(*args: P.args, **kwargs: P.kwargs) -> R:
        return deepcopy(found(*args, **kwargs))

    return of


@dataclass(frozen=True)
class Share:
    """One share by the formulas of method 5.1."""

    share: float
    lo: float
    hi: float
    n_eff: float
    deff: float
    df: float
    numerator: float
    denominator: float
    conversations: int
    users: int


def _state_cell(state: str, value: object) -> str:
    if state == "answered":
        return str(value)
    return "_failed" if state in FAILED else "_unclassified"


@once
def label_cells(world: World) -> dict[str, pd.DataFrame]:
    """Conversation, cell and weight of each facet with one label."""
    facets = world.facets.merge(world.conversations[["conversation_id", "weight"]], on="conversation_id")
    cells = {}
    for facet in ("collaboration", "use_case", "intent", "language", "is_occupational"):
        pairs = zip(facets[f"{facet}_state"], facets[facet], strict=True)
        cells[facet] = facets[["conversation_id", "weight"]].assign(cell=[_state_cell(s, v) for s, v in pairs])
    cells["is_occupational"]["cell"] = cells["is_occupational"]["cell"].str.lower()
    cells["collaboration"]["cell"] = cells["collaboration"]["cell"].replace("none", "_none")
    cells["automation"] = cells["collaboration"].replace({"cell": AUTOMATION | AUGMENTATION})
    return cells


@once
def skill_cells(world: World) -> pd.DataFrame:
    """One row per conversation and skill shown; a conversation counts in full in each of its skills."""
    asked = world.facets.merge(world.conversations[["conversation_id", "weight"]], on="conversation_id")
    rows = [
        (conversation_id, weight, cell)
        for conversation_id, weight, state, skills in zip(
            asked["conversation_id"], asked["weight"], asked["skills_state"], asked["skills"], strict=True
        )
        for cell in ([_state_cell(state, "")] if state != "answered" else list(skills) or ["_none"])
    ]
    return pd.DataFrame(rows, columns=["conversation_id", "weight", "cell"])


def statement_cell(level: str, node_id: str, state: str) -> str:
    """The cell of a pick at the level of statements."""
    if state == "not_occupational":
        return "_not_occupational"
    if state in FAILED:
        return "_failed"
    return {"none": "_none", "task": node_id}.get(level, "_unclassified")


@once
def mapping_cells(world: World) -> dict[str, pd.DataFrame]:
    """Cells of statement, occupation, SOC group and job zone: each pick's weight, split 1/n to occupations."""
    picks = world.mappings.merge(world.conversations[["conversation_id", "weight"]], on="conversation_id")
    picks["weight"] = picks["weight_x"] * picks["weight_y"]
    triples = zip(picks["level"], picks["node_id"], picks["state"], strict=True)
    picks["statement"] = [statement_cell(*triple) for triple in triples]
    tasks = facts.load("onet_tasks").query("onet_version == '20.1'")
    listed = tasks[["statement_hash", "onet_soc_code"]].drop_duplicates()
    listed = listed.assign(part=1 / listed.groupby("statement_hash")["onet_soc_code"].transform("size"))
    split = picks.merge(listed, how="left", left_on="statement", right_on="statement_hash")
    split["weight"] *= split["part"].fillna(1)
    is_special = split["statement"].str.startswith("_")
    split["occupation"] = split["onet_soc_code"].where(~is_special, split["statement"]).fillna("_unmapped")
    zones = facts.load("job_zones").query("onet_version == '20.1'").set_index("onet_soc_code")["job_zone"]
    split["job_zone"] = split["occupation"].map(zones).astype("Int64").astype("str")
    split["job_zone"] = split["job_zone"].where(~split["occupation"].str.startswith("_"), split["occupation"])
    split["job_zone"] = split["job_zone"].replace("<NA>", "_unmapped")
    split["soc_group"] = _soc_groups(world, split)
    columns = {"statement": picks} | dict.fromkeys(("occupation", "job_zone", "soc_group"), split)
    return {
        name: rows.groupby(["conversation_id", name], as_index=False)["weight"].sum().rename(columns={name: "cell"})
        for name, rows in columns.items()
    }


def _soc_groups(world: World, split: pd.DataFrame) -> pd.Series:
    """The group of the occupation; for a pick that reaches none, the group picked or judged as such."""
    judged = world.facets.set_index("conversation_id")["soc_group"]
    coarse = split["node_id"].where(split["level"] == "soc_group", split["conversation_id"].map(judged))
    group = split["occupation"].str[:2].where(~split["occupation"].str.startswith("_"), split["occupation"])
    return group.where((split["statement"] != "_unclassified") | coarse.isna(), coarse)


def joint_cells(groups: pd.DataFrame, labels: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Labels within each SOC group: the conversation's label, with the weight that falls to the group."""
    joined = groups.merge(labels[["conversation_id", "cell"]], on="conversation_id", suffixes=("_group", ""))
    joined = joined[~joined["cell_group"].str.startswith("_")]
    return {str(group): rows for group, rows in joined.groupby("cell_group")}


def periods_of(weeks: list[date]) -> Iterator[tuple[str, date, set[date]]]:
    """Every period with its weeks; month and quarter are those of the week's Thursday."""
    starts: dict[tuple[str, date], set[date]] = {}
    for week in weeks:
        thursday = week + timedelta(days=3)
        month, quarter = thursday.replace(day=1), date(thursday.year, (thursday.month - 1) // 3 * 3 + 1, 1)
        for key in (("week", week), ("month", month), ("quarter", quarter), ("all", date(2020, 6, 1))):
            starts.setdefault(key, set()).add(week)
    for (period_type, start), of_period in starts.items():
        yield period_type, start, of_period


def segments_of(world: World) -> dict[tuple[str, str], set[str]]:
    """Every segment with its conversations; a missing value is (unknown), one source or surface alone is no cut."""
    ids, cut = world.conversations["conversation_id"], {}
    for built_in in ("product", "source", "surface"):
        cut[built_in] = world.conversations.set_index("conversation_id")[built_in]
    cut["model"] = world.conversations.set_index("conversation_id")["model"].reindex(ids).fillna("(unknown)")
    department = world.segments.set_index("conversation_id")["segment"]
    cut["department"] = department.reindex(ids).fillna("(unknown)")
    segments = {("all", "all"): set(ids)}
    for segment_type, values in cut.items():
        if segment_type in ("source", "surface") and values.nunique() < 2:
            continue  # a cut into one piece only repeats all
        for segment, members in values.groupby(values):
            segments[segment_type, str(segment)] = set(members.index)
    return segments


def shares(cells: pd.DataFrame, conversations: pd.DataFrame, footing: str) -> dict[str, Share]:
    """Every share of one table: rows are (conversation_id, cell, weight) of one period and segment.

    The denominator of `of_all` is all weight of the table, of `of_classified` that of cells which are labels;
    a conversation that is in several cells in full counts once in it.
    """
    rows = cells.merge(conversations[["conversation_id", "cluster"]], on="conversation_id")
    if footing == "of_classified":
        rows = rows[~rows["cell"].str.startswith("_")]
    if rows.empty:
        return {}
    weight = rows.groupby("conversation_id")["weight"].sum()
    whole = conversations.set_index("conversation_id").loc[weight.index, ["cluster", "weight"]]
    whole["weight"] = np.minimum(weight, whole["weight"])
    d = whole.groupby("cluster")["weight"].sum()
    y = rows.groupby(["cell", "cluster"])["weight"].sum().unstack(fill_value=0).reindex(columns=d.index)
    kish = d.sum() ** 2 / (whole["weight"] ** 2).sum()
    scale = kish / d.sum()  # the formula is one of unit weights
    deff_0 = pooled_design_effect(y.to_numpy() * scale, d.to_numpy() * scale, kish)
    # all conversations without a user are one user
    is_unknown = rows["cluster"].astype(str).str.startswith("c1")
    evidence = rows.assign(user=rows["cluster"].mask(is_unknown, "nobody")).groupby("cell")
    counts = zip(evidence["conversation_id"].nunique(), evidence["user"].nunique(), strict=True)
    return {
        str(cell): share(of_cell, d.to_numpy(), len(whole), kish, deff_0, count)
        for cell, of_cell, count in zip(y.index, y.to_numpy(), counts, strict=True)
    }


def pooled_design_effect(y: np.ndarray, d: np.ndarray, n: float) -> float:
    """deff_0 of method 5.1: rows of y are cells, columns users."""
    total, h = d.sum(), d / d.sum()
    p = y.sum(axis=1) / total
    binomial = (p * (1 - p)).sum()
    if (h >= 1 - 1e-12).any() or (d**2).sum() <= n:
        return 1.0
    if binomial <= 1e-12:  # all in one cell: users may be as alike as can be
        return float((d**2).sum() / n)
    squares = ((y - p[:, None] * d) ** 2 / (1 - h)).sum()
    rho = (squares - n * binomial) / (((d**2).sum() - n) * binomial)
    return float(1 + np.clip(rho, 0, 1) * ((d**2).sum() / n - 1))


def share(y: np.ndarray, d: np.ndarray, n: int, kish: float, deff_0: float, evidence: tuple[int, int]) -> Share:
    """One share with its interval."""
    total, h = d.sum(), d / d.sum()
    p = float(y.sum() / total)
    if (h >= 1 - 1e-12).any():
        return Share(p, np.nan, np.nan, np.nan, np.nan, np.nan, y.sum(), total, *evidence)
    df = max(1.0, float(1 / ((h**2).sum() + (h**2 / (1 - h)).sum() ** 2 - (h**4 / (1 - h) ** 2).sum())))
    t = float(np.interp(1 / df, GRID, T_AT_GRID))
    if p < 1e-12 or p > 1 - 1e-12:
        n_eff = n / deff_0
        lo, hi = (0.0, 1 - 0.025 ** (1 / n_eff)) if p < 0.5 else (0.025 ** (1 / n_eff), 1.0)
        return Share(p, lo, hi, n_eff, deff_0, df, y.sum(), total, *evidence)
    variance = max(((y - p * d) ** 2 / (1 - h)).sum() / total**2, deff_0 * p * (1 - p) / kish)
    n_eff = min(n, p * (1 - p) / variance)
    centre = (p + t**2 / (2 * n_eff)) / (1 + t**2 / n_eff)
    half = t / (1 + t**2 / n_eff) * np.sqrt(p * (1 - p) / n_eff + t**2 / (4 * n_eff**2))
    deff = variance * n / (p * (1 - p))
    return Share(p, centre - half, centre + half, n_eff, deff, df, y.sum(), total, *evidence)
