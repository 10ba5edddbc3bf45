"""Reads what is new in the sources, once, as a stream, into the inbox of each week.

No week is committed here; a reading that is killed leaves nothing that counts.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from economic_index.contracts import Table, batches_of, checked, validated
from economic_index.contracts.lake import CONVERSATIONS_REJECTED, RAW_LOGS, SOURCES
from economic_index.conversations import identify
from economic_index.conversations.accounts import Accounts
from economic_index.conversations.chained_files import ChainedFiles
from economic_index.conversations.file_reading import FileReading
from economic_index.conversations.file_report import FileReport, settings_key
from economic_index.conversations.growth import find_start
from economic_index.conversations.known_files import KnownFiles
from economic_index.conversations.known_readings import KnownReadings
from economic_index.conversations.listing import list_files
from economic_index.conversations.overview import SourceOverview, look_over, silent_sources
from economic_index.conversations.places import LogFile
from economic_index.conversations.readers.registry import READERS
from economic_index.conversations.report_sentences import all_sentences
from economic_index.conversations.sources import Source, load_sources
from economic_index.conversations.stream_reading import mapped_reader
from economic_index.conversations.systems import systems_of
from economic_index.conversations.table_reading import TableReading
from economic_index.conversations.winners import WinnerStore
from economic_index.erasure.erase import Eraser
from economic_index.erasure.opt_out import Naming, forget_opted_out
from economic_index.erasure.retention import drop_old_texts
from economic_index.forgetting import (
    drop_committed,
    drop_unfinished,
    drop_weeks_without_winners,
    forget_answers,
    forget_exchange,
    forget_vectors,
)
from economic_index.lake import Lake, Rows, empty_frame, fingerprint
from economic_index.vocabulary import Audience, FileStatus, UserRule

UrlOf = Callable[[str], str | None]
NO_URLS: Mapping[str, str] = {}
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
    touched_weeks: list[date]
    reports: list[FileReport]
    unchanged_count: int = 0
    ignored: list[str] = field(default_factory=list)
    shared_count: int = 0
    overviews: list[SourceOverview] = field(default_factory=list)
    silent: list[tuple[str, int | None]] = field(default_factory=list)
    newly_forgotten_count: int = 0
    dropped_text_count: int = 0

    @property
    def rejected_count(self) -> int:
        """Records that this reading rejected."""
        return sum(report.rejected_count for report in self.reports)

    @property
    def summary(self) -> str:
        """Counts, then what needs attention; no text of a log."""
        reports = self.reports
        lines = [
            f"{len(reports)} files read, {self.unchanged_count} unchanged and skipped: "
            f"{sum(report.conversation_count for report in reports):,} conversations, "
            f"{self.rejected_count:,} records rejected, "
            f"{len(self.touched_weeks)} weeks changed."
        ]
        if self.newly_forgotten_count:
            lines.append(f"{self.newly_forgotten_count} lines of opt_out.csv are new: who they name was forgotten.")
        if self.dropped_text_count:
            lines.append(f"{self.dropped_text_count} conversations lost their text (keep_text_days); labels stay.")
        if self.ignored:
            lines.append(f"{len(self.ignored)} files beside the logs were ignored.")
        if self.shared_count:
            lines.append(f"{self.shared_count} files lie in two sources; the one that stands first reads them.")
        lines += all_sentences(reports)
        return "\n".join(lines)

    def new_rows(self, table: Table) -> int:
        """Rows that this reading adds to a table."""
        return {RAW_LOGS: len(self.raw_logs), CONVERSATIONS_REJECTED: self.rejected_count}.get(table, 0)

    def privacy_numbers(self) -> dict[str, int]:
        """How many were newly forgotten, kept out as forgotten, or lost their text; places redacted by kind."""
        redacted = sum((report.redacted for report in self.reports), Counter[str]())
        return {
            "newly_forgotten": self.newly_forgotten_count,
            "forgotten": sum(report.forgotten_count for report in self.reports),
            "texts_dropped": self.dropped_text_count,
            **{f"redacted_{kind}": count for kind, count in sorted(redacted.items())},
        }

    def automated_traffic(self) -> dict[str, int]:
        """Conversations of users (pseudonyms) and days that are more than a person types."""
        return {who: count for report in self.reports for who, count in report.automated.items()}

    def stopped_files(self) -> list[str]:
        """Public names of files that were not read to their end, with the reason."""
        return [
            f"{report.public_name()}: {report.reason}" for report in self.reports if report.status is FileStatus.STOPPED
        ]


@dataclass(frozen=True)
class LogReader:
    """The sources of a home, the key that makes pseudonyms, and the time that counts as now.

    `accounts` joins a person's accounts; None where no identity file is named.
    """

    sources: tuple[Source, ...]
    key: bytes
    as_of: datetime
    progress: Progress | None = None
    retired_keys: tuple[bytes, ...] = ()
    """Keys before this one, the latest first: who was forgotten under them stays so."""
    opt_out_path: Path | None = None
    answers_url: str | None = None
    """A store of answers outside the home, of which whoever is forgotten is deleted, too."""
    url_of: UrlOf = NO_URLS.get
    accounts: Accounts | None = None

    @classmethod
    def open(
        cls,
        sources_path: Path,
        key: bytes,
        as_of: datetime,
        progress: Progress | None = None,
        url_of: UrlOf = NO_URLS.get,
        accounts: Accounts | None = None,
    ) -> "LogReader":
        """Read sources.toml; `url_of` gives the address of a database by the name in `url_env`. Raises SourcesError."""
        return cls(tuple(load_sources(sources_path)), key, as_of, progress, url_of=url_of, accounts=accounts)

    def read(self, lake: Lake) -> Reading:
        """Read what is new and write lake/raw_logs, lake/conversations_rejected and lake/sources."""
        keys = (self.key, *self.retired_keys)
        eraser = Eraser(lake, keys, self.answers_url)
        eraser.go_on()
        naming = Naming(systems_of(self.sources), self.accounts)
        forgotten_count = forget_opted_out(eraser, self.opt_out_path, naming) if self.opt_out_path else 0
        dropped_count = drop_old_texts(lake, self.sources, self.as_of)
        reading = read_sources(
            lake,
            self.sources,
            self.key,
            self.as_of,
            progress=self.progress,
            retired_keys=self.retired_keys,
            url_of=self.url_of,
            accounts=self.accounts,
        )
        eraser.go_on()  # what the logs called deleted
        reading.newly_forgotten_count, reading.dropped_text_count = forgotten_count, dropped_count
        with closing(WinnerStore(lake.database_path("versions"))) as store:
            found = store.readings_hash()
            _write_if_changed(lake, RAW_LOGS, found, lambda: _frame(RAW_LOGS, map(_dated, store.readings())))
            rejections = batches_of(CONVERSATIONS_REJECTED, store.rejections())
            _write_if_changed(lake, CONVERSATIONS_REJECTED, found, lambda: checked(CONVERSATIONS_REJECTED, rejections))
            reading.overviews = look_over(lake, store, self.sources)
        reading.silent = silent_sources(reading.overviews, self.sources, self.as_of)
        sources = source_rows(self.sources)
        _write_if_changed(lake, SOURCES, fingerprint(sources), lambda: _frame(SOURCES, sources))
        return reading


def read_sources(
    lake: Lake,
    sources: tuple[Source, ...],
    key: bytes,
    as_of: datetime,
    report: Callable[[str], None] = lambda line: None,
    progress: Progress | None = None,
    retired_keys: tuple[bytes, ...] = (),
    url_of: UrlOf = NO_URLS.get,
    accounts: Accounts | None = None,
) -> Reading:
    """Read every file that is new or has changed; register its winners once it was read to its end.

    Raises KeyMismatchError if the home was written with another key, AccountsMissingError if it was read with an
    identity file and there is none. A file that cannot be read stops alone.
    """
    sources = tuple(_with_accounts(source, accounts) for source in sources)
    listing = _Listing.of(sources, key)
    ranks = {file_id: rank for rank, (_, file_id, _) in enumerate(listing.files)}
    done = unchanged_count = 0
    reports: list[FileReport] = []
    touched: set[date] = set()
    with closing(WinnerStore(lake.database_path("versions"), lambda file_id: ranks.get(file_id, -1))) as store:
        store.check_key(key)
        store.check_accounts(accounts)
        tombstones = store.tombstones((key, *retired_keys))
        lake.drop_abandoned()
        drop_unfinished(lake, store)
        drop_committed(lake)
        unchanged = listing.unchanged(store.files)
        chained = ChainedFiles(lake, store, key)
        for source, files in listing.by_source():
            settings = listing.settings[source.name]
            known = KnownReadings(store, files, settings, source.settings_hash(key), unchanged)
            touched.update(chained.prepare(source.name, len(files), known.look))
            for place, (file_id, log_file) in enumerate(files):
                reading = known.reading_of(place, but=chained.unread)
                if reading is not None:
                    unchanged_count += 1
                    chained.pass_over(reading)
                else:
                    tell = _tell(progress, done, listing.byte_count)
                    after = find_start(store.files, log_file, file_id, settings)
                    file_reading = FileReading(
                        lake, store, source, log_file, key, as_of, tell, after, tombstones, accounts, chained
                    )
                    file_report, outcome = file_reading.run()
                    reports.append(file_report)
                    touched.update(outcome.touched_weeks)
                    for sentence in file_report.sentences():
                        report(sentence)
                done += log_file.size_bytes
            chained.finish()
        chained.drop_others()
        for source in sources:
            if source.url_env is not None:
                url = url_of(source.url_env)
                found = TableReading(lake, store, source, url, key, as_of, _ranker(ranks), tombstones, accounts).run()
                if found is None:
                    unchanged_count += 1
                    continue
                reports.append(found[0])
                touched.update(found[1].touched_weeks)
                for sentence in found[0].sentences():
                    report(sentence)
        drop_weeks_without_winners(lake, store)
        forget_vectors(lake, store)
        forget_answers(lake, store)
        forget_exchange(lake)
    return Reading(
        _frame(RAW_LOGS, [_dated(item.raw_log_row()) for item in reports]),
        sorted(touched),
        reports,
        unchanged_count,
        listing.ignored,
        listing.shared_count,
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


def _with_accounts(source: Source, accounts: Accounts | None) -> Source:
    """Who is joined to whom changes what is read: a source with logged users is then read again."""
    is_joined = accounts is not None and source.users is UserRule.LOG
    return replace(source, accounts_hash=accounts.fingerprint) if is_joined and accounts else source


@dataclass
class _Listing:
    """The files of all sources, each with its id, of the source that names it first."""

    files: list[tuple[Source, str, LogFile]] = field(default_factory=list)
    settings: dict[str, list[str]] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    shared_count: int = 0

    @classmethod
    def of(cls, sources: tuple[Source, ...], key: bytes) -> "_Listing":
        """Raises NoLogsError, StoreError."""
        listing, seen = cls(), set[str]()
        for source in sources:
            if source.url_env is not None:
                continue
            settings_hash, mapped = source.settings_hash(key), mapped_reader(source)
            listing.settings[source.name] = [
                settings_key(each.format, each.version, settings_hash)
                for each in (READERS if mapped is None else (mapped,))
            ]
            files, beside = list_files(source.path)
            listing.ignored += beside
            for log_file in files:
                if log_file.identity in seen:
                    listing.shared_count += 1
                else:
                    seen.add(log_file.identity)
                    listing.files.append((source, identify.file_id(key, log_file.identity), log_file))
        return listing

    @property
    def byte_count(self) -> int:
        """Bytes of all files."""
        return sum(log_file.size_bytes for _, _, log_file in self.files)

    def by_source(self) -> list[tuple[Source, list[tuple[str, LogFile]]]]:
        """The files of each source, in order."""
        found: dict[str, tuple[Source, list[tuple[str, LogFile]]]] = {}
        for source, file_id, log_file in self.files:
            found.setdefault(source.name, (source, []))[1].append((file_id, log_file))
        return list(found.values())

    def unchanged(self, known: KnownFiles) -> dict[str, str]:
        """Files that were read to their end as they are, in the same way, by id: in which reading."""
        found: dict[str, str] = {}
        for source, files in self.by_source():
            found |= known.unchanged(files, self.settings[source.name])
        return found


def _ranker(ranks: dict[str, int]) -> Callable[[str], None]:
    """What is read last counts as newest."""

    def take_rank(file_id: str) -> None:
        ranks[file_id] = len(ranks)

    return take_rank


def _tell(progress: Progress | None, done: int, total: int) -> Callable[[int], None]:
    def tell(byte_count: int) -> None:
        if progress is not None:
            progress("MB of logs read", (done + byte_count) >> 20, total >> 20)

    return tell


def _dated(row: dict[str, Any]) -> dict[str, Any]:
    return {"read_from_byte": 0} | row | {"touched_weeks": [date.fromisoformat(week) for week in row["touched_weeks"]]}


def _frame(table: Table, rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    found = list(rows)
    if not found:
        return empty_frame(table)
    return validated(table, pd.DataFrame(found, columns=list(table.schema.columns)))


def _write_if_changed(lake: Lake, table: Table, wanted: str, rows: Callable[[], Rows]) -> None:
    """A table whose rows are what they were keeps its commit, so that nothing downstream is made again."""
    known = lake.commit_of(table)
    if known is None or known.input_fingerprint != wanted:
        lake.write(table, rows(), wanted)
