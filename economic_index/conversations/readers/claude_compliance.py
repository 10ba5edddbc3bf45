"""Claude Enterprise's compliance log: one chat per record, with all its messages (log_formats §8).

Names of chats and files, addresses of people, tool traffic and artifacts never become text; nothing is fetched.
"""

import re
from collections.abc import Iterator
from typing import Any

from economic_index.conversations.readers.api_content import ATTACHMENTS, TOOLS, Spoken, content_text
from economic_index.conversations.readers.drafts import (
    UNKNOWN_ROLE,
    dated,
    earliest,
    flag_absurd_time,
    flag_repair,
    not_a_conversation,
    silence,
)
from economic_index.conversations.readers.loose_json import id_at, is_true, list_at, mapping_at, opened_columns, text_at
from economic_index.conversations.readers.pages import items_of, unpaged
from economic_index.conversations.records import Draft, Element, Message, ReadContext, Rejected
from economic_index.conversations.times import sane
from economic_index.vocabulary import RejectReason, Role, SourceFormat

CHAT_PREFIX = "claude_chat_"
SESSION_PREFIX = "compliance_"
PAGE = "data"
_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT}
_COLUMNS = ("chat_messages", "user")
_ADDRESS = re.compile(r"/chat/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9a-f])", re.IGNORECASE)


class ClaudeCompliance:
    """Chats with `chat_messages[{role, content}]`; the export of the same name says `sender`."""

    format = SourceFormat.CLAUDE_COMPLIANCE
    version = "1"
    system = "claude_ai"
    product = "claude_ai"
    has_times = True
    is_by_record = True
    columns = None

    def sniff(self, sample: list[Any]) -> bool:
        """Whether a record is a chat of the log, with its messages or without."""
        return any(_is_chat(item) for record in sample for item in items_of(record, PAGE, _is_chat))

    def read(self, elements: Iterator[Element | Rejected], context: ReadContext) -> Iterator[Draft | Rejected]:
        """One draft per chat."""
        for element in unpaged(elements, PAGE, _is_chat, context):
            if isinstance(element, Rejected):
                yield element
            elif (text_at(element.value, "type") or "").startswith(SESSION_PREFIX):
                context.skip("session_message")
            else:
                yield _conversation(element, context)


def _is_chat(record: Any) -> bool:
    if (text_at(record, "id") or "").startswith(CHAT_PREFIX):
        return True
    messages = list_at(opened_columns(record, _COLUMNS)[0], "chat_messages")
    return any("role" in mapping_at(message) and "sender" not in message for message in messages[:1])


def _conversation(element: Element, context: ReadContext) -> Draft | Rejected:
    record, is_repaired = opened_columns(mapping_at(element.value), _COLUMNS)
    native_id = _native_id(record)
    if record.get("deleted_at"):
        return Rejected(RejectReason.DELETED, element.locator, "deleted_at=present", native_id)
    created_at = sane(record.get("created_at"), context.as_of)
    if not isinstance(record.get("chat_messages"), list):
        return dated(not_a_conversation(element, "chat_messages", native_id), created_at)
    said = _said(record, context)
    context.skip(UNKNOWN_ROLE, said.unknown_role_count)
    rejected = silence(said.messages, said.unknown_role_count, element.locator, native_id)
    if rejected is not None:
        return dated(rejected, created_at)
    draft = Draft(
        locator=element.locator,
        messages=said.messages,
        native_id=native_id,
        raw_user_id=id_at(record, "user", "id"),
        created_at=created_at,
        earliest_message_at=None if created_at else earliest([message.sent_at for message in said.messages]),
        updated_at=sane(record.get("updated_at"), context.as_of),
        model_raw=text_at(record, "model"),
        counts=dict(said.counts),
        flags={"is_partial"} if is_true(record.get("has_more")) else set(),
    )
    flag_repair(draft, element)
    draft.flags |= {"is_text_repaired"} if is_repaired else set()
    flag_absurd_time(draft, record.get("created_at"))
    return draft


def _native_id(record: dict[str, Any]) -> str | None:
    """The uuid in the chat's address, by which the export knows it too; else the log's own id."""
    address = _ADDRESS.search(text_at(record, "href") or "")
    return address[1].lower() if address else id_at(record, "id")


def _said(record: dict[str, Any], context: ReadContext) -> Spoken:
    said = Spoken()
    for message in record["chat_messages"]:
        role = _ROLES.get(text_at(message, "role") or "")
        if role is None:
            said.unknown_role_count += 1
            said.counts["dropped_message_count"] += 1
        else:
            _add(said, role, message, context)
    return said


def _add(said: Spoken, role: Role, message: dict[str, Any], context: ReadContext) -> None:
    """A message, or what it counts as: one of tools alone is none."""
    one = Spoken()
    text = content_text(message.get("content"), one, context)
    one.counts[ATTACHMENTS] += len(list_at(message, "files")) + len(list_at(message, "generated_files"))
    one.counts[TOOLS] += len(list_at(message, "artifacts"))
    has_attachment = one.counts[ATTACHMENTS] > 0
    if text.strip() or has_attachment:
        sent_at = sane(message.get("created_at"), context.as_of)
        said.messages.append(Message(role, text, sent_at, text_at(message, "model"), has_attachment))
    elif not one.counts.total():
        one.counts["dropped_message_count"] += 1
    said.add(Spoken(counts=+one.counts))


READER = ClaudeCompliance()
