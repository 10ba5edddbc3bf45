"""ShareGPT JSON: conversations that a splitter cut into parts, joined again (log_formats §4).

No time, user or model is in this format; they are assigned elsewhere.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from economic_index.conversations.records import (
    Draft,
    Element,
    Locator,
    Message,
    ReadContext,
    Rejected,
)
from economic_index.vocabulary import RejectReason, Role, SourceFormat, StartedAtSource

ROLES = {
    "human": Role.USER,
    "user": Role.USER,
    "gpt": Role.ASSISTANT,
    "assistant": Role.ASSISTANT,
    "chatgpt": Role.ASSISTANT,
    "bing": Role.ASSISTANT,
    "bard": Role.ASSISTANT,
    "model": Role.ASSISTANT,
}
NOT_SPOKEN = ("system", "tool", "function", "observation")
TURN_KEYS = ("conversations", "conversation", "items")
_PART = re.compile(r"(.+)_(\d{1,18})")


@dataclass
class _Part:
    """One record: turns of a conversation from index `first` on."""

    base: str | None
    first: int
    record_id: str | None
    turns: list[Any]
    element: Element


@dataclass
class _Joined:
    """Parts of one conversation, as far as they were read."""

    base: str | None
    locator: Locator
    record_ids: list[str] = field(default_factory=list)
    turns: list[Any] = field(default_factory=list)
    conflict_count: int = 0
    is_partial: bool = False
    is_repaired: bool = False
    model: str | None = None
    _next: int = 0

    def add(self, part: _Part) -> None:
        """Place the part's turns by their index; where two differ, the first stays and is counted."""
        if part.record_id is not None:
            self.record_ids.append(part.record_id)
        self.is_repaired |= part.element.is_repaired
        model = part.element.value.get("model")
        self.model = self.model or (model if isinstance(model, str) else None)
        if not part.turns:
            return
        overlap = self._next - part.first
        self.is_partial |= overlap < 0
        if overlap > 0:
            known = self.turns[-overlap:]
            self.conflict_count += sum(old != new for old, new in zip(known, part.turns, strict=False))
        self.turns += part.turns[max(overlap, 0) :]
        self._next = max(self._next, part.first + len(part.turns))


class ShareGpt:
    """Array elements or lines with `conversations[{from, value}]`; parts of one base id are adjacent."""

    format = SourceFormat.SHAREGPT
    version = "1"
    system = "sharegpt"
    product = "sharegpt"
    has_times = False
    columns = None
    is_by_record = False

    def sniff(self, sample: list[Any]) -> bool:
        """Whether the first record with turns names its speakers `from`."""
        for record in sample:
            turns = _turns(record)
            if turns:
                return isinstance(turns[0], dict) and {"from", "value"} <= turns[0].keys()
        return False

    def read(self, elements: Iterator[Element | Rejected], context: ReadContext) -> Iterator[Draft | Rejected]:
        """One draft per base id."""
        joined: _Joined | None = None
        for element in elements:
            if isinstance(element, Rejected):
                yield element
                continue
            part = _part(element)
            if part is None:
                context.skip("record_without_turns")
                yield Rejected(RejectReason.EMPTY_CONVERSATION, element.locator, "turns=absent")
                continue
            if joined is None or part.base is None or part.base != joined.base:
                if joined is not None:
                    yield _conversation(joined, context)
                joined = _Joined(part.base, element.locator)
            joined.add(part)
        if joined is not None:
            yield _conversation(joined, context)


def split_id(record_id: str) -> tuple[str, int]:
    """Id of the conversation, and the index of its first turn that is in the record: `abc_12` is part of `abc`."""
    match = _PART.fullmatch(record_id)
    return (match[1], int(match[2])) if match else (record_id, 0)


def _turns(record: Any) -> list[Any] | None:
    if isinstance(record, dict):
        for key in TURN_KEYS:
            if isinstance(record.get(key), list):
                return list(record[key])
    return None


def _part(element: Element) -> _Part | None:
    turns = _turns(element.value)
    if turns is None:
        return None
    record_id = element.value.get("id")
    record_id = str(record_id) if isinstance(record_id, str | int) and record_id != "" else None
    base, first = (None, 0) if record_id is None else split_id(record_id)
    return _Part(base, first, record_id, turns, element)


def _conversation(joined: _Joined, context: ReadContext) -> Draft | Rejected:
    messages: list[Message] = []
    unknown_count = 0
    for turn in joined.turns:
        role, text = _spoken(turn)
        if role is not None and text and not text.isspace():
            messages.append(Message(role, text))
        elif role is None and not _is_not_spoken(turn):
            unknown_count += 1
    if unknown_count:
        context.skipped["unknown_role"] = context.skipped.get("unknown_role", 0) + unknown_count
    if not any(message.role is Role.USER for message in messages):
        is_unknown = bool(unknown_count) and not messages
        reason = RejectReason.UNKNOWN_ROLE if is_unknown else RejectReason.EMPTY_CONVERSATION
        detail = f"turns={len(joined.turns)} messages={len(messages)}"
        return Rejected(reason, joined.locator, detail, joined.base)
    return Draft(
        locator=joined.locator,
        messages=messages,
        native_id=joined.base,
        model_raw=joined.model,
        started_at_source=StartedAtSource.ASSIGNED,
        counts={"dropped_message_count": len(joined.turns) - len(messages) + joined.conflict_count},
        flags=_flags(joined),
        record_ids=tuple(joined.record_ids),
    )


def _spoken(turn: Any) -> tuple[Role | None, str | None]:
    """Role and text of a turn; no role if it is not understood."""
    try:
        role, text = ROLES.get(turn["from"]), turn.get("value")
    except (TypeError, KeyError, AttributeError):
        return None, None
    return role, text if isinstance(text, str) else None


def _is_not_spoken(turn: Any) -> bool:
    return isinstance(turn, dict) and turn.get("from") in NOT_SPOKEN


def _flags(joined: _Joined) -> set[str]:
    flags = set()
    if joined.is_partial:
        flags.add("is_partial")
    if joined.is_repaired:
        flags.add("is_text_repaired")
    return flags


READER = ShareGpt()
