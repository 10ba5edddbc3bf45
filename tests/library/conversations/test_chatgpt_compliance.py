"""Events of ChatGPT's compliance log become conversations wherever they lie in a file, under the export's ids."""

import json
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from chatgpt_logs import Chat
from hypothesis import given
from hypothesis import strategies as st
from reader_runs import drafts, json_of, read_file, run, texts
from reading_home import AS_OF, read_logs

from economic_index.contracts.lake import CONVERSATIONS_REJECTED
from economic_index.conversations.readers.chatgpt_compliance import READER
from economic_index.conversations.readers.chatgpt_compliance_content import KEEP_USER_INSTRUCTIONS
from economic_index.conversations.readers.chatgpt_export import READER as EXPORT
from economic_index.conversations.records import Draft, Element, Locator, ReadContext, Rejected
from economic_index.conversations.sources import Source, SourcesError
from economic_index.conversations.sources_edits import write_sources
from economic_index.conversations.sources_toml import load_sources
from economic_index.lake import Lake
from economic_index.vocabulary import LocatorKind, RejectReason, Role

MADE = "2026-01-05T09:15:00.250000Z"


def moment(second: int) -> str:
    return f"2026-01-05T09:15:{second:02}Z"


def said(key: str, parent: str | None, role: str, value: Any, second: int, **keys: Any) -> dict[str, Any]:
    """A message of an event; `keys` add to it."""
    return {
        "id": key,
        "parent_id": parent,
        "created_at": moment(second),
        "author": {"type": role, "client_type": "web"},
        "content": {"type": keys.pop("kind", "text"), "value": value},
        "files": [],
        **keys,
    }


def event(message: Any, conversation: str = "c1", made: str | None = MADE, **keys: Any) -> dict[str, Any]:
    return {
        "event_id": "e",
        "type": "CONVERSATION_MESSAGE",
        "principal": {"id": "SECRET", "type": "CHATGPT_WORKSPACE"},
        "actor": {"type": "ACCOUNT_USER", "user_id": "user-1", "user_email": "SECRET@example.org"},
        "timestamp": moment(59),
        "message": message,
        "conversation": {"id": conversation, "title": "SECRET", "created_at": made, "is_temporary_chat": False},
        **keys,
    }


ASKED = event(said("m1", None, "user", "Rename the columns.", 1))
ANSWERED = event(said("m2", "m1", "assistant", "Done.", 5))
AGAIN = event(said("m3", "m2", "user", "And the rows.", 9))


def test_a_conversation_has_its_people_times_and_the_exports_namespace() -> None:
    (draft,) = drafts(READER, [ASKED, ANSWERED])
    assert [(message.role, message.text) for message in draft.messages] == [
        (Role.USER, "Rename the columns."),
        (Role.ASSISTANT, "Done."),
    ]
    assert (draft.native_id, draft.is_native_id_random, draft.raw_user_id) == ("c1", True, "user-1")
    assert draft.created_at == datetime(2026, 1, 5, 9, 15, 0, 250000, tzinfo=UTC)
    assert draft.updated_at == datetime(2026, 1, 5, 9, 15, 5, tzinfo=UTC)
    assert READER.system == EXPORT.system


@pytest.mark.parametrize("records", list(permutations([ASKED, ANSWERED, AGAIN])))
def test_messages_are_put_in_order_from_wherever_they_lie(records: Any) -> None:
    between = event(said("x1", None, "user", "Other.", 2), "c2")
    found = drafts(READER, [records[0], between, *records[1:]])
    assert [texts(draft) for draft in found] == [["Rename the columns.", "Done.", "And the rows."], ["Other."]]
    assert [draft.locator.number for draft in found] == [1, 2]


def test_of_edits_and_retries_the_path_to_the_newest_message_is_read() -> None:
    retry = event(said("m2b", "m1", "assistant", "Renamed.", 20))
    (draft,) = drafts(READER, [ASKED, ANSWERED, AGAIN, retry])
    assert (texts(draft), draft.counts["branch_count"]) == (["Rename the columns.", "Renamed."], 1)


def test_a_message_that_is_logged_twice_counts_once_in_its_last_words() -> None:
    (draft,) = drafts(READER, [ASKED, ANSWERED, event(said("m2", "m1", "assistant", "Done, all.", 5))])
    assert texts(draft) == ["Rename the columns.", "Done, all."]


def test_without_parents_the_order_is_that_of_time() -> None:
    records = [event({**record["message"], "parent_id": None}) for record in (AGAIN, ASKED, ANSWERED)]
    assert texts(drafts(READER, records)[0]) == ["Rename the columns.", "Done.", "And the rows."]


def test_a_parent_that_was_never_logged_does_not_cut_the_conversation() -> None:
    context = ReadContext(AS_OF)
    first = event(said("m1", "hidden-root", "user", "Rename the columns.", 1))
    second = event(said("m2", "hidden-tool", "assistant", "Done.", 5))
    (draft,) = drafts(READER, [first, second, AGAIN], context)
    assert texts(draft) == ["Rename the columns.", "Done.", "And the rows."]
    assert (draft.native_id, draft.flags) == ("c1", set())
    assert context.skipped == {"tree_repaired": 1}


@pytest.mark.parametrize("made", [MADE, None])
def test_what_goes_on_from_another_file_is_a_part_under_its_own_id(made: str | None) -> None:
    later = event(said("m3", "m2", "user", "And the rows.", 9), made=made)
    (draft,) = drafts(READER, [later, event(said("m4", "m3", "assistant", "Them too.", 12), made=made)])
    assert texts(draft) == ["And the rows.", "Them too."]
    assert (draft.native_id, draft.flags, draft.created_at) == ("c1\x1fm3", {"is_partial"}, None)
    assert draft.earliest_message_at == datetime(2026, 1, 5, 9, 15, 9, tzinfo=UTC)


def test_a_reply_that_begins_a_file_is_never_the_beginning() -> None:
    reply, more = event(said("m2", "m1", "assistant", "Done.", 1)), event(said("m3", "m2", "user", "More.", 9))
    assert drafts(READER, [reply, more])[0].native_id == "c1\x1fm2"


def test_a_ring_of_parents_is_walked_once() -> None:
    context = ReadContext(AS_OF)
    ring = [event(said("a", "b", "user", "one", 1)), event(said("b", "a", "assistant", "two", 2))]
    assert len(drafts(READER, ring, context)[0].messages) == 2
    assert context.skipped == {"tree_repaired": 1}


OTHERS = [
    (said("t", "m1", "tool", "SECRET", 3), {"tool_event_count": 1}),
    (said("t", "m1", "assistant", "SECRET", 3, kind="code"), {"tool_event_count": 1}),
    (said("t", "m1", "assistant", "SECRET", 3, kind="thoughts"), {"reasoning_count": 1}),
    (said("t", "m1", "system", "SECRET", 3), {"dropped_message_count": 1}),
    (said("t", "m1", "assistant", "SECRET", 3, kind="model_editable_context"), {"dropped_message_count": 1}),
    (said("t", "m1", "assistant", None, 3, deleted_at=moment(50)), {"dropped_message_count": 1}),
]


@pytest.mark.parametrize(("message", "counts"), OTHERS, ids=range(len(OTHERS)))
def test_other_messages_are_counted_and_never_text(message: dict[str, Any], counts: dict[str, int]) -> None:
    (draft,) = drafts(READER, [ASKED, event(message), event(said("m2", "t", "assistant", "Done.", 5))])
    assert texts(draft) == ["Rename the columns.", "Done."]
    assert {name: count for name, count in draft.counts.items() if count} == counts


def test_kinds_and_roles_nobody_knows_are_counted_under_names_of_ours() -> None:
    context = ReadContext(AS_OF)
    odd = [event(said("k", "m1", "assistant", "SECRET", 2, kind="SECRET")), event(said("r", "k", "SECRET", "x", 3))]
    (draft,) = drafts(READER, [ASKED, *odd, event(said("m2", "r", "assistant", "Done.", 5))], context)
    assert texts(draft) == ["Rename the columns.", "Done."]
    assert context.skipped == {"unknown_content": 1, "unknown_role": 1}


def test_parts_files_and_citations() -> None:
    parts = [
        "What is this?",
        {"content_type": "image_asset_pointer"},
        {"content_type": "audio_transcription", "text": "!"},
    ]
    asked = event(said("m1", None, "user", parts, 1, kind="multimodal_text"))
    replied = event(
        said("m2", "m1", "assistant", {"parts": ["A knot.\ue200cite\ue201"]}, 2, files=[{"name": "SECRET"}])
    )
    (draft,) = drafts(READER, [asked, replied])
    assert texts(draft) == ["What is this?\n!", "A knot."]
    assert (draft.counts["attachment_count"], draft.messages[0].has_attachment) == (2, True)


def test_user_instructions_are_text_only_where_a_setting_says_so() -> None:
    instructions = event(said("m0", None, "user", "Perhaps a prompt.", 0, kind="user_instructions"))
    records = [instructions, event(said("m1", "m0", "user", "Rename the columns.", 1)), ANSWERED]
    context = ReadContext(AS_OF)
    (draft,) = drafts(READER, records, context)
    assert texts(draft) == ["Rename the columns.", "Done."]
    assert (context.skipped, draft.counts["dropped_message_count"]) == ({"user_instructions": 1}, 1)
    kept = drafts(READER, records, ReadContext(AS_OF, {KEEP_USER_INSTRUCTIONS: True}))[0]
    assert texts(kept)[0] == "Perhaps a prompt."


def test_the_setting_stands_in_sources_toml(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    write_sources(path, [Source("s", "/logs", keep_user_instructions=True)])
    assert load_sources(path) == [Source("s", "/logs", keep_user_instructions=True)]
    path.write_text('[[source]]\nname = "s"\npath = "x"\nkeep_user_instructions = "yes"')
    with pytest.raises(SourcesError, match="keep_user_instructions must be bool, not str"):
        load_sources(path)
    log = tmp_path / "a.jsonl"
    log.write_text(json.dumps(event(said("m0", None, "user", "Perhaps a prompt.", 1, kind="user_instructions"))))
    (row,) = read_file(log, keep_user_instructions=True)[0]
    assert row.transcript.texts() == ["Perhaps a prompt."]


def test_other_events_are_counted() -> None:
    context = ReadContext(AS_OF)
    codex = {"event_id": "e", "type": "CODEX_LOG", "actor": {}, "event_details": {"prompt_text": "SECRET"}}
    assert READER.sniff([codex])
    assert len(drafts(READER, [codex, ASKED, {**codex, "type": "AUTH_LOG"}], context)) == 1
    assert context.skipped == {"other_event": 2}


GONE = [
    event(None, type="CONVERSATION_DELETED"),
    event(None, type="CONVERSATION_DELETE"),
    event(None) | {"conversation": {"id": "c1", "deleted_at": moment(50)}},
    event(None) | {"conversation": {"id": "c1", "is_deleted": True}},
]


@pytest.mark.parametrize("gone", GONE, ids=range(len(GONE)))
@pytest.mark.parametrize("before", [[], [ASKED, ANSWERED]])
def test_a_deleted_conversation_is_rejected_under_its_id(gone: dict[str, Any], before: list[Any]) -> None:
    other = event(said("x1", None, "user", "Other.", 2), "c2")
    rejected, kept = sorted(run(READER, [*before, gone, other]), key=lambda item: item.native_id or "")
    assert isinstance(rejected, Rejected)
    assert isinstance(kept, Draft)
    assert (rejected.reason, rejected.native_id, kept.native_id) == (RejectReason.DELETED, "c1", "c2")
    assert rejected.locator.number == len(before) + 1


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (event(said("m", None, "assistant", "SECRET", 1)), RejectReason.EMPTY_CONVERSATION),
        (event(said("m", None, "user", " \n", 1)), RejectReason.EMPTY_CONVERSATION),
        (event(said("m", None, "SECRET", "SECRET", 1)), RejectReason.UNKNOWN_ROLE),
        (event(said("m", None, "user", "SECRET", 1)) | {"conversation": {"title": "SECRET"}}, None),
        (["SECRET"], None),
        ({"object": "compliance.workspace.conversation", "id": "c1"}, RejectReason.EMPTY_CONVERSATION),
    ],
)
def test_where_no_person_speaks_there_is_no_conversation(record: Any, reason: RejectReason | None) -> None:
    (item,) = run(READER, [record])
    assert isinstance(item, Rejected)
    assert item.reason is (reason or RejectReason.EMPTY_CONVERSATION)
    assert item.native_id == ("c1" if reason else None)
    assert "SECRET" not in item.detail


def old(*messages: Any, **keys: Any) -> dict[str, Any]:
    """A conversation of the older interface."""
    return {
        "object": "compliance.workspace.conversation",
        "id": "c1",
        "user_id": "user-1",
        "user_email": "SECRET@example.org",
        "created_at": 1767604500.25,
        "last_active_at": 1767604590.5,
        "title": "SECRET",
        "messages": {"object": "list", "has_more": False, "data": list(messages)},
        **keys,
    }


def of_api(key: str, parent: str | None, role: str, value: str, second: int, **keys: Any) -> dict[str, Any]:
    message = said(key, parent, role, value, 0, created_at=1767604500.0 + second, author={"role": role}, **keys)
    return {"object": "compliance.workspace.conversation.message", **message}


OLD = old(of_api("m1", None, "user", "Rename the columns.", 1), of_api("m2", "m1", "assistant", "Done.", 5))


def test_the_older_interface_gives_whole_conversations_in_epoch_seconds() -> None:
    (draft,) = drafts(READER, [OLD])
    assert texts(draft) == ["Rename the columns.", "Done."]
    assert (draft.native_id, draft.raw_user_id, draft.flags) == ("c1", "user-1", set())
    assert draft.created_at == datetime(2026, 1, 5, 9, 15, 0, 250000, tzinfo=UTC)
    assert draft.updated_at == datetime(2026, 1, 5, 9, 16, 30, 500000, tzinfo=UTC)
    more = old(OLD["messages"]["data"][0], messages={**OLD["messages"], "has_more": True})
    assert drafts(READER, [more])[0].flags == {"is_partial"}
    (gone,) = run(READER, [old(deleted_at=1767604600)])
    assert isinstance(gone, Rejected)
    assert (gone.reason, gone.native_id) == (RejectReason.DELETED, "c1")


@pytest.mark.parametrize(("gpt", "product"), [("g-1", "chatgpt_custom_gpt"), ("g-p-1", None), (None, None)])
def test_somebodys_own_gpt_is_a_product(gpt: str | None, product: str | None) -> None:
    assert drafts(READER, [old(of_api("m1", None, "user", "x", 1, gpt_id=gpt))])[0].product == product


def test_pages_and_rows_with_json_text_are_opened() -> None:
    page = {"object": "list", "has_more": True, "data": [OLD, {**OLD, "id": "c2"}]}
    assert READER.sniff([page])
    assert [draft.native_id for draft in drafts(READER, [page, {"object": "list", "data": []}])] == ["c1", "c2"]
    message = ASKED["message"] | {"content": json.dumps(ASKED["message"]["content"])}
    row = ASKED | {"message": json.dumps(message), "conversation": json.dumps(ASKED["conversation"]), "actor": "{}"}
    (draft,) = drafts(READER, [row])
    assert (texts(draft), draft.native_id, draft.raw_user_id) == (["Rename the columns."], "c1", None)


def test_events_conversations_and_a_personal_export_agree(tmp_path: Path) -> None:
    export = Chat("c1", ("Rename the columns.", "Done."), datetime(2026, 1, 5, 9, 15, tzinfo=UTC)).record()
    files = {"events.jsonl": [ASKED, ANSWERED], "api.jsonl": [OLD], "conversations.jsonl": [export]}
    found = []
    for name, records in files.items():
        (tmp_path / name).write_text("".join(f"{json.dumps(record)}\n" for record in records))
        found.append(read_file(tmp_path / name)[0][0].values)
    assert len({(values["conversation_id"], values["content_hash"]) for values in found}) == 1
    assert found[0]["user_id"] == found[1]["user_id"] is not None


def test_an_absurd_time_is_told_from_none() -> None:
    absurd = event({**ASKED["message"], "created_at": "1999-01-01T00:00:00Z"}, made=None, timestamp=None)
    assert drafts(READER, [absurd])[0].flags == {"time_out_of_range"}
    timeless = event({**ASKED["message"], "created_at": None}, made=None)
    assert drafts(READER, [timeless])[0].messages[0].sent_at == datetime(2026, 1, 5, 9, 15, 59, tzinfo=UTC)


def test_repaired_text_is_told_of_its_conversation_and_rejections_pass() -> None:
    rejected = Rejected(RejectReason.MALFORMED_JSON, Locator(LocatorKind.LINE, 9))
    elements = [Element(ASKED, Locator(LocatorKind.LINE, 1), is_repaired=True), rejected]
    passed, draft = READER.read(iter(elements), ReadContext(AS_OF))
    assert passed is rejected
    assert isinstance(draft, Draft)
    assert draft.flags == {"is_text_repaired"}


def write(path: Path, *items: Any) -> None:
    path.write_text("".join(f"{json.dumps(item)}\n" for item in items))


def test_a_log_that_grows_keeps_ids_and_a_deletion_is_a_row(lake: Lake, logs: Path) -> None:
    source = Source("s", str(logs))
    write(logs / "all.jsonl", ASKED)
    read_logs(lake, source)
    write(logs / "all.jsonl", ASKED, ANSWERED, event(said("x", None, "user", "Other.", 3), "c2"))
    grown = read_logs(lake, source).raw_logs
    assert grown[["conversation_count", "superseded_count"]].values.tolist() == [[2, 1]]
    write(logs / "all.jsonl", ASKED, ANSWERED, GONE[0], event(said("x", None, "user", "Other.", 3), "c2"))
    read_logs(lake, source)
    assert lake.read(CONVERSATIONS_REJECTED)["reason"].tolist() == ["deleted"]


def test_a_conversation_over_two_files_loses_nothing(lake: Lake, logs: Path) -> None:
    write(logs / "1.jsonl", ASKED, ANSWERED)
    write(logs / "2.jsonl", AGAIN)
    read = read_logs(lake, Source("s", str(logs))).raw_logs
    assert read[["conversation_count", "superseded_count"]].values.tolist() == [[1, 0], [1, 0]]


WORDS = (
    *("event_id", "type", "CONVERSATION_MESSAGE", "actor", "user_id", "message", "conversation", "id", "parent_id"),
    *(
        "author",
        "role",
        "user",
        "assistant",
        "content",
        "value",
        "text",
        "created_at",
        "files",
        "data",
        "messages",
        "a",
    ),
)
JSON = json_of(WORDS)
KEYS = st.sampled_from(["a", "b", "c"])
MESSAGES = st.fixed_dictionaries(
    {
        "author": st.fixed_dictionaries({"type": st.sampled_from(["user", "assistant", "tool"])}) | JSON,
        "content": st.fixed_dictionaries({"type": st.just("text") | JSON, "value": JSON}) | JSON,
    },
    optional={"id": KEYS | JSON, "parent_id": KEYS | JSON, "created_at": st.integers(1767600000, 1767600100) | JSON},
)
EVENTS = st.fixed_dictionaries(
    {"event_id": st.just("e"), "type": st.just("CONVERSATION_MESSAGE") | JSON, "message": MESSAGES | JSON},
    optional={
        "conversation": st.fixed_dictionaries({"id": KEYS}, optional={"created_at": JSON, "deleted_at": JSON}) | JSON,
        "actor": JSON,
    },
)
CONVERSATIONS = st.fixed_dictionaries(
    {
        "object": st.just("compliance.workspace.conversation"),
        "messages": st.fixed_dictionaries({"data": st.lists(MESSAGES | JSON, max_size=4)}) | JSON,
    },
    optional={"id": KEYS | JSON, "created_at": JSON, "user_id": JSON, "deleted_at": JSON},
)


@given(st.lists(JSON | EVENTS | CONVERSATIONS | st.fixed_dictionaries({"data": st.lists(CONVERSATIONS)}), max_size=6))
def test_arbitrary_json_gives_drafts_and_rejections(records: list[Any]) -> None:
    READER.sniff(records)
    context = ReadContext(AS_OF)
    found = run(READER, records, context)
    assert all(isinstance(item, Draft | Rejected) for item in found)
    assert bool(found) or not records or context.skipped


@given(st.lists(st.tuples(KEYS, st.integers(0, 59)), min_size=1, max_size=12))
def test_every_message_of_a_chain_is_in_exactly_one_conversation(told: list[tuple[str, int]]) -> None:
    last: dict[str, str] = {}
    records = []
    for number, (conversation, second) in enumerate(told):
        key = f"m{number}"
        records.append(event(said(key, last.get(conversation), "user", f"text {number}", second), conversation))
        last[conversation] = key
    found = drafts(READER, records)
    assert sorted(text for draft in found for text in texts(draft)) == sorted(f"text {n}" for n in range(len(told)))
