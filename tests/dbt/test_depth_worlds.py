"""Depth that can be compared, of small worlds that nobody thought of: the models' SQL against numpy and scipy."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from built_home import Built
from compiled import Compiled
from depth_by_hand import Draws, Key, Listed, Uses, distribution, drawn, groups_of, intervals
from depth_worlds import RAREFIED, tables
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.slow
UNITS = ("conversations", "users")
FLOORS = (2, 3)
"""Conversations of the draw's floor, and users of the home's, small as the worlds are."""


@dataclass(frozen=True)
class World:
    """Conversations, occupations and draws (unit, size, floor)."""

    uses: Uses
    listings: pd.DataFrame
    draws: Draws


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Conversations of none to three statements, by users of whom some are unknown; the last statement nobody lists."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    conversations = draw(st.one_of(st.integers(1, 20), st.integers(60, 120)))
    users = draw(st.one_of(st.integers(1, 4), st.integers(10, 25)))
    unknown, statements = draw(st.sampled_from([0.0, 0.1, 0.2, 1.0])), draw(st.integers(2, 20))
    popularity = 1 / np.arange(1, statements + 1) ** draw(st.sampled_from([0.0, 1.0, 2.0]))
    owners = [f"u{number}" if rng.random() >= unknown else None for number in rng.integers(0, users, conversations)]
    picks = [
        (conversation, f"s{statement}")
        for conversation in range(conversations)
        for statement in np.unique(rng.choice(statements, rng.integers(0, 4), p=popularity / popularity.sum()))
    ]
    listed = [
        (f"o{occupation}", f"s{statement}")
        for occupation in range(draw(st.integers(1, 5)))
        for statement in rng.choice(statements - 1, rng.integers(1, statements), replace=False)
    ]
    size = st.tuples(st.integers(1, conversations), st.integers(1, 3))
    draws = {("conversations", *found) for found in draw(st.sets(size, max_size=2))}
    draws |= {("users", found, 1) for found in draw(st.sets(st.integers(1, users), max_size=2))}
    return World(
        Uses(pd.Series(owners, dtype=object), pd.DataFrame(picks, columns=["conversation_id", "statement_hash"])),
        pd.DataFrame(listed, columns=["onet_soc_code", "statement_hash"]),
        sorted(draws),
    )


@pytest.fixture(scope="module")
def compiled(built: Built) -> Compiled:
    """The SQL of the build."""
    return Compiled(built.world.lake.dbt_target)


def draws_of(world: World) -> pd.DataFrame:
    """Rows of int_draws_listed with the world's own sizes, of all and without each group."""
    replicates = [world.uses, *(world.uses.without(group) for group in groups_of(world.uses))]
    totals = [(number, unit, uses.counts(unit)[1]) for number, uses in enumerate(replicates) for unit in UNITS]
    rows = [
        {"period_key": 1, "segment_key": 1, "group_number": number, "unit": unit, "unit_count": total}
        | {"draw_size": size, "draw_floor": floor}
        for number, unit, total in totals
        for of, size, floor in world.draws
        if of == unit and size <= total
    ]
    return pd.DataFrame(rows)


def computed(compiled: Compiled, world: World) -> dict[Key, tuple[float, float, float, float]]:
    """What the models say: value, ends and degrees of freedom by (method, size, floor, statistic)."""
    models = [name for name in RAREFIED if name != "int_draws_listed"]
    inputs = tables(world.uses, world.listings, FLOORS) | {"int_draws_listed": draws_of(world)}
    with compiled.run(models, inputs) as connection:
        rows = connection.execute(
            "select method, draw_size, draw_floor, statistic, value, value_lo, value_hi, df "
            "from marts.mart_depth_rarefied"
        ).fetchall()
    nulls = [tuple(np.nan if number is None else number for number in row[4:]) for row in rows]
    return {tuple(row[:4]): numbers for row, numbers in zip(rows, nulls, strict=True)}


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(world=worlds())
def test_every_figure_and_interval_of_a_small_world(compiled: Compiled, world: World) -> None:
    found = computed(compiled, world)
    expected = {
        key: numbers for key, *numbers in intervals(world.uses, Listed.of(world.listings), world.draws, FLOORS[1])
    }
    assert found.keys() == expected.keys()
    for key, numbers in expected.items():
        assert found[key] == pytest.approx(tuple(numbers), abs=1e-7, rel=0, nan_ok=True), key


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(world=worlds())
def test_more_is_found_where_more_is_drawn_and_the_curve_falls(compiled: Compiled, world: World) -> None:
    sizes = [("conversations", size, 1) for size in range(1, len(world.uses.owners) + 1, 7)]
    found = computed(compiled, replace(world, draws=sizes))
    means = [found["conversations", float(size), 1, "mean"][0] for _, size, _ in sizes]
    assert means == sorted(means)
    for _, size, _ in sizes:
        curve = [found["conversations", float(size), 1, f"at_least_{percent}"][0] for percent in (10, 25, 50, 75)]
        assert all(0 <= low <= high + 1e-12 <= 1 + 2e-12 for high, low in pairwise(curve))


def test_the_oracle_draws_as_counting_does() -> None:
    """Two of four conversations, two of them of s: by hand 5 of 6 draws hold s, one of 6 holds it twice."""
    listed = Listed.of(pd.DataFrame({"onet_soc_code": ["o"], "statement_hash": ["s"]}))
    assert drawn(pd.Series({"s": 2}), 4, listed, 2, 1)["mean"] == pytest.approx(5 / 6)
    assert drawn(pd.Series({"s": 2}), 4, listed, 2, 2)["at_least_75"] == pytest.approx(1 / 6)
    assert distribution(np.array([0.5, 1.0])).tolist() == [0.0, 0.5, 0.5]
