"""Of Open WebUI the current path of each chat is read: from its export, its table, and its table of messages."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reader_runs import drafts, json_of, read_file, run, texts
from reading_home import AS_OF, read_logs

from economic_index.contracts.lake import CONVERSATIONS_REJECTED
from economic_index.conversations.readers.open_webui import READER
from economic_index.conversations.readers.open_webui_content import unfolded
from economic_index.conversations.records import Draft, Locator, ReadContext, Rejected
from economic_index.conversations.sources import Source
from economic_index.conversations.weekly import weeks_with_winners
from economic_index.lake import Lake
from economic_index.vocabulary import LocatorKind, RejectReason

CHAT_ID = "5a1c9d10-3b52-4d5e-9a55-6f1f6a3c0001"
START = 1767600000


def said(key: str, parent: str | None, role: str, content: Any, **keys: Any) -> dict[str, Any]:
    return {"id": key, "parentId": parent, "childrenIds": [], "role": role, "content": content, **keys}


def chat(*messages: dict[str, Any], current: str | None = None, **keys: Any) -> dict[str, Any]:
    history = {"currentId": current or messages[-1]["id"], "messages": {message["id"]: message for message in messages}}
    return {
        "id": CHAT_ID,
        "user_id": "u1",
        "title": "SECRET",
        "created_at": START,
        "updated_at": START + 60,
        "chat": {"title": "SECRET", "models": ["SECRET"], "history": history, "messages": []},
        **keys,
    }


ASKED = said("a", None, "user", "List three knots.", timestamp=START)
ANSWERED = said("b", "a", "assistant", "Bowline, reef, hitch.", model="llama3", timestamp=START + 9, done=True)


def row(key: str, parent: str | None, role: str, content: Any, **keys: Any) -> dict[str, Any]:
    """A row of the table of messages, as a database's tool prints it."""
    return {
        "id": f"{CHAT_ID}-{key}",
        "chat_id": CHAT_ID,
        "user_id": "u1",
        "role": role,
        "parent_id": parent,
        "content": json.dumps(content),
        "model_id": None,
        "done": 1,
        "created_at": START,
        **keys,
    }


def test_a_chat_has_its_path_user_times_and_model() -> None:
    (draft,) = drafts(READER, [chat(ASKED, ANSWERED)])
    assert texts(draft) == ["List three knots.", "Bowline, reef, hitch."]
    assert (draft.native_id, draft.is_native_id_random, draft.raw_user_id) == (CHAT_ID, True, "u1")
    assert draft.messages[1].model == "llama3"
    assert draft.created_at == datetime.fromtimestamp(START, UTC)
    assert draft.updated_at == datetime.fromtimestamp(START + 60, UTC)
    assert draft.counts["branch_count"] == 0


@pytest.mark.parametrize("at", [START + 9, (START + 9) * 1000, str(START + 9)])
def test_seconds_and_milliseconds_are_told_apart(at: Any) -> None:
    (draft,) = drafts(READER, [chat(ASKED, {**ANSWERED, "timestamp": at}, created_at=START * 1000)])
    assert draft.messages[1].sent_at == datetime.fromtimestamp(START + 9, UTC)
    assert draft.created_at == datetime.fromtimestamp(START, UTC)


def test_an_id_that_was_not_issued_at_random_is_guarded() -> None:
    assert not drafts(READER, [chat(ASKED, id="imported-1")])[0].is_native_id_random


def test_of_retries_and_models_side_by_side_the_current_one_is_read() -> None:
    other = said("c", "a", "assistant", "abandoned", model="m2", timestamp=START + 20)
    (draft,) = drafts(READER, [chat(ASKED, ANSWERED, other, current="b")])
    assert (texts(draft)[1], draft.counts["branch_count"]) == ("Bowline, reef, hitch.", 1)


@pytest.mark.parametrize("current", ["gone", None])
def test_without_its_leaf_the_newest_is_taken(current: str | None) -> None:
    newest = said("c", "a", "assistant", "newest", timestamp=START + 20)
    record = chat(ASKED, newest, ANSWERED)
    record["chat"]["history"]["currentId"] = current
    context = ReadContext(AS_OF)
    assert texts(drafts(READER, [record], context)[0])[1] == "newest"
    assert context.skipped == ({"tree_repaired": 1} if current else {})


def test_without_a_history_the_flat_list_is_read_in_order() -> None:
    record = chat(ASKED)
    for history in ({}, None, {"messages": {}}):
        record["chat"] = {"history": history, "messages": [ASKED, {**ANSWERED, "parentId": "nobody"}]}
        assert texts(drafts(READER, [record])[0]) == ["List three knots.", "Bowline, reef, hitch."]


def test_a_ring_and_a_missing_parent_end_the_walk() -> None:
    context = ReadContext(AS_OF)
    ring = chat(said("a", "b", "user", "one"), said("b", "a", "assistant", "two"))
    cut = chat(said("b", "gone", "user", "later part"))
    first, second = drafts(READER, [ring, cut], context)
    assert (len(first.messages), texts(second), second.flags) == (2, ["later part"], {"is_partial"})
    assert context.skipped == {"tree_repaired": 2}


@pytest.mark.parametrize("as_text", [json.dumps, lambda value: json.dumps(value).encode()])
def test_the_chat_may_be_json_text(as_text: Any) -> None:
    record = chat(ASKED, ANSWERED)
    record["chat"] = as_text(record["chat"])
    assert READER.sniff([record])
    assert texts(drafts(READER, [record])[0]) == ["List three knots.", "Bowline, reef, hitch."]


def test_json_text_with_a_lone_surrogate_is_read_and_told() -> None:
    record = chat(ASKED)
    record["chat"] = json.dumps(record["chat"]).replace("knots", "\\ud83d")
    (draft,) = drafts(READER, [record])
    assert (texts(draft), draft.flags) == (["List three \ufffd."], {"is_text_repaired"})


FOLDS = [
    ('<details type="reasoning" done="true">\n<summary>S</summary>\n> SECRET\n</details>\nShown.', "Shown."),
    ("<details type='reasoning'>SECRET <details>SECRET</details> SECRET</details>Shown.", "Shown."),
    ('One.<details type="reasoning">SECRET</details>Two.', "One.Two."),
    ('<DETAILS class="x" TYPE=reasoning>SECRET</DETAILS>Shown.', "Shown."),
    ('Shown.<details type="reasoning" done="false">SECRET, broken off', "Shown."),
]


@pytest.mark.parametrize(("content", "text"), FOLDS)
def test_folded_reasoning_is_counted_and_never_text(content: str, text: str) -> None:
    (draft,) = drafts(READER, [chat(ASKED, {**ANSWERED, "content": content})])
    assert (texts(draft)[1], draft.counts["reasoning_count"]) == (text, 1)


def test_folded_tool_traffic_is_counted_and_a_fold_of_the_text_stays() -> None:
    text, counts = unfolded('<details type="tool_calls" id="1">SECRET</details>a <details>more</details>')
    assert (text, dict(counts)) == ("a <details>more</details>", {"tool_event_count": 1})
    own = '<details type="reasoning">what a person pasted</details>'
    assert texts(drafts(READER, [chat(said("a", None, "user", own))])[0]) == [own]


def test_many_open_folds_cost_no_more_than_their_length() -> None:
    assert unfolded("<details " * 200_000)[0] == "<details " * 200_000
    assert unfolded('<details type="reasoning">' * 50_000)[0] == ""


def test_blocks_files_and_an_answer_in_items_are_read() -> None:
    image = {"type": "image_url", "image_url": {"url": "data:SECRET"}}
    asked = said("a", None, "user", [{"type": "text", "text": "What is this?"}, image], files=[{"name": "SECRET"}])
    output = [
        {"type": "reasoning", "summary": [{"text": "SECRET"}]},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "A reef knot."}]},
    ]
    (draft,) = drafts(READER, [chat(asked, said("b", "a", "assistant", "", output=output))])
    assert texts(draft) == ["What is this?", "A reef knot."]
    assert (draft.counts["attachment_count"], draft.counts["reasoning_count"]) == (2, 1)
    assert draft.messages[0].has_attachment


@pytest.mark.parametrize("done", [False, 0, "false"])
def test_an_answer_that_was_not_finished_is_kept_and_told(done: Any) -> None:
    (draft,) = drafts(READER, [chat(ASKED, {**ANSWERED, "done": done})])
    assert (len(draft.messages), draft.flags) == (2, {"is_partial"})


def test_prompts_of_the_system_and_tools_are_not_said() -> None:
    context = ReadContext(AS_OF)
    system, tool = said("s", None, "system", "SECRET"), said("t", "a", "tool", "SECRET")
    odd = said("o", "t", "SECRET", "SECRET")
    (draft,) = drafts(READER, [chat(system, {**ASKED, "parentId": "s"}, tool, odd)], context)
    assert texts(draft) == ["List three knots."]
    assert (draft.counts["tool_event_count"], draft.counts["dropped_message_count"]) == (1, 1)
    assert context.skipped == {"unknown_role": 1}


def test_copies_made_to_be_shared_are_dropped_and_counted() -> None:
    context = ReadContext(AS_OF)
    clone = chat(ASKED, user_id="shared-SECRET")
    rows = [row("a", None, "user", "x", user_id="shared-SECRET")]
    assert run(READER, [clone, chat(ASKED), *rows], context)[0].native_id == CHAT_ID
    assert context.skipped == {"shared_clone": 2}


def test_rows_of_messages_are_gathered_by_chat_wherever_they_stand() -> None:
    rows = [
        row("b", "a", "assistant", "Bowline.", created_at=START + 9, model_id="llama3", updated_at=START + 50),
        row("x", None, "user", "Other chat.", chat_id="other", id="other-x"),
        row("c", "a", "assistant", "abandoned", created_at=START + 5),
        row("a", None, "user", "List one knot."),
    ]
    knots, other = drafts(READER, rows)
    assert (texts(knots), texts(other)) == (["List one knot.", "Bowline."], ["Other chat."])
    assert (knots.native_id, knots.raw_user_id, knots.messages[1].model) == (CHAT_ID, "u1", "llama3")
    assert knots.earliest_message_at == datetime.fromtimestamp(START, UTC)
    assert knots.counts["branch_count"] == 1
    assert knots.locator == Locator(LocatorKind.LINE, 1)


@pytest.mark.parametrize("content", ['"quoted by JSON"', "quoted by JSON"])
def test_a_column_of_json_and_one_of_text_say_the_same(content: str) -> None:
    assert texts(drafts(READER, [row("a", None, "user", "x") | {"content": content}])[0]) == ["quoted by JSON"]
    assert texts(drafts(READER, [row("a", None, "user", [{"type": "text", "text": "of a block"}])])[0]) == [
        "of a block"
    ]
    assert texts(drafts(READER, [row("a", None, "user", "x") | {"content": "[1, 2]"}])[0]) == ["[1, 2]"]


def test_the_two_tables_give_the_same_conversation(tmp_path: Path) -> None:
    rows = [row("a", None, "user", "List three knots."), row("b", "a", "assistant", "Bowline, reef, hitch.")]
    found = []
    for name, records in (("chat.json", [chat(ASKED, ANSWERED)]), ("chat_message.json", rows)):
        path = tmp_path / name
        path.write_text(json.dumps(records))
        found.append(read_file(path)[0][0].values)
    for column in ("conversation_id", "content_hash", "user_id"):
        assert found[0][column] == found[1][column]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (chat(said("a", None, "assistant", "SECRET")), RejectReason.EMPTY_CONVERSATION),
        (chat(said("a", None, "user", " \n")), RejectReason.EMPTY_CONVERSATION),
        (chat(said("a", None, "SECRET", "SECRET")), RejectReason.UNKNOWN_ROLE),
        ({"id": CHAT_ID, "chat": "SECRET"}, RejectReason.EMPTY_CONVERSATION),
        ({"id": CHAT_ID, "chat": '{"SECRET'}, RejectReason.EMPTY_CONVERSATION),
        ({"id": CHAT_ID, "chat": {"history": None}}, RejectReason.EMPTY_CONVERSATION),
    ],
)
def test_where_no_person_speaks_there_is_no_conversation(record: dict[str, Any], reason: RejectReason) -> None:
    (item,) = run(READER, [record])
    assert isinstance(item, Rejected)
    assert (item.reason, item.native_id) == (reason, CHAT_ID)
    assert "SECRET" not in item.detail


@pytest.mark.parametrize("value", [None, "", 0, "soon", 9e20, True, [1]])
def test_without_a_time_of_its_own_the_earliest_message_counts(value: Any) -> None:
    (draft,) = drafts(READER, [chat(ASKED, ANSWERED, created_at=value)])
    assert (draft.created_at, draft.earliest_message_at) == (None, datetime.fromtimestamp(START, UTC))
    timeless = chat({**ASKED, "timestamp": None}, created_at=value)
    expected = {"time_out_of_range"} if value in ("soon", 9e20, [1]) else set()
    assert drafts(READER, [timeless])[0].flags == expected


def test_a_grown_export_keeps_the_id_and_takes_the_longer_chat(lake: Lake, logs: Path) -> None:
    source = Source("s", str(logs))
    (logs / "a.json").write_text(json.dumps([chat(ASKED)]))
    assert read_logs(lake, source).raw_logs["conversation_count"].tolist() == [1]
    grown = [chat(ASKED, ANSWERED, updated_at=START + 99), chat(said("z", None, "assistant", "x"), id="empty")]
    (logs / "a.json").write_text(json.dumps(grown))
    again = read_logs(lake, source)
    assert again.raw_logs[["conversation_count", "superseded_count"]].values.tolist() == [[1, 1]]
    assert lake.read(CONVERSATIONS_REJECTED)["reason"].tolist() == ["empty_conversation"]
    assert len(weeks_with_winners(lake)) == 1


WORDS = (
    *(
        "chat",
        "history",
        "messages",
        "currentId",
        "id",
        "parentId",
        "role",
        "user",
        "assistant",
        "content",
        "timestamp",
    ),
    *("chat_id", "parent_id", "model_id", "user_id", "created_at", "type", "text", "files", "output", "done", "a", "b"),
)
JSON = json_of(WORDS)
KEYS = st.sampled_from(["a", "b", "c"])
MESSAGES = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant"]) | JSON, "content": JSON},
    optional={"id": KEYS, "parentId": KEYS | JSON, "timestamp": JSON, "files": JSON, "output": JSON, "done": JSON},
)
CHATS = st.fixed_dictionaries(
    {
        "chat": st.fixed_dictionaries(
            {"history": st.fixed_dictionaries({"messages": st.dictionaries(KEYS, MESSAGES | JSON)}) | JSON},
            optional={"messages": st.lists(MESSAGES | JSON, max_size=3) | JSON},
        )
    },
    optional={"id": JSON, "user_id": JSON, "created_at": JSON},
)
ROWS = st.fixed_dictionaries(
    {"chat_id": KEYS, "role": st.sampled_from(["user", "assistant"]) | JSON, "content": JSON, "parent_id": KEYS | JSON},
    optional={"id": KEYS, "model_id": JSON, "created_at": JSON, "user_id": st.sampled_from(["u", "shared-u", ""])},
)


def is_row(record: Any) -> bool:
    return isinstance(record, dict) and "chat_id" in record and "chat" not in record


@given(st.lists(JSON | CHATS | CHATS.map(lambda one: one | {"chat": json.dumps(one["chat"])}), max_size=5))
def test_of_arbitrary_json_every_record_is_a_draft_a_rejection_or_a_counted_copy(records: list[Any]) -> None:
    records = [record for record in records if not is_row(record)]
    READER.sniff(records)
    context = ReadContext(AS_OF)
    found = run(READER, records, context)
    assert all(isinstance(item, Draft | Rejected) for item in found)
    assert len(found) + context.skipped.get("shared_clone", 0) == len(records)


@given(st.lists(ROWS, max_size=8))
def test_of_arbitrary_rows_every_chat_is_a_draft_or_a_rejection(records: list[Any]) -> None:
    READER.sniff(records)
    found = run(READER, records)
    own = {record["chat_id"] for record in records if record.get("user_id") != "shared-u"}
    assert {item.native_id for item in found} == own
    assert len(found) == len(own)
