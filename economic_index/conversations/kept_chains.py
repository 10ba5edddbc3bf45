"""Open conversations of API logs as bytes, so that the next reading can go on with them (log_formats §13).

Text is in them as in the inbox, raw ids are not: keyed hashes and made ids stand for them. Files are lake.py's.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

import zstandard

from economic_index.conversations.kept_names import kept_name
from economic_index.conversations.readers.chains import Chain, Exchange, Keys
from economic_index.conversations.readers.sessions import Sessions
from economic_index.conversations.records import NOT_IN_THIS_FILE, Draft, Message
from economic_index.conversations.times import EPOCH
from economic_index.conversations.versions import micros
from economic_index.vocabulary import Role

VERSION = 1
Redact = Callable[[str], str]


class UnreadableChainsError(Exception):
    """What lies there is damaged, or was written by another version: it counts as not there."""


def pack(sessions: Sessions, redact: Redact = str) -> bytes:
    """All open conversations that were told before, and hashes of those that are over.

    Texts are kept as `redact` leaves them; of a conversation that was forgotten there is none, only hashes.
    """
    packer = zstandard.ZstdCompressor(write_checksum=True).compressobj()
    packed = [packer.compress(piece.encode("ascii")) for piece in chain(_head(sessions), _lines(sessions, redact))]
    return b"".join([*packed, packer.flush()])


def _head(sessions: Sessions) -> Iterator[str]:
    """The first line, in pieces: sessions that are over may be more than memory should hold."""
    yield f'{{"version": {VERSION}, "newest": {json.dumps(micros(sessions.newest_at))}, "closed": {{'
    for number, (key, spans) in enumerate(sessions.closed):
        told = [(micros(start), micros(end), is_reopened) for start, end, is_reopened in spans]
        yield f'{", " if number else ""}"{key}": {json.dumps(told)}'
    yield "}}\n"


def _lines(sessions: Sessions, redact: Redact) -> Iterator[str]:
    for each in sessions.chains:
        if each.told is not None and each.told.conversation_id is not None:
            yield json.dumps(_told(each, redact)) + "\n"


def _told(chain: Chain, redact: Redact) -> dict[str, Any]:
    first, told = chain.first, chain.told
    is_forgotten = told is not None and told.is_forgotten
    return {
        "id": told.conversation_id if told else None,
        "user": told.user_id if told else None,
        "is_forgotten": is_forgotten,
        "keys": first.keys,
        "at": micros(first.at),
        "is_session_weak": first.is_session_weak,
        "surface": first.surface,
        "first_length": chain.first_length,
        "messages": [
            (
                message.role,
                "" if is_forgotten else redact(message.text),
                micros(message.sent_at),
                kept_name(message.model),
                message.has_attachment,
            )
            for message in chain.messages
        ],
        "prints": [told.hex() for told in chain.prints],
        "reply_length": chain.reply_length,
        "counts": chain.counts,
        "times": [micros(at) for at in (chain.started_at, chain.last_at, chain.seen_at)],
        "reply_key": chain.reply_key,
        "model": kept_name(chain.model),
        "flags": sorted(chain.flags),
        "sessions": chain.sessions,
        "requests": chain.requests,
        "system": chain.system.hex(),
        "branch_count": chain.branch_count,
        "is_reopened": chain.is_reopened,
    }


def unpack(packed: bytes, secret: bytes) -> Sessions:
    """The open conversations again. Raises UnreadableChainsError."""
    sessions = Sessions(secret)
    try:
        text = zstandard.ZstdDecompressor().decompressobj().decompress(packed).decode("ascii")
        first, *lines = text.splitlines()
        head = json.loads(first)
        if head["version"] != VERSION:
            raise UnreadableChainsError
        sessions.newest_at = _moment(head["newest"])
        for key, spans in head["closed"].items():
            for start, end, is_reopened in spans:
                sessions.closed.add(key, (_at(start), _at(end), is_reopened))
        for number, line in enumerate(lines, start=1):
            sessions.remember(_chain(json.loads(line), number))
    except (zstandard.ZstdError, ValueError, KeyError, TypeError, AttributeError):
        raise UnreadableChainsError from None
    return sessions


def _chain(values: dict[str, Any], number: int) -> Chain:
    started_at, last_at, seen_at = (_moment(value) for value in values["times"])
    first = Exchange(
        locator=NOT_IN_THIS_FILE,
        prompt=[],
        reply=[],
        at=_moment(values["at"]),
        is_session_weak=values["is_session_weak"],
        surface=values["surface"],
        keys=Keys(*values["keys"]),
        is_loaded=True,
    )
    return Chain(
        first=first,
        first_length=values["first_length"],
        messages=[
            Message(Role(role), text, _moment(at), model, has_attachment)
            for role, text, at, model, has_attachment in values["messages"]
        ],
        prints=[bytes.fromhex(told) for told in values["prints"]],
        reply_length=values["reply_length"],
        counts=Counter(values["counts"]),
        number=number,
        started_at=started_at,
        last_at=last_at,
        seen_at=seen_at,
        reply_key=values["reply_key"],
        model=values["model"],
        flags=set(values["flags"]),
        sessions=values["sessions"],
        requests=values["requests"],
        system=bytes.fromhex(values["system"]),
        branch_count=values["branch_count"],
        is_reopened=values["is_reopened"],
        is_kept=True,
        is_touched=False,
        told=Draft(
            NOT_IN_THIS_FILE,
            [],
            conversation_id=values["id"],
            user_id=values["user"],
            is_forgotten=values["is_forgotten"],
        ),
    )


def _at(value: int) -> datetime:
    return EPOCH + timedelta(microseconds=value)


def _moment(value: int | None) -> datetime | None:
    return None if value is None else _at(value)
