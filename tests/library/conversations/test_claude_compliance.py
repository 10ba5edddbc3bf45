"""Of Claude's compliance log each chat is read whole; what was deleted is named, so that earlier copies go."""

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
from economic_index.conversations.readers.claude_compliance import READER
from economic_index.conversations.readers.claude_export import READER as EXPORT
from economic_index.conversations.records import Draft, Locator, ReadContext, Rejected
from economic_index.conversations.sources import Source
from economic_index.lake import Lake
from economic_index.vocabulary import LocatorKind, RejectReason

UUID = "7b0e6a52-0000-4000-8000-000000000001"
ADDRESS = f"https://claude.ai/chat/{UUID}"


def said(role: str, text: str, minute: int = 0, **keys: Any) -> dict[str, Any]:
    content = [{"type": "text", "text": text}]
    return {"id": "m", "role": role, "created_at": f"2026-01-05T09:{minute:02}:00Z", "content": content, **keys}


def chat(*messages: Any, **keys: Any) -> dict[str, Any]:
    return {
        "id": "claude_chat_01Ab",
        "name": "SECRET",
        "href": ADDRESS,
        "created_at": "2026-01-05T09:00:00Z",
        "updated_at": "2026-01-05T09:02:00Z",
        "deleted_at": None,
        "model": "claude-opus-4-5",
        "organization_uuid": "SECRET",
        "project_id": "SECRET",
        "user": {"id": "user_01xyz", "email_address": "SECRET@example.org"},
        "chat_messages": list(messages),
        **keys,
    }


ASKED, ANSWERED = said("user", "Shorten this clause."), said("assistant", "Tenant pays by the fifth.", 1)


def test_a_chat_has_its_model_user_times_and_the_id_of_its_address() -> None:
    (draft,) = drafts(READER, [chat(ASKED, ANSWERED)])
    assert texts(draft) == ["Shorten this clause.", "Tenant pays by the fifth."]
    assert (draft.native_id, draft.raw_user_id, draft.model_raw) == (UUID, "user_01xyz", "claude-opus-4-5")
    assert draft.created_at == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert draft.updated_at == datetime(2026, 1, 5, 9, 2, tzinfo=UTC)
    assert draft.is_native_id_random


def test_the_export_of_the_same_chat_has_the_same_id_and_content_but_another_user(tmp_path: Path) -> None:
    messages = [
        {"uuid": "m1", "sender": "human", "text": "Shorten this clause.", "content": ASKED["content"]},
        {"uuid": "m2", "sender": "assistant", "text": "", "content": ANSWERED["content"]},
    ]
    exported = {
        "uuid": UUID,
        "created_at": "2026-01-05T09:00:00Z",
        "account": {"uuid": "a1"},
        "chat_messages": messages,
    }
    found = []
    for name, record in (("a.json", exported), ("b.json", chat(ASKED, ANSWERED))):
        (tmp_path / name).write_text(json.dumps([record]))
        found.append(read_file(tmp_path / name)[0][0].values)
    assert found[0]["conversation_id"] == found[1]["conversation_id"]
    assert found[0]["content_hash"] == found[1]["content_hash"]
    assert found[0]["user_id"] != found[1]["user_id"]
    assert READER.system == EXPORT.system


@pytest.mark.parametrize(
    ("address", "native_id"),
    [
        (f"{ADDRESS}?x=1", UUID),
        (f"https://claude.ai/chat/{UUID.upper()}", UUID),
        (f"https://claude.ai/project/p/chat/{UUID}#y", UUID),
        (f"{ADDRESS}0", "claude_chat_01Ab"),
        ("https://claude.ai/chat/", "claude_chat_01Ab"),
        (None, "claude_chat_01Ab"),
        (5, "claude_chat_01Ab"),
    ],
)
def test_without_an_address_the_logs_own_id_stands(address: Any, native_id: str) -> None:
    assert drafts(READER, [chat(ASKED, href=address)])[0].native_id == native_id


def test_an_address_of_mail_is_never_the_user() -> None:
    assert drafts(READER, [chat(ASKED, user={"email_address": "SECRET@example.org"})])[0].raw_user_id is None


def test_tools_are_counted_and_files_are_attachments() -> None:
    tools = [{"type": "tool_use", "input": "SECRET"}, {"type": "tool_result", "content": "SECRET"}]
    only_tools = said("assistant", "", 1, content=tools)
    made = {**ANSWERED, "generated_files": [{"filename": "SECRET"}], "artifacts": [{"title": "SECRET"}]}
    asked = {**ASKED, "files": [{"filename": "SECRET"}, {"filename": "SECRET"}]}
    (draft,) = drafts(READER, [chat(asked, only_tools, made)])
    assert texts(draft) == ["Shorten this clause.", "Tenant pays by the fifth."]
    assert draft.counts == {"attachment_count": 3, "tool_event_count": 3}
    assert [message.has_attachment for message in draft.messages] == [True, True]


def test_a_page_of_messages_that_is_not_the_last_is_partial() -> None:
    assert drafts(READER, [chat(ASKED, has_more=True)])[0].flags == {"is_partial"}
    assert drafts(READER, [chat(ASKED, has_more=False)])[0].flags == set()


def test_pages_of_chats_and_rows_with_json_text_are_opened() -> None:
    context = ReadContext(AS_OF)
    page = {"data": [chat(ASKED), chat(ASKED, href=None)], "has_more": True}
    found = drafts(READER, [page, {"data": []}], context)
    assert [(draft.native_id, draft.locator) for draft in found] == [
        (UUID, Locator(LocatorKind.LINE, 1)),
        ("claude_chat_01Ab", Locator(LocatorKind.LINE, 1)),
    ]
    assert context.skipped == {"empty_page": 1}
    record = chat(ASKED)
    row = record | {key: json.dumps(record[key]) for key in ("chat_messages", "user")}
    assert READER.sniff([row])
    assert READER.sniff([page])
    (draft,) = drafts(READER, [row])
    assert (texts(draft), draft.raw_user_id) == (["Shorten this clause."], "user_01xyz")


def test_sessions_on_somebodys_machine_are_counted() -> None:
    context = ReadContext(AS_OF)
    session = {"type": "compliance_local_session_message", "id": "x", "role": "user", "content": "SECRET"}
    assert len(drafts(READER, [session, chat(ASKED)], context)) == 1
    assert context.skipped == {"session_message": 1}


@pytest.mark.parametrize("messages", [[], [said("user", "", content=[])], "absent"])
def test_a_deleted_chat_is_rejected_under_its_id(messages: Any) -> None:
    record = chat(deleted_at="2026-01-06T09:00:00Z", name="", chat_messages=messages)
    if messages == "absent":
        del record["chat_messages"]
    (item,) = run(READER, [record])
    assert isinstance(item, Rejected)
    assert (item.reason, item.native_id) == (RejectReason.DELETED, UUID)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (chat(), RejectReason.EMPTY_CONVERSATION),
        (chat("SECRET", None, 5), RejectReason.UNKNOWN_ROLE),
        (chat(said("assistant", "SECRET")), RejectReason.EMPTY_CONVERSATION),
        (chat(said("user", " \n")), RejectReason.EMPTY_CONVERSATION),
        (chat(said("SECRET", "SECRET")), RejectReason.UNKNOWN_ROLE),
        (chat(chat_messages="SECRET"), RejectReason.EMPTY_CONVERSATION),
        ({"id": "claude_chat_01Ab", "href": ADDRESS}, RejectReason.EMPTY_CONVERSATION),
    ],
)
def test_where_no_person_speaks_there_is_no_conversation(record: dict[str, Any], reason: RejectReason) -> None:
    (item,) = run(READER, [record])
    assert isinstance(item, Rejected)
    assert (item.reason, item.native_id) == (reason, UUID)
    assert "SECRET" not in item.detail


def test_an_absurd_time_is_told_from_none() -> None:
    timeless = {**ASKED, "created_at": None}
    assert drafts(READER, [chat(timeless, created_at="1999-01-01T00:00:00Z")])[0].flags == {"time_out_of_range"}
    (draft,) = drafts(READER, [chat(ASKED, ANSWERED, created_at=None)])
    assert draft.earliest_message_at == datetime(2026, 1, 5, 9, tzinfo=UTC)


def test_a_log_that_grew_takes_the_longer_chat(lake: Lake, logs: Path) -> None:
    source = Source("s", str(logs))
    (logs / "a.jsonl").write_text(json.dumps(chat(ASKED)) + "\n")
    read_logs(lake, source)
    grown = [chat(ASKED), chat(ASKED, ANSWERED, updated_at="2026-01-05T09:05:00Z"), chat(deleted_at="x", href=None)]
    (logs / "a.jsonl").write_text("".join(f"{json.dumps(record)}\n" for record in grown))
    again = read_logs(lake, source)
    assert again.raw_logs[["conversation_count", "duplicate_count", "superseded_count"]].values.tolist() == [[1, 0, 1]]
    assert lake.read(CONVERSATIONS_REJECTED)["reason"].tolist() == ["deleted"]


def test_the_format_is_told_from_the_export() -> None:
    assert READER.sniff([chat(deleted_at="x")])
    assert READER.sniff([{"chat_messages": [{"role": "user"}]}])
    exported = {"uuid": "u", "chat_messages": [{"sender": "human"}]}
    assert not READER.sniff([exported, {"uuid": "u", "chat_messages": []}, {"chat_messages": {}}, 5, None])
    assert not EXPORT.sniff([chat(ASKED) | {"uuid": "u"}])


WORDS = (
    *("id", "claude_chat_1", "href", ADDRESS, "chat_messages", "role", "user", "assistant", "content", "type", "text"),
    *("created_at", "deleted_at", "files", "artifacts", "generated_files", "has_more", "model", "tool_use", "a"),
)
JSON = json_of(WORDS)
MESSAGES = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant"]) | JSON, "content": JSON},
    optional={"created_at": JSON, "files": JSON, "artifacts": JSON, "model": JSON},
)
CHATS = st.fixed_dictionaries(
    {"chat_messages": st.lists(MESSAGES | JSON, max_size=4) | JSON},
    optional={"id": JSON, "href": JSON, "user": JSON, "deleted_at": JSON, "created_at": JSON, "has_more": JSON},
)


@given(st.lists(JSON | CHATS, max_size=5))
def test_of_arbitrary_json_every_record_is_a_draft_or_a_rejection(records: list[Any]) -> None:
    READER.sniff(records)
    context = ReadContext(AS_OF)
    found = run(READER, records, context)
    assert all(isinstance(item, Draft | Rejected) for item in found)
    assert len(found) == len(records)
