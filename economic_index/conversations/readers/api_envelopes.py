"""Where a line of an API log keeps the request, the reply, and the keys beside them (log_formats §7).

What the messages say is read in api_content.py; nothing is joined here.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from economic_index.vocabulary import RejectReason

REQUEST_KEYS = ("request", "body", "params", "input", "request_body", "kwargs")
REPLY_KEYS = ("response", "output", "result", "response_body", "completion")
MAX_WRAPPING = 3
_EVENT_TEXT = re.compile(r"\s*+(?:(?:event|id|retry)?:[^\r\n]*+[\r\n]\s*+)*+data:\s*+[\[{]")
"""Whole lines, none of which is read twice: a text of colons must not cost more than its length."""


@dataclass(frozen=True)
class Envelope:
    """One exchange as logged: request items, the reply's items, and the objects that may name id, time and user.

    `prompt` is None if only the reply is here. `places` are looked at in order, the log's own keys first.
    `instructions` is a system prompt that stands beside the messages.
    """

    prompt: list[Any] | None
    reply: list[Any]
    places: tuple[dict[str, Any], ...]
    branch_count: int = 0
    has_reply: bool = False
    is_api: bool = True
    custom_id: str | None = None
    reply_body: dict[str, Any] = field(default_factory=dict)
    instructions: Any = None


class UnreadableBodyError(Exception):
    """A line whose exchange cannot be read; `detail` holds numbers and known key names."""

    def __init__(self, reason: RejectReason, detail: str) -> None:
        self.reason, self.detail = reason, detail
        super().__init__(f"{reason}: {detail}")


def open_envelope(record: Any) -> Envelope:
    """The exchange of one line. Raises UnreadableBodyError."""
    if not isinstance(record, dict):
        raise UnreadableBodyError(RejectReason.UNSUPPORTED_BODY, "record=not_an_object")
    if record.get("schemaType") == "ModelInvocationLog":
        return _invocation(record)
    preferred = _preference(record)
    if preferred is not None:
        return preferred
    custom_id = record.get("custom_id")
    custom_id = custom_id if isinstance(custom_id, str) and custom_id else None
    request, wrappers = _request(record)
    reply = _nested_reply(record)
    is_batch_reply = custom_id is not None and any(key in record for key in REPLY_KEYS)
    if request is None and not is_batch_reply:
        raise UnreadableBodyError(RejectReason.UNSUPPORTED_BODY, f"messages=absent keys={len(record)}")
    items, body, branch_count = reply_items(reply)
    places = [record] if request is None or request is record else [record, *wrappers, request]
    return Envelope(
        prompt=prompt_items(request) if request is not None else None,
        reply=items,
        places=(*places, body) if body else tuple(places),
        branch_count=branch_count,
        has_reply=reply is not None,
        is_api=request is not record or reply is not None,
        custom_id=custom_id,
        reply_body=body,
        instructions=instructions_of(request),
    )


def instructions_of(request: dict[str, Any] | None) -> Any:
    """The system prompt that a request has beside its messages, in the words of either vendor."""
    return (request.get("system") or request.get("instructions")) if request is not None else None


def prompt_items(request: dict[str, Any]) -> list[Any] | None:
    """The messages of a request body: `messages`, or `input` of the Responses API; also as JSON text."""
    messages = parsed(request.get("messages"))
    if isinstance(messages, list):
        return list(messages)
    given = request.get("input")
    if isinstance(given, str):
        items = parsed(given)
        return items if are_items(items) else [{"role": "user", "content": given}]
    return list(given) if isinstance(given, list) else None


def are_items(value: Any) -> bool:
    """Whether a value is a list of messages or items, and not just words that happen to be JSON."""
    return isinstance(value, list) and any(isinstance(item, dict) and {"role", "type"} & item.keys() for item in value)


def reply_items(reply: Any) -> tuple[list[Any], dict[str, Any], int]:
    """Messages of a reply, its body, and how many alternatives it had beside the first. Raises UnreadableBodyError."""
    reply = parsed(reply)
    if isinstance(reply, str):
        if _EVENT_TEXT.match(reply):
            raise UnreadableBodyError(RejectReason.STREAMED_CHUNKS_NOT_ASSEMBLED, "reply=event_text")
        return [{"role": "assistant", "content": reply}], {}, 0
    if isinstance(reply, list):
        if any(_is_chunk(item) for item in reply):
            raise UnreadableBodyError(RejectReason.STREAMED_CHUNKS_NOT_ASSEMBLED, f"reply=chunks count={len(reply)}")
        return list(reply), {}, 0
    if not isinstance(reply, dict):
        return [], {}, 0
    if _is_chunk(reply):
        raise UnreadableBodyError(RejectReason.STREAMED_CHUNKS_NOT_ASSEMBLED, "reply=chunk")
    return _body_items(reply)


def _body_items(reply: dict[str, Any]) -> tuple[list[Any], dict[str, Any], int]:
    choices = reply.get("choices")
    if isinstance(choices, list):
        kept = [choice for choice in choices if isinstance(choice, dict)]
        first = next((choice for choice in kept if choice.get("index") == 0), kept[0] if kept else {})
        return _one(first.get("message")), reply, max(len(kept) - 1, 0)
    output = reply.get("output")
    if isinstance(output, list):
        return list(output), reply, 0
    if isinstance(output, dict) and isinstance(output.get("message"), dict):
        return _one(output["message"]), reply, 0
    if "content" in reply:
        return [{"role": "assistant", **reply, "type": "message"}], reply, 0
    return _one(reply.get("message")), reply, 0


def _one(message: Any) -> list[Any]:
    if isinstance(message, dict):
        return [{"role": "assistant", **message}]
    return [{"role": "assistant", "content": message}] if isinstance(message, str) else []


def _is_chunk(item: Any) -> bool:
    if not isinstance(item, dict):
        return False
    kind = item.get("type")
    is_event = isinstance(kind, str) and kind.startswith(("content_block_", "message_", "response."))
    return is_event or item.get("object") == "chat.completion.chunk"


def _preference(record: dict[str, Any]) -> Envelope | None:
    given = record.get("input")
    if not isinstance(given, dict) or "preferred_output" not in record or prompt_items(given) is None:
        return None
    items, _, _ = reply_items(record["preferred_output"])
    return Envelope(
        prompt=prompt_items(given),
        reply=items,
        places=(record, given),
        branch_count=int(bool(record.get("non_preferred_output"))),
        has_reply=True,
        is_api=False,
    )


def _request(record: dict[str, Any]) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """The object that holds the messages: the line itself, or what it wraps; and the wrappers in between."""
    if prompt_items({"messages": record.get("messages")}):
        return record, []
    for key in REQUEST_KEYS:
        wrappers: list[dict[str, Any]] = []
        body: Any = record.get(key)
        for _ in range(MAX_WRAPPING):
            body = parsed(body)
            if not isinstance(body, dict):
                break
            if prompt_items(body) is not None:
                return body, wrappers
            wrappers.append(body)
            body = body.get("body", body.get("params"))
    output = record.get("output")
    has_items = isinstance(output, list) and any(isinstance(item, dict) and "type" in item for item in output)
    is_response = has_items or record.get("object") == "response" or "previous_response_id" in record
    is_here = isinstance(record.get("messages"), list) or (is_response and prompt_items(record) is not None)
    return (record if is_here else None), []


def _nested_reply(record: dict[str, Any]) -> Any:
    """The reply beside a request, without what transport and batches put around it; None if there is none."""
    if isinstance(record.get("choices"), list) or record.get("object") == "response":
        return record
    if "stop_reason" in record and "content" in record:
        return record
    for key in REPLY_KEYS:
        reply = parsed(record.get(key))
        if reply is None:
            continue
        if isinstance(reply, dict):
            reply = _unwrapped(reply)
        if reply is not None:
            return reply
    return None


def _unwrapped(reply: dict[str, Any]) -> Any:
    for _ in range(MAX_WRAPPING):
        if {"choices", "output", "content", "object"} & reply.keys():
            return reply
        inner = parsed(reply.get("body", reply.get("message")))
        if inner is None:
            return None if {"status_code", "error", "type"} & reply.keys() else reply
        if not isinstance(inner, dict):
            return inner
        reply = inner
    return reply


def _invocation(record: dict[str, Any]) -> Envelope:
    """A Bedrock invocation log: bodies in the model's own dialect, or named where they are stored beside it."""
    given, output = record.get("input"), record.get("output")
    given = given if isinstance(given, dict) else {}
    output = output if isinstance(output, dict) else {}
    body = parsed(given.get("inputBodyJson"))
    if not isinstance(body, dict):
        where = "input=stored_beside" if any(key.endswith("S3Path") for key in given) else "input=absent"
        raise UnreadableBodyError(RejectReason.UNSUPPORTED_BODY, where)
    prompt = prompt_items(body)
    if prompt is None:
        raise UnreadableBodyError(RejectReason.UNSUPPORTED_BODY, f"messages=absent keys={len(body)}")
    reply = parsed(output.get("outputBodyJson"))
    if isinstance(reply, list):
        reply = {"content": _streamed_text(reply)}
    items, _, branch_count = reply_items(reply)
    identity = record.get("identity")
    arn = identity.get("arn") if isinstance(identity, dict) else None
    own = {"user": arn, "model": record.get("modelId"), "request_id": record.get("requestId")}
    return Envelope(
        prompt,
        items,
        ({**own, "timestamp": record.get("timestamp")}, body),
        branch_count,
        reply is not None,
        instructions=body.get("system"),
    )


def _streamed_text(events: list[Any]) -> str:
    """The text of a stream that is logged as a list of events."""
    pieces: list[str] = []
    for event in events:
        held = event.get("contentBlockDelta", event) if isinstance(event, dict) else None
        delta = held.get("delta") if isinstance(held, dict) else None
        text = delta.get("text") if isinstance(delta, dict) else None
        pieces += [text] if isinstance(text, str) else []
    return "".join(pieces)


def parsed(value: Any) -> Any:
    """A body that is logged as JSON text, parsed; anything else as it is."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value
