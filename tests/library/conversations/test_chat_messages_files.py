"""API logs from the file to the lake: packed or not, grown, broken, without times."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from api_logs import completion, turns, write_lines
from reading_home import AS_OF, WEEKS, read_logs

from economic_index.contracts.lake import CONVERSATIONS_REJECTED, RAW_LOGS
from economic_index.conversations.check_logs import sniff_sources
from economic_index.conversations.reading_outcome import Reading
from economic_index.conversations.sources import Source
from economic_index.lake import Lake
from economic_index.vocabulary import FileStatus, RejectReason, SourceFormat

LINES = [completion(f"question {n}", reply=f"answer {n}", minute=n, user=f"person-{n % 3}") for n in range(6)]


def source(logs: Path, **settings: Any) -> Source:
    return Source(name="api", path=str(logs), **settings)


def stopped(reading: Reading) -> list[RejectReason | None]:
    return [report.reason for report in reading.reports if report.status is FileStatus.STOPPED]


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_log_is_read_plain_and_packed(lake: Lake, logs: Path, is_packed: bool) -> None:
    path = write_lines(logs / "api.jsonl", LINES)
    if is_packed:
        (logs / "api.jsonl.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    reading = read_logs(lake, source(logs))
    (report,) = reading.reports
    assert (report.source_format, report.conversation_count, len(report.rejections)) == (
        SourceFormat.CHAT_MESSAGES,
        6,
        0,
    )
    assert len(reading.touched_weeks) == 1


def test_packed_and_plain_are_the_same_conversations(lake: Lake, logs: Path) -> None:
    path = write_lines(logs / "api.jsonl", LINES)
    read_logs(lake, source(logs))
    (logs / "b.jsonl.gz").write_bytes(gzip.compress(path.read_bytes()))
    (report,) = read_logs(lake, source(logs)).reports
    assert (report.duplicate_count, report.touched_weeks) == (6, ())


def test_a_grown_file_adds_only_what_is_new(lake: Lake, logs: Path) -> None:
    path = write_lines(logs / "api.jsonl", LINES)
    read_logs(lake, source(logs))
    assert read_logs(lake, source(logs)).unchanged_count == 1
    grown = completion("question 5", "answer 5", "and then?", reply="that", minute=9, user="person-2")
    other = completion("new", reply="one", minute=10) | {"ts": "2026-02-03T10:00:00Z"}
    write_lines(path, [*LINES, grown, other])
    reading = read_logs(lake, source(logs))
    (report,) = reading.reports
    assert (report.conversation_count, report.duplicate_count, report.superseded_count) == (7, 5, 1)
    assert len(reading.touched_weeks) == 2


def test_broken_lines_cost_themselves_only(lake: Lake, logs: Path) -> None:
    stream = completion("q", reply="") | {"response": 'data: {"choices":[]}\n\n'}
    nobody = {"ts": "2026-01-05T12:00:00Z", "messages": [{"role": "system", "content": "x"}]}
    write_lines(logs / "api.jsonl", [LINES[0], '{"messages": [', "[1, 2]", stream, nobody, "null", LINES[1]])
    reading = read_logs(lake, source(logs))
    (report,) = reading.reports
    assert report.conversation_count == 2
    assert report.reasons == {
        RejectReason.MALFORMED_JSON: 1,
        RejectReason.UNSUPPORTED_BODY: 2,
        RejectReason.STREAMED_CHUNKS_NOT_ASSEMBLED: 1,
        RejectReason.EMPTY_CONVERSATION: 1,
    }
    assert len(lake.read(CONVERSATIONS_REJECTED)) == 5


def test_records_without_times_need_weeks(lake: Lake, logs: Path) -> None:
    write_lines(logs / "tuning.jsonl", [{"messages": turns("one", f"two {n}")} for n in range(4)])
    reading = read_logs(lake, source(logs))
    assert stopped(reading) == [RejectReason.NO_TIME_IN_FORMAT]
    assert "assign_weeks" in reading.summary
    (report,) = read_logs(lake, source(logs, assign_weeks=WEEKS)).reports
    assert (report.conversation_count, report.derived_id_count) == (4, 4)


def test_appending_to_a_file_without_times_keeps_its_ids(lake: Lake, logs: Path) -> None:
    records = [{"messages": turns("one", "two")}, {"messages": turns("one", "two")}]
    path = write_lines(logs / "tuning.jsonl", records)
    read_logs(lake, source(logs, assign_weeks=WEEKS))
    write_lines(path, [*records, {"messages": turns("three", "four")}])
    (report,) = read_logs(lake, source(logs, assign_weeks=WEEKS)).reports
    assert (report.conversation_count, report.duplicate_count) == (3, 2)


@pytest.mark.parametrize(
    "line",
    [
        {
            "id": "batch_req_1",
            "custom_id": "a",
            "response": {"status_code": 200, "body": {"choices": []}},
            "error": None,
        },
        {"custom_id": "a", "result": {"type": "succeeded", "message": {"content": []}}},
    ],
)
def test_the_output_of_a_batch_alone_has_no_text(lake: Lake, logs: Path, line: dict[str, Any]) -> None:
    write_lines(logs / "out.jsonl", [line, line])
    assert stopped(read_logs(lake, source(logs))) == [RejectReason.NO_TEXT_IN_FORMAT]


def test_a_file_that_is_one_object_is_one_conversation(lake: Lake, logs: Path) -> None:
    write_lines(logs / "one.json", [completion("one", reply="two")])
    (report,) = read_logs(lake, source(logs)).reports
    assert report.conversation_count == 1


def test_absurd_times_are_told(lake: Lake, logs: Path) -> None:
    write_lines(logs / "api.jsonl", [LINES[0], completion("q", reply="a") | {"ts": "1999-01-01T00:00:00Z"}])
    (report,) = read_logs(lake, source(logs)).reports
    assert report.reasons == {RejectReason.TIME_OUT_OF_RANGE: 1}


def test_check_logs_tells_users_and_weeks_without_keeping_anything(logs: Path) -> None:
    path = write_lines(logs / "api.jsonl", LINES)
    summary = sniff_sources(path, AS_OF)
    assert (summary.conversation_count, summary.user_count, len(summary.weeks)) == (6, 3, 1)


def test_raw_names_and_texts_stay_out_of_the_lakes_notes(lake: Lake, logs: Path) -> None:
    nobody = {"user": "person-x", "request_id": "secret-id", "messages": [{"role": "person-role", "content": "secret"}]}
    write_lines(logs / "api.jsonl", [*LINES, nobody])
    reading = read_logs(lake, source(logs))
    notes = reading.summary + lake.read(CONVERSATIONS_REJECTED).to_csv() + lake.read(RAW_LOGS).to_csv()
    assert not any(told in notes for told in ("person-", "secret", "question", "answer"))
