"""What no maker ever wrote costs a record or its file, with a reason, and never the reading of the other files."""

import io
import json
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from chatgpt_logs import Chat
from gateway_logs import observation, spend_row
from mapped_tables import START, by_conversation, csv_bytes, mapping, message, read_table, rejected, said
from reader_runs import read_file
from reading_home import read_logs

from economic_index.contracts.lake import CONVERSATIONS_REJECTED
from economic_index.conversations.errors import LogFormatError
from economic_index.conversations.inbox_rows import to_table
from economic_index.conversations.readers import chatgpt_export
from economic_index.conversations.sources import Source
from economic_index.conversations.weekly import winner_counts
from economic_index.lake import Lake
from economic_index.vocabulary import FileStatus, RejectReason

METHODS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
CENTRAL = b"PK\x01\x02"


def packed(method: int) -> bytearray:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("conversations.json", json.dumps([Chat(f"c{n}", ("q", "a")).record() for n in range(3)]))
        archive.writestr("user.json", json.dumps({"id": "user-x"}))
    return bytearray(file.getvalue())


def outcome_of(path: Path, data: bytes) -> tuple[int, RejectReason | None]:
    """How many conversations a file gives, and the reason of its stop or damage."""
    path.write_bytes(data)
    try:
        rows, report = read_file(path)
    except LogFormatError as error:
        return 0, error.reason
    return len(rows), report.reason


@pytest.mark.parametrize("method", METHODS)
def test_a_byte_overwritten_anywhere_in_a_zip_costs_what_it_holds_and_no_more(tmp_path: Path, method: int) -> None:
    whole = packed(method)
    ends = [*range(100), *range(whole.index(CENTRAL), len(whole))]
    for place in sorted({*ends, *range(0, len(whole), 23)} - {0, 1, 2, 3}):
        torn = bytearray(whole)
        torn[place] ^= 0xFF
        count, reason = outcome_of(tmp_path / "a.zip", bytes(torn))
        assert count == 3 or reason is not None, place
        assert reason is not RejectReason.READER_FAILED, place


def test_a_member_without_a_name_and_an_account_that_cannot_be_unpacked_are_left(tmp_path: Path) -> None:
    whole = packed(zipfile.ZIP_STORED)
    central = whole.index(CENTRAL)
    nameless, unpackable = bytearray(whole), bytearray(whole)
    account = whole.index(CENTRAL, central + 1)
    nameless[account + 46] = 0  # a name ends at the first zero
    for place in (account + 10, whole.index(b"PK\x03\x04", 4) + 8):
        unpackable[place] = 97  # a method that nobody unpacks
    for data in (nameless, unpackable):
        assert outcome_of(tmp_path / "a.zip", bytes(data)) == (3, None)


def mapped_parquet(folder: Path, moments: pa.Array) -> Any:
    table = pa.table(
        {"thread": ["t", "t2"], "agent": ["a", "a"], "who": ["agent"] * 2, "body": ["x", "y"], "sent_at": moments}
    )
    file = io.BytesIO()
    pq.write_table(table, file)
    return read_table(folder, file.getvalue(), mapping())


@pytest.mark.parametrize("kind", [pa.timestamp("us"), pa.timestamp("s", "UTC"), pa.date32()])
def test_a_time_that_no_calendar_has_costs_its_row(tmp_path: Path, kind: pa.DataType) -> None:
    known = pa.array([START.replace(tzinfo=None)], pa.timestamp("us")).cast(kind, safe=False)
    beyond = pa.array([2**30 if kind == pa.date32() else 2**50 if kind.unit == "s" else 2**62], kind)
    rows, report = mapped_parquet(tmp_path, pa.concat_arrays([beyond, known]))
    assert said(rows) == [("u", ["y"])]
    assert rejected(report) == [("malformed_row", 1)]


def test_a_zone_that_nobody_knows_stops_the_table(tmp_path: Path) -> None:
    rows, report = mapped_parquet(tmp_path, pa.array([0, 0], pa.timestamp("us", "Foo/Bar")))
    assert (rows, report.reason) == ([], RejectReason.BAD_TABLE)
    assert "zone that is not known" in report.error


IDS: dict[str, tuple[pa.Array, list[str]]] = {
    "decimal": (pa.array([Decimal(2) ** 70, Decimal(7)], pa.decimal128(38, 0)), [str(2**70), "7"]),
    "decimal with places": (pa.array([Decimal("7.00"), Decimal("8.50")], pa.decimal128(9, 2)), ["7", "8.50"]),
    "uuid": (pa.array([UUID(int=7).bytes, UUID(int=8).bytes], pa.uuid()), [str(UUID(int=7)), str(UUID(int=8))]),
    "uuid as bytes": (pa.array([b"\x07" * 16, b"\xff" * 16], pa.binary(16)), ["07" * 16, "ff" * 16]),
    "other bytes": (pa.array([b"\xff\x01", b"\xff\x02"], pa.binary()), ["ff01", "ff02"]),
    "text as bytes": (pa.array([b" ana@x.org", "\u00e9va".encode()], pa.binary()), ["ana@x.org", "\u00e9va"]),
}


def columns(ids: pa.Array) -> dict[str, Any]:
    told = {"who": [b"agent"] * 2, "body": [b"x", b"caf\xe9"], "sent_at": [START.isoformat().encode()] * 2}
    return {"thread": ids, "agent": ids, **{name: pa.array(cells, pa.binary()) for name, cells in told.items()}}


@pytest.mark.parametrize("kind", IDS)
def test_columns_of_any_kind_say_what_texts_would(tmp_path: Path, kind: str) -> None:
    ids, told = IDS[kind]
    if kind == "uuid as bytes":
        told = [str(UUID(text)) for text in told]
    file = io.BytesIO()
    pq.write_table(pa.table(columns(ids)), file)
    rows, report = read_table(tmp_path, file.getvalue(), mapping())
    texts = [message(text, 0, "agent", body, agent=text) for text, body in zip(told, ("x", "caf\ufffd"), strict=True)]
    same, _ = read_table(tmp_path, csv_bytes(texts), mapping())
    assert said(rows) == [("u", ["x"]), ("u", ["caf\ufffd"])]
    assert [row.values["is_text_repaired"] for row in rows] == [False, True]
    for name in ("conversation_id", "user_id", "started_at"):
        assert [row.values[name] for row in rows] == [row.values[name] for row in same]
    assert (report.reasons, len({row.values["user_id"] for row in rows} - {None})) == ({}, 2)


def test_messages_of_a_conversation_may_be_bytes(tmp_path: Path) -> None:
    turns = json.dumps([{"role": "user", "content": "q"}]).encode()
    table = pa.table({"id": pa.array([b"c1"], pa.binary()), "turns": pa.array([turns], pa.binary())})
    file = io.BytesIO()
    pq.write_table(table.append_column("at", pa.array([START.isoformat()])), file)
    told = by_conversation({"conversation_id": "id", "messages": "turns", "time": "at"})
    assert said(read_table(tmp_path, file.getvalue(), told)[0]) == [("u", ["q"])]


@pytest.mark.parametrize("good_count", [0, 1])
def test_a_table_of_broken_rows_is_not_called_empty(tmp_path: Path, good_count: int) -> None:
    turns = [{"role": "user", "content": "q", "turn_identifier": 4}]
    micros = int(START.timestamp() * 1_000_000)
    times = pa.array([2**62] * 30 + [micros] * good_count, pa.timestamp("us"))
    rows = {"conversation_hash": ["h"] * len(times), "timestamp": times, "conversation": [turns] * len(times)}
    pq.write_table(pa.table(rows), tmp_path / "a.parquet")
    with pytest.raises(LogFormatError) as stopped:
        read_file(tmp_path / "a.parquet")
    assert stopped.value.reason is (RejectReason.MOSTLY_MALFORMED if good_count else RejectReason.UNKNOWN_FORMAT)


def read_lines(folder: Path, *records: str) -> Any:
    path = folder / "log.jsonl"
    path.write_text("\n".join(records) + "\n", encoding="utf-8")
    return read_file(path)


def test_an_id_of_five_thousand_digits_is_an_id(tmp_path: Path) -> None:
    record = {"id": "abc_" + "9" * 5000, "conversations": [{"from": "human", "value": "q"}]}
    rows, _ = read_lines(tmp_path, json.dumps(record))
    assert said(rows) == [("u", ["q"])]


def test_an_answer_nested_as_deep_as_is_read_costs_its_record(tmp_path: Path) -> None:
    asked = [{"role": "user", "content": "x"}]
    whole = json.dumps(observation(1, asked, "fine"))
    deep = json.dumps(observation(2, asked, "DEEP")).replace('"DEEP"', "[" * 990 + "]" * 990)
    rows, report = read_lines(tmp_path, whole, deep)
    assert [row.transcript.texts() for row in rows] == [["x", "fine"]]
    assert report.reasons == {RejectReason.TOO_DEEP: 1}


def test_the_name_of_a_model_is_kept_as_texts_are(tmp_path: Path) -> None:
    asked = [
        {"role": "user", "content": "Hello?"},
        {"role": "assistant", "content": "x", "model": "m\ud800\x00"},
        {"role": "user", "content": "y"},
    ]
    rows, _ = read_lines(tmp_path, json.dumps(spend_row(1, asked, {})))
    assert rows[0].transcript.models == (None, "m�", None)
    to_table(rows, "g1").validate(full=True)


def test_an_order_of_more_than_64_bits_orders_beside_text_that_was_repaired(tmp_path: Path) -> None:
    later = json.dumps(message("t", 1, "bot", "two", n=10**29)).replace("two", "two \\ud800")
    first = json.dumps(message("t", 2, "agent", "one", n=10**28)).replace("one", "one \\ud800")
    rows, _ = read_table(tmp_path, f"{later}\n{first}\n".encode(), mapping(columns={"order": "n"}), "table.jsonl")
    assert said(rows) == [("ua", ["one �", "two �"])]


def test_what_no_reader_foresaw_stops_its_file_alone_and_tells_nothing_of_it(
    lake: Lake, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_one_and_fail(self: object, elements: Any, context: Any) -> Any:
        for item in real(self, elements, context):
            yield item
            if item.native_id == "bad":
                raise KeyError("PRIVATE WORDS")

    real = chatgpt_export.ChatgptExport.read
    monkeypatch.setattr(chatgpt_export.ChatgptExport, "read", read_one_and_fail)
    for name in ("bad", "good"):
        (logs / f"{name}.json").write_text(json.dumps([Chat(name, ("q", "a")).record()]))
    reading = read_logs(lake, Source("mine", str(logs)))
    assert reading.stopped_files() == ["bad.json: reader_failed"]
    assert "A reader failed on this file (KeyError)" in reading.summary
    assert "PRIVATE" not in reading.summary + str(lake.read(CONVERSATIONS_REJECTED).to_dict())
    assert [report.status for report in reading.reports] == [FileStatus.STOPPED, FileStatus.READ]
    assert [report.conversation_count for report in reading.reports] == [0, 1]
    assert sum(winner_counts(lake).values()) == 1


COLONS = """
from economic_index.conversations.readers.api_envelopes import reply_items
for line in (":-- " + ":-: " * 50_000, ": \\n" * 50_000, "event:\\r\\n" * 50_000, " " * 50_000):
    print(reply_items(line + "x")[0] == [{"role": "assistant", "content": line + "x"}])
"""


def test_a_reply_of_colons_is_words_and_costs_no_more_than_its_length() -> None:
    told = subprocess.run([sys.executable, "-c", COLONS], capture_output=True, text=True, check=True, timeout=120)
    assert told.stdout.split() == ["True"] * 4
