"""What depth that can be compared must say (method 5.6, 5.8): numpy and scipy, without a line of the project's SQL.

Counts are series of conversations, or of known users, by statement; draws are (unit, size, floor).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from by_hand import GRID, T_AT_GRID, once
from figures_by_hand import picks_alone
from scipy import stats
from worlds import World

from economic_index.taxonomy import facts

PERCENTS = (10, 25, 50, 75)
CONVERSATIONS_DRAWN = (1_000, 3_000, 10_000, 30_000, 50_000, 100_000, 300_000)
USERS_DRAWN = (100, 300, 1_000, 3_000, 10_000)
COVERAGES = (0.8, 0.9)
GROUPS = 50
Key = tuple[str, float, int, str]
Draws = list[tuple[str, int, int]]


@dataclass(frozen=True)
class Uses:
    """Conversations of one period and segment.

    `owners` has every conversation with its user, null where unknown; `picks` the statements that a conversation is of
    for sure, once each: (conversation_id, statement_hash).
    """

    owners: pd.Series
    picks: pd.DataFrame

    def counts(self, unit: str) -> tuple[pd.Series, int]:
        """Conversations (m of N) or known users (Q of G) by statement, and how many there are in all."""
        if unit == "conversations":
            return self.picks.groupby("statement_hash").size(), len(self.owners)
        picks = self.picks.assign(user=self.picks["conversation_id"].map(self.owners)).dropna(subset=["user"])
        return picks.groupby("statement_hash")["user"].nunique(), self.owners.nunique()

    def without(self, users: set[object]) -> "Uses":
        """The same as if these users had never been there."""
        owners = self.owners[~self.owners.isin(users)]
        return Uses(owners, self.picks[self.picks["conversation_id"].isin(owners.index)])


@dataclass(frozen=True)
class Listed:
    """How many statements each occupation lists, and the occupations that list each statement."""

    tasks: dict[str, int]
    occupations: dict[str, list[str]]

    @classmethod
    def of(cls, listings: pd.DataFrame) -> Self:
        """Rows of (onet_soc_code, statement_hash), once each."""
        occupations: dict[str, list[str]] = {}
        for occupation, statement in zip(listings["onet_soc_code"], listings["statement_hash"], strict=True):
            occupations.setdefault(statement, []).append(occupation)
        return cls(listings.groupby("onet_soc_code").size().to_dict(), occupations)

    def adds(self, statement: str) -> float:
        """What the use of a statement adds to the mean depth of the occupations."""
        return sum(1 / self.tasks[occupation] for occupation in self.occupations[statement]) / len(self.tasks)


def distribution(chances: np.ndarray) -> np.ndarray:
    """Chances that 0, 1, 2, ... of independent events happen (Poisson-binomial)."""
    found = np.ones(1)
    for chance in chances:
        found = np.convolve(found, [1 - chance, chance])
    return found


def drawn(counts: pd.Series, total: int, listed: Listed, size: int, floor: int) -> dict[str, float]:
    """Mean depth, and shares of occupations, in a draw of `size` of `total` units with this floor."""
    possible: dict[str, list[float]] = {}
    chances = stats.hypergeom.sf(floor - 1, total, counts.to_numpy(int), size)
    for statement, chance in zip(counts.index, chances, strict=True):
        for occupation in listed.occupations.get(statement, []) if chance > 0 else []:
            possible.setdefault(occupation, []).append(chance)
    sums = dict.fromkeys(("mean", *(f"at_least_{percent}" for percent in PERCENTS)), 0.0)
    for occupation, of_occupation in possible.items():
        sums["mean"] += sum(of_occupation) / listed.tasks[occupation]
        events = distribution(np.array(of_occupation))
        for percent in PERCENTS:
            sums[f"at_least_{percent}"] += events[-(-percent * listed.tasks[occupation] // 100) :].sum()
    return {name: float(value / len(listed.tasks)) for name, value in sums.items()}


def _ratio_of_chooses(total: int, used: np.ndarray, size: int, of: int) -> np.ndarray:
    """C(total - used, size) / C(of, size), factor by factor."""
    steps = np.arange(size)
    return np.prod(np.maximum(total - used[:, None] - steps, 0) / (of - steps), axis=1)


def covered(counts: pd.Series, total: int, listed: Listed, floor_users: int) -> dict[float, float]:
    """Mean depth at each coverage (Chao and Jost 2012), along users drawn in steps of an eighth of an octave."""
    counts = counts[[statement in listed.occupations for statement in counts.index]]
    used = counts.to_numpy(int)
    u, q1, q2 = used.sum(), (used == 1).sum(), (used == 2).sum()
    if u < 30 or q1 == u or total < floor_users:
        return dict.fromkeys(COVERAGES, np.nan)
    sizes = sorted({0, total} | {round(2 ** (k / 8)) for k in range(200) if 2 ** (k / 8) <= total})
    unseen = [float((used / u * _ratio_of_chooses(total, used, size, total - 1)).sum()) for size in sizes[:-1]]
    odds = (total - 1) * q1 / ((total - 1) * q1 + 2 * q2) if q1 else 0.0
    coverages = 1 - np.array([*unseen, q1 / u * odds])
    adds = np.array([listed.adds(statement) for statement in counts.index])
    depths = [float(((1 - _ratio_of_chooses(total, used, size, total)) * adds).sum()) for size in sizes]
    return {c: _where_first_reached(c, coverages, depths) for c in COVERAGES}


def _where_first_reached(wanted: float, coverages: np.ndarray, depths: list[float]) -> float:
    """Depth on the line to the first size that reaches a coverage; later sizes may have the same one."""
    reaches = np.flatnonzero(coverages >= wanted - 1e-9)
    if not len(reaches):
        return np.nan
    end = int(reaches[0])
    return float(np.interp(wanted, coverages[end - 1 : end + 1], depths[end - 1 : end + 1]))


def figures(uses: Uses, listed: Listed, draws: Draws, floor_users: int) -> dict[Key, float]:
    """Every figure by (method, size or coverage, floor, statistic)."""
    counted = {unit: uses.counts(unit) for unit in ("conversations", "users")}
    found: dict[Key, float] = {}
    for unit, size, floor in draws:
        counts, total = counted[unit]
        if size <= total:
            shares = drawn(counts, total, listed, size, floor)
            found |= {(unit, float(size), floor, statistic): value for statistic, value in shares.items()}
    at_coverage = covered(*counted["users"], listed, floor_users)
    return found | {("coverage", c, 1, "mean"): value for c, value in at_coverage.items()}


def groups_of(uses: Uses) -> list[set[object]]:
    """Known users by name, dealt into at most fifty groups."""
    users = sorted(uses.owners.dropna().unique())
    return [set(users[start::GROUPS]) for start in range(min(GROUPS, len(users)))]


def intervals(
    uses: Uses, listed: Listed, draws: Draws, floor_users: int
) -> Iterator[tuple[Key, float, float, float, float]]:
    """Every figure with the ends of its interval and the degrees of freedom, by leaving out each group of users."""
    groups = groups_of(uses)
    known = uses.owners.dropna()
    parts = {
        "conversations": np.array([known.isin(group).sum() for group in groups]) / max(len(known), 1),
        "users": np.array([len(group) for group in groups]) / max(known.nunique(), 1),
    }
    left = [figures(uses.without(group), listed, draws, floor_users) for group in groups]
    for key, value in figures(uses, listed, draws, floor_users).items():
        values = np.array([replicate.get(key, np.nan) for replicate in left])
        part = parts["conversations" if key[0] == "conversations" else "users"]
        yield key, value, *jackknife(value, values, part)


def jackknife(value: float, left: np.ndarray, part: np.ndarray) -> tuple[float, float, float]:
    """Ends of the interval within [0, 1], and degrees of freedom (Busing, Meijer and van der Leeden 1999)."""
    if len(left) < 2 or np.isnan(left).any() or np.isnan(value):
        return np.nan, np.nan, np.nan
    h = 1 / part
    centre = len(h) * value - ((1 - part) * left).sum()
    sd = np.sqrt(((h * value - (h - 1) * left - centre) ** 2 / (h - 1)).mean())
    if sd <= 1e-12:
        return np.nan, np.nan, np.nan
    df = max(1.0, min(len(h) - 1, 1 / (part**2).sum() - 1))
    half = float(np.interp(1 / df, GRID, T_AT_GRID)) * sd
    return max(0.0, value - half), min(1.0, value + half), df


@once
def activities_of(level: str) -> pd.DataFrame:
    """Statement and activity of this level (dwa_id, iwa_id), once each: of any task that is written so (O*NET 20.1)."""
    tasks, links = (facts.load(name).query("onet_version == '20.1'") for name in ("onet_tasks", "task_activities"))
    rows = tasks.merge(links, on=["onet_version", "task_id"]).merge(facts.load("activities"), on="dwa_id")
    return rows[["statement_hash", level]].drop_duplicates().rename(columns={level: "activity"})


def used_activities(world: World, conversations: pd.DataFrame, level: str, floors: tuple[int, int]) -> set[str]:
    """Activities that pass the floors by picks of one statement alone, and by picks of an activity as such."""
    of_statements = picks_alone(world).merge(activities_of(level), left_on="node_id", right_on="statement_hash")
    direct = world.mappings.query("level in ('dwa', 'iwa') and state == 'answered'")
    above = facts.load("activities")
    parent = dict(zip(above["dwa_id"], above[level], strict=True))
    parent |= {iwa: iwa for iwa in above["iwa_id"] if level == "iwa_id"}
    direct = direct.assign(activity=direct["node_id"].map(parent)).dropna(subset=["activity"])
    picks = pd.concat([of_statements, direct])[["conversation_id", "activity"]]
    rows = picks.merge(conversations[["conversation_id", "user_id"]], on="conversation_id").fillna(
        {"user_id": "nobody"}
    )
    counts = rows.groupby("activity").agg(n=("conversation_id", "nunique"), users=("user_id", "nunique"))
    return set(counts.index[(counts["n"] >= max(floors[0], 1)) & (counts["users"] >= floors[1])])


def draws_of(uses: Uses, floors: set[int]) -> Draws:
    """Sizes and floors of all weeks together; a size beyond what there is is no draw."""
    sizes = [*CONVERSATIONS_DRAWN, len(uses.owners)]
    of_conversations = [("conversations", size, floor) for size in sizes for floor in sorted(floors)]
    return of_conversations + [("users", size, 1) for size in USERS_DRAWN]


def uses_of(world: World, conversations: pd.DataFrame) -> Uses:
    """The same conversations as `Uses`: a statement counts by picks that stand for it alone."""
    owners = conversations.set_index("conversation_id")["user_id"]
    picks = picks_alone(world).rename(columns={"node_id": "statement_hash"})[["conversation_id", "statement_hash"]]
    return Uses(owners, picks[picks["conversation_id"].isin(owners.index)].drop_duplicates())
