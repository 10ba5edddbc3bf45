"""The files of a home in versions.sqlite: which were read as they are, how far, and what each of them gave.

Which version of a conversation counts is decided in winners.py, whose connection this shares.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from economic_index.conversations.places import LogFile
from economic_index.conversations.versions import FILES_OF_OLDER_HOME, FileStat, Mark
from economic_index.vocabulary import FileStatus


@dataclass(frozen=True)
class SourceFiles:
    """What the files of one source gave, as far as each was read last."""

    file_count: int = 0
    record_count: int = 0
    duplicate_count: int = 0


class KnownFiles:
    """Asked of all files at once where there may be many of them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._connection.execute(FILES_OF_OLDER_HOME)

    def unchanged(self, files: Iterable[tuple[str, LogFile]], settings: Sequence[str]) -> dict[str, str]:
        """Of files by their ids: in which reading those were read that were read to their end as they are.

        With one of these settings.
        """
        rows = ((file_id, file.size_bytes, file.stamp) for file_id, file in files)
        self._connection.execute("delete from listed")
        self._connection.execute("begin")
        self._connection.executemany("insert into listed values (?, ?, ?)", rows)
        self._connection.execute("commit")
        query = f"""
            select listed.file_id, readings.reading_id from listed cross join readings indexed by readings_by_file
            on readings.file_id = listed.file_id
            where readings.size_bytes = listed.size_bytes and readings.modified_ns = listed.modified_ns
                and is_final and settings in ({_marks(settings)})
        """  # by its id alone: many files may have one size
        return dict(self._connection.execute(query, tuple(settings)).fetchall())

    def has_size(self, size_bytes: int, settings: Sequence[str]) -> bool:
        """Whether some file of this size was read with these settings: then it is worth hashing first."""
        return self._reading("size_bytes", size_bytes, settings) is not None

    def reading_of_hash(self, sha256: str, settings: Sequence[str]) -> str | None:
        """The reading of these bytes to their end, with one of these settings."""
        return self._reading("sha256", sha256, settings)

    def _reading(self, column: str, value: Any, settings: Sequence[str]) -> str | None:
        query = f"""
            select reading_id from readings where {column} = ? and settings in ({_marks(settings)}) and is_final limit 1
        """
        row = self._connection.execute(query, (value, *settings)).fetchone()
        return row[0] if row else None

    def mark_of(self, file_id: str, settings: Sequence[str]) -> Mark | None:
        """How far a file of lines was read with one of these settings, if a later reading may begin there."""
        query = f"""
            select settings, size_bytes, probe, next_byte, line_count, is_open from files
            where file_id = ? and settings in ({_marks(settings)})
        """
        row = self._connection.execute(query, (file_id, *settings)).fetchone()
        return None if row is None else Mark(row[0], row[1], row[2], row[3], row[4], bool(row[5]))

    def note(self, stat: FileStat, row: dict[str, Any], mark: Mark | None, *, is_part: bool) -> None:
        """Note what a reading gave: of a whole file instead of what was noted before, of a part of it in addition."""
        counts = (row.get("record_count", 0), row.get("duplicate_count", 0))
        if is_part and row.get("status") == FileStatus.STOPPED:
            return  # nothing of the part counts, and the next reading begins where this one did
        if is_part:
            known = "select record_count, duplicate_count from files where file_id = ?"
            before = self._connection.execute(known, (stat.file_id,)).fetchone() or (0, 0)
            counts = (counts[0] + before[0], counts[1] + before[1])
        noted = (stat.file_id, row.get("source", ""), *counts, *(astuple(mark) if mark else (None,) * 6))
        self._connection.execute(f"insert or replace into files values ({_marks(noted)})", noted)

    def ids_of(self, source: str) -> set[str]:
        """Ids of the files that were last read for a source."""
        return {
            file_id for (file_id,) in self._connection.execute("select file_id from files where source = ?", (source,))
        }

    def by_source(self) -> dict[str, SourceFiles]:
        """Files, records and duplicates of each source."""
        query = "select source, count(*), sum(record_count), sum(duplicate_count) from files group by source"
        return {source: SourceFiles(*counts) for source, *counts in self._connection.execute(query)}

    def rejections_by_source(self) -> Iterator[tuple[str, str, str | None, int]]:
        """Source, reason, week (if it is known) and number of rejected records."""
        query = """
            select json_extract(row, '$.source'), json_extract(row, '$.reason'), json_extract(row, '$.week_start'),
                count(*)
            from rejections group by 1, 2, 3 order by 1, 2, 3
        """
        yield from self._connection.execute(query)


def _marks(values: Sequence[Any]) -> str:
    return ",".join("?" * len(values))
