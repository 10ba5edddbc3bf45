"""A model's message read as plain JSON, field by field: the vendor adds values that a typed model would reject.

Order of the checks: JSON, kind of document, reason to stop, text block, form (llm: section 1). Nothing is sent here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from economic_index.facets.form import FormError, read_form, read_reply
from economic_index.facets.prompts import HIERARCHY_BUILD, HIERARCHY_STEP, schema_fields
from economic_index.llm.prices import Usage
from economic_index.llm.request import Subject
from economic_index.vocabulary import Facet, State

_HIERARCHY = frozenset({HIERARCHY_STEP, *HIERARCHY_BUILD})
_TRUNCATED = {"max_tokens", "model_context_window_exceeded"}


class BrokenReply(Exception):
    """A body that is no message: cut JSON, HTML, another document. Worth another try."""


@dataclass(frozen=True)
class Verdict:
    """What a message says: `state` answered with its text, or why there is no answer."""

    state: State
    reason: str
    usage: Usage
    served_model: str
    service_tier: str | None
    text: str = field(default="", repr=False)
    category: str | None = None
    is_repaired: bool = False


def parse_message(body: bytes) -> dict[str, Any]:
    """The message in a response body. Raises BrokenReply."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        document = None
    if not isinstance(document, dict) or document.get("type") != "message":
        raise BrokenReply
    return document


def verdict_of(message: Mapping[str, Any], subject: Subject) -> Verdict:
    """What the message says about the subject; never raises for what a model may have written."""
    reason = message.get("stop_reason")
    usage = message.get("usage") or {}
    common: dict[str, Any] = {
        "usage": Usage.of(usage),
        "served_model": str(message.get("model") or subject.model),
        "service_tier": usage.get("service_tier"),
    }
    if reason == "refusal":
        category = (message.get("stop_details") or {}).get("category")
        return Verdict(State.REFUSED, "refusal", category=category, **common)
    if reason in _TRUNCATED:
        return Verdict(State.TRUNCATED, str(reason), **common)
    if reason != "end_turn":
        return Verdict(State.UNPARSABLE, "unknown stop_reason", **common)
    text = next((block["text"] for block in message.get("content") or [] if block.get("type") == "text"), None)
    if text is None:
        return Verdict(State.UNPARSABLE, "no text block", **common)
    try:
        is_repaired = check_form(subject, text)
    except FormError as error:
        return Verdict(State.UNPARSABLE, str(error)[:64], **common)
    return Verdict(State.ANSWERED, "end_turn", text=text, is_repaired=is_repaired, **common)


def check_form(subject: Subject, text: str) -> bool:
    """Whether the form had to be repaired (case of a label, repeated or surplus picks). Raises FormError."""
    fields = form_fields(text)
    if subject.prompt == Facet.TASK:
        _, was_cut = read_reply(Facet.TASK, fields).shares()  # type: ignore[attr-defined]  # the task's own Reply
        return bool(was_cut)
    if subject.prompt in _HIERARCHY:
        reply = read_reply(subject.prompt, fields)
        return bool(reply.is_repaired(len(subject.options)))  # type: ignore[attr-defined]  # each one's own Reply
    facets = [facet for facet, _ in subject.asked]
    read_form(facets, fields)
    return any(_is_misspelled(fields.get(name), schema) for facet in facets for name, schema in _enums(facet))


def form_fields(text: str) -> dict[str, Any]:
    """The form in a text. Raises FormError."""
    try:
        fields = orjson.loads(text)
    except orjson.JSONDecodeError:
        fields = None
    if not isinstance(fields, dict):
        raise FormError("reply: no JSON object")
    return fields


def _enums(facet: str) -> list[tuple[str, list[str]]]:
    return [(name, schema["enum"]) for name, schema in schema_fields(facet).items() if "enum" in schema]


def _is_misspelled(value: Any, labels: list[str]) -> bool:
    return value not in labels
