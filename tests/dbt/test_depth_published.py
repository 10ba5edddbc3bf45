"""Depth of the published release of February 2025, drawn down: the figures of the fixture (method 2), to their digits.

The release is written into the tables as the index counts it: one cell a statement, its special cell, no user.
"""

import duckdb
import pytest
from built_home import Built
from compiled import Compiled
from depth_worlds import RAREFIED, RAW, counted, listed, named
from figures_by_hand import listings

from economic_index.taxonomy import facts

pytestmark = pytest.mark.slow

# conversations drawn: % of the 974 titles with at least 10, 25, 50 and 75 % of their tasks used, then mean depth in %
DRAWN_DOWN = {
    300_000: (40.23, 19.54, 6.38, 0.69, 13.12),
    100_000: (22.07, 8.37, 1.02, 0.00, 6.40),
    50_000: (13.47, 3.58, 0.24, 0.00, 3.73),
    10_000: (1.85, 0.33, 0.00, 0.00, 0.70),
    767_510: (57.19, 36.24, 11.50, 4.11, 21.13),
}
STATISTICS = ("at_least_10", "at_least_25", "at_least_50", "at_least_75", "mean")


@pytest.fixture(scope="module")
def published(built: Built) -> duckdb.DuckDBPyConnection:
    """The models of depth, run on the release alone."""
    cells = facts.load("published_cells").query("release == '2025-02-10' and facet == 'task'")
    counts = cells.set_index("node_id")["conversation_count"].rename(index={"none": "_none"})
    inputs = named("window", "published", 15, 5) | counted(counts, int(counts.sum())) | listed(listings())
    return Compiled(built.world.lake.dbt_target).run([*RAREFIED, *RAW], inputs)


def test_depth_drawn_down_has_the_digits_of_the_fixture(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute("select * from marts.mart_depth_rarefied where method = 'conversations'").df()
    found = rows.pivot_table(index="draw_size", columns="statistic", values="value") * 100
    assert set(rows["draw_floor"]) == {15}
    assert sorted(found.index) == [1_000, 3_000, 10_000, 30_000, 50_000, 100_000, 300_000, 767_510]
    digits = {size: tuple(found.loc[size, list(STATISTICS)].round(2)) for size in DRAWN_DOWN}
    assert digits == DRAWN_DOWN


def test_a_release_names_no_users_and_has_no_singletons(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute("select * from marts.mart_depth_rarefied").df()
    assert set(rows["interval_method"]) == {"none: the release names no users"}
    assert rows[["value_lo", "value_hi", "df", "n_users"]].isna().all(axis=None)
    assert rows["n_conversations"].eq(767_510).all()
    assert set(rows["method"]) == {"conversations", "coverage"}
    assert rows.loc[rows["method"] == "coverage", "value"].isna().all()


def test_all_that_is_drawn_is_raw_depth(published: duckdb.DuckDBPyConnection) -> None:
    """The home's floors are not applied again to what was published."""
    curve = published.execute("select * from marts.mart_depth_cdf").df().set_index("threshold")
    reached = curve["occupations_at_least"]
    assert [reached[threshold] for threshold in (0.1, 0.25, 0.5, 0.75)] == [557, 353, 112, 40]
    assert curve["occupation_count"].eq(974).all()
    (mean,) = published.execute("select avg(depth_share) from marts.mart_depth").fetchone() or (None,)
    assert round(100 * mean, 2) == 21.13
