"""Differences between models and between periods, computed again user by user."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from built_home import Built
from by_hand import shares
from figures_by_hand import by_user, cells_of, clusters, mover, user_correlation


def difference_by_hand(built: Built, measure: str, a: pd.DataFrame, b: pd.DataFrame, cell: str) -> np.ndarray:
    """Difference b - a of one cell and the ends of its interval."""
    cells = cells_of(built.world, measure)
    sides = []
    for conversations in (a, b):
        share = shares(cells, conversations, "of_classified")[cell]
        sides.append((share.share, share.lo, share.hi))
    r = user_correlation(by_user(cells, a), by_user(cells, b), cell)
    return np.array([sides[1][0] - sides[0][0], *mover(sides[0], sides[1], r)])


def test_models_are_compared_with_their_common_users_in_both(built: Built) -> None:
    rows = built.query("select * from marts.mart_models where period_type = 'all'")
    conversations = clusters(built.world)
    assert set(rows["model_a"] + rows["model_b"]) == {"model-amodel-b"}  # the unknown model is no model
    assert len(rows) >= 2
    for _, row in rows.iterrows():
        a, b = (conversations[conversations["model"] == row[side]] for side in ("model_a", "model_b"))
        expected = difference_by_hand(built, "soc_group", a, b, row["soc_group"])
        found = row[["share_difference", "share_difference_lo", "share_difference_hi"]].to_numpy(float)
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-12)
        assert row["user_correlation"] != 0


def test_without_two_whole_months_the_last_two_weeks_are_compared(built: Built) -> None:
    rows = built.query("select * from marts.mart_changes")
    assert set(rows["period_type"]) == {"week"}
    assert set(rows["period_start"]) == {pd.Timestamp(2026, 4, 20)}
    assert set(rows["previous_start"]) == {pd.Timestamp(2026, 4, 6)}
    assert set(rows["measure"]) == {"soc_group", "collaboration", "automation"}
    conversations = clusters(built.world)
    before, after = (conversations[conversations["week_start"] == date(2026, 4, day)] for day in (6, 20))
    for _, row in rows.iterrows():
        expected = difference_by_hand(built, row["measure"], before, after, row["cell"])
        found = row[["share_difference", "share_difference_lo", "share_difference_hi"]].to_numpy(float)
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-12)
        told = "grew" if expected[1] > 0 else "shrank" if expected[2] < 0 else "cannot tell"
        assert row["verdict"] == told


def test_five_weeks_carry_neither_a_claim_nor_a_trend(built: Built) -> None:
    assert not built.query("select is_claimed from marts.mart_changes")["is_claimed"].any()
    trend = built.query("select * from marts.mart_trend")
    assert not trend["is_trend_claimed"].any()
    assert not trend["is_break"].any()  # one engine throughout


@pytest.mark.parametrize(
    ("measure", "mart", "column"),
    [
        ("soc_group", "mart_soc_groups", "soc_group"),
        ("collaboration", "mart_collaboration", "collaboration"),
        ("automation", "mart_automation", "mode"),
    ],
)
def test_the_trend_repeats_the_weekly_shares(built: Built, measure: str, mart: str, column: str) -> None:
    keys, shares_shown = "period_start, segment_type, segment, footing", "usage_share, usage_share_lo"
    trend = built.query(f"""
        select {keys}, cell, {shares_shown} from marts.mart_trend where measure = '{measure}' order by all
    """)
    shown = built.query(f"""
        select {keys}, {column} as cell, {shares_shown} from marts.{mart} where period_type = 'week' order by all
    """)
    assert len(trend) > 20
    pd.testing.assert_frame_equal(trend, shown)
