"""Times as logs write them, made aware UTC datetimes, or absent when they cannot be true (log_formats §17).

No clock is read: the time that counts as now is handed in as `as_of`.
"""

import re
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from math import isfinite
from typing import Any

EARLIEST = datetime(2020, 6, 1, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TOLERANCE = timedelta(hours=48)

_NUMBER = re.compile(r"[+-]?\d{1,40}(\.\d{0,40})?([eE][+-]?\d{1,2})?")  # bounded: 1e999999999 would fill memory
_LONG_FRACTION = re.compile(r"\.(\d{6})(\d+)")
_PLAUSIBLE = re.compile(r"\d{4}-?\d{2}-?\d{2}")


def sane(value: Any, as_of: datetime) -> datetime | None:
    """The moment that `value` names, aware, UTC, whole microseconds; None if absent or absurd.

    Takes epoch numbers (seconds to nanoseconds, told apart by size), their texts, ISO 8601 texts and
    datetimes. A text without zone is read as UTC; `lacks_zone` tells.
    """
    return believed(parse_moment(value), as_of)


def believed(moment: datetime | None, as_of: datetime) -> datetime | None:
    """An aware moment if it can be true, else None."""
    return moment if moment is not None and EARLIEST <= moment <= as_of + TOLERANCE else None


def parse_moment(value: Any) -> datetime | None:
    """The moment that `value` names, whether or not it can be true; None if it names none."""
    if isinstance(value, str):
        return _of_text(value.strip())
    if isinstance(value, datetime):
        return _to_utc(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not isfinite(value):
        return None
    return _of_epoch(*value.as_integer_ratio())


def parse_epoch(value: Any, exponent: int) -> datetime | None:
    """Seconds (`exponent` 0) or milliseconds (3) since 1970, as a number or its text; None if it is none."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = Decimal(value.strip())
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    if not is_number or not isfinite(value) or value <= 0:
        return None
    try:
        numerator, denominator = value.as_integer_ratio()
        return _of_units(numerator, denominator, exponent)
    except (InvalidOperation, ValueError, OverflowError):
        return None


def is_present(value: Any) -> bool:
    """Whether a time was given at all, true or absurd: 0, empty and null count as none."""
    return value is not None and not isinstance(value, bool) and value not in ("", 0)


def lacks_zone(value: Any) -> bool:
    """Whether `value` is a text (or datetime) that names a moment without saying in which zone."""
    if isinstance(value, datetime):
        return value.tzinfo is None
    if not isinstance(value, str) or _NUMBER.fullmatch(value.strip()):
        return False
    parsed = parse_iso(value.strip())
    return parsed is not None and parsed.tzinfo is None


def _of_text(text: str) -> datetime | None:
    if _NUMBER.fullmatch(text) and not _PLAUSIBLE.fullmatch(text):
        try:
            return _of_epoch(*Decimal(text).as_integer_ratio())
        except (InvalidOperation, ValueError, OverflowError):
            return None
    parsed = parse_iso(text)
    return _to_utc(parsed) if parsed is not None else None


def parse_iso(text: str) -> datetime | None:
    """The moment of an ISO 8601 text, without zone if it names none; None if it is none."""
    if not _PLAUSIBLE.match(text):
        return None
    long = _LONG_FRACTION.search(text)
    micros = 0
    if long:  # fromisoformat cuts what exceeds microseconds: round it half to even instead
        micros = int(Decimal(f"{long[1]}.{long[2]}").quantize(Decimal(1), ROUND_HALF_EVEN))
        text = text[: long.start()] + text[long.end() :]
    try:
        return datetime.fromisoformat(text.replace(" UTC", "+00:00")) + timedelta(microseconds=micros)
    except (ValueError, OverflowError):
        return None


def _to_utc(moment: datetime) -> datetime | None:
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _of_epoch(numerator: int, denominator: int) -> datetime | None:
    """Epoch seconds below 1e11, milliseconds below 1e14, microseconds below 1e17, else nanoseconds.

    In whole numbers, because a float of seconds times a million is not exact; halves go to the even microsecond.
    """
    if numerator <= 0:
        return None
    size = numerator // denominator
    exponent = 0 if size < 10**11 else 3 if size < 10**14 else 6 if size < 10**17 else 9
    return _of_units(numerator, denominator, exponent)


def _of_units(numerator: int, denominator: int, exponent: int) -> datetime | None:
    """Epoch units of which a second has ten to the power of `exponent`."""
    numerator, denominator = numerator * 10**6, denominator * 10**exponent
    micros, rest = divmod(numerator, denominator)
    micros += 2 * rest > denominator or (2 * rest == denominator and micros % 2 == 1)
    try:
        return EPOCH + timedelta(microseconds=micros)
    except OverflowError:
        return None
