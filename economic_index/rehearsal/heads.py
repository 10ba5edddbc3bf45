"""Reads a request without parsing what it shares byte for byte with those before it.

Only speed is gained here: whatever looks unusual is left to asked.py, which says what a request is.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from economic_index.rehearsal.asked import Asked, Prefix, Prefixes, key_of, parsed, read_request

REMEMBERED_HEADS = 256
CONTENT = b'"messages":[{"role":"user","content":'
TAIL = b"}]}"


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the one message of a request: seen once as part of a request in which nothing was wrong."""

    body: Mapping[str, Any]
    prefix: Prefix


class Heads:
    """The heads seen last, by their bytes."""

    def __init__(self, prefixes: Prefixes) -> None:
        self._prefixes = prefixes
        self._seen: OrderedDict[bytes, Head] = OrderedDict()

    def read(self, raw: bytes, draw: int | str) -> Asked:
        """A request from the bytes of its body. Raises ApiError.

        The mark holds bare quotes, which no string of JSON does: where it stands, messages begin.
        """
        head, mark, rest = raw.partition(CONTENT)
        known = self._seen.get(head) if mark and rest.endswith(TAIL) else None
        if known is not None:
            self._seen.move_to_end(head)
            if (content := _text(rest)) is not None:
                return _asked(known, content, draw)
        body = parsed(raw)
        asked = read_request(body, self._prefixes, draw)
        if known is None and mark and _is_plain(body, rest):
            self._remember(head, Head(body | {"messages": ()}, asked.prefix))
        return asked

    def _remember(self, head: bytes, known: Head) -> None:
        self._seen[head] = known
        if len(self._seen) > REMEMBERED_HEADS:
            self._seen.popitem(last=False)


def _text(rest: bytes) -> str | None:
    """The text of the message, if there is one and nothing else; an empty one is for the rules to judge."""
    try:
        content = orjson.loads(rest[: -len(TAIL)])
    except orjson.JSONDecodeError:
        return None
    return content if isinstance(content, str) and content else None


def _is_plain(body: Mapping[str, Any], rest: bytes) -> bool:
    """Whether a request ends with its one message, which is a text, and nothing of it is a breakpoint."""
    messages = body["messages"]
    return (
        list(body)[-1] == "messages"
        and "cache_control" not in body
        and len(messages) == 1
        and (isinstance(messages[0]["content"], str) and rest.endswith(TAIL) and messages[0]["content"] == _text(rest))
    )


def _asked(head: Head, content: str, draw: int | str) -> Asked:
    prefix = head.prefix
    key = key_of(prefix.static, [{"role": "user", "content": content}], draw)
    tokens = prefix.blocks.tokens + prefix.row.tokens(len(content.encode()))
    return Asked(head.body, key, prefix, content, prefix.blocks.ends, tokens)
