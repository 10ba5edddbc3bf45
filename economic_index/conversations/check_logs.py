"""What would be read of some logs: files, conversations, users, weeks, rejections, and what to declare.

Read-only: nothing is written, and no pseudonym leaves memory.
"""

import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from economic_index.conversations.errors import LogFormatError
from economic_index.conversations.file_report import FileReport
from economic_index.conversations.log_names import list_files
from economic_index.conversations.readers.sessions import Sessions
from economic_index.conversations.sources import Source
from economic_index.conversations.stream_reading import FileRows
from economic_index.lake import week_of
from economic_index.vocabulary import Audience, RejectReason, UserRule

SELF, NONE = "self", "none"


@dataclass
class LogSummary:
    """What would be read. `proposals` holds `self` (one user in all) or `none` (no user at all)."""

    path: str
    source: Source
    files: list[FileReport] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    conversation_count: int = 0
    duplicate_count: int = 0
    user_count: int = 0
    without_user_count: int = 0
    weeks: Counter[date] = field(default_factory=Counter)
    rejected: Counter[RejectReason] = field(default_factory=Counter)

    @property
    def proposals(self) -> list[str]:
        """What the logs suggest declaring: floors that no cell could pass help nobody."""
        if not self.conversation_count or self.source.users is not UserRule.LOG:
            return []
        if self.user_count == 0:
            return [NONE]
        return [SELF] if self.user_count == 1 and not self.without_user_count else []

    def proposed_source(self, name: str) -> Source:
        """The entry for sources.toml, with the proposals taken."""
        users = UserRule.NONE if NONE in self.proposals else self.source.users
        audience = Audience.SELF if SELF in self.proposals else Audience.ORGANISATION
        return replace(self.source, name=name, users=users, audience=audience)

    def lines(self) -> Iterator[str]:
        """The summary for a person; base names and counts only."""
        formats = Counter(report.source_format or "not read" for report in self.files)
        yield f"{self.path}"
        told = ", ".join(f"{name} {count}" for name, count in sorted(formats.items()))
        yield f"  files          {len(self.files)} ({told or 'none'}); {len(self.ignored)} others ignored"
        yield f"  conversations  {self.conversation_count:,} ({self.duplicate_count:,} more are copies)"
        users = f"{self.user_count:,}" if self.user_count else "none named"
        yield f"  users          {users}; {self.without_user_count:,} conversations name none"
        span = f"{min(self.weeks)} to {max(self.weeks)} ({len(self.weeks)})" if self.weeks else "none"
        assigned = ", assigned" if self.source.assign_weeks else ""
        yield f"  weeks          {span}{assigned}"
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in sorted(self.rejected.items()))
        yield f"  rejected       {self.rejected.total():,}{f' ({reasons})' if reasons else ''}"
        for report in self.files:
            for sentence in report.sentences():
                yield f"  - {sentence}"


def sniff_sources(path: Path, as_of: datetime, declared: Sequence[Source] = ()) -> LogSummary:
    """Read a file, folder or glob as `make index` would, without keeping anything; as it is `declared`, if it is.

    Raises FileNotFoundError if there is nothing. A file that cannot be read is told in `files`.
    """
    absolute = str(path.expanduser().absolute())
    known = (source for source in declared if Path(source.path) == Path(absolute))
    source = next(known, Source(name="check", path=absolute))
    summary = LogSummary(absolute, source)
    files, summary.ignored = list_files(absolute)
    key = secrets.token_bytes(32)
    seen: set[str] = set()
    users: set[str] = set()
    sessions = Sessions(key)
    for file in files:
        report = FileReport(source.name, "", file.name, "", file.stat().st_size)
        summary.files.append(report)
        try:
            for row in FileRows(file, source, key, as_of, report, sessions=sessions):
                if row.replaces != row.values["conversation_id"]:  # else it was counted when it was shorter
                    seen.discard(row.replaces or "")
                    _count(summary, row.values, seen, users)
        except LogFormatError as error:
            report.stop(error, key)
        summary.rejected += report.reasons
    summary.user_count = len(users)
    summary.conversation_count = len(seen)
    return summary


def _count(summary: LogSummary, values: dict[str, Any], seen: set[str], users: set[str]) -> None:
    identity = values["conversation_id"]
    if identity in seen:
        summary.duplicate_count += 1
        return
    seen.add(identity)
    summary.weeks[week_of(values["started_at"].date())] += 1
    if values["user_id"] is None:
        summary.without_user_count += 1
    else:
        users.add(values["user_id"])
