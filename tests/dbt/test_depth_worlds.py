"""Depth that can be compared, of small worlds that nobody thought of: the models' SQL against numpy and scipy."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from built_home import Built
from compiled import Compiled
from depth_by_hand import Key, Uses, distribution, drawn, groups_of, intervals
from depth_worlds import RAREFIED, tables
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.slow
STATEMENTS = [f"s{number}" for number in range(12)]
FLOORS = (2, 3)
"""Conversations of the draw's floor, and users of the home's, small as the worlds are."""


@dataclass(frozen=True)
class World:
    """Conversations, occupations and draws (unit, size, floor)."""

    uses: Uses
    listings: pd.DataFrame
    draws: list[tuple[str, int, int]]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Up to 90 conversations of up to 14 users, some unknown, of none to three statements; the twelfth nobody lists."""
    statements = st.sets(st.sampled_from(STATEMENTS), max_size=3)
    users = st.one_of(st.none(), st.integers(1, draw(st.integers(1, 14))).map(lambda number: f"u{number}"))
    conversations = draw(st.lists(st.tuples(users, statements), min_size=1, max_size=90))
    owners = pd.Series([user for user, _ in conversations], dtype=object)
    picks = [(number, picked) for number, (_, chosen) in enumerate(conversations) for picked in sorted(chosen)]
    uses = Uses(owners, pd.DataFrame(picks, columns=["conversation_id", "statement_hash"]))
    occupations = draw(st.lists(st.sets(st.sampled_from(STATEMENTS[:11]), min_size=1), min_size=1, max_size=5))
    listed = [(f"o{number}", statement) for number, tasks in enumerate(occupations) for statement in sorted(tasks)]
    size = st.tuples(st.sampled_from(["conversations", "users"]), st.integers(1, 40), st.integers(1, 3))
    draws = draw(st.sets(size, min_size=1, max_size=3))
    kept = {(unit, size, floor if unit == "conversations" else 1) for unit, size, floor in draws}
    return World(uses, pd.DataFrame(listed, columns=["onet_soc_code", "statement_hash"]), sorted(kept))


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


UNITS = ("conversations", "users")


def computed(compiled: Compiled, world: World) -> dict[Key, tuple[float, float, float, float]]:
    """What the models say: value, ends and degrees of freedom by (method, size, floor, statistic)."""
    models = [name for name in RAREFIED if name != "int_draws_listed"]
    inputs = tables(world.uses, world.listings, FLOORS) | {"int_draws_listed": draws_of(world)}
    with compiled.run(models, inputs) as connection:
        rows = connection.execute(
            "select method, draw_size, draw_floor, statistic, value, value_lo, value_hi, df from marts.mart_depth_rarefied"
        ).fetchall()
    nulls = [tuple(np.nan if number is None else number for number in row[4:]) for row in rows]
    return {tuple(row[:4]): numbers for row, numbers in zip(rows, nulls, strict=True)}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(world=worlds())
def test_every_figure_and_interval_of_a_small_world(compiled: Compiled, world: World) -> None:
    found = computed(compiled, world)
    expected = {key: numbers for key, *numbers in intervals(world.uses, world.listings, world.draws, FLOORS[1])}
    assert found.keys() == expected.keys()
    for key, numbers in expected.items():
        assert found[key] == pytest.approx(tuple(numbers), abs=1e-7, rel=0, nan_ok=True), key


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(world=worlds())
def test_more_is_found_where_more_is_drawn_and_the_curve_falls(compiled: Compiled, world: World) -> None:
    sizes = [("conversations", size, 1) for size in range(1, len(world.uses.owners) + 1, 7)]
    found = computed(compiled, replace(world, draws=sizes))
    means = [found["conversations", float(size), 1, "mean"][0] for _, size, _ in sizes]
    assert means == sorted(means)
    for _, size, _ in sizes:
        curve = [found["conversations", float(size), 1, f"at_least_{percent}"][0] for percent in (10, 25, 50, 75)]
        assert all(0 <= low <= high + 1e-12 <= 1 + 2e-12 for high, low in zip(curve, curve[1:], strict=False))


def test_the_oracle_draws_as_counting_does() -> None:
    """Two of four conversations, two of them of s: by hand 5 of 6 draws hold s, one of 6 holds it twice."""
    listings = pd.DataFrame({"onet_soc_code": ["o"], "statement_hash": ["s"]})
    assert drawn(pd.Series({"s": 2}), 4, listings, 2, 1)["mean"] == pytest.approx(5 / 6)
    assert drawn(pd.Series({"s": 2}), 4, listings, 2, 2)["at_least_75"] == pytest.approx(1 / 6)
    assert distribution(np.array([0.5, 1.0])).tolist() == [0.0, 0.5, 0.5]
