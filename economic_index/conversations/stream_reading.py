"""One log file from its bytes to rows: open, sniff, split, read, normalise; what is rejected goes to the report.

Nothing is written here: file_reading.py keeps the rows, check_logs.py only counts them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from economic_index.conversations.errors import LogFormatError
from economic_index.conversations.file_report import FileReport
from economic_index.conversations.normalise import Normaliser, Row
from economic_index.conversations.open_files import ArchiveLimits, OpenLog, open_log
from economic_index.conversations.readers.chatgpt_export import ACCOUNT_ID
from economic_index.conversations.readers.langfuse import ENVIRONMENTS
from economic_index.conversations.readers.sessions import SESSIONS, Sessions
from economic_index.conversations.records import Draft, ReadContext, Reader
from economic_index.conversations.sniff import Sniffed, sniff
from economic_index.conversations.sources import Source
from economic_index.conversations.splitter import Extent
from economic_index.conversations.tables import TableError
from economic_index.conversations.unpack import Stream
from economic_index.vocabulary import FileStatus, RejectReason, SourceFormat

MALFORMED_SHARE, MALFORMED_COUNT = 0.2, 20
NOT_A_LOG = {RejectReason.UNKNOWN_FORMAT, RejectReason.NO_TEXT_IN_FORMAT, RejectReason.MANIFEST_ONLY}
"""Stops that, for one member of an archive, only mean that it is something else."""
TEXT_SETTINGS = {
    SourceFormat.LITELLM: "store_prompts_in_spend_logs",
    SourceFormat.LANGFUSE: "the field group io of the export",
}
"""Without which a log of requests holds no text."""


@dataclass
class FileRows:
    """The rows of one file, as a stream that fills in `report`. Iterating raises LogFormatError at a stop."""

    path: Path
    source: Source
    key: bytes
    as_of: datetime
    report: FileReport
    temporary_folder: Path | None = None
    tell: Callable[[int], None] = lambda byte_count: None
    sessions: Sessions = field(default_factory=Sessions)
    _not_logs: list[LogFormatError] = field(default_factory=list)
    _log_count: int = 0

    def __iter__(self) -> Iterator[Row]:
        try:
            yield from self._rows()
        except OSError as error:
            raise LogFormatError(
                RejectReason.FILE_CHANGED, self.path.name, f"The file cannot be read ({type(error).__name__})."
            ) from None
        if self._not_logs and not self._log_count:
            raise self._not_logs[0]
        self.report.ignored += [error.file_name for error in self._not_logs]
        if not self.report.conversation_count and self.report.reason is None:
            raise self._nothing_found()

    def _rows(self) -> Iterator[Row]:
        source = self.source
        limits = ArchiveLimits(source.max_member_bytes, source.max_archive_bytes, source.max_members)
        with open_log(self.path, limits, self.temporary_folder) as log:
            for stream in log.streams():
                yield from self._stream(log, stream)
            self.report.sha256, self.report.read_to_byte = log.digest.hexdigest(), log.byte_count
            self.report.ignored += log.ignored

    def _stream(self, log: OpenLog, stream: Stream) -> Iterator[Row]:
        try:
            sniffed = sniff(stream, self.source.format)
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
            yield from self._records(log, stream, sniffed)
        if stream.damage is not None:
            self.report.status, self.report.reason = FileStatus.DAMAGED, stream.damage
            self.report.error = f"Damaged: {stream.detail}; whole records were kept. ({stream.name})"

    def _records(self, log: OpenLog, stream: Stream, sniffed: Sniffed) -> Iterator[Row]:
        reader = sniffed.reader
        self.report.source_format, self.report.reader_version = reader.format, reader.version
        self._check_times(reader, stream.name)
        normaliser = Normaliser(self.source, reader, self.key, self.report.file_id)
        settings: dict[str, Any] = {SESSIONS: self.sessions, ENVIRONMENTS: self.source.environments}
        if log.account_id:
            settings[ACCOUNT_ID] = log.account_id
        context = ReadContext(self.as_of, settings, self.report.skipped)
        extent = Extent()
        elements = sniffed.elements(self._told(sniffed.chunks, log), extent, self.source.max_record_bytes)
        try:
            for item in reader.read(elements, context):
                result = normaliser.row(item) if isinstance(item, Draft) else item
                if isinstance(result, Row):
                    self.report.count(
                        result,
                        has_native_id=isinstance(item, Draft) and (item.native_id or item.earlier_id) is not None,
                    )
                    yield result
                else:
                    self.report.reject(result, self.key, stream.name)
        except TableError as error:
            raise LogFormatError(RejectReason.BAD_TABLE, stream.name, str(error)) from None
        finally:
            self.report.record_count += extent.record_count
        self._judge(extent, stream.name)

    def _told(self, chunks: Iterator[bytes], log: OpenLog) -> Iterator[bytes]:
        for chunk in chunks:
            self.tell(log.byte_count)
            yield chunk

    def _check_times(self, reader: Reader, name: str) -> None:
        if not reader.has_times and self.source.assign_weeks is None:
            raise self._no_times(reader.format, name)

    def _no_times(self, told: str, name: str) -> LogFormatError:
        example = '{start = "2026-01-05", count = 12}'
        return LogFormatError(
            RejectReason.NO_TIME_IN_FORMAT,
            name,
            f"{told} has no times. Set assign_weeks in sources.toml, for example {example}.",
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

    def _nothing_found(self) -> LogFormatError:
        if set(self.report.reasons) == {RejectReason.TEXT_NOT_LOGGED} and self.report.source_format:
            count = self.report.reasons[RejectReason.TEXT_NOT_LOGGED]
            setting = TEXT_SETTINGS.get(SourceFormat(self.report.source_format), "logging of texts")
            remedy = f"All {count} rows have empty messages. Turn on {setting} and export again."
            return LogFormatError(RejectReason.TEXT_NOT_LOGGED, self.path.name, remedy)
        if set(self.report.reasons) == {RejectReason.NO_TIME} and self.source.assign_weeks is None:
            return self._no_times(self.report.source_format or "This format", self.path.name)
        reasons = sorted(self.report.reasons.items())
        counts = ", ".join(f"{reason} {count}" for reason, count in reasons) or "none rejected"
        return LogFormatError(
            RejectReason.NO_CONVERSATIONS,
            self.path.name,
            f"{self.report.record_count} records read, none is a conversation ({counts}).",
        )
