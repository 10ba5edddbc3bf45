"""Requests of an API log joined to conversations: by an explicit id, a named predecessor, or resent history.

Nothing is joined by nearness in time alone: batch jobs would fuse (log_formats §13). What is kept of open
conversations from reading to reading is kept_chains.py's.
"""

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from economic_index.conversations.readers.chains import (
    Chain,
    Exchange,
    Keys,
    SearchKey,
    bytes_of,
    cumulative,
    draft_of,
    fingerprint,
    open_chain,
    pairs,
    request_key,
)
from economic_index.conversations.readers.closed_sessions import ClosedSessions
from economic_index.conversations.readers.extend_chains import RETRY, extend
from economic_index.conversations.records import Draft, ReadContext

SESSIONS = "sessions"
"""Setting of the context: the open conversations that the files before this one left."""
IDLE = timedelta(hours=24)
TRIMMED = timedelta(hours=6)
REMEMBERED = timedelta(days=30)
MAX_OPEN_BYTES, CHAIN_BYTES = 48 << 20, 3000
"""What open conversations may take in memory, and what each takes beside its messages, about."""
MIN_CLOSED, MAX_COUNTED = 1000, 200_000
AUTOMATED = 500
"""More conversations than this that one user begins in a day, under one system prompt, no person types."""


class Sessions:
    """Open chains of one file, or of files read one after the other; `add` gives back the conversations that are over.

    `secret` keys the hashes that stand for users and sessions.
    """

    def __init__(self, secret: bytes = b"") -> None:
        self._secret = secret
        self._open: OrderedDict[int, Chain] = OrderedDict()
        self._by_key: dict[SearchKey, list[int]] = {}
        self._latest: dict[str, int] = {}
        self._touched: dict[int, Chain] = {}
        self._requests: dict[str, int] = {}
        self.closed = ClosedSessions()
        self._most_closed = MIN_CLOSED
        self._number = 0
        self.newest_at: datetime | None = None
        self.byte_count = 0
        self.is_used = False
        self._begun: Counter[tuple[str, bytes, date]] = Counter()
        self._automated: dict[tuple[str, bytes, date], int] = {}

    def add(self, exchange: Exchange) -> Iterator[Draft]:
        """Place one exchange. What has no time and no id is a conversation of its own, at once."""
        self.is_used = True
        if exchange.at is None and exchange.session is None and exchange.previous is None and not exchange.reply_id:
            yield draft_of(open_chain(exchange, 0, []))
            return
        exchange.keys = self._keys_of(exchange)
        self._note_time(exchange.at)
        yield from self._close_idle(exchange.at)
        prints = self._prints_of(exchange)
        request = request_key(exchange, prints)
        if request is not None and self._is_copy(request):
            return
        chain = self._find(exchange, prints)
        if chain is None:
            self._number += 1
            chain = open_chain(exchange, self._number, prints)
            chain.is_reopened = self._is_reopened(exchange)
            self._count_begun(exchange)
            if exchange.previous is not None:
                chain.flags.add("is_partial")
        else:
            self._forget(chain)
            extend(chain, exchange, prints)
        chain.requests += [request] if request is not None else []
        self.remember(chain)
        while self.byte_count > MAX_OPEN_BYTES and len(self._open) > 1:
            yield from self._close(next(iter(self._open.values())))

    def tell(self) -> Iterator[Draft]:
        """At the end of a file: the open conversations of which there is something new to tell.

        They stay open for the next file, but for those without times, which nothing could ever close.
        """
        for chain in sorted(self._touched.values(), key=lambda each: each.number):
            if chain.seen_at is None:
                yield from self._close(chain)
            elif chain.is_touched:
                yield draft_of(chain)
            chain.locator = None
        self._touched.clear()
        if len(self.closed) > self._most_closed and self.newest_at is not None:
            self.closed.drop_before(self.newest_at - REMEMBERED)
            self._most_closed = max(2 * len(self.closed), MIN_CLOSED)

    def touch_all(self) -> None:
        """Have every open conversation told again by the next file, whether or not it adds something."""
        for chain in self._open.values():
            chain.is_touched = True
        self._touched.update(self._open)

    @property
    def is_empty(self) -> bool:
        """Whether the next file has nothing to go on with."""
        return not self._open and not self.closed

    @property
    def chains(self) -> list[Chain]:
        """The open conversations, the longest untouched first."""
        return list(self._open.values())

    def remember(self, chain: Chain) -> None:
        """Take a conversation in among the open ones."""
        self._number = max(self._number, chain.number)
        chain.keys = keys = _search_keys(chain)
        for key in keys:
            self._by_key.setdefault(key, []).append(chain.number)
        self._open[chain.number] = chain
        self._latest[chain.first.keys.scope] = chain.number
        self._requests.update(dict.fromkeys(chain.requests, chain.number))
        if chain.is_touched:
            self._touched[chain.number] = chain
        self._note_time(chain.seen_at)
        chain.byte_count = CHAIN_BYTES + bytes_of(chain.messages)
        self.byte_count += chain.byte_count

    def _is_copy(self, request: str) -> bool:
        """Whether a request is one of an open conversation already: that is told again, and nothing is added to it."""
        number = self._requests.get(request)
        if number is not None:
            self._open[number].is_touched = True
            self._touched[number] = self._open[number]
        return number is not None

    def _prints_of(self, exchange: Exchange) -> list[bytes]:
        """The hash of each message. Requests tell all again: what its session, or its user's latest, holds is known."""
        messages = (*exchange.prompt, *exchange.reply)
        keys = exchange.keys
        chain = self._chain_of(("session", keys.session)) if keys.session else None
        chain = chain or self._open.get(self._latest.get(keys.scope, 0))
        if chain is None or chain.is_kept:
            return [fingerprint(message) for message in messages]
        held = zip(chain.messages, chain.prints, strict=True)
        known = {(message.role, message.text, message.has_attachment): told for message, told in held}
        return [known.get((each.role, each.text, each.has_attachment)) or fingerprint(each) for each in messages]

    def _note_time(self, at: datetime | None) -> None:
        if at is not None and (self.newest_at is None or at > self.newest_at):
            self.newest_at = at

    def _keys_of(self, exchange: Exchange) -> Keys:
        scope = self._hash(exchange.user or "")
        session = self._hash(f"{exchange.user or ''}\x1f{exchange.session}") if exchange.session else None
        return Keys(scope or "", session, self._hash(exchange.previous), self._hash(exchange.reply_id))

    def _hash(self, text: str | None) -> str | None:
        if not text:
            return None
        return hashlib.blake2b(text.encode("utf-8", "replace"), key=self._secret, digest_size=16).hexdigest()

    def _is_reopened(self, exchange: Exchange) -> bool:
        """Whether its session was over: unless it is a copy of what it was then."""
        spans, at = self.closed.spans_of(exchange.keys.session), exchange.at
        if not spans or at is None:
            return bool(spans)
        known = next((was_reopened for start, end, was_reopened in spans if start <= at <= end), None)
        return known if known is not None else any(abs(at - end) <= REMEMBERED for _, end, _ in spans)

    def _count_begun(self, exchange: Exchange) -> None:
        if exchange.user is None or exchange.at is None:
            return
        key = (exchange.user, exchange.system, exchange.at.date())
        self._begun[key] += 1
        if self._begun[key] > AUTOMATED:
            self._automated[key] = self._begun[key]
        if len(self._begun) > MAX_COUNTED:  # of so many, those that were seen once will hardly be seen 500 times
            self._begun = Counter({key: count for key, count in self._begun.items() if count > 1})

    def take_automated(self) -> list[tuple[date, int]]:
        """By user and system prompt, which are not told: days and conversations begun, where no person types so many.

        Each is given once.
        """
        found = [(day, count) for (_, _, day), count in self._automated.items()]
        self._automated = {}
        return found

    def _find(self, exchange: Exchange, prints: list[bytes]) -> Chain | None:
        """The open conversation that this exchange is part of."""
        keys = exchange.keys
        if keys.session is not None:
            chain = self._chain_of(("session", keys.session))
            if chain is not None or not exchange.is_session_weak:
                return chain
        named = [("reply", keys.previous)] if keys.previous else []
        named += [("awaits", keys.reply)] if keys.reply else []
        chains = [chain for key in named if (chain := self._chain_of(key))]
        if chains or keys.previous or exchange.at is None:
            return chains[0] if chains else None
        return self._find_by_history(exchange, prints, exchange.at)

    def _find_by_history(self, exchange: Exchange, prints: list[bytes], at: datetime) -> Chain | None:
        """The chain that the prompt repeats from its start: longest first; else a retry; else an earlier part."""
        scope, hashes = exchange.keys.scope, cumulative(prints)
        asked = hashes[: len(exchange.prompt)]
        for told in reversed(asked):
            if chain := self._chain_of(("tip", scope, told)):
                return chain
        # without a user two people who ask the same cannot be told from one who asks twice
        chain = self._chain_of(("prompt", scope, asked[-1])) if scope else None
        if chain is not None and chain.last_at is not None and abs(at - chain.last_at) <= RETRY:
            return chain
        chain = self._chain_of(("inner", scope, hashes[-1]))
        if chain is not None and chain.started_at is not None and at <= chain.started_at:
            return chain
        return self._find_trimmed(exchange, prints, at) if scope else None

    def _find_trimmed(self, exchange: Exchange, prints: list[bytes], at: datetime) -> Chain | None:
        """The chain whose last words and their answer the prompt holds, under the same system prompt."""
        for index, pair in pairs(exchange.prompt, prints):
            chain = self._chain_of(("pair", exchange.keys.scope, exchange.system, pair))
            is_before_the_end = index + 2 < len(exchange.prompt)
            if is_before_the_end and chain is not None and chain.last_at is not None:
                return chain if timedelta(0) <= at - chain.last_at <= TRIMMED else None
        return None

    def _chain_of(self, key: SearchKey) -> Chain | None:
        numbers = self._by_key.get(key)
        return self._open[numbers[-1]] if numbers else None

    def _forget(self, chain: Chain) -> None:
        for key in chain.keys:
            numbers = self._by_key[key]
            numbers.remove(chain.number)
            if not numbers:
                del self._by_key[key]
        del self._open[chain.number]
        if self._latest.get(chain.first.keys.scope) == chain.number:
            del self._latest[chain.first.keys.scope]
        self._touched.pop(chain.number, None)
        self.byte_count -= chain.byte_count

    def _close(self, chain: Chain) -> Iterator[Draft]:
        self._forget(chain)
        for request in chain.requests:
            self._requests.pop(request, None)
        if chain.last_at is not None and chain.first.keys.session is not None:
            span = (chain.started_at or chain.last_at, chain.last_at, chain.is_reopened)
            for session in chain.sessions:
                self.closed.add(session, span)
        if chain.is_touched:
            yield draft_of(chain)

    def _close_idle(self, now: datetime | None) -> Iterator[Draft]:
        """Least recently continued first; logs written newest first run backwards, so distance counts."""
        while now is not None and self._open:
            chain = next(iter(self._open.values()))
            if chain.seen_at is None or abs(now - chain.seen_at) <= IDLE:
                return
            yield from self._close(chain)


def sessions_of(context: ReadContext) -> Sessions:
    """The open conversations that a reader goes on with; none if each file is read by itself."""
    given = context.settings.get(SESSIONS)
    return given if isinstance(given, Sessions) else Sessions()


def _search_keys(chain: Chain) -> list[SearchKey]:
    """Under what a chain is found: its session, or its end, its last prompt, what its first prompt repeats."""
    first, scope = chain.first, chain.first.keys.scope
    keys: list[SearchKey] = [("session", session) for session in chain.sessions]
    if keys and not first.is_session_weak:
        return keys
    hashes = cumulative(chain.prints)
    keys += [("inner", scope, told) for told in hashes[: chain.first_length]]
    keys += [("tip", scope, hashes[-1])]
    if chain.reply_length:
        keys.append(("prompt", scope, hashes[-chain.reply_length - 1]))
    if scope and (pair := next((pair for _, pair in pairs(chain.messages, chain.prints)), None)):
        keys.append(("pair", scope, chain.system, pair))
    if chain.reply_key is not None:
        keys.append(("reply", chain.reply_key))
    if first.keys.previous is not None:
        keys.append(("awaits", first.keys.previous))
    return keys
