"""Which format a log has, told by the structure of its first records, and how they are strung together.

Names of files decide nothing; no text of a record reaches a message (log_formats §19).
"""

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import IO, Any

from economic_index.conversations.cutter import MAX_RECORD_BYTES
from economic_index.conversations.errors import LogFormatError
from economic_index.conversations.readers.registry import READERS, reader_named
from economic_index.conversations.records import AUTO, Element, Reader, Rejected
from economic_index.conversations.repair import Parsed, parse
from economic_index.conversations.research_sets import refuse_research_sets
from economic_index.conversations.splitter import Extent, Shape, split
from economic_index.conversations.tables import CsvForm, TableError, guess_form, split_csv, split_parquet
from economic_index.conversations.unpack import Stream
from economic_index.conversations.versions import Mark
from economic_index.vocabulary import RejectReason

SAMPLE_BYTES = 4 << 20
MAX_ELEMENTS, MAX_LINES = 20, 50
KNOWN_KEYS = (
    "id uuid conversation_id conversations conversation chat_messages messages mapping current_node create_time "
    "update_time created_at updated_at title name account model role content from value request response input "
    "output items custom_id params body result timestamp ts time user user_id session_id thread_id request_id "
    "type sessionId parentUuid chat history trace_id start_time startTime conversation_hash language text prompt "
    "data_files event_id actor interactionType call_type end_user api_key proxy_server_request status environment "
    "provided_model_name traceId"
)
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class Sniffed:
    """A stream whose format is known: its reader, its shape, all its bytes as UTF-8, where they start.

    A CSV file has its `form`; a Parquet file is a `table`, and has no chunks.
    """

    reader: Reader
    shape: Shape
    chunks: Iterator[bytes]
    start: int = 0
    form: CsvForm = field(default_factory=CsvForm)
    table: IO[bytes] | None = None

    def elements(
        self, chunks: Iterable[bytes], extent: Extent, max_bytes: int = MAX_RECORD_BYTES
    ) -> Iterator[Element | Rejected]:
        """The records of `chunks`, which are this stream's own, or of its table. Raises TableError."""
        if self.table is not None:
            return split_parquet(self.table, extent, self.reader.columns, max_bytes)
        if self.shape is Shape.CSV:
            return split_csv(chunks, self.form, extent, max_bytes)
        return split(chunks, self.shape, extent, start=self.start, max_bytes=max_bytes)


def sniff(stream: Stream, format_name: str = AUTO) -> Sniffed | None:
    """Find shape and reader of a log; None if it is empty. Raises LogFormatError."""
    file_name = stream.name
    if stream.table is not None:
        return _sniff_table(stream.table, file_name, format_name)
    head, start, rest = decoded(stream.chunks, file_name)
    if not head.strip():
        return None
    form = guess_form(head) if find_shape(head) is Shape.LINES and not _is_json(head) else None
    if form is not None:
        reader = _reader_of(_table_sample(split_csv([head], form, Extent()), file_name), file_name, format_name)
        return Sniffed(reader, Shape.CSV, chain([head], rest), start, form)
    shape = find_shape(head)
    sample = _records(head, shape, start)
    while not sample and len(head) < MAX_RECORD_BYTES and (more := take(rest, len(head))):
        head += more  # the first conversation alone is longer than the sample
        shape = find_shape(head)
        sample = _records(head, shape, start)
    _refuse_known_others(head, sample, file_name)
    reader = _reader_of(sample, file_name, format_name)
    if format_name != AUTO and shape is Shape.WRAPPED_ARRAY and _is_one_record(head, reader):
        shape = Shape.OBJECTS
    return Sniffed(reader, shape, chain([head], rest), start)


def rest_of(stream: Stream, mark: Mark) -> Sniffed:
    """What a file of lines has after the place to which its reader, known by now, read it before."""
    reader = reader_named(mark.settings.partition(":")[0])
    return Sniffed(reader, Shape.LINES, stream.chunks, mark.next_byte)


def _sniff_table(file: IO[bytes], file_name: str, format_name: str) -> Sniffed | None:
    extent = Extent()
    sample = _table_sample(split_parquet(file, extent), file_name)
    file.seek(0)
    if not extent.record_count:
        return None
    reader = _reader_of(sample, file_name, format_name)
    return Sniffed(reader, Shape.PARQUET, iter(()), table=file)


def _table_sample(rows: Iterator[Element | Rejected], file_name: str) -> list[Any]:
    """The first rows, and what refuses the file if they tell that it is no log."""
    try:
        sample = list(islice((item.value for item in rows if isinstance(item, Element)), MAX_ELEMENTS))
    except TableError as error:
        raise LogFormatError(RejectReason.BAD_TABLE, file_name, str(error)) from None
    _refuse_known_others(b"", sample, file_name)
    return sample


def _reader_of(sample: list[Any], file_name: str, format_name: str) -> Reader:
    return choose_reader(sample, file_name) if format_name == AUTO else reader_named(format_name)


def _is_json(head: bytes) -> bool:
    """Whether the first line is JSON by itself: then it is no header of a table."""
    return isinstance(parse(head.split(b"\n", 1)[0]), Parsed)


def choose_reader(sample: list[Any], file_name: str) -> Reader:
    """The one reader that knows these records. Raises LogFormatError if none or several do."""
    fitting = [reader for reader in READERS if reader.sniff(sample)]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        refuse_research_sets(sample, file_name)
    known = ", ".join(reader.format for reader in READERS)
    if fitting:
        names = " or ".join(reader.format for reader in fitting)
        raise LogFormatError(
            RejectReason.AMBIGUOUS_FORMAT, file_name, f"Could be {names}; name one (format in sources.toml)."
        )
    raise LogFormatError(
        RejectReason.UNKNOWN_FORMAT,
        file_name,
        f"Not a known log format. Saw: {describe(sample)}. Known: {known}. Set format in sources.toml, "
        "or say what the columns of a table mean (mapping, docs/logs/mapped_table.md).",
    )


def describe(sample: list[Any]) -> str:
    """What the first record looks like; only key names that formats are known to use, others are counted."""
    if not sample:
        return "no JSON record"
    first = sample[0]
    if not isinstance(first, dict):
        return f"records of type {type(first).__name__}"
    known_keys = KNOWN_KEYS.split()
    known = [key for key in first if key in known_keys]
    others = len(first) - len(known)
    return f"objects with keys {', '.join(known) or '(none known)'} and {others} others"


def find_shape(head: bytes) -> Shape:
    """How records are strung together, from the first bytes."""
    text = head.lstrip()
    if text[:1] == b"[":
        return Shape.ARRAY
    if text[:1] != b"{":
        return Shape.LINES
    lines = [line for line in text.split(b"\n", 3)[:3] if line.strip()]
    if _is_object(lines[0]) and (len(lines) == 1 or lines[1].lstrip()[:1] == b"{"):
        return Shape.WRAPPED_ARRAY if len(lines) == 1 and _wraps(head) else Shape.LINES
    if len(lines) == 3 and _is_object(lines[1]) and _is_object(lines[2]):
        return Shape.LINES
    return Shape.WRAPPED_ARRAY if _wraps(head) else Shape.OBJECTS


def _wraps(head: bytes) -> bool:
    """Whether the root object holds, under one of the known names, an array that looks like conversations."""
    if _fits(_records(head, Shape.OBJECTS)):
        return False
    return bool(_records(head, Shape.WRAPPED_ARRAY))


def _fits(sample: list[Any]) -> bool:
    return bool(sample) and any(reader.sniff(sample) for reader in READERS)


def _is_one_record(head: bytes, reader: Reader) -> bool:
    return reader.sniff(_records(head, Shape.OBJECTS))


def _is_object(line: bytes) -> bool:
    parsed = parse(line)
    return isinstance(parsed, Parsed) and isinstance(parsed.value, dict)


def _records(head: bytes, shape: Shape, start: int = 0) -> list[Any]:
    limit = MAX_LINES if shape is Shape.LINES else MAX_ELEMENTS
    values: list[Any] = []
    for item in split([head], shape, Extent(), start=start):
        if isinstance(item, Element):
            values.append(item.value)
        if len(values) >= limit:
            break
    return values


def decoded(chunks: Iterator[bytes], file_name: str) -> tuple[bytes, int, Iterator[bytes]]:
    """The first bytes as UTF-8 without byte order mark, where they start in the file, and the rest."""
    head = take(chunks, SAMPLE_BYTES)
    mark, encoding = next((bom for bom in _BOMS if head.startswith(bom[0])), (b"", ""))
    if not mark:
        return head, 0, chunks
    if encoding == "utf-32":
        raise LogFormatError(RejectReason.UNKNOWN_FORMAT, file_name, "The file is UTF-32: save it as UTF-8.")
    rest = chain([head[len(mark) :]], chunks)
    if encoding == "utf-8":
        return next(rest, b""), len(mark), rest
    recoded = _recode(rest, encoding)
    return take(recoded, SAMPLE_BYTES), 0, recoded


def _recode(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="surrogatepass")
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "surrogatepass")
    try:
        yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return


def take(chunks: Iterator[bytes], size: int) -> bytes:
    """So many bytes of a stream, or few more, or all that are left."""
    taken: list[bytes] = []
    total = 0
    while total < size and (chunk := next(chunks, b"")):
        taken.append(chunk)
        total += len(chunk)
    return b"".join(taken)


def _refuse_known_others(head: bytes, sample: list[Any], file_name: str) -> None:
    """Files that are known to hold no conversations, each with the file that does."""
    start = head[:2048].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        raise _no_text(file_name, "conversations.json of the same export")
    first = sample[0] if sample and isinstance(sample[0], dict) else _whole_object(head)
    if isinstance(first.get("data_files"), list):
        names = [part.get("filename") for part in first["data_files"] if isinstance(part, dict)]
        shown = ", ".join(name for name in names if isinstance(name, str) and name.startswith("conversations"))
        raise LogFormatError(
            RejectReason.MANIFEST_ONLY,
            file_name,
            f"This is the index of a Claude export. Give the ZIPs it names: {shown or 'conversations-*.zip'}.",
        )
    if "CopilotInteraction" in (first.get("Operation"), first.get("RecordType")) or "AuditData" in first:
        raise _no_text(file_name, "the interaction export (getAllEnterpriseInteractions), not the audit log")
    is_batch_reply = "custom_id" in first and bool({"response", "result"} & first.keys())
    if is_batch_reply and not {"body", "request", "params"} & first.keys():
        raise _no_text(file_name, "the batch input file, joined with this output on custom_id")


def _no_text(file_name: str, needed: str) -> LogFormatError:
    return LogFormatError(
        RejectReason.NO_TEXT_IN_FORMAT, file_name, f"This file has no conversations. Needed: {needed}."
    )


def _whole_object(head: bytes) -> dict[str, Any]:
    records = _records(head, Shape.OBJECTS) if head.lstrip()[:1] == b"{" else []
    return records[0] if records and isinstance(records[0], dict) else {}
