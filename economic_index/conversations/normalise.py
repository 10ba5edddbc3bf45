"""A reader's draft to a row of the lake: texts cleaned, ids made, times and users settled.

Which version of a conversation wins is decided in winners.py, not here.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from economic_index.conversations import identify
from economic_index.conversations.assign import assigned_start, assigned_user
from economic_index.conversations.records import Draft, Message, Reader, Rejected
from economic_index.conversations.reserved import is_reserved
from economic_index.conversations.sources import Source
from economic_index.conversations.text import clean, fold_for_hash, is_clean
from economic_index.vocabulary import LanguageSource, RejectReason, Role, StartedAtSource, UserRule

COUNTS = ("tool_event_count", "reasoning_count", "attachment_count", "branch_count", "dropped_message_count")
FLAGS = (
    "is_partial",
    "is_text_truncated",
    "is_human_written",
    "is_sessionised",
    "is_zone_assumed",
)
TIME_OUT_OF_RANGE = "time_out_of_range"
"""Flag of a draft whose times were given but cannot be true."""

_VENDOR = re.compile(r"^(?:[a-z]{2}\.)?(?:anthropic|openai|azure|google|meta|mistral|amazon|cohere|ai21)\.(?=[a-z])")
_DATE = re.compile(r"[-@](?:\d{8}|\d{4}-\d{2}-\d{2})(?:-v\d+(?::\d+)?)?$|-v\d+:\d+$")


class Row(NamedTuple):
    """One conversation for the lake: values of its columns by name, and its messages."""

    values: dict[str, Any]
    messages: list[Message]


class _Cleaned(NamedTuple):
    messages: list[Message]
    joined: str
    data: bytes
    is_repaired: bool
    dropped_count: int


@dataclass
class Normaliser:
    """Makes rows of the drafts of one log file."""

    source: Source
    reader: Reader
    key: bytes
    file_id: str
    _occurrences: dict[str, int] = field(default_factory=dict)

    def row(self, draft: Draft) -> Row | Rejected:
        """The row, or why there is none: no message by a person, or no usable time."""
        cleaned = clean_messages(draft.messages)
        messages = cleaned.messages
        roles = "".join(message.role[0] for message in messages)
        user_count = roles.count("u")
        if not user_count:
            return Rejected(
                RejectReason.EMPTY_CONVERSATION, draft.locator, f"messages={len(messages)}", draft.native_id
            )
        folded = cleaned.data if len(cleaned.data) == len(cleaned.joined) else fold_for_hash(cleaned.joined).encode()
        content_hash = identify.content_hash_of_bytes(self.key, roles, folded)
        started_at = self._started_at(draft, content_hash)
        if started_at is None:
            is_absurd = TIME_OUT_OF_RANGE in draft.flags
            reason = RejectReason.TIME_OUT_OF_RANGE if is_absurd else RejectReason.NO_TIME
            return Rejected(reason, draft.locator, f"messages={len(messages)}", draft.native_id)
        values: dict[str, Any] = {
            "conversation_id": self._conversation_id(draft, messages, content_hash, started_at),
            "content_hash": content_hash,
            "user_message_count": user_count,
            "message_count": len(messages),
            "text_char_count": len(cleaned.joined) - len(messages) + 1,
            "is_text_repaired": cleaned.is_repaired or "is_text_repaired" in draft.flags,
            "is_reserved": is_reserved(draft.record_ids),
        }
        values |= self._times(draft, messages, started_at)
        values |= self._origin(draft, content_hash)
        values |= self._models(draft, messages)
        values |= {name: draft.counts.get(name, 0) for name in COUNTS}
        values["dropped_message_count"] += cleaned.dropped_count
        values |= {name: name in draft.flags for name in FLAGS}
        return Row(values, messages)

    def _started_at(self, draft: Draft, content_hash: str) -> datetime | None:
        logged = draft.created_at or draft.earliest_message_at
        if logged is None:
            logged = min((m.sent_at for m in draft.messages if m.sent_at is not None), default=None)
        if logged is None and self.source.assign_weeks is not None:
            return assigned_start(draft.native_id or content_hash, self.source.assign_weeks)
        return logged

    def _has_logged_time(self, draft: Draft) -> bool:
        return bool(draft.created_at or draft.earliest_message_at or any(message.sent_at for message in draft.messages))

    def _conversation_id(self, draft: Draft, messages: list[Message], content_hash: str, started_at: datetime) -> str:
        system = self.reader.system
        if draft.native_id is not None and draft.is_native_id_random:
            return identify.conversation_id(system, draft.native_id)
        if draft.native_id is not None:
            return identify.guarded_conversation_id(self.key, system, draft.native_id)
        if self._has_logged_time(draft):
            first = next(message.text for message in messages if message.role is Role.USER)
            product = self._product(draft)
            return identify.dated_conversation_id(self.key, draft.raw_user_id or "", product, first, started_at)
        number = self._occurrences[content_hash] = self._occurrences.get(content_hash, 0) + 1
        return identify.undated_conversation_id(self.key, system, content_hash, number)

    def _times(self, draft: Draft, messages: list[Message], started_at: datetime) -> dict[str, Any]:
        is_logged = self._has_logged_time(draft)
        ended_at = draft.ended_at or max((m.sent_at for m in messages if m.sent_at is not None), default=None)
        told = draft.started_at_source
        logged_source = StartedAtSource.LOG if told is StartedAtSource.ASSIGNED else told
        return {
            "started_at": started_at,
            "ended_at": ended_at if is_logged and ended_at and ended_at >= started_at else None,
            "started_at_source": logged_source if is_logged else StartedAtSource.ASSIGNED,
            "updated_at": draft.updated_at,
            "source_exported_at": draft.exported_at,
        }

    def _origin(self, draft: Draft, content_hash: str) -> dict[str, Any]:
        user_id = None
        if self.source.users is UserRule.LOG and draft.raw_user_id:
            user_id = identify.user_id(self.key, self.reader.system, draft.raw_user_id)
        elif self.source.users is UserRule.ASSIGNED:
            user_id = identify.user_id(self.key, "assigned", assigned_user(draft.native_id or content_hash))
        return {
            "user_id": user_id,
            "is_user_assigned": self.source.users is UserRule.ASSIGNED,
            "source": self.source.name,
            "source_format": self.reader.format,
            "product": self._product(draft),
            "surface": self.source.surface if draft.surface == "chat" else draft.surface,
            "country": draft.country,
            "region": draft.region,
            "language": draft.language,
            "language_source": LanguageSource.LOG if draft.language else None,
            "source_file_id": self.file_id,
            "source_record": draft.locator.number,
            "reader_version": self.reader.version,
            "weight": 1.0,
        }

    def _product(self, draft: Draft) -> str:
        return self.source.product or draft.product or self.reader.product

    def _models(self, draft: Draft, messages: list[Message]) -> dict[str, Any]:
        named = [message.model for message in messages if message.model and message.role is Role.ASSISTANT]
        raw = draft.model_raw or (named[-1] if named else None) or self.source.default_model
        return {
            "model": normalise_model(raw),
            "model_raw": clean(raw)[0] if raw else None,
            "model_count": len(set(named)) or int(raw is not None),
        }


def clean_messages(messages: list[Message]) -> _Cleaned:
    """Texts repaired, empty turns dropped; with the texts joined by the unit separator, also as UTF-8."""
    kept = [m for m in messages if m.has_attachment or (m.text and not m.text.isspace())]
    joined = "\x1f".join([message.text for message in kept])
    try:
        data = joined.encode()
        if is_clean(data, len(kept) - 1):
            return _Cleaned(kept, joined, data, False, len(messages) - len(kept))
    except UnicodeEncodeError:
        pass
    repaired = False
    mended = []
    for message in kept:
        text, is_repaired = clean(message.text)
        repaired |= is_repaired
        if message.has_attachment or text.strip():
            mended.append(message._replace(text=text))
    joined = "\x1f".join([message.text for message in mended])
    return _Cleaned(mended, joined, joined.encode(), repaired, len(messages) - len(mended))


def normalise_model(raw: str | None) -> str | None:
    """Lower case, without provider, path and release date; null where the log says auto or nothing."""
    if raw is None:
        return None
    name = clean(raw)[0].strip().lower().rsplit("/", 1)[-1]
    name = _DATE.sub("", _VENDOR.sub("", name))
    return name if name and name != "auto" else None
