"""Whether a file is the table that a mapping speaks of: its shape, its form, and each of its columns.

No row is read to the end here; a file that has not the columns is refused before its first row counts.
"""

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import Any

from economic_index.conversations.cutter import MAX_RECORD_BYTES
from economic_index.conversations.errors import LogFormatError
from economic_index.conversations.mapped_cells import may_hold, shown_names
from economic_index.conversations.mapping import TableMapping, plain_encoding
from economic_index.conversations.readers.mapped_table import OPTIONAL_IN_JSON, MappedTable
from economic_index.conversations.records import Element, Rejected
from economic_index.conversations.repair import Parsed, parse
from economic_index.conversations.sniff import MAX_LINES, Sniffed, decoded, take
from economic_index.conversations.splitter import Extent, Shape
from economic_index.conversations.tables import CsvForm, TableError, guess_form, split_parquet
from economic_index.conversations.unpack import Stream
from economic_index.vocabulary import RejectReason

_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def sniff_mapped(stream: Stream, reader: MappedTable) -> Sniffed | None:
    """The stream as a table of this reader; None if it has no rows. Raises LogFormatError."""
    declared = reader.mapping.format
    if stream.table is not None:
        _check_format("parquet", declared, stream.name)
        sniffed = Sniffed(reader, Shape.PARQUET, iter(()), table=stream.table)
        items = _first(split_parquet(stream.table, Extent()), stream.name)
        stream.table.seek(0)
        return _checked(sniffed, items, stream.name)
    start = next(stream.chunks, b"")
    is_marked = start.startswith(_MARKS)
    head, offset, rest = decoded(chain([start], stream.chunks), stream.name)
    if not head.strip():
        return None
    shape = _shape(head, declared)
    _check_format("csv" if shape is Shape.CSV else "jsonl", declared, stream.name)
    sniffed = Sniffed(reader, shape, iter(()), offset, _form(reader.mapping, head, is_marked=is_marked))
    items = _first(sniffed.elements([head], Extent()), stream.name)
    while not any(map(_is_element, items)) and len(head) < MAX_RECORD_BYTES and (more := take(rest, len(head))):
        head += more  # the first row alone is longer than the sample
        items = _first(sniffed.elements([head], Extent()), stream.name)
    return _checked(replace(sniffed, chunks=chain([head], rest)), items, stream.name)


def check_columns(reader: MappedTable, records: Sequence[dict[str, Any]], file_name: str, *, is_json: bool) -> None:
    """Raise LogFormatError (mapping_column) if none of these rows has a column of the mapping."""
    missing = [
        key
        for key, path in reader.paths.items()
        if not any(may_hold(record, path) for record in records) and not (is_json and key in OPTIONAL_IN_JSON)
    ]
    if not missing or not records:
        return
    key = missing[0]
    told = f"Column {reader.paths[key]!r} ({key} of the mapping) is not in the file."
    if len(missing) < len(reader.paths):
        names = dict.fromkeys(name for record in records for name in record)
        told += f" Columns are: {shown_names(list(names))}."
    else:  # then what stands at the top may be text
        told += " None of the mapping's columns is: is the first line the header, and the delimiter right?"
    raise LogFormatError(RejectReason.MAPPING_COLUMN, file_name, told)


def _checked(sniffed: Sniffed, items: list[Element | Rejected], file_name: str) -> Sniffed | None:
    records = [item.value for item in items if isinstance(item, Element) and isinstance(item.value, dict)]
    is_json = sniffed.shape not in {Shape.CSV, Shape.PARQUET}
    check_columns(sniffed.reader, records, file_name, is_json=is_json)  # type: ignore[arg-type]
    return sniffed if items else None


def _is_element(item: Element | Rejected) -> bool:
    return isinstance(item, Element)


def _first(rows: Iterator[Element | Rejected], file_name: str) -> list[Element | Rejected]:
    try:
        return list(islice(rows, MAX_LINES))
    except TableError as error:
        raise LogFormatError(RejectReason.BAD_TABLE, file_name, str(error)) from None


def _check_format(found: str, declared: str | None, file_name: str) -> None:
    if declared not in {None, found}:
        raise LogFormatError(
            RejectReason.BAD_TABLE, file_name, f"The mapping says {declared}, the file is {found}: correct `format`."
        )


def _shape(head: bytes, declared: str | None) -> Shape:
    start = head.lstrip()[:1]
    if declared == "csv" or start not in (b"{", b"["):
        return Shape.CSV
    if start == b"[":
        return Shape.ARRAY
    first = parse(head.lstrip().split(b"\n", 1)[0])
    return Shape.LINES if isinstance(first, Parsed) else Shape.OBJECTS


def _form(mapping: TableMapping, head: bytes, *, is_marked: bool) -> CsvForm:
    """The mapping's word goes before the header's; a byte order mark says that it is Unicode, whatever they say."""
    guessed = guess_form(head) or CsvForm()
    encoding = "utf-8" if is_marked else plain_encoding(mapping.encoding)
    return CsvForm(mapping.delimiter or guessed.delimiter, mapping.quote, encoding)
