"""Any table whose columns a mapping names, one row a message or one row a conversation (docs/logs/mapped_table.md).

It belongs to one source and is never sniffed; whether the file has the columns is mapped_sniff.py's to say.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from economic_index.conversations import mapped_cells as cells
from economic_index.conversations.cutter import MAX_RECORD_BYTES
from economic_index.conversations.grouping import Grouping
from economic_index.conversations.mapped_times import TimeRule
from economic_index.conversations.mapping import COLUMNS, CONVERSATION, MESSAGE, TableMapping, cell_text
from economic_index.conversations.readers import mapped_rows
from economic_index.conversations.readers.api_content import ATTACHMENTS, Spoken, content_text, spoken
from economic_index.conversations.readers.drafts import (
    UNKNOWN_ROLE,
    dated,
    flag_absurd_time,
    flag_repair,
    not_a_conversation,
    silence,
)
from economic_index.conversations.readers.mapped_rows import MappedRow, unpack
from economic_index.conversations.records import SURFACES, Draft, Element, Locator, ReadContext, Rejected
from economic_index.conversations.repair import Parsed, parse
from economic_index.conversations.times import is_present
from economic_index.conversations.versions import micros
from economic_index.vocabulary import LocatorKind, RejectReason, SourceFormat

OPTIONAL_IN_JSON = ("model", "country", "region", "language", "parent_id", "updated_at", "deleted")
"""Columns that documents may leave out where they are empty: not to be found in the first rows is no error."""


def _surface(value: Any) -> str | None:
    text = cell_text(value)
    return text if text in SURFACES else None


_LABELS: dict[str, tuple[str, Callable[[Any], str | None]]] = {
    "user_id": ("user", cell_text),
    "model": ("model", cells.label),
    "country": ("country", cells.country),
    "region": ("region", cells.region),
    "language": ("language", cells.language),
    "product_column": ("product", cells.label),
    "surface_column": ("surface", _surface),
}
"""By key of the mapping: what it is called in a row, and what of a cell may pass."""


@dataclass
class MappedTable:
    """The reader of one source. `folder` is where rows wait to be grouped, the system's own if None."""

    mapping: TableMapping
    source_name: str
    folder: Path | None = None
    max_bytes: int = MAX_RECORD_BYTES
    updated_at: str | None = None
    """Column of the last change where the mapping names none: that of the watermark."""
    format: SourceFormat = SourceFormat.MAPPED_TABLE
    version: str = "2"
    _seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        mapping = self.mapping
        self.paths = mapping.paths
        if self.updated_at is not None:
            self.paths.setdefault("updated_at", self.updated_at)
        self._get = {key: cells.getter(self.paths.get(key)) for key in (*COLUMNS, "product_column", "surface_column")}
        self._has_ids, self._has_deletions = "message_id" in self.paths, "deleted" in self.paths
        self._labels = {key: label for key, label in _LABELS.items() if key in self.paths}
        self.product = mapping.product
        self.system = mapping.system_for(self.source_name)
        self.is_by_record = mapping.rows == CONVERSATION
        self.has_times = "time" in self.paths or self.is_by_record
        self.times = TimeRule(mapping.time_format, ZoneInfo(mapping.zone) if mapping.zone else None)

    @property
    def columns(self) -> list[str]:
        """Columns of a Parquet file that are decoded: each path as a name, and the object in which it lies."""
        return sorted({name for path in self.paths.values() for name in (path, path.partition(".")[0])})

    def sniff(self, sample: list[Any]) -> bool:
        """Never by structure: a person says what the columns mean."""
        return False

    def read(self, elements: Iterator[Element | Rejected], context: ReadContext) -> Iterator[Draft | Rejected]:
        """One draft per conversation; a row that cannot be used is rejected by itself."""
        self._seen = set()
        yield from (
            self._by_message(elements, context) if self.mapping.rows == MESSAGE else self._by_row(elements, context)
        )
        for key in OPTIONAL_IN_JSON:
            context.skip(f"no_row_has_{key}", int(key in self.mapping.columns and key not in self._seen))

    # one row a message

    def _by_message(self, elements: Iterator[Element | Rejected], context: ReadContext) -> Iterator[Draft | Rejected]:
        kind = LocatorKind.ROW
        with Grouping(self.folder, self.max_bytes) as grouping:
            for element in elements:
                row = element if isinstance(element, Rejected) else self._row(element, context)
                if isinstance(row, Rejected):
                    yield row
                    continue
                kind = element.locator.kind
                if row.role is None:
                    yield Rejected(RejectReason.UNKNOWN_ROLE, element.locator, native_id=row.conversation)
                if row.role is not None or row.message_id is not None:  # a row in between does not cut the chain
                    grouping.add(row.conversation, row.number, row.pack())
            for group in grouping.groups():
                if group.rows is None:
                    detail = f"bytes={group.size} limit={self.max_bytes}"
                    yield Rejected(RejectReason.RECORD_TOO_LARGE, Locator(kind, group.first_position), detail)
                    continue
                rows = [unpack(data) for data in group.rows]
                made = mapped_rows.conversation(rows, kind, context, has_random_id=self.mapping.ids_are_random)
                if made is not None:
                    yield made

    def _row(self, element: Element, context: ReadContext) -> MappedRow | Rejected:
        record, get = element.value, self._get
        native_id = cell_text(get["conversation_id"](record)) if isinstance(record, dict) else None
        if native_id is None:
            return Rejected(RejectReason.MALFORMED_ROW, element.locator, "conversation_id=absent")
        message_id = cell_text(get["message_id"](record)) if self._has_ids else None
        parent_id = cell_text(self._cell(record, "parent_id")) if self._has_ids else None
        role = self.mapping.roles.get(cell_text(get["role"](record)) or "")
        if role is None:
            return MappedRow(native_id, element.locator.number, message_id=message_id, parent_id=parent_id)
        (text, is_repaired), found = cells.decoded(get["text"](record)), None
        if not isinstance(text, str):
            found = Spoken()
            text = self._text(text, found, context)
        at, order = get["time"](record), get["order"](record)
        sent, is_zone_assumed = self.times.read(at, context.as_of)
        flags = mapped_rows.REPAIRED * (element.is_repaired or is_repaired)
        flags |= mapped_rows.TIME_GIVEN * is_present(at) | mapped_rows.ZONE_ASSUMED * is_zone_assumed
        if self._has_deletions:
            flags |= mapped_rows.DELETED * cells.is_set(self._cell(record, "deleted"))
        flags |= mapped_rows.ATTACHED * (found is not None and found.counts[ATTACHMENTS] > 0)
        is_number = isinstance(order, int | float) and not isinstance(order, bool)
        return MappedRow(
            native_id,
            element.locator.number,
            role,
            text,
            micros(sent),
            flags,
            message_id,
            parent_id,
            order if is_number else cell_text(order),
            micros(self._time(record, "updated_at", context)),
            self._told(record),
            dict(found.counts) if found else {},
        )

    @staticmethod
    def _text(value: Any, found: Spoken, context: ReadContext) -> str:
        """A text as it stands; parts of a message as those of a chat API; a number as text."""
        if isinstance(value, str):
            return value
        return content_text(value, found, context) if isinstance(value, list | dict) else cell_text(value) or ""

    # one row a conversation

    def _by_row(self, elements: Iterator[Element | Rejected], context: ReadContext) -> Iterator[Draft | Rejected]:
        for element in elements:
            yield element if isinstance(element, Rejected) else self._conversation(element, context)

    def _conversation(self, element: Element, context: ReadContext) -> Draft | Rejected:
        record = element.value if isinstance(element.value, dict) else {}
        native_id = cell_text(self._cell(record, "conversation_id"))
        if cells.is_set(self._cell(record, "deleted")):
            return Rejected(RejectReason.DELETED, element.locator, native_id=native_id)
        items = _items(self._cell(record, "messages"))
        if isinstance(items, RejectReason):
            return Rejected(items, element.locator, "messages=unreadable", native_id)
        if items is None:
            return not_a_conversation(element, "messages", native_id)
        said = spoken(items, context)
        context.skip(UNKNOWN_ROLE, said.unknown_role_count)
        rejected = silence(said.messages, said.unknown_role_count, element.locator, native_id)
        if rejected:
            return dated(rejected, self.times.read(self._get["time"](record), context.as_of)[0])
        draft = Draft(element.locator, said.messages, native_id, self.mapping.ids_are_random)
        draft.counts = dict(said.counts)
        self._describe(draft, record, context)
        flag_repair(draft, element)
        return draft

    def _describe(self, draft: Draft, record: dict[str, Any], context: ReadContext) -> None:
        at, told = self._get["time"](record), self._told(record)
        draft.created_at, is_zone_assumed = self.times.read(at, context.as_of)
        draft.updated_at = self._time(record, "updated_at", context)
        draft.raw_user_id, draft.model_raw = told.get("user"), told.get("model")
        draft.country, draft.region, draft.language = (told.get(name) for name in ("country", "region", "language"))
        draft.product, draft.surface = told.get("product"), told.get("surface", "chat")
        if is_zone_assumed:
            draft.flags.add("is_zone_assumed")
        if not any(message.sent_at for message in draft.messages):
            flag_absurd_time(draft, at)

    def _told(self, record: dict[str, Any]) -> dict[str, str]:
        """What a row says of its conversation, as far as columns are mapped and cells are usable."""
        told: dict[str, str] = {}
        for key, (name, convert) in self._labels.items():
            value = self._cell(record, key)
            text = convert(value) if value is not None else None
            if text is not None:
                told[name] = text
        return told

    def _cell(self, record: dict[str, Any], key: str) -> Any:
        """The cell of a column; which ones were ever found is remembered."""
        value = self._get[key](record)
        if value is not None:
            self._seen.add(key)
        return value

    def _time(self, record: dict[str, Any], key: str, context: ReadContext) -> datetime | None:
        return self.times.read(self._cell(record, key), context.as_of)[0] if key in self.paths else None


def _items(value: Any) -> list[Any] | RejectReason | None:
    """The messages of a row: a list, an object that holds one as `messages`, or either as JSON text."""
    if isinstance(value, str | bytes):
        if not value.strip():
            return None
        parsed = parse(value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value)
        if not isinstance(parsed, Parsed):
            return parsed
        value = parsed.value
    if isinstance(value, dict):
        value = value.get("messages")
    return value if isinstance(value, list) else None
