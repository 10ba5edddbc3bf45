"""LiteLLM's table of requests (LiteLLM_SpendLogs), dumped as CSV, JSON lines or Parquet (log_formats §8).

Keys, teams, tags and addresses in it are not looked at, but for the key's hash where nobody else is named.
"""

from collections.abc import Iterator
from typing import Any

from economic_index.conversations.readers.api_envelopes import (
    Envelope,
    UnreadableBodyError,
    instructions_of,
    parsed,
    prompt_items,
    reply_items,
)
from economic_index.conversations.readers.api_exchange import exchange_of
from economic_index.conversations.readers.chains import Exchange
from economic_index.conversations.readers.loose_json import id_at
from economic_index.conversations.readers.sessions import sessions_of
from economic_index.conversations.records import Draft, Element, ReadContext, Rejected
from economic_index.vocabulary import RejectReason, SourceFormat

CHAT_CALLS = {"completion", "acompletion", "responses", "aresponses", "anthropic_messages"}
NO_ONE = {"default_user_id"}
"""What the proxy writes where a key belongs to nobody."""
CUT = "litellm_truncated"
"""What LiteLLM writes into the middle of a text that it shortened."""


def is_spend_log(record: Any) -> bool:
    """Whether a record is a row of the table."""
    return isinstance(record, dict) and "request_id" in record and "startTime" in record


class LiteLlm:
    """Rows with `request_id` and `startTime`; bodies are JSON, or JSON as text."""

    format = SourceFormat.LITELLM
    version = "1"
    system = "litellm"
    product = "litellm"
    has_times = True
    is_by_record = False
    columns = (
        *("request_id", "call_type", "api_key", "startTime", "model", "user", "end_user", "session_id", "status"),
        *("messages", "response", "proxy_server_request"),
    )

    def sniff(self, sample: list[Any]) -> bool:
        """Whether any of the first records is a row of the table."""
        return any(map(is_spend_log, sample))

    def read(self, elements: Iterator[Element | Rejected], context: ReadContext) -> Iterator[Draft | Rejected]:
        """One draft per conversation; failed requests and calls that are no chat are counted."""
        sessions = sessions_of(context)
        for element in elements:
            exchange = element if isinstance(element, Rejected) else _exchange(element, context)
            if isinstance(exchange, Rejected):
                yield exchange
            elif exchange is not None:
                yield from sessions.add(exchange)
        yield from sessions.tell()


def _exchange(element: Element, context: ReadContext) -> Exchange | Rejected | None:
    row = element.value
    if not isinstance(row, dict):
        return Rejected(RejectReason.UNSUPPORTED_BODY, element.locator, "record=not_an_object")
    call = row.get("call_type")
    if isinstance(call, str) and call and call.removeprefix("litellm.") not in CHAT_CALLS:
        context.skip("call_that_is_no_chat")
        return None
    if row.get("status") == "failure":
        context.skip("failed_request")
        return None
    try:
        envelope = _envelope(row)
    except UnreadableBodyError as unreadable:
        return Rejected(unreadable.reason, element.locator, unreadable.detail, id_at(row, "request_id"))
    if envelope is None:
        return Rejected(RejectReason.TEXT_NOT_LOGGED, element.locator, "messages=empty", id_at(row, "request_id"))
    exchange = exchange_of(element, envelope, context)
    if isinstance(exchange, Exchange):
        # a request without a session is given a random one of its own, which looks like any other
        exchange.is_session_weak = True
        exchange.flags.discard("is_zone_assumed")  # the proxy writes UTC
        if any(CUT in message.text for message in (*exchange.prompt, *exchange.reply)):
            exchange.flags.add("is_text_truncated")
    return exchange


def _envelope(row: dict[str, Any]) -> Envelope | None:
    """The exchange of a row; None if no text of it was logged. Raises UnreadableBodyError."""
    request = _request(row)
    if request is None:
        return None
    reply = _unquoted(row.get("response"))
    items, body, branch_count = reply_items(reply or None)
    own = {
        "timestamp": row.get("startTime"),
        "request_id": row.get("request_id"),
        "session_id": row.get("session_id"),
        "user": _user(row),
        "model": row.get("model"),
    }
    return Envelope(
        prompt=prompt_items(request),
        reply=items,
        places=(own, {"previous_response_id": request.get("previous_response_id")}),
        branch_count=branch_count,
        has_reply=bool(reply),
        reply_body={"id": body.get("id")},
        instructions=instructions_of(request),
    )


def _request(row: dict[str, Any]) -> dict[str, Any] | None:
    """What was asked: the messages of the row, else those of the request as the proxy got it."""
    asked = parsed(row.get("proxy_server_request"))
    asked = asked if isinstance(asked, dict) else {}
    inner = parsed(asked.get("body"))
    bodies = [body for body in (asked, inner) if isinstance(body, dict)]
    system = next((told for body in bodies if (told := instructions_of(body))), None)
    previous = next((body["previous_response_id"] for body in bodies if body.get("previous_response_id")), None)
    beside = {"system": system, "previous_response_id": previous}
    messages = _unquoted(row.get("messages"))
    if isinstance(messages, dict):
        messages = messages.get("messages") or messages.get("input")
    if isinstance(messages, list) and messages:
        return {"messages": messages, **beside}
    if isinstance(messages, str) and messages.strip():
        return {"input": messages, **beside}
    return next(({**body, **beside} for body in bodies if prompt_items(body)), None)


def _unquoted(value: Any) -> Any:
    """A column of JSON as a dump has it; words stand in quotes there."""
    if isinstance(value, str) and value[:1] == value[-1:] == '"' and len(value) > 1:
        inner = parsed(f"[{value}]")
        return inner[0] if isinstance(inner, list) and len(inner) == 1 else value
    return parsed(value)


def _user(row: dict[str, Any]) -> str | None:
    """Who sent it: the customer's user, the key's owner, or the hash of the key."""
    names = (id_at(row, key) for key in ("end_user", "user", "api_key"))
    return next((name for name in names if name and name not in NO_ONE), None)


READER = LiteLlm()
