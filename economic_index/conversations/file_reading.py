"""One log file into the inbox: rows proposed in batches, winners registered when the file was read to its end.

How bytes become rows is stream_reading.py's; which files are read is decided in reading.py.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from economic_index.conversations import identify
from economic_index.conversations.chained_files import ChainedFiles
from economic_index.conversations.errors import LogFormatError
from economic_index.conversations.file_report import FileReport
from economic_index.conversations.inbox_rows import InboxWriter
from economic_index.conversations.normalise import Row
from economic_index.conversations.readers.registry import reader_named
from economic_index.conversations.readers.sessions import Sessions
from economic_index.conversations.sources import Source
from economic_index.conversations.stream_reading import FileRows
from economic_index.conversations.versions import FileStat, Outcome, Version, micros
from economic_index.conversations.winners import WinnerStore
from economic_index.lake import Lake, week_of
from economic_index.vocabulary import FileStatus, RejectReason

BATCH_ROWS, BATCH_CHARS = 256, 16 << 20
DISCARDING = {RejectReason.MOSTLY_MALFORMED, RejectReason.FILE_CHANGED}
"""Stops after which nothing of the file is kept; after others, what was read before them is."""


@dataclass
class FileReading:
    """The reading of one file; `run` does it."""

    lake: Lake
    store: WinnerStore
    source: Source
    path: Path
    key: bytes
    as_of: datetime
    tell: Callable[[int], None] = lambda byte_count: None
    chained: ChainedFiles | None = None
    _told_again: dict[str, str] = field(default_factory=dict)
    _batch: list[Row] = field(default_factory=list)
    _batch_chars: int = 0

    def run(self) -> tuple[FileReport, Outcome]:
        """Read the file to its end, or to a decided stop; what it gave counts from then on."""
        stat = self.path.stat()
        found = (stat.st_size, stat.st_mtime_ns)
        file_id = identify.file_id(self.key, self.path.as_posix())
        self.report = FileReport(self.source.name, file_id, self.path.name, self.source.settings_hash(), stat.st_size)
        self.reading_id = self._reading_id(*found)
        self.sessions = self.chained.open() if self.chained is not None else Sessions()
        self.store.begin()
        with InboxWriter(self.lake, self.reading_id) as self.inbox:  # leaving it, all rows are written
            try:
                self._read()
                self._check_unchanged(*found)
            except LogFormatError as error:
                self._stop(error)
            self._propose()
        return self.report, self._register(*found)

    def _reading_id(self, size: int, modified_ns: int) -> str:
        """The same for the same file and settings, so that a second try overwrites a killed first one."""
        told = f"{self.report.file_id} {size} {modified_ns} {self.source.settings_hash()}"
        if self.chained is not None and self.chained.before:
            told += f" {self.chained.before}"  # after another file it is another reading
        return "g1" + hashlib.sha256(told.encode()).hexdigest()[:24]

    def _read(self) -> None:
        rows = FileRows(
            self.path, self.source, self.key, self.as_of, self.report, self.lake.root, self.tell, self.sessions
        )
        for row in rows:
            self._batch.append(row)
            if row.replaces is not None:
                self._told_again[row.replaces] = row.values["conversation_id"]
            self._batch_chars += row.values["text_char_count"]
            if len(self._batch) >= BATCH_ROWS or self._batch_chars >= BATCH_CHARS:
                self._propose()

    def _propose(self) -> None:
        """Propose the batch; rows that say something new go to the inbox."""
        if self._batch:
            needed = self.store.propose([self._version(row.values) for row in self._batch])
            for row, is_needed in zip(self._batch, needed, strict=True):
                if is_needed or row.replaces is not None:
                    self.inbox.add(row)
        self._batch, self._batch_chars = [], 0

    def _version(self, values: dict[str, Any]) -> Version:
        return Version(
            values["conversation_id"],
            values["content_hash"],
            week_of(values["started_at"].date()).isoformat(),
            micros(values["updated_at"]),
            values["message_count"],
            micros(values["source_exported_at"]),
            values["source_file_id"],
            values["source_record"],
            self.reading_id,
            self.report.settings_key(),
        )

    def _check_unchanged(self, size: int, modified_ns: int) -> None:
        try:
            now = self.path.stat()
        except OSError:
            now = None
        if now is None or (now.st_size, now.st_mtime_ns) != (size, modified_ns) or self.report.read_to_byte != size:
            raise LogFormatError(
                RejectReason.FILE_CHANGED, self.path.name, "File changed during reading; will be read again."
            )

    def _stop(self, error: LogFormatError) -> None:
        if error.reason in DISCARDING:
            self._batch, self._batch_chars = [], 0
            self._told_again.clear()
            self.store.begin()
            self.inbox.forget()
            self.report.discard()
        self.report.stop(error, self.key)

    def _note_automated(self) -> None:
        """Whose requests are more than a person types, by pseudonym: the raw name goes no further."""
        for raw_user, day, count in self.sessions.take_automated():
            system = reader_named(self.report.source_format or "").system
            user = identify.user_id(self.key, system, raw_user)
            self.report.automated[f"{user} on {day}"] = count

    def _register(self, size: int, modified_ns: int) -> Outcome:
        report = self.report
        self._note_automated()
        is_final = report.status is not FileStatus.STOPPED
        stat = FileStat(report.file_id, report.sha256, size, modified_ns, report.settings_key(), is_final)
        end = self.chained.end_of(self.reading_id, self.sessions, size) if self.chained and is_final else None
        outcome = self.store.finish(
            self.reading_id, stat, report.raw_log_row(), report.rejections, told_again=self._told_again, end=end
        )
        if self.chained is not None:
            self.chained.go_on(self.reading_id, end, is_stopped=not is_final)
        self.inbox.keep_only(outcome.touched_weeks)
        report.duplicate_count = outcome.duplicate_count
        report.superseded_count = outcome.superseded_count
        report.touched_weeks = outcome.touched_weeks
        return outcome
