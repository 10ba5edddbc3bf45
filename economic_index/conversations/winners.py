"""versions.sqlite: which version of each conversation counts, and what every reading found. No text.

Rows themselves lie in the inbox and in the weeks; nothing here knows a log format.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from economic_index.conversations.identify import KeyMismatchError, key_id
from economic_index.conversations.times import EPOCH

_TABLES = """
create table if not exists winners (
    conversation_id text primary key, content_hash text not null, week_start text not null,
    updated_at integer, message_count integer not null, source_exported_at integer,
    file_id text not null, source_record integer not null, reading_id text not null, settings text not null
) without rowid;
create index if not exists winners_by_week on winners (week_start);
create table if not exists readings (
    reading_id text primary key, file_id text not null, sha256 text not null, size_bytes integer not null,
    modified_ns integer not null, settings text not null, is_final integer not null, row text not null
) without rowid;
create table if not exists rejections (reading_id text not null, row text not null);
create index if not exists rejections_by_reading on rejections (reading_id);
create table if not exists home (name text primary key, value text not null) without rowid;
"""
_CANDIDATES = """
create temp table if not exists candidates (
    conversation_id text not null, content_hash text not null, week_start text not null, updated_at integer,
    message_count integer not null, source_exported_at integer, file_id text not null,
    source_record integer not null, reading_id text not null, settings text not null
)
"""


class Version(NamedTuple):
    """One version of a conversation; times are microseconds since 1970, null if unknown.

    `settings` is the reader's version and the hash of the source's settings.
    """

    conversation_id: str
    content_hash: str
    week_start: str
    updated_at: int | None
    message_count: int
    source_exported_at: int | None
    file_id: str
    source_record: int
    reading_id: str
    settings: str


@dataclass(frozen=True)
class FileStat:
    """A file as a reading found it; not final if it has to be read again (stopped, or changed meanwhile)."""

    file_id: str
    sha256: str
    size_bytes: int
    modified_ns: int
    settings: str
    is_final: bool = True


@dataclass
class Outcome:
    """What a reading changed."""

    duplicate_count: int = 0
    superseded_count: int = 0
    new_count: int = 0
    touched_weeks: tuple[date, ...] = ()


def micros(moment: datetime | None) -> int | None:
    """Microseconds since 1970."""
    if moment is None:
        return None
    passed = moment - EPOCH
    return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds


class WinnerStore:
    """The database of one home. `rank_of` gives the place of a file among today's files, -1 if it is gone."""

    def __init__(self, path: Path, rank_of: Callable[[str], int] = lambda file_id: -1) -> None:
        self._rank_of = rank_of
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=60)
        self._connection.execute("pragma journal_mode = wal")
        self._connection.execute("pragma synchronous = normal")
        self._connection.executescript(_TABLES)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def check_key(self, key: bytes) -> None:
        """Remember the key's id at first use; raises KeyMismatchError if it is another key than before."""
        mine = key_id(key)
        self._connection.execute("insert or ignore into home values ('key_id', ?)", (mine,))
        (known,) = self._connection.execute("select value from home where name = 'key_id'").fetchone()
        if known != mine:
            raise KeyMismatchError(
                f"This lake was written with another pseudonym key (its id is {known}, yours is {mine}). "
                "Restore that key, or start a new home and read all logs again."
            )

    # what was read before

    def was_read(self, file_id: str, size_bytes: int, modified_ns: int, settings: Sequence[str]) -> bool:
        """Whether this file, by size and date, was read to its end with one of these settings."""
        return self._was_read(
            "file_id = ? and size_bytes = ? and modified_ns = ?", file_id, size_bytes, modified_ns, settings=settings
        )

    def has_size(self, size_bytes: int, settings: Sequence[str]) -> bool:
        """Whether some file of this size was read with these settings: then it is worth hashing first."""
        return self._was_read("size_bytes = ?", size_bytes, settings=settings)

    def was_hash_read(self, sha256: str, settings: Sequence[str]) -> bool:
        """Whether these bytes were read to their end with one of these settings."""
        return self._was_read("sha256 = ?", sha256, settings=settings)

    def _was_read(self, condition: str, *values: Any, settings: Sequence[str]) -> bool:
        marks = ",".join("?" * len(settings))
        query = f"select 1 from readings where {condition} and settings in ({marks}) and is_final limit 1"
        return self._connection.execute(query, (*values, *settings)).fetchone() is not None

    def reading_ids(self) -> set[str]:
        """Readings that were finished."""
        return {reading_id for (reading_id,) in self._connection.execute("select reading_id from readings")}

    def readings(self) -> Iterator[dict[str, Any]]:
        """Rows of lake/raw_logs, of every reading so far."""
        for (row,) in self._connection.execute("select row from readings order by reading_id"):
            yield json.loads(row)

    def rejections(self) -> Iterator[dict[str, Any]]:
        """Rows of lake/conversations_rejected; of each file those of its last reading."""
        for (row,) in self._connection.execute("select row from rejections order by rowid"):
            yield json.loads(row)

    # one reading

    def begin(self) -> None:
        """Forget the candidates of a reading that was not finished."""
        self._connection.execute(_CANDIDATES)
        self._connection.execute("delete from candidates")

    def propose(self, versions: Sequence[Version]) -> list[bool]:
        """Note versions that a reading found; tells for each whether its row is needed in the inbox."""
        marks = ",".join("?" * len(Version._fields))
        self._connection.execute("begin")
        self._connection.executemany(f"insert into candidates values ({marks})", versions)
        self._connection.execute("commit")
        known = self._known([version.conversation_id for version in versions])
        return [
            (old := known.get(version.conversation_id)) is None or not self._is_same(version, old)
            for version in versions
        ]

    def _known(self, ids: Sequence[str]) -> dict[str, Version]:
        marks = ",".join("?" * len(ids))
        query = f"select * from winners where conversation_id in ({marks})"
        return {row[0]: Version(*row) for row in self._connection.execute(query, ids)}

    def finish(
        self, reading_id: str, stat: FileStat, row: dict[str, Any], rejections: Iterable[dict[str, Any]]
    ) -> Outcome:
        """Choose the winners and record the reading, in one transaction: before it nothing of it counts."""
        with self._transaction():
            outcome = self._choose()
            row |= {
                "duplicate_count": outcome.duplicate_count,
                "superseded_count": outcome.superseded_count,
                "touched_weeks": [week.isoformat() for week in outcome.touched_weeks],
            }
            self._connection.execute(
                "delete from rejections where reading_id in (select reading_id from readings where file_id = ?)",
                (stat.file_id,),
            )
            self._connection.execute("delete from rejections where reading_id = ?", (reading_id,))
            self._connection.execute(
                "insert or replace into readings values (?, ?, ?, ?, ?, ?, ?, ?)",
                (reading_id, *asdict(stat).values(), json.dumps(row, default=str)),
            )
            self._connection.executemany(
                "insert into rejections values (?, ?)",
                ((reading_id, json.dumps(item, default=str)) for item in rejections),
            )
        return outcome

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")

    def _choose(self) -> Outcome:
        outcome = Outcome()
        weeks: set[str] = set()
        winners: list[Version] = []
        for old, candidates in self._by_conversation():
            best = old
            for candidate in candidates:
                if best is None:
                    best = candidate
                elif self._is_same(candidate, best):
                    outcome.duplicate_count += 1
                else:
                    outcome.superseded_count += 1
                    best = candidate if self._beats(candidate, best) else best
            if best is not None and old is not None and self._is_same(best, old):
                best = old  # its row is the one that lies in the lake
            if best is not None and best is not old:
                winners.append(best)
                weeks |= {best.week_start} | ({old.week_start} if old else set())
                outcome.new_count += old is None
        marks = ",".join("?" * len(Version._fields))
        self._connection.executemany(f"insert or replace into winners values ({marks})", winners)
        outcome.touched_weeks = tuple(sorted(date.fromisoformat(week) for week in weeks))
        return outcome

    def _by_conversation(self) -> Iterator[tuple[Version | None, list[Version]]]:
        query = """
            select candidates.*, winners.* from candidates left join winners using (conversation_id)
            order by candidates.conversation_id, candidates.rowid
        """
        width = len(Version._fields)
        with closing(self._connection.execute(query)) as rows:
            for _, group in groupby(rows, key=lambda row: row[0]):
                members = list(group)
                old = members[0][width:]
                yield (
                    Version(*old) if old[1] is not None else None,
                    [Version(*member[:width]) for member in members],
                )

    def _is_same(self, new: Version, old: Version) -> bool:
        """Equal content: nothing happens, unless the same file is read in another way than before."""
        return new.content_hash == old.content_hash and not self._is_reread(new, old)

    def _is_reread(self, new: Version, old: Version) -> bool:
        is_gone = self._rank_of(old.file_id) < 0
        return new.settings != old.settings and (new.file_id == old.file_id or is_gone)

    def _beats(self, new: Version, old: Version) -> bool:
        return self._is_reread(new, old) or self._order(new) > self._order(old)

    def _order(self, version: Version) -> tuple[int, int, int, int, int]:
        """Later change, more messages, later export, later path, later record (log_formats §11)."""
        return (
            version.updated_at or -1,
            version.message_count,
            version.source_exported_at or -1,
            self._rank_of(version.file_id),
            version.source_record,
        )

    # by week

    def weeks(self) -> dict[date, int]:
        """Number of winners by week, ascending."""
        query = "select week_start, count(*) from winners group by week_start order by week_start"
        return {date.fromisoformat(week): count for week, count in self._connection.execute(query)}

    def of_week(self, week: date) -> Iterator[Version]:
        """Winners of one week, by id."""
        query = "select * from winners where week_start = ? order by conversation_id"
        for row in self._connection.execute(query, (week.isoformat(),)):
            yield Version(*row)
