"""What every reader decides in the same way: flags of a draft, and when a record gives no conversation.

Nothing of a format is known here.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from economic_index.conversations.records import Draft, Element, Locator, Message, Rejected
from economic_index.conversations.times import is_present
from economic_index.vocabulary import RejectReason, Role

UNKNOWN_ROLE = "unknown_role"


def silence(
    messages: list[Message], unknown_role_count: int, locator: Locator, native_id: str | None
) -> Rejected | None:
    """The rejection of a record in which no person says anything, or None if one does.

    A person's turn without text counts if something is attached to it.
    """
    if any(message.role is Role.USER and (message.has_attachment or message.text.strip()) for message in messages):
        return None
    is_unknown = bool(unknown_role_count) and not messages
    reason = RejectReason.UNKNOWN_ROLE if is_unknown else RejectReason.EMPTY_CONVERSATION
    detail = f"messages={len(messages)} unknown_roles={unknown_role_count}"
    return Rejected(reason, locator, detail, native_id, earliest([message.sent_at for message in messages]))


def not_a_conversation(element: Element, lacking: str, native_id: str | None = None) -> Rejected:
    """A record without the key that holds its messages."""
    return Rejected(RejectReason.EMPTY_CONVERSATION, element.locator, f"{lacking}=absent", native_id)


def dated(rejected: Rejected, began_at: datetime | None) -> Rejected:
    """With the time at which the record says that the conversation began; else that of its first message stays."""
    return replace(rejected, began_at=began_at or rejected.began_at)


def flag_repair(draft: Draft, element: Element) -> None:
    """Carry over that the record's text had to be repaired."""
    if element.is_repaired:
        draft.flags.add("is_text_repaired")


def flag_absurd_time(draft: Draft, *given: Any) -> None:
    """Tell, where no time can be true, whether one was given at all."""
    if draft.created_at is None and draft.earliest_message_at is None and any(map(is_present, given)):
        draft.flags.add(RejectReason.TIME_OUT_OF_RANGE.value)


def earliest(moments: list[datetime | None]) -> datetime | None:
    """The earliest of those that are known."""
    return min((moment for moment in moments if moment is not None), default=None)
