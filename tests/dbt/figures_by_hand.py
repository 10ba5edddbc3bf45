"""What depth, wages, zones and differences must say, from the answers alone: pandas and numpy, no SQL of ours.

Shares and their intervals are computed in by_hand.py; here is only what stands on them.
"""

from datetime import date

import numpy as np
import pandas as pd
from by_hand import GRID, T_AT_GRID, label_cells, mapping_cells, once
from scipy import stats
from worlds import World

from economic_index.contracts.reference import BANK_LINKS
from economic_index.taxonomy import facts

ALL = date(2020, 6, 1)
FLOOR_CONVERSATIONS, FLOOR_USERS = 15, 5


def clusters(world: World) -> pd.DataFrame:
    """Conversations with the cluster of each: the person, else the conversation itself."""
    rows = world.conversations
    return rows.assign(cluster=rows["user_id"].where(rows["user_id"].notna(), rows["conversation_id"]))


@once
def listings() -> pd.DataFrame:
    """Occupation and statement, once each (O*NET 20.1)."""
    tasks = facts.load("onet_tasks").query("onet_version == '20.1'")
    return tasks[["onet_soc_code", "statement_hash"]].drop_duplicates()


@once
def picks_alone(world: World) -> pd.DataFrame:
    """Picks of a task that stand for its one statement alone."""
    links = world.lake.read(BANK_LINKS).query("onet_version == '20.1'")
    statements = links.groupby("bank_task_id")["statement_hash"].nunique()
    picks = world.mappings.query("level == 'task' and state == 'answered' and weight > 0")
    return picks[picks["bank_task_id"].isna() | picks["bank_task_id"].map(statements).eq(1)]


def used_statements(world: World, conversations: pd.DataFrame, floor_users: int = FLOOR_USERS) -> set[str]:
    """Statements that pass the floor by picks which stand for them alone."""
    rows = picks_alone(world).merge(conversations[["conversation_id", "user_id"]], on="conversation_id")
    counted = (
        rows.fillna({"user_id": "nobody"})
        .groupby("node_id")
        .agg(conversations=("conversation_id", "nunique"), users=("user_id", "nunique"))
    )
    passes = (counted["conversations"] >= FLOOR_CONVERSATIONS) & (counted["users"] >= floor_users)
    return set(counted.index[passes])


@once
def surveyed() -> pd.DataFrame:
    """Rows of OEWS May 2023 behind each O*NET-SOC 2010 occupation, with the part of their workers that is its own."""
    walks = facts.load("crosswalks")
    first = walks.query("from_taxonomy == 'onet_soc_2010' and to_taxonomy == 'onet_soc_2019'")
    second = walks.query("from_taxonomy == 'onet_soc_2019' and to_taxonomy == 'oews'")
    first = first[first["from_code"].isin(set(listings()["onet_soc_code"]))]
    path = first.merge(second, left_on="to_code", right_on="from_code", suffixes=("", "_2"))
    path["weight"] *= path["weight_2"]
    path = path.groupby(["from_code", "to_code_2"], as_index=False)["weight"].sum()
    path["part"] = path["weight"] / path.groupby("to_code_2")["weight"].transform("sum")
    survey = facts.load("labour_market").query("soc_taxonomy == 'oews' and year == 2023")
    rows = path.merge(survey, left_on="to_code_2", right_on="occupation_code")
    return rows.assign(workers=rows["employment"] * rows["part"])


def wages() -> pd.DataFrame:
    """Median wage and part of the workers of each O*NET-SOC 2010 occupation, OEWS May 2023."""
    rows = surveyed()
    rows["wage"] = rows["median_wage"].where(~rows["is_top_coded"].astype(bool), 239200.0)
    rows["paid"] = rows["weight"].where(rows["wage"].notna())
    rows = rows.assign(sum_of_wages=rows["wage"] * rows["paid"], bill=rows["workers"] * rows["mean_wage"])
    summed = rows.groupby("from_code")[["sum_of_wages", "paid", "workers", "bill"]].sum(min_count=1)
    return summed.assign(median_wage=summed["sum_of_wages"] / summed["paid"])


@once
def wage_cuts() -> np.ndarray:
    """The wages at which a quarter, a half and three quarters of the workers are reached."""
    survey = facts.load("labour_market").query("soc_taxonomy == 'oews' and year == 2023")
    wage = survey["median_wage"].where(~survey["is_top_coded"].astype(bool), 239200.0)
    rows = survey.assign(wage=wage).dropna(subset=["wage"]).groupby("wage")["employment"].sum().cumsum()
    return np.array([rows.index[rows >= q * rows.iloc[-1]].min() for q in (0.25, 0.5, 0.75)])


def wage_quartiles() -> pd.Series:
    """Quarter of the workers in which each occupation's wage lies."""
    found = wages()["median_wage"].dropna()
    return pd.Series(1 + np.searchsorted(wage_cuts(), found, side="left"), index=found.index).astype(str)


@once
def zones() -> pd.Series:
    """Job zone of each occupation."""
    return facts.load("job_zones").query("onet_version == '20.1'").set_index("onet_soc_code")["job_zone"].astype(str)


def baselines() -> pd.DataFrame:
    """Share of each zone (rows) in each baseline (columns), over occupations that list tasks."""
    listed = listings().groupby("onet_soc_code").size()
    rows = pd.DataFrame({"task rows": listed, "zone": zones()}).dropna().join(wages()[["workers", "bill"]])
    sums = rows.groupby("zone").agg(
        occupations=("zone", "size"), employment=("workers", "sum"), bill=("bill", "sum"), rows=("task rows", "sum")
    )
    return (sums / sums.sum()).rename(columns={"bill": "wage bill", "rows": "task rows"})


def cells_of(world: World, measure: str) -> pd.DataFrame:
    """Conversation, cell and weight of one measure."""
    return (
        mapping_cells(world)[measure]
        if measure in ("soc_group", "occupation", "job_zone")
        else label_cells(world)[measure]
    )


def by_user(cells: pd.DataFrame, conversations: pd.DataFrame) -> pd.DataFrame:
    """Weight of each classified cell (columns) by user (rows)."""
    rows = cells[~cells["cell"].str.startswith("_")].merge(
        conversations[["conversation_id", "cluster"]], on="conversation_id"
    )
    return rows.pivot_table(index="cluster", columns="cell", values="weight", aggfunc="sum", fill_value=0.0)


def user_correlation(a: pd.DataFrame, b: pd.DataFrame, cell: str) -> float:
    """r of method 5.3 by its definition: through the variance of the difference, user by user."""
    z = {}
    for name, table in (("a", a), ("b", b)):
        d = table.sum(axis=1)
        e = table[cell] - table[cell].sum() / d.sum() * d
        z[name] = e / (d.sum() * np.sqrt(1 - d / d.sum()))
    v_a, v_b = (z["a"] ** 2).sum(), (z["b"] ** 2).sum()
    difference = z["b"].sub(z["a"], fill_value=0)
    return float(np.clip((v_a + v_b - (difference**2).sum()) / (2 * np.sqrt(v_a * v_b)), -1, 1))


def mover(a: tuple[float, float, float], b: tuple[float, float, float], r: float) -> tuple[float, float]:
    """Ends of the interval of b - a; each side is (share, lo, hi)."""
    (p_a, l_a, u_a), (p_b, l_b, u_b) = a, b
    lower = np.sqrt((p_b - l_b) ** 2 + (u_a - p_a) ** 2 - 2 * r * (p_b - l_b) * (u_a - p_a))
    upper = np.sqrt((u_b - p_b) ** 2 + (p_a - l_a) ** 2 - 2 * r * (u_b - p_b) * (p_a - l_a))
    return p_b - p_a - lower, p_b - p_a + upper


def wilson(p: float, n: float) -> tuple[float, float]:
    """Wilson's interval at the normal quantile."""
    z = 1.959964
    centre, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return (centre - half) / (1 + z**2 / n), (centre + half) / (1 + z**2 / n)


def spearman_by_jackknife(use: pd.DataFrame, wage: pd.Series, whole: pd.Series) -> tuple[float, float, float]:
    """Spearman's correlation of wage and use, and its interval by leaving out groups of users (method 5.8).

    `use` is user by occupation over all occupations of `wage`; `whole` the weight of each known user.
    """
    known = whole.sort_index()
    group = pd.Series(np.arange(len(known)) % 50, index=known.index)
    total = use.sum()
    z = float(np.arctanh(stats.spearmanr(total, wage).statistic))
    part = known.groupby(group).sum() / known.sum()
    left = []
    for number in part.index:
        without = total - use.reindex(group.index[group == number], fill_value=0.0).sum()
        left.append(np.arctanh(stats.spearmanr(without.round(9), wage).statistic))
    h, z_left = 1 / part.to_numpy(), np.array(left)
    z_jackknife = len(h) * z - ((1 - 1 / h) * z_left).sum()
    variance = ((h * z - (h - 1) * z_left - z_jackknife) ** 2 / (h - 1)).mean()
    df = max(1.0, min(len(h) - 1, 1 / (part**2).sum() - 1))
    half = float(np.interp(1 / df, GRID, T_AT_GRID)) * np.sqrt(variance)
    return float(np.tanh(z)), float(np.tanh(z - half)), float(np.tanh(z + half))
