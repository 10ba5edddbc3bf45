"""Renders one conversation as the one window that the encoder reads: first turns, later requests, last turn.

No tokens and no vectors here. A rendering is as private as the text that it is cut from.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from economic_index.vocabulary import Role

WINDOW_VERSION = "1"
FIRST_CHARS, REPLY_CHARS, LATER_CHARS, LATER_TURNS = 500, 160, 160, 4
# Runs of white space are read as one; a cut of four times the length leaves enough after that.
SLACK = 4
_SPACE = re.compile(r"\s+")
_ONES = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


class Turn(NamedTuple):
    """One message: who speaks, and what."""

    role: str
    text: str


def turns_in_words(count: int) -> str:
    """The number of requests as words that the encoder knows: 'three turns', 'over thirty turns'."""
    if count <= 10:
        return f"{_ONES[count]} turn{'' if count == 1 else 's'}"
    for bound, word in ((100, "hundred"), (50, "fifty"), (30, "thirty"), (20, "twenty")):
        if count > bound:
            return f"over {word} turns"
    return "over ten turns"


def cut(text: str, limit: int) -> str:
    """The first `limit` characters, runs of white space read as one blank; long texts are cut at a word."""
    head = _SPACE.sub(" ", text[: limit * SLACK]).strip()
    if len(head) <= limit:
        return head
    return head[:limit].rsplit(" ", 1)[0] or head[:limit]


def render(turns: Sequence[Turn]) -> str:
    """One window of at most some 1,500 characters; the encoder reads its first 256 tokens."""
    asked = [place for place, turn in enumerate(turns) if turn.role == Role.USER]
    parts = [f"{turns_in_words(len(asked))}."]
    if not asked:
        return parts[0]
    first = asked[0]
    parts.append(cut(turns[first].text, FIRST_CHARS))
    reply = next((turn.text for turn in turns[first + 1 :] if turn.role == Role.ASSISTANT), "")
    later = asked[1:-1][:LATER_TURNS] + asked[1:][-1:]
    parts += [cut(turns[place].text, LATER_CHARS) for place in later]
    parts.append(cut(reply, REPLY_CHARS))
    return "\n".join(part for part in parts if part)
