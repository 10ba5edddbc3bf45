"""One conversation in the making: exchanges with a chat API, and what the next one adds to it (log_formats §13).

Which conversation an exchange belongs to is found in sessions.py.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from economic_index.conversations.records import Draft, Locator, Message
from economic_index.conversations.text import fold_for_hash
from economic_index.vocabulary import StartedAtSource

RETRY = timedelta(minutes=10)
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


def open_chain(exchange: Exchange, number: int, prints: list[bytes]) -> Chain:
    """A conversation that begins with this exchange."""
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


def extend(chain: Chain, exchange: Exchange, prints: list[bytes]) -> None:
    """Put an exchange into its chain: before it, as its earlier part, as a second try of its end, or after it."""
    chain.branch_count += exchange.branch_count
    chain.flags |= exchange.flags | {"is_sessionised"}
    chain.seen_at = exchange.at or chain.seen_at
    if exchange.reply_id is not None and exchange.reply_id == chain.first.previous:
        _put_before(chain, exchange, prints)
        if exchange.previous is None:
            chain.flags.discard("is_partial")
    elif _is_before(exchange, chain):
        _begin_earlier(chain, exchange, prints)
    else:
        _go_on(chain, exchange, prints)


def _begin_earlier(chain: Chain, exchange: Exchange, prints: list[bytes]) -> None:
    """Logs written newest first: a later request repeats this one, or asked the same again, or comes after it."""
    asked = prints[: len(exchange.prompt)]
    is_repeated = chain.prints[: len(prints)] == prints
    is_retried = asked == chain.prints[: len(chain.prints) - chain.reply_length]
    if not is_repeated and not is_retried:
        _put_before(chain, exchange, prints)
        return
    if is_retried and not chain.reply_length:
        chain.messages += _replied(exchange)
        chain.prints = prints
        chain.reply_length, chain.counts = len(exchange.reply), exchange.counts
    chain.first, chain.started_at = exchange, exchange.at


def _put_before(chain: Chain, exchange: Exchange, prints: list[bytes]) -> None:
    chain.messages[:0] = _timed(exchange, exchange.prompt) + _replied(exchange)
    chain.prints = prints + chain.prints
    chain.counts = exchange.counts + chain.counts
    chain.first, chain.started_at = exchange, exchange.at or chain.started_at


def _go_on(chain: Chain, exchange: Exchange, prints: list[bytes]) -> None:
    length, prompt_length = len(chain.prints), len(exchange.prompt)
    is_retry = exchange.previous is None and _is_near(exchange.at, chain.last_at)
    is_resent = True
    if exchange.previous is None and length <= prompt_length and chain.prints == prints[:length]:
        shared = length
    elif is_retry and chain.prints[: length - chain.reply_length] == prints[:prompt_length]:
        if not exchange.reply:
            return
        shared = prompt_length
        del chain.messages[shared:], chain.prints[shared:]
    else:
        is_resent = False
        shared = 0 if exchange.previous else _overlap(chain.prints, prints[:prompt_length])
    chain.messages += _timed(exchange, exchange.prompt[shared:]) + _replied(exchange)
    chain.prints += prints[shared:]
    chain.reply_length = len(exchange.reply)
    chain.counts = exchange.counts if is_resent else chain.counts + exchange.counts
    chain.reply_id = exchange.reply_id or chain.reply_id
    chain.model = exchange.model or chain.model
    chain.started_at = chain.started_at or exchange.at
    chain.last_at = max((at for at in (chain.last_at, exchange.at) if at is not None), default=None)


def _is_near(one: datetime | None, other: datetime | None) -> bool:
    return one is None or other is None or abs(one - other) <= RETRY


def _is_before(exchange: Exchange, chain: Chain) -> bool:
    """Whether it was sent earlier than all of the chain, or in the same second and the chain repeats it."""
    if exchange.at is None or chain.started_at is None:
        return False
    return exchange.at < chain.started_at or (
        exchange.at == chain.started_at and len(exchange.prompt) < len(chain.first.prompt)
    )


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


def draft_of(chain: Chain) -> Draft:
    """The conversation as found so far."""
    first = chain.first
    native_id, is_random = first.native_id, first.is_native_id_random
    if first.session is not None:
        native_id, is_random = first.session, first.is_session_random
        if not is_random:  # sessions that are merely numbered are told apart by whose they are
            native_id = f"{first.user or ''}\x1f{native_id}"
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


def fingerprint(message: Message) -> bytes:
    """Hash of one message: role and text, equal where only white space differs."""
    told = f"{message.role[0]}{message.has_attachment:d}{' '.join(fold_for_hash(message.text).split())}"
    return hashlib.blake2b(told.encode("utf-8", "replace"), digest_size=16).digest()


def cumulative(prints: list[bytes]) -> list[bytes]:
    """The hash of each beginning."""
    hashes: list[bytes] = []
    last = b""
    for one in prints:
        last = hashlib.blake2b(last + one, digest_size=16).digest()
        hashes.append(last)
    return hashes


def short_hash(key: tuple[str, ...]) -> bytes:
    """Stands for a session where only its having been seen matters."""
    return hashlib.blake2b("\x1f".join(key).encode("utf-8", "replace"), digest_size=12).digest()
