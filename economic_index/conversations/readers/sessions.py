"""Requests of an API log joined to conversations: by an explicit id, a named predecessor, or resent history.

Nothing is joined by nearness in time alone: batch jobs would fuse (log_formats §13).
"""

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from economic_index.conversations.records import Draft, Locator, Message
from economic_index.conversations.text import fold_for_hash
from economic_index.vocabulary import StartedAtSource

IDLE, RETRY = timedelta(hours=24), timedelta(minutes=10)
MAX_OPEN_CHARS = 64 << 20
MAX_OVERLAP = 256


@dataclass
class Exchange:
    """One request and its reply. `session` is an explicit id, `previous` the id of the reply it goes on from."""

    locator: Locator
    prompt: list[Message]
    reply: list[Message]
    at: datetime | None = None
    native_id: str | None = None
    is_native_id_random: bool = False
    session: str | None = None
    is_session_random: bool = False
    previous: str | None = None
    reply_id: str | None = None
    user: str | None = None
    model: str | None = None
    surface: str = "api"
    counts: Counter[str] = field(default_factory=Counter)
    branch_count: int = 0
    flags: set[str] = field(default_factory=set)


@dataclass
class Chain:
    """A conversation that is still open: the first exchange names it, the last is what may be continued."""

    first: Exchange
    messages: list[Message]
    prints: list[bytes]
    reply_length: int
    counts: Counter[str]
    number: int
    started_at: datetime | None
    last_at: datetime | None
    seen_at: datetime | None
    reply_id: str | None
    model: str | None
    flags: set[str]
    branch_count: int = 0
    char_count: int = 0
    is_reopened: bool = False
    keys: list[tuple[str, ...]] = field(default_factory=list)


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
            yield _draft(_chain(exchange, 0, []))
            return
        yield from self._close_idle(exchange.at)
        prints = [_print(message) for message in (*exchange.prompt, *exchange.reply)]
        chain = self._find(exchange, prints)
        if chain is None:
            self._number += 1
            chain = _chain(exchange, self._number, prints)
            session = exchange.session
            chain.is_reopened = session is not None and _digest(session) in self._closed_sessions
            if exchange.previous is not None:
                chain.flags.add("is_partial")
        else:
            self._forget(chain)
            _extend(chain, exchange, prints)
        self._remember(chain)
        while self._char_count > MAX_OPEN_CHARS and len(self._open) > 1:
            yield self._close(next(iter(self._open.values())))

    def close(self) -> Iterator[Draft]:
        """The conversations that were still open at the end of the file."""
        while self._open:
            yield self._close(next(iter(self._open.values())))

    def _find(self, exchange: Exchange, prints: list[bytes]) -> Chain | None:
        if exchange.session is not None:
            return self._chain_of(("session", exchange.session))
        if exchange.previous is not None:
            return self._chain_of(("reply", exchange.previous))
        if exchange.at is None:
            return None
        scope = exchange.user or ""
        hashes = _cumulative(prints)
        prompt_hashes = hashes[: len(exchange.prompt)]
        for told in reversed(prompt_hashes):
            chain = self._chain_of(("tip", scope, told.hex()))
            if chain is not None:
                return chain
        chain = self._chain_of(("prompt", scope, prompt_hashes[-1].hex())) if prompt_hashes and scope else None
        if chain is not None and chain.last_at is not None and abs(exchange.at - chain.last_at) <= RETRY:
            return chain
        chain = self._chain_of(("inner", scope, hashes[-1].hex())) if hashes else None
        is_earlier = chain is not None and chain.started_at is not None and exchange.at <= chain.started_at
        return chain if is_earlier else None

    def _chain_of(self, key: tuple[str, ...]) -> Chain | None:
        numbers = self._by_key.get(key)
        return self._open[numbers[-1]] if numbers else None

    def _remember(self, chain: Chain) -> None:
        first, scope = chain.first, chain.first.user or ""
        if first.session is not None:
            keys: list[tuple[str, ...]] = [("session", first.session)]
        else:
            hashes = [told.hex() for told in _cumulative(chain.prints)]
            prompt_end = len(hashes) - chain.reply_length
            keys = [("inner", scope, told) for told in hashes[:prompt_end]]
            keys += [("tip", scope, hashes[-1])] if hashes else []
            keys += [("prompt", scope, hashes[prompt_end - 1])] if chain.reply_length and prompt_end else []
        if chain.reply_id is not None:
            keys.append(("reply", chain.reply_id))
        chain.keys = keys
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
            self._closed_sessions.add(_digest(chain.first.session))
        return _draft(chain)

    def _close_idle(self, now: datetime | None) -> Iterator[Draft]:
        """Least recently continued first; logs written newest first run backwards, so distance counts."""
        while now is not None and self._open:
            chain = next(iter(self._open.values()))
            if chain.seen_at is None or abs(now - chain.seen_at) <= IDLE:
                return
            yield self._close(chain)


def _chain(exchange: Exchange, number: int, prints: list[bytes]) -> Chain:
    return Chain(
        first=exchange,
        messages=_timed(exchange, exchange.prompt) + _replied(exchange),
        prints=prints,
        reply_length=len(exchange.reply),
        counts=exchange.counts,
        number=number,
        started_at=exchange.at,
        last_at=exchange.at,
        seen_at=exchange.at,
        reply_id=exchange.reply_id,
        model=exchange.model,
        flags=set(exchange.flags),
        branch_count=exchange.branch_count,
    )


def _extend(chain: Chain, exchange: Exchange, prints: list[bytes]) -> None:
    """Put an exchange into its chain: as its earlier part, as a second try of its end, or as what comes next."""
    length, prompt_length = len(chain.prints), len(exchange.prompt)
    chain.branch_count += exchange.branch_count
    chain.flags |= exchange.flags
    is_retry = exchange.previous is None and _is_near(exchange.at, chain.last_at)
    chain.seen_at = exchange.at or chain.seen_at
    if exchange.session is None and exchange.previous is None:
        chain.flags.add("is_sessionised")
    if len(prints) < length and chain.prints[: len(prints)] == prints and _is_before(exchange, chain):
        chain.first, chain.started_at = exchange, exchange.at
        return
    if exchange.previous is not None:
        shared, is_resent = 0, False
    elif length <= prompt_length and chain.prints == prints[:length]:
        shared, is_resent = length, True
    elif is_retry and chain.prints[: length - chain.reply_length] == prints[:prompt_length]:
        if not exchange.reply:
            return
        shared, is_resent = prompt_length, True
        del chain.messages[shared:], chain.prints[shared:]
    else:
        shared, is_resent = _overlap(chain.prints, prints[:prompt_length]), False
    chain.messages += _timed(exchange, exchange.prompt[shared:]) + _replied(exchange)
    chain.prints += prints[shared:]
    chain.reply_length = len(exchange.reply)
    chain.counts = exchange.counts if is_resent else chain.counts + exchange.counts
    chain.reply_id = exchange.reply_id or chain.reply_id
    chain.model = exchange.model or chain.model
    times = [at for at in (chain.last_at, exchange.at) if at is not None]
    chain.last_at = max(times, default=None)
    starts = [at for at in (chain.started_at, exchange.at) if at is not None]
    chain.started_at = min(starts, default=None)


def _is_near(one: datetime | None, other: datetime | None) -> bool:
    return one is None or other is None or abs(one - other) <= RETRY


def _is_before(exchange: Exchange, chain: Chain) -> bool:
    return exchange.at is not None and chain.started_at is not None and exchange.at <= chain.started_at


def _overlap(known: list[bytes], prompt: list[bytes]) -> int:
    """How many messages at the start of a prompt repeat the end of what is known (a history cut in front)."""
    for length in range(min(len(known), len(prompt), MAX_OVERLAP), 0, -1):
        if known[-length:] == prompt[:length]:
            return length
    return 0


def _timed(exchange: Exchange, prompt: list[Message]) -> list[Message]:
    """The last message of a prompt was sent with the request; when earlier ones were is not known."""
    if not prompt or prompt[-1].sent_at is not None:
        return list(prompt)
    return [*prompt[:-1], prompt[-1]._replace(sent_at=exchange.at)]


def _replied(exchange: Exchange) -> list[Message]:
    model, at = exchange.model, exchange.at
    return [reply._replace(model=reply.model or model, sent_at=reply.sent_at or at) for reply in exchange.reply]


def _draft(chain: Chain) -> Draft:
    first = chain.first
    native_id, is_random = first.native_id, first.is_native_id_random
    if first.session is not None:
        native_id, is_random = first.session, first.is_session_random
        if chain.is_reopened:
            told = first.native_id or (first.at.isoformat() if first.at else str(first.locator.number))
            native_id = f"{native_id}\x1f{told}"
    return Draft(
        locator=first.locator,
        messages=chain.messages,
        native_id=native_id,
        is_native_id_random=is_random,
        raw_user_id=first.user,
        created_at=chain.started_at,
        ended_at=chain.last_at,
        started_at_source=StartedAtSource.LOG if chain.started_at else StartedAtSource.ASSIGNED,
        surface=first.surface,
        model_raw=chain.model,
        counts={**chain.counts, "branch_count": chain.branch_count},
        flags=chain.flags,
    )


def _print(message: Message) -> bytes:
    told = f"{message.role[0]}{message.has_attachment:d}{' '.join(fold_for_hash(message.text).split())}"
    return hashlib.blake2b(told.encode("utf-8", "replace"), digest_size=16).digest()


def _cumulative(prints: list[bytes]) -> list[bytes]:
    """The hash of each beginning."""
    hashes: list[bytes] = []
    last = b""
    for one in prints:
        last = hashlib.blake2b(last + one, digest_size=16).digest()
        hashes.append(last)
    return hashes


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=12).digest()
