"""One conversation in the making: an exchange with a chat API, the chain that it begins, the draft that it gives.

Which chain an exchange belongs to is found in sessions.py, what it adds to it in extend_chains.py.
"""

import hashlib
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from economic_index.conversations.records import NOT_IN_THIS_FILE, Draft, Locator, Message
from economic_index.conversations.text import folded_words
from economic_index.vocabulary import Role, StartedAtSource

MAX_PAIRS, MESSAGE_BYTES = 256, 400
SearchKey = tuple[str | bytes, ...]
"""A kind of key, and the hashes under which a chain is found."""


class Keys(NamedTuple):
    """Keyed hashes by which an exchange is found: of whom it is from, its session, the replies before it and in it."""

    scope: str = ""
    session: str | None = None
    previous: str | None = None
    reply: str | None = None


@dataclass(slots=True)
class Exchange:
    """One request and its reply. `session` is an explicit id, `previous` the id of the reply it goes on from.

    `system` is the hash of the system prompt. A weak session may be an id that every request has anew: it joins,
    but does not part. Raw ids are None in an exchange that an earlier reading left (`is_loaded`).
    """

    locator: Locator
    prompt: list[Message]
    reply: list[Message]
    at: datetime | None = None
    begun_at: datetime | None = None
    native_id: str | None = None
    is_native_id_random: bool = False
    session: str | None = None
    is_session_random: bool = False
    is_session_weak: bool = False
    previous: str | None = None
    reply_id: str | None = None
    user: str | None = None
    model: str | None = None
    surface: str = "api"
    system: bytes = b""
    counts: Counter[str] = field(default_factory=Counter)
    branch_count: int = 0
    flags: set[str] = field(default_factory=set)
    keys: Keys = field(default_factory=Keys)
    is_loaded: bool = False


@dataclass(slots=True)
class Chain:
    """A conversation that is still open: the first exchange names it, the last is what may be continued.

    `told` is what was last told of it, `locator` where this file first speaks of it; `is_touched` means that there
    is something new to tell. One that `is_kept` from an earlier reading has texts that may be redacted.
    """

    first: Exchange
    first_length: int
    messages: list[Message]
    prints: list[bytes]
    reply_length: int
    counts: Counter[str]
    number: int
    started_at: datetime | None
    last_at: datetime | None
    seen_at: datetime | None
    reply_key: str | None
    model: str | None
    flags: set[str]
    sessions: list[str] = field(default_factory=list)
    system: bytes = b""
    branch_count: int = 0
    byte_count: int = 0
    is_reopened: bool = False
    is_kept: bool = False
    is_touched: bool = True
    locator: Locator | None = None
    told: Draft | None = None
    requests: list[str] = field(default_factory=list)
    keys: list[SearchKey] = field(default_factory=list)


def open_chain(exchange: Exchange, number: int, prints: list[bytes]) -> Chain:
    """A conversation that begins with this exchange."""
    return Chain(
        first=exchange,
        first_length=len(exchange.prompt),
        messages=timed(exchange, exchange.prompt) + replied(exchange),
        prints=prints,
        reply_length=len(exchange.reply),
        counts=exchange.counts,
        number=number,
        started_at=exchange.begun_at or exchange.at,
        last_at=exchange.at,
        seen_at=exchange.at,
        reply_key=exchange.keys.reply,
        model=exchange.model,
        flags=set(exchange.flags),
        sessions=[exchange.keys.session] if exchange.keys.session else [],
        system=exchange.system,
        branch_count=exchange.branch_count,
        locator=exchange.locator,
    )


def pairs(messages: list[Message], prints: list[bytes]) -> Iterator[tuple[int, bytes]]:
    """From the end: where somebody says something and is answered, and the hash of both together."""
    for index in range(len(messages) - 2, max(len(messages) - 2 - MAX_PAIRS, -1), -1):
        if messages[index].role is Role.USER and messages[index + 1].role is Role.ASSISTANT:
            yield index, cumulative(prints[index : index + 2])[-1]


def bytes_of(messages: Iterable[Message]) -> int:
    """What messages take in memory, with what they are found by; a text takes up to four bytes a character."""
    return sum(sys.getsizeof(message.text) + MESSAGE_BYTES for message in messages)


def timed(exchange: Exchange, prompt: list[Message]) -> list[Message]:
    """The last message of a prompt was sent with the request; when earlier ones were is not known."""
    if not prompt or prompt[-1].sent_at is not None:
        return list(prompt)
    return [*prompt[:-1], prompt[-1]._replace(sent_at=exchange.at)]


def replied(exchange: Exchange) -> list[Message]:
    """What was answered, by which model, when."""
    model, at = exchange.model, exchange.at
    return [reply._replace(model=reply.model or model, sent_at=reply.sent_at or at) for reply in exchange.reply]


def draft_of(chain: Chain) -> Draft:
    """The conversation as found so far, and under which id it was told before."""
    before = chain.told
    draft = _draft(chain)
    if before is not None:
        draft.earlier_id = before.conversation_id
        if chain.first.is_loaded:
            draft.conversation_id, draft.user_id = before.conversation_id, before.user_id
            draft.is_forgotten = before.is_forgotten
    chain.told, chain.is_touched = draft, False
    return draft


def _draft(chain: Chain) -> Draft:
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
        locator=chain.locator or NOT_IN_THIS_FILE,
        messages=list(chain.messages),
        native_id=native_id,
        is_native_id_random=is_random,
        raw_user_id=first.user,
        created_at=chain.started_at,
        ended_at=chain.last_at,
        updated_at=chain.last_at if first.keys.session or "is_sessionised" in chain.flags else None,
        started_at_source=StartedAtSource.LOG if chain.started_at else StartedAtSource.ASSIGNED,
        surface=first.surface,
        model_raw=chain.model,
        counts={**chain.counts, "branch_count": chain.branch_count},
        flags=set(chain.flags),
    )


def request_key(exchange: Exchange, prints: list[bytes]) -> str | None:
    """What one request has in every copy of its log; None where two requests could not be told from one."""
    keys = exchange.keys
    if exchange.native_id is None and keys.session is None:
        return None
    told = f"{keys.scope} {keys.session} {exchange.native_id} {exchange.at} {len(exchange.prompt)}"
    return hashlib.blake2b(told.encode("utf-8", "replace") + b"".join(prints), digest_size=12).hexdigest()


def fingerprint(message: Message) -> bytes:
    """Hash of one message: role and text, equal where only white space differs."""
    told = f"{message.role[0]}{message.has_attachment:d}".encode() + folded_words(message.text)
    return hashlib.blake2b(told, digest_size=16).digest()


def cumulative(prints: list[bytes]) -> list[bytes]:
    """The hash of each beginning."""
    hashes: list[bytes] = []
    last = b""
    for one in prints:
        last = hashlib.blake2b(last + one, digest_size=16).digest()
        hashes.append(last)
    return hashes
