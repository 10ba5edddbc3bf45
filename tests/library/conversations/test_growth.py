"""A file of lines that grew is read from where it ended; a changed one from its start; a line being written later."""

import io
import json
import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from chatgpt_logs import Chat
from hypothesis import given
from hypothesis import strategies as st
from reading_home import AS_OF, WEEKS, read_logs
from test_canonical_table import commit_all

from economic_index.contracts.lake import CONVERSATIONS_REJECTED, RAW_LOGS
from economic_index.conversations import file_report, probe
from economic_index.conversations.file_reading import FileReading
from economic_index.conversations.places import local_file
from economic_index.conversations.probe import Probe, probe_of, spans_of
from economic_index.conversations.sources import Source
from economic_index.conversations.weekly import weeks_with_winners
from economic_index.lake import Lake

OLD, NOW = AS_OF - timedelta(days=3), AS_OF - timedelta(minutes=1)
PLACES = ["read_from_byte", "read_to_byte", "record_count", "conversation_count", "rejected_count", "duplicate_count"]


def line(name: str, *texts: str) -> bytes:
    return json.dumps(Chat(name, texts or ("q", "a")).record()).encode() + b"\n"


def put(path: Path, data: bytes, changed: datetime = OLD) -> Path:
    path.write_bytes(data)
    os.utime(path, (changed.timestamp(), changed.timestamp()))
    return path


def places(lake: Lake, source: Source) -> list[list[int]]:
    return read_logs(lake, source).raw_logs[PLACES].values.tolist()


def test_what_a_file_gained_is_read_alone_and_the_home_is_as_if_it_had_been_read_at_once(
    tmp_path: Path, logs: Path
) -> None:
    grown, whole = Lake(tmp_path / "grown"), Lake(tmp_path / "whole")
    source = Source("s", str(logs))
    parts = [line("a") + b"{broken\n" + line("b"), line("c", "") + line("d"), b"\n" + line("a", "q", "a", "more")]
    seen = 0
    for number in range(3):
        data = b"".join(parts[: number + 1])
        put(logs / "a.jsonl", data, OLD + timedelta(hours=number))
        ((start, end, *_),) = places(grown, source)
        assert (start, end) == (seen, len(data))
        commit_all(grown)
        seen = len(data)
    read_logs(whole, source)
    columns = ["conversation_id", "content_hash", "source_record", "texts", "week"]
    pd.testing.assert_frame_equal(commit_all(grown)[columns], commit_all(whole)[columns])
    rejected = [lake.read(CONVERSATIONS_REJECTED).drop(columns="detail") for lake in (grown, whole)]
    pd.testing.assert_frame_equal(*rejected)
    assert rejected[0]["locator"].tolist() == [2, 4]
    rows = grown.read(RAW_LOGS)
    assert rows["record_count"].sum() == whole.read(RAW_LOGS)["record_count"].item() == 6
    assert read_logs(grown, source).unchanged_count == 1


@pytest.mark.parametrize("change", ["head", "tail", "shorter", "same size", "other settings"])
def test_a_file_that_did_not_only_grow_is_read_from_its_start(lake: Lake, logs: Path, change: str) -> None:
    data = line("a") + line("b")
    path = put(logs / "a.jsonl", data)
    source = Source("s", str(logs))
    read_logs(lake, source)
    put(
        path,
        {
            "head": data.replace(b'"a"', b'"x"', 1) + line("c"),
            "tail": data[:-20].replace(b"q", b"Q") + data[-20:] + line("c"),
            "shorter": data[: len(line("a"))],
            "same size": data.replace(b'"b"', b'"x"'),
            "other settings": data + line("c"),
        }[change],
        OLD + timedelta(hours=1),
    )
    if change == "other settings":
        source = replace(source, product="helpdesk")
    ((start, end, *_),) = places(lake, source)
    assert (start, end) == (0, path.stat().st_size)


def test_a_change_in_the_middle_that_samples_miss_is_the_one_that_is_not_seen(
    lake: Lake, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "PIECE_BYTES", 8)
    data = b"".join(line(f"c{number}") for number in range(9))
    between = sum(spans_of(len(data))[4][1:] + spans_of(len(data))[5][:1]) // 2
    path = put(logs / "a.jsonl", data)
    read_logs(lake, Source("s", str(logs)))
    changed = data[:between] + bytes([data[between] ^ 1]) + data[between + 1 :]
    put(path, changed + line("new"), OLD + timedelta(hours=1))
    assert places(lake, Source("s", str(logs)))[0][0] == len(data)
    put(path, b" " + changed + line("new"), OLD + timedelta(hours=2))  # what moves bytes is seen
    assert places(lake, Source("s", str(logs)))[0][0] == 0


def test_a_line_being_written_is_no_loss_and_read_when_it_is_whole(lake: Lake, logs: Path) -> None:
    first, second = line("a"), line("b")
    path = put(logs / "a.jsonl", first + second[:50], NOW)
    source = Source("s", str(logs))
    reading = read_logs(lake, source)
    assert reading.raw_logs[["status", *PLACES]].values.tolist() == [["read", 0, len(first) + 50, 1, 1, 0, 0]]
    assert "The last line is being written; it is read when it is whole. (a.jsonl)" in reading.summary
    assert places(lake, source) == [[len(first), len(first) + 50, 0, 0, 0, 0]]
    put(path, first + second, NOW)
    assert places(lake, source) == [[len(first), len(first + second), 1, 1, 0, 0]]
    assert read_logs(lake, source).unchanged_count == 1
    assert len(lake.read(CONVERSATIONS_REJECTED)) == 0


def test_a_line_that_nobody_goes_on_writing_is_rejected_a_day_later_and_taken_back_if_it_ends(
    lake: Lake, logs: Path
) -> None:
    first, second = line("a"), line("b")
    path = put(logs / "a.jsonl", first + second[:50], NOW)
    source = Source("s", str(logs))
    read_logs(lake, source)
    os.utime(path, (OLD.timestamp(), OLD.timestamp()))
    assert places(lake, source) == [[len(first), len(first) + 50, 0, 0, 1, 0]]
    (row,) = lake.read(CONVERSATIONS_REJECTED).to_dict("records")
    assert (row["reason"], row["locator_kind"], row["locator"]) == ("truncated_record", "line", 2)
    assert read_logs(lake, source).unchanged_count == 1
    put(path, first + second, OLD + timedelta(hours=1))
    assert places(lake, source) == [[len(first), len(first + second), 1, 1, 0, 0]]
    assert len(lake.read(CONVERSATIONS_REJECTED)) == 0


def test_a_last_line_that_is_whole_but_not_ended_keeps_its_number(lake: Lake, logs: Path) -> None:
    path = put(logs / "a.jsonl", line("a") + line("empty", "").rstrip())
    source = Source("s", str(logs))
    read_logs(lake, source)
    put(path, line("a") + line("empty", "") + line("b"), OLD + timedelta(hours=1))
    read_logs(lake, source)
    assert lake.read(CONVERSATIONS_REJECTED)["locator"].tolist() == [2]
    assert sorted(commit_all(lake)["source_record"]) == [1, 3]


def test_a_file_that_grows_while_it_is_read_is_read_as_it_was_listed(
    lake: Lake, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(logs / "a.jsonl", line("a"), NOW)
    source, original = Source("s", str(logs)), FileReading._read

    def grow(reading: FileReading) -> None:
        with path.open("ab") as file:
            file.write(line("b"))
        original(reading)

    with monkeypatch.context() as patch:
        patch.setattr(FileReading, "_read", grow)
        assert places(lake, source) == [[0, len(line("a")), 1, 1, 0, 0]]
    assert places(lake, source) == [[len(line("a")), len(line("a") * 2), 1, 1, 0, 0]]


def test_a_part_that_is_mostly_broken_stops_and_leaves_the_rest_as_it_was(lake: Lake, logs: Path) -> None:
    first = line("a") + b"{broken\n"
    path = put(logs / "a.jsonl", first)
    source = Source("s", str(logs))
    read_logs(lake, source)
    put(path, first + b"{nope\n" * 30, OLD + timedelta(hours=1))
    assert read_logs(lake, source).stopped_files() == ["a.jsonl: mostly_malformed"]
    assert lake.read(CONVERSATIONS_REJECTED)["reason"].tolist() == ["malformed_json", "mostly_malformed"]
    put(path, first + line("b"), OLD + timedelta(hours=2))
    assert places(lake, source)[0][0] == len(first)
    assert lake.read(CONVERSATIONS_REJECTED)["reason"].tolist() == ["malformed_json"]
    assert len(commit_all(lake)) == 2


def test_formats_whose_records_need_each_other_are_read_whole(lake: Lake, logs: Path) -> None:
    parts = [{"id": f"a_{number}", "conversations": [{"from": "human", "value": "q"}]} for number in range(2)]
    source = Source("s", str(logs), assign_weeks=WEEKS)
    data = [json.dumps(part).encode() + b"\n" for part in parts]
    put(logs / "a.jsonl", data[0])
    read_logs(lake, source)
    put(logs / "a.jsonl", data[0] + data[1], OLD + timedelta(hours=1))
    assert places(lake, source)[0][:4] == [0, len(data[0] + data[1]), 2, 1]


def test_records_known_by_their_number_among_equals_are_counted_over_the_whole_file(lake: Lake, logs: Path) -> None:
    record = Chat("x", ("q",)).record()
    for node in record["mapping"].values():
        if node["message"]:
            node["message"]["create_time"] = None
    nameless = {key: value for key, value in record.items() if key not in {"id", "conversation_id", "create_time"}}
    data = json.dumps(nameless | {"update_time": None}).encode() + b"\n"
    source = Source("s", str(logs), format="chatgpt_export", assign_weeks=WEEKS)
    put(logs / "a.jsonl", data)
    read_logs(lake, source)
    put(logs / "a.jsonl", data * 2, OLD + timedelta(hours=1))
    assert places(lake, source)[0][:2] == [0, 2 * len(data)]
    assert len(commit_all(lake)) == 2


def test_a_conversation_that_came_back_longer_in_an_export_of_another_name_moves_with_its_start(
    lake: Lake, logs: Path
) -> None:
    chats = [Chat(f"c{number}", ("q", "a"), datetime(2026, 1, 6, tzinfo=UTC)) for number in range(3)]
    (logs / "january.json").write_text(json.dumps([chat.record() for chat in chats]))
    read_logs(lake, Source("s", str(logs)))
    commit_all(lake)
    later = datetime(2026, 2, 3, tzinfo=UTC)
    changed = [chats[0], replace(chats[1], texts=("q", "a", "more"), updated=later)]
    moved = replace(chats[2], texts=("q", "a", "again"), created=later, updated=later)
    (logs / "again.json").write_text(json.dumps([chat.record() for chat in [*changed, moved]]))
    reading = read_logs(lake, Source("s", str(logs)))
    assert reading.touched_weeks == [date(2026, 1, 5), date(2026, 2, 2)]
    assert reading.raw_logs[["duplicate_count", "superseded_count"]].values.tolist() == [[1, 2]]
    rows = commit_all(lake)
    assert sorted(zip(rows["week"], rows["texts"], strict=True)) == [
        (date(2026, 1, 5), ("q", "a")),
        (date(2026, 1, 5), ("q", "a", "more")),
        (date(2026, 2, 2), ("q", "a", "again")),
    ]


def test_a_file_in_two_sources_is_read_by_the_first_and_a_copy_counts_where_it_was_read_first(
    lake: Lake, logs: Path
) -> None:
    for name in ("a", "b"):
        (logs / name).mkdir()
        (logs / name / "log.json").write_text(
            json.dumps([Chat(f"own {name}", ("q",)).record(), Chat("both", ("q",)).record()])
        )
    sources = [Source("team", str(logs / "b")), Source("all", str(logs)), Source("copy", str(logs / "a" / "*"))]
    reading = read_logs(lake, *sources)
    assert reading.shared_count == 2
    assert "2 files lie in two sources; the one that stands first reads them." in reading.summary
    assert reading.raw_logs[["source", "conversation_count", "duplicate_count"]].values.tolist() == [
        ["team", 2, 0],
        ["all", 2, 1],
    ]
    assert sorted(commit_all(lake)["source"]) == ["all", "team", "team"]
    assert read_logs(lake, *sources).unchanged_count == 2
    swapped = read_logs(lake, sources[1], sources[0])
    assert swapped.raw_logs["source"].tolist() == ["all"]
    assert commit_all(lake)["source"].tolist() == ["all"] * 3


def test_rejections_are_handed_on_before_they_fill_memory_and_none_is_lost(
    lake: Lake, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_report, "MAX_HELD", 10)
    held = []
    original = file_report.FileReport.reject

    def watch(report: file_report.FileReport, *arguments: object) -> None:
        original(report, *arguments)
        held.append(len(report.rejections))

    monkeypatch.setattr(file_report.FileReport, "reject", watch)
    lines = [line(f"e{number}", "") if number % 6 == 0 else line(f"c{number}") for number in range(600)]
    put(logs / "a.jsonl", b"".join(lines))
    reading = read_logs(lake, Source("s", str(logs)))
    assert (max(held), reading.rejected_count) == (9, 100)
    assert lake.read(CONVERSATIONS_REJECTED)["locator"].tolist() == list(range(1, 600, 6))


def test_a_file_of_which_too_much_is_rejected_gives_nothing_until_it_is_allowed(lake: Lake, logs: Path) -> None:
    lines = [line(f"e{number}", "") if number < 11 else line(f"c{number}") for number in range(50)]
    put(logs / "a.jsonl", b"".join(lines))
    source = Source("s", str(logs))
    reading = read_logs(lake, source)
    assert reading.stopped_files() == ["a.jsonl: mostly_rejected"]
    told = "22 % of 50 records were rejected (empty_conversation 11); limit 20 %. Nothing of the file is kept."
    assert told in reading.summary
    assert "max_rejected_share in sources.toml. [mostly_rejected] (a.jsonl)" in reading.summary
    assert weeks_with_winners(lake) == []
    assert lake.read(CONVERSATIONS_REJECTED)["reason"].tolist() == ["mostly_rejected"]
    allowed = read_logs(lake, replace(source, max_rejected_share=0.25))
    assert allowed.raw_logs[["status", "conversation_count", "rejected_count"]].values.tolist() == [["read", 39, 11]]
    put(logs / "a.jsonl", b"".join(lines[1:50]))
    assert read_logs(lake, source).raw_logs["status"].tolist() == ["read"]


@given(st.binary(max_size=300), st.integers(0, 320), st.lists(st.integers(1, 40), min_size=1))
def test_samples_taken_in_passing_are_those_that_are_looked_up(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, length: int, sizes: list[int]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(probe, "PIECE_BYTES", 3)
        passing, stream, number = Probe(length), io.BytesIO(data), 0
        while chunk := stream.read(sizes[number % len(sizes)]):
            passing.feed(chunk)
            number += 1
        path = tmp_path_factory.getbasetemp() / "sampled"
        path.write_bytes(data)
        assert passing.hexdigest() == probe_of(local_file(path), length)
        assert all(first[1] <= second[0] for first, second in zip(spans_of(length), spans_of(length)[1:], strict=False))
