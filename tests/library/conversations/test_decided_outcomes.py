"""Every row of the table of bad input (docs/log_formats, section 18): what becomes of it, and what is said."""

import gzip
import json
import os
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from chatgpt_logs import Chat, write_export
from reading_home import AS_OF, KEY, WEEKS, read_logs

from economic_index.contracts.lake import CONVERSATIONS_REJECTED, RAW_LOGS
from economic_index.conversations import file_reading
from economic_index.conversations.errors import LogFormatError
from economic_index.conversations.file_report import FileReport
from economic_index.conversations.normalise import Row
from economic_index.conversations.run_context import RunContext
from economic_index.conversations.sources import Source
from economic_index.conversations.stream_reading import FileRows
from economic_index.conversations.weekly import weeks_with_winners
from economic_index.lake import Lake
from economic_index.vocabulary import FileStatus, RejectReason

PRIVATE = "PRIVATE WORDS"
GOOD = Chat("good", ("q", "a"))


def outcome(path: Path, **settings: Any) -> tuple[list[Row], FileReport]:
    """Rows and report of one file, as a reading or a check would have them; nothing private is ever said."""
    source = Source("s", str(path), **settings)
    report = FileReport("s", "f", path.name, source.settings_hash(), path.stat().st_size)
    rows = []
    try:
        rows += FileRows(path, source, RunContext(KEY, AS_OF), report, path.parent)
    except LogFormatError as error:
        report.stop(error, KEY)
    said = " ".join(report.sentences()) + json.dumps(report.rejections)
    assert PRIVATE not in said
    assert str(path.parent) not in said
    return rows, report


def said(report: FileReport) -> str:
    return " ".join(report.sentences())


def put(path: Path, content: str | bytes | list[Any] | dict[str, Any]) -> Path:
    data = content if isinstance(content, str | bytes) else json.dumps(content)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def chats(*texts: Iterable[str], **extra: Any) -> list[Any]:
    return [Chat(f"c{number}", tuple(each), extra=extra).record() for number, each in enumerate(texts)]


STOPS: list[tuple[str, Any, RejectReason, str]] = [
    ("a.json", [{"colour": PRIVATE, "model": 1}], RejectReason.UNKNOWN_FORMAT, "keys model and 1 others. Known: "),
    ("a.json", [1, 2], RejectReason.UNKNOWN_FORMAT, "Saw: no JSON record"),
    ("a.txt", PRIVATE, RejectReason.UNKNOWN_FORMAT, "Saw: no JSON record"),
    (
        "a.json",
        [{**GOOD.record(), "conversations": [{"from": "human", "value": "x"}]}],
        RejectReason.AMBIGUOUS_FORMAT,
        "name one (format in sources.toml)",
    ),
    (
        "a.json",
        chats([]),
        RejectReason.NO_CONVERSATIONS,
        "1 records read, none is a conversation (empty_conversation 1)",
    ),
    (
        "manifest-1.json",
        {"data_files": [{"category": "conversations", "filename": "conversations-000.zip", "export_url": PRIVATE}]},
        RejectReason.MANIFEST_ONLY,
        "Give the ZIPs it names: conversations-000.zip",
    ),
    ("chat.html", f"<html><body>{PRIVATE}", RejectReason.NO_TEXT_IN_FORMAT, "Needed: conversations.json"),
    (
        "audit.json",
        [{"Operation": "CopilotInteraction", "AuditData": PRIVATE}],
        RejectReason.NO_TEXT_IN_FORMAT,
        "not the audit log",
    ),
    (
        "out.jsonl",
        {"id": "b", "custom_id": PRIVATE, "response": {"status_code": 200}, "error": None},
        RejectReason.NO_TEXT_IN_FORMAT,
        "batch",
    ),
    (
        "a.json",
        [{"id": "a_0", "conversations": [{"from": "human", "value": PRIVATE}]}],
        RejectReason.NO_TIME_IN_FORMAT,
        'sharegpt has no times. Set assign_weeks in sources.toml, for example {start = "2026-01-05", count = 12}',
    ),
    (
        "spend.jsonl",
        {"request_id": "r", "startTime": "2026-01-05 08:00:00", "messages": {}, "response": "{}", "end_user": PRIVATE},
        RejectReason.TEXT_NOT_LOGGED,
        "Turn on store_prompts_in_spend_logs",
    ),
]


@pytest.mark.parametrize(("name", "content", "reason", "told"), STOPS, ids=[f"{s[2]} {s[3][:20]}" for s in STOPS])
def test_a_file_that_cannot_be_read_stops_with_its_reason_and_a_remedy(
    tmp_path: Path, name: str, content: Any, reason: RejectReason, told: str
) -> None:
    rows, report = outcome(put(tmp_path / name, content))
    assert (rows, report.status, report.reason) == ([], FileStatus.STOPPED, reason)
    assert told in said(report)
    assert f"[{reason}] ({name})" in said(report)
    assert report.rejections[-1]["reason"] is reason


@pytest.mark.parametrize("content", ["", " \n\t "])
def test_an_empty_file_is_accepted_and_said(tmp_path: Path, content: str) -> None:
    rows, report = outcome(put(tmp_path / "a.json", content))
    assert (rows, report.status, report.reason) == ([], FileStatus.READ, RejectReason.EMPTY_FILE)
    assert said(report) == "Empty file, skipped. (a.json)"


def test_a_truncated_array_gives_its_whole_records_and_one_rejection_with_its_byte(tmp_path: Path) -> None:
    text = json.dumps(chats(["q"], ["q"], [PRIVATE]))
    path = put(tmp_path / "a.json", text[:-30])
    rows, report = outcome(path)
    start = text.index('{"conversation_id": "c2"')
    assert (len(rows), report.status, report.reason) == (2, FileStatus.TRUNCATED, RejectReason.TRUNCATED_RECORD)
    assert f"File ends inside a record at byte {start}; 2 whole records were read. (a.json)" == said(report)


def test_a_cut_last_line_is_told_and_read_again_when_it_is_whole(lake: Lake, logs: Path) -> None:
    whole = "\n".join(json.dumps(record) for record in chats(["q"], ["q"]))
    os.utime(put(logs / "a.jsonl", whole[:-20]), ns=(1, 1))
    source = Source("s", str(logs))
    assert read_logs(lake, source).raw_logs["status"].tolist() == ["truncated"]
    put(logs / "a.jsonl", whole + "\n")
    again = read_logs(lake, source)
    assert again.raw_logs[["status", "conversation_count", "duplicate_count"]].values.tolist() == [["read", 1, 0]]
    assert len(lake.read(CONVERSATIONS_REJECTED)) == 0


def test_broken_records_are_quarantined_until_they_are_most_of_the_file(tmp_path: Path) -> None:
    good = [json.dumps(record) for record in chats(*[["q"]] * 100)]
    broken = f'{{"id": {PRIVATE}'
    rows, report = outcome(put(tmp_path / "a.jsonl", "\n".join([*good, *[broken] * 20, ""])))
    assert (len(rows), report.status) == (100, FileStatus.READ)
    assert said(report) == "20 records are not valid JSON (first at line 101). (a.jsonl)"
    rows, report = outcome(put(tmp_path / "b.jsonl", "\n".join([*good, *[broken] * 30, ""])))
    assert report.reason is RejectReason.MOSTLY_MALFORMED
    assert "23 % of the records are broken; is this the right format?" in said(report)


def test_of_a_mostly_malformed_file_nothing_is_kept(lake: Lake, logs: Path) -> None:
    good = [json.dumps(record) for record in chats(*[["q"]] * 10)]
    put(logs / "a.jsonl", "\n".join([*good, *["{nope"] * 30, ""]))
    reading = read_logs(lake, Source("s", str(logs)))
    assert reading.stopped_files() == ["a.jsonl: mostly_malformed"]
    assert weeks_with_winners(lake) == []
    assert lake.read(CONVERSATIONS_REJECTED)["reason"].tolist() == ["mostly_malformed"]


def test_undecodable_characters_are_replaced_and_counted(tmp_path: Path) -> None:
    records = json.dumps(chats(["NUL_HERE"], ["cut \\ud83d".replace("\\\\", "\\")], ["BAD_BYTE"], ["fine"]))
    data = records.replace("\\\\ud83d", "\\ud83d").replace("NUL_HERE", "nul\\u0000!").encode()
    rows, report = outcome(put(tmp_path / "a.json", data.replace(b"BAD_BYTE", b"caf\xe9")))
    assert [row.transcript.texts()[0] for row in rows] == ["nul!", "cut \ufffd", "caf\ufffd", "fine"]
    assert [row.values["is_text_repaired"] for row in rows] == [True, True, True, False]
    assert said(report) == "3 conversations had undecodable characters, replaced. (a.json)"


def test_a_record_over_the_limit_is_skipped_and_says_which_setting(tmp_path: Path) -> None:
    path = put(tmp_path / "a.json", chats(["q"], [PRIVATE * 1000]))
    rows, report = outcome(path, max_record_bytes=5000)
    assert len(rows) == 1
    assert "too large" in said(report)
    assert "limit=5000; setting max_record_bytes" in said(report)


def test_fifty_megabytes_pass(tmp_path: Path) -> None:
    rows, report = outcome(put(tmp_path / "a.json", chats(["q" * 25_000_000, "a" * 25_000_000])))
    assert rows[0].values["text_char_count"] == 50_000_000
    assert said(report) == ""


def test_a_record_nested_too_deep_is_skipped(tmp_path: Path) -> None:
    deep = '{"id": "d", "mapping": ' + '{"a":' * 1100 + "1" + "}" * 1100 + "}"
    rows, report = outcome(put(tmp_path / "a.json", f"[{json.dumps(GOOD.record())}, {deep}]"))
    assert len(rows) == 1
    assert "1 records are nested too deep and were skipped (first at byte" in said(report)


def test_brackets_that_no_longer_match_stop_the_file_and_keep_what_was_read(lake: Lake, logs: Path) -> None:
    put(logs / "a.json", json.dumps(chats(["q"])) + "]" + json.dumps(chats(["q"], ["q"])))
    reading = read_logs(lake, Source("s", str(logs)))
    assert reading.stopped_files() == ["a.json: unrecoverable_structure"]
    assert len(weeks_with_winners(lake)) == 1


def test_a_missing_id_is_derived_and_counted(tmp_path: Path) -> None:
    records = chats(["q", "a"])
    for key in ("id", "conversation_id"):
        records[0].pop(key)
    rows, report = outcome(put(tmp_path / "a.json", records))
    assert rows[0].values["conversation_id"].startswith("c1")
    assert said(report) == "1 conversations without id; ids derived. (a.json)"


def test_copies_and_older_versions_in_one_file_are_counted_not_rejected(lake: Lake, logs: Path) -> None:
    newer = replace(GOOD, texts=("q", "a", "more"))
    write_export(logs / "a.json", [GOOD, GOOD, newer])
    reading = read_logs(lake, Source("s", str(logs)))
    assert "1 duplicates, 1 superseded. (a.json)" in reading.summary
    assert len(lake.read(CONVERSATIONS_REJECTED)) == 0
    assert lake.read(RAW_LOGS)[["duplicate_count", "superseded_count"]].values.tolist() == [[1, 1]]


def test_conversations_without_a_person_are_quarantined(tmp_path: Path) -> None:
    shells = [{"id": "x", "mapping": {}, "create_time": 1767604500}, Chat("y", ("",)).record()]
    rows, report = outcome(put(tmp_path / "a.json", [GOOD.record(), *shells]))
    assert len(rows) == 1
    assert "2 conversations without a message by a person. (a.json)" in said(report)
    assert all(row["native_id_hash"].startswith("r1") for row in report.rejections)


def test_an_empty_turn_is_dropped_and_counted(tmp_path: Path) -> None:
    rows, _ = outcome(put(tmp_path / "a.json", chats(["q", " ", "again"])))
    assert rows[0].transcript.texts() == ["q", "again"]
    assert rows[0].values["dropped_message_count"] >= 1


def test_unknown_roles_are_dropped_and_a_conversation_of_them_alone_is_quarantined(tmp_path: Path) -> None:
    odd = {"from": PRIVATE, "value": "x"}
    records = [
        {"id": "a_0", "conversations": [{"from": "human", "value": "q"}, odd]},
        {"id": "b_0", "conversations": [odd]},
    ]
    rows, report = outcome(put(tmp_path / "a.json", records), assign_weeks=WEEKS)
    assert [row.transcript.texts() for row in rows] == [["q"]]
    assert report.reasons == {RejectReason.UNKNOWN_ROLE: 1}
    assert "1 records have roles that are not understood" in said(report)
    assert "2 parts of kinds that are not read (unknown_role 2)" in said(report)


@pytest.mark.parametrize(
    ("time", "reason"), [(None, RejectReason.NO_TIME), (4102444800, RejectReason.TIME_OUT_OF_RANGE)]
)
def test_a_conversation_without_usable_time_is_quarantined(tmp_path: Path, time: Any, reason: RejectReason) -> None:
    (record,) = chats(["q"], create_time=time, update_time=None)
    for node in record["mapping"].values():
        if node["message"]:
            node["message"]["create_time"] = time
    rows, report = outcome(put(tmp_path / "a.json", [GOOD.record(), record]))
    assert len(rows) == 1
    assert report.reasons == {reason: 1}
    assert said(report) == "1 conversations have no usable time (first at element 2). (a.json)"


def test_an_absurd_conversation_time_gives_way_to_its_earliest_message(tmp_path: Path) -> None:
    (record,) = chats(["q", "a"], create_time=0)
    rows, _ = outcome(put(tmp_path / "a.json", [record]))
    assert rows[0].values["started_at"] == datetime(2026, 1, 6, 9, tzinfo=UTC)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_byte_order_marks_and_crlf_are_accepted(tmp_path: Path, encoding: str) -> None:
    lines = "\r\n".join(json.dumps(record, ensure_ascii=False) for record in chats(["é\r\nb"], ["two"])) + "\r\n"
    data = ("\ufeff" + lines).encode(encoding) if encoding == "utf-16-be" else lines.encode(encoding)
    rows, report = outcome(put(tmp_path / "a.jsonl", data))
    assert [row.transcript.texts() for row in rows] == [["é\nb"], ["two"]]
    assert not any(row.values["is_text_repaired"] for row in rows)
    assert said(report) == ""


def test_utf_32_stops(tmp_path: Path) -> None:
    _, report = outcome(put(tmp_path / "a.json", json.dumps(chats(["q"])).encode("utf-32")))
    assert "The file is UTF-32: save it as UTF-8." in said(report)


def test_archives_stop_or_keep_what_is_whole(tmp_path: Path) -> None:
    text = json.dumps(chats(["q"], ["q" * 5000, "noise" * 500]))
    rows, report = outcome(put(tmp_path / "cut.json.gz", gzip.compress(text.encode(), 0)[:-3000]))
    assert (len(rows), report.status, report.reason) == (1, FileStatus.DAMAGED, RejectReason.BAD_ARCHIVE)
    assert "Damaged: gzip data end early; whole records were kept." in said(report)
    _, report = outcome(put(tmp_path / "cut.zip", b"PK\x03\x04 cut"))
    assert report.reason is RejectReason.BAD_ARCHIVE
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for number in range(3):
            archive.writestr(f"{number}.json", text)
    _, report = outcome(tmp_path / "many.zip", max_members=2)
    assert report.reason is RejectReason.ARCHIVE_LIMIT
    assert "3 members; limit 2; nothing was read." in said(report)


def test_a_file_beside_logs_in_an_archive_is_ignored_and_alone_it_is_an_error(tmp_path: Path) -> None:
    for name, members in {"both.zip": ["a.json", "notes.json"], "none.zip": ["notes.json"]}.items():
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for member in members:
                archive.writestr(member, json.dumps(chats(["q"]) if member == "a.json" else [{"x": 1}]))
    rows, report = outcome(tmp_path / "both.zip")
    assert (len(rows), report.ignored, report.status) == (1, ["notes.json"], FileStatus.READ)
    _, report = outcome(tmp_path / "none.zip")
    assert report.reason is RejectReason.UNKNOWN_FORMAT


def test_a_file_that_changes_while_it_is_read_gives_nothing_and_is_read_again(
    lake: Lake, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_export(logs / "a.json", [GOOD])
    source = Source("s", str(logs))
    with monkeypatch.context() as patch:

        def touch(reading: file_reading.FileReading) -> None:
            file_rows(reading)
            os.utime(path, ns=(1, 1))

        file_rows = file_reading.FileReading._read
        patch.setattr(file_reading.FileReading, "_read", touch)
        reading = read_logs(lake, source)
    assert reading.stopped_files() == ["a.json: file_changed"]
    assert "File changed during reading; will be read again." in reading.summary
    assert weeks_with_winners(lake) == []
    again = read_logs(lake, source)
    assert again.raw_logs["status"].tolist() == ["read"]
    assert sorted(lake.read(RAW_LOGS)["status"]) == ["read", "stopped"]
    assert len(lake.read(CONVERSATIONS_REJECTED)) == 0
