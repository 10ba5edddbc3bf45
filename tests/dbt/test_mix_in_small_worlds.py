"""The SQL of mix and within over worlds drawn at random: by hand, and what must hold in every world (method 5.9)."""

from collections.abc import Collection

import numpy as np
import pandas as pd
import pytest
from built_home import Built
from compiled import Compiled
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from mix_by_hand import decompose, sides_by_hand, variance_by_jackknife
from mix_worlds import PATTERNS, PICKS, SmallWorld, given_tables, heavy_tailed, run
from stayers_by_hand import by_user, stayers_by_hand

pytestmark = pytest.mark.slow

# the same two sides forth and back, and a side against itself
PAIRS = [("changes", 0, 1), ("models", 1, 0), ("models", 0, 0)]
KEYS = ["pair_key", "outcome", "level", "component"]
conversation = st.tuples(
    st.one_of(st.integers(1, 5), st.none()),
    st.sampled_from(list(PICKS)),
    st.sampled_from(PATTERNS),
    st.sampled_from([1.0, 2.5]),
)
# a world takes a fifth of a second: shrinking one would take minutes
many = settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@pytest.fixture(scope="module")
def compiled(built: Built) -> Compiled:
    """The compiled SQL."""
    return Compiled(built.world.lake.dbt_target)


def drawn_world(drawn: list[tuple[int, int, tuple[int | None, int, str, float]]]) -> SmallWorld:
    """Each draw so many times on its side; both sides have at least two users."""
    assume(all(users_of(drawn, number) > 1 for number in (0, 1)))
    return SmallWorld.of((side, *one) for side, times, one in drawn for _ in range(times))


def known_users_of(drawn: list[tuple[int, int, tuple[int | None, int, str, float]]], number: int) -> set[int]:
    """Known users with a classified pattern on a side."""
    return {user for side, _, (user, _, pattern, _) in drawn if side == number and pattern != "_none" and user}


def users_of(drawn: list[tuple[int, int, tuple[int | None, int, str, float]]], number: int) -> int:
    """Users with a classified pattern on a side; told before a world is made, as most draws are none."""
    unknown = [
        times for side, times, (user, _, pattern, _) in drawn if side == number and not user and pattern != "_none"
    ]
    return len(known_users_of(drawn, number)) + sum(unknown)


def parts_of(compiled: Compiled, world: SmallWorld, wanted: Collection[str] = ()) -> pd.DataFrame:
    """Value, variance and df of every part; unless only some models are wanted, all run over the world."""
    with run(compiled, given_tables(world, PAIRS, (0, 0)), wanted) as connection:
        return connection.execute("from intermediate.int_decompositions_computed").df().set_index(KEYS).sort_index()


@many
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(1, 15), conversation), min_size=4, max_size=25))
def test_every_world_is_taken_apart_as_by_hand(
    compiled: Compiled, drawn: list[tuple[int, int, tuple[int | None, int, str, float]]]
) -> None:
    world = drawn_world(drawn)
    parts = parts_of(compiled, world)
    for outcome in ("automation", "learning"):
        for level in ("soc_group", "statement"):
            sides = sides_by_hand(world.side(0), world.side(1), world.placed(level), outcome)
            expected = decompose(*sides)
            forth, back, itself = (parts.loc[number, outcome, level] for number in (1, 2, 3))
            names = ["mix", "within", "total"]
            np.testing.assert_allclose(forth.loc[names, "value"], [*map(expected.value, names)], rtol=1e-9, atol=1e-13)
            np.testing.assert_allclose(
                forth.loc[names, "variance"], [*map(expected.variance, names)], rtol=1e-9, atol=1e-15
            )
            np.testing.assert_allclose(forth["df"], min(side.df for side in sides), rtol=1e-9)
            assert forth["value"]["mix"] + forth["value"]["within"] == pytest.approx(forth["value"]["total"], abs=1e-14)
            np.testing.assert_allclose(back["value"], -forth["value"], rtol=1e-9, atol=1e-14)
            np.testing.assert_allclose(back["variance"], forth["variance"], rtol=1e-9, atol=1e-15)
            np.testing.assert_allclose(itself[["value", "variance"]], 0, atol=1e-14)


@many
@given(st.lists(st.tuples(st.integers(1, 15), conversation, st.sampled_from(PATTERNS[:-1])), min_size=3, max_size=15))
def test_equal_mixes_have_no_part_in_the_change(
    compiled: Compiled, drawn: list[tuple[int, tuple[int | None, int, str, float], str]]
) -> None:
    """Each conversation has its like on the other side, of another pattern."""
    classified = [(times, one, other) for times, one, other in drawn if one[2] != "_none"]
    doubled = [(0, times, one) for times, one, _ in classified]
    doubled += [(1, times, (user, mapping, other, weight)) for times, (user, mapping, _, weight), other in classified]
    assume(doubled)
    parts = parts_of(compiled, drawn_world(doubled), ["int_decompositions_computed"]).xs("mix", level="component")
    np.testing.assert_allclose(parts["value"], 0, atol=1e-14)


@many
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(1, 6), conversation), min_size=4, max_size=25))
def test_stayers_joiners_and_leavers_are_those_by_hand(
    compiled: Compiled, drawn: list[tuple[int, int, tuple[int | None, int, str, float]]]
) -> None:
    assume(len(known_users_of(drawn, 0) & known_users_of(drawn, 1)) > 1)
    world = drawn_world(drawn)
    before, after = by_user(world.side(0)), by_user(world.side(1))
    with run(compiled, given_tables(world, PAIRS, (0, 0)), ["mart_stayers"]) as connection:
        found = connection.execute("from marts.mart_stayers").df().set_index("component")
    assert len(found) == 4
    for name, (value, lo, hi) in stayers_by_hand(before, after).items():
        row = found.loc[name]
        assert row["value"] == pytest.approx(value, rel=1e-9, abs=1e-13)
        if row["interval_method"] == "no variation":
            assert hi - lo < 1e-10
        else:
            # from the value: an end near zero is the small difference of two numbers, and no more exact than they are
            ends = row[["value_lo", "value_hi"]].to_numpy(float) - row["value"]
            np.testing.assert_allclose(ends, [lo - value, hi - value], rtol=1e-9, atol=1e-11)
    assert found["value"].drop("total").sum() == pytest.approx(found["value"]["total"], abs=1e-13)
    joined, left = (~world.side(n)["cluster"].isin(other.index) for n, other in ((1, before), (0, after)))
    counted = found.loc[["joiners", "leavers"], ["n_after", "n_before"]].fillna(0)
    assert [counted.loc["joiners", "n_after"], counted.loc["leavers", "n_before"]] == [joined.sum(), left.sum()]


def test_leaving_out_groups_of_users_gives_nearly_the_same_variance(compiled: Compiled) -> None:
    world = heavy_tailed(seed=3, users=600, count=4000)
    parts = parts_of(compiled, world).loc[1, "automation", "statement"]
    sides = sides_by_hand(world.side(0), world.side(1), world.placed("statement"), "automation")
    users = len(sides[0].d)
    expected = variance_by_jackknife(*sides, np.random.default_rng(0).permutation(users) % 50)
    for name in ("mix", "within"):
        assert parts["variance"][name] == pytest.approx(expected[name], rel=0.25)
