"""Of a Claude Code session only what a person typed and what was answered is read, up to the newest turn."""

import random
from datetime import UTC, datetime
from typing import Any

import pytest
from claude_code_logs import answered, asked, line, tool_result, tool_use, usual
from hypothesis import given
from hypothesis import strategies as st
from reading_home import AS_OF

from economic_index.conversations.readers import claude_code_tree
from economic_index.conversations.readers.claude_code import READER
from economic_index.conversations.records import Draft, Element, Locator, ReadContext, Rejected
from economic_index.conversations.sniff import choose_reader
from economic_index.vocabulary import LocatorKind, RejectReason, Role


def read(lines: list[Any], context: ReadContext | None = None) -> list[Draft | Rejected]:
    elements = (Element(value, Locator(LocatorKind.LINE, number)) for number, value in enumerate(lines, start=1))
    items = list(READER.read(elements, context or ReadContext(AS_OF)))
    assert "SECRET" not in repr(items)
    return items


def drafts_of(*lines: Any, context: ReadContext | None = None) -> list[Draft]:
    items = read(list(lines), context)
    assert all(isinstance(item, Draft) for item in items)
    return [item for item in items if isinstance(item, Draft)]


def draft_of(*lines: Any, context: ReadContext | None = None) -> Draft:
    (draft,) = drafts_of(*lines, context=context)
    return draft


def texts(draft: Draft) -> list[str]:
    return [message.text for message in draft.messages]


def counts(draft: Draft) -> dict[str, int]:
    return {name: number for name, number in draft.counts.items() if number}


def test_a_session_is_one_conversation_named_after_its_first_prompt() -> None:
    draft = draft_of(*usual())
    assert [(message.role, message.text) for message in draft.messages] == [
        (Role.USER, "Why does the import fail?"),
        (Role.ASSISTANT, "I look."),
        (Role.ASSISTANT, "The file is empty."),
        (Role.USER, "Fill it."),
        (Role.ASSISTANT, "Done."),
    ]
    assert (draft.native_id, draft.is_native_id_random, draft.raw_user_id, draft.surface) == ("u1", True, None, "agent")
    assert draft.created_at == datetime(2026, 1, 5, 10, tzinfo=UTC)
    assert draft.updated_at == datetime(2026, 1, 5, 10, 0, 25, tzinfo=UTC)
    assert (draft.locator.number, draft.messages[1].model, draft.flags) == (3, "claude-x", set())
    assert counts(draft) == {"tool_event_count": 2}


def test_lines_that_are_not_read_are_counted_under_known_names() -> None:
    context = ReadContext(AS_OF)
    draft_of(
        *usual(), {"type": "SECRET", "sessionId": "x"}, [1], {**asked("", None, "x"), "uuid": None}, context=context
    )
    assert context.skipped == {
        "file-history-snapshot": 1,
        "summary": 1,
        "progress": 1,
        "system": 1,
        "unknown_line": 2,
        "line_without_id": 1,
    }


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("plain", "plain"),
        ("<system-reminder>SECRET</system-reminder>\nFix it.", "Fix it."),
        ("Fix it.<system-reminder>SECRET\nSECRET", "Fix it."),
        ([{"type": "text", "text": "<ide_opened_file>SECRET</ide_opened_file>"}, {"type": "text", "text": "Go"}], "Go"),
        ("[Request interrupted by user for tool use]Stop, use sed.", "Stop, use sed."),
        ("[Pasted text #1 +40 lines] explain", "[Pasted text #1 +40 lines] explain"),
        ("compare <b>x</b> < y", "compare <b>x</b> < y"),
    ],
)
def test_what_the_program_put_into_a_prompt_is_taken_out(content: Any, text: str) -> None:
    assert texts(draft_of(asked("u1", None, content))) == [text]


NOT_TYPED = [
    asked("n", "u1", "<command-name>/clear</command-name>\n<command-args>SECRET</command-args>"),
    asked("n", "u1", "<local-command-stdout>SECRET</local-command-stdout>"),
    asked("n", "u1", "<system-reminder>SECRET</system-reminder>  \n"),
    asked("n", "u1", [{"type": "text", "text": "[Request interrupted by user]"}]),
    asked("n", "u1", "SECRET", isMeta=True),
    asked("n", "u1", "SECRET", isCompactSummary=True),
    asked("n", "u1", "SECRET", isVisibleInTranscriptOnly=True),
    asked("n", "u1", None),
    line("user", "n", "u1", message="SECRET"),
    answered("n", "u1", "SECRET", body={"model": "<synthetic>"}),
]


@pytest.mark.parametrize("hidden", NOT_TYPED)
def test_what_no_person_typed_is_no_turn_and_the_chain_goes_through_it(hidden: dict[str, Any]) -> None:
    draft = draft_of(asked("u1", None, "One."), hidden, answered("u2", "n", "1."), asked("u3", "u2", "Two."))
    assert texts(draft) == ["One.", "1.", "Two."]
    assert counts(draft) == {"dropped_message_count": 1}


def test_results_of_tools_are_counted_whether_or_not_they_say_so() -> None:
    only_blocks = {**tool_result("r2", "r1"), "toolUseResult": None}
    del only_blocks["toolUseResult"]
    told = asked("r3", "r2", "SECRET", toolUseResult="SECRET")
    draft = draft_of(asked("u1", None, "One."), tool_result("r1", "u1"), only_blocks, told, answered("u2", "r3", "1."))
    assert (texts(draft), counts(draft)) == (["One.", "1."], {"tool_event_count": 3})


def test_an_image_is_a_prompt_with_an_attachment() -> None:
    image = {"type": "image", "source": {"type": "base64", "data": "SECRET"}}
    draft = draft_of(asked("u1", None, [image]))
    assert (texts(draft), draft.messages[0].has_attachment, counts(draft)) == ([""], True, {"attachment_count": 1})


def test_lines_of_one_message_are_one_turn_and_repeated_blocks_replace_each_other() -> None:
    thinking = [{"type": "thinking", "thinking": "SECRET one", "signature": "s"}]
    draft = draft_of(
        asked("u1", None, "One."),
        answered("a", "u1", thinking, 1, message="m"),
        answered("b", "a", "The file", 2, message="m"),
        answered("c", "a", "The file is empty.", 3, message="m"),
        answered("d", "c", tool_use("t1"), 4, message="m"),
        answered("e", "c", tool_use("t1"), 5, message="m"),
        answered("f", "u1", [*thinking, {"type": "text", "text": "The file is empty."}], 6, message="m"),
        answered("g", "f", tool_use("t2"), 7, message="m"),
        tool_result("r", "e", 8),
        answered(
            "h", "r", [{"type": "text", "text": "So fill it."}, {"type": "redacted_thinking", "data": "SECRET"}], 9
        ),
    )
    assert texts(draft) == ["One.", "The file is empty.", "So fill it."]
    assert [message.sent_at.second for message in draft.messages if message.sent_at] == [0, 1, 9]
    assert counts(draft) == {"reasoning_count": 2, "tool_event_count": 3}


def test_parallel_calls_of_tools_are_no_branches() -> None:
    draft = draft_of(
        asked("u1", None, "One."),
        answered("a", "u1", tool_use("t1"), 1, message="m"),
        answered("b", "a", tool_use("t2"), 2, message="m"),
        tool_result("r1", "a", 3),
        tool_result("r2", "b", 4),
        answered("c", "r2", "Both read.", 5),
    )
    assert (texts(draft), counts(draft)) == (["One.", "Both read."], {"tool_event_count": 4})


def test_an_id_of_a_message_that_a_gateway_repeats_does_not_join_different_turns() -> None:
    draft = draft_of(
        asked("u1", None, "One."),
        answered("a", "u1", "1.", message="same"),
        asked("u2", "a", "Two."),
        answered("b", "u2", "2.", message="same"),
        {**answered("c", "b", "3."), "message": {"model": "claude-x", "content": "3."}},
    )
    assert texts(draft) == ["One.", "1.", "Two.", "2.", "3."]


def test_of_a_rewound_session_the_path_to_the_newest_turn_is_read_and_the_rest_are_branches() -> None:
    lines = [
        asked("u1", None, "One."),
        answered("a", "u1", "1.", 1),
        asked("u2", "a", "Abandoned.", 2),
        answered("b", "u2", "x", 3),
        asked("u3", "a", "Two.", 4),
        answered("c", "u3", "2.", 5),
        line("system", "s", "b", 59, subtype="turn_duration"),
    ]
    draft = draft_of(*lines)
    assert (texts(draft), counts(draft)) == (["One.", "1.", "Two.", "2."], {"branch_count": 1})
    shuffled = lines[:]
    random.Random(7).shuffle(shuffled)
    assert texts(draft_of(*shuffled)) == ["One.", "1.", "Two.", "2."]


def test_after_a_compaction_the_chain_goes_on_above_it() -> None:
    boundary = line("system", "cb", None, 9, subtype="compact_boundary", logicalParentUuid="a", content="SECRET")
    draft = draft_of(
        asked("u1", None, "One."),
        answered("a", "u1", "1."),
        boundary,
        asked("cs", "cb", "SECRET", 9, isCompactSummary=True),
        asked("u2", "cs", "Two.", 10),
    )
    assert (texts(draft), draft.native_id, draft.flags) == (["One.", "1.", "Two."], "u1", set())


def test_one_file_may_hold_several_conversations() -> None:
    one, two = drafts_of(asked("u1", None, "One."), asked("u2", None, "Two.", 9), answered("a", "u1", "1.", 20))
    assert (texts(one), texts(two), one.native_id, two.native_id) == (["One.", "1."], ["Two."], "u1", "u2")


def test_where_the_chain_begins_in_another_file_the_conversation_is_partial() -> None:
    draft = draft_of(answered("a", "elsewhere", "0."), asked("u1", "a", "One."), answered("b", "u1", "1."))
    assert (texts(draft), draft.native_id, draft.flags) == (["One.", "1."], "u1", {"is_partial"})


def test_lines_that_are_written_twice_count_once() -> None:
    lines, context = usual(), ReadContext(AS_OF)
    twice = [each for value in lines for each in (value, value)]
    assert draft_of(*twice, context=context) == _moved(draft_of(*lines), twice.index(lines[2]) + 1)
    assert context.skipped["repeated_line"] == 9
    assert draft_of(*lines, *lines) == draft_of(*lines)


def _moved(draft: Draft, number: int) -> Draft:
    draft.locator = Locator(LocatorKind.LINE, number)
    return draft


def test_runs_of_sub_agents_are_folded_in() -> None:
    context = ReadContext(AS_OF)
    draft = draft_of(
        asked("u1", None, "One."),
        answered("a", "u1", tool_use("task"), 1),
        asked("x", None, "SECRET", 2, isSidechain=True, agentId="SECRET"),
        answered("y", "x", "SECRET", 3, isSidechain=True),
        tool_result("r", "a", 4),
        answered("b", "r", "1.", 5),
        context=context,
    )
    assert (texts(draft), counts(draft)) == (["One.", "1."], {"tool_event_count": 2})
    assert context.skipped == {"line_of_sub_agent": 2}


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ([asked("x", None, "SECRET", isSidechain=True), answered("y", "x", "SECRET", isSidechain=True)], 0),
        ([{"type": "summary", "summary": "SECRET", "leafUuid": "u"}], 0),
        ([asked("c", None, "<command-name>/exit</command-name>")], 1),
        ([answered("a", None, "SECRET")], 1),
    ],
)
def test_a_file_in_which_nobody_asked_is_told_and_no_error(lines: list[Any], count: int) -> None:
    context = ReadContext(AS_OF)
    items = read(lines, context)
    assert context.skipped["session_without_prompt"] == 1
    assert [item.reason for item in items if isinstance(item, Rejected)] == [RejectReason.EMPTY_CONVERSATION] * count
    assert len(items) == count


@pytest.mark.parametrize(("lines", "path"), [(["aa"], ["a"]), (["ba", "ab"], ["a", "b"]), (["ab", "ba"], ["b", "a"])])
def test_lines_that_are_their_own_ancestors_hang_from_the_top(lines: list[str], path: list[str]) -> None:
    context = ReadContext(AS_OF)
    draft = draft_of(*[asked(key, parent, key) for key, parent in lines], context=context)
    assert (texts(draft), context.skipped) == (path, {"tree_repaired": 1})


def test_times_that_cannot_be_true_count_as_none() -> None:
    draft = draft_of({**asked("u1", None, "One."), "timestamp": "1999-01-01T00:00:00Z"}, answered("a", "u1", "1.", 5))
    assert (draft.created_at, draft.earliest_message_at) == (None, datetime(2026, 1, 5, 10, 0, 5, tzinfo=UTC))
    assert draft_of({**asked("u1", None, "One."), "timestamp": "soon"}).flags == {"time_out_of_range"}
    assert draft_of({**asked("u1", None, "One."), "timestamp": None}).flags == set()


def test_a_last_line_that_is_being_written_is_left_and_other_rejections_pass() -> None:
    place = Locator(LocatorKind.LINE, 2)
    broken, cut = Rejected(RejectReason.MALFORMED_JSON, place), Rejected(RejectReason.TRUNCATED_RECORD, place)
    repaired = Element(asked("u1", None, "One."), Locator(LocatorKind.LINE, 1), is_repaired=True)
    first, draft = READER.read(iter([repaired, broken, cut]), ReadContext(AS_OF))
    assert first == broken
    assert isinstance(draft, Draft)
    assert draft.flags == {"is_text_repaired"}


def test_the_format_is_told_by_any_of_the_first_lines() -> None:
    assert choose_reader(usual(), "x.jsonl") is READER
    assert choose_reader([{"type": "mode"}, usual()[2]], "x.jsonl") is READER
    assert READER.sniff([{"type": "queue-operation", "sessionId": "s", "operation": "enqueue", "content": "x"}])
    assert not READER.sniff([{"type": "summary", "sessionId": 5}, {"type": "user", "uuid": "u"}, 7, None])
    assert not READER.sniff([{"sessionId": "19:x", "interactionType": "userPrompt", "id": "1"}])


def sessions(count: int, turns: int) -> list[dict[str, Any]]:
    """Many sessions one after the other, each with every turn a prompt, a reply, a call and its result."""
    found = []
    for number in range(count):
        parent = None
        for turn in range(turns):
            key = f"{number}-{turn}"
            found.append(asked(f"q{key}", parent, f"q{key}", turn))
            found.append(answered(f"a{key}", f"q{key}", f"a{key}", turn))
            found.append(answered(f"t{key}", f"a{key}", tool_use(key), turn, message=f"msg_a{key}"))
            found.append(tool_result(f"r{key}", f"t{key}", turn))
            parent = f"r{key}"
    return found


@pytest.mark.parametrize("limit", [5, 17, 40])
def test_what_is_over_is_given_out_early_and_nothing_is_lost_or_told_twice(
    monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    lines = sessions(12, 3)
    whole = drafts_of(*lines)
    monkeypatch.setattr(claude_code_tree.SessionTree.__init__, "__defaults__", (limit, 1 << 20))
    held: list[int] = []
    take = claude_code_tree.SessionTree._groups

    def watched(tree: Any) -> Any:
        groups = take(tree)
        held.append(len(tree._turns))
        return groups

    monkeypatch.setattr(claude_code_tree.SessionTree, "_groups", watched)
    assert sorted(drafts_of(*lines), key=lambda draft: draft.native_id or "") == sorted(
        whole, key=lambda draft: draft.native_id or ""
    )
    assert max(held) <= 2 * limit + 6
    assert len(held) > 2


def test_a_conversation_that_goes_on_for_ever_stays_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claude_code_tree.SessionTree.__init__, "__defaults__", (6, 1 << 20))
    draft = draft_of(*sessions(1, 60))
    assert (len(draft.messages), draft.flags, draft.native_id) == (120, set(), "q0-0")


@pytest.mark.parametrize("make", [tool_result, lambda key, parent: line("progress", key, parent)])
def test_a_long_run_of_tools_does_not_end_a_conversation(monkeypatch: pytest.MonkeyPatch, make: Any) -> None:
    monkeypatch.setattr(claude_code_tree.SessionTree.__init__, "__defaults__", (6, 1 << 20))
    run = [make(f"r{number}", f"r{number - 1}" if number else "a") for number in range(40)]
    draft = draft_of(asked("u1", None, "One."), answered("a", "u1", "1."), *run, asked("u2", "r39", "Two.", 90))
    assert (texts(draft), draft.flags) == (["One.", "1.", "Two."], set())


WORDS = st.sampled_from(
    [
        *("type", "user", "assistant", "uuid", "parentUuid", "logicalParentUuid", "sessionId", "message", "content"),
        *("text", "id", "model", "timestamp", "isSidechain", "isMeta", "toolUseResult", "tool_use", "a", "b", "c", ""),
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=20,
)
KEYS = st.sampled_from("abcdef")
LINES = st.fixed_dictionaries(
    {"type": st.sampled_from(["user", "assistant", "system", "progress"]), "uuid": KEYS | JSON},
    optional={
        "parentUuid": KEYS | st.none() | JSON,
        "sessionId": st.just("s"),
        "isSidechain": st.booleans(),
        "timestamp": JSON,
        "message": st.fixed_dictionaries({"content": JSON | st.text(max_size=3)}, optional={"id": KEYS}) | JSON,
    },
)


@given(st.lists(LINES | JSON, max_size=14), st.integers(1, 8))
def test_arbitrary_lines_give_drafts_in_which_a_person_speaks(lines: list[Any], limit: int) -> None:
    READER.sniff(lines)
    defaults = claude_code_tree.SessionTree.__init__.__defaults__
    claude_code_tree.SessionTree.__init__.__defaults__ = (limit, 50)
    try:
        elements = (Element(value, Locator(LocatorKind.LINE, number)) for number, value in enumerate(lines, 1))
        items = list(READER.read(elements, ReadContext(AS_OF)))
    finally:
        claude_code_tree.SessionTree.__init__.__defaults__ = defaults
    for item in items:
        assert isinstance(item, Draft | Rejected)
        assert isinstance(item, Rejected) or item.messages[0].role is Role.USER
        assert not isinstance(item, Draft) or 1 <= item.locator.number <= len(lines)


def tangled(chance: random.Random, keys: list[str]) -> list[dict[str, Any]]:
    """Lines whose few ids come again and again, as parents before and after themselves."""
    return [
        {
            "type": chance.choice(["user", "assistant", "system"]),
            "uuid": chance.choice(keys),
            "parentUuid": chance.choice([*keys, None, None, None]),
            "message": {"id": chance.choice("ab"), "content": f"text {number}"},
            "isSidechain": chance.random() < 0.1,
        }
        for number in range(chance.choice([5, 30, 120]))
    ]


def test_ids_that_come_again_after_they_were_forgotten_tangle_no_conversation(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(5)  # found: an id twice in one conversation, a reply whose place was forgotten
    for _ in range(300):
        keys = [str(number) for number in range(chance.choice([4, 12, 40]))]
        limits = (chance.choice([1, 2, 3, 5, 9, 20]), chance.choice([3, 50, 10**6]))
        monkeypatch.setattr(claude_code_tree.SessionTree.__init__, "__defaults__", limits)
        for item in read(tangled(chance, keys)):
            assert isinstance(item, Draft | Rejected)
            assert isinstance(item, Rejected) or item.messages[0].role is Role.USER


LINE_KINDS = {"line_without_id", "repeated_line", "line_of_sub_agent", "unknown_line", "system", "progress"}


@given(st.lists(LINES | JSON, max_size=14))
def test_every_line_is_part_of_a_turn_or_counted(lines: list[Any]) -> None:
    context = ReadContext(AS_OF)
    elements = (Element(value, Locator(LocatorKind.LINE, number)) for number, value in enumerate(lines, 1))
    list(READER.read(elements, context))
    seen: set[str] = set()
    turns = 0
    for value in lines:
        key = value.get("uuid") if isinstance(value, dict) else None
        if isinstance(key, str) and key and key not in seen:
            seen.add(key)
            turns += value.get("type") in ("user", "assistant") and not value.get("isSidechain")
    assert sum(count for kind, count in context.skipped.items() if kind in LINE_KINDS) == len(lines) - turns


def test_lines_above_which_no_prompt_stands_are_counted() -> None:
    context = ReadContext(AS_OF)
    hidden = asked("h", None, "SECRET", isMeta=True)
    draft = draft_of(hidden, answered("a", "h", "SECRET"), tool_result("r", "gone"), *usual()[2:], context=context)
    assert (texts(draft)[0], context.skipped["line_without_prompt"]) == ("Why does the import fail?", 3)


@given(st.permutations(usual()[2:]))
def test_the_order_of_lines_in_the_file_does_not_matter(lines: list[Any]) -> None:
    draft = draft_of(*lines)
    assert sorted(texts(draft)) == sorted(texts(draft_of(*usual())))
    assert (draft.native_id, draft.flags, draft.counts) == ("u1", set(), draft_of(*usual()).counts)
