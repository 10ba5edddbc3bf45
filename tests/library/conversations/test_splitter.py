"""The splitter finds every record wherever the bytes are cut, and one broken record costs one record."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from economic_index.conversations.records import Element, Rejected
from economic_index.conversations.splitter import Extent, Shape, split
from economic_index.vocabulary import LocatorKind, RejectReason
from tests.peak_memory import said_by

AWKWARD = st.text(alphabet='[]{}"\\,: \n\tné😀ab', max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | AWKWARD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(AWKWARD, inner, max_size=3),
    max_leaves=8,
)
RECORDS = st.lists(st.dictionaries(AWKWARD, VALUES, max_size=4), max_size=6)
CHUNKS = st.sampled_from([1, 2, 3, 7, 64, 10_000])
INDENTS = st.sampled_from([None, 2])


def chunked(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def values(data: bytes, shape: Shape, size: int = 64, **options: Any) -> tuple[list[Any], list[Rejected], Extent]:
    extent = Extent()
    items = list(split(chunked(data, size), shape, extent, **options))
    found = [item.value for item in items if isinstance(item, Element)]
    return found, [item for item in items if isinstance(item, Rejected)], extent


@given(RECORDS, CHUNKS, INDENTS, st.booleans())
def test_every_element_of_an_array_is_found_in_chunks_of_any_size(
    records: list[Any], size: int, indent: int | None, is_ascii: bool
) -> None:
    data = json.dumps(records, indent=indent, ensure_ascii=is_ascii).encode()
    found, rejected, extent = values(data, Shape.ARRAY, size)
    assert found == records
    assert not rejected
    assert (extent.record_count, extent.byte_count, extent.is_truncated) == (len(records), len(data), False)


@settings(max_examples=60)
@given(RECORDS, CHUNKS, st.data())
def test_an_array_cut_anywhere_gives_its_whole_records_and_at_most_one_rejection(
    records: list[Any], size: int, data: st.DataObject
) -> None:
    text = json.dumps(records, ensure_ascii=False).encode()
    cut = data.draw(st.integers(0, len(text) - 1))
    found, rejected, extent = values(text[:cut], Shape.ARRAY, size)
    assert found == records[: len(found)]
    assert len(rejected) <= 1
    assert extent.is_truncated == (cut > 0)
    if rejected:
        assert rejected[0].reason is RejectReason.TRUNCATED_RECORD
        start = rejected[0].locator.number
        assert text[start : start + 1] == b"{"
        assert rejected[0].detail == f"bytes={cut - start} whole_records={len(found)}"


@given(RECORDS, CHUNKS)
def test_lines_and_concatenated_objects_and_wrapped_arrays_give_the_same_records(records: list[Any], size: int) -> None:
    lines = "\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    assert values(lines.encode(), Shape.LINES, size)[0] == records
    assert values(lines.replace("\n", "").encode(), Shape.OBJECTS, size)[0] == records if records else True
    wrapped = json.dumps({"meta": [{"a": [1]}], "conversations": records, "more": [{}]}, ensure_ascii=False)
    assert values(wrapped.encode(), Shape.WRAPPED_ARRAY, size)[0] == records


@given(st.lists(st.sampled_from(["\\", '"', "a", "[", "}"]), max_size=40).map("".join), CHUNKS)
def test_runs_of_backslashes_and_quotes_never_hide_a_bracket(text: str, size: int) -> None:
    records = [{"t": text}, {"t": text * 3, text: 1}, {"t": "\\" * 30 + text}]
    assert values(json.dumps(records).encode(), Shape.ARRAY, size)[0] == records


def test_arrays_in_a_row_and_missing_commas_are_read() -> None:
    assert values(b'[{"a":1} {"a":2}] [{"a":3}]', Shape.ARRAY)[0] == [{"a": 1}, {"a": 2}, {"a": 3}]


def test_one_malformed_element_costs_one_element_and_is_told_by_its_byte() -> None:
    data = b'[{"a":1},{"a":nope},{"a":3}]'
    found, rejected, extent = values(data, Shape.ARRAY)
    assert found == [{"a": 1}, {"a": 3}]
    assert [(r.reason, r.locator.kind, r.locator.number) for r in rejected] == [
        (RejectReason.MALFORMED_JSON, LocatorKind.BYTE, data.index(b'{"a":nope'))
    ]
    assert (extent.record_count, extent.malformed_count) == (3, 1)


STRAYS = st.sampled_from(
    [b"null", b"-7.5e3", b"true", b'"words, and {more]"', b'"\\\\"', b'"a\\"]b"', b"words astray", b"\xc3\xa9t\xc3\xa9"]
)
BLANKS = st.sampled_from([b"", b" ", b"\n\t", b"\r\n", b"\x1e", b"\xef\xbb\xbf", b"\x00" * 9])


@given(st.lists(RECORDS.map(lambda records: json.dumps(records[:1]).encode()[1:-1]) | STRAYS), BLANKS, CHUNKS)
def test_what_stands_between_elements_and_is_none_is_told_one_by_one(
    items: list[bytes], blank: bytes, size: int
) -> None:
    data, places = b"[", []
    for number, item in enumerate(items):
        data += (b"," if number else b"") + blank
        if item and item[:1] != b"{":
            places.append((len(data), len(item + blank)))
        data += item + blank
    found, rejected, extent = values(data + b"]" + blank, Shape.ARRAY, size)
    assert found == [json.loads(item) for item in items if item[:1] == b"{"]
    assert [(r.reason, r.locator.kind) for r in rejected] == [(RejectReason.MALFORMED_JSON, LocatorKind.BYTE)] * len(
        places
    )
    assert [(r.locator.number, r.detail) for r in rejected] == [(at, f"bytes={length}") for at, length in places]
    assert (extent.record_count, extent.malformed_count) == (len(found) + len(places), len(places))


@pytest.mark.parametrize("size", [1, 3, 64])
def test_words_between_objects_and_in_a_wrapped_array_are_told_and_keys_beside_it_are_not(size: int) -> None:
    found, rejected, extent = values(b'{"a":1} some words\n{"a":2}\n --- ', Shape.OBJECTS, size)
    assert found == [{"a": 1}, {"a": 2}]
    assert [(r.reason, r.locator.number) for r in rejected] == [
        (RejectReason.MALFORMED_JSON, 8),
        (RejectReason.MALFORMED_JSON, 28),
    ]
    assert not extent.is_truncated
    wrapped = b'{"n": [5, 6], "value": [{"a":1}, null, {"a":2}, 8], "last": {"x": 3}, "z": 4} '
    found, rejected, _ = values(wrapped, Shape.WRAPPED_ARRAY, size)
    assert found == [{"a": 1}, {"a": 2}]
    assert [r.locator.number for r in rejected] == [wrapped.index(b"null"), wrapped.index(b"8]")]


def test_an_array_that_is_cut_in_a_text_of_its_own_is_told_as_cut() -> None:
    _, rejected, extent = values(b'[{"a":1}, "never ends', Shape.ARRAY, 4)
    assert [(r.reason, r.locator.number) for r in rejected] == [(RejectReason.TRUNCATED_RECORD, 10)]
    assert (extent.record_count, extent.is_truncated) == (1, True)


def test_one_malformed_line_costs_one_line_and_a_cut_last_line_is_told_apart() -> None:
    found, rejected, extent = values(b'{"a":1}\n{"a":\n\n{"a":3}\r\n{"a":4', Shape.LINES)
    assert found == [{"a": 1}, {"a": 3}]
    assert [(r.reason, r.locator.number) for r in rejected] == [
        (RejectReason.MALFORMED_JSON, 2),
        (RejectReason.TRUNCATED_RECORD, 5),
    ]
    assert extent.is_truncated


def test_unicode_line_separators_do_not_end_a_line() -> None:
    record = {"a": "one\u2028two\u2029three\x85four"}
    assert values(json.dumps(record, ensure_ascii=False).encode() + b"\n", Shape.LINES)[0] == [record]


@pytest.mark.parametrize("shape", [Shape.ARRAY, Shape.LINES])
def test_a_record_over_the_limit_is_skipped_and_the_rest_goes_on(shape: Shape) -> None:
    records = [{"a": 1}, {"a": "x" * 500}, {"a": 3}]
    texts = [json.dumps(record) for record in records]
    data = "\n".join(texts) if shape is Shape.LINES else "[" + ",".join(texts) + "]"
    found, rejected, _ = values(data.encode(), shape, 64, max_bytes=100)
    assert found == [records[0], records[2]]
    assert [r.reason for r in rejected] == [RejectReason.RECORD_TOO_LARGE]
    assert f"bytes={len(texts[1])} limit=100" in rejected[0].detail


def test_a_bracket_that_closes_nothing_stops_the_file_and_keeps_what_was_read() -> None:
    found, rejected, extent = values(b'[{"a":1}]] , {"a":2}', Shape.ARRAY)
    assert found == [{"a": 1}]
    assert extent.has_lost_sync
    assert rejected[0].reason is RejectReason.UNRECOVERABLE_STRUCTURE


def test_an_element_that_never_ends_within_the_limit_loses_sync() -> None:
    found, rejected, extent = values(b'[{"a":1},{"a":"' + b"x" * 500, Shape.ARRAY, 64, max_bytes=100)
    assert found == [{"a": 1}]
    assert rejected[0].reason is RejectReason.UNRECOVERABLE_STRUCTURE
    assert extent.has_lost_sync


def test_nesting_beyond_the_limit_is_a_rejected_record_not_a_crash() -> None:
    deep = "[" * 1500 + "]" * 1500
    found, rejected, _ = values(f'[{{"a":{deep}}},{{"a":2}}]'.encode(), Shape.ARRAY)
    assert found == [{"a": 2}]
    assert [r.reason for r in rejected] == [RejectReason.TOO_DEEP]


MEASURE = """
from economic_index.conversations.splitter import Extent, Shape, split
from tests.peak_memory import peak_mb
def chunks():
    yield b'[{"id":"a_0","v":"'
    for _ in range(50):
        yield b"w" * 1_000_000
    yield b'"}' + b',{"id":"b_0","v":"x"}' * 100_000 + b"]"
before = peak_mb()
sizes = [len(item.value["v"]) for item in split(chunks(), Shape.ARRAY, Extent())]
print(sizes[0], len(sizes), peak_mb() - before)
"""


def test_one_record_of_fifty_megabytes_is_read_with_a_few_times_its_own_memory() -> None:
    size, count, megabytes = said_by(MEASURE)
    assert (size, count) == (50_000_000, 100_001)
    assert megabytes < 300
