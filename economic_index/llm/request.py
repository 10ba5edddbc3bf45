"""A request to a model: its bytes, rendered once, and its identity, which is the same on every transport.

Nothing is sent here, and no prompt is written here. A request holds the text of a conversation: never print one.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from economic_index.llm.transcript import estimate_tokens
from economic_index.vocabulary import Purpose

Sha = str
"""A SHA-256 in hexadecimal, 64 characters."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a request asks of what: enough to find its answer again without rendering a text."""

    content_hash: str
    prompt: str
    model: str
    purpose: Purpose
    asked: tuple[tuple[str, str], ...]
    """Facet and version of each question, in the order of the questions."""
    options: tuple[str, ...] = ()
    """What the numbers of a list meant, in its order: node ids or tasks of the bank."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request, ready to be sent live, in a batch, or by hand."""

    key: Sha
    subject: Subject
    body: bytes = field(repr=False)
    draw: int
    prefix: str
    """Fingerprint of the part that is the same for many requests, and is cached."""
    prefix_tokens: int
    input_tokens: int
    """Estimate, without the prefix."""
    max_tokens: int

    def doubled(self) -> "Request":
        """The same request with room for an answer of twice the length; its identity does not change."""
        limit = self.max_tokens * 2
        body = orjson.dumps(orjson.loads(self.body) | {"max_tokens": limit})
        return Request(
            self.key, self.subject, body, self.draw, self.prefix, self.prefix_tokens, self.input_tokens, limit
        )


def static_identity(body: Mapping[str, Any]) -> Sha:
    """Hash of all but the messages that can change the words of an answer.

    Never `max_tokens`, cache marks, transport or partition (docs/design: identity of an answer).
    """
    output = body.get("output_config") or {}
    parts = {
        "model": body["model"],
        "system": _texts(body.get("system") or []),
        "format": output.get("format"),
        "effort": output.get("effort"),
        "thinking": body.get("thinking"),
        "tools": body.get("tools"),
    }
    return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()


def identity(static: Sha, messages: Sequence[Mapping[str, Any]], draw: int) -> Sha:
    """Identity of a request with this static part, these messages, and this draw (0 unless asked twice)."""
    canonical = orjson.dumps([static, messages, draw], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(canonical).hexdigest()


def identity_of_body(body: Mapping[str, Any], draw: int = 0) -> Sha:
    """Identity of a request body as it is sent."""
    return identity(static_identity(body), body["messages"], draw)


def _texts(system: str | Sequence[Mapping[str, Any]]) -> list[str]:
    return [system] if isinstance(system, str) else [block["text"] for block in system]


@dataclass(frozen=True)
class Frame:
    """All of a request but its user message: rendered once, shared by many requests."""

    model: str
    system: tuple[str, ...]
    schema: Mapping[str, Any]
    max_tokens: int
    thinking: Mapping[str, Any] | None
    effort: str | None
    cache_ttl: str | None
    """`5m`, `1h`, or None: then nothing is marked."""
    head: bytes = field(init=False, repr=False)
    static: Sha = field(init=False)
    prefix_tokens: int = field(init=False)

    def __post_init__(self) -> None:
        body = self._body()
        object.__setattr__(self, "head", orjson.dumps(body)[:-1] + b',"messages":[{"role":"user","content":')
        object.__setattr__(self, "static", static_identity(body))
        # the schema is injected as a prompt of its own, and billed
        schema = orjson.dumps(self.schema).decode()
        object.__setattr__(self, "prefix_tokens", estimate_tokens("".join(self.system)) + estimate_tokens(schema))

    def _body(self) -> dict[str, Any]:
        blocks: list[dict[str, Any]] = [{"type": "text", "text": text} for text in self.system]
        if self.cache_ttl:
            # at the end of what all share, and at the end of what one in eight shares; never on the transcript
            for block in blocks:
                block["cache_control"] = {"type": "ephemeral", "ttl": self.cache_ttl}
        output: dict[str, Any] = {"format": {"type": "json_schema", "schema": self.schema}}
        if self.effort:
            output["effort"] = self.effort
        body = {"model": self.model, "max_tokens": self.max_tokens, "system": blocks, "output_config": output}
        return body | ({"thinking": self.thinking} if self.thinking else {})

    def request(self, subject: Subject, user: str, draw: int = 0, tokens: int | None = None) -> Request:
        """The request with this user message, and an estimate of its tokens if there is one."""
        content = orjson.dumps(user)
        return Request(
            key=identity(self.static, [{"role": "user", "content": user}], draw),
            subject=subject,
            body=self.head + content + b"}]}",
            draw=draw,
            prefix=self.static[:16],
            prefix_tokens=self.prefix_tokens if self.cache_ttl else 0,
            input_tokens=(tokens or estimate_tokens(user)) + (0 if self.cache_ttl else self.prefix_tokens),
            max_tokens=self.max_tokens,
        )
