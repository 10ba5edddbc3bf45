"""A search of every file of a home, by bytes and by value: Parquet, SQLite and DuckDB are read as what they are."""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq


def places_of(home: Path, needles: Collection[str]) -> dict[str, set[str]]:
    """Files by path within the home, with those needles that each holds."""
    found: dict[str, set[str]] = {}
    for path in sorted(home.rglob("*")):
        if path.is_file():
            hits = _hits(path, needles)
            if hits:
                found[str(path.relative_to(home))] = hits
    return found


def _hits(path: Path, needles: Collection[str]) -> set[str]:
    content = path.read_bytes()
    hits = {needle for needle in needles if needle.encode() in content}
    for value in _values(path, content[:16]):
        hits |= {needle for needle in needles if needle in value}
    return hits


def _values(path: Path, head: bytes) -> Iterator[str]:
    if head.startswith(b"PAR1"):
        yield str(pq.read_metadata(path).metadata)
        for batch in pq.ParquetFile(path).iter_batches():
            yield from _texts(batch)
    elif head.startswith(b"SQLite format 3"):
        with closing(sqlite3.connect(path)) as connection:
            for (name,) in connection.execute("select name from sqlite_master where type = 'table'").fetchall():
                rows = connection.execute(f'select * from "{name}"')
                while part := rows.fetchmany(10_000):
                    yield str(part)
    elif path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            names = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
            for schema, name in names:
                for batch in connection.execute(f'select * from "{schema}"."{name}"').to_arrow_reader():
                    yield from _texts(batch)


def _texts(batch: pa.RecordBatch) -> Iterator[str]:
    """All values but numbers, times and truths, which can hold no needle."""
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        yield name
        if not pa.types.is_primitive(column.type):
            yield str((column if pa.types.is_nested(column.type) else column.unique()).to_pylist())
