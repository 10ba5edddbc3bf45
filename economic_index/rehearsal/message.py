"""A message as the vendor's API returns it: content blocks, stop reason, and the usage that is billed.

What its text says is answers.py's; what is wrong with it altering.py's.
"""

from typing import Any

from economic_index.llm.client import REHEARSAL_ID
from economic_index.rehearsal.asked import Asked
from economic_index.rehearsal.cache import CacheUse

THINKING_TOKENS = 250
THINKING_BLOCK = {"type": "thinking", "thinking": "", "signature": "rehearsal"}


def message_of(asked: Asked, text: str, use: CacheUse, try_number: int, tier: str = "standard") -> dict[str, Any]:
    """The message that answers a request with a text; cut where `max_tokens` does not suffice."""
    limit = asked.body.get("max_tokens")
    thinking = THINKING_TOKENS if asked.thinks else 0
    tokens = thinking + asked.prefix.row.tokens(len(text.encode()))
    content: list[dict[str, Any]] = [THINKING_BLOCK] if thinking else []
    message = {
        "id": f"{REHEARSAL_ID}{asked.identity[:18]}{try_number:04d}",
        "type": "message",
        "role": "assistant",
        "model": asked.model,
        "content": [*content, {"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "stop_details": None,
        "usage": usage_of(use, tokens, thinking, tier),
    }
    if isinstance(limit, int) and tokens > limit:
        cut(message, limit, (limit - thinking) / max(tokens - thinking, 1))
    return message


def usage_of(use: CacheUse, output_tokens: int, thinking_tokens: int, tier: str) -> dict[str, Any]:
    """The usage of one answer; `input_tokens` is what follows the last breakpoint alone."""
    return {
        "input_tokens": use.uncached,
        "cache_creation_input_tokens": use.written_5m + use.written_1h,
        "cache_read_input_tokens": use.read,
        "cache_creation": {
            "ephemeral_5m_input_tokens": use.written_5m,
            "ephemeral_1h_input_tokens": use.written_1h,
        },
        "output_tokens": output_tokens,
        "output_tokens_details": {"thinking_tokens": thinking_tokens},
        "service_tier": tier,
        "inference_geo": None,
        "server_tool_use": None,
    }


def cut(message: dict[str, Any], limit: int, share: float) -> None:
    """Stop a message at `limit` output tokens, leaving that share of its text."""
    for block in message["content"]:
        if block["type"] == "text":
            block["text"] = block["text"][: int(len(block["text"]) * max(share, 0.0))]
    message["content"] = [block for block in message["content"] if block.get("text", "-")]
    message["stop_reason"] = "max_tokens"
    message["usage"]["output_tokens"] = limit
