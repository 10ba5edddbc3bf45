"""Reads bytes that nobody promised, and says what a reading must never do: crash, leak, lose or invent a record.

Which bytes are read hostile_records.py decides, steered by hypothesis (test_readers_fuzzed.py) or atheris (__main__).
"""

import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from economic_index.conversations.errors import LogFormatError
from economic_index.conversations.file_report import FileReport
from economic_index.conversations.inbox_rows import to_table
from economic_index.conversations.normalise import Row
from economic_index.conversations.run_context import RunContext
from economic_index.conversations.sources import AssignWeeks, Source
from economic_index.conversations.stream_reading import FileRows
from economic_index.vocabulary import RejectReason, UserRule

KEY, AS_OF = b"k" * 32, datetime(2026, 9, 1, tzinfo=UTC)
MARK = "Zq7Zq7"
"""Stands in every hostile string: where it shows in a message, a log could."""


def read_hostile(data: bytes, source: Source, suffix: str = ".json") -> list[Row]:
    """The rows of a file with these bytes. Raises AssertionError if a rule is broken, or what a reader lets out."""
    with tempfile.TemporaryDirectory(prefix="fuzz") as folder:
        path = Path(folder) / f"log{suffix}"
        path.write_bytes(data)
        source = replace(source, path=str(path), users=UserRule.LOG, assign_weeks=AssignWeeks(date(2026, 1, 5), 4))
        report = FileReport(source.name, "f1", path.name, source.settings_hash(), len(data))
        rows: list[Row] = []
        try:
            rows += FileRows(path, source, RunContext(KEY, AS_OF), report, Path(folder))
        except LogFormatError as error:
            report.stop(error, KEY)
        assert [entry.name for entry in Path(folder).iterdir()] == [path.name], "a temporary file is left"
    assert report.reason is not RejectReason.READER_FAILED, report.error
    check_nothing_leaks(report)
    check_nothing_is_lost(report, rows)
    if rows:
        to_table(rows, "g1").validate(full=True)
    return rows


def check_nothing_leaks(report: FileReport) -> None:
    """What a person, a log line or a table is told of the file holds nothing of its text."""
    told = [*report.sentences(), report.error, *report.skipped, *report.ignored]
    told += [str(value) for row in report.rejections for value in row.values()]
    assert not [text for text in told if MARK in text], "text of a log in a message"


def check_nothing_is_lost(report: FileReport, rows: list[Row]) -> None:
    """Every record is part of a row, rejected with a reason, or counted as skipped; rows are of distinct places."""
    assert report.conversation_count == len(rows)
    assert not report.record_count or rows or report.rejections or report.skipped or report.reason is not None
    for row in rows:
        values = row.values
        assert values["user_message_count"] >= 1
        assert values["message_count"] == len(row.transcript.roles) == len(row.transcript.texts())
        assert values["started_at"].tzinfo is not None
        assert values["source_record"] >= 1
        assert all(values[name] >= 0 for name in values if name.endswith("_count"))
