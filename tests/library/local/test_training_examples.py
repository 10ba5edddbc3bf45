"""What the encoder is fine-tuned on: targets of a coder's labels, and what is held away from it."""

import numpy as np
import pytest

from economic_index.labels.label_sets import load_set
from economic_index.local.training.examples import HELD_OUT, _target, held_out, label_lists, training_rows
from economic_index.vocabulary import Collaboration

ROW = {
    "is_occupational": True,
    "use_case": "work",
    "collaboration": "learning",
    "collaboration_second": "directive",
    "intent": "asking",
    "soc_groups": ["15", "25"],
    "iwa": ["4.A.1.a.1.I01"],
}


def test_a_second_label_has_a_smaller_part_and_all_labels_a_little():
    labels = [str(member.value) for member in Collaboration]
    target = np.array(_target("collaboration", ROW, labels))
    assert target.sum() == pytest.approx(1)
    ranked = [labels[place] for place in np.argsort(-target)]
    assert ranked[:2] == ["learning", "directive"]
    assert target.min() > 0


def test_a_label_outside_the_classes_is_not_learned_from():
    assert sum(_target("soc_group", ROW | {"soc_groups": ["53"]}, ["15", "25"])) == 0
    assert _target("soc_group", ROW, ["15", "25"])[0] > _target("soc_group", ROW, ["15", "25"])[1]


def test_rare_groups_and_activities_have_no_class_of_their_own():
    rows = [ROW] * 5 + [ROW | {"soc_groups": ["53"], "iwa": ["4.A.1.a.1.I02"]}] * 2
    labels = label_lists(rows, ("15", "53"))
    assert labels["soc_group"] == ["15"]
    assert labels["activities"] == ["4.A.1.a.1.I01"]


def test_what_is_held_out_is_a_random_draw_and_no_test_item_trains():
    rows = training_rows()
    away = held_out([row["id"] for row in rows if row["set"] == "random"])
    assert len(away) == HELD_OUT
    assert away == held_out(sorted((row["id"] for row in rows if row["set"] == "random"), reverse=True))
    assert not {row["id"] for row in rows} & set(load_set("test_settled").ids)
