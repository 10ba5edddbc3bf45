"""What the reading of one file found: its row of lake/raw_logs, its rejections, and sentences for a person.

Sentences hold counts, places and base names, never text of a log.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from economic_index.conversations.errors import LogFormatError
from economic_index.conversations.identify import record_hash
from economic_index.conversations.normalise import Row
from economic_index.conversations.records import TREE_REPAIRED, Locator, Rejected
from economic_index.vocabulary import FileStatus, LocatorKind, RejectReason

FILE_START = Locator(LocatorKind.BYTE, 0)
_SENTENCES = {
    RejectReason.MALFORMED_JSON: "{n} records are not valid JSON (first at {place}).",
    RejectReason.MALFORMED_ROW: "{n} rows do not fit the table's columns, or are not text (first at {place}).",
    RejectReason.TOO_DEEP: "{n} records are nested too deep and were skipped (first at {place}; limit 1000).",
    RejectReason.RECORD_TOO_LARGE: "{n} records are too large and were skipped (first at {place}: {detail}; "
    "setting max_record_bytes).",
    RejectReason.TRUNCATED_RECORD: "File ends inside a record at {place}; {whole} whole records were read.",
    RejectReason.UNRECOVERABLE_STRUCTURE: "The brackets do not match any more at {place}; {whole} records were read.",
    RejectReason.EMPTY_CONVERSATION: "{n} conversations without a message by a person.",
    RejectReason.UNKNOWN_ROLE: "{n} conversations have roles that are not understood (first at {place}).",
    RejectReason.NO_TIME: "{n} conversations have no usable time (first at {place}).",
    RejectReason.TIME_OUT_OF_RANGE: "{n} conversations have no usable time (first at {place}).",
    RejectReason.TEXT_NOT_LOGGED: "{n} requests were logged without their text (first at {place}).",
    RejectReason.DELETED: "{n} conversations were deleted or redacted.",
}


def settings_key(source_format: str | None, reader_version: str, settings_hash: str) -> str:
    """Reader, its version and the settings of the source as one text."""
    return f"{source_format}:{reader_version}:{settings_hash}"


@dataclass
class FileReport:
    """Counts of one file, filled in while it is read."""

    source: str
    file_id: str
    name: str
    settings_hash: str
    size_bytes: int
    source_format: str | None = None
    reader_version: str = ""
    status: FileStatus = FileStatus.READ
    reason: RejectReason | None = None
    sha256: str = ""
    read_to_byte: int = 0
    record_count: int = 0
    conversation_count: int = 0
    repaired_count: int = 0
    derived_id_count: int = 0
    duplicate_count: int = 0
    superseded_count: int = 0
    touched_weeks: tuple[date, ...] = ()
    error: str = ""
    skipped: dict[str, int] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    rejections: list[dict[str, Any]] = field(default_factory=list)
    reasons: Counter[RejectReason] = field(default_factory=Counter)
    automated: dict[str, int] = field(default_factory=dict)
    _first: dict[RejectReason, dict[str, Any]] = field(default_factory=dict)

    def reject(self, rejected: Rejected, key: bytes, member: str | None = None) -> None:
        """Note a rejection as a row of lake/conversations_rejected."""
        native_id = rejected.native_id
        row = {
            "source": self.source,
            "source_file_id": self.file_id,
            "source_name": member or self.name,
            "source_format": self.source_format,
            "locator_kind": rejected.locator.kind,
            "locator": rejected.locator.number,
            "reason": rejected.reason,
            "detail": rejected.detail,
            "native_id_hash": record_hash(key, native_id) if native_id is not None else None,
            "week_start": None,
        }
        self.rejections.append(row)
        self.reasons[rejected.reason] += 1
        self._first.setdefault(rejected.reason, row)

    def count(self, row: Row, *, has_native_id: bool) -> None:
        """Note an accepted conversation."""
        self.conversation_count += 1
        self.repaired_count += row.values["is_text_repaired"]
        self.derived_id_count += not has_native_id

    def stop(self, error: LogFormatError, key: bytes) -> None:
        """Note that the file stopped here: a rejection of the file itself."""
        self.status, self.reason, self.error = FileStatus.STOPPED, error.reason, str(error)
        self.reject(Rejected(error.reason, FILE_START, f"records={self.record_count}"), key)

    def discard(self) -> None:
        """Forget what the file gave: nothing of it is kept."""
        self.conversation_count = self.repaired_count = self.derived_id_count = 0
        self.rejections.clear()
        self.reasons.clear()

    def settings_key(self) -> str:
        """What changes the outcome of a reading besides the bytes."""
        return settings_key(self.source_format, self.reader_version, self.settings_hash)

    def raw_log_row(self) -> dict[str, Any]:
        """The row of lake/raw_logs, without what winners.py adds."""
        return {
            "source": self.source,
            "file_id": self.file_id,
            "sha256": self.sha256,
            "source_format": self.source_format,
            "reader_version": self.reader_version,
            "settings_hash": self.settings_hash,
            "status": self.status,
            "reason": self.reason,
            "size_bytes": self.size_bytes,
            "read_to_byte": self.read_to_byte,
            "record_count": self.record_count,
            "conversation_count": self.conversation_count,
            "rejected_count": len(self.rejections),
            "duplicate_count": self.duplicate_count,
            "superseded_count": self.superseded_count,
            "touched_weeks": [week.isoformat() for week in self.touched_weeks],
        }

    def sentences(self) -> Iterator[str]:
        """What a person should know of this file, each with its base name."""
        if self.error:
            yield self.error
        for sentence in self._sentences():
            yield f"{sentence} ({self.name})"
        for who, count in self.automated.items():
            yield f"{count:,} conversations of {who} have one system prompt: a program's, most likely. ({self.name})"

    def _sentences(self) -> Iterator[str]:
        if self.reason is RejectReason.EMPTY_FILE:
            yield "Empty file, skipped."
        for reason, count in self.reasons.items():
            if reason in _SENTENCES:
                row = self._first[reason]
                place = f"{row['locator_kind']} {row['locator']}"
                yield _SENTENCES[reason].format(n=count, place=place, whole=self.record_count, detail=row["detail"])
        if self.repaired_count:
            yield f"{self.repaired_count} conversations had undecodable characters, replaced."
        if self.derived_id_count:
            yield f"{self.derived_id_count} conversations without id; ids derived."
        if self.duplicate_count or self.superseded_count:
            yield f"{self.duplicate_count} duplicates, {self.superseded_count} superseded."
        if mended_count := self.skipped.get(TREE_REPAIRED, 0):
            yield f"{mended_count} trees repaired."
        if skipped := sorted(item for item in self.skipped.items() if item[0] != TREE_REPAIRED):
            names = ", ".join(f"{name} {count}" for name, count in skipped)
            yield f"{sum(count for _, count in skipped)} parts of kinds that are not read ({names})."
        if self.ignored:
            yield f"{len(self.ignored)} files beside the logs were ignored."
