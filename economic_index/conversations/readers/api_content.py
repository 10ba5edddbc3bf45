"""Messages of chat APIs, in every dialect, as what was said; tools, reasoning and attachments are only counted.

Envelopes are not known here (api_envelopes.py), and no kind or role that a log names is repeated anywhere.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from economic_index.conversations import times
from economic_index.conversations.records import Message, ReadContext
from economic_index.vocabulary import Role

ROLES = {
    "user": Role.USER,
    "human": Role.USER,
    "assistant": Role.ASSISTANT,
    "model": Role.ASSISTANT,
    "ai": Role.ASSISTANT,
}
PROMPT_ROLES = ("system", "developer")
TOOL_ROLES = ("tool", "function")
TEXT_KINDS = ("text", "input_text", "output_text")
ATTACHMENT_KINDS = {
    *("image_url", "image", "input_image", "input_audio", "audio", "file", "input_file"),
    *("document", "video", "video_url", "container_upload"),
}
REASONING_KINDS = {"thinking", "redacted_thinking", "reasoning", "reasoningContent"}
TOOL_KINDS = {
    *("tool_use", "tool_result", "server_tool_use", "mcp_tool_use", "search_result", "toolUse", "toolResult"),
    *("tool_call", "tool_calls", "function_call", "function_call_output", "searchResult"),
    *("mcp_list_tools", "mcp_approval_request", "mcp_approval_response"),
}
TOOL_ENDINGS = ("_tool_result", "_call", "_call_output")
TIME_KEYS = ("timestamp", "ts", "time", "created_at")
REASONING, TOOLS, ATTACHMENTS = "reasoning_count", "tool_event_count", "attachment_count"


@dataclass
class Spoken:
    """Messages of a request or a reply in order; `counts` by the lake's columns, and roles not understood.

    `system` holds hashes of system prompts: whether two are the same is all that is asked of them.
    """

    messages: list[Message] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    unknown_role_count: int = 0
    system: list[bytes] = field(default_factory=list)

    def add(self, other: "Spoken") -> None:
        """Append what was said later."""
        self.messages += other.messages
        self.counts += other.counts
        self.unknown_role_count += other.unknown_role_count
        self.system += other.system


def spoken(items: Iterable[Any], context: ReadContext, default_role: str | None = None) -> Spoken:
    """What a list of messages or Responses items says. `default_role` is that of items without one."""
    found = Spoken()
    for item in items:
        _read_item(item, found, context, default_role)
    return found


def _read_item(item: Any, found: Spoken, context: ReadContext, default_role: str | None) -> None:
    if isinstance(item, str) and default_role:
        item = {"content": item}
    if not isinstance(item, dict):
        context.skip("not_a_message")
        found.counts["dropped_message_count"] += 1
        return
    kind = item.get("type")
    role = item.get("role", default_role)
    if "role" not in item and isinstance(kind, str) and kind != "message":
        _count_kind(kind, found, context)
    elif role in TOOL_ROLES:
        found.counts[TOOLS] += 1
    elif isinstance(role, str) and role in ROLES:
        _read_message(item, ROLES[role], found, context)
    elif role in PROMPT_ROLES:
        found.system.append(prompt_hash(item.get("content"), context))
    else:
        context.skip("unknown_role")
        found.unknown_role_count += 1
        found.counts["dropped_message_count"] += 1


def prompt_hash(content: Any, context: ReadContext) -> bytes:
    """Hash of a system prompt, text or blocks."""
    text = content_text(content, Spoken(), ReadContext(context.as_of))
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()


def _read_message(item: dict[str, Any], role: Role, found: Spoken, context: ReadContext) -> None:
    before = found.counts.get(ATTACHMENTS, 0)
    tools_before = found.counts.get(TOOLS, 0)
    text = content_text(item.get("content"), found, context) or _sibling_text(item)
    _count_beside(item, found)
    has_attachment = found.counts.get(ATTACHMENTS, 0) > before
    if has_attachment or text.strip():
        model = item.get("model")
        found.messages.append(
            Message(
                role, text, _sent_at(item, context), model if isinstance(model, str) and model else None, has_attachment
            )
        )
    elif found.counts.get(TOOLS, 0) == tools_before:
        found.counts["dropped_message_count"] += 1


def _count_beside(item: dict[str, Any], found: Spoken) -> None:
    """Calls and reasoning that stand beside the content; most messages have neither, and count nothing."""
    calls = item.get("tool_calls")
    if isinstance(calls, list) and calls:
        found.counts[TOOLS] += len(calls)
    if isinstance(item.get("function_call"), dict):
        found.counts[TOOLS] += 1
    if item.get("reasoning_content") or item.get("reasoning"):
        found.counts[REASONING] += 1


def _sent_at(item: dict[str, Any], context: ReadContext) -> datetime | None:
    times_given = (item[key] for key in TIME_KEYS if key in item)
    return next((at for given in times_given if (at := times.sane(given, context.as_of))), None)


def _sibling_text(item: dict[str, Any]) -> str:
    """What stands beside an empty content: a refusal, or what a spoken answer says."""
    audio = item.get("audio")
    for text in (item.get("refusal"), audio.get("transcript") if isinstance(audio, dict) else None):
        if isinstance(text, str):
            return text
    return ""


def content_text(content: Any, found: Spoken, context: ReadContext) -> str:
    """The words of one message's content, text or blocks; what else is in it is counted in `found`."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else [content] if isinstance(content, dict) else []
    pieces: list[str] = []
    for part in parts:
        text, is_joined = _part_text(part, found, context)
        if text:
            pieces += ["" if is_joined or not pieces else "\n", text]
    return "".join(pieces)


def _part_text(part: Any, found: Spoken, context: ReadContext) -> tuple[str, bool]:
    """The text of a part, and whether it goes on where the last one ended (cited passages are cut mid-sentence)."""
    if isinstance(part, str):
        return part, False
    if not isinstance(part, dict):
        context.skip("unknown_part")
        return "", False
    kind = part.get("type")
    if kind in TEXT_KINDS or (kind is None and "text" in part):
        text = part.get("text")
        text = text.get("value") if isinstance(text, dict) else text
        return (text if isinstance(text, str) else ""), bool(part.get("citations"))
    if kind == "refusal":
        text = part.get("refusal")
        return (text if isinstance(text, str) else ""), False
    _count_kind(kind if isinstance(kind, str) else next(iter(part), ""), found, context)
    return "", False


def _count_kind(kind: str, found: Spoken, context: ReadContext) -> None:
    if kind in ATTACHMENT_KINDS:
        found.counts[ATTACHMENTS] += 1
    elif kind in REASONING_KINDS:
        found.counts[REASONING] += 1
    elif kind in TOOL_KINDS or kind.endswith(TOOL_ENDINGS):
        found.counts[TOOLS] += 1
    else:
        context.skip("unknown_part")
