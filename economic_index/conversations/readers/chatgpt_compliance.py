"""ChatGPT Enterprise's compliance log: events by message, or whole conversations (log_formats §8).

Titles, addresses of people, files, custom instructions and tool traffic never become text; other events are counted.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any

from economic_index.conversations.readers.chatgpt_compliance_content import Origin, is_deleted, opened_message, turn_of
from economic_index.conversations.readers.drafts import UNKNOWN_ROLE, dated, not_a_conversation, silence
from economic_index.conversations.readers.gathering import Gathering, Group
from economic_index.conversations.readers.loose_json import id_at, is_true, list_at, mapping_at, opened_columns, text_at
from economic_index.conversations.readers.pages import items_of, unpaged
from economic_index.conversations.readers.turns import (
    Turn,
    absurd_time,
    at_of,
    current_path,
    earliest_at,
    in_time,
    latest_at,
    latest_by_key,
    moment_of,
    spoken_of,
)
from economic_index.conversations.records import TREE_REPAIRED, Draft, Element, Locator, ReadContext, Rejected
from economic_index.conversations.times import sane
from economic_index.vocabulary import RejectReason, Role, SourceFormat

PAGE, EVENT, CONVERSATION = "data", "CONVERSATION_MESSAGE", "compliance.workspace.conversation"
AT_ONCE = timedelta(seconds=5)
"""A conversation is made with its first prompt: one that comes so soon is the first, whatever parent it names."""

_GONE = re.compile(r"CONVERSATION_DELETED?")
_COLUMNS = ("message", "conversation", "actor", "messages")
_SEPARATOR = "\x1f"


class ChatgptCompliance:
    """Lines `{event_id, type, actor, message, conversation}`; or conversations with `messages.data`, also in pages."""

    format = SourceFormat.CHATGPT_COMPLIANCE
    version = "2"
    system = "chatgpt"
    product = "chatgpt"
    has_times = True
    is_by_record = False
    columns = None

    def sniff(self, sample: list[Any]) -> bool:
        """Whether a record is an event of the log, of whatever type, or a conversation of the older interface."""
        return any(_is_record(item) for record in sample for item in items_of(record, PAGE, _is_record))

    def read(self, elements: Iterator[Element | Rejected], context: ReadContext) -> Iterator[Draft | Rejected]:
        """One draft per conversation."""
        with Gathering(context.temporary_folder) as gathering:
            for element in unpaged(elements, PAGE, _is_record, context):
                if isinstance(element, Rejected):
                    yield element
                elif _is_conversation(element.value):
                    yield _whole(element, context)
                elif (rejected := _gather(gathering, element, context)) is not None:
                    yield rejected
            for group in gathering.groups():
                yield group if isinstance(group, Rejected) else _gathered(group, context)


def _is_conversation(record: Any) -> bool:
    return text_at(record, "object") == CONVERSATION


def _is_event(record: Any) -> bool:
    has_type = id_at(record, "event_id") is not None and text_at(record, "type") is not None
    return has_type and not {"actor", "conversation", "principal"}.isdisjoint(record)


def _is_record(record: Any) -> bool:
    return _is_conversation(record) or _is_event(record)


def _gather(gathering: Gathering, element: Element, context: ReadContext) -> Rejected | None:
    """Put an event to its conversation; other events are counted."""
    record, is_repaired = opened_columns(mapping_at(element.value), _COLUMNS)
    kind = text_at(record, "type")
    is_gone = kind is not None and _GONE.fullmatch(kind) is not None
    if kind is not None and kind != EVENT and not is_gone:
        context.skip("other_event")
        return None
    conversation = id_at(record, "conversation", "id")
    if conversation is None:
        return not_a_conversation(element, "conversation.id")
    origin = Origin(
        user=id_at(record, "actor", "user_id"),
        conversation_at=_conversation_at(mapping_at(record, "conversation").get("created_at"), context.as_of),
        logged_at=record.get("timestamp"),
        is_end=is_gone or is_deleted(mapping_at(record, "conversation")),
    )
    turn = turn_of(opened_message(record.get("message")), origin, context)
    gathering.add(conversation, Element(None, element.locator, element.is_repaired or is_repaired), turn)
    return None


@lru_cache(maxsize=1 << 14)
def _parsed_once(made_at: str, as_of: datetime) -> int | None:
    return at_of(sane(made_at, as_of))


def _conversation_at(made_at: Any, as_of: datetime) -> int | None:
    """Every message of a conversation repeats it."""
    return _parsed_once(made_at, as_of) if isinstance(made_at, str) else at_of(sane(made_at, as_of))


def _gathered(group: Group, context: ReadContext) -> Draft | Rejected:
    gone = next((turn for turn in group.turns if turn.is_end), None)
    if gone is not None:
        place = Locator(group.locator.kind, gone.place)
        return Rejected(RejectReason.DELETED, place, f"messages={len(group.turns)}", group.key)
    draft = _draft(group.turns, group.key, group.locator, context)
    if group.is_repaired and isinstance(draft, Draft):
        draft.flags.add("is_text_repaired")
    return draft


def _whole(element: Element, context: ReadContext) -> Draft | Rejected:
    """A conversation of the older interface."""
    record, is_repaired = opened_columns(element.value, _COLUMNS)
    native_id, user = id_at(record, "id"), id_at(record, "user_id")
    if is_deleted(record):
        return Rejected(RejectReason.DELETED, element.locator, "deleted_at=present", native_id)
    listed = list_at(record, "messages", "data") or list_at(record, "messages")
    made_at = sane(record.get("created_at"), context.as_of)
    messages = [message for message in listed if isinstance(message, dict)]
    turns = [turn_of(message, Origin(user, at_of(made_at)), context) for message in messages]
    if not turns:
        return dated(not_a_conversation(element, "messages.data", native_id), made_at)
    draft = _draft(turns, native_id, element.locator, context)
    if isinstance(draft, Draft):
        draft.updated_at = sane(record.get("last_active_at"), context.as_of) or draft.updated_at
        draft.flags |= {"is_text_repaired"} if element.is_repaired or is_repaired else set()
        draft.flags |= {"is_partial"} if is_true(mapping_at(record, "messages").get("has_more")) else set()
    return draft


def _draft(given: list[Turn], native_id: str | None, locator: Locator, context: ReadContext) -> Draft | Rejected:
    turns, mended_count = mended(in_time(latest_by_key(given)))
    is_later_part = _begins_later(turns)
    path = current_path(turns)
    said = spoken_of(path.turns)
    context.skip(TREE_REPAIRED, int(bool(mended_count) or path.is_mended))
    context.skip(UNKNOWN_ROLE, said.unknown_role_count)
    rejected = silence(said.messages, said.unknown_role_count, locator, native_id)
    created_at = None if is_later_part else _made_at(turns)
    if rejected is not None:
        return dated(rejected, created_at)
    part_of = native_id if is_later_part else None
    if part_of:
        native_id = f"{part_of}{_SEPARATOR}{turns[0].key}"
    users = [turn.user for turn in turns if turn.user and turn.role == Role.USER]
    return Draft(
        locator=locator,
        messages=said.messages,
        native_id=native_id,
        part_of=part_of,
        raw_user_id=next(iter(users or [turn.user for turn in turns if turn.user]), None),
        created_at=created_at,
        earliest_message_at=earliest_at(turns),
        updated_at=latest_at(turns),
        product=next((turn.product for turn in turns if turn.product), None),
        counts={**said.counts, "branch_count": path.branch_count},
        flags=({"is_partial"} if is_later_part else set()) | absurd_time(turns),
    )


def mended(turns: list[Turn]) -> tuple[list[Turn], int]:
    """Messages in time order, each with a key; a parent that was never logged is the message before.

    Also how many were given one so. The first keeps what it names: what came before it lies in another file.
    """
    keyed = [turn if turn.key else turn._replace(key=f"#{number}") for number, turn in enumerate(turns)]
    known = {turn.key for turn in keyed}
    whole = keyed[:1]
    for before, turn in pairwise(keyed):
        is_known = turn.parent is None or turn.parent in known
        whole.append(turn if is_known else turn._replace(parent=before.key))
    return whole, sum(new.parent != old.parent for new, old in zip(whole, keyed, strict=True))


def _begins_later(turns: list[Turn]) -> bool:
    """Whether the first message goes on from one that is not here: the conversation began in another file."""
    first = turns[0]
    if first.parent is None or first.parent in {turn.key for turn in turns}:
        return False
    made_at = _made_at(turns)
    is_first = made_at and first.sent_at and first.role != Role.ASSISTANT and first.sent_at <= made_at + AT_ONCE
    return not is_first


def _made_at(turns: list[Turn]) -> datetime | None:
    return moment_of(min((turn.conversation_at for turn in turns if turn.conversation_at is not None), default=None))


READER = ChatgptCompliance()
