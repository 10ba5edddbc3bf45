"""Cells of a table of people: text, days and weights, or the reason why a row cannot be used.

Details hold numbers and names of columns, never a value.
"""

import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from economic_index.people.declared import TableSource
from economic_index.vocabulary import PeopleFile, PeopleReason

MAX_VALUE_CHARS = 100


class BadRow(Exception):
    """A row that is not used; becomes a row of lake/users_rejected."""

    def __init__(self, reason: PeopleReason, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True)
class Validity:
    """First and last day, both included; open where null."""

    first: date | None = None
    last: date | None = None

    def overlaps(self, other: "Validity") -> bool:
        """Whether both hold on some day."""
        starts_before_end = self.first is None or other.last is None or self.first <= other.last
        ends_after_start = self.last is None or other.first is None or self.last >= other.first
        return starts_before_end and ends_after_start


def text_of(value: Any) -> str:
    """A cell as text, trimmed and NFC; empty where there is nothing."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # whole numbers beside empty cells come as floats
    return unicodedata.normalize("NFC", str(value)).strip()


def attribute_of(row: Mapping[str, Any], column: str) -> str:
    """The value of an attribute. Raises BadRow if it is none that a table could show."""
    value = text_of(row[column])
    if len(value) > MAX_VALUE_CHARS or not value.isprintable():
        raise BadRow(PeopleReason.BAD_VALUE, f"{column}: {len(value)} characters")
    return value


def validity_of(row: Mapping[str, Any], valid_from: str | None, valid_to: str | None) -> Validity:
    """The days on which a row holds. Raises BadRow."""
    first, last = (_day_of(row, column) if column else None for column in (valid_from, valid_to))
    if first and last and last < first:
        raise BadRow(PeopleReason.DATES_REVERSED, f"{valid_to} is before {valid_from}")
    return Validity(first, last)


def _day_of(row: Mapping[str, Any], column: str) -> date | None:
    value = row[column]
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = text_of(value)
    try:
        return datetime.fromisoformat(text).date() if text else None
    except ValueError:
        raise BadRow(PeopleReason.BAD_DATE, f"{column}: not like 2026-01-31") from None


def weight_of(row: Mapping[str, Any], column: str) -> float | None:
    """The weight, or None where the cell is empty. Raises BadRow unless it is a finite number from 0."""
    text = text_of(row[column])
    if not text:
        return None
    try:
        weight = float(text)
    except ValueError:
        weight = math.nan
    if not (math.isfinite(weight) and weight >= 0):
        raise BadRow(PeopleReason.BAD_WEIGHT, f"{column}: no finite number from 0")
    return weight


def rejected_row(file: PeopleFile, table: TableSource, line: int, bad: BadRow) -> dict[str, Any]:
    """A row of lake/users_rejected."""
    name = table.path.name if table.path else None
    return {"file": file, "source_name": name, "locator": line, "reason": bad.reason, "detail": bad.detail}
