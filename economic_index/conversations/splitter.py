"""Makes parsed elements of a log file's bytes, each with its place, and rejections of what is broken.

What a record means is not known here: a reader of readers/ decides (log_formats §14).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from economic_index.conversations.cutter import MAX_RECORD_BYTES, LostSyncError, RawRecord, RecordCutter, cut_lines
from economic_index.conversations.records import Element, Locator, Rejected
from economic_index.conversations.repair import Parsed, parse
from economic_index.vocabulary import LocatorKind, RejectReason


class Shape(Enum):
    """How the records of a file are strung together; of JSON the value is the depth at which they stand."""

    OBJECTS = 0
    ARRAY = 1
    WRAPPED_ARRAY = 2
    LINES = -1
    CSV = -2
    PARQUET = -3


@dataclass
class Extent:
    """How far a stream was read; filled in while it is split.

    `line_count` and `line_bytes` tell where the last whole line ends. Of a stream that `may_go_on` a last line that is
    cut is no loss: it is left out, and noted as `has_open_line`.
    """

    byte_count: int = 0
    record_count: int = 0
    malformed_count: int = 0
    is_truncated: bool = False
    has_lost_sync: bool = False
    line_count: int = 0
    line_bytes: int = 0
    may_go_on: bool = False
    has_open_line: bool = False


def split(
    chunks: Iterable[bytes],
    shape: Shape,
    extent: Extent,
    *,
    start: int = 0,
    max_bytes: int = MAX_RECORD_BYTES,
) -> Iterator[Element | Rejected]:
    """Records in file order. `extent` goes on counting from where it stands; `start` is the first byte's place.

    One broken record costs one record; what stands between records and is none counts as one that is broken. Where the
    stream ends inside a record, that record is rejected and `extent.is_truncated` set; where brackets no longer match,
    the stream stops (`has_lost_sync`).
    """
    counted = _count_bytes(chunks, extent)
    if shape is Shape.LINES:
        yield from _split_lines(counted, extent, max_bytes)
    else:
        yield from _split_elements(counted, RecordCutter(shape.value, start, max_bytes), extent)


def _count_bytes(chunks: Iterable[bytes], extent: Extent) -> Iterator[bytes]:
    for chunk in chunks:
        extent.byte_count += len(chunk)
        yield chunk


def _split_elements(chunks: Iterable[bytes], cutter: RecordCutter, extent: Extent) -> Iterator[Element | Rejected]:
    try:
        for chunk in chunks:
            for record in cutter.feed(chunk):
                yield _element(record, extent, cutter.max_bytes)
    except LostSyncError:
        extent.has_lost_sync = True
        place = Locator(LocatorKind.BYTE, cutter.position)
        yield Rejected(RejectReason.UNRECOVERABLE_STRUCTURE, place, f"whole_records={extent.record_count}")
        return
    extent.is_truncated = extent.is_truncated or cutter.is_open
    for record in cutter.end():
        if record.is_stray and record.is_whole:
            yield _element(record, extent, cutter.max_bytes)
            continue
        is_lost = not record.is_stray and record.size > cutter.max_bytes
        extent.has_lost_sync |= is_lost
        reason = RejectReason.UNRECOVERABLE_STRUCTURE if is_lost else RejectReason.TRUNCATED_RECORD
        detail = f"bytes={record.size} whole_records={extent.record_count}"
        yield Rejected(reason, Locator(LocatorKind.BYTE, record.start), detail)


def _element(record: RawRecord, extent: Extent, max_bytes: int) -> Element | Rejected:
    extent.record_count += 1
    if record.data is None and not record.is_stray:
        detail = f"bytes={record.size} limit={max_bytes}"
        return Rejected(RejectReason.RECORD_TOO_LARGE, Locator(LocatorKind.BYTE, record.start), detail)
    parsed = parse(record.data) if record.data is not None else RejectReason.MALFORMED_JSON
    if isinstance(parsed, Parsed):
        return Element(parsed.value, Locator(LocatorKind.ELEMENT, extent.record_count), parsed.is_repaired)
    extent.malformed_count += 1
    return Rejected(parsed, Locator(LocatorKind.BYTE, record.start), f"bytes={record.size}")


def _split_lines(chunks: Iterable[bytes], extent: Extent, max_bytes: int) -> Iterator[Element | Rejected]:
    for line, size, is_ended in cut_lines(chunks, max_bytes):
        number = extent.line_count + 1
        is_blank = line is not None and not line.strip()
        parsed = parse(line) if line is not None and not is_blank else None
        if is_ended:
            extent.line_count, extent.line_bytes = number, extent.line_bytes + size + 1
        elif extent.may_go_on and not is_blank and not isinstance(parsed, Parsed):
            extent.has_open_line = True
            return
        if is_blank:
            continue
        extent.record_count += 1
        place = Locator(LocatorKind.LINE, number)
        if line is None or parsed is None:
            yield Rejected(RejectReason.RECORD_TOO_LARGE, place, f"bytes={size} limit={max_bytes}")
        elif isinstance(parsed, Parsed):
            yield Element(parsed.value, place, parsed.is_repaired)
        elif parsed is RejectReason.MALFORMED_JSON and not is_ended:
            extent.is_truncated = True
            extent.record_count -= 1
            yield Rejected(RejectReason.TRUNCATED_RECORD, place, f"bytes={size} whole_records={extent.record_count}")
        else:
            extent.malformed_count += 1
            yield Rejected(parsed, place, f"bytes={size}")
