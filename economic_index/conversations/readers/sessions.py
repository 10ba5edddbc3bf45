"""Requests of an API log joined to conversations: by an explicit id, a named predecessor, or resent history.

Nothing is joined by nearness in time alone: batch jobs would fuse (log_formats §13).
"""

from collections import OrderedDict
from collections.abc import Iterator
from datetime import datetime, timedelta

from economic_index.conversations.readers.chains import (
    RETRY,
    Chain,
    Exchange,
    cumulative,
    draft_of,
    extend,
    fingerprint,
    open_chain,
    short_hash,
)
from economic_index.conversations.records import Draft

IDLE = timedelta(hours=24)
MAX_OPEN_CHARS = 64 << 20


class Sessions:
    """Open chains of one file; `add` gives back the conversations that are over."""

    def __init__(self) -> None:
        self._open: OrderedDict[int, Chain] = OrderedDict()
        self._by_key: dict[tuple[str, ...], list[int]] = {}
        self._closed_sessions: set[bytes] = set()
        self._number = 0
        self._char_count = 0

    def add(self, exchange: Exchange) -> Iterator[Draft]:
        """Place one exchange. What has no time and no id is a conversation of its own, at once."""
        if exchange.at is None and exchange.session is None and exchange.previous is None and not exchange.reply_id:
            yield draft_of(open_chain(exchange, 0, []))
            return
        yield from self._close_idle(exchange.at)
        prints = [fingerprint(message) for message in (*exchange.prompt, *exchange.reply)]
        chain = self._find(exchange, prints)
        if chain is None:
            self._number += 1
            chain = open_chain(exchange, self._number, prints)
            is_known = exchange.session is not None and short_hash(_session_key(exchange)) in self._closed_sessions
            chain.is_reopened = is_known
            if exchange.previous is not None:
                chain.flags.add("is_partial")
        else:
            self._forget(chain)
            extend(chain, exchange, prints)
        self._remember(chain)
        while self._char_count > MAX_OPEN_CHARS and len(self._open) > 1:
            yield self._close(next(iter(self._open.values())))

    def close(self) -> Iterator[Draft]:
        """The conversations that were still open at the end of the file."""
        while self._open:
            yield self._close(next(iter(self._open.values())))

    def _find(self, exchange: Exchange, prints: list[bytes]) -> Chain | None:
        """The open conversation that this exchange is part of."""
        if exchange.session is not None:
            return self._chain_of(_session_key(exchange))
        named = [("reply", exchange.previous)] if exchange.previous else []
        named += [("awaits", exchange.reply_id)] if exchange.reply_id else []
        chains = [chain for key in named if (chain := self._chain_of(key))]
        if chains or exchange.previous or exchange.at is None:
            return chains[0] if chains else None
        return self._find_by_history(exchange, prints, exchange.at)

    def _find_by_history(self, exchange: Exchange, prints: list[bytes], at: datetime) -> Chain | None:
        """The chain that the prompt repeats from its start: longest first; else a retry; else an earlier part."""
        scope, hashes = exchange.user or "", [told.hex() for told in cumulative(prints)]
        asked = hashes[: len(exchange.prompt)]
        for told in reversed(asked):
            if chain := self._chain_of(("tip", scope, told)):
                return chain
        # without a user two people who ask the same cannot be told from one who asks twice
        chain = self._chain_of(("prompt", scope, asked[-1])) if scope else None
        if chain is not None and chain.last_at is not None and abs(at - chain.last_at) <= RETRY:
            return chain
        chain = self._chain_of(("inner", scope, hashes[-1]))
        return chain if chain is not None and chain.started_at is not None and at <= chain.started_at else None

    def _chain_of(self, key: tuple[str, ...]) -> Chain | None:
        numbers = self._by_key.get(key)
        return self._open[numbers[-1]] if numbers else None

    def _remember(self, chain: Chain) -> None:
        chain.keys = keys = _keys(chain)
        for key in keys:
            self._by_key.setdefault(key, []).append(chain.number)
        self._open[chain.number] = chain
        chain.char_count = sum(len(message.text) + 200 for message in chain.messages)
        self._char_count += chain.char_count

    def _forget(self, chain: Chain) -> None:
        for key in chain.keys:
            numbers = self._by_key[key]
            numbers.remove(chain.number)
            if not numbers:
                del self._by_key[key]
        del self._open[chain.number]
        self._char_count -= chain.char_count

    def _close(self, chain: Chain) -> Draft:
        self._forget(chain)
        if chain.first.session is not None:
            self._closed_sessions.add(short_hash(_session_key(chain.first)))
        return draft_of(chain)

    def _close_idle(self, now: datetime | None) -> Iterator[Draft]:
        """Least recently continued first; logs written newest first run backwards, so distance counts."""
        while now is not None and self._open:
            chain = next(iter(self._open.values()))
            if chain.seen_at is None or abs(now - chain.seen_at) <= IDLE:
                return
            yield self._close(chain)


def _session_key(exchange: Exchange) -> tuple[str, ...]:
    return ("session", exchange.user or "", exchange.session or "")


def _keys(chain: Chain) -> list[tuple[str, ...]]:
    """Under what a chain is found: its session, or its end, its last prompt, what its first prompt repeats."""
    first, scope = chain.first, chain.first.user or ""
    if first.session is not None:
        return [_session_key(first)]
    hashes = [told.hex() for told in cumulative(chain.prints)]
    keys: list[tuple[str, ...]] = [("inner", scope, told) for told in hashes[: len(first.prompt)]]
    keys += [("tip", scope, hashes[-1])]
    if chain.reply_length:
        keys.append(("prompt", scope, hashes[-chain.reply_length - 1]))
    if chain.reply_id is not None:
        keys.append(("reply", chain.reply_id))
    if first.previous is not None:
        keys.append(("awaits", first.previous))
    return keys
