"""Messages of a mapped table, one a row, as conversations: roles by the mapping, order, tree, deletions.

Rows come here grouped (grouping.py); how a cell is found and a time read is not known here.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import orjson

from economic_index.conversations.mapping import DROP
from economic_index.conversations.normalise import TIME_OUT_OF_RANGE
from economic_index.conversations.readers.drafts import silence
from economic_index.conversations.readers.tree import branch_points, newest_leaf, path_to
from economic_index.conversations.records import TREE_REPAIRED, Draft, Locator, Message, ReadContext, Rejected
from economic_index.conversations.text import join_surrogates
from economic_index.conversations.times import EPOCH
from economic_index.vocabulary import LocatorKind, RejectReason, Role

REPAIRED, TIME_GIVEN, ZONE_ASSUMED, DELETED, ATTACHED = 1, 2, 4, 8, 16
_NUMBER = re.compile(r"[+-]?\d{1,40}(\.\d{1,40})?")


class MappedRow(NamedTuple):
    """One message. `role` is user, assistant or drop, None if it is not listed; times are microseconds since 1970.

    `flags` are the bits above, `told` what the row says of its conversation (user, model, country, region, language,
    product, surface), `counts` the lake's columns of what is not text.
    """

    conversation: str
    number: int
    role: str | None = None
    text: str = ""
    sent: int | None = None
    flags: int = 0
    message_id: str | None = None
    parent_id: str | None = None
    order: str | int | float | None = None
    updated: int | None = None
    told: dict[str, str] = {}  # noqa: RUF012 - never changed
    counts: dict[str, int] = {}  # noqa: RUF012 - never changed

    def pack(self) -> bytes:
        """The row as bytes."""
        try:
            return orjson.dumps(list(self))
        except TypeError:
            told = {name: join_surrogates(value) for name, value in self.told.items()}
            order = str(self.order) if isinstance(self.order, int) else self.order  # may have more than 64 bits
            mended = self._replace(told=told, order=order)
            return orjson.dumps([join_surrogates(cell) if isinstance(cell, str) else cell for cell in mended])

    @property
    def is_deleted(self) -> bool:
        """Whether the row says that its message was deleted."""
        return bool(self.flags & DELETED)


def unpack(data: bytes) -> MappedRow:
    """The row of which `pack` made bytes."""
    return MappedRow(*orjson.loads(data))


def conversation(
    rows: Sequence[MappedRow], kind: LocatorKind, context: ReadContext, *, has_random_id: bool
) -> Draft | Rejected | None:
    """What the rows of one conversation make; None if each of them was rejected by itself."""
    known = [row for row in rows if row.role is not None]
    if not known:
        return None
    first = Locator(kind, min(row.number for row in known))
    native_id = known[0].conversation
    if all(row.is_deleted for row in known):
        return Rejected(RejectReason.DELETED, first, f"rows={len(known)}", native_id)
    on_path, branch_count = _current_path(_ordered(_last_versions(rows, context)), context)
    kept = [row for row in on_path if row.role is not None and not row.is_deleted]
    deleted_count = sum(row.is_deleted for row in on_path)
    context.skip("deleted_message", deleted_count)
    messages = [_message(row) for row in kept if row.role != DROP]
    rejected = silence(messages, 0, first, native_id)
    if rejected:
        return rejected
    draft = Draft(first, messages, native_id, is_native_id_random=has_random_id)
    for row in kept:
        for name, count in row.counts.items():
            draft.counts[name] = draft.counts.get(name, 0) + count
    draft.counts["branch_count"] = branch_count
    draft.counts["dropped_message_count"] = deleted_count + sum(row.role == DROP for row in kept)
    _describe(draft, known, kept)
    return draft


def _last_versions(rows: Sequence[MappedRow], context: ReadContext) -> list[MappedRow]:
    """Of rows with one message id the one changed last, else the last in the file."""
    latest: dict[str, MappedRow] = {}
    for row in sorted(rows, key=lambda row: (row.updated or -1, row.number)):
        latest[row.message_id or f"\x00{row.number}"] = row
    context.skip("repeated_message", len(rows) - len(latest))
    return list(latest.values())


def _ordered(rows: list[MappedRow]) -> list[MappedRow]:
    """By the order column; else by time; else as they stand. A column that some rows lack orders nothing."""
    if all(row.order is not None for row in rows):
        return sorted(rows, key=lambda row: (*_rank(row.order), row.sent or 0, row.number))
    if all(row.sent is not None for row in rows):
        return sorted(rows, key=lambda row: (row.sent or 0, row.number))
    return sorted(rows, key=lambda row: row.number)


def _rank(order: Any) -> tuple[int, Decimal, str]:
    """Numbers, also written as text, before texts."""
    text = str(order).strip()
    if isinstance(order, int | float) or _NUMBER.fullmatch(text):
        return 0, Decimal(text), ""
    return 1, Decimal(0), text


def _current_path(rows: list[MappedRow], context: ReadContext) -> tuple[list[MappedRow], int]:
    """The rows up from the newest leaf, and the number of branch points; all rows where none names a parent."""
    if not any(row.parent_id for row in rows):
        return rows, 0
    nodes = {row.message_id or f"\x00{row.number}": row for row in rows}
    parents = {key: row.parent_id for key, row in nodes.items()}
    leaf = newest_leaf(parents, lambda key: _moment(nodes[key].sent))
    path = path_to(leaf or "", parents)
    context.skip(TREE_REPAIRED, int(path.is_cyclic))
    return [nodes[key] for key in path.nodes], len(branch_points(parents))


def _moment(sent: int | None) -> datetime | None:
    return None if sent is None else EPOCH + timedelta(microseconds=sent)


def _message(row: MappedRow) -> Message:
    role = Role.USER if row.role == Role.USER.value else Role.ASSISTANT
    model = row.told.get("model") if role is Role.ASSISTANT else None
    return Message(role, row.text, _moment(row.sent), model, bool(row.flags & ATTACHED))


def _describe(draft: Draft, known: Sequence[MappedRow], kept: Sequence[MappedRow]) -> None:
    """What belongs to the conversation: of several values the first; a person's own rows say best who it is."""
    told: dict[str, str] = {}
    for row in sorted(kept, key=lambda row: row.role != Role.USER.value):
        told = row.told | told
    draft.raw_user_id = told.get("user")
    draft.country, draft.region, draft.language = (told.get(name) for name in ("country", "region", "language"))
    draft.product, draft.surface = told.get("product"), told.get("surface", "chat")
    if not any(message.model for message in draft.messages):
        draft.model_raw = told.get("model")
    draft.earliest_message_at = _moment(min((row.sent for row in known if row.sent is not None), default=None))
    draft.updated_at = _moment(max((row.updated for row in known if row.updated is not None), default=None))
    flags = 0
    for row in kept:
        flags |= row.flags
    if flags & REPAIRED:
        draft.flags.add("is_text_repaired")
    if flags & ZONE_ASSUMED:
        draft.flags.add("is_zone_assumed")
    if flags & TIME_GIVEN and draft.earliest_message_at is None:
        draft.flags.add(TIME_OUT_OF_RANGE)
