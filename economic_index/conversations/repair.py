"""One record's bytes to a JSON value: strictly first, then leniently, else a reason (log_formats §14).

No record is completed by guessing, and nothing of its text reaches an error.
"""

import json
from typing import Any, NamedTuple

import orjson

from economic_index.conversations.structure import nesting
from economic_index.conversations.text import join_surrogates
from economic_index.vocabulary import RejectReason

MAX_NESTING = 1000


class Parsed(NamedTuple):
    """A JSON value, and whether undecodable characters in it were replaced."""

    value: Any
    is_repaired: bool


def parse(raw: bytes) -> Parsed | RejectReason:
    """The value of one record, or why it has none: malformed_json or too_deep."""
    try:
        return Parsed(orjson.loads(raw), False)
    except orjson.JSONDecodeError:
        return parse_leniently(raw)


def parse_leniently(raw: bytes) -> Parsed | RejectReason:
    """Accept raw control characters, bad UTF-8, lone surrogates and NaN, which strict JSON refuses."""
    if nesting(raw) > MAX_NESTING:
        return RejectReason.TOO_DEEP
    text, is_replaced = _decode(raw)
    try:
        value = json.loads(text, strict=False)
        strings = _Strings()
        value = strings.mend(value)
    except RecursionError:
        return RejectReason.TOO_DEEP
    except ValueError:
        return RejectReason.MALFORMED_JSON
    return Parsed(value, is_replaced or strings.is_changed)


def _decode(raw: bytes) -> tuple[str, bool]:
    try:
        return raw.decode("utf-8", "surrogatepass"), False
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace"), True


class _Strings:
    """Walks a value and mends every string in it."""

    def __init__(self) -> None:
        self.is_changed = False

    def mend(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self.mend(item) for item in value]
        if isinstance(value, dict):
            return {self._text(key): self.mend(item) for key, item in value.items()}
        return value

    def _text(self, text: str) -> str:
        mended = join_surrogates(text).replace("\x00", "")
        self.is_changed = self.is_changed or mended != text
        return mended
