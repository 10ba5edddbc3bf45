"""Langfuse's export of observations: what a model was asked and answered, by trace (log_formats §8).

Names of traces, metadata, tags and scores are not looked at.
"""

import json
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from economic_index.conversations.readers.api_envelopes import (
    Envelope,
    UnreadableBodyError,
    are_items,
    instructions_of,
    parsed,
    prompt_items,
    reply_items,
)
from economic_index.conversations.readers.api_exchange import exchange_of
from economic_index.conversations.readers.api_origin import is_issued
from economic_index.conversations.readers.chains import Exchange, bytes_of
from economic_index.conversations.readers.loose_json import first_at, id_at
from economic_index.conversations.readers.sessions import Sessions, sessions_of
from economic_index.conversations.records import Draft, Element, ReadContext, Rejected
from economic_index.vocabulary import RejectReason, SourceFormat

ENVIRONMENTS = "environments"
"""Setting of the context: the environments that are read; all if it is absent."""
OWN_ENVIRONMENT = "langfuse-"
"""Where Langfuse keeps what it asked a model itself, to judge others."""
MAX_HELD_BYTES, EXCHANGE_BYTES = 48 << 20, 1200
"""What exchanges that wait for others of their trace may take, and what each takes beside its messages, about."""
MAX_ORIGINS = 200_000
EVER = datetime.max.replace(tzinfo=UTC)
KINDS = {"SPAN", "EVENT", "AGENT", "TOOL", "CHAIN", "RETRIEVER", "EVALUATOR", "EMBEDDING", "GUARDRAIL"}
ROW_OF_A_TRACE = "row_of_a_trace"
REPLY_KEYS = {"role", "content", "choices", "output", "message", "tool_calls"}
NAMES = {
    "trace": ("trace_id", "traceId"),
    "start": ("start_time", "startTime"),
    "session": ("session_id", "sessionId"),
    "user": ("user_id", "userId"),
    "model": ("provided_model_name", "providedModelName", "model"),
}
"""Columns of the export to a bucket, and keys of the same in the API and the page's own export."""


def is_observation(record: Any) -> bool:
    """Whether a record is an observation of a trace."""
    if not isinstance(record, dict) or not {"type", "input", "output"} & record.keys():
        return False
    return all(any(name in record for name in NAMES[key]) for key in ("trace", "start"))


class Langfuse:
    """Rows with `trace_id` and `start_time`; rows of traces beside them say whose they are."""

    format = SourceFormat.LANGFUSE
    version = "1"
    system = "langfuse"
    product = "langfuse"
    has_times = True
    is_by_record = False
    columns = (
        "id",
        "type",
        "input",
        "output",
        "environment",
        *(name for names in NAMES.values() for name in names),
    )

    def sniff(self, sample: list[Any]) -> bool:
        """Whether any of the first records is an observation."""
        return any(map(is_observation, sample))

    def read(self, elements: Iterator[Element | Rejected], context: ReadContext) -> Iterator[Draft | Rejected]:
        """One draft per conversation: of each trace the longest exchange, joined over traces."""
        traces = _Traces(sessions_of(context), context)
        for element in elements:
            exchange = element if isinstance(element, Rejected) else _exchange(element, traces, context)
            if isinstance(exchange, Rejected):
                yield exchange
            elif exchange is not None:
                yield from traces.add(*exchange)
        yield from traces.close()


@dataclass
class _Traces:
    """The longest exchange of each trace, until more are held than memory should hold: then the oldest half goes on.

    `origins` are user and session by trace, where rows of traces stand in the same file.
    """

    sessions: Sessions
    context: ReadContext
    origins: OrderedDict[str, tuple[str | None, str | None]] = field(default_factory=OrderedDict)
    _held: dict[str, tuple[int, Exchange]] = field(default_factory=dict)
    _bytes: int = 0

    def note_origin(self, row: dict[str, Any]) -> None:
        """Remember whose trace it is."""
        told = id_at(row, "id")
        if told is not None:
            self.origins[told] = (_text(row, "user"), _text(row, "session"))
            if len(self.origins) > MAX_ORIGINS:
                self.origins.popitem(last=False)

    def add(self, trace: str, length: int, exchange: Exchange) -> Iterator[Draft]:
        """Take an exchange of so many messages; gives back conversations that are over where too much is held."""
        if trace in self._held:
            self.context.skip("generation_of_the_same_trace")
            length, exchange = self._longer(self._held[trace], (length, exchange))
        self._held[trace] = length, exchange
        self._bytes += _bytes_of(exchange)
        if self._bytes > MAX_HELD_BYTES:
            yield from self._release(self._bytes // 2)

    def _longer(self, known: tuple[int, Exchange], new: tuple[int, Exchange]) -> tuple[int, Exchange]:
        """The longer of two exchanges of a trace; where they belong may stand in the other, and when it began."""
        self._bytes -= _bytes_of(known[1])
        pair = sorted((known, new), key=lambda each: (each[0], _chars_of(each[1])))
        other, exchange = pair[0][1], pair[1][1]
        exchange.user, exchange.session = exchange.user or other.user, exchange.session or other.session
        exchange.begun_at = min((at for at in (other.begun_at, exchange.begun_at) if at is not None), default=None)
        return pair[1]

    def close(self) -> Iterator[Draft]:
        """What is held at the end of the file, and what is open."""
        yield from self._release(0)
        yield from self.sessions.tell()

    def _release(self, until_bytes: int) -> Iterator[Draft]:
        """In order of time, because that is how requests join."""
        for trace in sorted(self._held, key=lambda each: self._held[each][1].at or EVER):
            if self._bytes <= until_bytes and until_bytes:
                return
            _, exchange = self._held.pop(trace)
            self._bytes -= _bytes_of(exchange)
            yield from self.sessions.add(self._placed(trace, exchange))

    def _placed(self, trace: str, exchange: Exchange) -> Exchange:
        """A session that is named joins and parts; a trace alone joins, and may go on from another."""
        user, session = self.origins.get(trace, (None, None))
        exchange.user, exchange.session = exchange.user or user, exchange.session or session
        exchange.is_session_weak = exchange.session is None
        exchange.session = exchange.session or trace
        exchange.is_session_random = is_issued(exchange.session)
        return exchange


def _chars_of(exchange: Exchange) -> int:
    return sum(len(message.text) + 200 for message in (*exchange.prompt, *exchange.reply))


def _bytes_of(exchange: Exchange) -> int:
    return EXCHANGE_BYTES + bytes_of((*exchange.prompt, *exchange.reply))


def _exchange(element: Element, traces: _Traces, context: ReadContext) -> tuple[str, int, Exchange] | Rejected | None:
    row = element.value
    if not isinstance(row, dict):
        return Rejected(RejectReason.UNSUPPORTED_BODY, element.locator, "record=not_an_object")
    left = _left_out(row, context)
    if left is not None:
        if left == ROW_OF_A_TRACE:
            traces.note_origin(row)
        context.skip(left)
        return None
    try:
        envelope = _envelope(row)
    except UnreadableBodyError as unreadable:
        return Rejected(unreadable.reason, element.locator, unreadable.detail, id_at(row, "id"))
    exchange = exchange_of(element, envelope, context)
    if isinstance(exchange, Rejected):
        return exchange
    exchange.flags.discard("is_zone_assumed")  # Langfuse writes UTC
    exchange.begun_at = exchange.at
    trace = _text(row, "trace") or id_at(row, "id") or f"#{element.locator.number}"
    return trace, len(envelope.prompt or ()) + len(envelope.reply), exchange


def _left_out(row: dict[str, Any], context: ReadContext) -> str | None:
    """Under which name a row is counted that is not read; None if it is."""
    if _is_elsewhere(row, context):
        return "other_environment"
    kind = row.get("type")
    if "type" not in row and _text(row, "trace") is None:
        return ROW_OF_A_TRACE
    if kind == "GENERATION":
        return None
    return f"observation_{kind.lower()}" if isinstance(kind, str) and kind in KINDS else "other_observation"


def _is_elsewhere(row: dict[str, Any], context: ReadContext) -> bool:
    """Whether a row is of an environment that is not read."""
    environment = row.get("environment") or "default"
    wanted = context.settings.get(ENVIRONMENTS)
    if wanted:
        return environment not in wanted
    return isinstance(environment, str) and environment.startswith(OWN_ENVIRONMENT)


def _envelope(row: dict[str, Any]) -> Envelope:
    """The exchange of a generation. Raises UnreadableBodyError."""
    request = _request(row.get("input"))
    items, body, branch_count = reply_items(_reply(row.get("output")))
    own = {
        "timestamp": first_at(row, NAMES["start"]),
        "request_id": id_at(row, "id"),
        "session_id": _text(row, "session"),
        "user": _text(row, "user"),
        "model": _text(row, "model"),
    }
    return Envelope(
        prompt=prompt_items(request),
        reply=items,
        places=(own,),
        branch_count=branch_count,
        has_reply=bool(items),
        reply_body={"id": body.get("id")},
        instructions=instructions_of(request),
    )


def _request(given: Any) -> dict[str, Any]:
    """What was asked, in any dialect: messages, a body with messages, one message, or words."""
    held = parsed(given)
    if held is None or held in ("", {}, []):
        raise UnreadableBodyError(RejectReason.TEXT_NOT_LOGGED, "input=empty")
    if isinstance(held, list) and held and isinstance(held[0], list):
        held = held[0]
    if are_items(held):
        return {"messages": held}
    if isinstance(held, dict):
        inner = held if prompt_items(held) is not None else parsed(held.get("body", held.get("kwargs")))
        if isinstance(inner, dict) and prompt_items(inner) is not None:
            return inner
        if "role" in held and "content" in held:
            return {"messages": [held]}
    if isinstance(given, str):
        return {"input": given} if not isinstance(held, dict) else _nothing(held)
    return _nothing(held)


def _nothing(held: Any) -> dict[str, Any]:
    count = len(held) if isinstance(held, dict | list) else 0
    raise UnreadableBodyError(RejectReason.UNSUPPORTED_BODY, f"messages=absent keys={count}")


def _reply(given: Any) -> Any:
    """What was answered; an answer that is itself JSON counts as the words that it is. Raises UnreadableBodyError."""
    held = parsed(given)
    if held in (None, "", {}, []):
        return None
    is_body = isinstance(held, dict) and bool(REPLY_KEYS & held.keys())
    if is_body or are_items(held) or isinstance(held, str):
        return held
    try:
        words = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False, default=str)
    except RecursionError:
        raise UnreadableBodyError(RejectReason.TOO_DEEP, "output=too_deep") from None
    return [{"role": "assistant", "content": words}]


def _text(row: dict[str, Any], key: str) -> str | None:
    return next((text for name in NAMES[key] if (text := id_at(row, name))), None)


READER = Langfuse()
