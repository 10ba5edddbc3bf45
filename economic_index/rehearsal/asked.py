"""One request as the server sees it: identity, model, texts, the blocks of its prompt, and what is wrong with it.

Nothing is answered here. Prefixes that thousands of requests share are looked at once.
"""

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from economic_index.llm.request import identity, static_identity
from economic_index.rehearsal.cache import Block, Blocks
from economic_index.rehearsal.errors import ApiError
from economic_index.rehearsal.fields import Field, fields_of
from economic_index.rehearsal.models import ModelRow, lenient_row
from economic_index.rehearsal.strictness import messages_problem, prefix_problem, shape_problem

REMEMBERED_PREFIXES = 512
BATCH_DRAWS = range(4)
OWN_CUSTOM_ID = re.compile(r"[^-]+-([0-9a-f]{40})")
_PER_REQUEST = frozenset({"messages", "max_tokens", "metadata"})
_HASHED = ("model", "tools", "tool_choice", "output_config", "thinking")


class Prefix:
    """All of a request but its messages: what is wrong with it, its blocks, its schema and its system text."""

    def __init__(self, body: Mapping[str, Any], strict: bool, grammar_limit: int) -> None:
        self.problem: ApiError | None = prefix_problem(body, grammar_limit) if strict else None
        self.row: ModelRow = lenient_row(body["model"])
        self.blocks = Blocks(self.row, {name: body.get(name) for name in _HASHED})
        for part in (body.get("tools") or [], body.get("system") or []):
            self.blocks.add(part)
        config = body.get("output_config")
        wanted = config.get("format") if isinstance(config, dict) else None
        schema = wanted.get("schema") if isinstance(wanted, dict) else None
        self.schema: dict[str, Any] | None = schema if isinstance(schema, dict) else None
        self.static = static_identity(body)
        self.marks_last = isinstance(body.get("cache_control"), dict)
        self._system = body.get("system") or ""

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The fields that its schema asks for."""
        return fields_of(self.schema)

    @cached_property
    def system_text(self) -> str:
        """The system prompt's texts, one after the other."""
        return text_of(self._system)


class Prefixes:
    """The prefixes seen last, by all that they consist of."""

    def __init__(self, strict: bool, grammar_limit: int) -> None:
        self.strict, self._grammar_limit = strict, grammar_limit
        self._seen: OrderedDict[bytes, Prefix] = OrderedDict()

    def of(self, body: Mapping[str, Any]) -> Prefix:
        """The prefix of a body of good shape."""
        key = orjson.dumps({name: value for name, value in body.items() if name not in _PER_REQUEST})
        if (found := self._seen.get(key)) is not None:
            self._seen.move_to_end(key)
            return found
        found = self._seen[key] = Prefix(body, self.strict, self._grammar_limit)
        if len(self._seen) > REMEMBERED_PREFIXES:
            self._seen.popitem(last=False)
        return found


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `text` is that of the last message; `input_tokens` all of its input, however it is billed.

    Nobody may rely on `body` for the messages: requests that share all but one message share it.
    """

    body: Mapping[str, Any]
    identity: str
    prefix: Prefix
    text: str
    ends: Sequence[Block]
    input_tokens: int

    @property
    def model(self) -> str:
        """The model as the request spells it."""
        return str(self.body["model"])

    @property
    def thinks(self) -> bool:
        """Whether thinking comes before the answer."""
        return self.prefix.row.thinks(self.body.get("thinking"))


def text_of(content: str | Sequence[Mapping[str, Any]]) -> str:
    """The texts of a message or of the system prompt, one after the other."""
    if isinstance(content, str):
        return content
    return "\n".join(block["text"] for block in content if "text" in block)


def parsed(raw: bytes) -> Any:
    """The JSON of a body. Raises ApiError 400 that repeats nothing of it."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise ApiError(400, "The request body is not valid JSON.") from None


def read_request(body: Any, prefixes: Prefixes, draw: int | str) -> Asked:
    """A request from its parsed body, and its draw or the custom_id that tells it. Raises ApiError."""
    if (problem := shape_problem(body)) is not None:
        raise problem
    prefix = prefixes.of(body)
    if prefixes.strict:
        problem = prefix.problem or messages_problem(body, prefix.row)
    if problem is not None:
        raise problem
    messages = body["messages"]
    blocks = prefix.blocks
    marked = prefix.marks_last or any(_is_marked(message["content"]) for message in messages)
    if marked:
        blocks = _with_messages(blocks, messages, prefix.marks_last)
        tokens = blocks.tokens
    else:
        sizes = (len(text_of(message["content"]).encode()) for message in messages)
        tokens = blocks.tokens + sum(map(prefix.row.tokens, sizes))
    key = key_of(prefix.static, messages, draw)
    return Asked(body, key, prefix, text_of(messages[-1]["content"]), blocks.ends, tokens)


def _is_marked(content: Any) -> bool:
    return isinstance(content, list) and any(block.get("cache_control") for block in content)


def _with_messages(blocks: Blocks, messages: Sequence[Mapping[str, Any]], marks_last: bool) -> Blocks:
    extended = blocks.extended()
    for message in messages:
        extended.add(message["content"])
    if marks_last:
        last = extended.ends[-1]
        extended.ends[-1] = Block(last.digest, last.tokens, "5m")
    return extended


def key_of(static: str, messages: Sequence[Mapping[str, Any]], draw: int | str) -> str:
    """Identity by the draw, or by the draw whose identity a custom_id of ours names, else by draw 0."""
    if isinstance(draw, int):
        return identity(static, messages, draw)
    named = OWN_CUSTOM_ID.fullmatch(draw)
    first = identity(static, messages, 0)
    if named is None or first.startswith(named[1]):
        return first
    others = (identity(static, messages, other) for other in BATCH_DRAWS if other)
    return next((other for other in others if other.startswith(named[1])), first)
