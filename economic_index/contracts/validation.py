"""Checks rows against their table's contract, and says table, column, rule and number of rows: never a value.

Values are private, and the messages of pandera, pandas and Arrow hold them: none of those leaves this module.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import pandas as pd
import pandera.errors
import pyarrow as pa
import pyarrow.compute as pc
from pandera.pandas import Column

from economic_index.contracts.columns import Table


class BrokenContract(Exception):
    """Rows that are not what their table declares; `rules` names what is broken."""

    def __init__(self, table: Table, rules: Sequence[str]) -> None:
        self.table, self.rules = table, list(rules)
        super().__init__(f"{'/'.join(table.key())} breaks its contract. {'; '.join(self.rules[:20])}")


def broken_rules(table: Table, rows: pd.DataFrame) -> list[str]:
    """Column, rule and number of rows of each broken part of the contract."""
    return _validate(table, rows)[1]


def validated(table: Table, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows in the types that the contract declares. Raises BrokenContract."""
    frame, rules = _validate(table, rows)
    if frame is None:  # raised here, not where pandera's error is handled: that would be its context
        raise BrokenContract(table, rules)
    return frame


def as_arrow(table: Table, rows: pd.DataFrame) -> pa.Table:
    """The rows in the Parquet file's schema, which knows more than pandas' types. Raises BrokenContract."""
    schema = table.arrow_schema()
    found = _to_arrow(rows, schema)
    if found is None:
        fields = [field for field in schema if _to_arrow(rows, pa.schema([field])) is None]
        raise BrokenContract(table, [f"{field.name}: {_declared(field)}" for field in fields])
    return found


def batches_of(table: Table, rows: Iterable[Mapping[str, Any]], batch_rows: int = 10_000) -> Iterator[pa.RecordBatch]:
    """Many rows as batches of the declared types. Raises BrokenContract."""
    schema, waiting = table.arrow_schema(), iter(rows)
    while part := list(islice(waiting, batch_rows)):
        try:
            batch = pa.RecordBatch.from_pylist(part, schema=schema)
        except Exception:  # whatever it is, its message may hold a value
            batch = None
        if batch is None:
            raise BrokenContract(table, [f"rows: {len(part):,} are not of the declared types"])
        yield batch


def checked(table: Table, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The batches of one file in its schema, each checked before it is handed on. Raises BrokenContract."""
    seen: set[tuple[Any, ...]] = set()
    for batch in batches:
        fitted, rules = _fit(table, batch)
        if fitted is not None:
            rules = _batch_rules(table, fitted, seen)
        if fitted is None or rules:
            raise BrokenContract(table, rules)
        yield fitted


def _validate(table: Table, rows: pd.DataFrame) -> tuple[pd.DataFrame | None, list[str]]:
    if (found := _conforming(table, rows)) is not None:
        return found, []
    try:
        return table.schema.validate(rows, lazy=True), []
    except pandera.errors.SchemaErrors as errors:
        return None, list(_rules(errors.failure_cases))
    except Exception as error:  # whatever it is, its message may hold a value
        return None, [f"rows: cannot be validated ({type(error).__name__})"]


def _conforming(table: Table, rows: pd.DataFrame) -> pd.DataFrame | None:
    """The rows in the declared types if all is as declared; else none, and pandera says what is not.

    pandera alone would do: it takes as long for a column as pandas for some thousand rows of it.
    """
    if list(rows.columns) != list(table.schema.columns):
        return None
    changed = {}
    try:
        for name, column in table.schema.columns.items():
            values, declared = rows[name], column.dtype.type
            if values.dtype != declared:
                values = changed[name] = column.dtype.coerce(values)
            if values.dtype != declared or not _fits(column, values):
                return None
        found = rows.assign(**changed)
        return None if table.unique and found.duplicated(list(table.unique)).any() else found
    except Exception:  # whatever it is, pandera meets it too
        return None


def _fits(column: Column, values: pd.Series) -> bool:
    if (not column.nullable and values.hasnans) or (column.unique and not values.is_unique):
        return False
    allowed = column.metadata["values"]
    return not allowed or bool(values.dropna().isin([member.value for member in allowed]).all())


def _rules(cases: pd.DataFrame) -> Iterator[str]:
    # of a column that is missing, pandera gives the name as the failing value; of one too many only the table's
    is_missing = cases["check"] == "column_in_dataframe"
    columns = cases["column"].where(~is_missing, cases["failure_case"])
    for (column, check), rows in cases["index"].groupby([columns, cases["check"]], sort=False):
        yield f"{column}: {check}" + (f" ({_rows(rows.nunique())})" if rows.notna().any() else "")


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _to_arrow(rows: pd.DataFrame, schema: pa.Schema) -> pa.Table | None:
    try:
        return pa.Table.from_pandas(rows[schema.names], schema=schema, preserve_index=False)
    except Exception:  # whatever it is, its message may hold a value
        return None


def _declared(field: pa.Field) -> str:
    return f"is not {field.type}" + ("" if field.nullable else ", or null")


def _fit(table: Table, batch: pa.RecordBatch) -> tuple[pa.RecordBatch | None, list[str]]:
    """The batch in the declared types; a rule for each column that has none of them."""
    schema, arrays, rules = table.arrow_schema(), [], []
    if undeclared := set(batch.schema.names) - set(schema.names):
        rules.append(f"{len(undeclared)} columns that are not declared")
    for field in schema:
        try:
            array = batch.column(field.name)
            arrays.append(array if array.type.equals(field.type) else array.cast(field.type))
        except (KeyError, pa.ArrowException):
            rules.append(f"{field.name}: missing, or not {field.type}")
    return (None, rules) if rules else (pa.RecordBatch.from_arrays(arrays, schema=schema), [])


def _batch_rules(table: Table, batch: pa.RecordBatch, seen: set[tuple[Any, ...]]) -> list[str]:
    rules = [
        f"{field.name}: not_nullable ({count:,} null)"
        for field in batch.schema
        if (count := _null_count(batch.column(field.name), field))
    ]
    for name, column in table.schema.columns.items():
        if column.metadata["values"] and (count := _outside(batch.column(name), column.metadata["values"])):
            rules.append(f"{name}: isin ({_rows(count)})")
    if table.unique:
        keys = list(zip(*(batch.column(name).to_pylist() for name in table.unique), strict=True))
        before = len(seen)
        seen.update(keys)
        if repeated := len(keys) - (len(seen) - before):
            rules.append(f"{', '.join(table.unique)}: unique ({_rows(repeated)})")
    return rules


def _null_count(array: pa.Array, field: pa.Field) -> int:
    """Nulls where none is declared, those inside lists and structs included."""
    count = 0 if field.nullable else int(array.null_count)
    if pa.types.is_list(field.type):
        count += _null_count(array.flatten(), field.type.value_field)
    elif pa.types.is_struct(field.type):
        count += sum(_null_count(array.field(place), field.type.field(place)) for place in range(array.type.num_fields))
    return count


def _outside(array: pa.Array, values: Iterable[str]) -> int:
    labels = pa.array([str(value) for value in values])
    return int(pc.sum(pc.invert(pc.is_in(array.drop_null(), labels))).as_py() or 0)
