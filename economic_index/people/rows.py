"""Rows of a table of people out of CSV, Parquet or a database, each with the line on which it stands.

What the rows mean is not known here; no value of a row is ever in a message.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from economic_index.lake import parquet_rows
from economic_index.people.declared import TableSource

SecretOf = Callable[[str], str | None]
"""The value of an environment variable; handed in, because the library reads no environment."""

Line = tuple[int, dict[str, Any] | None]
"""Line of a CSV file, or number of the row, both from 1; no row where the line has too few or too many cells."""


class PeopleError(Exception):
    """A table of people cannot be read; the message names the file, the place and the remedy."""


def read_rows(table: TableSource, columns: Sequence[str], secret_of: SecretOf) -> Iterator[Line]:
    """All rows with the given columns. Raises PeopleError if the table or a column is not there."""
    if table.path is None:
        return _rows_of_query(table, columns, secret_of)
    if not table.path.is_file():
        raise PeopleError(f"{table.name}: does not exist, or is no file. sources.toml names it.")
    if table.path.suffix.lower() in {".parquet", ".pq"}:
        return _rows_of_parquet(table.path, columns)
    return _rows_of_csv(table.path, columns)


def _rows_of_csv(path: Path, columns: Sequence[str]) -> Iterator[Line]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader: Any = None
        try:
            head = file.readline()
            file.seek(0)
            reader = csv.reader(file, delimiter=max(",;\t", key=head.count), strict=True)
            header: list[str] = next(reader, [])
            _check_columns(path.name, header, columns, "line 1")
            for cells in reader:
                if cells:
                    is_whole = len(cells) == len(header)
                    yield reader.line_num, dict(zip(header, cells, strict=True)) if is_whole else None
        except (csv.Error, UnicodeDecodeError) as error:
            line = (reader.line_num if reader is not None else 0) + 1
            kind = "not UTF-8" if isinstance(error, UnicodeDecodeError) else "not CSV (a quote that does not close?)"
            raise PeopleError(f"{path.name}, about line {line}: {kind}. Save the table again as CSV, UTF-8.") from None


def _rows_of_parquet(path: Path, columns: Sequence[str]) -> Iterator[Line]:
    try:
        names, rows = parquet_rows(path)
    except (OSError, ValueError) as error:
        raise PeopleError(f"{path.name}: not Parquet ({type(error).__name__}).") from None
    _check_columns(path.name, names, columns, "schema")
    return enumerate(rows, start=1)


def _rows_of_query(table: TableSource, columns: Sequence[str], secret_of: SecretOf) -> Iterator[Line]:
    """Errors name the class alone: a driver's own words may hold the URL or values."""
    import sqlalchemy

    url = secret_of(table.url_env or "")
    if not url:
        raise PeopleError(f"{table.url_env}: not set. It holds the URL of the database that sources.toml asks.")
    try:
        engine = sqlalchemy.create_engine(url)
    except (sqlalchemy.exc.ArgumentError, ImportError) as error:
        raise PeopleError(f"{table.url_env}: no URL of a database ({type(error).__name__}).") from None
    try:
        with engine.connect() as connection, closing(connection.execute(sqlalchemy.text(table.query or ""))) as result:
            _check_columns(table.name, list(result.keys()), columns, "its columns")
            for number, row in enumerate(result.mappings(), start=1):
                yield number, dict(row)
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise PeopleError(f"{table.url_env}: the query over this database failed ({type(error).__name__}).") from None
    finally:
        engine.dispose()


def _check_columns(name: str, header: Sequence[str], columns: Sequence[str], place: str) -> None:
    """A first line without names may be a person's: what is there is not printed."""
    for column in columns:
        if list(header).count(column) != 1:
            times = "not there" if column not in header else "there twice"
            raise PeopleError(
                f"{name}, {place}: column {column!r} is {times} (of {len(header)} columns). The table must name it "
                "once, as sources.toml does."
            )
