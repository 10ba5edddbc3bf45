"""Depth is counted again from the picks, for every period and segment."""

import numpy as np
import pandas as pd
from built_home import Built
from by_hand import periods_of, segments_of
from figures_by_hand import clusters, listings, used_statements
from worlds import WEEKS


def depth_by_hand(built: Built) -> pd.DataFrame:
    """Every row that mart_depth must have."""
    conversations, listed = clusters(built.world), listings()
    sizes = listed.groupby("onet_soc_code").size()
    rows = []
    for period_type, period_start, weeks in periods_of(list(WEEKS)):
        for (segment_type, segment), members in segments_of(built.world).items():
            within = conversations["week_start"].isin(weeks) & conversations["conversation_id"].isin(members)
            if not within.any():
                continue
            used = listed[listed["statement_hash"].isin(used_statements(built.world, conversations[within]))]
            counts = used.groupby("onet_soc_code").size().reindex(sizes.index, fill_value=0)
            rows.append(
                pd.DataFrame({"used": counts, "task_count": sizes}).assign(
                    period_type=period_type,
                    period_start=pd.Timestamp(period_start),
                    segment_type=segment_type,
                    segment=segment,
                )
            )
    return pd.concat(rows).reset_index()


def test_depth_of_every_occupation_is_what_the_picks_say(built: Built) -> None:
    keys = ["period_type", "period_start", "segment_type", "segment", "onet_soc_code"]
    expected = depth_by_hand(built).set_index(keys).sort_index()
    found = (
        built.query("select * from marts.mart_depth where segment_type <> 'published'")
        .astype({"period_start": "datetime64[us]"})
        .set_index(keys)
        .sort_index()
    )
    expected.index = expected.index.set_levels(expected.index.levels[1].astype("datetime64[us]"), level=1)
    assert found.index.equals(expected.index)
    assert found["used_task_count"].tolist() == expected["used"].tolist()
    assert found["task_count"].tolist() == expected["task_count"].tolist()
    assert 0 < found["used_task_count"].gt(0).sum() < len(found)
    assert not found["is_within_bank_reach"].any()  # this home's engine is not the local one


def test_picks_of_a_bank_task_of_several_statements_count_for_no_depth(built: Built) -> None:
    """Some statement passes the floor in a week only with such picks: it is not used then."""
    conversations, listed = clusters(built.world), set(listings()["statement_hash"])
    only_with_shared = 0
    for week in WEEKS:
        of_week = conversations[conversations["week_start"] == week].fillna({"user_id": "nobody"})
        picks = built.world.mappings.query("level == 'task' and state == 'answered'")
        rows = picks.merge(of_week[["conversation_id", "user_id"]], on="conversation_id")
        counted = rows.groupby("node_id").agg(n=("conversation_id", "nunique"), users=("user_id", "nunique"))
        passing = set(counted.index[(counted["n"] >= 15) & (counted["users"] >= 5)]) & listed
        used = used_statements(built.world, of_week) & listed
        assert used <= passing
        only_with_shared += len(passing - used)
    assert only_with_shared > 0


def test_the_curve_falls_from_one_and_counts_occupations(built: Built) -> None:
    depth = built.query("select * from marts.mart_depth where period_type = 'all' and segment_type = 'all'")
    curve = built.query(
        "select * from marts.mart_depth_cdf where period_type = 'all' and segment_type = 'all' order by threshold"
    )
    assert curve["threshold"].tolist() == [step / 20 for step in range(21)]
    share = depth["used_task_count"] / depth["task_count"]
    expected = [int((share >= threshold - 1e-9).sum()) for threshold in curve["threshold"]]
    assert curve["occupations_at_least"].tolist() == expected
    assert curve["occupation_count"].eq(974).all()
    np.testing.assert_allclose(curve["occupation_share"], np.array(expected) / 974, rtol=1e-12)
    assert curve["occupation_share"].iloc[0] == 1.0
