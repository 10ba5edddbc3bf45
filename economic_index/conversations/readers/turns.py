"""One message of a log that names its messages one by one, and the current path through them.

What a format calls its keys is not known here; files that hold such messages in no order are gathered in gathering.py.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from economic_index.conversations.readers.api_content import ATTACHMENTS, Spoken
from economic_index.conversations.readers.drafts import UNKNOWN_ROLE
from economic_index.conversations.readers.tree import branch_points, newest_leaf, path_to
from economic_index.conversations.records import Message
from economic_index.conversations.times import EPOCH
from economic_index.conversations.versions import micros
from economic_index.vocabulary import RejectReason, Role

UNSPOKEN = "unspoken"
"""Role of tools, prompts of the system and what is hidden: counted, never text."""


class Turn(NamedTuple):
    """What is kept of a message, in plain types, so that it can wait in a temporary file.

    `role` is user, assistant, UNSPOKEN or UNKNOWN_ROLE. `at` is microseconds since 1970. `counts` takes the
    lake's `*_count` columns. `request` is what the message belongs to, where a format says so. `place` is the number
    of the record that holds it. `conversation_at` is when its conversation was made, `is_end` that it was deleted.
    """

    role: str
    text: str = ""
    key: str | None = None
    parent: str | None = None
    at: int | None = None
    model: str | None = None
    user: str | None = None
    request: str | None = None
    product: str | None = None
    language: str | None = None
    counts: dict[str, int] = {}  # noqa: RUF012 (never changed)
    is_unfinished: bool = False
    is_time_absurd: bool = False
    conversation_at: int | None = None
    is_end: bool = False
    place: int = 0  # last: gathering.py fills it in

    @property
    def sent_at(self) -> datetime | None:
        """The time as a moment."""
        return moment_of(self.at)


class TurnPath(NamedTuple):
    """The current path. `is_cut`: its first message names a parent that is not there; `is_mended`: see current_path."""

    turns: list[Turn]
    branch_count: int
    is_cut: bool
    is_mended: bool


def moment_of(at: int | None) -> datetime | None:
    """Microseconds since 1970 as an aware UTC datetime."""
    return None if at is None else EPOCH + timedelta(microseconds=at)


def earliest_at(turns: Iterable[Turn]) -> datetime | None:
    """The earliest time of messages."""
    return moment_of(min((turn.at for turn in turns if turn.at is not None), default=None))


def latest_at(turns: Iterable[Turn]) -> datetime | None:
    """The latest time of messages."""
    return moment_of(max((turn.at for turn in turns if turn.at is not None), default=None))


def at_of(moment: datetime | None) -> int | None:
    """A moment as microseconds since 1970."""
    return micros(moment)


def absurd_time(turns: Iterable[Turn]) -> set[str]:
    """The flag of a draft where no message has a time that can be true, and one had one that cannot."""
    found = list(turns)
    is_absurd = any(turn.is_time_absurd for turn in found) and all(turn.at is None for turn in found)
    return {RejectReason.TIME_OUT_OF_RANGE.value} if is_absurd else set()


def in_time(turns: Iterable[Turn]) -> list[Turn]:
    """By time; a message without time stays behind the one that it came after."""
    placed: list[tuple[int, Turn]] = []
    last = -1
    for turn in turns:
        last = turn.at if turn.at is not None else last
        placed.append((last, turn))
    return [turn for _, turn in sorted(placed, key=lambda pair: pair[0])]


def latest_by_key(turns: Iterable[Turn]) -> list[Turn]:
    """Each message once, in order of its first delivery, in the words of its last."""
    found: dict[str, Turn] = {}
    for number, turn in enumerate(turns):
        found[turn.key or f"#{number}"] = turn
    return list(found.values())


def current_path(turns: Sequence[Turn], leaf: str | None = None) -> TurnPath:
    """The messages from the root to `leaf`, or to the newest leaf where that is unknown; all, if none has a parent.

    `is_mended`: the leaf was named but is not there, or parents ran in a ring.
    """
    nodes = {turn.key or f"#{number}": turn for number, turn in enumerate(turns)}
    parents = {key: turn.parent for key, turn in nodes.items()}
    if not any(parents.values()):
        return TurnPath(list(nodes.values()), 0, False, False)
    end = leaf if leaf in parents else newest_leaf(parents, lambda key: nodes[key].sent_at)
    path = path_to(end or "", parents)
    is_mended = path.is_cyclic or (leaf is not None and leaf != end)
    return TurnPath([nodes[key] for key in path.nodes], len(branch_points(parents)), path.is_cut, is_mended)


def spoken_of(turns: Iterable[Turn]) -> Spoken:
    """What the two said, in order; the rest is counted."""
    said = Spoken()
    for turn in turns:
        said.counts.update(turn.counts)
        has_attachment = turn.counts.get(ATTACHMENTS, 0) > 0
        if turn.role == UNKNOWN_ROLE:
            said.unknown_role_count += 1
            said.counts["dropped_message_count"] += 1
        elif turn.role != UNSPOKEN and (turn.text.strip() or has_attachment):
            role = Role(turn.role)
            model = turn.model if role is Role.ASSISTANT else None
            said.messages.append(Message(role, turn.text, turn.sent_at, model, has_attachment))
        elif turn.role != UNSPOKEN and not turn.counts:
            said.counts["dropped_message_count"] += 1
    return said
