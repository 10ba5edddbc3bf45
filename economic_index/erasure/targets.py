"""Who or what is to be forgotten, as a person names it, and the conversations of a home that this means.

Raw ids are used in memory and go no further; nothing is deleted here.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from economic_index.contracts.lake import CONVERSATIONS
from economic_index.conversations.accounts import PERSON, Accounts
from economic_index.conversations.identify import known_conversation_ids, record_hash, user_id
from economic_index.conversations.systems import SYSTEMS
from economic_index.lake import Lake

_PSEUDONYM = re.compile(r"[uc]1[a-z2-7]{26}")
_COLUMNS = ["conversation_id", "content_hash", "user_id", "source"]


class TargetError(Exception):
    """What is to be forgotten cannot be told; the message never repeats it."""


@dataclass(frozen=True)
class Target:
    """Pseudonyms of users, ids of conversations, or a source; `record_hashes` are of rejected records."""

    user_ids: frozenset[str] = frozenset()
    conversation_ids: frozenset[str] = frozenset()
    record_hashes: frozenset[str] = frozenset()
    source: str | None = None

    def __or__(self, other: "Target") -> "Target":
        """Both."""
        return Target(
            self.user_ids | other.user_ids,
            self.conversation_ids | other.conversation_ids,
            self.record_hashes | other.record_hashes,
            self.source or other.source,
        )


def is_pseudonym(named: str) -> bool:
    """Whether it is an id that this project made."""
    return _PSEUDONYM.fullmatch(named) is not None


def target_user(
    key: bytes,
    named: str,
    system: str | None = None,
    systems: Sequence[str] = SYSTEMS,
    accounts: Accounts | None = None,
) -> Target:
    """A user by pseudonym, or by the id or e-mail that the log carries, of one of the `systems` or of any.

    Where `accounts` are joined, the person is meant with all of them: each by its own pseudonym too, which is all that
    an earlier key tells of it. Raises TargetError.
    """
    named = named.strip()
    if not named:
        raise TargetError("No user is named.")
    if _PSEUDONYM.fullmatch(named):
        if not named.startswith("u1"):
            raise TargetError("That is the id of a conversation (c1…), not of a user.")
        return _person(accounts, {named})
    meant = _systems(system, (*systems, PERSON) if accounts else systems)
    return _person(accounts, {user_id(key, each, named) for each in meant})


def _person(accounts: Accounts | None, ids: set[str]) -> Target:
    return Target(user_ids=frozenset(accounts.joined_to(ids) if accounts else ids))


def target_conversation(key: bytes, named: str, system: str | None = None, systems: Sequence[str] = SYSTEMS) -> Target:
    """A conversation by its id here, or by the id that the log carries. Raises TargetError."""
    named = named.strip()
    if not named:
        raise TargetError("No conversation is named.")
    if _PSEUDONYM.fullmatch(named):
        if not named.startswith("c1"):
            raise TargetError("That is the id of a user (u1…), not of a conversation.")
        return Target(conversation_ids=frozenset([named]))
    ids = (each for name in _systems(system, systems) for each in known_conversation_ids(key, name, named))
    return Target(conversation_ids=frozenset(ids), record_hashes=frozenset([record_hash(key, named)]))


def _systems(system: str | None, systems: Sequence[str]) -> Sequence[str]:
    if system is not None and system not in systems:
        raise TargetError(f"No such system. Known: {', '.join(systems)}.")
    return systems if system is None else (system,)


def contents_of(lake: Lake, target: Target) -> list[tuple[str, str]]:
    """Conversation id and content hash of all that is meant, in weeks and inbox; an id may have several contents.

    A source is told by the conversations that it gave: many a row of it has lost to another's.
    """
    found = _pairs(lake, target)
    ids = {name for name, _ in found}
    # another content of a conversation that is meant may name no user
    return sorted(found | _pairs(lake, Target(conversation_ids=frozenset(ids)))) if ids else []


def contents_beside(lake: Lake, source: str, ids: Collection[str]) -> set[str]:
    """Content hashes of what a source gave of other conversations than these: versions that lost."""
    return {content for name, content, _, told in _rows(lake) if told == source and name not in ids}


def _pairs(lake: Lake, target: Target) -> set[tuple[str, str]]:
    ids, users = target.conversation_ids, target.user_ids
    return {(name, content) for name, content, user, _ in _rows(lake) if name in ids or user in users}


def _rows(lake: Lake) -> Iterator[tuple[Any, ...]]:
    """The values of `_COLUMNS`, of each version in weeks and inbox."""
    weeks = (lake.scan_week(CONVERSATIONS, week, columns=_COLUMNS) for week in lake.weeks_of(CONVERSATIONS))
    inbox = (lake.scan_inbox(week, _COLUMNS) for week in lake.inbox_weeks())
    for batch in chain.from_iterable(chain(weeks, inbox)):
        yield from zip(*(batch[name].to_pylist() for name in _COLUMNS), strict=True)
