"""Shares by work activity against the same from the answers and O*NET's links."""

import pandas as pd
import pytest
from built_home import Built
from classifications_by_hand import activity_cells
from test_shares import compare

from economic_index.taxonomy import facts

pytestmark = pytest.mark.slow


def rows_of_level(built: Built, level: str) -> pd.DataFrame:
    """The mart at one level, its activity named `cell`."""
    rows = built.query(f"select * from marts.mart_activities where activity_level = '{level}'")
    rows = rows.rename(columns={"activity_id": "cell"})
    return rows.assign(period_start=pd.to_datetime(rows["period_start"]).dt.date)


@pytest.mark.parametrize("level", ["iwa", "gwa"])
def test_every_share_shown_is_the_share_by_hand(built: Built, level: str) -> None:
    assert compare(rows_of_level(built, level), activity_cells(built.world, level), built) >= 60


def test_detailed_activities_are_kept_for_all_conversations_together(built: Built) -> None:
    rows = rows_of_level(built, "dwa")
    assert set(rows["segment_type"]) == {"all", "published"}
    cells = activity_cells(built.world, "dwa")
    assert compare(rows, cells, built, segments={("all", "all")}) >= 40


def test_activities_are_named_by_the_generalised_one_above_them(built: Built) -> None:
    names = facts.load("activities")
    for level in ("dwa", "iwa", "gwa"):
        above = names.drop_duplicates(f"{level}_id").set_index(f"{level}_id")["gwa_name"]
        rows = rows_of_level(built, level)
        labels = rows[~rows["cell"].str.startswith("_")]
        assert len(labels) > 20
        assert list(labels["gwa_name"]) == list(labels["cell"].map(above))
        assert labels["n_conversations"].min() >= 15
        assert labels["n_users"].min() >= 5
