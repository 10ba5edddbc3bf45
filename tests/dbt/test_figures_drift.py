"""Drift of labels and confidence, computed again user by user; a planted drift is seen, a new engine is no drift."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from built_home import Built
from compiled import Compiled
from drift_by_hand import MEASURES, confidence, drift
from figures_by_hand import cells_of
from worlds import WEEKS, World, write_world

pytestmark = pytest.mark.slow
MARTS = {
    "use_case": "mart_use_cases",
    "collaboration": "mart_collaboration",
    "intent": "mart_intents",
    "soc_group": "mart_soc_groups",
    "is_occupational": "mart_occupational_screen",
}
THIN, CHANGED = WEEKS[1], WEEKS[4]


def test_every_week_is_held_against_the_first_four(built: Built) -> None:
    rows = built.query("select * from marts.mart_drift")
    assert len(rows) == len(WEEKS) * len(MEASURES)
    for _, row in rows.iterrows():
        week, reference = sides_of(row, list(WEEKS[:4]))
        assert row["is_reference"] == (week in WEEKS[:4])
        assert row["reference_week_count"] == len(reference)
        assert row["reference_start"].date() == reference[0]
        hidden = hidden_cells(built, row["measure"], [week, *reference])
        expected = drift(built.world, row["measure"], week, reference, hidden, len(WEEKS))
        assert row["cell_count"] == expected.cells
        found = row[["distance", "expected_distance"]].to_numpy(float)
        np.testing.assert_allclose(found, [expected.distance, expected.expected], rtol=1e-8)
        # quantiles by formula, a thousandth off
        assert row["distance_limit"] == pytest.approx(expected.limit, rel=5e-3)
        assert row["verdict"] == ("drifted" if expected.distance > expected.limit else "as the reference")
    assert not rows["is_other_engine"].any()
    assert set(rows.loc[rows["measure"] == "use_case", "reference_version"]) == {"claude judge"}


def test_confidence_is_compared_over_the_users_of_both_sides(built: Built) -> None:
    rows = built.query("select * from marts.mart_drift")
    assert rows.loc[rows["measure"] == "is_occupational", "mean_confidence"].isna().all()  # that engine says none
    for _, row in rows[rows["measure"] != "is_occupational"].iterrows():
        week, reference = sides_of(row, list(WEEKS[:4]))
        expected = confidence(built.world, row["measure"], week, reference)
        names = ["mean_confidence", "reference_confidence"]
        names += [f"confidence_difference{end}" for end in ("", "_lo", "_hi")]
        np.testing.assert_allclose(
            row[names].to_numpy(float),
            [expected.week, expected.reference, expected.difference, expected.lo, expected.hi],
            rtol=1e-8,
            atol=1e-12,
        )


def sides_of(row: pd.Series, reference: list[date]) -> tuple[date, list[date]]:
    week = row["period_start"].date()
    return week, [other for other in reference if other != week]


def hidden_cells(built: Built, measure: str, weeks: list[date]) -> set[str]:
    """Labels that a week has and its share table does not show."""
    shown = built.query(f"""
        select period_start, {measure} as cell from marts.{MARTS[measure]}
        where period_type = 'week' and segment_type = 'all' and footing = 'of_all' and usage_share is not null
    """)
    cells = cells_of(built.world, measure).merge(
        built.world.conversations[["conversation_id", "week_start"]], on="conversation_id"
    )
    hidden: set[str] = set()
    for week in weeks:
        there = set(cells.loc[cells["week_start"] == week, "cell"])
        hidden |= there - set(shown.loc[shown["period_start"] == pd.Timestamp(week), "cell"])
    return {cell for cell in hidden if not cell.startswith("_")}


@pytest.fixture(scope="module")
def changed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Another home: a thin week, and a last one with another bank, other words of one question, a planted drift."""
    world = changed_world(tmp_path_factory.mktemp("changed"))
    compiled, root = Compiled(built.world.lake.dbt_target), built.world.lake.root
    with compiled.run_all(root, world.lake.root, ["mart_drift", "mart_trend", "mart_changes"]) as connection:
        yield connection


def changed_world(root: Path) -> World:
    last: set[str] = set()

    def thin(rows: pd.DataFrame) -> pd.DataFrame:
        is_left_out = (rows["week_start"] == THIN) & (rows.groupby("week_start").cumcount() >= 14)
        kept = rows[~is_left_out].reset_index(drop=True)
        last.update(kept.loc[kept["week_start"] == CHANGED, "conversation_id"])
        return kept

    def another_bank(rows: pd.DataFrame) -> pd.DataFrame:
        return rows.assign(version=np.where(rows["conversation_id"].isin(last), "2", rows["version"]))

    def planted(rows: pd.DataFrame) -> pd.DataFrame:
        is_last = rows["conversation_id"].isin(last)
        is_moved = is_last & (rows["collaboration_state"] == "answered") & (np.arange(len(rows)) % 5 < 2)
        sure = rows["use_case_confidence"] - np.where(is_last, 0.2, 0.0)
        return rows.assign(
            collaboration=rows["collaboration"].mask(is_moved, "directive"),
            use_case_confidence=sure,
            intent_version=np.where(is_last, "2", "1"),
        )

    return write_world(root, of_conversations=thin, of_mappings=another_bank, of_facets=planted)


def verdicts(changed: duckdb.DuckDBPyConnection, measure: str) -> dict[date, str]:
    rows = changed.execute("select * from marts.mart_drift where measure = ?", [measure]).df()
    return {day.date(): verdict for day, verdict in zip(rows["period_start"], rows["verdict"], strict=True)}


def test_a_planted_drift_is_seen_where_it_was_planted(changed: duckdb.DuckDBPyConnection) -> None:
    assert verdicts(changed, "collaboration")[CHANGED] == "drifted"
    assert verdicts(changed, "use_case")[CHANGED] == "as the reference"
    rows = changed.execute("select * from marts.mart_drift where period_start = ?", [CHANGED]).df().set_index("measure")
    assert rows.loc["use_case", "confidence_difference_hi"] < -0.1
    assert (
        rows.loc["collaboration", "confidence_difference_lo"]
        < 0
        < rows.loc["collaboration", "confidence_difference_hi"]
    )


def test_a_week_below_the_floor_has_no_figure_and_is_no_reference(changed: duckdb.DuckDBPyConnection) -> None:
    rows = changed.execute("select * from marts.mart_drift where period_start = ?", [THIN]).df()
    assert len(rows) == len(MEASURES)
    assert set(rows["verdict"]) == {"too few"}
    assert rows[["distance", "expected_distance", "distance_limit", "mean_confidence"]].isna().all(axis=None)
    references = changed.execute("select period_start, is_reference from marts.mart_drift").df()
    assert set(references.loc[references["is_reference"], "period_start"].dt.date) == set(WEEKS) - {THIN}


def test_another_engine_is_named_and_is_no_drift(changed: duckdb.DuckDBPyConnection) -> None:
    assert verdicts(changed, "intent")[CHANGED] == "another engine"
    assert verdicts(changed, "soc_group")[CHANGED] == "another engine"
    rows = changed.execute("select * from marts.mart_drift where period_start = ?", [CHANGED]).df().set_index("measure")
    assert rows.loc["soc_group", "version"] == "claude judge 2 O*NET 20.1"
    assert rows.loc["intent", "version"] == "claude judge 2"


def test_another_bank_breaks_the_trend_of_groups_and_no_other(changed: duckdb.DuckDBPyConnection) -> None:
    rows = changed.execute("select measure, period_start from marts.mart_trend where is_break").df()
    assert set(zip(rows["measure"], rows["period_start"].dt.date, strict=True)) == {("soc_group", CHANGED)}


def test_another_bank_is_a_break_of_the_change_of_groups_and_no_other(changed: duckdb.DuckDBPyConnection) -> None:
    rows = changed.execute("select distinct measure, period_start, is_break from marts.mart_changes").df()
    assert set(rows["period_start"].dt.date) == {CHANGED}
    is_break = rows.set_index("measure")["is_break"]
    assert dict(is_break) == {"soc_group": True, "collaboration": False, "automation": False}
