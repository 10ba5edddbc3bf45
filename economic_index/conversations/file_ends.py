"""Which reading each file was read in, what that left open, and taking readings back with all that they gave.

A part of winners.py's store: which version of a conversation counts is decided there.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from economic_index.conversations.erased_versions import ErasedVersions
from economic_index.conversations.versions import TOLD_BY, FileEnd, FileStat
from economic_index.vocabulary import FileStatus


class FileEnds(ErasedVersions):
    """Readings of files, and the ends of those that hold API requests, which are read in order."""

    has_untold = False
    """Whether readings were taken back whose rows may be told again."""

    def has_stopped(self, file_id: str, size_bytes: int, modified_ns: int, settings_hash: str) -> bool:
        """Whether this file, by size and date, stopped its reading before its end, with these settings."""
        query = """
            select 1 from readings where file_id = ? and size_bytes = ? and modified_ns = ?
            and json_extract(row, '$.status') = ? and settings like '%:' || ? limit 1
        """
        values = (file_id, size_bytes, modified_ns, FileStatus.STOPPED, settings_hash)
        return self._connection.execute(query, values).fetchone() is not None

    def ends_of(self, source: str) -> dict[str, FileEnd]:
        """Ends of a source's files, by reading."""
        query = "select * from ends where source = ?"
        return {
            row[0]: FileEnd(row[1], row[2], bool(row[3]), row[4]) for row in self._connection.execute(query, (source,))
        }

    def note_end(self, reading_id: str, end: FileEnd) -> None:
        """Note what a reading left open; what had to be told again has been told."""
        self._connection.execute(
            "insert or replace into ends values (?, ?, ?, ?, ?)", (reading_id, *asdict(end).values())
        )
        self._connection.execute("delete from home where name = ?", (f"retell {end.source}",))

    def note_stop(
        self, reading_id: str, stat: FileStat, row: dict[str, Any], rejections: Iterable[dict[str, Any]]
    ) -> None:
        """Record a reading that found no file to read: it changes no file, and no conversation."""
        with self._transaction():
            self._connection.execute("delete from rejections where reading_id = ?", (reading_id,))
            self._keep_reading(reading_id, stat, row)
            told = ((reading_id, json.dumps(rejection, default=str)) for rejection in rejections)
            self._connection.executemany("insert into rejections values (?, ?)", told)

    def _keep_reading(self, reading_id: str, stat: FileStat, row: dict[str, Any]) -> None:
        self._connection.execute(
            "insert or replace into readings values (?, ?, ?, ?, ?, ?, ?, ?)",
            (reading_id, *asdict(stat).values(), json.dumps(row, default=str)),
        )

    def forget_stop(self, reading_id: str) -> None:
        """Delete what such a reading rejected: files were found again."""
        with self._transaction():
            self._connection.execute("delete from rejections where reading_id = ?", (reading_id,))

    def unread(
        self, source: str, reading_ids: Collection[str], waiting: Collection[tuple[date, str]] = frozenset()
    ) -> tuple[date, ...]:
        """Have readings count as never done, with all that they gave; the weeks that this changes.

        What their files go on with has to be told again: a row that they made longer is gone with them. A row that lies
        in its week, and not in the inbox like those of the weeks and readings in `waiting`, counts again if it is told
        again as it was, while this store is open.
        """
        with self._transaction():
            named = [f"{week} {reading}" for week, reading in waiting]
            weeks = self._drop_winners(TOLD_BY, reading_ids, named)
            self.has_untold = True
            for table in ("rejections", "ends", "readings"):
                self._connection.executemany(
                    f"delete from {table} where reading_id = ?", [(reading_id,) for reading_id in reading_ids]
                )
            self._connection.execute("insert or replace into home values (?, '1')", (f"retell {source}",))
        return weeks

    def must_retell(self, source: str) -> bool:
        """Whether files of a source were unread, and none was read since."""
        query = "select 1 from home where name = ?"
        return self._connection.execute(query, (f"retell {source}",)).fetchone() is not None

    def ended_before(self, source: str, newest_at: int) -> set[str]:
        """Readings of a source whose last request is older than this (microseconds since 1970), or has no time."""
        query = "select reading_id from ends where source = ? and coalesce(newest_at, 0) < ?"
        return {reading_id for (reading_id,) in self._connection.execute(query, (source, newest_at))}

    def _take_back(self, renamed: Mapping[str, str]) -> set[date]:
        """Conversations that have another id now count no longer under the old one; the weeks that this changes.

        One whose text was dropped keeps its labels under the old id, and its text is not taken under the new one.
        """
        for old in self._textless_of(list(renamed)):
            self._connection.execute("insert or ignore into textless values (?, 1)", (renamed[old],))
        return set(self._drop_winners("conversation_id", renamed))

    def _drop_winners(
        self, column: str, values: Collection[str], waiting: Collection[str] | None = None
    ) -> tuple[date, ...]:
        """What lost its text stays: it could not be labelled again. With `waiting`, other rows are noted."""
        if not values:
            return ()
        execute = self._connection.execute
        self._list("dropped", values)
        condition = f"{column} in (select value from dropped)"
        condition += " and conversation_id not in (select conversation_id from textless)"
        weeks = [week for (week,) in execute(f"select distinct week_start from winners where {condition}")]
        if waiting is not None:
            self._list("waiting", waiting)
            lies = "row_hash <> '' and week_start || ' ' || reading_id not in (select value from waiting)"
            execute(f"insert or replace into untold select * from winners where {condition} and {lies}")
        execute(f"delete from winners where {condition}")
        for week in weeks:
            self._note_week(week)
        return tuple(sorted(date.fromisoformat(week) for week in weeks))

    def _list(self, name: str, values: Collection[str]) -> None:
        """Values as a temporary table, to select by."""
        self._connection.execute(f"create temp table if not exists {name} (value text primary key) without rowid")
        self._connection.execute(f"delete from {name}")
        self._connection.executemany(f"insert or ignore into {name} values (?)", [(value,) for value in values])
