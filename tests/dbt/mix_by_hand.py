"""Mix and within as method 5.7 writes them, over arrays of users by cells: numpy, none of the project's SQL."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from by_hand import GRID, T_AT_GRID, label_cells, mapping_cells, once
from figures_by_hand import listings
from worlds import World

SPARSE = 30  # conversations of both sides: a statement with fewer is no cell of its own
PATTERNS = ("directive", "feedback_loop", "task_iteration", "learning", "validation")
PATTERNS_OF = {"automation": ("directive", "feedback_loop")} | {name: (name,) for name in PATTERNS}


@dataclass(frozen=True)
class Side:
    """Weight of users (rows) in cells (columns), and the part of it that has the outcome."""

    d: np.ndarray
    y: np.ndarray

    @property
    def share(self) -> float:
        """S of method 5.7."""
        return float(self.y.sum() / self.d.sum())

    @property
    def h(self) -> np.ndarray:
        """Each user's part of the side."""
        return self.d.sum(axis=1) / self.d.sum()

    @property
    def df(self) -> float:
        """Degrees of freedom of method 5.1."""
        h = self.h
        return max(1.0, float(1 / ((h**2).sum() + (h**2 / (1 - h)).sum() ** 2 - (h**4 / (1 - h) ** 2).sum())))


@dataclass(frozen=True)
class Decomposed:
    """Both parts of the difference, and how far each user moves them."""

    mix: float
    within: float
    phi_mix: np.ndarray
    phi_within: np.ndarray

    def variance(self, component: str) -> float:
        """Sum over users of the squared influence."""
        phi = {"mix": self.phi_mix, "within": self.phi_within, "total": self.phi_mix + self.phi_within}
        return float((phi[component] ** 2).sum())

    def value(self, component: str) -> float:
        """Mix, within, or their sum."""
        return {"mix": self.mix, "within": self.within, "total": self.mix + self.within}[component]


def decompose(a: Side, b: Side) -> Decomposed:
    """Kitagawa's two parts of S_b - S_a, and the influences phi of method 5.7; rows are the same users."""
    d, y = ([side.d.sum(axis=0) for side in (a, b)], [side.y.sum(axis=0) for side in (a, b)])
    m = [of_cell / of_cell.sum() for of_cell in d]
    with np.errstate(invalid="ignore", divide="ignore"):
        own = [y_t / d_t for y_t, d_t in zip(y, d, strict=True)]
        r = [np.where(d[0] > 0, own[0], own[1]), np.where(d[1] > 0, own[1], own[0])]
        root = [1 / np.sqrt(1 - side.h)[:, None] for side in (a, b)]
        of_mix = [root[t] * (s.d - m[t] * s.d.sum(axis=1)[:, None]) / s.d.sum() for t, s in enumerate((a, b))]
        of_rate = [root[t] * (s.y - r[t] * s.d) / d[t] for t, s in enumerate((a, b))]
    of_rate = [np.where(d[0] > 0, of_rate[0], of_rate[1]), np.where(d[1] > 0, of_rate[1], of_rate[0])]
    middle, step_m, step_r = (a.share + b.share) / 2, m[1] - m[0], r[1] - r[0]
    mean_m, mean_r = (m[0] + m[1]) / 2, (r[0] + r[1]) / 2
    phi_mix = (mean_r - middle) * (of_mix[1] - of_mix[0]) + step_m / 2 * (of_rate[0] + of_rate[1])
    phi_within = step_r / 2 * (of_mix[0] + of_mix[1]) + mean_m * (of_rate[1] - of_rate[0])
    return Decomposed(
        float((step_m * (mean_r - middle)).sum()),
        float((mean_m * step_r).sum()),
        phi_mix.sum(axis=1),
        phi_within.sum(axis=1),
    )


def interval(value: float, variance: float, df: float) -> tuple[float, float]:
    """Ends by Student's t, where a difference of shares can be."""
    half = float(np.interp(1 / df, GRID, T_AT_GRID)) * np.sqrt(variance)
    return max(-1.0, value - half), min(1.0, value + half)


def variance_by_jackknife(a: Side, b: Side, groups: np.ndarray) -> dict[str, float]:
    """Variances of mix and within by leaving out groups of users (method 5.8); `groups` numbers each user's."""
    whole = decompose(a, b)
    numbers = np.unique(groups)
    part = np.array([(a.d + b.d)[groups == number].sum() for number in numbers]) / (a.d.sum() + b.d.sum())
    left = [decompose(*(Side(s.d[groups != g], s.y[groups != g]) for s in (a, b))) for g in numbers]
    found = {}
    for name in ("mix", "within"):
        h, values = 1 / part, np.array([getattr(each, name) for each in left])
        theta = getattr(whole, name)
        pseudo = h * theta - (h - 1) * values
        centre = len(h) * theta - ((1 - part) * values).sum()
        found[name] = float(((pseudo - centre) ** 2 / (h - 1)).mean())
    return found


def classified(world: World, conversations: pd.DataFrame) -> pd.DataFrame:
    """The conversations that have a classified pattern, with the pattern."""
    patterns = label_cells(world)["collaboration"].set_index("conversation_id")["cell"]
    rows = conversations.assign(pattern=conversations["conversation_id"].map(patterns))
    return rows[rows["pattern"].isin(PATTERNS)]


def placed_in_cells(world: World, a: pd.DataFrame, b: pd.DataFrame, level: str) -> pd.DataFrame:
    """Conversation, cell, weight, and whether sparse statements are merged in it; sides as `classified` gives them."""
    ids = set(a["conversation_id"]) | set(b["conversation_id"])
    rows = mapping_cells(world)[level]
    rows = rows[rows["conversation_id"].isin(ids) & rows["weight"].gt(0)]
    return rows.assign(is_merged=False) if level == "soc_group" else merge_sparse(rows, group_parts())


def merge_sparse(rows: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Statements with few conversations give their parts to the rest of their SOC groups."""
    count = rows.groupby("cell")["conversation_id"].transform("nunique")
    is_sparse = count.lt(SPARSE) & ~rows["cell"].str.startswith("_")
    split = rows[is_sparse].merge(parts, how="left", left_on="cell", right_on="statement_hash")
    split["weight"] *= split["part"].fillna(1)
    split["cell"] = "_rest " + split["soc_group"].fillna("_unmapped")
    placed = pd.concat([rows[~is_sparse].assign(is_merged=False), split.assign(is_merged=True)])
    return placed.groupby(["conversation_id", "cell", "is_merged"], as_index=False)["weight"].sum()


@once
def group_parts() -> pd.DataFrame:
    """Part of each statement that falls to each SOC group, by the 1/n split."""
    listed = listings()
    listed = listed.assign(
        part=1 / listed.groupby("statement_hash")["onet_soc_code"].transform("size"),
        soc_group=listed["onet_soc_code"].str[:2],
    )
    return listed.groupby(["statement_hash", "soc_group"], as_index=False)["part"].sum()


def sides_by_hand(a: pd.DataFrame, b: pd.DataFrame, placed: pd.DataFrame, outcome: str) -> tuple[Side, Side]:
    """Arrays of both sides over the union of their users and cells."""
    users = sorted(set(a["cluster"]) | set(b["cluster"]))
    cells = sorted(placed["cell"].unique())
    sides = []
    for conversations in (a, b):
        rows = placed.merge(conversations[["conversation_id", "cluster", "pattern"]], on="conversation_id")
        rows["with_outcome"] = rows["weight"].where(rows["pattern"].isin(PATTERNS_OF[outcome]), 0.0)
        table = rows.groupby(["cluster", "cell"])[["weight", "with_outcome"]].sum()
        wide = [table[name].unstack().reindex(index=users, columns=cells) for name in ("weight", "with_outcome")]
        sides.append(Side(*(array.fillna(0.0).to_numpy() for array in wide)))
    return sides[0], sides[1]
