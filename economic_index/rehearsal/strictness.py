"""What the vendor's API rejects, rejected: the client is rehearsed against the rules and not only the happy path.

No limits of rate are here, and no rules for schemas. Messages name fields and never repeat a value.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from economic_index.rehearsal.errors import ApiError
from economic_index.rehearsal.models import ModelRow, model_row
from economic_index.rehearsal.schema_rules import schema_problem

PARAMETERS = frozenset(
    [
        *("model", "max_tokens", "messages", "system", "tools", "tool_choice", "thinking", "output_config", "stream"),
        *("cache_control", "stop_sequences", "metadata", "service_tier", "inference_geo", "speed", "container"),
        *("diagnostics", "user_profile_id", "workspace_id"),
    ]
)
SAMPLING = frozenset({"temperature", "top_p", "top_k"})
LOW_EFFORTS = frozenset({"low", "medium", "high"})
MAX_MARKS = 4
CUSTOM_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def invalid(message: str) -> ApiError:
    """A 400 that says what is wrong."""
    return ApiError(400, message)


def headers_problem(headers: Mapping[str, str]) -> ApiError | None:
    """What is wrong with the headers of any request."""
    if not headers.get("authorization", "").startswith("Bearer "):
        return ApiError(401, "authorization: a bearer token is required")
    if "anthropic-version" not in headers:
        return invalid("anthropic-version: header is required")
    return None


def shape_problem(body: Any) -> ApiError | None:
    """What makes a body no request at all; checked even where nothing else is."""
    if not isinstance(body, dict):
        return invalid("the body should be an object")
    if not isinstance(body.get("model"), str):
        return invalid("model: field required")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages or not all(map(_is_message, messages)):
        return invalid("messages: at least one is required, each with a role, and a text or blocks as content")
    message = _parts_problem(body)
    return invalid(message) if message else None


def _parts_problem(body: Mapping[str, Any]) -> str | None:
    tools, system = body.get("tools", []), body.get("system", "")
    if not isinstance(body.get("output_config", {}), dict):
        return "output_config: should be an object"
    if not isinstance(tools, list) or not all(isinstance(tool, dict) for tool in tools):
        return "tools: should be a list of objects"
    if not _is_content(system) or any("text" not in block for block in system if isinstance(block, dict)):
        return "system: should be a string or a list of text blocks"
    return None


def _is_message(message: Any) -> bool:
    return isinstance(message, dict) and isinstance(message.get("role"), str) and _is_content(message.get("content"))


def _is_content(content: Any) -> bool:
    return isinstance(content, str) or (
        isinstance(content, list)
        and all(isinstance(block, dict) and isinstance(block.get("text", ""), str) for block in content)
    )


def prefix_problem(body: Mapping[str, Any], grammar_limit: int) -> ApiError | None:
    """What is wrong with all of a request but its messages and `max_tokens`: the same for thousands of requests."""
    row = model_row(body["model"])
    if row is None:
        return ApiError(404, "model: not found")
    if extra := body.keys() - PARAMETERS:
        sampling = sorted(extra & SAMPLING)
        name = sampling[0] if sampling else "a field"
        return invalid(f"{name}: extra inputs are not permitted")
    if body.get("stream"):
        return invalid("stream: not rehearsed")
    message = (
        _output_problem(body.get("output_config", {}), grammar_limit)
        or _thinking_problem(body, row)
        or _tools_problem(body, row)
        or _marks_problem({**body, "messages": ()})
    )
    return invalid(message) if message else None


def _output_problem(config: Mapping[str, Any], grammar_limit: int) -> str | None:
    if config.keys() - {"format", "effort"}:
        return "output_config: takes format and effort"
    wanted = config.get("format")
    if wanted is None:
        return None
    if not isinstance(wanted, dict) or wanted.get("type") != "json_schema" or wanted.keys() - {"type", "schema"}:
        return "output_config.format: takes type json_schema and a schema"
    return schema_problem(wanted.get("schema"), grammar_limit)


def _thinking_problem(body: Mapping[str, Any], row: ModelRow) -> str | None:
    effort = body.get("output_config", {}).get("effort")
    if effort is not None and effort not in row.efforts:
        return "output_config.effort: not supported by this model"
    thinking = body.get("thinking")
    if thinking is None:
        return None
    kind = thinking.get("type") if isinstance(thinking, dict) else None
    if kind not in row.thinking:
        return "thinking.type: not supported by this model"
    if kind in {"disabled", "between_tools"} and effort is not None and effort not in LOW_EFFORTS:
        return "thinking.type: not at this effort"
    if kind == "enabled" and not isinstance(thinking.get("budget_tokens"), int):
        return "thinking.budget_tokens: field required"
    return None


def _tools_problem(body: Mapping[str, Any], row: ModelRow) -> str | None:
    choice = body.get("tool_choice")
    kind = choice.get("type") if isinstance(choice, dict) else None
    if kind in {"any", "tool"} and not row.takes_forced_tools:
        return "tool_choice: this model does not take forced tools"
    return None


def _blocks(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from body.get("tools", ())
    contents = [body.get("system", ""), *(message["content"] for message in body["messages"])]
    for content in contents:
        yield from () if isinstance(content, str) else content


def _marks_problem(body: Mapping[str, Any]) -> str | None:
    blocks = list(_blocks(body))
    if any(block.get("type") == "text" and not block.get("text", "").strip() for block in blocks):
        return "text content blocks must contain non-whitespace text"
    marks = [block["cache_control"] for block in blocks if block.get("cache_control") is not None]
    if body.get("cache_control") is not None:
        marks.append(body["cache_control"])
    if len(marks) > MAX_MARKS:
        return f"a maximum of {MAX_MARKS} blocks with cache_control may be provided"
    lives = [
        mark.get("ttl", "5m") if isinstance(mark, dict) and mark.get("type") == "ephemeral" else "" for mark in marks
    ]
    if not set(lives) <= {"5m", "1h"}:
        return "cache_control: takes type ephemeral and ttl 5m or 1h"
    return "cache_control: ttl 1h must come before ttl 5m" if lives != sorted(lives) else None


def messages_problem(body: Mapping[str, Any], row: ModelRow) -> ApiError | None:
    """What is wrong with the messages and `max_tokens` of one request."""
    messages = body["messages"]
    message = _limit_problem(body, row) or _roles_problem(messages)
    if message is None and any(isinstance(one["content"], list) for one in messages):
        message = _marks_problem(body)
    return invalid(message) if message else None


def _limit_problem(body: Mapping[str, Any], row: ModelRow) -> str | None:
    limit = body.get("max_tokens")
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 0:
        return "max_tokens: field required, a whole number"
    if limit > row.max_tokens:
        return "max_tokens: more than this model's output limit"
    if limit == 0 and body.get("output_config", {}).get("format"):
        return "max_tokens: 0 cannot be combined with a format"
    return None


def _roles_problem(messages: list[Any]) -> str | None:
    if any(message["role"] not in {"user", "assistant"} for message in messages):
        return "messages: role should be user or assistant"
    if messages[0]["role"] != "user" or messages[-1]["role"] != "user":
        return "messages: must begin and end with a user message, prefill is not supported"
    if any(not message["content"] for message in messages):
        return "messages: all messages must have non-empty content"
    return None


def batch_item_problem(custom_id: Any, params: Any) -> str | None:
    """What is wrong with one request of a batch at its creation; what else is wrong shows only in its result."""
    if not isinstance(custom_id, str) or not CUSTOM_ID.fullmatch(custom_id):
        return "custom_id: should match ^[a-zA-Z0-9_-]{1,64}$"
    if not isinstance(params, dict):
        return "params: field required, an object"
    if params.get("stream") or params.get("speed") is not None or params.get("max_tokens") == 0:
        return "params: stream, speed and max_tokens 0 are not supported in a batch"
    return None
