"""Which reading each file was read in, what that left open, and taking readings back with all that they gave.

A part of winners.py's store: which version of a conversation counts is decided there.
"""

import hashlib
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from typing import Any

from economic_index.conversations.versions import FileEnd


class FileEnds:
    """Readings of files, and the ends of those that hold API requests, which are read in order."""

    _connection: sqlite3.Connection

    def reading_of(self, file_id: str, size_bytes: int, modified_ns: int, settings: Sequence[str]) -> str | None:
        """The reading to its end of a file, by size and date, with one of these settings."""
        return self._reading(
            "file_id = ? and size_bytes = ? and modified_ns = ?", file_id, size_bytes, modified_ns, settings=settings
        )

    def reading_of_hash(self, sha256: str, settings: Sequence[str]) -> str | None:
        """The reading to its end of these bytes."""
        return self._reading("sha256 = ?", sha256, settings=settings)

    def _reading(self, condition: str, *values: Any, settings: Sequence[str]) -> str | None:
        marks = ",".join("?" * len(settings))
        query = f"select reading_id from readings where {condition} and settings in ({marks}) and is_final limit 1"
        row = self._connection.execute(query, (*values, *settings)).fetchone()
        return row[0] if row else None

    def has_stopped(self, file_id: str, size_bytes: int, modified_ns: int, settings_hash: str) -> bool:
        """Whether this file, by size and date, stopped its reading before its end, with these settings."""
        query = """
            select 1 from readings where file_id = ? and size_bytes = ? and modified_ns = ? and not is_final
            and settings like '%:' || ? limit 1
        """
        return self._connection.execute(query, (file_id, size_bytes, modified_ns, settings_hash)).fetchone() is not None

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

    def unread(self, source: str, reading_ids: Collection[str]) -> tuple[date, ...]:
        """Have readings count as never done, with all that they gave; the weeks that this changes.

        What their files go on with has to be told again: a row that they made longer is gone with them.
        """
        with self._transaction():
            weeks = self._drop_winners("reading_id", reading_ids)
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

    def _drop_winners(self, column: str, values: Collection[str]) -> tuple[date, ...]:
        if not values:
            return ()
        execute = self._connection.execute
        execute("create temp table if not exists dropped (value text primary key) without rowid")
        execute("delete from dropped")
        self._connection.executemany("insert or ignore into dropped values (?)", [(value,) for value in values])
        condition = f"{column} in (select value from dropped)"
        weeks = [week for (week,) in execute(f"select distinct week_start from winners where {condition}")]
        execute(f"delete from winners where {condition}")
        for week in weeks:
            self._note_week(week)
        return tuple(sorted(date.fromisoformat(week) for week in weeks))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")

    def _note_week(self, week: str) -> None:
        """Number and fingerprint of a week's winners, so that asking which weeks are due reads no winners."""
        digest, count = hashlib.sha256(), 0
        query = """
            select conversation_id, content_hash, reading_id, source_record from winners
            where week_start = ? order by conversation_id
        """
        for row in self._connection.execute(query, (week,)):
            digest.update(f"{row}\n".encode())
            count += 1
        self._connection.execute("delete from weeks where week_start = ?", (week,))
        if count:
            self._connection.execute("insert into weeks values (?, ?, ?)", (week, count, digest.hexdigest()[:16]))
