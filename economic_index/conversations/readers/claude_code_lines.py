"""What one line of a Claude Code session says: a prompt that a person typed, a piece of a reply, or neither.

How lines hang together is claude_code_tree.py's. What tools get and give, reasoning, paths and titles end here.
"""

import re
from collections.abc import Iterator
from enum import Enum
from typing import Any

from economic_index.conversations.readers.api_content import (
    ATTACHMENT_KINDS,
    ATTACHMENTS,
    REASONING_KINDS,
    TOOL_ENDINGS,
    TOOL_KINDS,
    TOOLS,
    Spoken,
    content_text,
)
from economic_index.conversations.readers.loose_json import list_at, mapping_at, text_at
from economic_index.conversations.records import ReadContext

OWN_KINDS = {
    *("system", "summary", "ai-title", "custom-title", "agent-name", "last-prompt", "progress", "attachment"),
    *("queue-operation", "file-history-snapshot", "file-history-delta", "permission-mode", "mode", "pr-link"),
    *("bridge-session", "init"),
}
"""Kinds of lines that are not read; of those with a place in the chain, the place is."""
PLACEHOLDER = "<synthetic>"
HEAD_CHARS = 64
_HIDDEN = ("isMeta", "isCompactSummary", "isVisibleInTranscriptOnly")
_TAGS = (
    "command-name|command-message|command-args|command-contents|local-command-stdout|local-command-stderr"
    "|local-command-caveat|bash-input|bash-stdout|bash-stderr|system-reminder|user-memory-input"
    "|ide_opened_file|ide_selection|task-notification"
)
_INJECTED = re.compile(rf"<({_TAGS})>.*?(?:</\1>|\Z)|\[Request interrupted by user[^\]\n]*(?:\]|$)", re.DOTALL)


class Said(Enum):
    """What a line is to the conversation."""

    PROMPT = "prompt"
    REPLY = "reply"
    TOOL_RESULT = "tool_result"
    HIDDEN = "hidden"
    NOTHING = "nothing"


class Block(Enum):
    """What a block of a reply is."""

    TEXT = "text"
    REASONING = "reasoning"
    TOOL = "tool"
    ATTACHMENT = "attachment"


def is_session_line(record: Any) -> bool:
    """Whether a record is a line of a session; those without a session are known by a key of their own."""
    if not isinstance(record, dict):
        return False
    kind = record.get("type")
    if text_at(record, "sessionId") is None:
        return (kind, True) in (("summary", "leafUuid" in record), ("file-history-snapshot", "snapshot" in record))
    is_spoken = "uuid" in record and kind in ("user", "assistant")
    return is_spoken or "leafUuid" in record or (isinstance(kind, str) and kind in OWN_KINDS)


def parent_of(line: dict[str, Any]) -> str | None:
    """The line above; after a compaction, the one that the log says was above it."""
    return text_at(line, "parentUuid") or text_at(line, "logicalParentUuid")


def typed(line: dict[str, Any], context: ReadContext) -> tuple[Said, str, dict[str, int]]:
    """What a line of kind `user` is, the words that a person typed, and the counts of what else it holds."""
    content = mapping_at(line, "message").get("content")
    if any(line.get(key) for key in _HIDDEN):
        return Said.HIDDEN, "", {}
    if "toolUseResult" in line:
        return Said.TOOL_RESULT, "", {TOOLS: _result_count(content)}
    found = Spoken()
    text = content_text(content, found, context)
    text = _INJECTED.sub("", text).strip()
    if not text and not found.counts[ATTACHMENTS]:
        is_result = found.counts[TOOLS] > 0
        return (Said.TOOL_RESULT if is_result else Said.HIDDEN), "", found.counts
    return Said.PROMPT, text, found.counts


def _result_count(content: Any) -> int:
    blocks = content if isinstance(content, list) else []
    results = [block for block in blocks if isinstance(block, dict) and block.get("type") == "tool_result"]
    return max(len(results), 1)


def blocks_of(message: dict[str, Any], context: ReadContext) -> Iterator[tuple[Block, str]]:
    """The blocks of a reply: text with its words, others with what tells one from its own repetition."""
    content = message.get("content")
    if isinstance(content, str):
        yield Block.TEXT, content
    for block in list_at(message, "content"):
        kind = text_at(block, "type") or ""
        if kind == "text":
            yield Block.TEXT, text_at(block, "text") or ""
        elif kind in REASONING_KINDS:
            words = text_at(block, "thinking") or text_at(block, "signature") or text_at(block, "data") or ""
            yield Block.REASONING, words[:HEAD_CHARS]
        elif kind in TOOL_KINDS or kind.endswith(TOOL_ENDINGS):
            yield Block.TOOL, text_at(block, "id") or ""
        elif kind in ATTACHMENT_KINDS:
            yield Block.ATTACHMENT, ""
        else:
            context.skip("unknown_part")
