"""Times of logs: told apart by size, exact to the microsecond, absent when they cannot be true."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from economic_index.conversations.times import lacks_zone, sane

FIRST, LAST = datetime(2020, 6, 2), datetime(2026, 8, 1)  # noqa: DTZ001
AS_OF = datetime(2026, 9, 1, tzinfo=UTC)
MOMENT = datetime(2026, 1, 5, 9, 15, 0, 250000, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        1767604500.25,
        "1767604500.25",
        1767604500250,
        1767604500250000,
        1767604500250000000,
        "2026-01-05T09:15:00.25Z",
        "2026-01-05T09:15:00.250000+00:00",
        "2026-01-05 10:15:00.250+01:00",
        "2026-01-05 09:15:00.25 UTC",
        "2026-01-05T09:15:00.25",
        datetime(2026, 1, 5, 9, 15, 0, 250000),  # noqa: DTZ001
        datetime(2026, 1, 5, 10, 15, 0, 250000, tzinfo=timezone(timedelta(hours=1))),
    ],
)
def test_one_moment_in_many_spellings(value: Any) -> None:
    assert sane(value, AS_OF) == MOMENT


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        False,
        float("nan"),
        float("inf"),
        -1,
        0,
        "0",
        "",
        "soon",
        "1970-01-01T00:00:00Z",
        [],
        {},
        "2020-05-31T23:59:59Z",
        "2026-09-03T00:00:01Z",
        10**30,
        "9" * 400,
        "1e999",
        "2026-02-30",
        "2026-13-01",
    ],
)
def test_what_cannot_be_true_is_absent(value: Any) -> None:
    assert sane(value, AS_OF) is None


@pytest.mark.parametrize("value", ["2020-06-01T00:00:00Z", "2026-09-03T00:00:00Z"])
def test_the_bounds_themselves_are_accepted(value: str) -> None:
    assert sane(value, AS_OF) is not None


@pytest.mark.parametrize(
    ("value", "is_without"),
    [("2026-01-05T09:15:00", True), ("2026-01-05T09:15:00Z", False), ("1767604500", False), (1767604500, False)],
)
def test_a_text_without_zone_is_told(value: Any, is_without: bool) -> None:
    assert lacks_zone(value) == is_without


@pytest.mark.parametrize(
    ("text", "micros"), [("1767604500.0000005", 0), ("1767604500.0000015", 2), ("1767604500.0000025", 2)]
)
def test_parts_of_a_microsecond_are_rounded_half_to_even(text: str, micros: int) -> None:
    assert sane(text, AS_OF) == datetime(2026, 1, 5, 9, 15, tzinfo=UTC) + timedelta(microseconds=micros)
    iso = f"2026-01-05T09:15:00.{text.split('.')[1]}Z"
    assert sane(iso, AS_OF) == sane(text, AS_OF)


@given(st.datetimes(FIRST, LAST, timezones=st.just(UTC)))
def test_seconds_as_floats_and_iso_texts_come_back_exactly(moment: datetime) -> None:
    assert sane(moment.isoformat(), AS_OF) == moment
    assert sane(moment.timestamp(), AS_OF) == moment
    assert sane(int(moment.timestamp() * 1000), AS_OF).replace(microsecond=0) == moment.replace(microsecond=0)
