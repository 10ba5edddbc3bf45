"""One message of ChatGPT's compliance log, as an event or inside a conversation of the older interface.

Kinds of content are those of the export (chatgpt_content.py); which messages are one conversation is not known here.
"""

from typing import Any, NamedTuple

from economic_index.conversations.readers.api_content import ATTACHMENTS, REASONING, TOOLS
from economic_index.conversations.readers.chatgpt_content import Kind, kind_of, spoken, without_citations
from economic_index.conversations.readers.drafts import UNKNOWN_ROLE
from economic_index.conversations.readers.loose_json import id_at, is_true, list_at, mapping_at, opened_columns, text_at
from economic_index.conversations.readers.turns import UNSPOKEN, Turn, at_of
from economic_index.conversations.records import ReadContext
from economic_index.conversations.times import is_present, sane
from economic_index.vocabulary import Role

KEEP_USER_INSTRUCTIONS = "keep_user_instructions"
"""Setting of the source: content of that kind is what a person typed. Public material does not settle it."""

USER_INSTRUCTIONS = "user_instructions"
CUSTOM_GPT = "chatgpt_custom_gpt"
_ROLES = {"user": Role.USER.value, "assistant": Role.ASSISTANT.value}
_DROPPED = "dropped_message_count"
_COUNTED = {Kind.TOOL: TOOLS, Kind.REASONING: REASONING, Kind.HIDDEN: _DROPPED}
_NEEDS_A_LOOK = {"deleted_at", "is_deleted", "recipient", "weight", "metadata"}
_COLUMNS = ("author", "content", "files")


class Origin(NamedTuple):
    """What an event or a conversation says of its messages."""

    user: str | None = None
    conversation_at: int | None = None
    logged_at: Any = None
    is_end: bool = False


def turn_of(message: dict[str, Any], origin: Origin, context: ReadContext) -> Turn:
    """What is kept of a message; without a time of its own it has that of its event."""
    role, text, counts = _plain_words(message) or _words(message, context)
    given = message.get("created_at")
    at = sane(given, context.as_of) or (sane(origin.logged_at, context.as_of) if origin.logged_at else None)
    gpt = text_at(message, "gpt_id") or ""
    return Turn(
        role=role,
        text=text,
        key=id_at(message, "id"),
        parent=id_at(message, "parent_id"),
        at=at_of(at),
        model=text_at(message, "model") or text_at(message, "metadata", "model_slug"),
        user=origin.user,
        product=CUSTOM_GPT if gpt.startswith("g-") and not gpt.startswith("g-p-") else None,
        counts=counts,
        conversation_at=origin.conversation_at,
        is_time_absurd=at is None and is_present(given),
        is_end=origin.is_end,
    )


def is_deleted(thing: Any) -> bool:
    """Whether a conversation or a message is logged as deleted."""
    found = mapping_at(thing)
    return bool(found.get("deleted_at")) or is_true(found.get("is_deleted"))


def _plain_words(message: dict[str, Any]) -> tuple[str, str, dict[str, int]] | None:
    """The same as _words for what nearly every message is: text by one of the two, and nothing that needs a look."""
    content, author = message.get("content"), message.get("author")
    if not isinstance(content, dict) or not isinstance(author, dict) or not _NEEDS_A_LOOK.isdisjoint(message):
        return None
    text, role = content.get("value"), author.get("role") or author.get("type")
    if not isinstance(text, str) or not isinstance(role, str) or content.get("type") != "text" or role not in _ROLES:
        return None
    return _ROLES[role], without_citations(text), _attachments(message.get("files"))


def _attachments(files: Any, pointer_count: int = 0) -> dict[str, int]:
    count = max(pointer_count, len(files) if isinstance(files, list) else 0)
    return {ATTACHMENTS: count} if count else {}


def _words(message: dict[str, Any], context: ReadContext) -> tuple[str, str, dict[str, int]]:
    """Role, text and counts."""
    if is_deleted(message) or _is_kept_back(message, context):
        return UNSPOKEN, "", {_DROPPED: 1}
    exported = _as_exported(message)
    kind = kind_of(exported)
    role = _ROLES.get(text_at(exported, "author", "role") or "")
    if kind in _COUNTED:
        return UNSPOKEN, "", {_COUNTED[kind]: 1}
    if role is None:
        return UNKNOWN_ROLE, "", {}
    if kind is Kind.UNKNOWN:
        context.skip("unknown_content")
        return UNSPOKEN, "", {_DROPPED: 1}
    words = spoken(exported)
    context.skip("unknown_content", words.unknown_count)
    return role, words.text, _attachments(message.get("files"), words.attachment_count)


def _is_kept_back(message: dict[str, Any], context: ReadContext) -> bool:
    """Whether it is custom instructions, as far as anybody knows, and no setting says otherwise."""
    is_instructions = text_at(message, "content", "type") == USER_INSTRUCTIONS
    is_kept_back = is_instructions and not context.settings.get(KEEP_USER_INSTRUCTIONS)
    context.skip(USER_INSTRUCTIONS, int(is_kept_back))
    return is_kept_back


def _as_exported(message: dict[str, Any]) -> dict[str, Any]:
    """The same message with the export's keys."""
    content = mapping_at(message, "content")
    value = content.get("value")
    if isinstance(value, str):
        parts: list[Any] = [value]
    else:
        parts = list_at({"parts": value}, "parts") or list_at(value, "parts")
    kind = text_at(content, "type") or "text"
    return {
        "author": {"role": text_at(message, "author", "role") or text_at(message, "author", "type")},
        "content": {"content_type": "text" if kind == USER_INSTRUCTIONS else kind, "parts": parts},
        "metadata": mapping_at(message, "metadata"),
        "recipient": message.get("recipient"),
        "weight": message.get("weight"),
    }


def opened_message(message: Any) -> dict[str, Any]:
    """A message whose values a table keeps as JSON text."""
    return mapping_at(opened_columns(message, _COLUMNS)[0])
