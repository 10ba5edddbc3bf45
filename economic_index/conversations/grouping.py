"""Rows of a table grouped by conversation, wherever in the file they stand, in bounded memory.

What a row says is not known here. Texts lie in a file without a name, which no crash leaves behind; DuckDB sorts
only where they lie there, and what it spills holds no text and no id.
"""

import hashlib
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from struct import unpack
from types import TracebackType
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pyarrow as pa

from economic_index.lake import SCRATCH

BATCH_ROWS = 20_000
MEMORY = "160MB"
ROWS_AT_ONCE = 1_500_000
BINS = 8192
_TABLES = """
    create table places (high ubigint, low ubigint, position bigint, place bigint, size bigint);
    create table ordered (first_position bigint, position bigint, place bigint, size bigint);
"""
# in parts that fit into the memory: sorting all at once, spilling or not, fails beyond some ten million rows
_BY_CONVERSATION = """
    select high, low, position, place, size from places where high % ?::ubigint = ?::ubigint
    order by high, low, position
"""
_BY_FIRST_ROW = """
    select first_position, place, size from ordered where first_position >= ? and first_position < ?
    order by first_position, position
"""
Place = tuple[int, int, int, int, int]


class Group(NamedTuple):
    """The rows of one conversation in file order; None if together they are over the limit. `size` is in bytes."""

    first_position: int
    rows: list[bytes] | None
    size: int


class Grouping:
    """Takes rows one by one, gives them back by conversation, in the order of their first rows. Use it as a context."""

    def __init__(self, folder: Path | None, max_bytes: int) -> None:
        self._folder, self._max_bytes = folder, max_bytes
        self._key = secrets.token_bytes(16)
        self._waiting: list[Place] = []
        self._place = self._count = self._last_position = 0
        self._rows_by_bin = np.zeros(BINS, dtype=np.int64)

    def __enter__(self) -> "Grouping":
        with ExitStack() as stack:
            spilled = stack.enter_context(
                tempfile.TemporaryDirectory(prefix=f"{SCRATCH}grouping.", dir=self._folder, ignore_cleanup_errors=True)
            )
            self._file = stack.enter_context(tempfile.TemporaryFile(dir=self._folder))
            self._database = f"{spilled}/places.duckdb"
            self._connection = self._connect()
            stack.callback(self._connection.close)
            self._connection.execute(_TABLES)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _connect(self) -> duckdb.DuckDBPyConnection:
        folder = f"{self._database}.spilled"
        settings: dict[str, Any] = {"memory_limit": MEMORY, "threads": 1, "temp_directory": folder}
        return duckdb.connect(self._database, config=settings | {"preserve_insertion_order": False})

    def add(self, conversation: str, position: int, row: bytes) -> None:
        """Take the row at a position of the file."""
        name = hashlib.blake2b(conversation.encode("utf-8", "surrogatepass"), digest_size=16, key=self._key).digest()
        self._file.write(row)
        self._waiting.append((*unpack("<QQ", name), position, self._place, len(row)))
        self._place += len(row)
        self._last_position = max(self._last_position, position)
        if len(self._waiting) >= BATCH_ROWS:
            self._store()

    def groups(self) -> Iterator[Group]:
        """All conversations; call it once, when all rows were added."""
        self._store()
        self._file.flush()
        parts = self._count // ROWS_AT_ONCE + 1
        for part in range(parts):
            self._note_first_rows(parts, part)
        for bounds in self._ranges():
            for first, group in groupby(self._ordered(bounds), key=lambda row: row[0]):
                yield self._group(first, group)

    def _ordered(self, bounds: tuple[int, int]) -> Iterator[tuple[Any, ...]]:
        for batch in self._connection.execute(_BY_FIRST_ROW, bounds).to_arrow_reader(BATCH_ROWS):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)

    def _ranges(self) -> Iterator[tuple[int, int]]:
        """Ranges of first positions with about ROWS_AT_ONCE rows each."""
        begin = count = 0
        for number, rows in enumerate(self._rows_by_bin.tolist()):
            if count and count + rows > ROWS_AT_ONCE:
                border = number * self._bin_width
                yield begin, border
                begin, count = border, 0
            count += rows
        yield begin, BINS * self._bin_width

    @property
    def _bin_width(self) -> int:
        return self._last_position // BINS + 1

    def _store(self) -> None:
        if self._waiting:
            self._count += len(self._waiting)
            high, low, *numbers = zip(*self._waiting, strict=True)
            columns = [pa.array(values, pa.uint64()) for values in (high, low)]
            columns += [pa.array(values, pa.int64()) for values in numbers]
            _insert(self._connection, "places", dict(zip("abcde", columns, strict=True)))
        self._waiting = []

    def _note_first_rows(self, parts: int, part: int) -> None:
        """Beside each row of one part of the conversations the position of its conversation's first."""
        last, first = (-1, -1), -1
        writer = self._connection.cursor()
        for batch in self._connection.execute(_BY_CONVERSATION, (parts, part)).to_arrow_reader(BATCH_ROWS):
            high, low, position, place, size = (column.to_numpy() for column in batch.columns)
            begins = np.ones(len(high), dtype=bool)
            begins[1:] = (high[1:] != high[:-1]) | (low[1:] != low[:-1])
            begins[0] = (int(high[0]), int(low[0])) != last
            begun_at = np.maximum.accumulate(np.where(begins, np.arange(len(high)), -1))
            firsts = np.where(begun_at >= 0, position[begun_at], first)
            self._rows_by_bin += np.bincount(firsts // self._bin_width, minlength=BINS)
            last, first = (int(high[-1]), int(low[-1])), int(firsts[-1])
            columns = {"a": firsts, "b": position, "c": place, "d": size}
            _insert(writer, "ordered", {name: pa.array(values) for name, values in columns.items()})
        writer.close()

    def _group(self, first: int, places: Iterator[tuple[Any, ...]]) -> Group:
        rows: list[bytes] = []
        total = 0
        for _, place, size in places:
            total += size
            if total > self._max_bytes:
                rows.clear()
                continue
            self._file.seek(place)
            rows.append(self._file.read(size))
        return Group(first, None if total > self._max_bytes else rows, total)


def _insert(connection: duckdb.DuckDBPyConnection, table: str, columns: dict[str, pa.Array]) -> None:
    connection.register("waiting", pa.table(columns))
    connection.execute(f"insert into {table} select * from waiting")
    connection.unregister("waiting")
