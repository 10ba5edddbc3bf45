"""The published February 2025 shares come out as published, and ours stand beside them with a verdict."""

import numpy as np
import pytest
from built_home import Built
from by_hand import shares
from figures_by_hand import cells_of, clusters, mover, wilson
from scipy import stats

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


def test_published_shares_are_those_of_the_paper(built: Built) -> None:
    rows = built.query("select * from intermediate.int_published_shares_computed").set_index(["measure", "cell"])
    for key, percent in PUBLISHED.items():
        assert 100 * rows.loc[key, "published_share"] == pytest.approx(percent, abs=0.005), key
    assert rows.groupby("measure")["published_share"].sum().to_numpy() == pytest.approx([1, 1, 1])
    assert rows.loc[("soc_group", "15"), "n_published"] == 767_510 - 3_696
    patterns = 179_943 + 95_990 + 203_176 + 150_869 + 18_456
    assert rows.loc[("automation", "automation"), "n_published"] == patterns


def test_ours_beside_theirs_with_a_verdict_over_all_comparisons(built: Built) -> None:
    rows = built.query("select * from marts.mart_published_comparison")
    conversations = clusters(built.world)
    distances = []
    for _, row in rows.iterrows():
        every = shares(cells_of(built.world, row["measure"]), conversations, "of_classified")
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
