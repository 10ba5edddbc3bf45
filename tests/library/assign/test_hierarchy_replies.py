"""Replies of the hierarchy's prompts: what is read, repaired, and no answer; and the page that shows a hierarchy."""

import json

import pytest
from hierarchy_world import MODEL

from economic_index.assign.hierarchy import MOST_OPTIONS
from economic_index.assign.hierarchy_prompts import (
    ASSIGN,
    MERGE,
    MERGED_AT_ONCE,
    OFFERED_PARENTS,
    PROPOSE,
    RENAME,
    build_version,
    frame_of,
    prompt_version,
)
from economic_index.assign.hierarchy_tier import _gone
from economic_index.facets.form import FormError, read_reply
from economic_index.facets.lock import LOCK
from economic_index.facets.prompts import HIERARCHY_BUILD, HIERARCHY_STEP, Wording, lock_entries, schema_fields
from economic_index.llm.replies import check_form
from economic_index.llm.request import Subject
from economic_index.publish.hierarchy_page import build_hierarchy_page
from economic_index.rehearsal.schema_rules import schema_problem
from economic_index.vocabulary import Purpose

PROMPTS = (*HIERARCHY_BUILD, HIERARCHY_STEP)


def check(prompt, options=0, **fields):
    subject = Subject("c", prompt, MODEL, Purpose.MAIN, ((prompt, "1"),), tuple(map(str, range(options))))
    return check_form(subject, json.dumps({"evidence": "e"} | fields))


@pytest.mark.parametrize("prompt", [ASSIGN, HIERARCHY_STEP])
def test_a_number_beyond_the_list_is_no_answer(prompt):
    assert not check(prompt, 12, option="12")
    for option in ("13", "-1", "twelve", ""):
        with pytest.raises(FormError, match="option"):
            check(prompt, 12, option=option)


def test_none_can_be_said_on_the_way_down_but_not_when_a_tree_is_built():
    assert not check(HIERARCHY_STEP, 12, option="0")
    with pytest.raises(FormError, match="option"):
        check(ASSIGN, 12, option="0")


def test_evidence_comes_before_every_choice():
    assert {prompt: next(iter(schema_fields(prompt))) for prompt in PROMPTS} == dict.fromkeys(PROMPTS, "evidence")


def test_forms_have_as_many_numbers_as_options_are_shown():
    assert schema_fields(HIERARCHY_STEP)["option"]["enum"] == [str(number) for number in range(MOST_OPTIONS + 1)]
    assert schema_fields(ASSIGN)["option"]["enum"] == [str(number) for number in range(1, OFFERED_PARENTS + 1)]
    pair = schema_fields(MERGE)["duplicates"]["items"]["properties"]
    numbers = [str(number) for number in range(1, MERGED_AT_ONCE + 1)]
    assert pair["option"]["enum"] == pair["same_as"]["enum"] == numbers


@pytest.mark.parametrize("prompt", PROMPTS)
def test_a_schema_is_one_that_the_api_takes_and_a_grammar_of_less_than_a_hundred_numbers(prompt):
    schema = dict(frame_of(prompt, MODEL, "5m").schema)
    assert schema_problem(schema, grammar_limit=99) is None
    assert schema["required"] == list(schema["properties"])


@pytest.mark.parametrize("wording", Wording)
def test_what_every_conversation_is_asked_is_long_enough_to_be_cached(wording):
    assert frame_of(HIERARCHY_STEP, MODEL, "5m", wording).cache_ttl == "5m"
    assert frame_of(ASSIGN, MODEL, "5m").cache_ttl == "5m"


def test_a_name_is_one_line_without_number_or_full_stop():
    reply = read_reply(RENAME, {"evidence": "e", "name": " 3. Teach \n languages\u2028to adults. "})
    assert reply.name == "Teach languages to adults"
    for name in ("", " . ", "4) ", "x" * 301):
        with pytest.raises(FormError, match="name"):
            check(RENAME, name=name)


def test_a_name_proposed_twice_counts_once():
    assert check(PROPOSE, parents=[{"name": "Sell goods"}, {"name": "sell goods."}])
    assert not check(PROPOSE, parents=[{"name": "Sell goods"}, {"name": "Buy goods"}])
    reply = read_reply(PROPOSE, {"evidence": "e", "parents": [{"name": "B b"}, {"name": "A"}, {"name": "b  B"}]})
    assert reply.names() == ["B b", "A"]
    with pytest.raises(FormError, match="parents"):
        check(PROPOSE, parents=[])


def test_pairs_that_say_nothing_are_left_out_of_a_merge():
    same = [{"option": "1", "same_as": "1"}, {"option": "2", "same_as": "3"}, {"option": "2", "same_as": "4"}]
    assert read_reply(MERGE, {"evidence": "e", "duplicates": same}).pairs() == [(2, 3)]
    assert check(MERGE, 4, duplicates=same)
    assert not check(MERGE, 4, duplicates=[])
    with pytest.raises(FormError, match="not on the list"):
        check(MERGE, 3, duplicates=same)


@pytest.mark.parametrize(
    ("pairs", "gone"),
    [
        ([(1, 2), (2, 3)], {1, 2}),
        ([(1, 2), (2, 1)], {1}),
        ([(1, 2), (2, 3), (3, 1)], {1, 2}),
        ([(1, 2), (3, 1)], {1, 3}),
        ([(1, 5), (2, 5), (3, 5), (4, 5)], {1, 2, 3}),  # at least two of five are to remain
    ],
)
def test_of_proposals_that_are_the_same_one_stays_and_never_too_few(pairs, gone):
    assert _gone(pairs, 5, 2) == gone


def test_prompts_are_locked_and_the_step_has_two_wordings():
    names = set(lock_entries())
    assert {f"{prompt}/prompt.md" for prompt in PROMPTS} | {f"{HIERARCHY_STEP}/prompt_b.md"} <= names
    assert names == set(json.loads(LOCK.read_text()))
    assert prompt_version(HIERARCHY_STEP) != prompt_version(HIERARCHY_STEP, Wording.B)
    assert len(build_version().split()) == len(HIERARCHY_BUILD)


def test_the_page_opens_every_kind_of_work_and_asks_nothing_of_the_network(built):
    rows, texts = built[0].frame(), {node.node_id: node.name for node in built[0].nodes.values() if not node.children}
    page = build_hierarchy_page(rows, texts)
    assert page.count("<details>") == rows["name"].notna().sum()
    assert page.count("<li>") == len(rows)
    assert "http" not in page
    assert "<script" not in page


def test_a_name_cannot_write_html(built):
    rows = built[0].frame()
    rows.loc[rows.index[0], "name"] = "<b>Sell</b> & buy"
    page = build_hierarchy_page(rows, {})
    assert "&lt;b&gt;Sell&lt;/b&gt; &amp; buy" in page
    assert "<b>" not in page
