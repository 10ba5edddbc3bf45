"""Worlds of a few conversations on two sides, and the project's own SQL of mix and within run over them in memory."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self

import duckdb
import numpy as np
import pandas as pd
from by_hand import once
from compiled import Compiled
from mix_by_hand import PATTERNS_OF, merge_sparse

WEEKS = (date(2026, 3, 2), date(2026, 3, 9))
VERSION = "20.1"
# statement, group, part of the statement
GROUP_PARTS = pd.DataFrame(
    [("s", "15", 1.0), ("t", "15", 0.5), ("t", "27", 0.5), ("u", "27", 1.0)],
    columns=["statement_hash", "soc_group", "part"],
)
# mapping: its picks with their parts; one statement is not listed, one pick reaches a group alone
PICKS = {
    2: {"s": 1.0},
    6: {"s": 0.625, "t": 0.375},
    10: {"t": 1.0},
    14: {"u": 1.0},
    18: {"_none": 1.0},
    22: {"unlisted": 1.0},
    26: {"_unclassified": 1.0},
}
COARSE_GROUP = {26: "15"}
PATTERNS = (*PATTERNS_OF["automation"], "task_iteration", "learning", "validation", "_none")
# first what is between the conversations and the sums, then the models under test
BETWEEN = (
    "int_users_summed_to_periods",
    "int_repeat_users_numbered",
    "int_repeat_users_answered",
    "int_answers_summed_to_periods",
)
UNDER_TEST = (
    "int_sides_listed",
    "int_patterns_summed_to_sides",
    "int_users_listed_in_sides",
    "int_statements_placed_in_cells",
    "int_mappings_placed_in_cells",
    "int_cells_summed_to_sides",
    "int_cells_decomposed",
    "int_influences_computed",
    "int_influences_summed_to_answers",
    "int_influences_summed_to_users",
    "int_decomposition_variances_computed",
    "int_decompositions_computed",
    "int_changes_summed_to_users",
    "int_stayers_counted",
    "int_stayers_compared",
    "mart_decomposition",
    "mart_stayers",
)


def mode(pattern: str) -> str:
    """Automation or augmentation, of a classified pattern."""
    return pattern if pattern == "_none" else "automation" if pattern in PATTERNS_OF["automation"] else "augmentation"


def patterns_key(mapping: int, pattern: str) -> int:
    """A number of the pair that no other pair has."""
    return 100 * mapping + PATTERNS.index(pattern)


@dataclass(frozen=True)
class SmallWorld:
    """One row a conversation: conversation_id, side (0, 1), cluster (below zero: unknown), mapping, pattern, weight."""

    rows: pd.DataFrame

    @classmethod
    def of(cls, records: Iterable[tuple[int, int | None, int, str, float]]) -> Self:
        """Side, user, mapping, pattern and weight of each conversation."""
        rows = pd.DataFrame(records, columns=["side", "cluster", "mapping", "pattern", "weight"])
        rows["conversation_id"] = range(1, len(rows) + 1)
        rows["cluster"] = rows["cluster"].astype("Int64").fillna(-rows["conversation_id"]).astype(int)
        return cls(rows)

    def side(self, number: int) -> pd.DataFrame:
        """Its conversations with a classified pattern."""
        return self.rows[self.rows["side"].eq(number) & self.rows["pattern"].ne("_none")]

    def placed(self, level: str) -> pd.DataFrame:
        """Conversation, cell and weight, of both sides."""
        rows = self.rows[self.rows["pattern"].ne("_none")]
        parts = group_cells() if level == "soc_group" else picks()
        cells = rows.merge(parts, on="mapping")
        cells["weight"] *= cells["part"]
        cells = cells[["conversation_id", "cell", "weight"]]
        return cells.assign(is_merged=False) if level == "soc_group" else merge_sparse(cells, GROUP_PARTS)


@once
def picks() -> pd.DataFrame:
    """Mapping, statement or special cell, part."""
    rows = [(mapping, cell, part) for mapping, of_mapping in PICKS.items() for cell, part in of_mapping.items()]
    return pd.DataFrame(rows, columns=["mapping", "cell", "part"])


@once
def group_cells() -> pd.DataFrame:
    """Mapping, SOC group or special cell, part."""
    rows = picks().merge(GROUP_PARTS, how="left", left_on="cell", right_on="statement_hash", suffixes=("", "_of_group"))
    rows["part"] *= rows["part_of_group"].fillna(1)
    special = rows["cell"].where(rows["cell"].str.startswith("_"), "_unmapped")
    rows["cell"] = rows["soc_group"].fillna(rows["mapping"].map(COARSE_GROUP)).fillna(special)
    return rows.groupby(["mapping", "cell"], as_index=False)["part"].sum()


def denominators(world: SmallWorld) -> pd.DataFrame:
    """The sums over users that int_denominators_summed has, of the classified patterns of each side."""
    rows = []
    for number in (0, 1):
        h = world.side(number).groupby("cluster")["weight"].sum()
        h = h / h.sum()
        known = int((h.index > 0).sum()) + int((h.index < 0).any())
        sums = (h**2).sum(), (h**2 / (1 - h)).sum(), (h**4 / (1 - h) ** 2).sum()
        rows.append((number + 1, 1, 1, known, h.max(), *sums))
    names = ["period_key", "segment_key", "denominator_key", "n_users", "h_max", "h2", "h2_leveraged", "h4_leveraged"]
    return pd.DataFrame(rows, columns=names)


def given_tables(
    world: SmallWorld, pairs: list[tuple[str, int, int]], floors: tuple[int, int]
) -> dict[str, pd.DataFrame]:
    """What the SQL reads, by table; `pairs` are comparison and the numbers of both sides."""
    rows = world.rows
    keys = [patterns_key(m, p) for m, p in zip(rows["mapping"], rows["pattern"], strict=True)]
    answered = rows[["cluster", "weight"]].rename(columns={"cluster": "cluster_key"})
    answered = answered.assign(week_start=[WEEKS[side] for side in rows["side"]], segment_keys=[[1]] * len(rows))
    answered = answered.assign(facets_key=4, skills_key=5, mapping_key=rows["mapping"], patterns_key=keys)
    numbered = [(patterns_key(m, p), m, p, mode(p)) for m in PICKS for p in PATTERNS]
    listed = [
        (number, comparison, outcome, a + 1, 1, b + 1, 1)
        for number, (comparison, a, b) in enumerate(pairs, start=1)
        for outcome in ("automation", "learning")
    ]
    sides = ["period_key_a", "segment_key_a", "period_key_b", "segment_key_b"]
    labelled = picks().rename(columns={"mapping": "mapping_key", "cell": "statement"}).assign(onet_version=VERSION)
    assigned = group_cells().rename(columns={"mapping": "mapping_key", "cell": "soc_group"})
    floor = {"floor_conversations": floors[0], "floor_users": floors[1], "is_self": False, "are_users_logged": True}
    names = ["week_start", "period_type", "period_start", "period_key"]
    weeks = [(week, "week", week, number) for number, week in enumerate(WEEKS, start=1)]
    periods = pd.DataFrame(weeks, columns=names)
    return {
        "int_conversations_answered": answered,
        "int_periods_numbered": periods,
        "int_periods_listed": periods[names[1:]],
        "int_patterns_numbered": pd.DataFrame(
            numbered, columns=["patterns_key", "mapping_key", "collaboration", "automation"]
        ),
        "int_mappings_labelled": labelled,
        "int_occupations_assigned": assigned,
        "int_statements_split_to_occupations": GROUP_PARTS.rename(columns={"part": "occupation_weight"}).assign(
            onet_version=VERSION
        ),
        "int_decompositions_listed": pd.DataFrame(listed, columns=["pair_key", "comparison", "outcome", *sides]),
        "int_denominators_summed": denominators(world),
        "int_cells_numbered": pd.DataFrame([(1, "automation", "_classified")], columns=["cell_key", "measure", "cell"]),
        "int_segments_numbered": pd.DataFrame([(1, "all", "all")], columns=["segment_key", "segment_type", "segment"]),
        "int_segments_described": pd.DataFrame(
            {"period_key": [1, 2], "segment_key": 1, "engine": "local", "onet_version": VERSION, "cluster_unit": "user"}
        ),
        "int_floors_chosen": pd.DataFrame([floor]),
        "int_shares": shares_with_deff(1.0),
    }


def shares_with_deff(deff: float) -> pd.DataFrame:
    """Shares of the whole (period 9) at one design effect."""
    rows = [(9, 1, measure, measure, "of_classified", deff) for measure in ("automation", "collaboration")]
    return pd.DataFrame(rows, columns=["period_key", "segment_key", "measure", "cell", "footing", "deff"])


def run(compiled: Compiled, given: dict[str, pd.DataFrame], wanted: Collection[str] = ()) -> duckdb.DuckDBPyConnection:
    """All models over the given tables, or the wanted ones and what they are made of."""
    return compiled.run([*BETWEEN, *UNDER_TEST], given, wanted)


def heavy_tailed(seed: int, users: int, count: int) -> SmallWorld:
    """Two sides by the same people: a few make most of it, and all have a task and a pattern that they lean to."""
    rng = np.random.default_rng(seed)
    popularity = rng.pareto(1.2, users) + 0.2
    mappings = np.array(list(PICKS))
    leaning = rng.choice(mappings, users)
    rate = rng.beta(1.5, 2, users)
    records = []
    for side in (0, 1):
        shift = np.array([8, 2, 3, 2, 1, 1, 1]) if side == 0 else np.array([4, 3, 3, 4, 1, 2, 1])
        who = rng.choice(users, count, p=popularity / popularity.sum())
        drawn = rng.choice(mappings, count, p=shift / shift.sum())
        mapping = np.where(rng.random(count) < 0.4, leaning[who], drawn)
        is_automation = rng.random(count) < np.clip(rate[who] + 0.2 * (mapping == 2) - 0.1 * side, 0, 1)
        pattern = np.where(is_automation, "directive", "learning")
        records += [(side, int(w) + 1, int(m), str(p), 1.0) for w, m, p in zip(who, mapping, pattern, strict=True)]
    return SmallWorld.of(records)
