"""What a fault makes of a message: refusals, cut answers, values that the schema allows and nobody expects.

Every altered message is whole JSON, status 200, and billed; which fault a try meets is drawn in faults.py.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from economic_index.rehearsal.asked import Asked
from economic_index.rehearsal.draws import one_of
from economic_index.rehearsal.message import THINKING_BLOCK, THINKING_TOKENS, cut

REFUSAL_CATEGORIES = ("cyber", "bio", "frontier_llm", "reasoning_extraction", "general_harms", None)
REFUSED = "I cannot help with this."
OUT_OF_RANGE = -1

Message = dict[str, Any]


def alter(message: Message, fault: str, asked: Asked) -> Message:
    """The message with a fault in it; as it was, where the fault is none of a message's."""
    if fault in _ALTERED:
        _ALTERED[fault](message, asked)
    return message


def _refuse(message: Message, asked: Asked) -> None:
    category = one_of(REFUSAL_CATEGORIES, asked.identity, "refusal")
    message["content"] = [{"type": "text", "text": REFUSED}]
    message["stop_reason"] = "refusal"
    message["stop_details"] = {"type": "refusal", "category": category, "explanation": None}
    message["usage"]["output_tokens"] = asked.prefix.row.tokens(len(REFUSED))


def _refuse_in_silence(message: Message, asked: Asked) -> None:
    _refuse(message, asked)
    message["content"] = []
    message["usage"]["output_tokens"] = 1


def _cut_off(message: Message, asked: Asked) -> None:
    cut(message, asked.body.get("max_tokens") or 1, 0.5)


def _fill_the_window(message: Message, asked: Asked) -> None:
    cut(message, message["usage"]["output_tokens"] // 2 + 1, 0.5)
    message["stop_reason"] = "model_context_window_exceeded"


def _stop_strangely(message: Message, asked: Asked) -> None:
    message["stop_reason"] = "rehearsed_reason"


def _think_first(message: Message, asked: Asked) -> None:
    if message["content"][:1] != [THINKING_BLOCK]:
        message["content"].insert(0, THINKING_BLOCK)
        message["usage"]["output_tokens"] += THINKING_TOKENS
        message["usage"]["output_tokens_details"]["thinking_tokens"] = THINKING_TOKENS


def _write_prose(message: Message, asked: Asked) -> None:
    _set_text(message, "Here is the answer that was asked for.")


def _leave_empty(message: Message, asked: Asked) -> None:
    message["content"] = []


def _forget_usage(message: Message, asked: Asked) -> None:
    del message["usage"]


def _set_text(message: Message, text: str) -> None:
    for block in message["content"]:
        if block["type"] == "text":
            block["text"] = text


def _each_value(change: Callable[[Mapping[str, Any], Any], Any]) -> Callable[[Message, Asked], None]:
    """A fault that changes the values of the answer's fields, each by its own schema."""

    def altered(message: Message, asked: Asked) -> None:
        properties = (asked.prefix.schema or {}).get("properties") or {}
        text = next((block["text"] for block in message["content"] if block["type"] == "text"), "")
        try:
            given = orjson.loads(text)
        except orjson.JSONDecodeError:  # cut by its own limit
            return
        changed = {name: change(properties.get(name) or {}, value) for name, value in given.items()}
        _set_text(message, orjson.dumps(changed).decode())

    return altered


def _in_capitals(node: Mapping[str, Any], value: Any) -> Any:
    if isinstance(value, list):
        return [_in_capitals(node.get("items") or {}, item) for item in value]
    return value.upper() if isinstance(value, str) and node.get("enum") else value


def _unknown_label(node: Mapping[str, Any], value: Any) -> Any:
    if isinstance(value, list):
        return [_unknown_label(node.get("items") or {}, item) for item in value]
    return "rehearsed_label" if isinstance(value, str) and node.get("enum") else value


def _out_of_range(node: Mapping[str, Any], value: Any) -> Any:
    return OUT_OF_RANGE if node.get("type") in {"number", "integer"} else value


_ALTERED: Mapping[str, Callable[[Message, Asked], None]] = {
    "refusal": _refuse,
    "refusal_empty": _refuse_in_silence,
    "max_tokens": _cut_off,
    "context_window": _fill_the_window,
    "unknown_stop_reason": _stop_strangely,
    "thinking_first": _think_first,
    "enum_capitals": _each_value(_in_capitals),
    "enum_unknown": _each_value(_unknown_label),
    "out_of_range": _each_value(_out_of_range),
    "not_json": _write_prose,
    "empty_content": _leave_empty,
    "no_usage": _forget_usage,
}
