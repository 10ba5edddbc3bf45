"""Shares, intervals and floors of a built home against the same from the answers by pandas and numpy."""

from collections.abc import Collection
from datetime import date

import numpy as np
import pandas as pd
import pytest
from built_home import Built
from by_hand import Share, joint_cells, label_cells, mapping_cells, periods_of, segments_of, shares, skill_cells
from worlds import WEEKS

pytestmark = pytest.mark.slow

CELL_COLUMN = {
    "mart_collaboration": "collaboration",
    "mart_automation": "mode",
    "mart_use_cases": "use_case",
    "mart_intents": "intent",
    "mart_languages": "language",
    "mart_occupational_screen": "is_occupational",
    "mart_tasks": "statement_hash",
    "mart_occupations": "onet_soc_code",
    "mart_soc_groups": "soc_group",
    "mart_skills": "skill",
}
PERIODS = {("week", WEEKS[0]), ("month", date(2026, 4, 1)), ("quarter", date(2026, 4, 1)), ("all", date(2020, 6, 1))}
SEGMENTS = {("all", "all"), ("model", "model-b"), ("department", "(unknown)")}
SPECIAL = ("_unclassified", "_failed", "_not_occupational", "_none", "_unmapped")
GRAIN = ["period_type", "period_start", "segment_type", "segment", "footing"]


def cells_of(built: Built, mart: str) -> pd.DataFrame:
    """Conversation, cell and weight behind a mart."""
    labels, mappings = label_cells(built.world), mapping_cells(built.world)
    return {
        "mart_collaboration": labels["collaboration"],
        "mart_automation": labels["automation"],
        "mart_use_cases": labels["use_case"],
        "mart_intents": labels["intent"],
        "mart_languages": labels["language"],
        "mart_occupational_screen": labels["is_occupational"],
        "mart_tasks": mappings["statement"],
        "mart_occupations": mappings["occupation"],
        "mart_soc_groups": mappings["soc_group"],
        "mart_skills": skill_cells(built.world),
    }[mart]


def rows_of(built: Built, mart: str) -> pd.DataFrame:
    """A mart with its cell column named `cell`."""
    where = "where measure = 'skills'" if mart == "mart_skills" else ""
    rows = built.query(f"select * from marts.{mart} {where}").rename(columns={CELL_COLUMN[mart]: "cell"})
    return rows.assign(period_start=pd.to_datetime(rows["period_start"]).dt.date)


def assert_equal(rows: pd.DataFrame, expected: dict[str, Share]) -> None:
    """Every number of every row, to 1e-8 relative."""
    names = {
        "usage_share": "share",
        "usage_share_lo": "lo",
        "usage_share_hi": "hi",
        "n_eff": "n_eff",
        "deff": "deff",
        "df": "df",
        "numerator": "numerator",
        "denominator": "denominator",
        "n_conversations": "conversations",
        "n_users": "users",
    }
    found = rows[list(names)].to_numpy(float, na_value=np.nan)
    by_hand = pd.DataFrame([vars(expected[cell]) for cell in rows["cell"]], columns=list(names.values()))
    np.testing.assert_allclose(
        found, by_hand.to_numpy(float), rtol=1e-8, atol=1e-12, err_msg=f"{[*names]} of {[*rows['cell']]}"
    )


def compare(
    rows: pd.DataFrame, cells: pd.DataFrame, built: Built, segments: Collection[tuple[str, str]] = SEGMENTS
) -> int:
    """Compare all shown rows of chosen periods and segments; how many there were."""
    conversations = built.world.conversations
    conversations = conversations.assign(cluster=conversations["user_id"].fillna(conversations["conversation_id"]))
    keyed = rows.set_index([*GRAIN, "cell"]).sort_index()
    compared, cuts = 0, segments_of(built.world)
    for period_type, start, weeks in periods_of(list(conversations["week_start"])):
        for segment, ids in cuts.items():
            if (period_type, start) not in PERIODS or segment not in segments:
                continue
            of_cut = conversations[conversations["week_start"].isin(weeks) & conversations["conversation_id"].isin(ids)]
            of_cells = cells[cells["conversation_id"].isin(set(of_cut["conversation_id"]))]
            for footing in ("of_all", "of_classified"):
                expected = shares(of_cells, of_cut, footing)
                table = keyed.loc[(period_type, start, *segment, footing)].reset_index()
                assert set(SPECIAL) & set(expected) <= set(table["cell"])
                shown = table[table["cell"] != "_suppressed"]
                assert_equal(shown, expected)
                compared += len(shown)
    return compared


@pytest.mark.parametrize("mart", sorted(CELL_COLUMN))
def test_every_share_shown_is_the_share_by_hand(built: Built, mart: str) -> None:
    assert compare(rows_of(built, mart), cells_of(built, mart), built) >= 40


@pytest.mark.parametrize("measure", ["collaboration", "automation"])
def test_shares_within_a_group_are_the_shares_by_hand(built: Built, measure: str) -> None:
    groups = joint_cells(mapping_cells(built.world)["soc_group"], label_cells(built.world)[measure])
    column = {"collaboration": "collaboration", "automation": "mode"}[measure]
    rows = built.query(f"select * from marts.mart_{measure}_by_soc_group").rename(columns={column: "cell"})
    rows["period_start"] = pd.to_datetime(rows["period_start"]).dt.date
    assert compare(rows[rows["soc_group"] == "15"], groups["15"], built) >= 40


@pytest.mark.parametrize("mart", sorted(set(CELL_COLUMN) - {"mart_skills"}))
@pytest.mark.parametrize("footing", ["of_all", "of_classified"])
def test_each_table_adds_up_to_all_that_came_in(built: Built, mart: str, footing: str) -> None:
    rows = rows_of(built, mart).query("footing == @footing")
    tables = rows.groupby(GRAIN).agg(
        share=("usage_share", "sum"), weight=("numerator", "sum"), of=("denominator", "max")
    )
    is_withheld = rows.groupby(GRAIN)["usage_share"].apply(lambda shares: shares.isna().any())
    whole = tables[~is_withheld]
    assert len(whole) > 20
    np.testing.assert_allclose(whole["share"], 1, rtol=1e-9)
    np.testing.assert_allclose(whole["weight"], whole["of"], rtol=1e-9)
    if footing == "of_all":
        came_in = built.world.conversations["weight"].sum()
        assert whole.loc[("all", date(2020, 6, 1), "all", "all", "of_all"), "of"] == pytest.approx(came_in)


@pytest.mark.parametrize("mart", sorted(CELL_COLUMN))
def test_no_label_is_shown_below_its_floor(built: Built, mart: str) -> None:
    rows = rows_of(built, mart)
    shown = rows[~rows["cell"].isin(SPECIAL) & rows["usage_share"].notna()]
    assert len(shown) > 20
    assert shown["n_conversations"].min() >= 15
    assert shown["n_users"].min() >= 5


@pytest.mark.parametrize("mart", ["mart_tasks"])
def test_a_suppressed_row_hides_two_cells_and_passes_the_floor_itself(built: Built, mart: str) -> None:
    rows, cells = rows_of(built, mart), cells_of(built, mart)
    weeks = built.world.conversations.set_index("conversation_id")["week_start"]
    suppressed = rows.query("cell == '_suppressed' and footing == 'of_all' and segment_type == 'all'")
    suppressed = suppressed[suppressed["usage_share"].notna() & (suppressed["period_type"] == "week")]
    assert len(suppressed)
    for _, row in suppressed.iterrows():
        of_week = cells[cells["conversation_id"].map(weeks) == row["period_start"]]
        table = rows.query("footing == 'of_all' and segment_type == 'all' and period_type == 'week'")
        shown = set(table[table["period_start"] == row["period_start"]]["cell"])
        hidden = of_week[~of_week["cell"].isin(shown)]
        assert hidden["cell"].nunique() >= 2
        assert row["numerator"] == pytest.approx(hidden["weight"].sum())
        assert row["n_conversations"] == hidden["conversation_id"].nunique() >= 15
        assert row["n_users"] >= 5
        assert row["is_suppressed"]
        assert row["presentation"] == "suppressed"


@pytest.mark.parametrize("measure", ["collaboration", "automation"])
def test_no_table_prints_the_weight_of_a_group_that_is_hidden(built: Built, measure: str) -> None:
    keys = f"{', '.join(GRAIN)}, soc_group"
    within = f"select {keys} from marts.mart_{measure}_by_soc_group where footing = 'of_all'"
    groups = "marts.mart_soc_groups where footing = 'of_all'"
    assert len(built.query(f"select distinct {keys} from ({within})")) > 40
    assert built.query(f"{within} except select {keys} from {groups}").empty
    assert len(built.query(f"from {groups} and soc_group = '_suppressed'")) > 0


def test_a_month_takes_the_weeks_whose_thursday_it_has(built: Built) -> None:
    months = built.query(
        "select period_start, max(denominator) as weight from marts.mart_collaboration "
        "where period_type = 'month' and segment_type = 'all' and footing = 'of_all' group by period_start"
    )
    conversations = built.world.conversations
    april = conversations[conversations["week_start"] >= date(2026, 3, 30)]["weight"].sum()
    found = dict(zip(pd.to_datetime(months["period_start"]).dt.date, months["weight"], strict=True))
    assert found[date(2026, 4, 1)] == pytest.approx(april)
    assert set(found) == {date(2026, 3, 1), date(2026, 4, 1)}
