"""What drift must be, from the answers alone: numpy over a dense table of users, no SQL of ours."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from by_hand import GRID, T_AT_GRID
from figures_by_hand import cells_of, clusters
from scipy import stats
from scipy.spatial.distance import jensenshannon
from worlds import World

MEASURES = ("use_case", "collaboration", "intent", "soc_group", "is_occupational")


@dataclass(frozen=True)
class Drift:
    """A week against its reference, in one measure."""

    distance: float
    expected: float
    limit: float
    cells: int


@dataclass(frozen=True)
class Confidence:
    """Mean confidence of a week and its reference, and their difference with its ends."""

    week: float
    reference: float
    difference: float
    lo: float
    hi: float


def influences(y: np.ndarray, d: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means of the columns of y over the weights d, and what each user (row) pulls at them, by their leverage."""
    mean, h = y.sum(axis=0) / d.sum(), d / d.sum()
    return mean, (y - mean * d[:, None]) / (d.sum() * np.sqrt(1 - h))[:, None]


def kish(conversations: pd.DataFrame) -> float:
    return float(conversations["weight"].sum() ** 2 / (conversations["weight"] ** 2).sum())


def drift(
    world: World, measure: str, week: date, reference: list[date], hidden: set[str], weeks_compared: int
) -> Drift:
    """The week against the reference; hidden cells are one."""
    cells, conversations = cells_of(world, measure), clusters(world)
    cells = cells.assign(cell=cells["cell"].where(~cells["cell"].isin(hidden), "_suppressed"))
    both = conversations[conversations["week_start"].isin([week, *reference])]
    users, names = sorted(both["cluster"].unique()), sorted(cells["cell"].unique())
    sides, sizes = [], []
    for weeks in ([week], reference):
        of_side = both[both["week_start"].isin(weeks)]
        rows = cells.merge(of_side[["conversation_id", "cluster"]], on="conversation_id")
        y = rows.groupby(["cluster", "cell"])["weight"].sum().unstack(fill_value=0).reindex(users, fill_value=0)
        d = of_side.groupby("cluster")["weight"].sum().reindex(users, fill_value=0).to_numpy()
        sides.append(influences(y.reindex(columns=names, fill_value=0).to_numpy(float), d))
        sizes.append(kish(of_side))
    (p, z), (q, x) = sides
    is_there = p + q > 0
    p, q, z, x = p[is_there], q[is_there], z[:, is_there], x[:, is_there]
    clustered = (((z - x) ** 2).sum(axis=0) / ((p + q) / 2)).sum()
    df = len(p) - 1
    expected = max(clustered, df * (1 / sizes[0] + 1 / sizes[1])) / (8 * np.log(2))
    limit = expected * stats.chi2.isf(0.05 / weeks_compared, df) / df
    return Drift(float(jensenshannon(p, q, base=2)), float(np.sqrt(expected)), float(np.sqrt(limit)), len(p))


def confidences(world: World, measure: str) -> pd.DataFrame:
    """Conversation and confidence; of tasks the picks' mean by weight, where nothing coarser stands for a task."""
    if measure == "soc_group":
        picks = world.mappings[world.mappings["state"].isin(["answered", "unclassified"])].dropna(subset="confidence")
        picks = picks[~picks["level"].isin(["dwa", "iwa", "soc_group"])]
        sums = picks.assign(product=picks["weight"] * picks["confidence"]).groupby("conversation_id")
        return (sums["product"].sum() / sums["weight"].sum()).rename("confidence").reset_index()
    rows = world.facets[world.facets[f"{measure}_state"].isin(["answered", "unclassified"])]
    found = rows[["conversation_id", f"{measure}_confidence"]].dropna()
    return found.rename(columns={f"{measure}_confidence": "confidence"}).astype({"confidence": float})


def degrees_of_freedom(d: np.ndarray) -> float:
    h = d[d > 0] / d.sum()
    return max(1.0, float(1 / ((h**2).sum() + (h**2 / (1 - h)).sum() ** 2 - (h**4 / (1 - h) ** 2).sum())))


def confidence(world: World, measure: str, week: date, reference: list[date]) -> Confidence:
    """Both means, and the difference with its interval over the users of both sides."""
    rows = clusters(world).merge(confidences(world, measure), on="conversation_id")
    rows = rows.assign(product=rows["weight"] * rows["confidence"])
    users = sorted(rows.loc[rows["week_start"].isin([week, *reference]), "cluster"].unique())
    sides, freedom = [], []
    for weeks in ([week], reference):
        sums = rows[rows["week_start"].isin(weeks)].groupby("cluster")[["product", "weight"]].sum()
        sums = sums.reindex(users, fill_value=0)
        d = sums["weight"].to_numpy()
        sides.append(influences(sums[["product"]].to_numpy(), d))
        freedom.append(degrees_of_freedom(d))
    (p, z), (q, x) = sides
    t = float(np.interp(1 / min(freedom), GRID, T_AT_GRID))
    half, difference = t * np.sqrt(((z - x) ** 2).sum()), float(p[0] - q[0])
    return Confidence(float(p[0]), float(q[0]), difference, difference - half, difference + half)
