"""Reads what is new in the sources, once, as a stream, into the inbox of each week.

No week is committed here; a reading that is killed leaves nothing that counts.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from economic_index.contracts import Table, validated
from economic_index.contracts.lake import CONVERSATIONS_REJECTED, RAW_LOGS, SOURCES
from economic_index.conversations import identify
from economic_index.conversations.chained_files import ChainedFiles, KnownFile
from economic_index.conversations.file_reading import FileReading
from economic_index.conversations.file_report import FileReport, settings_key
from economic_index.conversations.log_names import list_files
from economic_index.conversations.open_files import sha256_of
from economic_index.conversations.readers.registry import READERS
from economic_index.conversations.sources import Source, load_sources
from economic_index.conversations.winners import WinnerStore
from economic_index.forgetting import (
    drop_committed,
    drop_unfinished,
    drop_weeks_without_winners,
    forget_answers,
    forget_exchange,
    forget_vectors,
)
from economic_index.lake import Lake, empty_frame, fingerprint
from economic_index.vocabulary import Audience, FileStatus, UserRule

FLOOR_CONVERSATIONS, FLOOR_USERS = 15, 5


class Progress(Protocol):
    """Whoever wants to know how far a reading is."""

    def __call__(self, what: str, done: int, of: int) -> None:
        """`done` of `of` are read."""
        ...


@dataclass
class Reading:
    """What one run over all sources found: rows that are new, weeks that change, sentences for a person."""

    raw_logs: pd.DataFrame
    rejected: pd.DataFrame
    touched_weeks: list[date]
    reports: list[FileReport]
    unchanged_count: int = 0
    ignored: list[str] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """Counts, then what needs attention; no text of a log."""
        reports = self.reports
        lines = [
            f"{len(reports)} files read, {self.unchanged_count} unchanged and skipped: "
            f"{sum(report.conversation_count for report in reports):,} conversations, "
            f"{sum(len(report.rejections) for report in reports):,} records rejected, "
            f"{len(self.touched_weeks)} weeks changed."
        ]
        if self.ignored:
            lines.append(f"{len(self.ignored)} files beside the logs were ignored.")
        for report in reports:
            lines += report.sentences()
        return "\n".join(lines)

    def new_rows(self, table: Table) -> int:
        """Rows that this reading adds to a table."""
        return {RAW_LOGS: len(self.raw_logs), CONVERSATIONS_REJECTED: len(self.rejected)}.get(table, 0)

    def automated_traffic(self) -> dict[str, int]:
        """Conversations of users (pseudonyms) and days that are more than a person types."""
        return {who: count for report in self.reports for who, count in report.automated.items()}

    def stopped_files(self) -> list[str]:
        """Base names of files that were not read to their end, with the reason."""
        return [f"{report.name}: {report.reason}" for report in self.reports if report.status is FileStatus.STOPPED]


@dataclass(frozen=True)
class LogReader:
    """The sources of a home, the key that makes pseudonyms, and the time that counts as now."""

    sources: tuple[Source, ...]
    key: bytes
    as_of: datetime
    progress: Progress | None = None

    @classmethod
    def open(cls, sources_path: Path, key: bytes, as_of: datetime, progress: Progress | None = None) -> "LogReader":
        """Read sources.toml. Raises SourcesError."""
        return cls(tuple(load_sources(sources_path)), key, as_of, progress)

    def read(self, lake: Lake) -> Reading:
        """Read what is new and write lake/raw_logs, lake/conversations_rejected and lake/sources."""
        reading = read_sources(lake, self.sources, self.key, self.as_of, progress=self.progress)
        with closing(WinnerStore(lake.database_path("versions"))) as store:
            _write_if_changed(lake, RAW_LOGS, [_dated(row) for row in store.readings()])
            _write_if_changed(lake, CONVERSATIONS_REJECTED, list(store.rejections()))
        _write_if_changed(lake, SOURCES, source_rows(self.sources))
        return reading


def read_sources(
    lake: Lake,
    sources: tuple[Source, ...],
    key: bytes,
    as_of: datetime,
    report: Callable[[str], None] = lambda line: None,
    progress: Progress | None = None,
) -> Reading:
    """Read every file that is new or has changed; register its winners once it was read to its end.

    Raises KeyMismatchError if the home was written with another key. A file that cannot be read stops alone.
    """
    listed, ignored = _list_all(sources)
    ranks = {identify.file_id(key, path.as_posix()): rank for rank, (_, path) in enumerate(listed)}
    total = sum(path.stat().st_size for _, path in listed)
    done = unchanged_count = 0
    reports: list[FileReport] = []
    touched: set[date] = set()
    with closing(WinnerStore(lake.database_path("versions"), lambda file_id: ranks.get(file_id, -1))) as store:
        store.check_key(key)
        lake.drop_abandoned()
        drop_unfinished(lake, store)
        drop_committed(lake)
        chained = ChainedFiles(lake, store, key)
        current: Source | None = None
        for source, path in listed:
            if source is not current:
                if current is not None:
                    chained.finish()
                paths = [each for of, each in listed if of is source]
                touched.update(chained.prepare(source.name, len(paths), _look(store, source, paths, key)))
                current = source
            size = path.stat().st_size
            known = _known(store, source, path, key)
            if known.reading is not None:
                unchanged_count += 1
                chained.pass_over(known.reading)
            else:
                tell = _tell(progress, done, total)
                file_reading = FileReading(lake, store, source, path, key, as_of, tell, chained)
                file_report, outcome = file_reading.run()
                reports.append(file_report)
                touched.update(outcome.touched_weeks)
                for sentence in file_report.sentences():
                    report(sentence)
            done += size
        if current is not None:
            chained.finish()
        chained.drop_others()
        drop_weeks_without_winners(lake, store)
        forget_vectors(lake, store)
        forget_answers(lake, store)
        forget_exchange(lake)
    return Reading(
        _frame(RAW_LOGS, [_dated(item.raw_log_row()) for item in reports]),
        _frame(CONVERSATIONS_REJECTED, [row for item in reports for row in item.rejections]),
        sorted(touched),
        reports,
        unchanged_count,
        ignored,
    )


def source_rows(sources: tuple[Source, ...]) -> list[dict[str, Any]]:
    """Rows of lake/sources: a source whose users are not logged has no floor of users, `self` has none."""
    rows: list[dict[str, Any]] = []
    for source in sources:
        is_self = source.audience is Audience.SELF
        rows.append(
            {
                "source": source.name,
                "product": source.product or source.format,
                "users": source.users,
                "audience": source.audience,
                "floor_conversations": 0 if is_self else FLOOR_CONVERSATIONS,
                "floor_users": FLOOR_USERS if source.users is UserRule.LOG and not is_self else 0,
                "is_time_assigned": source.assign_weeks is not None,
            }
        )
    return rows


def _list_all(sources: tuple[Source, ...]) -> tuple[list[tuple[Source, Path]], list[str]]:
    listed: list[tuple[Source, Path]] = []
    ignored: list[str] = []
    for source in sources:
        files, beside = list_files(source.path)
        listed += [(source, file.absolute()) for file in files]
        ignored += beside
    return listed, ignored


def _look(store: WinnerStore, source: Source, paths: list[Path], key: bytes) -> Callable[[int], KnownFile]:
    return lambda place: _known(store, source, paths[place], key)


def _known(store: WinnerStore, source: Source, path: Path, key: bytes) -> KnownFile:
    """The reading in which the file, or its bytes under another name, was read to its end in the same way."""
    settings_hash = source.settings_hash()
    settings = [settings_key(reader.format, reader.version, settings_hash) for reader in READERS]
    stat = path.stat()
    file_id, size, modified_ns = identify.file_id(key, path.as_posix()), stat.st_size, stat.st_mtime_ns
    found = store.reading_of(file_id, size, modified_ns, settings)
    if found is None and store.has_size(size, settings):
        found = store.reading_of_hash(_hash_of(path, size, modified_ns), settings)
    return KnownFile(found, found is None and store.has_stopped(file_id, size, modified_ns, settings_hash))


@cache
def _hash_of(path: Path, size_bytes: int, modified_ns: int) -> str:
    """SHA-256 of a file as it was found: asked twice in a reading, made once."""
    return sha256_of(path)


def _tell(progress: Progress | None, done: int, total: int) -> Callable[[int], None]:
    def tell(byte_count: int) -> None:
        if progress is not None:
            progress("MB of logs read", (done + byte_count) >> 20, total >> 20)

    return tell


def _dated(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"touched_weeks": [date.fromisoformat(week) for week in row["touched_weeks"]]}


def _frame(table: Table, rows: list[dict[str, Any]]) -> pd.DataFrame:
    if not rows:
        return empty_frame(table)
    return validated(table, pd.DataFrame(rows, columns=list(table.schema.columns)))


def _write_if_changed(lake: Lake, table: Table, rows: list[dict[str, Any]]) -> None:
    """A table whose rows are what they were keeps its commit, so that nothing downstream is made again."""
    known, wanted = lake.commit_of(table), fingerprint(rows)
    if known is None or known.input_fingerprint != wanted:
        lake.write(table, _frame(table, rows), wanted)
