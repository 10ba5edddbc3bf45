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
from types import TracebackType
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from economic_index.lake import SCRATCH

BATCH_ROWS = 20_000
MEMORY = "160MB"
_SCHEMA = pa.schema(
    [("conversation", pa.binary()), ("position", pa.int64()), ("place", pa.int64()), ("size", pa.int64())]
)
_ORDERED = """
    select first_position, place, size
    from places join (select conversation, min(position) as first_position from places group by conversation)
    using (conversation)
    order by first_position, position
"""


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
        self._waiting: list[tuple[bytes, int, int, int]] = []
        self._place = 0

    def __enter__(self) -> "Grouping":
        with ExitStack() as stack:
            spilled = stack.enter_context(
                tempfile.TemporaryDirectory(prefix=f"{SCRATCH}grouping.", dir=self._folder, ignore_cleanup_errors=True)
            )
            self._file = stack.enter_context(tempfile.TemporaryFile(dir=self._folder))
            settings: dict[str, Any] = {"memory_limit": MEMORY, "threads": 1, "temp_directory": spilled}
            self._connection = stack.enter_context(duckdb.connect(":memory:", config=settings))
            self._connection.execute(
                "create table places (conversation blob, position bigint, place bigint, size bigint)"
            )
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
        self._waiting.append((name, position, self._place, len(row)))
        self._place += len(row)
        if len(self._waiting) >= BATCH_ROWS:
            self._store()

    def groups(self) -> Iterator[Group]:
        """All conversations; call it once, when all rows were added."""
        self._store()
        self._file.flush()
        for first, places in groupby(self._ordered(), key=lambda place: place[0]):
            yield self._group(first, places)

    def _store(self) -> None:
        if self._waiting:
            by_column = zip(*self._waiting, strict=True)
            columns = [pa.array(values, kind) for values, kind in zip(by_column, _SCHEMA.types, strict=True)]
            self._connection.register("waiting", pa.Table.from_arrays(columns, schema=_SCHEMA))
            self._connection.execute("insert into places select * from waiting")
            self._connection.unregister("waiting")
        self._waiting = []

    def _ordered(self) -> Iterator[tuple[int, int, int]]:
        reader = self._connection.execute(_ORDERED).to_arrow_reader(BATCH_ROWS)
        for batch in reader:
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)

    def _group(self, first: int, places: Iterator[tuple[int, int, int]]) -> Group:
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
