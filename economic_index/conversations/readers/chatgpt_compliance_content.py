"""One message of ChatGPT's compliance log, as an event or inside a conversation of the older interface.

Kinds of content are those of the export (chatgpt_content.py); which messages are one conversation is not known here.
"""

from collections import Counter
from typing import Any

from economic_index.conversations.readers.api_content import ATTACHMENTS, REASONING, TOOLS
from economic_index.conversations.readers.chatgpt_content import Kind, kind_of, spoken
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
_COLUMNS = ("author", "content", "files")


def turn_of(message: dict[str, Any], user: str | None, context: ReadContext) -> Turn:
    """What is kept of a message; `user` is whoever the event or the conversation names."""
    role, text, counts = _words(message, context)
    at = sane(message.get("created_at"), context.as_of)
    gpt = text_at(message, "gpt_id") or ""
    return Turn(
        role=role,
        text=text,
        key=id_at(message, "id"),
        parent=id_at(message, "parent_id"),
        at=at_of(at),
        model=text_at(message, "model") or text_at(message, "metadata", "model_slug"),
        user=user,
        product=CUSTOM_GPT if gpt.startswith("g-") and not gpt.startswith("g-p-") else None,
        counts={name: count for name, count in counts.items() if count},
        is_time_absurd=at is None and is_present(message.get("created_at")),
    )


def is_deleted(thing: Any) -> bool:
    """Whether a conversation or a message is logged as deleted."""
    found = mapping_at(thing)
    return bool(found.get("deleted_at")) or is_true(found.get("is_deleted"))


def _words(message: dict[str, Any], context: ReadContext) -> tuple[str, str, Counter[str]]:
    """Role, text and counts."""
    if is_deleted(message) or _is_kept_back(message, context):
        return UNSPOKEN, "", Counter({_DROPPED: 1})
    exported = _as_exported(message)
    kind = kind_of(exported)
    role = _ROLES.get(text_at(exported, "author", "role") or "")
    if kind in _COUNTED:
        return UNSPOKEN, "", Counter({_COUNTED[kind]: 1})
    if role is None:
        return UNKNOWN_ROLE, "", Counter()
    if kind is Kind.UNKNOWN:
        context.skip("unknown_content")
        return UNSPOKEN, "", Counter({_DROPPED: 1})
    words = spoken(exported)
    context.skip("unknown_content", words.unknown_count)
    return role, words.text, Counter({ATTACHMENTS: max(words.attachment_count, len(list_at(message, "files")))})


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
