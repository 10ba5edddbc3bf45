"""One log file into the inbox: rows proposed in batches, winners registered when the file was read to its end.

How bytes become rows is stream_reading.py's; which files are read is decided in reading.py.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from economic_index.conversations import identify
from economic_index.conversations.chained_files import ChainedFiles
from economic_index.conversations.errors import LogFormatError
from economic_index.conversations.file_report import FileReport
from economic_index.conversations.inbox_rows import InboxWriter
from economic_index.conversations.normalise import Row
from economic_index.conversations.places import LogFile
from economic_index.conversations.readers.sessions import Sessions
from economic_index.conversations.redaction import Redactor
from economic_index.conversations.row_hash import row_hash
from economic_index.conversations.run_context import RunContext
from economic_index.conversations.sources import Source
from economic_index.conversations.stream_reading import FileRows
from economic_index.conversations.tombstones import CONVERSATION
from economic_index.conversations.versions import FileEnd, FileStat, Mark, Outcome, Version, micros
from economic_index.conversations.winners import WinnerStore
from economic_index.lake import Lake, week_of
from economic_index.vocabulary import FileStatus, RejectReason

BATCH_ROWS, BATCH_CHARS = 256, 16 << 20
DISCARDING = {
    RejectReason.MOSTLY_MALFORMED,
    RejectReason.MOSTLY_REJECTED,
    RejectReason.FILE_CHANGED,
    RejectReason.READER_FAILED,
}
"""Stops after which nothing of the file is kept; after others, what was read before them is."""


@dataclass
class FileReading:
    """The reading of one file; `run` does it."""

    lake: Lake
    store: WinnerStore
    source: Source
    log_file: LogFile
    context: RunContext
    tell: Callable[[int], None] = lambda byte_count: None
    after: Mark | None = None
    chained: ChainedFiles | None = None
    _told_again: dict[str, str] = field(default_factory=dict)
    _batch: list[Row] = field(default_factory=list)
    _batch_chars: int = 0

    def run(self) -> tuple[FileReport, Outcome]:
        """Read the file to its end, or to a decided stop; what it gave counts from then on."""
        log_file, source = self.log_file, self.source
        file_id = identify.file_id(self.context.key, log_file.identity)
        settings_hash = source.settings_hash(self.context.key)
        self.report = FileReport(source.name, file_id, log_file.name, settings_hash, log_file.size_bytes)
        self.report.hand_on = self.store.note_rejections
        self.report.hand_on_deleted = self._note_deleted
        self.reading_id = self._reading_id()
        self.sessions = self.chained.open() if self.chained is not None else Sessions()
        self.store.begin()
        with InboxWriter(self.lake, self.reading_id) as self.inbox:  # leaving it, all rows are written
            try:
                self._read()
                self._check_unchanged()
            except LogFormatError as error:
                self._stop(error)
            self._propose()
        return self.report, self._register()

    def _reading_id(self) -> str:
        """The same for the same file and settings, so that a second try overwrites a killed first one."""
        told = f"{self.report.file_id} {self.log_file.size_bytes} {self.log_file.stamp} {self.report.settings_hash}"
        if self.after is not None:
            told += f" {self.after.next_byte}"
        if self.chained is not None and self.chained.before:
            told += f" {self.chained.before}"  # after another file it is another reading
        return "g1" + hashlib.sha256(told.encode()).hexdigest()[:24]

    def _read(self) -> None:
        rows = FileRows(
            self.log_file, self.source, self.context, self.report, self.lake.root, self.tell, self.after, self.sessions
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
            settings = self.report.settings_key()
            needed = self.store.propose([self._version(row, settings) for row in self._batch])
            if parts := [(row.values["conversation_id"], row.whole_id) for row in self._batch if row.whole_id]:
                self.store.note_parts(parts)
            for row, is_needed in zip(self._batch, needed, strict=True):
                if is_needed or row.replaces is not None:
                    self.inbox.add(row)
        self._batch, self._batch_chars = [], 0

    def _version(self, row: Row, settings: str) -> Version:
        values = row.values
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
            settings,
            row_hash(row) if self.sessions.is_used else "",
        )

    def _check_unchanged(self) -> None:
        """Lines on disk may have grown meanwhile; nothing else may have changed."""
        listed = self.log_file
        try:
            now = listed.again()
        except OSError:
            now = None
        is_same = now is not None and (now.size_bytes, now.stamp) == (listed.size_bytes, listed.stamp)
        is_grown = now is not None and now.size_bytes > listed.size_bytes and self.report.may_have_grown
        if not (is_same or is_grown) or self.report.read_to_byte != listed.size_bytes:
            raise LogFormatError(
                RejectReason.FILE_CHANGED, listed.name, "File changed during reading; will be read again."
            )

    def _stop(self, error: LogFormatError) -> None:
        if error.reason in DISCARDING:
            self._batch, self._batch_chars = [], 0
            self._told_again.clear()
            self.store.begin()
            self.inbox.forget()
            self.report.discard()
        self.report.stop(error, self.context.key)

    def _note_automated(self) -> None:
        """Requests that are more than a person types; whose they are would outlive their being forgotten."""
        for day, count in self.sessions.take_automated():
            self.report.automated[day] += count

    def _end(self) -> FileEnd | None:
        """What the file leaves open, if it holds API requests and nothing stopped it."""
        if self.chained is None or self.report.status is FileStatus.STOPPED:
            return None
        redact = Redactor(self.source.redact, self.source.phone_region).text
        return self.chained.end_of(self.reading_id, self.sessions, self.log_file.size_bytes, redact)

    def _note_deleted(self, ids: list[str]) -> None:
        self.store.note_deleted((name, identify.tombstone(self.context.key, CONVERSATION, name)) for name in ids)

    def _register(self) -> Outcome:
        report, listed = self.report, self.log_file
        self._note_automated()
        is_stopped = report.status is FileStatus.STOPPED
        is_final = not is_stopped and not report.has_open_line
        settings = report.settings_key()
        stat = FileStat(report.file_id, report.sha256, listed.size_bytes, listed.stamp, settings, is_final)
        kept_lines = self.after.line_count if self.after else 0
        if report.deleted_ids:
            self._note_deleted(report.deleted_ids)
        end = self._end()
        outcome = self.store.finish(
            self.reading_id,
            stat,
            report.raw_log_row(),
            report.rejections,
            report.mark,
            kept_lines,
            told_again=self._told_again,
            end=end,
        )
        if self.chained is not None:
            self.chained.go_on(self.reading_id, end, is_stopped=is_stopped)
        self.inbox.keep_only(outcome.touched_weeks)
        report.duplicate_count = outcome.duplicate_count
        report.past_retention_count = outcome.past_retention_count
        report.superseded_count = outcome.superseded_count
        report.touched_weeks = outcome.touched_weeks
        return outcome
