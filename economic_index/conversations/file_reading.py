"""One log file from its bytes to the inbox: open, sniff, read, normalise, propose, and register at the end.

Which file is read, and whether at all, is decided in reading.py.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from economic_index.conversations import identify
from economic_index.conversations.errors import LogFormatError
from economic_index.conversations.file_report import FILE_START, FileReport
from economic_index.conversations.inbox_rows import InboxWriter
from economic_index.conversations.normalise import Normaliser, Row
from economic_index.conversations.open_files import ArchiveLimits, OpenLog, Stream, open_log
from economic_index.conversations.records import Draft, ReadContext, Rejected
from economic_index.conversations.sniff import Sniffed, sniff
from economic_index.conversations.sources import Source
from economic_index.conversations.splitter import Extent, split
from economic_index.conversations.winners import FileStat, Outcome, Version, WinnerStore, micros
from economic_index.lake import Lake, week_of
from economic_index.vocabulary import FileStatus, RejectReason

BATCH_ROWS, BATCH_CHARS = 256, 16 << 20
MALFORMED_SHARE, MALFORMED_COUNT = 0.2, 20
DISCARDING = {RejectReason.MOSTLY_MALFORMED, RejectReason.FILE_CHANGED}
"""Stops after which nothing of the file is kept."""
NOT_A_LOG = {RejectReason.UNKNOWN_FORMAT, RejectReason.NO_TEXT_IN_FORMAT, RejectReason.MANIFEST_ONLY}
"""Stops that, for one member of an archive, only mean that it is something else."""


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
    _batch: list[Row] = field(default_factory=list)
    _batch_chars: int = 0
    _settings: str = ""
    _not_logs: list[LogFormatError] = field(default_factory=list)
    _log_count: int = 0

    def run(self) -> tuple[FileReport, Outcome]:
        """Read the file to its end, or to a decided stop; what it gave counts from then on."""
        stat = self.path.stat()
        self.report = FileReport(
            self.source.name,
            identify.file_id(self.key, self.path.as_posix()),
            self.path.name,
            self.source.settings_hash(),
            stat.st_size,
        )
        self.reading_id = self._reading_id(stat.st_size, stat.st_mtime_ns)
        self.inbox = InboxWriter(self.lake, self.reading_id)
        self.store.begin()
        try:
            self._read_file()
            self._check_unchanged(stat.st_size, stat.st_mtime_ns)
            self._check_found_something()
        except LogFormatError as error:
            self._stop(error)
        self._flush()
        self.inbox.close()
        return self.report, self._register(stat.st_size, stat.st_mtime_ns)

    def _reading_id(self, size: int, modified_ns: int) -> str:
        """The same for the same file and settings, so that a second try overwrites a killed first one."""
        told = f"{self.report.file_id} {size} {modified_ns} {self.source.settings_hash()}"
        return "g1" + hashlib.sha256(told.encode()).hexdigest()[:24]

    def _read_file(self) -> None:
        limits = ArchiveLimits(self.source.max_member_bytes, self.source.max_archive_bytes, self.source.max_members)
        try:
            with open_log(self.path, limits, self.lake.root) as log:
                for stream in log.streams():
                    self._read_stream(log, stream)
                self.report.sha256, self.report.read_to_byte = log.digest.hexdigest(), log.byte_count
                self.report.ignored += log.ignored
        except OSError as error:
            raise LogFormatError(
                RejectReason.FILE_CHANGED, self.path.name, f"The file cannot be read ({type(error).__name__})."
            ) from None
        if self._not_logs and not self._log_count:
            raise self._not_logs[0]
        self.report.ignored += [error.file_name for error in self._not_logs]

    def _read_stream(self, log: OpenLog, stream: Stream) -> None:
        try:
            sniffed = sniff(stream.chunks, stream.name, self.source.format)
        except LogFormatError as error:
            if error.reason not in NOT_A_LOG:
                raise
            self._not_logs.append(error)
            for _ in stream.chunks:
                pass
            return
        self._log_count += 1
        if sniffed is None:
            self.report.reason = RejectReason.EMPTY_FILE
        else:
            self._read_records(log, stream, sniffed)
        if stream.damage is not None:
            self.report.status, self.report.reason = FileStatus.DAMAGED, stream.damage
            self.report.error = f"The file is damaged: {stream.detail}; whole records were kept."

    def _read_records(self, log: OpenLog, stream: Stream, sniffed: Sniffed) -> None:
        reader = sniffed.reader
        self.report.source_format, self.report.reader_version = reader.format, reader.version
        self._settings = f"{reader.format}:{reader.version}:{self.source.settings_hash()}"
        if not reader.has_times and self.source.assign_weeks is None:
            raise LogFormatError(
                RejectReason.NO_TIME_IN_FORMAT,
                stream.name,
                f"{reader.format} has no times. Set assign_weeks in sources.toml, for example "
                '{start = "2026-01-05", count = 12}.',
            )
        normaliser = Normaliser(self.source, reader, self.key, self.report.file_id)
        context = ReadContext(self.as_of, {"source": self.source.name}, self.report.skipped)
        extent = Extent()
        elements = split(
            self._told(sniffed.chunks, log),
            sniffed.shape,
            extent,
            start=sniffed.start,
            max_bytes=self.source.max_record_bytes,
        )
        try:
            for item in reader.read(elements, context):
                self._take(item, normaliser, stream.name)
        finally:
            self.report.record_count += extent.record_count
        self._judge(extent, stream.name)

    def _told(self, chunks: Iterator[bytes], log: OpenLog) -> Iterator[bytes]:
        for chunk in chunks:
            self.tell(log.byte_count)
            yield chunk

    def _take(self, item: Draft | Rejected, normaliser: Normaliser, member: str) -> None:
        result = normaliser.row(item) if isinstance(item, Draft) else item
        if isinstance(result, Rejected):
            self.report.reject(result, self.key, member)
            return
        self.report.conversation_count += 1
        self.report.repaired_count += result.values["is_text_repaired"]
        self.report.derived_id_count += isinstance(item, Draft) and item.native_id is None
        self._batch.append(result)
        self._batch_chars += result.values["text_char_count"]
        if len(self._batch) >= BATCH_ROWS or self._batch_chars >= BATCH_CHARS:
            self._flush()

    def _flush(self) -> None:
        """Propose the batch; rows that say something new go to the inbox."""
        if self._batch:
            needed = self.store.propose([self._version(row.values) for row in self._batch])
            for row, is_needed in zip(self._batch, needed, strict=True):
                if is_needed:
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
            self._settings,
        )

    def _judge(self, extent: Extent, name: str) -> None:
        """How a stream ended."""
        seen = extent.record_count
        if extent.malformed_count > MALFORMED_COUNT and extent.malformed_count > MALFORMED_SHARE * seen:
            percent = round(100 * extent.malformed_count / seen)
            raise LogFormatError(
                RejectReason.MOSTLY_MALFORMED, name, f"{percent} % of the records are broken; is this the right format?"
            )
        if extent.has_lost_sync:
            self.report.status, self.report.reason = FileStatus.STOPPED, RejectReason.UNRECOVERABLE_STRUCTURE
        elif extent.is_truncated:
            self.report.status, self.report.reason = FileStatus.TRUNCATED, RejectReason.TRUNCATED_RECORD

    def _check_unchanged(self, size: int, modified_ns: int) -> None:
        try:
            now = self.path.stat()
        except OSError:
            now = None
        if now is None or (now.st_size, now.st_mtime_ns) != (size, modified_ns) or self.report.read_to_byte != size:
            raise LogFormatError(
                RejectReason.FILE_CHANGED, self.path.name, "File changed during reading; will be read again."
            )

    def _check_found_something(self) -> None:
        report = self.report
        if report.conversation_count or report.reason is not None:
            return
        counts = ", ".join(f"{reason} {count}" for reason, count in sorted(report.reasons.items())) or "none rejected"
        raise LogFormatError(
            RejectReason.NO_CONVERSATIONS,
            self.path.name,
            f"{report.record_count} records read, none is a conversation ({counts}).",
        )

    def _stop(self, error: LogFormatError) -> None:
        report = self.report
        report.status, report.reason, report.error = FileStatus.STOPPED, error.reason, str(error)
        if error.reason in DISCARDING:
            self._batch, self._batch_chars = [], 0
            self.store.begin()
            self.inbox.forget()
            report.conversation_count = 0
            report.rejections.clear()
            report.reasons.clear()
        report.reject(Rejected(error.reason, FILE_START, f"records={report.record_count}"), self.key)

    def _register(self, size: int, modified_ns: int) -> Outcome:
        report = self.report
        is_final = report.status is not FileStatus.STOPPED
        stat = FileStat(report.file_id, report.sha256, size, modified_ns, self._settings, is_final)
        outcome = self.store.finish(self.reading_id, stat, report.raw_log_row(), report.rejections)
        report.duplicate_count = outcome.duplicate_count
        report.superseded_count = outcome.superseded_count
        report.touched_weeks = outcome.touched_weeks
        return outcome
