"""The prompt cache: prefixes by hash up to each breakpoint, visible once their first response has begun.

Prices are not known here. Live requests and batches have one cache each.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from economic_index.rehearsal.models import ModelRow

LIFETIMES = {"5m": timedelta(minutes=5), "1h": timedelta(hours=1)}
LOOK_BACK = 20
SWEEP_AT = 10_000


@dataclass(frozen=True, slots=True)
class Block:
    """The end of one block: hash of all up to here, tokens up to here, lifetime if it is a breakpoint."""

    digest: bytes
    tokens: int
    lifetime: str | None


@dataclass(frozen=True, slots=True)
class CacheUse:
    """Input tokens of one request by how they are billed, and the entries that it writes and refreshes."""

    uncached: int
    read: int = 0
    written_5m: int = 0
    written_1h: int = 0
    entries: tuple[tuple[bytes, str], ...] = ()


class Blocks:
    """The blocks of a request in the order in which the cache sees them; a prefix's blocks can be shared."""

    def __init__(self, row: ModelRow, settings: Mapping[str, Any]) -> None:
        """Start with what changes every hash: model, tools, format, thinking; a format is billed as input."""
        seed = orjson.dumps(settings, option=orjson.OPT_SORT_KEYS)
        self._row, self._hash = row, hashlib.sha256(seed)
        wanted = (settings.get("output_config") or {}).get("format")
        self.tokens = row.tokens(len(orjson.dumps(wanted))) if wanted else 0
        self.ends: list[Block] = []

    def extended(self) -> "Blocks":
        """A copy that can be added to."""
        other = object.__new__(Blocks)
        other._row, other._hash, other.tokens, other.ends = self._row, self._hash.copy(), self.tokens, list(self.ends)
        return other

    def add(self, content: str | Sequence[Mapping[str, Any]]) -> None:
        """Add the text of a message or of the system prompt, marked blocks as breakpoints."""
        whole: Sequence[Mapping[str, Any]] = ({"text": content},) if isinstance(content, str) else content
        for block in whole:
            text = text_bytes(block)
            self._hash.update(len(text).to_bytes(8, "big") + text)
            self.tokens += self._row.tokens(len(text))
            self.ends.append(Block(self._hash.digest(), self.tokens, _lifetime(block.get("cache_control"))))


def _lifetime(mark: Any) -> str | None:
    if not isinstance(mark, dict):
        return None
    return "1h" if mark.get("ttl") == "1h" else "5m"


def text_bytes(block: Mapping[str, Any]) -> bytes:
    """What of a block is counted and hashed: its text, or all of it where it has none."""
    text = block.get("text")
    if isinstance(text, str):
        return text.encode("utf-8", "surrogatepass")
    return orjson.dumps({name: value for name, value in block.items() if name != "cache_control"})


class PromptCache:
    """Entries by hash, with the time at which they end."""

    def __init__(self) -> None:
        self._ends: dict[bytes, datetime] = {}

    def use(self, ends: Sequence[Block], total: int, minimum: int, now: datetime, may_read: bool = True) -> CacheUse:
        """How a request of `total` input tokens is billed now; nothing is written before `commit`."""
        marks = [place for place, block in enumerate(ends) if block.lifetime and block.tokens >= minimum]
        if not marks:
            return CacheUse(total)
        hit = self._longest(ends, marks, now) if may_read else -1
        read = covered = ends[hit].tokens if hit >= 0 else 0
        written = {"5m": 0, "1h": 0}
        entries = []
        for place in marks:
            block = ends[place]
            assert block.lifetime is not None
            if place > hit:
                written[block.lifetime] += block.tokens - covered
                covered = block.tokens
            entries.append((block.digest, block.lifetime))
        return CacheUse(total - covered, read, written["5m"], written["1h"], tuple(entries))

    def _longest(self, ends: Sequence[Block], marks: Sequence[int], now: datetime) -> int:
        for mark in reversed(marks):
            for place in range(mark, max(mark - LOOK_BACK, 0) - 1, -1):
                if self._ends.get(ends[place].digest, now) > now:
                    return place
        return -1

    def commit(self, use: CacheUse, now: datetime) -> None:
        """Make what a request wrote visible, and what it read live on: its response has begun."""
        if len(self._ends) > SWEEP_AT:
            self._ends = {digest: end for digest, end in self._ends.items() if end > now}
        for digest, lifetime in use.entries:
            self._ends[digest] = max(now + LIFETIMES[lifetime], self._ends.get(digest, now))
