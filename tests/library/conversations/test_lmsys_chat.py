"""Of LMSYS-Chat-1M whole rows are read: no user, no time, placeholders as they stand; Arena and OpenAssistant never."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_files import PACKINGS, everything_written, lines, rows_of, texts_of, write_parquet
from reading_home import AS_OF, WEEKS, read_logs

from economic_index.contracts.lake import CONVERSATIONS_REJECTED
from economic_index.conversations.errors import LogFormatError
from economic_index.conversations.readers.lmsys_chat import READER
from economic_index.conversations.records import Draft, Element, Locator, ReadContext, Rejected
from economic_index.conversations.sniff import choose_reader
from economic_index.conversations.sources import Source
from economic_index.lake import Lake
from economic_index.vocabulary import LocatorKind, RejectReason, Role


def turn(role: str, text: Any) -> dict[str, Any]:
    return {"role": role, "content": text}


def row(*turns: Any, **keys: Any) -> dict[str, Any]:
    return {
        "conversation_id": "x1",
        "model": "vicuna-13b",
        "turn": 1,
        "language": "English",
        "redacted": True,
        "openai_moderation": [{"categories": {"SECRET": False}}],
        "conversation": list(turns),
        **keys,
    }


def read(record: Any) -> Draft | Rejected:
    (item,) = READER.read(iter([Element(record, Locator(LocatorKind.ROW, 1))]), ReadContext(AS_OF))
    return item


USUAL = row(turn("user", "Write to NAME_1."), turn("assistant", "Dear NAME_1,"))


def test_a_row_is_one_conversation_of_nobody() -> None:
    draft = read(USUAL)
    assert isinstance(draft, Draft)
    assert [(message.role, message.text) for message in draft.messages] == [
        (Role.USER, "Write to NAME_1."),
        (Role.ASSISTANT, "Dear NAME_1,"),
    ]
    assert (draft.native_id, draft.is_native_id_random, draft.raw_user_id) == ("x1", True, None)
    assert (draft.model_raw, draft.language) == ("vicuna-13b", "en")
    assert (draft.created_at, draft.earliest_message_at, draft.started_at_source) == (None, None, "assigned")
    assert "SECRET" not in repr(draft)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (row(), RejectReason.EMPTY_CONVERSATION),
        (row(turn("user", None)), RejectReason.EMPTY_CONVERSATION),
        (row(turn("assistant", "SECRET")), RejectReason.EMPTY_CONVERSATION),
        (row(turn("SECRET", "SECRET")), RejectReason.UNKNOWN_ROLE),
        (row(conversation={"SECRET": 1}), RejectReason.EMPTY_CONVERSATION),
        (7, RejectReason.EMPTY_CONVERSATION),
    ],
)
def test_where_no_person_speaks_there_is_no_conversation(record: Any, reason: RejectReason) -> None:
    item = read(record)
    assert isinstance(item, Rejected)
    assert item.reason is reason
    assert "SECRET" not in item.detail


def test_the_format_is_told_from_wildchat_and_sharegpt() -> None:
    assert choose_reader([USUAL], "a.jsonl") is READER
    assert READER.sniff([None, row(), USUAL])
    assert not READER.sniff([USUAL | {"conversation_hash": "f0"}])
    assert not READER.sniff([{"conversation_id": "x", "conversation": [{"from": "human", "value": "q"}]}])


RECORDS = [USUAL, row(turn("user", "Define tare."), conversation_id="x2"), row(conversation_id="x3")]
READ = [["Write to NAME_1.", "Dear NAME_1,"], ["Define tare."]]


@pytest.mark.parametrize("name", PACKINGS)
def test_lines_are_read_plain_and_packed(tmp_path: Path, name: str) -> None:
    PACKINGS[name](tmp_path / name, lines(RECORDS) + b'{"conversation_id": broken}\n')
    rows, report = rows_of(tmp_path / name, assign_weeks=WEEKS)
    assert texts_of(rows) == READ
    assert report.reasons == {RejectReason.EMPTY_CONVERSATION: 1, RejectReason.MALFORMED_JSON: 1}
    assert report.record_count == 4
    assert {each.values["started_at_source"] for each in rows} == {"assigned"}


def test_parquet_gives_the_same_rows_as_lines(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines(RECORDS))
    path = write_parquet(tmp_path / "a.parquet", RECORDS)
    of_lines, of_table = rows_of(tmp_path / "a.jsonl", assign_weeks=WEEKS)[0], rows_of(path, assign_weeks=WEEKS)[0]
    assert texts_of(of_table) == READ
    assert [each.values for each in of_table] == [each.values for each in of_lines]


def test_without_assigned_weeks_the_file_stops_and_says_what_to_set(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "a.parquet", RECORDS)
    with pytest.raises(LogFormatError, match="Set assign_weeks") as stopped:
        rows_of(path)
    assert stopped.value.reason is RejectReason.NO_TIME_IN_FORMAT


def test_a_grown_file_keeps_ids_and_weeks(lake: Lake, logs: Path) -> None:
    source = Source("lmsys", str(logs), assign_weeks=WEEKS)
    (logs / "a.jsonl").write_bytes(lines(RECORDS[:1]))
    read_logs(lake, source)
    (logs / "a.jsonl").write_bytes(lines(RECORDS))
    grown = read_logs(lake, source).raw_logs
    assert (grown["conversation_count"].item(), grown["duplicate_count"].item()) == (1, 0)  # read from where it ended
    assert b"SECRET" not in everything_written(lake)


WORDS = st.sampled_from(["conversation_id", "conversation", "role", "user", "assistant", "content", "language", ""])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=30,
)
TURNS = st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"]) | JSON, "content": JSON})
ROWS = st.fixed_dictionaries(
    {"conversation": st.lists(TURNS | JSON, max_size=4) | JSON},
    optional={"conversation_id": JSON, "model": JSON, "language": JSON},
)


@given(st.lists(JSON | ROWS, max_size=4))
def test_every_record_of_arbitrary_json_is_a_draft_or_a_rejection(records: list[Any]) -> None:
    READER.sniff(records)
    elements = [Element(record, Locator(LocatorKind.LINE, number)) for number, record in enumerate(records, 1)]
    items = list(READER.read(iter(elements), ReadContext(AS_OF)))
    assert [item.locator.number for item in items] == list(range(1, len(records) + 1))
    assert all(isinstance(item, Draft | Rejected) for item in items)


ARENA = {
    "question_id": "q",
    "model_a": "SECRET",
    "model_b": "b",
    "winner": "tie",
    "judge": "arena_user_1",
    "conversation_a": [turn("user", "SECRET")],
    "conversation_b": [turn("user", "SECRET")],
    "tstamp": 1767600000.5,
    "language": "English",
}
PAIRS = {"id": 1, "model_a": "a", "model_b": "b", "prompt": '["SECRET"]', "response_a": '["x"]', "response_b": '["y"]'}
OASST = {"message_id": "m", "parent_id": None, "user_id": "u", "text": "SECRET", "role": "prompter"}
REFUSED = [
    (ARENA, "Arena"),
    (PAIRS, "Arena"),
    (OASST | {"message_tree_id": "m", "lang": "en"}, "OpenAssistant"),
    ({"message_tree_id": "m", "tree_state": "x", "prompt": OASST | {"replies": []}}, "OpenAssistant"),
]


@pytest.mark.parametrize(("record", "name"), REFUSED)
@pytest.mark.parametrize("ending", ["jsonl", "json", "parquet"])
def test_corpora_that_are_no_use_are_refused_by_name(tmp_path: Path, record: Any, name: str, ending: str) -> None:
    path = tmp_path / f"train.{ending}"
    if ending == "parquet":
        write_parquet(path, [{key: value for key, value in record.items() if key != "prompt"} | {"prompt": "x"}])
    else:
        path.write_bytes(lines([record]) if ending == "jsonl" else json.dumps([record], indent=1).encode())
    with pytest.raises(LogFormatError, match=f"{name}.*no AI use") as stopped:
        rows_of(path)
    assert stopped.value.reason is RejectReason.NOT_AI_USE
    assert "SECRET" not in str(stopped.value)


def test_a_refused_table_is_one_rejected_row(lake: Lake, logs: Path) -> None:
    pa.csv.write_csv(pa.Table.from_pylist([PAIRS]), logs / "train.csv")
    read_logs(lake, Source("research", str(logs)))
    assert lake.read(CONVERSATIONS_REJECTED)["reason"].tolist() == ["not_ai_use"]


def test_keys_of_comparisons_beside_a_real_log_refuse_nothing() -> None:
    record = {"model_a": "a", "model_b": "b", "messages": [turn("user", "Name a prime.")]}
    assert choose_reader([record], "a.jsonl").format == "chat_messages"
