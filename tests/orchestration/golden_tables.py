"""Every table of shares of one week, from its classified rows and the facts: cells, what is hidden, and the shares.

Cells and formulas are those of tests/dbt/by_hand.py; floors and hiding are written here from method 3.5. No SQL.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from by_hand import joint_cells, label_cells, mapping_cells, pooled_design_effect, share
from figures_by_hand import wage_quartiles
from mix_by_hand import group_parts
from worlds import World

from economic_index.contracts.lake import SOURCES
from economic_index.taxonomy import facts

FOOTINGS = ("of_all", "of_classified")
SUPPRESSED = "_suppressed"


@dataclass(frozen=True)
class Table:
    """Rows of (conversation_id, cell, weight), and the weight of each conversation in the two denominators."""

    cells: pd.DataFrame
    whole: dict[str, pd.Series]
    is_in_full: bool = False
    """A conversation counts in full in each of its cells: how many stand behind several is bounded by the largest."""


@dataclass(frozen=True)
class Floors:
    """What a cell needs to be shown; no users are asked for where they are not those of the log."""

    conversations: int
    users: int


def _is_special(cells: pd.Series) -> pd.Series:
    return cells.str.startswith("_")


def _summed(cells: pd.DataFrame) -> pd.DataFrame:
    return cells.groupby(["conversation_id", "cell"], as_index=False)["weight"].sum()


def _table(cells: pd.DataFrame, all_that_came_in: pd.Series | None) -> Table:
    """A table whose cells share each conversation by weight; within a group only the group's part came in."""
    classified = cells[~_is_special(cells["cell"])].groupby("conversation_id")["weight"].sum()
    within = cells.groupby("conversation_id")["weight"].sum()
    return Table(
        cells, {"of_all": within if all_that_came_in is None else all_that_came_in, "of_classified": classified}
    )


def _renamed(occupations: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """Cells of a fact about occupations; an occupation without it is unmapped."""
    named = occupations["cell"].map(names).fillna("_unmapped")
    return _summed(occupations.assign(cell=named.where(~_is_special(occupations["cell"]), occupations["cell"])))


def _floored_first(world: World, statements: pd.DataFrame) -> pd.DataFrame:
    """Groups after statements below the published floor were dropped; nobody's users are known, so 15 conversations."""
    counted = statements[~_is_special(statements["cell"])].groupby("cell")["conversation_id"].nunique()
    kept = statements[statements["cell"].isin(counted.index[counted >= 15])]
    split = kept.merge(group_parts(), left_on="cell", right_on="statement_hash")
    of_group = split.assign(weight=split["weight"] * split["part"], cell=split["soc_group"])
    rare = statements[~statements["cell"].isin(kept["cell"]) & ~_is_special(statements["cell"])]
    special = statements[_is_special(statements["cell"])]
    parts = [of_group, rare.assign(cell="_below_floor"), special]
    return _summed(pd.concat([part[["conversation_id", "cell", "weight"]] for part in parts]))


def _skills_needed(occupations: pd.DataFrame, came_in: pd.Series) -> Table:
    """Skills by the need of the occupations: they overlap, so what is classified is what is left by special cells."""
    skills = facts.load("skills").query("onet_version == '20.1' and needed_share > 0")
    rows = occupations.merge(
        skills[["onet_soc_code", "skill", "needed_share"]], how="left", left_on="cell", right_on="onet_soc_code"
    )
    rows["weight"] *= rows["needed_share"].fillna(1)
    other = rows["cell"].where(_is_special(rows["cell"]), "_unmapped")
    cells = _summed(rows.assign(cell=rows["skill"].fillna(other))[["conversation_id", "cell", "weight"]])
    special = cells[_is_special(cells["cell"])].groupby("conversation_id")["weight"].sum()
    classified = (came_in - special.reindex(came_in.index, fill_value=0)).round(12)
    return Table(cells, {"of_all": came_in, "of_classified": classified[classified > 0]}, is_in_full=True)


def tables_of(world: World) -> dict[tuple[str, str], Table]:
    """Every table by measure and group; the group is empty where the table is of all conversations."""
    came_in = world.conversations.set_index("conversation_id")["weight"]
    labels, mapped = label_cells(world), mapping_cells(world)
    cells = labels | mapped | {"wage_quartile": _renamed(mapped["occupation"], wage_quartiles())}
    cells["soc_group_floored_first"] = _floored_first(world, mapped["statement"])
    tables = {(measure, ""): _table(rows, came_in) for measure, rows in cells.items()}
    tables["skills_needed", ""] = _skills_needed(mapped["occupation"], came_in)
    for label in ("collaboration", "automation"):
        for group, rows in joint_cells(mapped["soc_group"], labels[label]).items():
            tables[f"{label}_by_soc_group", group] = _table(_summed(rows), None)
    return tables


def hidden_cells(table: Table, users: pd.Series, floors: Floors) -> tuple[list[str], bool]:
    """Cells that may not be shown, and whether not even their sum may be (method 3.5).

    Cells below the floor are hidden, and the next smallest with them, until what stands for them is at least two
    cells and passes the floor itself; if all of them do not, the table is withheld.
    """
    rows = table.cells[~_is_special(table.cells["cell"])]
    rows = rows.assign(user=rows["conversation_id"].map(users))
    counted = rows.groupby("cell").agg(n=("conversation_id", "nunique"), u=("user", "nunique"), y=("weight", "sum"))
    by_user = rows.groupby(["cell", "user"])["weight"].sum().sort_values(ascending=False)
    top = [by_user.groupby("cell").apply(lambda part, k=k: part.iloc[:k].sum()) for k in (1, 2)]
    below = counted["n"] < floors.conversations
    if floors.users:
        below |= (counted["u"] < floors.users) | (top[0] > 0.8 * counted["y"]) | (top[1] > 0.9 * counted["y"])
    if not below.any():
        return [], False
    order = counted.assign(first=~below).sort_index().sort_values(["first", "n", "y"], kind="stable").index
    for count in range(max(2, int(below.sum())), len(order) + 1):
        largest = counted.loc[order[:count], ["n", "u"]].max()
        is_enough = not table.is_in_full or (largest["n"] >= floors.conversations and largest["u"] >= floors.users)
        if is_enough and _passes(rows[rows["cell"].isin(order[:count])], floors):
            return list(order[:count]), False
    return list(order), len(order) < 2 or not _passes(rows, floors)


def _passes(rows: pd.DataFrame, floors: Floors) -> bool:
    return rows["conversation_id"].nunique() >= floors.conversations and rows["user"].nunique() >= floors.users


def _presentation(n_eff: float, df: float, lo: float, hi: float, p: float) -> str:
    """How a share may be shown (method 5.1)."""
    if np.isnan(lo) or n_eff < 10 or df < 2:
        return "interval only"
    wide = hi - lo >= 0.30 or (hi - lo > 0.05 and hi - lo > 1.3 * p)
    return "imprecise" if n_eff < 30 or df < 5 or wide else "ok"


def published_rows(table: Table, users: pd.Series, floors: Floors) -> Iterator[dict[str, object]]:
    """Every row that the table must publish, in both footings, with all its numbers."""
    hidden, is_withheld = hidden_cells(table, users, floors)
    for footing in FOOTINGS:
        whole = table.whole[footing]
        rows = table.cells[(footing == "of_all") | ~_is_special(table.cells["cell"])]
        if rows.empty:
            continue
        d = whole.groupby(whole.index.map(users)).sum()
        y = rows.assign(user=rows["conversation_id"].map(users)).pivot_table(
            index="cell", columns="user", values="weight", aggfunc="sum", fill_value=0.0
        )
        y = y.reindex(columns=d.index, fill_value=0.0)
        kish = whole.sum() ** 2 / (whole**2).sum()
        # weights scaled to sum to Kish's n: the formulas are those of unit weights then, whatever the unit
        scale = kish / d.sum()
        deff_0 = pooled_design_effect(y.to_numpy() * scale, d.to_numpy() * scale, kish)
        shown = {cell: [cell] for cell in y.index if cell not in hidden} | ({SUPPRESSED: hidden} if hidden else {})
        for cell, parts in shown.items():
            n = rows[rows["cell"].isin(parts)]["conversation_id"].nunique()
            found = share(y.loc[parts].sum().to_numpy(), d.to_numpy(), len(whole), kish, deff_0, (n, 0))
            usage = {
                "usage_share": found.share,
                "usage_share_lo": found.lo,
                "usage_share_hi": found.hi,
                "numerator": found.numerator,
                "n_conversations": found.conversations,
                "n_eff": found.n_eff,
                "deff": found.deff,
                "df": found.df,
            }
            if is_withheld and cell == SUPPRESSED:
                usage = dict.fromkeys(usage, np.nan)
            shape = _presentation(found.n_eff, found.df, found.lo, found.hi, found.share)
            yield usage | {
                "footing": footing,
                "cell": cell,
                "denominator": found.denominator,
                "n": len(whole),
                "n_users": np.nan,  # users were assigned: none is counted
                "is_suppressed": cell == SUPPRESSED,
                "presentation": "suppressed" if cell == SUPPRESSED else shape,
            }


@dataclass(frozen=True)
class GoldenWeek:
    """The classified rows of the week, and what follows from them."""

    world: World

    @cached_property
    def floors(self) -> Floors:
        """The floors that the home's sources declare."""
        source = self.world.lake.read(SOURCES).iloc[0]
        return Floors(int(source["floor_conversations"]), int(source["floor_users"]))

    @cached_property
    def tables(self) -> dict[tuple[str, str], Table]:
        """Every table, by measure and group."""
        return tables_of(self.world)

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Every row that the tables must publish."""
        users = self.world.conversations.set_index("conversation_id")["user_id"]
        # a group that is hidden has no table of its own: its denominator would tell what is hidden
        hidden, _ = hidden_cells(self.tables["soc_group", ""], users, self.floors)
        rows = [
            {"measure": measure, "group": group, **row}
            for (measure, group), table in self.tables.items()
            if group not in hidden
            for row in published_rows(table, users, self.floors)
        ]
        return pd.DataFrame(rows)

    def shown(self, measure: str, footing: str = "of_classified") -> pd.DataFrame:
        """Rows of a measure's labels that may be shown, by cell."""
        rows = self.rows.query("measure == @measure and footing == @footing and group == ''").set_index("cell")
        return rows[~_is_special(rows.index.to_series())]
