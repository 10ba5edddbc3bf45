"""How far use is spread over tasks, from user by statement alone: numpy, no SQL of ours (method 5.8)."""

import numpy as np
import pandas as pd
from by_hand import GRID, T_AT_GRID


def gini(use: pd.Series, list_size: int) -> float:
    """Gini's coefficient of a list of which `use` holds the used items, by the area under the Lorenz curve."""
    values = np.sort(np.concatenate([np.zeros(list_size - len(use)), use.to_numpy()]))
    curve = np.concatenate([[0], np.cumsum(values) / values.sum()])
    return float(1 - 2 * np.trapezoid(curve, dx=1 / list_size))


def same_task(table: pd.DataFrame) -> float:
    """Chance that a conversation of one user and one of another are of one task: pair by pair of users."""
    weights, whole = table.to_numpy(), table.sum(axis=1).to_numpy()
    agree = (weights @ weights.T).sum() - (weights**2).sum()
    pairs = whole.sum() ** 2 - (whole**2).sum()
    return float(agree / pairs) if pairs > 0 else np.nan


def statistics(table: pd.DataFrame, shown: set[str], list_size: int) -> dict[str, float]:
    """The four statistics of one table: rows are users, columns statements, special cells left out."""
    use = table.sum().round(9)
    largest = use[use.index.isin(shown)].sort_values(ascending=False)
    return {
        "top_1_task": largest.iloc[:1].sum() / use.sum(),
        "top_10_tasks": largest.iloc[:10].sum() / use.sum(),
        "gini_of_tasks": gini(use, list_size),
        "same_task_of_two_users": same_task(table),
    }


def logit(p: float) -> float:
    return float(np.log(max(1e-9, p) / max(1e-9, 1 - p)))


def with_intervals(
    table: pd.DataFrame, known: pd.Series, shown: set[str], list_size: int
) -> dict[str, tuple[float, float, float]]:
    """Value and ends of each statistic; `known` is the classified weight of each known user, who can be left out."""
    known = known.sort_index()
    group = pd.Series(np.arange(len(known)) % 50, index=known.index)
    part = known.groupby(group).sum() / known.sum()
    whole = statistics(table, shown, list_size)
    left = [statistics(table.drop(index=group.index[group == number]), shown, list_size) for number in part.index]
    found = {}
    for name, value in whole.items():
        z, z_left, h = logit(value), np.array([logit(one[name]) for one in left]), 1 / part.to_numpy()
        z_jackknife = len(h) * z - ((1 - 1 / h) * z_left).sum()
        variance = ((h * z - (h - 1) * z_left - z_jackknife) ** 2 / (h - 1)).mean()
        df = max(1.0, min(len(h) - 1, 1 / (part**2).sum() - 1))
        half = float(np.interp(1 / df, GRID, T_AT_GRID)) * np.sqrt(variance)
        centre = z_jackknife if name == "gini_of_tasks" else z
        ends = [1 / (1 + np.exp(-end)) for end in (centre, centre - half, centre + half)]
        found[name] = (ends[0] if name == "gini_of_tasks" else value, ends[1], ends[2])
    return found
