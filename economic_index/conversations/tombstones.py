"""Tombstones: keyed hashes by which a forgotten user or conversation is told when a later delivery brings it again.

They say neither who nor when. Where they lie is winners.py's; what is deleted is economic_index/erasure's.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from economic_index.conversations.identify import tombstone

USER, CONVERSATION = "user", "conversation"
_ROTATED = "rotated"
_MARK = np.dtype("S26")


def rotated(key: bytes, mark: str) -> str:
    """A tombstone of an earlier key, under the key that follows it."""
    return tombstone(key, _ROTATED, mark)


@dataclass(frozen=True, eq=False)
class Marks:
    """The marks of a home in order, 26 bytes each: a log may call millions of conversations deleted."""

    rows: NDArray[np.bytes_] = field(default_factory=lambda: np.array([], _MARK))

    @classmethod
    def of(cls, marks: Iterable[str]) -> "Marks":
        """Of marks in order."""
        return cls(np.fromiter((mark.encode() for mark in marks), _MARK))

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, mark: str) -> bool:
        told = mark.encode()
        place = int(np.searchsorted(self.rows, np.array(told, _MARK)))
        return place < len(self.rows) and self.rows[place] == told


@dataclass(frozen=True)
class Tombstones:
    """The marks of a home, and the keys that made them: the one in use, then those before it, the latest first."""

    marks: Marks = field(default_factory=Marks)
    keys: tuple[bytes, ...] = ()

    def hold_user(self, pseudonym_of: Callable[[bytes], str]) -> bool:
        """Whether this user was forgotten under any key; given the pseudonym that a key makes of them."""
        return self._hold(USER, pseudonym_of)

    def hold_conversation(self, id_of: Callable[[bytes], str]) -> bool:
        """Whether this conversation was forgotten under any key; given the id that a key makes of it."""
        return self._hold(CONVERSATION, id_of)

    def hold_any_conversation(self, ids_of: Callable[[bytes], Iterable[str]]) -> bool:
        """The same where a key may make several ids of it."""
        return bool(self.marks) and any(
            self._mark(place, CONVERSATION, each) in self.marks
            for place, key in enumerate(self.keys)
            for each in ids_of(key)
        )

    def _hold(self, kind: str, pseudonym_of: Callable[[bytes], str]) -> bool:
        return bool(self.marks) and any(
            self._mark(place, kind, pseudonym_of(key)) in self.marks for place, key in enumerate(self.keys)
        )

    def all_marks(self, kind: str, pseudonyms: Iterable[str]) -> set[str]:
        """Every mark that these pseudonyms may have, whichever key they were forgotten under."""
        return {self._mark(place, kind, each) for each in pseudonyms for place in range(len(self.keys))}

    def _mark(self, place: int, kind: str, pseudonym: str) -> str:
        mark = tombstone(self.keys[place], kind, pseudonym)
        for later in reversed(self.keys[:place]):
            mark = rotated(later, mark)
        return mark
