"""Parts of an organisation: departments by hand in pandas, floors by kind of segment, and nobody's half of a figure."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from built_home import Built
from by_hand import label_cells, mapping_cells, once, periods_of, segments_of
from compiled import Compiled
from test_shares import CELL_COLUMN, SPECIAL, compare
from worlds import World, write_world

from economic_index.publish.figures import FIGURES
from economic_index.publish.served import ServedMarts

pytestmark = pytest.mark.slow
FLOOR_CONVERSATIONS, FLOOR_USERS, FLOOR_OF_PEOPLE = 15, 5, 10
BROUGHT = {"department", "site"}
BUILT_IN = {"all", "product", "model", "source", "surface"}
LARGE, SMALL, ONE_MANS = "research", "board", "workshop"
ALL = ("all", date(2020, 6, 1))
SHARES = {
    "mart_collaboration": ("labels", "collaboration"),
    "mart_tasks": ("mappings", "statement"),
    "mart_soc_groups": ("mappings", "soc_group"),
}


def department_of(person: int) -> str:
    """Five people on the board; in the workshop person 1, who speaks most, and some who hardly do."""
    if person == 1 or 60 <= person < 85:
        return ONE_MANS
    return SMALL if 20 <= person < 27 else LARGE if person % 2 else "sales"


def two_sources(conversations: pd.DataFrame) -> pd.DataFrame:
    """A chat product and an agent's log; a few conversations that were left out by their weight."""
    is_agent = conversations["person"] % 4 == 0
    return conversations.assign(
        source=np.where(is_agent, "agent log", "logs"),
        surface=np.where(is_agent, "agent", "chat"),
        weight=np.where(np.arange(len(conversations)) % 40 == 9, 0.0, conversations["weight"]),
        user_message_count=1 + conversations["person"] % 3,
        message_count=2 + conversations["person"] % 5,
    )


def parts(conversations: pd.DataFrame) -> pd.DataFrame:
    """Rows of lake/segments: a department for whoever is known and not in three, a site for everybody."""
    known = conversations[conversations["user_id"].notna() & (conversations["person"] % 3 != 0)]
    rows = [
        pd.DataFrame({"conversation_id": known["conversation_id"], "segment_type": "department",
                      "segment": known["person"].map(department_of)}),
        pd.DataFrame({"conversation_id": conversations["conversation_id"], "segment_type": "site",
                      "segment": np.where(conversations["person"] < 30, "north", "south")}),
    ]  # fmt: skip
    return pd.concat(rows, ignore_index=True)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    kept: dict[str, pd.DataFrame] = {}

    def with_sources(conversations: pd.DataFrame) -> pd.DataFrame:
        kept["conversations"] = two_sources(conversations)
        return kept["conversations"]

    root = tmp_path_factory.mktemp("parts")
    made = write_world(
        root, count=2000, users=90, of_conversations=with_sources, of_segments=lambda rows: parts(kept["conversations"])
    )
    counts = made.conversations["weight"] > 0
    left = made.conversations[counts].reset_index(drop=True)
    ids = set(left["conversation_id"])
    of_ids = [rows[rows["conversation_id"].isin(ids)] for rows in (made.facets, made.mappings, made.segments)]
    return World(made.lake, left, *of_ids)


@pytest.fixture(scope="module")
def marts(built: Built, world: World) -> Iterator[duckdb.DuckDBPyConnection]:
    """Every model over this home: the SQL of the build, without a second one."""
    with Compiled(built.world.lake.dbt_target).run_all(built.world.lake.root, world.lake.root) as connection:
        yield connection


@once
def segments_by_hand(world: World) -> dict[tuple[str, str], set[str]]:
    """Every segment with its conversations, the brought types included."""
    found = {}
    for brought in sorted(BROUGHT):
        rows = world.segments[world.segments["segment_type"] == brought]
        of_type = segments_of(World(world.lake, world.conversations, world.facets, world.mappings, rows))
        found |= {(brought if kind == "department" else kind, name): ids for (kind, name), ids in of_type.items()}
    return found


def rows_of(marts: duckdb.DuckDBPyConnection, mart: str) -> pd.DataFrame:
    rows = marts.execute(f"select * from marts.{mart}").df().rename(columns={CELL_COLUMN[mart]: "cell"})
    return rows.assign(period_start=pd.to_datetime(rows["period_start"]).dt.date)


def cells_of(world: World, mart: str) -> pd.DataFrame:
    kind, name = SHARES[mart]
    return {"labels": label_cells, "mappings": mapping_cells}[kind](world)[name]


def people_of(conversations: pd.DataFrame) -> int:
    """All who are not known are one."""
    return conversations["user_id"].nunique() + int(conversations["user_id"].isna().any())


def is_shown(segment_type: str, conversations: pd.DataFrame) -> bool:
    """Whether a segment is large enough to be shown in a period at all."""
    is_large = len(conversations) >= FLOOR_CONVERSATIONS and people_of(conversations) >= FLOOR_OF_PEOPLE
    return segment_type in BUILT_IN or is_large


def evidence_of(cells: pd.DataFrame, conversations: pd.DataFrame) -> pd.DataFrame:
    """Conversations and people behind each cell, and the largest part of its weight that is one known person's."""
    rows = cells.merge(conversations[["conversation_id", "user_id"]], on="conversation_id")
    of_cell = rows.fillna({"user_id": "nobody"}).groupby("cell")
    largest = rows.groupby(["cell", "user_id"])["weight"].sum().groupby("cell").max()
    return pd.DataFrame(
        {
            "conversations": of_cell["conversation_id"].nunique(),
            "people": of_cell["user_id"].nunique(),
            "largest_part": largest / of_cell["weight"].sum(),
        }
    )


def largest_part(cells: pd.DataFrame, conversations: pd.DataFrame) -> float:
    """The largest part of some weight that is one known person's."""
    joined = cells.merge(conversations[["conversation_id", "user_id"]], on="conversation_id")
    return float(joined.groupby("user_id")["weight"].sum().max() / joined["weight"].sum())


@pytest.mark.parametrize("mart", sorted(SHARES))
def test_departments_and_sources_have_the_shares_of_pandas(
    marts: duckdb.DuckDBPyConnection, world: World, mart: str
) -> None:
    rows, cells = rows_of(marts, mart), cells_of(world, mart)
    of_department = Built(World(world.lake, world.conversations, world.facets, world.mappings,
                                world.segments[world.segments["segment_type"] == "department"]))  # fmt: skip
    chosen = {("all", "all"), ("department", LARGE), ("source", "agent log"), ("surface", "chat")}
    assert compare(rows, cells, of_department, chosen) >= 40


@pytest.mark.parametrize("mart", sorted(SHARES))
def test_what_is_shown_of_a_part_passes_its_floor_and_is_nobodys_half(
    marts: duckdb.DuckDBPyConnection, world: World, mart: str
) -> None:
    """Both ways: what may not be shown is not, and what may be shown is, unless it hides another cell."""
    rows, cells = rows_of(marts, mart).query("footing == 'of_all'"), cells_of(world, mart)
    keys = ["period_type", "period_start", "segment_type", "segment"]
    shown = {key: dict(zip(of["cell"], of["usage_share"], strict=True)) for key, of in rows.groupby(keys)}
    below, above, segments = [], [], segments_by_hand(world)
    for period_type, start, weeks in periods_of(list(world.conversations["week_start"])):
        of_period = world.conversations[world.conversations["week_start"].isin(weeks)]
        for (segment_type, segment), ids in segments.items():
            of_part = of_period[of_period["conversation_id"].isin(ids)]
            table = shown.get((period_type, start, segment_type, segment))
            assert (table is not None) == (is_shown(segment_type, of_part) and len(of_part) > 0)
            if table is None:
                continue
            floor = FLOOR_OF_PEOPLE if segment_type in BROUGHT else FLOOR_USERS
            mine = cells[cells["conversation_id"].isin(set(of_part["conversation_id"])) & ~cells["cell"].isin(SPECIAL)]
            for cell, conversations, people, largest in evidence_of(mine, of_part).itertuples(name=None):
                passes = conversations >= FLOOR_CONVERSATIONS and people >= floor
                if not passes or largest > 0.5 + 1e-9:
                    assert cell not in table, (mart, period_type, start, segment_type, segment, cell)
                    below.append((segment_type, passes))
                elif not np.isnan(table.get(cell, np.nan)):
                    above.append(segment_type)
            hidden = mine[~mine["cell"].isin(table)]
            if len(hidden) and not np.isnan(table.get("_suppressed", np.nan)):
                assert largest_part(hidden, of_part) <= 0.5 + 1e-9
    assert ("department", False) in below
    # passes the floor, and is hidden as one person's alone
    assert ("department", True) in below or mart != "mart_collaboration"
    assert set(above) >= {"all", "department", "site", "source"}


def test_a_part_that_is_too_small_is_in_no_mart_and_a_person_who_is_half_of_one_hides_its_cells(
    marts: duckdb.DuckDBPyConnection, world: World
) -> None:
    board = world.conversations[
        world.conversations["conversation_id"].isin(segments_by_hand(world)["department", SMALL])
    ]
    assert len(board) >= 2 * FLOOR_CONVERSATIONS
    assert FLOOR_USERS <= people_of(board) < FLOOR_OF_PEOPLE
    names = [name for (name,) in marts.execute(
        "select table_name from information_schema.columns where table_schema = 'marts' and column_name = 'segment'"
    ).fetchall()]  # fmt: skip
    assert len(names) > 20
    for name in names:
        found = marts.execute(f"select count(*) from marts.{name} where segment = '{SMALL}'").fetchone()
        assert found == (0,), name
    workshop = rows_of(marts, "mart_collaboration").query("segment == @ONE_MANS and period_type == 'all'")
    labels = label_cells(world)["collaboration"]
    ids = segments_by_hand(world)["department", ONE_MANS]
    leaning = labels[(labels["cell"] == "feedback_loop") & labels["conversation_id"].isin(ids)]  # as person 1 does
    behind = world.conversations[world.conversations["conversation_id"].isin(set(leaning["conversation_id"]))]
    assert people_of(behind) >= FLOOR_OF_PEOPLE
    assert largest_part(leaning, behind) > 0.5
    assert len(workshop)
    assert "feedback_loop" not in set(workshop["cell"])


def test_what_is_too_small_is_counted_together(marts: duckdb.DuckDBPyConnection, world: World) -> None:
    found = marts.execute(
        "select segment, conversations from marts.mart_accounting where segment_type = 'department' "
        "and period_type = 'all' and measure = 'task'"
    ).df().groupby("segment")["conversations"].sum()  # fmt: skip
    assert set(found.index) == {"(too few)", "(unknown)", LARGE, ONE_MANS, "sales"}
    assert found["(too few)"] == len(segments_by_hand(world)["department", SMALL])
    assert found.sum() == len(world.conversations)


def test_the_floor_that_a_part_keeps_is_printed(marts: duckdb.DuckDBPyConnection) -> None:
    rows = rows_of(marts, "mart_collaboration")
    floors = rows.groupby("segment_type")["floor"].unique().map(list)
    assert floors["department"] == ["15 conversations, 10 users"]
    assert floors["source"] == floors["all"] == ["15 conversations, 5 users"]


def test_counts_for_other_units_reach_the_figures_layer(marts: duckdb.DuckDBPyConnection, world: World) -> None:
    """By conversation, by user and by message: of one table, without reading a log again."""
    rows = marts.execute(
        "select use_case, sum(weight) as conversations, sum(weight * user_message_count) as messages, "
        "count(distinct cluster_key) as users from intermediate.int_conversations_labelled group by use_case"
    ).df().set_index("use_case")  # fmt: skip
    labels = label_cells(world)["use_case"].merge(world.conversations, on="conversation_id", suffixes=("", "_of"))
    labels["messages"] = labels["weight"] * labels["user_message_count"]
    by_hand = labels.groupby("cell")[["weight", "messages"]].sum()
    np.testing.assert_allclose(rows["conversations"], by_hand["weight"].reindex(rows.index))
    np.testing.assert_allclose(rows["messages"], by_hand["messages"].reindex(rows.index))
    facts = marts.execute("select sum(message_count), count(*) from marts.fct_conversations").fetchone()
    assert facts == (world.conversations["message_count"].sum(), len(world.conversations))


def test_the_report_draws_the_parts_of_a_build(marts: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    figure = next(figure for figure in FIGURES if figure.name == "figure_parts")
    frames = {"mart_automation": marts.execute("select * from marts.mart_automation").df()}
    result = figure.build(ServedMarts.holding(frames, build_id="parts"))
    assert result.chart is not None
    assert set(result.table["segment_type"]) == {"department", "site", "source", "surface"}
    assert SMALL not in result.table.to_csv()
