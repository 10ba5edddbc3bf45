"""Mix against within on the built home, computed again user by user."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from built_home import Built
from by_hand import periods_of, segments_of
from figures_by_hand import clusters
from mix_by_hand import classified, decompose, interval, placed_in_cells, sides_by_hand
from worlds import WEEKS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def mart(built: Built) -> pd.DataFrame:
    """The whole mart."""
    return built.query("select * from marts.mart_decomposition")


def conversations_of(built: Built, row: pd.Series, side: str) -> pd.DataFrame:
    """The conversations of one side that have a classified pattern."""
    weeks_of = {(name, start): weeks for name, start, weeks in periods_of(list(WEEKS))}
    weeks = weeks_of[row[f"period_type_{side}"], row[f"period_start_{side}"].date()]
    segment = segments_of(built.world)[row[f"segment_type_{side}"], row[f"segment_{side}"]]
    rows = clusters(built.world)
    return classified(built.world, rows[rows["week_start"].isin(weeks) & rows["conversation_id"].isin(segment)])


def pairs(mart: pd.DataFrame) -> Iterator[tuple[pd.Series, pd.DataFrame]]:
    """Each table of the mart (two sides, outcome, level) with its three rows."""
    sides = [f"{name}_{side}" for side in "ab" for name in ("period_type", "period_start", "segment_type", "segment")]
    for _, rows in mart.groupby(["comparison", *sides, "outcome", "level"]):
        assert len(rows) == 3
        yield rows.iloc[0], rows.set_index("component")


def test_every_part_is_the_part_by_hand(built: Built, mart: pd.DataFrame) -> None:
    seen = set()
    for row, found in pairs(mart):
        a, b = (conversations_of(built, row, side) for side in "ab")
        placed = placed_in_cells(built.world, a, b, row["level"])
        side_a, side_b = sides_by_hand(a, b, placed, row["outcome"])
        expected = decompose(side_a, side_b)
        df = min(side_a.df, side_b.df)
        for component, part in found.iterrows():
            value, variance = expected.value(component), expected.variance(component)
            numbers = [value, *interval(value, variance, df), side_a.share, side_b.share, df]
            shown = part[["value", "value_lo", "value_hi", "share_a", "share_b", "df"]].to_numpy(float)
            np.testing.assert_allclose(shown, numbers, rtol=1e-9, atol=1e-11)
        seen.add((row["comparison"], row["period_type_a"], row["outcome"], row["level"]))
    print(seen)
