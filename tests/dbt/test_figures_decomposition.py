"""Mix against within on the built home, computed again user by user."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from built_home import Built
from by_hand import periods_of, segments_of
from figures_by_hand import clusters
from mix_by_hand import (
    PATTERNS,
    PATTERNS_OF,
    Side,
    classified,
    decompose,
    interval,
    placed_in_cells,
    sides_by_hand,
    variance_by_jackknife,
)
from worlds import WEEKS

from economic_index.taxonomy import facts

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
    for row, found in pairs(mart[mart["comparison"] != "published"]):
        a, b = (conversations_of(built, row, side) for side in "ab")
        placed = placed_in_cells(built.world, a, b, row["level"])
        side_a, side_b = sides_by_hand(a, b, placed, row["outcome"])
        expected = decompose(side_a, side_b)
        df = min(side_a.df, side_b.df)
        for component, part in found.iterrows():
            value, variance = expected.value(str(component)), expected.variance(str(component))
            numbers = [value, *interval(value, variance, df), side_a.share, side_b.share, df]
            shown = part[["value", "value_lo", "value_hi", "share_a", "share_b", "df"]].to_numpy(float)
            np.testing.assert_allclose(shown, numbers, rtol=1e-9, atol=1e-11)
        seen.add((row["comparison"], row["level"]))
    assert seen == {(c, level) for c in ("changes", "models", "products") for level in ("soc_group", "statement")}


def test_mix_and_within_are_the_whole_difference_of_the_shares(mart: pd.DataFrame) -> None:
    assert (mart["comparison"] == "published").sum() > 30
    for _, found in pairs(mart):
        value = found["value"]
        assert value["mix"] + value["within"] == pytest.approx(value["total"], abs=1e-12)
        assert value["total"] == pytest.approx(found["share_b"].iloc[0] - found["share_a"].iloc[0], abs=1e-12)


def test_a_published_side_is_the_automation_that_its_tasks_say(mart: pd.DataFrame) -> None:
    cells = facts.load("published_cells").query("facet == 'onet_task::collaboration'")
    cells = cells.assign(label=cells["node_id"].str.split("::").str[1])
    counts = cells.pivot_table(
        index=["release", "platform"], columns="label", values="conversation_count", aggfunc="sum"
    )
    share = counts[list(PATTERNS_OF["automation"])].sum(axis=1) / counts[list(PATTERNS)].sum(axis=1)
    rows = mart.query("comparison == 'published' and outcome == 'automation' and component == 'mix'")
    assert len(rows) == 2 * len(share)
    for segment, shown in zip(rows["segment_a"], rows["share_a"], strict=True):
        assert shown == pytest.approx(share[tuple(segment.split(" "))], rel=1e-12)
    assert (rows["interval_method"] == "CR2 and lent design effect, t").all()


def test_the_influences_agree_with_leaving_out_groups_of_users() -> None:
    """On 400 users, some of whom make a hundred times the conversations of others (cross-check of method 5.7)."""
    rng = np.random.default_rng(2)
    sides = []
    for rates in (rng.uniform(0.2, 0.7, 6), rng.uniform(0.3, 0.8, 6)):
        d = rng.poisson(np.exp(rng.normal(1, 1, 400))[:, None] * rng.dirichlet(np.ones(6), 400)).astype(float)
        own = np.clip(rates + rng.normal(0, 0.15, (400, 1)), 0, 1)
        sides.append(Side(d, rng.binomial(d.astype(int), own).astype(float)))
    expected = decompose(*sides)
    by_jackknife = variance_by_jackknife(*sides, rng.permutation(400) % 50)
    for name, variance in by_jackknife.items():
        assert np.sqrt(variance) == pytest.approx(np.sqrt(expected.variance(name)), rel=0.25), name


def test_stayers_joiners_and_leavers_are_the_whole_change(built: Built) -> None:
    parts = built.query("select * from intermediate.int_stayers_compared").set_index("component")["value"]
    assert parts["stayers"] + parts["joiners"] + parts["leavers"] == pytest.approx(parts["total"], abs=1e-12)
    shown = built.query("select * from marts.mart_stayers").set_index("component")
    assert set(shown.index) == {"stayers", "joiners", "leavers", "total"}
    hidden = shown[shown["is_withheld"]]
    assert hidden[["value", "value_lo", "share_before", "n_before", "n_users_before"]].isna().all(axis=None)
