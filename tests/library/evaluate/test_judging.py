from dataclasses import replace

import numpy as np
import orjson
import pytest

from economic_index.evaluate import evaluation
from economic_index.evaluate.acceptable import SECOND_JUDGED, judged_choices, judgements_of, own_choice, verdicts
from economic_index.evaluate.answers import ABSTAINED, Answers
from economic_index.evaluate.items import labelled_test_items
from economic_index.evaluate.judges import judges_agreement
from economic_index.evaluate.judging import judged_rows, key_rows, write_judging_sheets
from economic_index.labels.label_rows import LabelError
from economic_index.labels.label_sets import file_bytes
from economic_index.local.bank import load_bank

ITEMS = [item for item in labelled_test_items() if item.settled["is_occupational"] is True][:60]
BANK = {task.bank_task_id: task for task in load_bank()}
NAMES = sorted(BANK)


def answers(picks):
    return Answers("local", "1", {}, {"task": np.linspace(0, 1, len(picks))}, picks, [True] * len(picks))


def test_the_choice_stands_among_decoys_that_are_others_and_in_no_place_of_its_own():
    own = [NAMES[place * 7 % len(NAMES)] for place in range(59)] + [ABSTAINED]
    keys = key_rows(ITEMS, answers(own), {item.id: NAMES[3] for item in ITEMS}, "base")
    for row, pick in zip(keys[:-1], own, strict=False):
        kinds = [each["kind"] for each in row["choices"]]
        assert sorted(kinds) == sorted(
            ["engine", "same_group", "same_group", "random"] + ["other_engine"] * (pick != NAMES[3])
        )
        nodes = {each["node"]: each["kind"] for each in row["choices"]}
        assert len(nodes) == len(kinds)
        group = BANK[pick].soc_group
        assert all(BANK[node].soc_group == group for node, kind in nodes.items() if kind == "same_group")
        assert all(BANK[node].soc_group != group for node, kind in nodes.items() if kind == "random")
    places = [[each["kind"] for each in row["choices"]].index("engine") for row in keys[:-1]]
    assert set(places) == {0, 1, 2, 3, 4}
    assert "engine" not in [each["kind"] for each in keys[-1]["choices"]]


def test_a_sheet_does_not_tell_whose_a_task_is_and_judgements_are_folded_back(tmp_path):
    keys = key_rows(ITEMS[:2], answers(NAMES[:2]), {}, "base")
    (path,) = write_judging_sheets(keys, tmp_path)
    text = path.read_text()
    assert BANK[NAMES[0]].label in text
    assert not any(word in text for word in ("same_group", "other_engine", NAMES[0]))
    right = [{"id": row["id"], "acceptable": [1 + [c["kind"] for c in row["choices"]].index("engine")]} for row in keys]
    judged = judged_rows(keys, b"\n".join(map(orjson.dumps, right)))
    assert [each.is_accepted for each in judgements_of(judged)] == [True, True]
    assert not any(any(each.decoys) for each in judgements_of(judged))
    with pytest.raises(LabelError, match="not judged or not asked"):
        judged_rows(keys, orjson.dumps(right[0]))
    with pytest.raises(LabelError, match="not on the sheet"):
        judged_rows(keys[:1], orjson.dumps({"id": keys[0]["id"], "acceptable": [9]}))


def test_only_choices_that_were_read_are_scored():
    items = labelled_test_items()
    rows = [orjson.loads(line) for line in file_bytes("test_acceptable").splitlines()]
    read = {row["id"]: own_choice(row) for row in rows}
    picks = [read.get(item.id, "15-001") for item in items]
    scores = evaluation._judged(items, answers(picks))
    accepted, forced = (s for s in scores if (s.measure, s.cut) == ("acceptance", "all"))
    assert (accepted.value, {accepted.answer, forced.answer}) == (forced.value, {"answered", "forced"})
    assert accepted.n == len(rows) == 500
    wanted = sum(any(c["is_acceptable"] for c in row["choices"] if c["kind"] == "engine") for row in rows) / 500
    assert accepted.value == pytest.approx(wanted)
    assert evaluation._judged(items, answers(["15-001"] * len(items))) == []


def test_a_task_that_is_held_back_is_an_error_as_published_and_none_forced():
    items = labelled_test_items()
    rows = judged_choices()
    read = {row["id"]: own_choice(row) for row in rows}
    accepted = {row["id"] for row in rows if any(c["is_acceptable"] and c["kind"] == "engine" for c in row["choices"])}
    held = sorted(accepted)[:20]
    said = answers([read.get(item.id, "15-001") for item in items])
    said = replace(said, is_published=[item.id not in held for item in items])
    found = {s.answer: s for s in evaluation._judged(items, said) if (s.measure, s.cut) == ("acceptance", "all")}
    assert found["forced"].value == pytest.approx(len(accepted) / len(rows))
    assert found["answered"].value == pytest.approx((len(accepted) - 20) / len(rows))
    assert found["forced"].coverage - found["answered"].coverage == pytest.approx(20 / len(rows))


def judged(name, **choices):
    rows = [{"kind": kind, "node": kind, "is_acceptable": is_accepted} for kind, is_accepted in choices.items()]
    return {"id": name, "choices": rows}


def test_two_judges_agree_where_both_say_the_same_of_a_task():
    first = [judged(f"{n}_0", engine=n < 6, random=False) for n in range(10)]
    second = [judged(f"{n}_0", engine=n < 4, random=False) for n in range(10)]
    found = judges_agreement(first, second)
    assert (found.task_count, found.agreement.value) == (20, 0.9)
    assert found.kappa.value == pytest.approx((0.9 - (0.3 * 0.2 + 0.7 * 0.8)) / (1 - (0.3 * 0.2 + 0.7 * 0.8)))
    assert (found.accepted.value, found.accepted_by_second.value, found.alike_on_engine.value) == (0.6, 0.4, 0.8)
    assert judges_agreement(first, []).task_count == 0


def test_the_committed_judges_read_the_same_tasks():
    assert verdicts(judged_choices(SECOND_JUDGED)).keys() == verdicts(judged_choices()).keys()
