"""Rows of a table or query in a database as lines of JSON, read only and as a stream.

The address is handed in and never told on; no message holds a query, a value, or what a driver says.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect

from economic_index.conversations.text import join_surrogates

DUCKDB = "duckdb://"
FETCHED_ROWS = 200
MEMORY = "160MB"


class DatabaseError(Exception):
    """A database that cannot be read; the message says what to check, and holds nothing of the database."""


@dataclass(frozen=True)
class TableQuery:
    """What is asked: a table or a query, and which rows of it changed.

    With `conversation` (its column) all rows of a conversation of which one row changed are asked for.
    """

    table: str | None
    query: str | None
    watermark: str | None = None
    conversation: str | None = None

    def statement(self, since: Any = None) -> sa.Select[Any]:
        """All rows, or those not older than `since`; a row without a watermark is always asked for."""
        everything: sa.Select[Any] = sa.select(sa.literal_column("*")).select_from(self._rows("oei_rows"))
        if since is None or self.watermark is None:
            return everything
        is_changed = self._is_changed(since)
        if self.conversation is None:
            return everything.where(is_changed)
        column: sa.ColumnClause[Any] = sa.column(self.conversation)
        touched = sa.select(column).select_from(self._rows("oei_changed")).where(is_changed).correlate(None)
        return everything.where(sa.or_(is_changed, column.in_(touched)))

    def _is_changed(self, since: Any) -> sa.ColumnElement[bool]:
        column: sa.ColumnClause[Any] = sa.column(self.watermark or "")
        return sa.or_(column >= sa.bindparam(None, since), column.is_(None))

    def _rows(self, alias: str) -> Any:
        if self.table is not None:
            schema, _, name = self.table.rpartition(".")
            return sa.table(name, schema=schema or None).alias(alias)
        query = (self.query or "").strip().rstrip(";").replace(":", "\\:")  # a colon begins no parameter here
        return sa.text(f"(\n{query}\n) AS {alias}")


@contextmanager
def open_rows(url: str, statement: sa.Select[Any]) -> Iterator[tuple[list[str], Iterator[Sequence[Any]]]]:
    """Names of the columns, and the rows as a stream. Raises DatabaseError, also while they are drawn."""
    asked = False
    try:
        with closing(_duckdb_rows(url, statement) if url.startswith(DUCKDB) else _rows(url, statement)) as rows:
            names: list[str] = list(next(rows))
            asked = True
            if len(set(names)) != len(names):
                raise DatabaseError("Two columns of the result have the same name: name them in a query.")
            yield names, rows
    except (sa.exc.SQLAlchemyError, duckdb.Error, ImportError, ValueError) as error:
        when = "stopped answering" if asked else "could not be opened, or refused the question"
        raise DatabaseError(
            f"The database {when} ({type(error).__name__}). Check the address, the driver, that the account may "
            "read, and the names of table, columns and watermark."
        ) from None


def _rows(url: str, statement: sa.Select[Any]) -> Generator[Sequence[Any], None, None]:
    engine = sa.create_engine(url, hide_parameters=True, poolclass=sa.pool.NullPool)
    if engine.dialect.name == "sqlite":
        if not Path(engine.url.database or "").is_file():
            raise DatabaseError("There is no such SQLite file: check the path in the address.")
        sa.event.listen(engine, "connect", _guard_sqlite)
    try:
        with engine.connect().execution_options(postgresql_readonly=True) as connection:
            result = connection.execute(statement, execution_options={"yield_per": FETCHED_ROWS})
            yield list(result.keys())
            yield from result
    finally:
        engine.dispose()


def _guard_sqlite(connection: Any, record: Any) -> None:
    """Nothing is written, and a text that is not UTF-8 costs its bad bytes, not the reading."""
    connection.execute("pragma query_only = on")
    connection.text_factory = lambda data: data.decode("utf-8", "replace")


def _duckdb_rows(url: str, statement: sa.Select[Any]) -> Generator[Sequence[Any], None, None]:
    """DuckDB is asked by its own library; `duckdb://` alone is a database in memory, for queries over files."""
    path = url.removeprefix(DUCKDB).removeprefix("/")
    if path and path != ":memory:" and not Path(path).is_file():
        raise DatabaseError("There is no such DuckDB file: check the path in the address.")
    is_file = path not in {"", ":memory:"}
    compiled = statement.compile(dialect=sqlite_dialect(paramstyle="qmark"))
    values = [compiled.params[name] for name in compiled.positiontup or ()]
    with duckdb.connect(path or ":memory:", read_only=is_file, config={"memory_limit": MEMORY}) as connection:
        cursor = connection.execute(str(compiled), values)
        yield [column[0] for column in cursor.description or ()]
        while rows := cursor.fetchmany(FETCHED_ROWS):
            yield from rows


def json_line(names: Sequence[str], row: Sequence[Any]) -> bytes:
    """A row as an object on a line."""
    record = dict(zip(names, row, strict=True))
    try:
        return orjson.dumps(record, default=_plain, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS)
    except TypeError:  # numbers over 64 bits, lone surrogates
        told = {name: _text_of(value) for name, value in record.items()}
        return orjson.dumps(told, default=_plain, option=orjson.OPT_APPEND_NEWLINE)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        is_whole = value == value.to_integral_value() and abs(value) < 2**53
        return int(value) if is_whole else str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "replace")
    return list(value) if isinstance(value, set | frozenset) else str(value)


def _text_of(value: Any) -> Any:
    if value is None or isinstance(value, bool | float | datetime | date | Decimal):
        return value
    return join_surrogates(value if isinstance(value, str) else str(value))
