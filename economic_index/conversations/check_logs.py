"""What would be read of some logs: files, conversations, users, weeks, rejections, and what to declare.

Read-only: nothing is written, and no pseudonym leaves memory.
"""

import secrets
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from economic_index.conversations.errors import LogFormatError
from economic_index.conversations.file_report import FileReport
from economic_index.conversations.listing import list_files
from economic_index.conversations.mapping import TableMapping
from economic_index.conversations.overview import gaps_of, told_gaps, week_lines
from economic_index.conversations.places import LogFile, absolute_place, local_file
from economic_index.conversations.readers.sessions import Sessions
from economic_index.conversations.report_sentences import all_sentences
from economic_index.conversations.run_context import RunContext
from economic_index.conversations.sources import Source
from economic_index.conversations.stream_reading import FileRows
from economic_index.conversations.table_reading import FILE_NAME, spool
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
    record_count: int = 0
    weeks: Counter[date] = field(default_factory=Counter)
    users_by_week: dict[date, set[str]] = field(default_factory=dict)
    languages: set[str] = field(default_factory=set)
    models: set[str] = field(default_factory=set)
    first_day: date | None = None
    last_day: date | None = None
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
        yield f"  records        {self.record_count:,}"
        yield f"  conversations  {self.conversation_count:,} ({self.duplicate_count:,} more are copies)"
        users = f"{self.user_count:,}" if self.user_count else "none named"
        yield f"  users          {users}; {self.without_user_count:,} conversations name none"
        yield f"  languages      {len(self.languages):,} named; {len(self.models):,} models"
        yield f"  days           {self.first_day} to {self.last_day}" if self.weeks else "  days           none"
        span = f"{min(self.weeks)} to {max(self.weeks)} ({len(self.weeks)})" if self.weeks else "none"
        assigned = ", assigned" if self.source.assign_weeks else ""
        yield f"  weeks          {span}{assigned}; without any: {told_gaps(gaps_of(self.weeks))}"
        yield from week_lines(self.weeks, self.users_by_week)
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in sorted(self.rejected.items()))
        yield f"  rejected       {self.rejected.total():,}{f' ({reasons})' if reasons else ''}"
        for sentence in all_sentences(self.files):
            yield f"  - {sentence}"


def sniff_sources(
    path: Path | str, as_of: datetime, declared: Sequence[Source] = (), mapping: TableMapping | None = None
) -> LogSummary:
    """Read a place as `make index` would, without keeping anything; as it is `declared`, if it is.

    `path` is a file, a folder, a glob or the address of a store; a `mapping` goes before the one that is declared. A
    file that cannot be read is told in `files`. Raises FileNotFoundError if there is nothing, StoreError if a store
    does not answer.
    """
    absolute = absolute_place(str(path))
    known = (source for source in declared if absolute_place(source.path) == absolute)
    source = next(known, Source(name="check", path=absolute))
    if mapping is not None:
        source = replace(source, mapping=mapping)
    summary = LogSummary(absolute, source)
    files, summary.ignored = list_files(absolute)
    return _counted(summary, files, as_of)


def sniff_table(source: Source, url: str | None, as_of: datetime) -> LogSummary:
    """The same for a table of a database: all its rows are asked for. A database that fails is told in `files`."""
    summary = LogSummary(source.name, source)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / FILE_NAME
        try:
            spool(source, url, path)
        except LogFormatError as error:
            report = FileReport(source.name, "", source.name, "", 0)
            report.stop(error, b"")
            summary.files.append(report)
            return summary
        return _counted(summary, [local_file(path)], as_of)


def _counted(summary: LogSummary, files: Sequence[LogFile], as_of: datetime) -> LogSummary:
    source, context = summary.source, RunContext(secrets.token_bytes(32), as_of)
    seen: set[str] = set()
    users: set[str] = set()
    sessions = Sessions(context.key)
    for file in files:
        report = FileReport(source.name, "", file.name, "", file.size_bytes, hand_on=_drop)
        summary.files.append(report)
        try:
            for row in FileRows(file, source, context, report, sessions=sessions):
                if row.replaces != row.values["conversation_id"]:  # else it was counted when it was shorter
                    seen.discard(row.replaces or "")
                    _count(summary, row.values, seen, users)
        except LogFormatError as error:
            report.stop(error, context.key)
        summary.rejected += report.reasons
        summary.record_count += report.record_count
    summary.user_count = len(users)
    summary.conversation_count = len(seen)
    return summary


def _drop(rejections: list[dict[str, Any]]) -> None:
    """They are counted by then."""


def _count(summary: LogSummary, values: dict[str, Any], seen: set[str], users: set[str]) -> None:
    identity = values["conversation_id"]
    if identity in seen:
        summary.duplicate_count += 1
        return
    seen.add(identity)
    day = values["started_at"].date()
    summary.weeks[week_of(day)] += 1
    summary.first_day, summary.last_day = min(summary.first_day or day, day), max(summary.last_day or day, day)
    summary.languages |= {values["language"]} - {None}
    summary.models |= {values["model"]} - {None}
    if values["user_id"] is None:
        summary.without_user_count += 1
    else:
        users.add(values["user_id"])
        summary.users_by_week.setdefault(week_of(day), set()).add(values["user_id"])
