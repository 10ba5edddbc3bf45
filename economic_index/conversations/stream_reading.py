"""One log file from its bytes to rows: open, sniff, split, read, normalise; what is rejected goes to the report.

Nothing is written here: file_reading.py keeps the rows, check_logs.py only counts them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from economic_index.conversations.errors import LogFormatError
from economic_index.conversations.file_report import FileReport
from economic_index.conversations.mapped_sniff import sniff_mapped
from economic_index.conversations.normalise import Forgotten, Normaliser, Row
from economic_index.conversations.open_files import ArchiveLimits, OpenLog, open_log
from economic_index.conversations.places import LogFile
from economic_index.conversations.probe import probe_of
from economic_index.conversations.readers.chatgpt_compliance_content import KEEP_USER_INSTRUCTIONS
from economic_index.conversations.readers.chatgpt_export import ACCOUNT_ID
from economic_index.conversations.readers.langfuse import ENVIRONMENTS
from economic_index.conversations.readers.mapped_table import MappedTable
from economic_index.conversations.readers.sessions import SESSIONS, Sessions
from economic_index.conversations.records import NO_PROMPT, PRIVATE_NAMES, Draft, ReadContext, Reader, Rejected
from economic_index.conversations.redaction import Redactor
from economic_index.conversations.run_context import RunContext
from economic_index.conversations.sniff import Sniffed, rest_of, sniff
from economic_index.conversations.sources import Source
from economic_index.conversations.splitter import Extent, Shape
from economic_index.conversations.tables import TableError
from economic_index.conversations.unpack import Stream
from economic_index.conversations.versions import Mark
from economic_index.vocabulary import FileStatus, RejectReason, SourceFormat

MALFORMED_SHARE, MALFORMED_COUNT = 0.2, 20
REJECTED_FROM = 50
LIVE = timedelta(days=1)
READ_WELL = (RejectReason.DELETED, RejectReason.TEXT_NOT_LOGGED)
"""Reasons that say nothing against the reading."""
NOT_A_LOG = {
    RejectReason.UNKNOWN_FORMAT,
    RejectReason.NO_TEXT_IN_FORMAT,
    RejectReason.MANIFEST_ONLY,
    RejectReason.NOT_AI_USE,
}
"""Stops that, for one member of an archive, only mean that it is something else."""
TEXT_SETTINGS = {
    SourceFormat.LITELLM: "store_prompts_in_spend_logs",
    SourceFormat.LANGFUSE: "the field group io of the export",
}
"""Without which a log of requests holds no text."""


@dataclass
class FileRows:
    """The rows of one file, as a stream that fills in `report`. Iterating raises LogFormatError at a stop.

    With `after`, only what a file of lines has after that mark is read.
    """

    path: LogFile | Path
    source: Source
    context: RunContext
    report: FileReport
    temporary_folder: Path | None = None
    tell: Callable[[int], None] = lambda byte_count: None
    after: Mark | None = None
    sessions: Sessions = field(default_factory=Sessions)
    _not_logs: list[LogFormatError] = field(default_factory=list)
    _log_count: int = 0

    def __iter__(self) -> Iterator[Row]:
        self.report.is_private = self.source.format in PRIVATE_NAMES
        try:
            yield from self._rows()
        except OSError as error:
            raise LogFormatError(
                RejectReason.FILE_CHANGED, self.path.name, f"The file cannot be read ({type(error).__name__})."
            ) from None
        except Exception as error:  # last resort: what no reader foresaw costs its file, not the reading
            if isinstance(error, LogFormatError):
                raise
            raise self._unforeseen(error) from None
        if self._not_logs and not self._log_count:
            raise self._not_logs[0]
        self.report.ignored += [error.file_name for error in self._not_logs]
        if not self.report.has_something and self.report.reason is None and self.after is None:
            if NO_PROMPT not in self.report.skipped:
                raise self._nothing_found()
            self.report.reason = RejectReason.SESSION_WITHOUT_PROMPT
        self._judge_rejections()

    def _unforeseen(self, error: Exception) -> LogFormatError:
        """The stop for an error of our own; its message may hold text of the log, and is dropped."""
        return LogFormatError(
            RejectReason.READER_FAILED,
            self.path.name,
            f"A reader failed on this file ({type(error).__name__}); nothing of it is kept. The fault is "
            "the program's: please report it with this name.",
        )

    def _rows(self) -> Iterator[Row]:
        source = self.source
        limits = ArchiveLimits(source.max_member_bytes, source.max_archive_bytes, source.max_members)
        start = self.after.next_byte if self.after else 0
        with open_log(self.path, limits, self.temporary_folder, start) as log:
            for stream in log.streams():
                yield from self._stream(log, stream)
            self.report.sha256 = log.digest.hexdigest()
            self.report.read_from_byte, self.report.read_to_byte = start, start + log.byte_count
            self.report.ignored += log.ignored

    def _stream(self, log: OpenLog, stream: Stream) -> Iterator[Row]:
        try:
            sniffed = self._sniffed(stream)
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
            name = self.report.public_name(stream.name)
            self.report.error = f"Damaged: {stream.detail}; whole records were kept. ({name})"

    def _sniffed(self, stream: Stream) -> Sniffed | None:
        if self.after is not None:
            return rest_of(stream, self.after)
        reader = mapped_reader(self.source, self.temporary_folder)
        return sniff(stream, self.source.format) if reader is None else sniff_mapped(stream, reader)

    def _records(self, log: OpenLog, stream: Stream, sniffed: Sniffed) -> Iterator[Row]:
        reader = sniffed.reader
        self.report.source_format, self.report.reader_version = reader.format, reader.version
        self._check_times(reader, stream.name)
        settings: dict[str, Any] = {SESSIONS: self.sessions, ENVIRONMENTS: self.source.environments}
        if stream.account_id:
            settings[ACCOUNT_ID] = stream.account_id
        settings[KEEP_USER_INSTRUCTIONS] = self.source.keep_user_instructions
        asked = ReadContext(self.context.as_of, settings, self.report.skipped, self.temporary_folder)
        redactor = Redactor(self.source.redact, self.source.phone_region, self.report.redacted)
        normaliser = Normaliser(
            self.source, reader, self.context, self.report.file_id, redactor if self.source.redact else None
        )
        extent = Extent(line_count=self.after.line_count if self.after else 0, may_go_on=self._may_go_on(log))
        elements = sniffed.elements(self._told(sniffed.chunks, log), extent, self.source.max_record_bytes)
        try:
            for item in reader.read(elements, asked):
                result = normaliser.row(item) if isinstance(item, Draft) else item
                if isinstance(result, Rejected):
                    if result.reason is RejectReason.DELETED:
                        self.report.note_deleted(normaliser.deleted_ids(result))
                    result = normaliser.without_forgotten(result)
                if isinstance(result, Row):
                    self.report.count(
                        result,
                        has_native_id=isinstance(item, Draft) and (item.native_id or item.earlier_id) is not None,
                    )
                    yield result
                elif isinstance(result, Forgotten):
                    self.report.forgotten_count += 1
                else:
                    self.report.reject(result, self.context.key, stream.name)
        except TableError as error:
            raise LogFormatError(RejectReason.BAD_TABLE, stream.name, str(error)) from None
        finally:
            self.report.record_count += extent.record_count
        self._judge(extent, stream.name)
        if log.is_plain and sniffed.shape is Shape.LINES:
            self.report.may_have_grown, self.report.has_open_line = True, extent.has_open_line
            if reader.is_by_record and extent.line_count and not normaliser.has_numbered:
                self.report.mark = self._mark(log, sniffed.start + extent.line_bytes, extent)

    def _may_go_on(self, log: OpenLog) -> bool:
        """Whether somebody may be writing the file: it is plain, and changed less than a day before now."""
        modified_ns = log.path.modified_ns
        return log.is_plain and modified_ns is not None and modified_ns > (self.context.as_of - LIVE).timestamp() * 1e9

    def _mark(self, log: OpenLog, next_byte: int, extent: Extent) -> Mark:
        size = log.path.size_bytes
        probe = log.probe.hexdigest() if log.probe else probe_of(log.path, size)
        return Mark(self.report.settings_key(), size, probe, next_byte, extent.line_count, extent.has_open_line)

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

    def _judge_rejections(self) -> None:
        """A file of which too much is rejected is more likely misread than bad."""
        seen, limit = self.report.record_count, self.source.max_rejected_share
        rejected = self.report.rejected_count - sum(self.report.reasons[reason] for reason in READ_WELL)
        if seen >= REJECTED_FROM and rejected > limit * seen:
            reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(self.report.reasons.items()))
            raise LogFormatError(
                RejectReason.MOSTLY_REJECTED,
                self.path.name,
                f"{100 * rejected / seen:.0f} % of {seen} records were rejected ({reasons}); limit {100 * limit:g} %. "
                f"Nothing of the file is kept. If they should be, allow it: max_rejected_share in sources.toml.",
            )

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


def mapped_reader(source: Source, folder: Path | None = None) -> MappedTable | None:
    """The reader of a source that has a mapping; rows wait in `folder` to be grouped."""
    if source.mapping is None:
        return None
    return MappedTable(source.mapping, source.name, folder, source.max_record_bytes, source.watermark)
