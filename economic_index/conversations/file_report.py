"""What the reading of one file found: its row of lake/raw_logs, its rejections, and sentences for a person.

Sentences hold counts, places and base names, never text of a log; of formats with private names no name at all.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from economic_index.conversations.errors import LogFormatError
from economic_index.conversations.identify import record_hash
from economic_index.conversations.normalise import Row
from economic_index.conversations.records import NO_PROMPT, PRIVATE_NAMES, TREE_REPAIRED, Locator, Rejected
from economic_index.conversations.versions import Mark
from economic_index.lake import week_of
from economic_index.vocabulary import FileStatus, LocatorKind, RejectReason

MAX_HELD = 1000
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
    RejectReason.UNKNOWN_ROLE: "{n} records have roles that are not understood (first at {place}).",
    RejectReason.NO_TIME: "{n} conversations have no usable time (first at {place}).",
    RejectReason.TIME_OUT_OF_RANGE: "{n} conversations have no usable time (first at {place}).",
    RejectReason.TEXT_NOT_LOGGED: "{n} requests were logged without their text (first at {place}).",
    RejectReason.DELETED: "{n} conversations were deleted or redacted.",
}


_SESSION_NAME = re.compile(
    r"(agent-(\w+-)?[0-9a-f]+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl?(\.gz|\.zst)?", re.IGNORECASE
)
"""Named after a session: private even if the file could not be read as one."""


def settings_key(source_format: str | None, reader_version: str, settings_hash: str) -> str:
    """Reader, its version and the settings of the source as one text."""
    return f"{source_format}:{reader_version}:{settings_hash}"


@dataclass
class FileReport:
    """Counts of one file, filled in while it is read.

    Rejections, and ids of what the log calls deleted, are handed on, a thousand at a time, where somebody takes them.
    Of lines on disk that `may_have_grown` while they were read, what came later is read next time; so is a last line
    that was being written.
    """

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
    read_from_byte: int = 0
    read_to_byte: int = 0
    mark: Mark | None = None
    may_have_grown: bool = False
    has_open_line: bool = False
    record_count: int = 0
    conversation_count: int = 0
    repaired_count: int = 0
    derived_id_count: int = 0
    duplicate_count: int = 0
    superseded_count: int = 0
    forgotten_count: int = 0
    past_retention_count: int = 0
    redacted: Counter[str] = field(default_factory=Counter)
    deleted_ids: list[str] = field(default_factory=list)
    touched_weeks: tuple[date, ...] = ()
    error: str = ""
    is_private: bool = False
    skipped: dict[str, int] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    rejected_count: int = 0
    rejections: list[dict[str, Any]] = field(default_factory=list)
    hand_on: Callable[[list[dict[str, Any]]], None] | None = None
    hand_on_deleted: Callable[[list[str]], None] | None = None
    reasons: Counter[RejectReason] = field(default_factory=Counter)
    automated: Counter[date] = field(default_factory=Counter)
    """Conversations by day of users who begin more than a person types; whose they are is told nowhere."""
    _first: dict[RejectReason, dict[str, Any]] = field(default_factory=dict)

    def reject(self, rejected: Rejected, key: bytes, member: str | None = None) -> None:
        """Note a rejection as a row of lake/conversations_rejected."""
        native_id = rejected.native_id
        row = {
            "source": self.source,
            "source_file_id": self.file_id,
            "source_name": None if self.has_private_name(member) else member or self.name,
            "source_format": self.source_format,
            "locator_kind": rejected.locator.kind,
            "locator": rejected.locator.number,
            "reason": rejected.reason,
            "detail": rejected.detail,
            "native_id_hash": record_hash(key, native_id) if native_id is not None else None,
            "week_start": week_of(rejected.began_at.date()).isoformat() if rejected.began_at else None,
        }
        self.rejections.append(row)
        self.rejected_count += 1
        if self.hand_on is not None and len(self.rejections) >= MAX_HELD:
            self.hand_on(self.rejections)
            self.rejections.clear()
        self.reasons[rejected.reason] += 1
        self._first.setdefault(rejected.reason, row)

    def note_deleted(self, ids: list[str]) -> None:
        """Note ids that a conversation has which the log calls deleted, if anybody takes them."""
        if self.hand_on_deleted is None:
            return
        self.deleted_ids += ids
        if len(self.deleted_ids) >= MAX_HELD:
            self.hand_on_deleted(self.deleted_ids)
            self.deleted_ids.clear()

    def has_private_name(self, member: str | None = None) -> bool:
        """Whether the name of the file, or of its member, says whose session it is."""
        if self.is_private or self.source_format is not None:
            return self.is_private or self.source_format in PRIVATE_NAMES
        return _SESSION_NAME.fullmatch(member or self.name) is not None

    def public_name(self, member: str | None = None) -> str:
        """The name that may be told: of a session the keyed hash that stands in lake/raw_logs."""
        return f"session file {self.file_id}".strip() if self.has_private_name(member) else member or self.name

    def count(self, row: Row, *, has_native_id: bool) -> None:
        """Note an accepted conversation."""
        self.conversation_count += 1
        self.repaired_count += row.values["is_text_repaired"]
        self.derived_id_count += not has_native_id

    def add(self, other: "FileReport") -> None:
        """Add what is told of another file, so that many small ones are told as one."""
        self.record_count += other.record_count
        self.repaired_count += other.repaired_count
        self.derived_id_count += other.derived_id_count
        self.duplicate_count += other.duplicate_count
        self.superseded_count += other.superseded_count
        for kind, count in other.skipped.items():
            self.skipped[kind] = self.skipped.get(kind, 0) + count
        self.reasons += other.reasons
        self._first = other._first | self._first

    def stop(self, error: LogFormatError, key: bytes) -> None:
        """Note that the file stopped here: a rejection of the file itself."""
        self.status, self.reason = FileStatus.STOPPED, error.reason
        self.error = error.told(self.public_name(error.file_name))
        self.reject(Rejected(error.reason, FILE_START, f"records={self.record_count}"), key)

    def discard(self) -> None:
        """Forget what the file gave: nothing of it is kept."""
        self.conversation_count = self.repaired_count = self.derived_id_count = self.rejected_count = 0
        self.forgotten_count = 0
        self.mark = None
        for found in (self.rejections, self.reasons, self.redacted, self.deleted_ids):
            found.clear()

    @property
    def has_something(self) -> bool:
        """Whether the file is the log that it is said to be: conversations, or word that some were deleted."""
        is_all_deleted = set(self.reasons) == {RejectReason.DELETED}
        return bool(self.conversation_count or self.forgotten_count or is_all_deleted)

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
            "read_from_byte": self.read_from_byte,
            "read_to_byte": self.read_to_byte,
            "record_count": self.record_count,
            "conversation_count": self.conversation_count,
            "rejected_count": self.rejected_count,
            "duplicate_count": self.duplicate_count,
            "superseded_count": self.superseded_count,
            "touched_weeks": [week.isoformat() for week in self.touched_weeks],
        }

    def sentences(self) -> Iterator[str]:
        """What a person should know of this file, each with its base name."""
        if self.error:
            yield self.error
        for sentence in self._sentences():
            yield f"{sentence} ({self.public_name()})"
        for day, count in sorted(self.automated.items()):
            told = (
                f"{count:,} conversations of {day} were begun by a user with one system prompt: a program, most likely."
            )
            yield f"{told} ({self.public_name()})"

    def _sentences(self) -> Iterator[str]:
        yield from self._extent_sentences()
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
        yield from self._left_out()
        yield from self._skip_sentences()

    def _skip_sentences(self) -> Iterator[str]:
        if mended_count := self.skipped.get(TREE_REPAIRED, 0):
            yield f"{mended_count} trees repaired."
        if silent_count := self.skipped.get(NO_PROMPT, 0):
            yield f"{silent_count} sessions in which nobody asked anything, or runs of sub-agents."
        if skipped := sorted(item for item in self.skipped.items() if item[0] not in (TREE_REPAIRED, NO_PROMPT)):
            names = ", ".join(f"{name} {count}" for name, count in skipped)
            yield f"{sum(count for _, count in skipped)} parts of kinds that are not read ({names})."
        if self.ignored:
            yield f"{len(self.ignored)} files of the archive, beside its logs, were ignored."

    def _left_out(self) -> Iterator[str]:
        """What privacy kept out."""
        if self.forgotten_count:
            yield f"{self.forgotten_count} conversations were forgotten (forget, opt_out.csv): not read again."
        if self.past_retention_count:
            yield f"{self.past_retention_count} conversations came again whose text was dropped: left as they are."
        if self.redacted:
            kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.redacted.items()))
            yield f"{self.redacted.total()} places redacted ({kinds})."

    def _extent_sentences(self) -> Iterator[str]:
        if self.reason is RejectReason.EMPTY_FILE:
            yield "Empty file, skipped."
        if self.has_open_line:
            yield "The last line is being written; it is read when it is whole."
