"""Depth that can be compared is computed again from the picks, for every period and segment that has it."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from built_home import Built
from by_hand import periods_of, segments_of
from depth_by_hand import Listed, Uses, activities_of, draws_of, figures, intervals, used_activities, uses_of
from figures_by_hand import FLOOR_CONVERSATIONS, FLOOR_USERS, clusters, listings
from worlds import WEEKS

Row = tuple[object, ...]
FLOORS = {FLOOR_CONVERSATIONS, 1}
"""The home's floor is the published one."""


def segments_by_hand(built: Built) -> Iterator[tuple[str, object, str, str, Uses]]:
    """Every period and segment with its conversations."""
    conversations = clusters(built.world)
    for period_type, period_start, weeks in periods_of(list(WEEKS)):
        for (segment_type, segment), members in segments_of(built.world).items():
            if period_type == "week" or segment_type == "department":
                continue
            within = conversations["week_start"].isin(weeks) & conversations["conversation_id"].isin(members)
            if within.any():
                uses = uses_of(built.world, conversations[within])
                yield period_type, period_start, segment_type, segment, uses


def rarefied_by_hand(built: Built) -> dict[Row, float]:
    """Every value that mart_depth_rarefied must have."""
    found: dict[Row, float] = {}
    listed = Listed.of(listings())
    for period_type, period_start, segment_type, segment, uses in segments_by_hand(built):
        for key, value in figures(uses, listed, draws_of(uses, FLOORS), FLOOR_USERS).items():
            # shorter periods compare in time: by users, and the mean alone
            if period_type == "all" or (key[0] != "conversations" and key[3] == "mean"):
                found[period_type, period_start, segment_type, segment, *key] = value
    return found


def test_every_value_is_what_a_draw_of_the_picks_gives(built: Built) -> None:
    keys = "period_type, period_start, segment_type, segment, method, draw_size, draw_floor, statistic"
    rows = built.query(f"select {keys}, value from marts.mart_depth_rarefied where segment_type <> 'published'")
    rows["period_start"] = rows["period_start"].dt.date
    found = rows.set_index(keys.split(", "))["value"].to_dict()
    expected = rarefied_by_hand(built)
    assert found.keys() == expected.keys()
    np.testing.assert_allclose([found[key] for key in expected], list(expected.values()), rtol=0, atol=1e-7)
    methods = {key[4] for key, value in expected.items() if key[0] == "month" and value > 0}
    assert methods == {"users", "coverage"}


def test_the_intervals_leave_out_groups_of_users(built: Built) -> None:
    where = "where period_type = 'all' and segment_type = 'all'"
    rows = built.query(f"select * from marts.mart_depth_rarefied {where}").set_index(
        ["method", "draw_size", "draw_floor", "statistic"]
    )
    uses = uses_of(built.world, clusters(built.world))
    columns = ["value", "value_lo", "value_hi", "df"]
    by_hand = {
        key: numbers for key, *numbers in intervals(uses, Listed.of(listings()), draws_of(uses, FLOORS), FLOOR_USERS)
    }
    assert set(rows.index) == set(by_hand)
    expected = pd.DataFrame.from_dict(by_hand, orient="index", columns=columns).loc[list(rows.index)]
    np.testing.assert_allclose(rows[columns], expected, rtol=0, atol=1e-7)
    with_interval = rows["interval_method"] == "grouped jackknife over users"
    assert with_interval.tolist() == rows["value_lo"].notna().tolist()
    assert {"conversations", "users", "coverage"} == set(rows.index.get_level_values("method")[with_interval])


def test_evidence_is_what_is_drawn_of(built: Built) -> None:
    rows = built.query("select * from marts.mart_depth_rarefied where segment_type <> 'published'")
    for period_type, period_start, segment_type, segment, uses in segments_by_hand(built):
        keys = (rows["period_type"] == period_type) & (rows["period_start"] == pd.Timestamp(str(period_start)))
        of_segment = rows[keys & (rows["segment_type"] == segment_type) & (rows["segment"] == segment)]
        assert set(of_segment["n_conversations"]) == {len(uses.owners)}
        assert set(of_segment["n_users"]) == {uses.owners.nunique()}
    others = rows[(rows["segment_type"] != "all") | (rows["period_type"] != "all")]
    assert set(others["interval_method"]) == {"none: only for all conversations"}
    assert others[["value_lo", "value_hi", "df"]].isna().all(axis=None)


def test_activities_used_are_counted_at_their_own_level(built: Built) -> None:
    conversations = clusters(built.world)
    for period_type, period_start, weeks in periods_of(list(WEEKS)):
        of_period = conversations[conversations["week_start"].isin(weeks)]
        where = f"period_type = '{period_type}' and period_start = '{period_start}' and segment_type = 'all'"
        rows = built.query(f"select * from marts.mart_depth where {where}").set_index("onet_soc_code").sort_index()
        for level, column in (("dwa_id", "dwa"), ("iwa_id", "iwa")):
            listed = listings().merge(activities_of(level), on="statement_hash")
            listed = listed[["onet_soc_code", "activity"]].drop_duplicates()
            used = used_activities(built.world, of_period, level, (FLOOR_CONVERSATIONS, FLOOR_USERS))
            counts = listed.assign(used=listed["activity"].isin(used)).groupby("onet_soc_code")["used"]
            assert rows[f"{column}_count"].tolist() == counts.size().tolist()
            assert rows[f"used_{column}_count"].tolist() == counts.sum().tolist()
            np.testing.assert_allclose(rows[f"{column}_depth_share"], counts.mean(), rtol=1e-9)
    assert rows["used_dwa_count"].sum() > 0
