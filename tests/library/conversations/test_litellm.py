"""Rows of LiteLLM's table become conversations, whatever wrote the dump, and nothing but the chat leaves it."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from api_logs import turns
from gateway_logs import answered, spend_row, write_as
from hypothesis import given
from hypothesis import strategies as st
from reading_home import read_logs

from economic_index.contracts.lake import CONVERSATIONS_REJECTED, RAW_LOGS
from economic_index.conversations.readers.litellm import READER
from economic_index.conversations.readers.registry import READERS
from economic_index.conversations.records import Draft, Element, Locator, ReadContext, Rejected
from economic_index.conversations.sources import Source
from economic_index.lake import Lake
from economic_index.vocabulary import FileStatus, LocatorKind, RejectReason, SourceFormat

AS_OF = datetime(2026, 9, 1, tzinfo=UTC)
GROWING = [
    spend_row(0, turns("one"), answered("two")),
    spend_row(1, turns("one", "two", "three"), answered("four")),
    spend_row(2, turns("other"), answered("answer"), end_user="e2"),
]
KINDS = ["jsonl", "json", "csv", "parquet"]


def read(*records: Any, context: ReadContext | None = None) -> list[Draft | Rejected]:
    elements = (Element(record, Locator(LocatorKind.ROW, row)) for row, record in enumerate(records, 1))
    return list(READER.read(elements, context or ReadContext(AS_OF)))


def read_one(*records: Any) -> Draft:
    (draft,) = read(*records)
    assert isinstance(draft, Draft), draft
    return draft


def texts(draft: Draft) -> list[str]:
    return [message.text for message in draft.messages]


def source(logs: Path) -> Source:
    return Source(name="gateway", path=str(logs))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_dump_gives_the_same(lake: Lake, logs: Path, kind: str) -> None:
    write_as(logs, kind, GROWING)
    (report,) = read_logs(lake, source(logs)).reports
    assert report.source_format is SourceFormat.LITELLM
    assert (report.record_count, report.conversation_count, report.reasons) == (3, 2, {})


def test_no_other_reader_takes_its_rows() -> None:
    assert [reader.format for reader in READERS if reader.sniff(GROWING)] == [SourceFormat.LITELLM]


def test_a_row_names_time_user_model_and_request() -> None:
    draft = read_one(GROWING[2])
    assert (draft.created_at, draft.raw_user_id, draft.model_raw) == (
        datetime(2026, 1, 5, 8, 2, 0, 500_000, tzinfo=UTC),
        "e2",
        "gpt-x",
    )
    assert (draft.native_id, draft.is_native_id_random) == (GROWING[2]["session_id"], True)
    assert (draft.surface, draft.flags) == ("api", set())


@pytest.mark.parametrize(
    ("own", "user"),
    [
        ({"end_user": "", "user": "owner"}, "owner"),
        ({"end_user": None, "user": "default_user_id"}, GROWING[0]["api_key"]),
        ({"end_user": "", "user": "", "api_key": ""}, None),
    ],
)
def test_who_asked_is_the_end_user_else_the_keys_owner_else_the_key(own: dict[str, Any], user: str | None) -> None:
    assert read_one(spend_row(0, turns("one"), answered("two"), **own)).raw_user_id == user


def test_a_session_that_every_request_has_anew_does_not_part_what_the_history_joins() -> None:
    draft = read_one(*GROWING[:2])
    assert texts(draft) == ["one", "two", "three", "four"]
    assert draft.native_id == GROWING[0]["session_id"]


def test_a_session_that_requests_share_joins_them() -> None:
    rows = [spend_row(n, turns(text), answered("ok"), session_id="s1") for n, text in enumerate(("one", "two"))]
    draft = read_one(*rows)
    assert (texts(draft), draft.is_native_id_random) == (["one", "ok", "two", "ok"], False)


def test_bodies_that_are_objects_are_read_like_those_that_are_text() -> None:
    row = spend_row(0, None, None) | {"messages": turns("one"), "response": answered("two")}
    assert texts(read_one(row)) == ["one", "two"]


@pytest.mark.parametrize("empty", ["{}", "[]", "", None, {}])
def test_without_messages_the_request_that_the_proxy_got_is_read(empty: Any) -> None:
    asked = {"model": "gpt-x", "messages": turns("one"), "user": "secret"}
    for request in (asked, json.dumps(asked), json.dumps({"body": asked})):
        row = spend_row(0, None, answered("two"), proxy_server_request=request) | {"messages": empty}
        assert texts(read_one(row)) == ["one", "two"]
    responses = {"input": "one", "previous_response_id": None}
    assert texts(read_one(spend_row(0, None, {}, proxy_server_request=responses) | {"messages": empty})) == ["one"]


def test_other_dialects_are_read() -> None:
    claude = {"id": "msg_9", "type": "message", "role": "assistant", "content": [{"type": "text", "text": "two"}]}
    assert texts(read_one(spend_row(0, turns("one"), claude, call_type="anthropic_messages"))) == ["one", "two"]
    item = {"type": "message", "content": [{"type": "output_text", "text": "two"}]}
    given_text = spend_row(0, "one", {"object": "response", "output": [item]}, call_type="aresponses")
    assert texts(read_one(given_text)) == ["one", "two"]


def test_a_text_that_was_shortened_is_flagged() -> None:
    row = spend_row(0, turns("begin... (litellm_truncated 5000 chars) ...end"), answered("two"))
    assert "is_text_truncated" in read_one(row).flags


def test_calls_that_are_no_chat_and_failed_requests_are_counted_and_nothing_else() -> None:
    context = ReadContext(AS_OF)
    rows = [
        spend_row(0, turns("one"), {}, call_type="aembedding"),
        spend_row(1, turns("one"), {}, status="failure"),
        spend_row(2, turns("one"), answered("two"), cache_hit="True"),
        spend_row(3, turns("three"), answered("four"), call_type="", status=None),
    ]
    assert len(read(*rows, context=context)) == 2
    assert context.skipped == {"call_that_is_no_chat": 1, "failed_request": 1}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (7, RejectReason.UNSUPPORTED_BODY),
        (spend_row(0, {}, {}), RejectReason.TEXT_NOT_LOGGED),
        (spend_row(0, turns("one"), 'data: {"choices": []}\n\n'), RejectReason.STREAMED_CHUNKS_NOT_ASSEMBLED),
        (spend_row(0, [{"role": "system", "content": "x"}], {}), RejectReason.EMPTY_CONVERSATION),
        (spend_row(0, [{"role": "narrator", "content": "x"}], {}), RejectReason.UNKNOWN_ROLE),
    ],
)
def test_what_cannot_be_read_says_why(row: Any, reason: RejectReason) -> None:
    (rejected,) = read(row)
    assert isinstance(rejected, Rejected)
    assert rejected.reason is reason


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_without_any_text_names_the_setting(lake: Lake, logs: Path, kind: str) -> None:
    write_as(logs, kind, [spend_row(n, {}, {}) for n in range(60)])
    reading = read_logs(lake, source(logs))
    assert [(report.status, report.reason) for report in reading.reports] == [
        (FileStatus.STOPPED, RejectReason.TEXT_NOT_LOGGED)
    ]
    assert "All 60 rows have empty messages. Turn on store_prompts_in_spend_logs" in reading.summary


def test_a_table_whose_text_begins_late_is_read(lake: Lake, logs: Path) -> None:
    write_as(logs, "csv", [*(spend_row(n % 60, {}, {}) for n in range(120)), GROWING[2]])
    (report,) = read_logs(lake, source(logs)).reports
    assert (report.conversation_count, report.reasons) == (1, {RejectReason.TEXT_NOT_LOGGED: 120})


def test_a_grown_and_a_packed_dump_add_what_is_new(lake: Lake, logs: Path) -> None:
    path = write_as(logs, "csv", GROWING[:1])
    read_logs(lake, source(logs))
    path.write_bytes(b"")
    (logs / "dump.csv.gz").write_bytes(gzip.compress(write_as(logs, "csv", GROWING).read_bytes()))
    path.unlink()
    (report,) = read_logs(lake, source(logs)).reports
    assert (report.conversation_count, report.duplicate_count, report.superseded_count) == (2, 0, 1)


def test_broken_rows_cost_themselves_only(lake: Lake, logs: Path) -> None:
    path = write_as(logs, "csv", GROWING)
    path.write_text(path.read_text() + "too,few,fields\n", encoding="utf-8")
    (report,) = read_logs(lake, source(logs)).reports
    assert (report.conversation_count, report.reasons) == (2, {RejectReason.MALFORMED_ROW: 1})


def test_addresses_keys_teams_and_tags_are_nowhere(lake: Lake, logs: Path) -> None:
    write_as(logs, "jsonl", [*GROWING, spend_row(4, {}, {}), spend_row(5, [{"role": "narrator", "content": "x"}], {})])
    reading = read_logs(lake, source(logs))
    assert reading.reports[0].conversation_count == 2
    notes = reading.summary + lake.read(CONVERSATIONS_REJECTED).to_csv() + lake.read(RAW_LOGS).to_csv()
    held = b"".join(path.read_bytes() for path in lake.root.rglob("*") if path.is_file())
    for secret in ("10.1.2.3", "team-secret", "tag-secret", GROWING[0]["api_key"], GROWING[0]["session_id"]):
        assert secret not in notes
        assert secret.encode() not in held


WORDS = st.sampled_from([*READER.columns, "role", "content", "body", "input", "choices", "message", "output"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
VALUES = st.sampled_from(["user", "acompletion", "success", "{}", '{"messages": [{"role": "user", "content": "a"}]}'])
JSON = st.recursive(
    LEAVES | VALUES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=3), inner, max_size=6),
    max_leaves=30,
)
ROWS = st.fixed_dictionaries(
    {"request_id": JSON, "startTime": st.just("2026-01-05 08:00:00") | JSON},
    optional={
        "messages": st.lists(st.fixed_dictionaries({"role": VALUES, "content": JSON}), max_size=3) | JSON,
        "response": JSON,
        "proxy_server_request": JSON,
        "session_id": JSON,
        "end_user": JSON,
        "call_type": VALUES | JSON,
    },
)


@given(st.lists(JSON | ROWS, max_size=6))
def test_arbitrary_json_gives_drafts_or_rejections_and_every_row_is_told(records: list[Any]) -> None:
    READER.sniff(records)
    context = ReadContext(AS_OF)
    items = read(*records, context=context)
    assert all(isinstance(item, Draft | Rejected) for item in items)
    skipped = sum(context.skipped.get(name, 0) for name in ("call_that_is_no_chat", "failed_request"))
    rejected = sum(isinstance(item, Rejected) for item in items)
    drafts = len(items) - rejected
    assert drafts <= len(records) - skipped - rejected
    assert bool(drafts) == (len(records) > skipped + rejected)
