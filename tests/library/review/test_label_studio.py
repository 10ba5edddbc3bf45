"""The labelling page of Label Studio, its tasks, exports built by hand in its shape, and one by the program itself."""

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from economic_index.contracts.review_items import REVIEWED
from economic_index.contracts.reviews import REVIEWS
from economic_index.review.codebook import QUESTIONS, UNSETTLED, labels_of
from economic_index.review.label_studio import FLAGS, config_xml, readings_in_json, tasks_json
from economic_index.review.standing import changed_count
from economic_index.review.tasks import ReviewFileError
from economic_index.vocabulary import ReadingKind, ReviewFault

ANSWERS = {
    "coder": "machine",
    "outcome": "labelled",
    "is_occupational": "true",
    "use_case": "work",
    "collaboration": "directive",
    "intent": "doing",
    "soc_group": "15",
}


def exported(tasks, answers=ANSWERS, **changes) -> list[dict]:
    """The imported tasks with an annotation each."""
    result = [
        {"from_name": name, "to_name": "chat", "type": "choices", "value": {"choices": [label]}}
        for name, label in answers.items()
    ]
    said = {"completed_by": 1, "result": result, "was_cancelled": False, "lead_time": 12.5, **changes}
    said["created_at"] = "2026-02-01T10:00:00.000000Z"
    return [
        task | {"id": number, "annotations": [said]}
        for number, task in enumerate(json.loads(tasks_json(tasks)), start=1)
    ]


@pytest.mark.parametrize("kind", ReadingKind)
def test_the_page_asks_every_question_and_offers_every_label_of_the_codebook(kind):
    page = ElementTree.fromstring(config_xml(kind))
    headers = {each.get("value") for each in page.iter("Header")}
    assert set(QUESTIONS.values()) <= headers
    asked = {each.get("name"): each for each in page.iter("Choices")}
    assert {each.get("toName") for each in asked.values()} == {page.find(".//Paragraphs").get("name")}
    for facet in REVIEWED:
        offered = {each.get("alias") or each.get("value") for each in asked[facet]}
        is_third = kind is ReadingKind.THIRD
        hidden = {"none"} if facet == "soc_group" and not is_third else set()
        shown = {FLAGS.get(str(label), str(label)) for label in labels_of(facet)}
        assert offered == shown - hidden | ({UNSETTLED} if is_third else set())
        assert (asked[facet].get("required") == "true") == (not is_third)


@pytest.mark.parametrize("kind", ReadingKind)
def test_no_choice_is_a_flag_which_the_program_would_not_draw(kind):
    choices = list(ElementTree.fromstring(config_xml(kind)).iter("Choice"))
    assert choices
    assert not {"true", "false"} & {value.casefold() for each in choices for value in each.attrib.values()}


@pytest.mark.parametrize("kind", ReadingKind)
def test_a_question_is_shown_by_what_its_condition_exports(kind):
    page = ElementTree.fromstring(config_xml(kind))
    exports = {
        asked.get("name"): {each.get("alias") or each.get("value") for each in asked} for asked in page.iter("Choices")
    }
    conditions = [each for each in page.iter("View") if each.get("visibleWhen")]
    assert len(conditions) >= len(REVIEWED)
    assert all(each.get("whenChoiceValue") in exports[each.get("whenTagName")] for each in conditions)


def test_what_was_handed_out_comes_back_as_the_same_conversations_with_what_was_said(tasks, read):
    checked = read(json.dumps(exported(tasks)), "back.json")
    assert checked.put_aside == []
    assert checked.reading_count == len(tasks)
    assert set(checked.rows["conversation_id"]) == {task.conversation_id for task in tasks}
    assert set(checked.rows["coder"]) == {"machine"}
    assert set(checked.rows["seconds"]) == {12.5}
    said = checked.rows.groupby("facet")["value"].unique().map(list).to_dict()
    assert said == {facet: [ANSWERS[facet]] for facet in REVIEWED}


@pytest.mark.parametrize("outcome", ["declined", "unreadable"])
def test_answers_given_before_a_conversation_was_declined_do_not_count(tasks, read, outcome):
    checked = read(json.dumps(exported(tasks[:1], ANSWERS | {"outcome": outcome})), "back.json")
    assert checked.put_aside == []
    assert set(checked.rows["outcome"]) == {outcome}
    assert checked.rows["value"].isna().all()


def test_a_group_given_before_the_work_was_called_not_occupational_does_not_count(tasks, read):
    changed = ANSWERS | {"is_occupational": "false", "soc_group_second": "27"}
    rows = read(json.dumps(exported(tasks[:1], changed)), "back.json").rows.set_index("facet")
    assert rows.loc["soc_group", "value"] == "none"
    assert rows["second_value"].isna().all()


def test_a_skipped_task_is_declined_by_the_coder_that_the_others_name(tasks, read):
    skipped = exported(tasks[:1], {}, was_cancelled=True)
    checked = read(json.dumps(skipped + exported(tasks[1:3])), "back.json")
    assert checked.put_aside == []
    rows = checked.rows[checked.rows["conversation_id"] == tasks[0].conversation_id]
    assert set(rows["outcome"]) == {"declined"}
    assert set(rows["coder"]) == {"machine"}


def test_a_task_of_an_unknown_draw_or_broken_is_put_aside_and_the_others_count(tasks, read):
    lines = exported(tasks[:3])
    lines[0]["data"]["draw_id"] = "elsewhere"
    lines[1]["annotations"] = [{"result": "no list"}]
    checked = read(json.dumps(lines), "back.json")
    assert [(each.line, each.reason) for each in checked.put_aside] == [
        (1, ReviewFault.OTHER_DRAW),
        (2, ReviewFault.UNREADABLE_RECORD),
    ]
    assert checked.reading_count == 1


@pytest.mark.parametrize("part", [None, 3, {"choices": [["program"]]}, {"choices": [7]}, {"choices": None}, {}])
def test_an_answer_that_is_no_word_costs_its_task_alone(tasks, read, part):
    lines = exported(tasks[:2])
    lines[0]["annotations"][0] = json.loads(json.dumps(lines[0]["annotations"][0]))
    lines[0]["annotations"][0]["result"][0]["value"] = part
    checked = read(json.dumps(lines), "back.json")
    assert [(each.line, each.reason) for each in checked.put_aside] == [(1, ReviewFault.UNREADABLE_RECORD)]
    assert checked.reading_count == 1


def test_a_task_whose_annotations_are_null_costs_itself_alone(tasks, read):
    lines = exported(tasks[:2])
    lines[0]["annotations"] = None
    checked = read(json.dumps(lines), "back.json")
    assert [(each.line, each.reason) for each in checked.put_aside] == [(1, ReviewFault.UNREADABLE_RECORD)]
    assert checked.reading_count == 1


def test_the_heading_names_a_dispute_in_the_words_of_the_page(tasks):
    disputed = replace(tasks[0], kind=ReadingKind.THIRD, in_dispute={"is_occupational": ["false", "true"]})
    (task,) = json.loads(tasks_json([disputed]))
    assert task["data"]["in_dispute"] == f"{QUESTIONS['is_occupational']} no or yes"


def test_readings_under_the_number_of_another_are_told_of(tasks, read, desk):
    """Each Label Studio numbers its accounts from 1: the second file would replace the first one unseen."""
    read(json.dumps(exported(tasks)), "one.json")
    old = desk.lake.read(REVIEWS)
    same = read(json.dumps(exported(tasks)), "one_again.json", keep=False)
    assert changed_count(old, same.rows) == 0
    other = exported(tasks[:2], ANSWERS | {"intent": "asking"}) + exported(tasks[2:], ANSWERS)
    assert changed_count(old, read(json.dumps(other), "two.json", keep=False).rows) == 2
    third = read(json.dumps(exported(tasks, completed_by=2)), "third.json", keep=False)
    assert changed_count(old, third.rows) == 0


def test_a_cut_file_and_another_format_are_named_with_what_to_do(tasks):
    whole = json.dumps(exported(tasks[:2]))
    with pytest.raises(ReviewFileError, match=r"cut\.json: .*Export again, as JSON"):
        list(readings_in_json("cut.json", whole[:-40].encode()))
    flat = json.dumps([{"id": 1, "intent": "doing", "annotator": 1}])
    with pytest.raises(ReviewFileError, match=r"min\.json: .*not as JSON-MIN"):
        list(readings_in_json("min.json", flat.encode()))


PLAY = {"is_occupational": "false", "use_case": "personal", "collaboration": "none", "intent": "expressing"}
POEM = {"is_occupational": "true", "use_case": "personal", "collaboration": "directive", "intent": "doing"}
BUILD = {"is_occupational": "true", "use_case": "work", "collaboration": "feedback_loop", "intent": "doing"}


def test_an_export_that_the_program_itself_wrote_is_read_as_it_was_labelled():
    """Three invented conversations, labelled by a program in the page of Label Studio 1.23.2 and exported as JSON."""
    readings = list(readings_in_json("export.json", (Path(__file__).parent / "label_studio_export.json").read_bytes()))
    assert [(each.fault, each.coder, each.outcome) for each in readings] == [(None, "machine", "labelled")] * 3
    wanted = [PLAY | {"soc_group": ""}, POEM | {"soc_group": "27"}, BUILD | {"soc_group": "15"}]
    assert sorted(map(str, (dict(sorted(each.labels.items())) for each in readings))) == sorted(
        map(str, (dict(sorted(labels.items())) for labels in wanted))
    )
    assert all(float(each.duration) > 0 for each in readings)
