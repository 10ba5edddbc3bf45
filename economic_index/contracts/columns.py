"""Short constructors of pandera columns that also carry their Arrow type, and the tables made of them.

No table is declared here, and nothing of Dagster or dbt: those are projected from what is declared.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pandera.pandas as pa
import pyarrow as arrow

MOMENT = arrow.timestamp("us", tz="UTC")

_PANDAS_TYPES: dict[str, Any] = {
    "string": "str",
    "bool": "bool",
    "date32[day]": "object",
    "double": "float64",
    "float": "float32",
}


def _pandas_type(arrow_type: arrow.DataType, nullable: bool) -> Any:
    """The pandas dtype that holds `arrow_type`; nullable integers and flags take pandas' masked types."""
    name = str(arrow_type)
    if name.startswith(("list", "struct")):
        return "object"
    if name.startswith("timestamp"):
        import pandas as pd

        return pd.DatetimeTZDtype(unit="us", tz="UTC")
    if name.startswith("int"):
        return name.capitalize() if nullable else name
    if name == "bool" and nullable:
        return "boolean"
    return _PANDAS_TYPES[name]


def column(
    arrow_type: arrow.DataType,
    description: str,
    *,
    nullable: bool = False,
    unique: bool = False,
    values: type[StrEnum] | None = None,
) -> pa.Column:
    """One column: its Arrow type, its meaning, and the labels that it may hold."""
    checks = [pa.Check.isin([member.value for member in values])] if values else []
    return pa.Column(
        _pandas_type(arrow_type, nullable),
        checks=checks,
        nullable=nullable,
        unique=unique,
        coerce=True,
        description=description,
        metadata={"arrow": arrow_type, "values": values},
    )


def text(description: str, **options: Any) -> pa.Column:
    """A string."""
    return column(arrow.string(), description, **options)


def label(values: type[StrEnum], description: str, **options: Any) -> pa.Column:
    """A string out of a closed set of the vocabulary."""
    return column(arrow.string(), description, values=values, **options)


def flag(description: str, **options: Any) -> pa.Column:
    """True or false."""
    return column(arrow.bool_(), description, **options)


def whole(description: str, bits: int = 64, **options: Any) -> pa.Column:
    """An integer of 8, 32 or 64 bits."""
    return column({8: arrow.int8(), 32: arrow.int32(), 64: arrow.int64()}[bits], description, **options)


def real(description: str, **options: Any) -> pa.Column:
    """A double."""
    return column(arrow.float64(), description, **options)


def moment(description: str, **options: Any) -> pa.Column:
    """A point in time, UTC, microseconds."""
    return column(MOMENT, description, **options)


def day(description: str, **options: Any) -> pa.Column:
    """A date."""
    return column(arrow.date32(), description, **options)


def items(of: arrow.DataType, description: str, **options: Any) -> pa.Column:
    """A list of one type."""
    return column(arrow.list_(of), description, **options)


@dataclass(frozen=True, eq=False)
class Table:
    """A table that Python writes: declared once, projected everywhere.

    `prefix` is the Dagster key prefix and the dbt source; `weekly` tables are partitioned by `week_start`,
    which is the folder and never in the file; `unique` names the grain. A `is_private` table holds text of
    conversations, or what only the weekly road may join to them, and has no dbt source.
    """

    prefix: str
    name: str
    grain: str
    schema: pa.DataFrameSchema = field(repr=False)
    unique: tuple[str, ...] = ()
    weekly: bool = False
    is_private: bool = False

    def key(self) -> list[str]:
        """Asset key, prefix first."""
        return [self.prefix, self.name]

    def arrow_schema(self) -> arrow.Schema:
        """The schema of the Parquet files, in declared order."""
        return arrow.schema(
            [
                arrow.field(name, col.metadata["arrow"], nullable=col.nullable)
                for name, col in self.schema.columns.items()
            ]
        )


def table(
    prefix: str,
    name: str,
    grain: str,
    columns: dict[str, pa.Column],
    *,
    unique: tuple[str, ...] = (),
    weekly: bool = False,
    is_private: bool = False,
) -> Table:
    """Declare a table; `strict` and ordered, so a frame with other columns is an error."""
    schema = pa.DataFrameSchema(
        columns, name=f"{prefix}/{name}", strict=True, unique=list(unique) or None, description=grain
    )
    return Table(prefix, name, grain, schema, unique, weekly, is_private)
