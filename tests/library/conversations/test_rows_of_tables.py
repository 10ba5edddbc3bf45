"""Rows of CSV and Parquet as elements: every row is told, a broken one costs one row, nothing of it is shown."""

import csv
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from economic_index.conversations import tables
from economic_index.conversations.errors import LogFormatError
from economic_index.conversations.open_files import open_log
from economic_index.conversations.records import Element, Rejected
from economic_index.conversations.sniff import sniff
from economic_index.conversations.splitter import Extent, Shape
from economic_index.conversations.tables import CsvForm, TableError, guess_form, split_csv, split_parquet
from economic_index.conversations.unpack import Stream
from economic_index.vocabulary import RejectReason, SourceFormat
from tests.library.conversations.test_archives import zipped
from tests.peak_memory import said_by

EXCHANGE = '{"messages": [{"role": "user", "content": "Name a prime."}]}'


def rows_of(text: str | bytes, form: CsvForm | None = None, size: int = 1 << 20, limit: int = 1 << 20) -> list:
    data = text.encode() if isinstance(text, str) else text
    chunks = (data[start : start + size] for start in range(0, len(data), size))
    return list(split_csv(chunks, form or CsvForm(), Extent(), limit))


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=12)


@given(rows=st.lists(st.tuples(cells, cells), max_size=8), size=st.sampled_from([1, 2, 3, 7, 64]))
def test_what_a_csv_writer_wrote_is_read_back_wherever_the_chunks_end(rows: list[tuple[str, str]], size: int) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *rows])
    items = rows_of(written.getvalue(), size=size)
    assert [item.value for item in items] == [{"a": a, "b": b} for a, b in rows]
    assert [item.locator.number for item in items] == list(range(1, len(rows) + 1))


def test_a_row_with_too_few_fields_or_a_quote_astray_costs_one_row() -> None:
    extent = Extent()
    text = 'a,b\n1,2\n3\n"4"x,5\n6,"7\n8"\n\n9,10'
    items = list(split_csv([text.encode()], CsvForm(), extent))
    assert [item.value["a"] if isinstance(item, Element) else item.reason for item in items] == [
        "1",
        RejectReason.MALFORMED_ROW,
        RejectReason.MALFORMED_ROW,
        "6",
        "9",
    ]
    assert (extent.record_count, extent.malformed_count, extent.is_truncated) == (5, 2, False)


def test_a_quote_that_nothing_closes_is_a_cut_file_or_beyond_the_limit_lost() -> None:
    extent = Extent()
    items = list(split_csv([b'a,b\n1,2\n3,"never closed\nSECRET'], CsvForm(), extent))
    assert extent.is_truncated
    assert items[1].reason is RejectReason.TRUNCATED_RECORD
    lost = rows_of('a,b\n1,2\n3,"' + "SECRET\n" * 100, limit=300)
    assert lost[-1].reason is RejectReason.UNRECOVERABLE_STRUCTURE
    assert "SECRET" not in repr([items[1], lost[-1]])


def test_bytes_that_are_not_text_are_replaced_and_flagged_in_their_row_alone() -> None:
    items = rows_of(b"a,b\n1,caf\xe9\n2,ok\n")
    assert [(item.value["b"], item.is_repaired) for item in items] == [("caf�", True), ("ok", False)]
    assert rows_of(b"a;b\n1;caf\xe9\n", CsvForm(";", encoding="cp1252"))[0].value["b"] == "café"


def test_a_header_decides_the_form() -> None:
    assert guess_form(b'\xef\xbb\xbfid;"a,b"\n') == CsvForm(";")
    assert guess_form(b"id\ttext\n") == CsvForm("\t")
    assert guess_form(b"hello world\n") is None
    with pytest.raises(TableError, match="same name"):
        rows_of("a,a\n1,2\n")


def parquet(table: pa.Table) -> io.BytesIO:
    file = io.BytesIO()
    pq.write_table(table, file)
    file.seek(0)
    return file


def test_rows_of_parquet_are_objects_and_unwanted_columns_are_not_decoded() -> None:
    table = pa.table({"id": [1, 2], "turns": [[{"role": "user"}], []], "bulk": ["x", "y"]})
    items = list(split_parquet(parquet(table), Extent(), ("id", "turns", "absent")))
    assert [item.value for item in items] == [{"id": 1, "turns": [{"role": "user"}]}, {"id": 2, "turns": []}]


def test_a_row_of_parquet_that_is_not_utf8_costs_one_row() -> None:
    texts = pa.array([b"one", b"\xff\xfe", b"three"]).cast(pa.binary())
    broken = pa.Array.from_buffers(pa.string(), 3, texts.buffers())
    extent = Extent()
    items = list(split_parquet(parquet(pa.table({"a": broken})), extent))
    assert [isinstance(item, Rejected) for item in items] == [False, True, False]
    assert (extent.record_count, extent.malformed_count) == (3, 1)


def test_a_row_of_parquet_over_the_limit_costs_one_row() -> None:
    texts = ["one", "x" * 3000, "three", "x" * 3000, "five"]
    extent = Extent()
    items = list(split_parquet(parquet(pa.table({"a": texts})), extent, max_bytes=2000))
    assert [item.value["a"] for item in items if isinstance(item, Element)] == ["one", "three", "five"]
    found = [(item.reason, item.locator.number) for item in items if isinstance(item, Rejected)]
    assert found == [(RejectReason.RECORD_TOO_LARGE, 2), (RejectReason.RECORD_TOO_LARGE, 4)]
    assert (extent.record_count, extent.malformed_count) == (5, 0)


def test_a_row_group_with_fewer_rows_than_it_says_stops_with_a_reason() -> None:
    table = pa.table({"a": pa.array(range(617), pa.int64())})
    data = parquet(table).getvalue()
    assert data.count(b"\x16\xd2\x09") >= 2
    with pytest.raises(TableError):
        list(split_parquet(io.BytesIO(data.replace(b"\x16\xd2\x09", b"\x16\xd4\x09")), Extent()))


@given(sizes=st.lists(st.sampled_from([1, 100, 5000]), max_size=60), group=st.sampled_from([1, 7, 60]))
def test_every_row_of_parquet_is_told_once_whatever_the_sizes_of_batches(sizes: list[int], group: int) -> None:
    table = pa.table({"n": pa.array(range(len(sizes)), pa.int64()), "text": pa.array(["x" * n for n in sizes])})
    file = io.BytesIO()
    pq.write_table(table, file, row_group_size=group)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "BATCH_BYTES", 2000)
        items = list(split_parquet(file, Extent()))
    assert [(item.value["n"], len(item.value["text"])) for item in items] == list(enumerate(sizes))
    assert [item.locator.number for item in items] == list(range(1, len(sizes) + 1))


MEASURE = """
import sys
from economic_index.conversations.splitter import Extent
from economic_index.conversations.tables import split_parquet
from tests.peak_memory import peak_mb
with open(sys.argv[1], "rb") as file:
    next(split_parquet(file, Extent()))
    before = peak_mb()
    count = sum(1 for _ in split_parquet(file, Extent()))
print(count, peak_mb() - before)
"""


def test_a_text_that_is_stored_once_and_repeated_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    small = pa.table({"id": ["a"] * 100, "turns": [[{"content": "short"}]] * 100})
    large = pa.table({"id": ["a"] * 1000, "turns": [[{"content": "x" * 900_000}]] * 1000})
    with pq.ParquetWriter(path, small.schema) as writer:
        writer.write_table(pa.concat_tables([small, large]))
    assert path.stat().st_size < 100_000
    count, megabytes = said_by(MEASURE, path)
    assert count == 1100
    assert megabytes < 300


def test_a_damaged_parquet_file_stops_with_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(parquet(pa.table({"request": [EXCHANGE] * 5000})).getvalue()[:-50])
    with open_log(path) as log, pytest.raises(LogFormatError) as caught:
        sniff(next(log.streams()))
    assert caught.value.reason is RejectReason.BAD_TABLE


@pytest.mark.parametrize("name", ["a.parquet", "a.csv", "a.zip"])
def test_tables_are_sniffed_like_records(tmp_path: Path, name: str) -> None:
    table = pa.table({"request": [EXCHANGE, EXCHANGE], "model": ["m", "m"]})
    files = {"a.parquet": parquet(table).getvalue(), "a.csv": table.to_pandas().to_csv(index=False).encode()}
    files["a.zip"] = zipped({"a.parquet": files["a.parquet"]})
    path = tmp_path / name
    path.write_bytes(files[name])
    with open_log(path) as log:
        for stream in log.streams():
            sniffed = sniff(stream)
            assert sniffed is not None
            assert sniffed.reader.format is SourceFormat.CHAT_MESSAGES
            items = list(sniffed.elements(sniffed.chunks, Extent()))
    assert sniffed.shape is (Shape.CSV if name == "a.csv" else Shape.PARQUET)
    assert [item.value for item in items] == [{"request": EXCHANGE, "model": "m"}] * 2


def test_words_without_columns_are_no_table() -> None:
    with pytest.raises(LogFormatError) as caught:
        sniff(Stream("notes.csv", iter([b"SECRET words\nmore of them\n"])))
    assert caught.value.reason is RejectReason.UNKNOWN_FORMAT
    assert "SECRET" not in str(caught.value)
