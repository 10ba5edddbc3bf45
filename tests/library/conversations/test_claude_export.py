"""Of a Claude export the path to the newest message is read: no retry, no pasted document, no reasoning."""

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_home import AS_OF, KEY

from economic_index.conversations.errors import LogFormatError
from economic_index.conversations.file_report import FileReport
from economic_index.conversations.readers.claude_export import READER
from economic_index.conversations.records import Draft, Element, Locator, ReadContext, Rejected
from economic_index.conversations.run_context import RunContext
from economic_index.conversations.sniff import choose_reader
from economic_index.conversations.sources import Source
from economic_index.conversations.stream_reading import FileRows
from economic_index.vocabulary import LocatorKind, RejectReason, Role

NO_PARENT = "00000000-0000-4000-8000-000000000000"


def said(key: str, sender: str, text: str, minute: int = 0, **keys: Any) -> dict[str, Any]:
    """A message of the current export; `keys` add to it or replace its keys."""
    return {
        "uuid": key,
        "sender": sender,
        "text": "",
        "content": [{"type": "text", "text": text, "citations": []}],
        "created_at": f"2026-01-05T09:{minute:02}:00.000000Z",
        "attachments": [],
        "files": [],
        **keys,
    }


def chat(*messages: Any, **keys: Any) -> dict[str, Any]:
    return {
        "uuid": "k1",
        "name": "SECRET",
        "summary": "SECRET",
        "created_at": "2026-01-05T09:00:00.120000Z",
        "updated_at": "2026-01-05T09:02:00+00:00",
        "account": {"uuid": "a1"},
        "chat_messages": list(messages),
        **keys,
    }


def read(record: Any, context: ReadContext | None = None, is_repaired: bool = False) -> Draft | Rejected:
    element = Element(record, Locator(LocatorKind.ELEMENT, 1), is_repaired)
    (item,) = READER.read(iter([element]), context or ReadContext(AS_OF))
    return item


def draft_of(record: Any, context: ReadContext | None = None) -> Draft:
    item = read(record, context)
    assert isinstance(item, Draft)
    assert "SECRET" not in repr(item)
    return item


def texts(draft: Draft) -> list[str]:
    return [message.text for message in draft.messages]


ASKED = said("m1", "human", "Shorten this clause.", parent_message_uuid=NO_PARENT)
ANSWERED = said("m2", "assistant", "Tenant pays by the fifth.", 1, parent_message_uuid="m1")


def test_a_conversation_has_its_people_times_and_no_model() -> None:
    draft = draft_of(chat(ASKED, ANSWERED))
    assert [(message.role, message.text) for message in draft.messages] == [
        (Role.USER, "Shorten this clause."),
        (Role.ASSISTANT, "Tenant pays by the fifth."),
    ]
    assert (draft.native_id, draft.is_native_id_random, draft.raw_user_id, draft.model_raw) == ("k1", True, "a1", None)
    assert draft.created_at == datetime(2026, 1, 5, 9, 0, 0, 120000, tzinfo=UTC)
    assert draft.updated_at == datetime(2026, 1, 5, 9, 2, tzinfo=UTC)
    assert draft.messages[1].sent_at == datetime(2026, 1, 5, 9, 1, tzinfo=UTC)
    assert draft.counts["branch_count"] == 0


def test_of_edits_and_retries_the_path_to_the_newest_message_is_read() -> None:
    draft = draft_of(
        chat(
            ASKED,
            ANSWERED,
            said("retry", "assistant", "Rent is due on the 5th.", 5, parent_message_uuid="m1"),
            said("edit", "human", "Another clause.", 2, parent_message_uuid=NO_PARENT),
            said("m3", "assistant", "Which one?", 3, parent_message_uuid="edit"),
        )
    )
    assert texts(draft) == ["Shorten this clause.", "Rent is due on the 5th."]
    assert draft.counts["branch_count"] == 2


def test_without_parents_all_messages_are_read_in_order() -> None:
    later, earlier = said("m1", "human", "one", 9), said("m2", "assistant", "two", 3)
    assert texts(draft_of(chat(later, earlier, said("m3", "human", "three", 1)))) == ["one", "two", "three"]
    without_ids = [{"sender": "human", "text": "one"}, {"sender": "assistant", "text": "two"}]
    assert texts(draft_of(chat(*without_ids))) == ["one", "two"]


@pytest.mark.parametrize("leaf", ["m2", "gone"])
def test_a_dump_of_one_chat_names_its_leaf_and_its_model(leaf: str) -> None:
    context = ReadContext(AS_OF)
    newer = said("other", "assistant", "abandoned", 9, parent_message_uuid="m1")
    draft = draft_of(chat(ASKED, ANSWERED, newer, current_leaf_message_uuid=leaf, model="claude-x"), context)
    is_known = leaf == "m2"
    assert texts(draft)[1] == ("Tenant pays by the fifth." if is_known else "abandoned")
    assert draft.model_raw == "claude-x"
    assert context.skipped == ({} if is_known else {"tree_repaired": 1})


def test_a_ring_of_parents_is_walked_once() -> None:
    context = ReadContext(AS_OF)
    one, two = said("a", "human", "one", parent_message_uuid="b"), said("b", "human", "two", parent_message_uuid="a")
    assert len(draft_of(chat(one, two), context).messages) == 2
    assert context.skipped == {"tree_repaired": 1}


BLOCKS = [
    ({"type": "thinking", "thinking": "SECRET", "summaries": [{"summary": "SECRET"}]}, "reasoning_count"),
    ({"type": "redacted_thinking", "data": "SECRET"}, "reasoning_count"),
    ({"type": "tool_use", "name": "SECRET", "input": {"x": "SECRET"}}, "tool_event_count"),
    ({"type": "tool_result", "content": [{"type": "text", "text": "SECRET"}]}, "tool_event_count"),
    ({"type": "image", "source": {"data": "SECRET"}}, "attachment_count"),
]


@pytest.mark.parametrize(("block", "count"), BLOCKS)
def test_other_blocks_are_counted_and_never_text(block: dict[str, Any], count: str) -> None:
    content = [{"type": "text", "text": "First."}, block, {"type": "text", "text": "Then."}]
    draft = draft_of(chat(ASKED, {**ANSWERED, "content": content, "text": "SECRET"}))
    assert texts(draft)[1] == "First.\nThen."
    assert {name: value for name, value in draft.counts.items() if value} == {count: 1}


def test_an_answer_of_tools_alone_is_no_message() -> None:
    content = [{"type": "tool_use", "input": "SECRET"}, {"type": "thinking", "thinking": "SECRET"}]
    draft = draft_of(chat(ASKED, {**ANSWERED, "content": content, "text": "SECRET"}))
    assert texts(draft) == ["Shorten this clause."]
    assert (draft.counts["tool_event_count"], draft.counts["reasoning_count"]) == (1, 1)


def test_an_unknown_block_is_skipped_and_its_name_is_not_told() -> None:
    context = ReadContext(AS_OF)
    draft = draft_of(
        chat({**ASKED, "content": [{"type": "SECRET", "text": "x"}, {"type": "text", "text": "y"}]}), context
    )
    assert (texts(draft), context.skipped) == (["y"], {"unknown_part": 1})


@pytest.mark.parametrize(
    ("sender", "content", "text"),
    [
        ("human", [], "flat"),
        ("human", None, "flat"),
        ("human", [{"type": "text", "text": "of the block"}], "of the block"),
        ("human", [{"type": "tool_result"}], "flat"),
        ("assistant", [], ""),
        ("assistant", [{"type": "thinking"}], None),
        ("assistant", None, "flat"),
    ],
)
def test_flat_text_counts_for_a_person_and_for_an_assistant_without_blocks(
    sender: str, content: Any, text: str | None
) -> None:
    draft = draft_of(chat(said("q", "human", "Hello?"), {**said("m", sender, ""), "content": content, "text": "flat"}))
    assert texts(draft)[1:] == ([] if text is None else [text])


def test_pasted_documents_and_files_are_counted() -> None:
    document = {"file_name": "SECRET.txt", "file_size": 900, "file_type": "txt", "extracted_content": "SECRET"}
    file = {"file_uuid": "f", "file_name": "SECRET.png"}
    draft = draft_of(chat({**ASKED, "attachments": [document], "files": [file], "files_v2": [file]}, ANSWERED))
    assert draft.counts["attachment_count"] == 2
    assert [message.has_attachment for message in draft.messages] == [True, False]


def test_a_pasted_document_without_words_is_a_message_by_a_person() -> None:
    draft = draft_of(chat({**said("m1", "human", ""), "attachments": [{"extracted_content": "SECRET"}]}))
    assert draft.messages[0].has_attachment


def test_an_unknown_sender_is_dropped_and_counted() -> None:
    context = ReadContext(AS_OF)
    draft = draft_of(chat(said("m0", "SECRET", "SECRET"), said("m1", "human", "one")), context)
    assert (texts(draft), draft.counts["dropped_message_count"], context.skipped) == (["one"], 1, {"unknown_role": 1})


@pytest.mark.parametrize("created", [None, "", "soon", 0, "1970-01-01T00:00:00Z", "2031-01-01T00:00:00Z", [1]])
def test_without_a_time_of_its_own_the_earliest_message_of_the_whole_tree_counts(created: Any) -> None:
    abandoned = said("x", "assistant", "abandoned", 1, parent_message_uuid="m1")
    newest = said("m2", "assistant", "newest", 9, parent_message_uuid="m1")
    draft = draft_of(chat({**ASKED, "created_at": None}, abandoned, newest, created_at=created))
    assert (draft.created_at, draft.earliest_message_at) == (None, datetime(2026, 1, 5, 9, 1, tzinfo=UTC))
    assert texts(draft)[1] == "newest"


def test_an_absurd_time_is_told_from_none() -> None:
    timeless = {**said("m1", "human", "one"), "created_at": None}
    assert draft_of(chat(timeless, created_at="1999-01-01T00:00:00Z")).flags == {"time_out_of_range"}
    assert draft_of(chat(timeless, created_at=None)).flags == set()


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (chat(), RejectReason.EMPTY_CONVERSATION),
        (chat("SECRET", None, 5), RejectReason.EMPTY_CONVERSATION),
        (chat(said("m1", "assistant", "SECRET")), RejectReason.EMPTY_CONVERSATION),
        (chat(said("m1", "human", " \n")), RejectReason.EMPTY_CONVERSATION),
        (chat(said("m1", "SECRET", "SECRET")), RejectReason.UNKNOWN_ROLE),
        ({"uuid": "k1", "chat_messages": "SECRET"}, RejectReason.EMPTY_CONVERSATION),
        ({"uuid": "k1"}, RejectReason.EMPTY_CONVERSATION),
    ],
)
def test_where_no_person_speaks_there_is_no_conversation(record: dict[str, Any], reason: RejectReason) -> None:
    item = read(record)
    assert isinstance(item, Rejected)
    assert (item.reason, item.native_id) == (reason, "k1")
    assert "SECRET" not in item.detail


def test_repaired_text_is_flagged_and_rejections_pass() -> None:
    repaired = read(chat(ASKED), is_repaired=True)
    assert isinstance(repaired, Draft)
    assert repaired.flags == {"is_text_repaired"}
    rejected = Rejected(RejectReason.MALFORMED_JSON, Locator(LocatorKind.ELEMENT, 4))
    assert list(READER.read(iter([rejected]), ReadContext(AS_OF))) == [rejected]


def test_the_format_is_told_from_a_compliance_log_with_the_same_key() -> None:
    assert choose_reader([chat(ASKED)], "x.json") is READER
    assert READER.sniff([{"uuid": "k0", "chat_messages": []}])
    assert not READER.sniff([{"uuid": "x", "chat_messages": [{"role": "user", "content": []}]}])
    assert not READER.sniff([{"id": "x", "chat_messages": [{"role": "user"}]}, 5, None, {"chat_messages": {}}])


WORDS = st.sampled_from(
    [
        *("uuid", "chat_messages", "sender", "human", "assistant", "text", "content", "type", "created_at", "account"),
        *(
            "parent_message_uuid",
            "current_leaf_message_uuid",
            "attachments",
            "files",
            "thinking",
            "tool_use",
            "a",
            "b",
            "",
        ),
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=30,
)
MESSAGES = st.fixed_dictionaries(
    {"sender": st.sampled_from(["human", "assistant"]) | JSON, "content": JSON},
    optional={"uuid": WORDS, "parent_message_uuid": WORDS | JSON, "created_at": JSON, "text": JSON, "files": JSON},
)
CHATS = st.fixed_dictionaries(
    {"chat_messages": st.lists(MESSAGES | JSON, max_size=4)},
    optional={"uuid": JSON, "created_at": JSON, "account": JSON, "current_leaf_message_uuid": WORDS, "model": JSON},
)


@given(JSON | CHATS)
def test_arbitrary_json_gives_a_draft_or_a_rejection(record: Any) -> None:
    READER.sniff([record])
    item = read(record)
    assert isinstance(item, Draft | Rejected)
    assert isinstance(item, Rejected) or any(message.role is Role.USER for message in item.messages)


@given(
    st.text("XYZ", min_size=4), st.sampled_from(["uuid", "chat_messages", "sender", "content", "text", "created_at"])
)
def test_no_value_of_a_record_stands_in_the_detail_of_its_rejection(private: str, key: str) -> None:
    for record in ({**chat(), key: private}, chat({**said("m", "assistant", private), key: private}), [private]):
        item = read(record)
        assert isinstance(item, Rejected)
        assert private not in item.detail


def rows_of(path: Path) -> tuple[list[list[str]], FileReport]:
    report = FileReport("mine", "f1", path.name, "", path.stat().st_size)
    rows = list(FileRows(path, Source("mine", str(path)), RunContext(KEY, AS_OF), report))
    assert all(row.values["source_format"] == "claude_export" for row in rows)
    return [row.transcript.texts() for row in rows], report


EXPORT = [chat(ASKED, ANSWERED), chat(uuid="k0"), chat(said("m", "human", "And now? }]["), uuid="k2")]
READ = [["Shorten this clause.", "Tenant pays by the fifth."], ["And now? }]["]]


@pytest.mark.parametrize("indent", [None, 2])
def test_a_file_is_read_from_its_bytes(tmp_path: Path, indent: int | None) -> None:
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps(EXPORT, indent=indent), encoding="utf-8")
    found, report = rows_of(path)
    assert (found, report.reasons) == (READ, {RejectReason.EMPTY_CONVERSATION: 1})


@pytest.mark.parametrize("indent", [None, 2])
def test_a_dump_is_one_object(tmp_path: Path, indent: int | None) -> None:
    path = tmp_path / "chat.json"
    path.write_text(json.dumps(EXPORT[0], indent=indent), encoding="utf-8")
    assert rows_of(path)[0] == READ[:1]


def test_repaired_trees_and_unknown_parts_are_told_apart(tmp_path: Path) -> None:
    ring = said("m1", "human", "one", parent_message_uuid="m1", content=[{"type": "SECRET"}, "one"])
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps([chat(ring)]), encoding="utf-8")
    assert list(rows_of(path)[1].sentences()) == [
        "1 trees repaired. (conversations.json)",
        "1 parts of kinds that are not read (unknown_part 1). (conversations.json)",
    ]


@pytest.mark.parametrize("name", ["data-2026.zip", "conversations-000.dms"])
def test_an_archive_is_read_without_its_other_files(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("conversations.json", json.dumps(EXPORT))
        archive.writestr("users.json", json.dumps([{"uuid": "a1", "email_address": "x@example.org"}]))
        archive.writestr("projects.json", json.dumps([{"uuid": "p", "name": "SECRET"}]))
        archive.writestr("memories.json", "[]")
        archive.writestr("design_chats/d.json", json.dumps({"messages": [{"role": "user", "content": "SECRET"}]}))
    assert rows_of(path)[0] == READ


def test_the_manifest_names_the_archives_to_give(tmp_path: Path) -> None:
    path = tmp_path / "manifest-1.json"
    parts = [("conversations", "conversations-000.zip"), ("memories", "memories.zip")]
    files = [{"category": category, "filename": name, "export_url": "https://SECRET"} for category, name in parts]
    path.write_text(json.dumps({"data_files": files}), encoding="utf-8")
    with pytest.raises(LogFormatError, match=r"conversations-000\.zip") as stopped:
        rows_of(path)
    assert stopped.value.reason is RejectReason.MANIFEST_ONLY
    assert "memories" not in str(stopped.value)
    assert "SECRET" not in str(stopped.value)
