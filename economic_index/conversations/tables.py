"""Rows of tables as elements: CSV out of a stream of bytes, Parquet out of a file, each row an object by column.

What a column means is not known here: a reader of readers/ decides.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from economic_index.conversations.cutter import MAX_RECORD_BYTES, cut_lines
from economic_index.conversations.records import Element, Locator, Rejected
from economic_index.conversations.splitter import Extent
from economic_index.vocabulary import LocatorKind, RejectReason

DELIMITERS = (",", ";", "\t", "|")
BATCH_BYTES, MAX_BATCH_ROWS = 8 << 20, 64


class TableError(Exception):
    """The table cannot be read at all; the message has numbers and our own words only."""


@dataclass(frozen=True)
class CsvForm:
    """How a CSV file is written. `encoding` other than UTF-8 is a person's word, never guessed."""

    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"


def guess_form(head: bytes) -> CsvForm | None:
    """The form of a CSV file by its header: the delimiter that parts it into most names; None if there is none."""
    header = head.split(b"\n", 1)[0].decode("utf-8", "replace").strip("\r\ufeff")
    forms = [CsvForm(delimiter) for delimiter in DELIMITERS]
    widths = [len(_names_of(header, form)) for form in forms]
    best = max(range(len(forms)), key=lambda index: widths[index])
    return forms[best] if widths[best] > 1 else None


def _names_of(header: str, form: CsvForm) -> list[str]:
    try:
        names = next(csv.reader([header], delimiter=form.delimiter, quotechar=form.quote, strict=True), [])
    except csv.Error:
        return []
    return names if all(name.strip() and form.quote not in name for name in names) else []


class _RowTooLongError(Exception):
    """A row goes on beyond the limit: most likely a quote that nothing closes."""


class _Lines:
    """Decoded lines for the CSV parser; knows how long the row so far is, and whether a byte was replaced."""

    def __init__(self, chunks: Iterable[bytes], encoding: str, max_bytes: int) -> None:
        self._lines = cut_lines(chunks, max_bytes)
        self._encoding, self._max_bytes = encoding, max_bytes
        self.row_bytes, self.is_repaired, self.is_done = 0, False, False

    def __iter__(self) -> Iterator[str]:
        for line, size, is_ended in self._lines:
            self.row_bytes += size + 1
            if line is None or self.row_bytes > self._max_bytes:
                raise _RowTooLongError
            try:
                text = line.decode(self._encoding)
            except UnicodeDecodeError:
                text, self.is_repaired = line.decode(self._encoding, "replace"), True
            yield text + "\n" if is_ended else text
        self.is_done = True

    def start_row(self) -> None:
        """Forget the row that was parsed."""
        self.row_bytes, self.is_repaired = 0, False


def split_csv(
    chunks: Iterable[bytes], form: CsvForm, extent: Extent, max_bytes: int = MAX_RECORD_BYTES
) -> Iterator[Element | Rejected]:
    """Rows after the header, as objects of texts; locators count rows from 1. Raises TableError without a header.

    A row with another number of fields than the header is rejected (`malformed_row`); a quote that is not closed
    rejects what follows it.
    """
    csv.field_size_limit(max_bytes)
    lines = _Lines(_counted(chunks, extent), form.encoding, max_bytes)
    rows = csv.reader(iter(lines), delimiter=form.delimiter, quotechar=form.quote, strict=True)
    names = _header(rows)
    lines.start_row()
    while True:
        place = Locator(LocatorKind.ROW, extent.record_count + 1)
        try:
            fields = next(rows)
        except StopIteration:
            return
        except csv.Error:
            extent.record_count += 1
            yield _broken_row(lines, place, extent)
            continue
        except _RowTooLongError:
            extent.has_lost_sync = True
            detail = f"bytes={lines.row_bytes} limit={max_bytes} whole_records={extent.record_count}"
            yield Rejected(RejectReason.UNRECOVERABLE_STRUCTURE, place, detail)
            return
        if fields:
            extent.record_count += 1
            if len(fields) == len(names):
                yield Element(dict(zip(names, fields, strict=True)), place, lines.is_repaired)
            else:
                extent.malformed_count += 1
                yield Rejected(RejectReason.MALFORMED_ROW, place, f"fields={len(fields)} columns={len(names)}")
        lines.start_row()


def _counted(chunks: Iterable[bytes], extent: Extent) -> Iterator[bytes]:
    for chunk in chunks:
        extent.byte_count += len(chunk)
        yield chunk


def _header(rows: Iterator[list[str]]) -> list[str]:
    try:
        names = [name.strip("\ufeff") for name in next(rows)]
    except (StopIteration, csv.Error, _RowTooLongError):
        raise TableError("The first line holds no column names.") from None
    if len(set(names)) != len(names):
        raise TableError("Two columns have the same name: rename one.")
    return names


def _broken_row(lines: _Lines, place: Locator, extent: Extent) -> Rejected:
    """A quote in the wrong place costs its row; one that is open at the end of the file is a cut file."""
    if lines.is_done:
        extent.is_truncated, reason = True, RejectReason.TRUNCATED_RECORD
        extent.record_count -= 1
    else:
        extent.malformed_count += 1
        reason = RejectReason.MALFORMED_ROW
    detail = f"bytes={lines.row_bytes} whole_records={extent.record_count}"
    lines.start_row()
    return Rejected(reason, place, detail)


def split_parquet(
    file: IO[bytes], extent: Extent, columns: Sequence[str] | None = None, max_bytes: int = MAX_RECORD_BYTES
) -> Iterator[Element | Rejected]:
    """Rows as objects, a batch at a time; of `columns` those that are there. Raises TableError if damaged.

    A row whose text is not UTF-8, or with a time that no calendar has, is rejected (`malformed_row`); so is one that
    unpacks to more than the limit (`record_too_large`).
    """
    try:
        table = pq.ParquetFile(file, buffer_size=1 << 20, pre_buffer=False)
        wanted = None if columns is None else [name for name in table.schema_arrow.names if name in columns]
        for batch in _batches(table, wanted):
            for value in _rows(batch, max_bytes):
                extent.record_count += 1
                place = Locator(LocatorKind.ROW, extent.record_count)
                if isinstance(value, dict):
                    yield Element(value, place)
                elif value is None:
                    extent.malformed_count += 1
                    yield Rejected(RejectReason.MALFORMED_ROW, place)
                else:
                    yield Rejected(RejectReason.RECORD_TOO_LARGE, place, f"bytes={value} limit={max_bytes}")
    except (pa.ArrowKeyError, KeyError):
        raise TableError("The Parquet file has times in a zone that is not known here.") from None
    except (pa.ArrowException, OSError, ValueError, OverflowError, IndexError):
        raise TableError(f"The Parquet file is damaged after row {extent.record_count}.") from None


def _batches(table: pq.ParquetFile, columns: list[str] | None) -> Iterator[pa.RecordBatch]:
    """All rows in batches of a few MB as they are unpacked, which the file does not tell: repeated text is stored once.

    Of each row group one row is tried, then as many as its size allows, then fewer or more where later rows differ.
    """
    for group in range(table.num_row_groups):
        done, size, row_count = 0, 1, table.metadata.row_group(group).num_rows
        while done < row_count:
            begun, skipped = done, done
            for batch in table.iter_batches(size, row_groups=[group], columns=columns):
                if skipped >= batch.num_rows:
                    skipped -= batch.num_rows
                    continue
                part = batch.slice(skipped)
                skipped = 0
                done += part.num_rows
                yield part
                next_size = _next_size(size, part, may_grow=done >= 2 * begun)
                if next_size != size:
                    size = next_size
                    break
            if done == begun:
                raise ValueError("fewer rows than the row group is said to have")


def _next_size(size: int, batch: pa.RecordBatch, *, may_grow: bool) -> int:
    """How many rows the next batch should have; seldom another number: what was read is then skipped once more."""
    fitting: int = min(BATCH_BYTES * batch.num_rows // max(batch.nbytes, 1), MAX_BATCH_ROWS)
    if fitting < size:
        return max(min(fitting, size // 2), 1)
    return fitting if may_grow and fitting >= 2 * size else size


def _rows(batch: pa.RecordBatch, max_bytes: int) -> list[dict[str, Any] | int | None]:
    """The rows of a batch; instead of one that cannot be decoded None, instead of one over the limit its size."""
    is_one = batch.num_rows == 1
    if batch.nbytes > max_bytes:
        return [batch.nbytes] if is_one else _rows_of_halves(batch, max_bytes)
    try:
        rows: list[dict[str, Any] | int | None] = batch.to_pylist()
    except (UnicodeDecodeError, OverflowError):
        return [None] if is_one else _rows_of_halves(batch, max_bytes)
    return rows


def _rows_of_halves(batch: pa.RecordBatch, max_bytes: int) -> list[dict[str, Any] | int | None]:
    middle = batch.num_rows // 2
    return [row for part in (batch.slice(0, middle), batch.slice(middle)) for row in _rows(part, max_bytes)]
