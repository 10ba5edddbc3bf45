"""A reader's draft to a row of the lake: texts cleaned, ids made, times and users settled.

Which version of a conversation wins is decided in winners.py, not here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from economic_index.conversations import identify
from economic_index.conversations.assign import assigned_start, assigned_user
from economic_index.conversations.kept_names import kept_name
from economic_index.conversations.records import NOT_IN_THIS_FILE, Draft, Reader, Rejected
from economic_index.conversations.redaction import Redactor
from economic_index.conversations.reserved import is_reserved
from economic_index.conversations.run_context import RunContext
from economic_index.conversations.sources import Source
from economic_index.conversations.text import clean
from economic_index.conversations.transcript import Transcript, transcript_of
from economic_index.vocabulary import LanguageSource, RejectReason, StartedAtSource, UserRule

COUNTS = ("tool_event_count", "reasoning_count", "attachment_count", "branch_count", "dropped_message_count")
FLAGS = (
    "is_partial",
    "is_text_truncated",
    "is_human_written",
    "is_sessionised",
    "is_zone_assumed",
)
MAX_REMEMBERED_USERS = 100_000
TIME_OUT_OF_RANGE = "time_out_of_range"
"""Flag of a draft whose times were given but cannot be true."""

_VENDOR = re.compile(r"^(?:[a-z]{2}\.)?(?:anthropic|openai|azure|google|meta|mistral|amazon|cohere|ai21)\.(?=[a-z])")
_DATE = re.compile(r"[-@](?:\d{8}|\d{4}-\d{2}-\d{2})(?:-v\d+(?::\d+)?)?$|-v\d+:\d+$")


class Row(NamedTuple):
    """One conversation for the lake: values of its columns by name, and its messages.

    `replaces` is the id of the row that it takes the place of: told before, under this id or another. `whole_id` is
    that of the conversation of which it is a part.
    """

    values: dict[str, Any]
    transcript: Transcript
    replaces: str | None = None
    whole_id: str | None = None


class Forgotten(NamedTuple):
    """A conversation of somebody who was forgotten, or one that was: nothing of it is kept."""


@dataclass
class Normaliser:
    """Makes rows of the drafts of one log file."""

    source: Source
    reader: Reader
    context: RunContext
    file_id: str
    redactor: Redactor | None = None
    _occurrences: dict[str, int] = field(default_factory=dict)
    _user_ids: dict[str, str] = field(default_factory=dict)

    def row(self, draft: Draft) -> Row | Rejected | Forgotten:
        """The row, or why there is none: no message by a person, no usable time, or it was forgotten.

        Ids are made of the text as it was logged, so that redaction changes none; what is hashed and kept comes after.
        """
        transcript = transcript_of(draft.messages)
        roles = transcript.roles
        user_count, logged_at = roles.count("u"), _logged_start(draft, transcript)
        if not user_count:
            told = f"messages={len(roles)}"
            return Rejected(RejectReason.EMPTY_CONVERSATION, draft.locator, told, draft.native_id, logged_at)
        content_hash = identify.content_hash_of_bytes(self.context.key, roles, transcript.folded())
        weeks = self.source.assign_weeks
        started_at = logged_at
        if logged_at is None and weeks is not None:
            started_at = assigned_start(draft.native_id or content_hash, weeks)
        if started_at is None:
            is_absurd = TIME_OUT_OF_RANGE in draft.flags
            reason = RejectReason.TIME_OUT_OF_RANGE if is_absurd else RejectReason.NO_TIME
            return Rejected(reason, draft.locator, f"messages={len(roles)}", draft.native_id)
        logged_hash, conversation_id = content_hash, self._conversation_id(draft, transcript, content_hash, logged_at)
        origin = self._origin(draft, logged_hash)
        if draft.is_forgotten or self._is_forgotten(draft, transcript, logged_at, conversation_id, origin["user_id"]):
            draft.conversation_id, draft.user_id, draft.is_forgotten = conversation_id, origin["user_id"], True
            return Forgotten()
        if self.redactor is not None:
            transcript = self.redactor.redact(transcript)
            content_hash = identify.content_hash_of_bytes(self.context.key, roles, transcript.folded())
        values: dict[str, Any] = {
            "conversation_id": conversation_id,
            "content_hash": content_hash,
            "user_message_count": user_count,
            "message_count": len(roles),
            "text_char_count": transcript.char_count,
            "is_text_repaired": transcript.is_repaired or "is_text_repaired" in draft.flags,
            "is_reserved": is_reserved(draft.record_ids),
            "started_at": started_at,
        }
        values |= _times(draft, transcript, logged_at)
        values |= origin
        values |= self._models(draft, transcript)
        if transcript.models is not None:
            transcript = transcript._replace(models=_kept_models(transcript.models))
        for name in COUNTS:
            values[name] = draft.counts.get(name, 0)
        values["dropped_message_count"] += transcript.dropped_count
        for name in FLAGS:
            values[name] = name in draft.flags
        draft.conversation_id, draft.user_id = values["conversation_id"], values["user_id"]
        is_new = draft.earlier_id != draft.conversation_id or draft.locator != NOT_IN_THIS_FILE
        return Row(values, transcript, draft.earlier_id if is_new else None, self._whole_id(draft))

    def deleted_ids(self, rejected: Rejected) -> list[str]:
        """The ids that the conversation of a record delivered as deleted may have."""
        if rejected.native_id is None:
            return []
        return identify.known_conversation_ids(self.context.key, self.reader.system, rejected.native_id)

    def without_forgotten(self, rejected: Rejected) -> Rejected | Forgotten:
        """A rejected record, unless its conversation was forgotten: a hash of its id would tell of it again.

        That a log calls it deleted is counted all the same, under no id.
        """
        if rejected.native_id is None or not self._holds(rejected.native_id):
            return rejected
        return replace(rejected, native_id=None) if rejected.reason is RejectReason.DELETED else Forgotten()

    def _holds(self, native_id: str) -> bool:
        """Whether what the log calls so has a tombstone, under the ids that any key makes of it."""
        system = self.reader.system
        return self.context.tombstones.hold_any_conversation(
            lambda key: identify.known_conversation_ids(key, system, native_id)
        )

    def _is_forgotten(
        self,
        draft: Draft,
        transcript: Transcript,
        logged_at: datetime | None,
        conversation_id: str,
        user_id: str | None,
    ) -> bool:
        """Whether the conversation or its user has a tombstone; by the ids of every key that made one."""
        tombstones = self.context.tombstones
        if not tombstones.marks:
            return False
        system, raw = self.reader.system, draft.raw_user_id or self._named_user()

        def id_under(key: bytes) -> str:
            if key == self.context.key:
                return conversation_id
            theirs, ours = (
                identify.content_hash_of_bytes(each, transcript.roles, transcript.folded())
                for each in (key, self.context.key)
            )
            return self._id_under(key, draft, transcript, theirs, logged_at, self._occurrences.get(ours, 0))

        def user_under(key: bytes) -> str:
            if key == self.context.key and user_id is not None:
                return user_id
            return identify.user_id(key, system, raw) if raw else ""

        def account_under(key: bytes) -> str:
            return identify.user_id(key, system, raw) if raw else ""

        # before or after accounts were joined
        named = [user_under, account_under] if self.context.accounts else [user_under]
        is_named = bool(raw) or user_id is not None
        is_part_of_one = draft.part_of is not None and self._holds(draft.part_of)
        return (
            is_part_of_one
            or tombstones.hold_conversation(id_under)
            or (is_named and any(tombstones.hold_user(pseudonym) for pseudonym in named))
        )

    @property
    def has_numbered(self) -> bool:
        """Whether an id counts equal records of the file: then no part of it can be read alone."""
        return bool(self._occurrences)

    def _conversation_id(
        self, draft: Draft, transcript: Transcript, content_hash: str, logged_at: datetime | None
    ) -> str:
        number = 0
        if draft.native_id is None and logged_at is None:
            number = self._occurrences[content_hash] = self._occurrences.get(content_hash, 0) + 1
        return self._id_under(self.context.key, draft, transcript, content_hash, logged_at, number)

    def _id_under(
        self,
        key: bytes,
        draft: Draft,
        transcript: Transcript,
        content_hash: str,
        logged_at: datetime | None,
        number: int,
    ) -> str:
        """The id that a key makes; `number` is the running one among equal records of the file."""
        system = self.reader.system
        if draft.conversation_id is not None:
            return draft.conversation_id
        if draft.native_id is not None and draft.is_native_id_random:
            return identify.conversation_id(system, draft.native_id)
        if draft.native_id is not None:
            return identify.guarded_conversation_id(key, system, draft.native_id)
        if logged_at is not None:
            product, first = self._product(draft), transcript.first_user_text()
            return identify.dated_conversation_id(key, draft.raw_user_id or "", product, first, logged_at)
        return identify.undated_conversation_id(key, system, content_hash, number)

    def _whole_id(self, draft: Draft) -> str | None:
        if draft.part_of is None:
            return None
        if draft.is_native_id_random:
            return identify.conversation_id(self.reader.system, draft.part_of)
        return identify.guarded_conversation_id(self.context.key, self.reader.system, draft.part_of)

    def _origin(self, draft: Draft, content_hash: str) -> dict[str, Any]:
        return {
            "user_id": self._user_of(draft, content_hash),
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

    def _user_of(self, draft: Draft, content_hash: str) -> str | None:
        if draft.user_id is not None:
            return draft.user_id
        raw_user_id = draft.raw_user_id or self._named_user()
        if self.source.users is UserRule.LOG and raw_user_id:
            return self._user_id(self.reader.system, raw_user_id)
        if self.source.users is UserRule.ASSIGNED:
            return self._user_id("assigned", assigned_user(draft.native_id or content_hash))
        return None

    def _named_user(self) -> str | None:
        """The one person whose log sources.toml says it is."""
        return self.source.user if self.source.users is UserRule.LOG else None

    def _user_id(self, system: str, raw_id: str) -> str:
        """One person writes many conversations: pseudonyms are remembered while a file is read."""
        known = self._user_ids.get(raw_id)
        if known is None:
            if len(self._user_ids) >= MAX_REMEMBERED_USERS:
                self._user_ids.clear()
            known = self._user_ids[raw_id] = self.context.user_id(system, raw_id)
        return known

    def _product(self, draft: Draft) -> str:
        return self.source.product or draft.product or self.reader.product

    def _models(self, draft: Draft, transcript: Transcript) -> dict[str, Any]:
        pairs = zip(transcript.roles, transcript.models or (), strict=False)
        named = [model for role, model in pairs if model and role == "a"]
        raw = draft.model_raw or (named[-1] if named else None) or self.source.default_model
        name = kept_name(raw)
        return {
            "model": normalise_model(name),
            "model_raw": name,
            "model_count": len(set(named)) or int(raw is not None),
        }


def _logged_start(draft: Draft, transcript: Transcript) -> datetime | None:
    """The conversation's own time, else the earliest of the whole tree, else of the path."""
    logged = draft.created_at or draft.earliest_message_at
    if logged is None and transcript.sent_at is not None:
        return min(moment for moment in transcript.sent_at if moment is not None)
    return logged


def _times(draft: Draft, transcript: Transcript, logged_at: datetime | None) -> dict[str, Any]:
    ended_at = draft.ended_at
    if ended_at is None and transcript.sent_at is not None:
        ended_at = max(moment for moment in transcript.sent_at if moment is not None)
    told = draft.started_at_source
    logged_source = StartedAtSource.LOG if told is StartedAtSource.ASSIGNED else told
    return {
        "ended_at": ended_at if logged_at and ended_at and ended_at >= logged_at else None,
        "started_at_source": logged_source if logged_at else StartedAtSource.ASSIGNED,
        "updated_at": draft.updated_at,
        "source_exported_at": draft.exported_at,
    }


def _kept_models(models: Sequence[str | None]) -> Sequence[str | None] | None:
    kept = tuple(map(kept_name, models))
    return kept if any(kept) else None


def normalise_model(raw: str | None) -> str | None:
    """Lower case, without provider, path and release date; null where the log says auto or nothing."""
    if raw is None:
        return None
    name = clean(raw)[0].strip().lower().rsplit("/", 1)[-1]
    name = _DATE.sub("", _VENDOR.sub("", name))
    return name if name and name != "auto" else None
