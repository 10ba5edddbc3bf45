"""Reads what is new in the sources, once, as a stream, into the inbox of each week.

No week is committed here; a reading that is killed leaves nothing that counts.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from economic_index.contracts import batches_of, checked
from economic_index.contracts.lake import CONVERSATIONS_REJECTED, RAW_LOGS, SOURCES
from economic_index.conversations.accounts import Accounts
from economic_index.conversations.chained_files import ChainedFiles
from economic_index.conversations.file_reading import FileReading
from economic_index.conversations.file_report import FileReport
from economic_index.conversations.growth import find_start
from economic_index.conversations.known_readings import KnownReadings
from economic_index.conversations.listed_sources import Listing
from economic_index.conversations.overview import look_over, silent_sources
from economic_index.conversations.places import LogFile
from economic_index.conversations.reading_outcome import Reading
from economic_index.conversations.run_context import RunContext
from economic_index.conversations.sources import Source
from economic_index.conversations.sources_toml import load_sources
from economic_index.conversations.systems import systems_of
from economic_index.conversations.table_reading import TableReading
from economic_index.conversations.unlisted_sources import forget_unlisted, note_unlisted
from economic_index.conversations.versions import Mark, Outcome
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
from economic_index.lake import Lake, fingerprint, frame_of
from economic_index.vocabulary import Audience, RejectReason, UserRule

UrlOf = Callable[[str], str | None]
NO_URLS: Mapping[str, str] = {}
FLOOR_CONVERSATIONS, FLOOR_USERS = 15, 5


class Progress(Protocol):
    """Whoever wants to know how far a reading is."""

    def __call__(self, what: str, done: int, of: int) -> None:
        """`done` of `of` are read."""
        ...


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
        reading = read_sources(lake, self)
        eraser.go_on()  # what the logs called deleted
        reading.newly_forgotten_count, reading.dropped_text_count = forgotten_count, dropped_count
        with closing(WinnerStore(lake.database_path("versions"))) as store:
            found = store.readings_hash()
            lake.write_if_changed(RAW_LOGS, found, lambda: frame_of(RAW_LOGS, map(_dated, store.readings())))
            rejections = batches_of(CONVERSATIONS_REJECTED, map(_with_week, store.rejections()))
            lake.write_if_changed(CONVERSATIONS_REJECTED, found, lambda: checked(CONVERSATIONS_REJECTED, rejections))
            reading.overviews = look_over(lake, store, self.sources)
        reading.silent = silent_sources(reading.overviews, self.sources, self.as_of)
        sources = source_rows(self.sources)
        lake.write_if_changed(SOURCES, fingerprint(sources), lambda: frame_of(SOURCES, sources))
        return reading


def read_sources(lake: Lake, reader: LogReader) -> Reading:
    """Read every file that is new or has changed; register its winners once it was read to its end.

    Raises KeyMismatchError if the home was written with another key, AccountsMissingError if it was read with an
    identity file and there is none; OSError if no source can be listed. A file that cannot be read stops alone, and so
    does a source that cannot be listed.
    """
    sources = tuple(_with_accounts(source, reader.accounts) for source in reader.sources)
    listing = Listing.of(sources, reader.key)
    ranks: dict[str, int] = {}
    with closing(WinnerStore(lake.database_path("versions"), lambda file_id: ranks.get(file_id, -1))) as store:
        store.check_key(reader.key)
        store.check_accounts(reader.accounts)
        ranks |= listing.rank(store.files.ids_of)
        lake.drop_abandoned()
        drop_unfinished(lake, store)
        drop_committed(lake)
        tombstones = store.tombstones((reader.key, *reader.retired_keys))
        context = RunContext(reader.key, reader.as_of, tombstones, reader.accounts)
        run, before = _Run(lake, store, reader, listing, context), store.fingerprints()
        run.note_unlisted()
        run.read_files()
        for source in sources:
            if source.url_env is not None:
                run.read_table(source, _ranker(ranks))
        after = store.fingerprints()
        touched = {week for week in run.touched if before.get(week) != after.get(week)}
        drop_committed(lake)  # of weeks that were told again as they are
        drop_weeks_without_winners(lake, store)
        forget_vectors(lake, store)
        forget_answers(lake, store)
        forget_exchange(lake)
    return Reading(
        frame_of(RAW_LOGS, [_dated(item.raw_log_row()) for item in run.reports]),
        sorted(touched),
        run.reports,
        run.unchanged_count,
        listing.ignored,
        listing.shared_count,
    )


@dataclass
class _Run:
    """One run over all sources: what it may know, and what it has found so far."""

    lake: Lake
    store: WinnerStore
    reader: LogReader
    listing: Listing
    context: RunContext
    reports: list[FileReport] = field(default_factory=list)
    touched: set[date] = field(default_factory=set)
    unchanged_count: int = 0
    _done: int = 0

    def note_unlisted(self) -> None:
        """Say of which sources no file is known, and no longer of those that are listed again."""
        for source in self.listing.sources:
            error = self.listing.unlisted.get(source.name)
            if error is None:
                forget_unlisted(self.store, source, self.context.key)
            else:
                self.reports.append(note_unlisted(self.store, source, self.context.key, error))

    def read_files(self) -> None:
        """Files of one source after the other, because requests of API logs go on from file to file."""
        unchanged = self.listing.unchanged(self.store.files)
        chained = ChainedFiles(self.lake, self.store, self.context.key)
        for source, files in self.listing.by_source:
            settings = self.listing.settings[source.name]
            known = KnownReadings(self.store, files, settings, source.settings_hash(self.context.key), unchanged)
            self.touched.update(chained.prepare(source.name, len(files), known.look))
            for place, (file_id, log_file) in enumerate(files):
                reading = known.reading_of(place, but=chained.unread)
                if reading is not None:
                    self.unchanged_count += 1
                    chained.pass_over(reading)
                else:
                    after = find_start(self.store.files, log_file, file_id, settings)
                    self._note(self._reading_of(source, log_file, after, chained).run())
                self._done += log_file.size_bytes
            chained.finish()
        for name in self.listing.unlisted:
            chained.hold(name)
        chained.drop_others()

    def read_table(self, source: Source, take_rank: Callable[[str], None]) -> None:
        """A database, if it has anything new."""
        url = self.reader.url_of(source.url_env or "")
        found = TableReading(self.lake, self.store, source, url, self.context, take_rank).run()
        if found is None:
            self.unchanged_count += 1
        else:
            self._note(found)

    def _reading_of(self, source: Source, log_file: LogFile, after: Mark | None, chained: ChainedFiles) -> FileReading:
        tell = _tell(self.reader.progress, self._done, self.listing.byte_count)
        return FileReading(self.lake, self.store, source, log_file, self.context, tell, after, chained)

    def _note(self, found: tuple[FileReport, Outcome]) -> None:
        report, outcome = found
        self.reports.append(report)
        self.touched.update(outcome.touched_weeks)
        if report.reasons[RejectReason.DELETED]:  # the files after it may hold them too
            tombstones = self.store.tombstones(self.context.tombstones.keys)
            self.context = replace(self.context, tombstones=tombstones)


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


def _with_week(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"week_start": date.fromisoformat(row["week_start"]) if row["week_start"] else None}


def _dated(row: dict[str, Any]) -> dict[str, Any]:
    return {"read_from_byte": 0} | row | {"touched_weeks": [date.fromisoformat(week) for week in row["touched_weeks"]]}
