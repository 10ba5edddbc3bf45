"""The published February 2025 shares come out as published, and ours stand beside them with a verdict."""

import numpy as np
import pandas as pd
import pytest
from built_home import Built
from by_hand import shares
from figures_by_hand import cells_of, clusters, mover, wilson
from scipy import stats
from worlds import World

from economic_index.taxonomy import facts

# method 2: usage by SOC major group, and the five patterns, in per cent of classified work (Handa et al. 2025)
PUBLISHED = {
    ("soc_group", "15"): 37.22,
    ("soc_group", "27"): 10.28,
    ("soc_group", "25"): 9.33,
    ("soc_group", "43"): 7.87,
    ("soc_group", "19"): 6.38,
    ("soc_group", "13"): 5.93,
    ("soc_group", "17"): 4.51,
    ("soc_group", "11"): 4.48,
    ("soc_group", "51"): 2.93,
    ("soc_group", "29"): 2.58,
    ("soc_group", "41"): 2.27,
    ("soc_group", "21"): 2.07,
    ("soc_group", "45"): 0.07,
    ("collaboration", "directive"): 27.75,
    ("collaboration", "feedback_loop"): 14.80,
    ("collaboration", "task_iteration"): 31.33,
    ("collaboration", "learning"): 23.27,
    ("collaboration", "validation"): 2.85,
    ("automation", "automation"): 42.55,
    ("automation", "augmentation"): 57.45,
}


MARTS = {
    "soc_group": ("mart_soc_groups", "soc_group"),
    "collaboration": ("mart_collaboration", "collaboration"),
    "automation": ("mart_automation", "mode"),
}
CLASSIFIED = {"soc_group": 767_510 - 3_696, "automation": 179_943 + 95_990 + 203_176 + 150_869 + 18_456}


@pytest.mark.parametrize(("measure", "cell"), sorted(PUBLISHED))
def test_published_shares_are_those_of_the_paper_through_the_ordinary_marts(
    built: Built, measure: str, cell: str
) -> None:
    mart, column = MARTS[measure]
    rows = built.query(
        f"select * from marts.{mart} where segment = '2025-02-10 claude_ai' and footing = 'of_classified'"
    ).set_index(column)
    assert 100 * rows.loc[cell, "usage_share"] == pytest.approx(PUBLISHED[measure, cell], abs=0.005)
    assert rows["usage_share"].sum() == pytest.approx(1)
    if measure in CLASSIFIED:
        assert rows.loc[cell, "denominator"] == CLASSIFIED[measure]
    assert rows["usage_share_lo"].isna().all()  # nothing is known of their users
    assert set(rows["interval_method"]) == {"users unknown"}


def compared_cells(world: World, measure: str) -> pd.DataFrame:
    """Cells of the comparison: of groups, after statements below 15 conversations and 5 users were dropped."""
    if measure != "soc_group":
        return cells_of(world, measure)
    picks = world.mappings.query("level == 'task'")[["conversation_id", "node_id", "weight"]]
    people = picks.merge(world.conversations[["conversation_id", "user_id"]], on="conversation_id")
    counted = people.groupby("node_id").agg(n=("conversation_id", "nunique"), users=("user_id", "nunique"))
    kept = counted[(counted["n"] >= 15) & (counted["users"] >= 5)].index
    tasks = facts.load("onet_tasks").query("onet_version == '20.1'")
    listed = tasks[["statement_hash", "onet_soc_code"]].drop_duplicates()
    listed = listed.assign(part=1 / listed.groupby("statement_hash")["onet_soc_code"].transform("size"))
    split = picks[picks["node_id"].isin(kept)].merge(listed, left_on="node_id", right_on="statement_hash")
    weight = split["conversation_id"].map(world.conversations.set_index("conversation_id")["weight"])
    split = split.assign(cell=split["onet_soc_code"].str[:2], weight=split["weight"] * split["part"] * weight)
    return split.groupby(["conversation_id", "cell"], as_index=False)["weight"].sum()


def test_ours_beside_theirs_with_a_verdict_over_all_comparisons(built: Built) -> None:
    rows = built.query(
        "select * from marts.mart_published_comparison where release = '2025-02-10' and platform = 'claude_ai'"
    )
    conversations = clusters(built.world)
    distances = []
    for _, row in rows.iterrows():
        every = shares(compared_cells(built.world, row["measure"]), conversations, "of_classified")
        ours = every[row["cell"]]
        theirs = (row["published_share"], *wilson(row["published_share"], row["n_published"] / row["published_deff"]))
        lo, hi = mover(theirs, (ours.share, ours.lo, ours.hi), 0)
        found = row[["usage_share", "share_difference", "share_difference_lo", "share_difference_hi"]].to_numpy(float)
        np.testing.assert_allclose(found, [ours.share, ours.share - theirs[0], lo, hi], rtol=1e-8, atol=1e-12)
        difference = ours.share - theirs[0]
        distances.append(1.959964 * abs(difference) / (difference - lo if difference > 0 else hi - difference))
    order = np.argsort(distances)[::-1]
    passed = np.array(distances)[order] > stats.norm.isf(0.025 / np.arange(len(rows), 0, -1))
    told = np.zeros(len(rows), bool)
    told[order] = np.logical_and.accumulate(passed)
    side = np.where(rows["share_difference"] > 0, "above", "below")
    assert rows["verdict"].tolist() == np.where(told, side, "cannot tell").tolist()
    assert 0 < told.sum() < len(rows)
