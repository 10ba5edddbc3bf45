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
MEMORY = "128MB"
# sorts alone, because they spill: joining and grouping many conversations would not fit in so little memory
_TABLES = """
    create table places (high ubigint, low ubigint, position bigint, place bigint, size bigint);
    create table ordered (first_position bigint, position bigint, place bigint, size bigint);
"""
_BY_CONVERSATION = "select high, low, position, place, size from places order by high, low, position"
_BY_FIRST_ROW = "select first_position, place, size from ordered order by first_position, position"
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
        self._place = 0

    def __enter__(self) -> "Grouping":
        with ExitStack() as stack:
            spilled = stack.enter_context(
                tempfile.TemporaryDirectory(prefix=f"{SCRATCH}grouping.", dir=self._folder, ignore_cleanup_errors=True)
            )
            self._file = stack.enter_context(tempfile.TemporaryFile(dir=self._folder))
            settings: dict[str, Any] = {"memory_limit": MEMORY, "threads": 1, "temp_directory": f"{spilled}/spilled"}
            self._connection = stack.enter_context(duckdb.connect(f"{spilled}/places.duckdb", config=settings))
            self._connection.execute(_TABLES)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def add(self, conversation: str, position: int, row: bytes) -> None:
        """Take the row at a position of the file."""
        name = hashlib.blake2b(conversation.encode("utf-8", "surrogatepass"), digest_size=16, key=self._key).digest()
        self._file.write(row)
        self._waiting.append((*unpack("<QQ", name), position, self._place, len(row)))
        self._place += len(row)
        if len(self._waiting) >= BATCH_ROWS:
            self._store()

    def groups(self) -> Iterator[Group]:
        """All conversations; call it once, when all rows were added."""
        self._store()
        self._file.flush()
        self._note_first_rows()
        places = self._connection.execute(_BY_FIRST_ROW).to_arrow_reader(BATCH_ROWS)
        rows = (row for batch in places for row in zip(*(column.to_pylist() for column in batch.columns), strict=True))
        for first, group in groupby(rows, key=lambda row: row[0]):
            yield self._group(first, group)

    def _store(self) -> None:
        if self._waiting:
            high, low, *numbers = zip(*self._waiting, strict=True)
            columns = [pa.array(values, pa.uint64()) for values in (high, low)]
            columns += [pa.array(values, pa.int64()) for values in numbers]
            _insert(self._connection, "places", dict(zip("abcde", columns, strict=True)))
        self._waiting = []

    def _note_first_rows(self) -> None:
        """Beside each row the position of the first one of its conversation."""
        last, first = (-1, -1), -1
        writer = self._connection.cursor()
        for batch in self._connection.execute(_BY_CONVERSATION).to_arrow_reader(BATCH_ROWS):
            high, low, position, place, size = (column.to_numpy() for column in batch.columns)
            begins = np.ones(len(high), dtype=bool)
            begins[1:] = (high[1:] != high[:-1]) | (low[1:] != low[:-1])
            begins[0] = (int(high[0]), int(low[0])) != last
            begun_at = np.maximum.accumulate(np.where(begins, np.arange(len(high)), -1))
            firsts = np.where(begun_at >= 0, position[begun_at], first)
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
