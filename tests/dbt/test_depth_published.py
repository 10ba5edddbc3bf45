"""Depth of the release of February 2025 through the ordinary marts: no users, no floor of ours, no singletons.

Its digits at every size are fixtures (test_published_fixtures.py).
"""

import pandas as pd
import pytest
from built_home import Built

pytestmark = pytest.mark.slow
FEBRUARY = "segment = '2025-02-10 claude_ai'"


@pytest.fixture(scope="module")
def rows(built: Built) -> pd.DataFrame:
    return built.query(f"select * from marts.mart_depth_rarefied where {FEBRUARY}")


def test_it_is_drawn_to_every_size_below_its_own_with_the_published_floor(rows: pd.DataFrame) -> None:
    drawn = rows[rows["method"] == "conversations"]
    assert set(drawn["draw_floor"]) == {15}
    assert sorted(set(drawn["draw_size"])) == [1_000, 3_000, 10_000, 30_000, 50_000, 100_000, 300_000, 767_510]


def test_a_release_names_no_users_and_has_no_singletons(rows: pd.DataFrame) -> None:
    assert set(rows["interval_method"]) == {"none: the release names no users"}
    assert rows[["value_lo", "value_hi", "df", "n_users"]].isna().all(axis=None)
    assert rows["n_conversations"].eq(767_510).all()
    assert set(rows["method"]) == {"conversations", "coverage"}
    assert rows.loc[rows["method"] == "coverage", "value"].isna().all()


def test_all_that_is_drawn_is_raw_depth(built: Built, rows: pd.DataFrame) -> None:
    """The home's floors are not applied again to what was published."""
    curve = built.query(f"select * from marts.mart_depth_cdf where {FEBRUARY}").set_index("threshold")
    reached = curve["occupations_at_least"]
    assert [reached[threshold] for threshold in (0.1, 0.25, 0.5, 0.75)] == [557, 353, 112, 40]
    assert curve["occupation_count"].eq(974).all()
    whole = rows[(rows["draw_size"] == 767_510) & (rows["statistic"] == "mean")]["value"].item()
    depth = built.query(f"select depth_share from marts.mart_depth where {FEBRUARY}")["depth_share"]
    assert whole == pytest.approx(depth.mean(), abs=1e-9)
