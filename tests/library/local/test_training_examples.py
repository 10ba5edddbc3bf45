"""What the encoder is fine-tuned on: targets of a coder's labels, and what is held away from it."""

import hashlib
from dataclasses import replace

import numpy as np
import orjson
import pytest

from economic_index.labels import label_sets, twins
from economic_index.labels.corpus import open_parts
from economic_index.labels.label_rows import LabelError
from economic_index.labels.label_sets import load_set
from economic_index.local.heads import load_heads
from economic_index.local.training.examples import (
    HELD_OUT,
    _target,
    held_out,
    label_lists,
    labelled_rows,
    training_rows,
)
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
    assert len(held_out()) == HELD_OUT
    assert held_out() < set(load_set("training_4000").ids)
    assert not {row["id"] for row in rows} & set(load_set("test_settled").ids)


def test_no_text_that_trains_is_tested_or_held_out_under_another_id():
    parts = open_parts()
    first = {name: " ".join(part.turns[0].text.lower().split()) for name, part in parts.items() if part.turns}
    before, rows = labelled_rows(), training_rows()
    tested = {first[name] for name in load_set("test_settled").ids if len(first[name]) > 100}
    assert any(first[row["id"]] in tested for row in before)
    assert not any(first[row["id"]] in tested for row in rows)
    out = held_out()
    held = {first[row["id"]] for row in rows if row["id"] in out and len(first[row["id"]]) > 100}
    assert any(first[row["id"]] in held for row in before if row["id"] not in out)
    assert not any(first[row["id"]] in held for row in rows if row["id"] not in out)
    assert len(rows) > 0.97 * len(before)


def test_training_refuses_a_conversation_of_the_test_set(monkeypatch):
    stray = replace(load_set("training_aimed"), rows=load_set("test_coder_a").rows[:1])
    monkeypatch.setattr(label_sets, "load_set", lambda name: stray if name == "training_aimed" else load_set(name))
    twins.tested_ids.cache_clear()
    with pytest.raises(LabelError, match="nothing is trained or tuned on the test set"):
        training_rows()


def test_what_was_read_again_trains_as_it_was_read_then():
    rows = {row["id"]: row for row in training_rows() if row["set"] == "random"}
    again = [*load_set("training_again").rows, *load_set("further_again").rows]
    kept = [row for row in again if row["id"] in rows]
    assert len(kept) > 0.95 * len(again)
    assert all(rows[row["id"]]["soc_groups"] == row["soc_groups"] for row in kept)
    unread = rows.keys() - {row["id"] for row in again}
    assert {rows[name]["soc_groups"][0] for name in unread} == {"15", "27"}
    assert not any(rows[name]["use_case"] == "coursework" for name in unread)


def test_the_committed_engine_was_trained_on_the_labels_that_are_here():
    assert load_heads().card["labels_sha256"] == hashlib.sha256(orjson.dumps(training_rows())).hexdigest()
