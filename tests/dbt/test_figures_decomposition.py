"""Mix against within on the built home, computed again user by user."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from built_home import Built
from by_hand import periods_of, segments_of
from figures_by_hand import FLOOR_CONVERSATIONS, clusters
from mix_by_hand import PATTERNS, PATTERNS_OF, classified, decompose, interval, placed_in_cells, sides_by_hand
from stayers_by_hand import by_user, stayers_by_hand
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
        merged = [side.d[:, is_merged(placed)].sum() / side.d.sum() for side in (side_a, side_b)]
        assert found["merged_share"].tolist() == pytest.approx([np.mean(merged)] * 3)
        assert set(found["n_cells"]) == {placed["cell"].nunique()}
        assert [row["n_a"], row["n_b"]] == [len(a), len(b)]
        assert [row["n_users_a"], row["n_users_b"]] == [people(a), people(b)]
        seen.add((row["comparison"], row["period_type_a"], row["outcome"], row["level"]))
    levels = ("soc_group", "statement")
    whole = {(comparison, "all", "automation", level) for comparison in ("models", "products") for level in levels}
    months = {("models", "month", "automation", level) for level in levels}
    weeks = {("changes", "week", outcome, level) for outcome in PATTERNS_OF for level in levels}
    assert seen == whole | months | weeks


def is_merged(placed: pd.DataFrame) -> np.ndarray:
    """Of the cells in order."""
    return placed.groupby("cell")["is_merged"].any().sort_index().to_numpy()


def people(conversations: pd.DataFrame) -> int:
    """Users; all unknown ones are one."""
    return int(conversations["user_id"].nunique() + conversations["user_id"].isna().any())


def test_statements_are_both_cells_of_their_own_and_merged(mart: pd.DataFrame) -> None:
    merged = mart[mart["level"].eq("statement") & mart["comparison"].ne("published")]["merged_share"]
    assert merged.gt(0.1).all()
    assert merged.lt(0.5).all()
    assert mart[mart["level"].eq("soc_group")]["merged_share"].eq(0).all()


def test_both_sides_are_shares_that_are_shown(built: Built, mart: pd.DataFrame) -> None:
    shown = built.query("""
        select period_type, period_start, segment_type, segment, mode as outcome, usage_share
        from marts.mart_automation where footing = 'of_classified' and not is_suppressed
        union all
        select period_type, period_start, segment_type, segment, collaboration, usage_share
        from marts.mart_collaboration where footing = 'of_classified' and not is_suppressed
    """).set_index(["period_type", "period_start", "segment_type", "segment", "outcome"])["usage_share"]
    own = mart[mart["comparison"].ne("published")]
    for side in "ab":
        keys = [f"{name}_{side}" for name in ("period_type", "period_start", "segment_type", "segment")]
        expected = shown.loc[pd.MultiIndex.from_frame(own[[*keys, "outcome"]])]
        np.testing.assert_allclose(own[f"share_{side}"], expected, rtol=1e-9)


def test_the_total_is_the_change_that_mart_changes_shows(built: Built, mart: pd.DataFrame) -> None:
    changes = built.query("select cell, share_difference from marts.mart_changes").set_index("cell")["share_difference"]
    totals = mart[mart["comparison"].eq("changes") & mart["component"].eq("total")]
    assert len(totals) == 2 * len(PATTERNS_OF)
    np.testing.assert_allclose(totals["value"], changes[totals["outcome"]], rtol=1e-9, atol=1e-12)


def test_stayers_joiners_and_leavers_are_those_by_hand(built: Built, mart: pd.DataFrame) -> None:
    row = mart[mart["comparison"].eq("changes")].iloc[0]
    before, after = (by_user(conversations_of(built, row, side)) for side in "ab")
    found = built.query("select * from intermediate.int_stayers_compared").set_index("component")
    shown = built.query("select * from marts.mart_stayers").set_index("component")
    expected = stayers_by_hand(before, after)
    assert set(found.index) == set(shown.index) == set(expected)
    for name, (value, lo, hi) in expected.items():
        assert found.loc[name, "value"] == pytest.approx(value, rel=1e-9)
        if not shown.loc[name, "is_withheld"]:
            ends = shown.loc[name, ["value", "value_lo", "value_hi"]].to_numpy(float)
            np.testing.assert_allclose(ends, [value, lo, hi], rtol=1e-9, atol=1e-11)


def test_those_who_left_are_too_few_to_show_and_hide_those_who_stayed(built: Built, mart: pd.DataFrame) -> None:
    row = mart[mart["comparison"].eq("changes")].iloc[0]
    before, after = (conversations_of(built, row, side) for side in "ab")
    left = before[~before["cluster"].isin(after["cluster"])]
    assert left["pattern"].isin(PATTERNS_OF["automation"]).sum() < FLOOR_CONVERSATIONS < len(left)
    shown = built.query("select * from marts.mart_stayers").set_index("component")
    assert shown["is_withheld"].to_dict() == {"stayers": True, "leavers": True, "joiners": False, "total": False}
    numbers = shown.loc[["stayers", "leavers"]].select_dtypes("number")
    assert len(numbers.columns) > 10
    assert numbers.isna().all(axis=None)
    assert shown.loc["joiners", ["n_users_before", "n_users_after"]].isna().all()


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
