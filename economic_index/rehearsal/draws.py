"""Chance that can be repeated: every draw is a hash of what it is about, so no order of calls matters.

No random state lives here or anywhere else in the rehearsal.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from struct import unpack
from typing import Generic, TypeVar

T = TypeVar("T")
_SCALE = float(1 << 64)
_WORD = float(1 << 32)


def uniform(*parts: object) -> float:
    """A number in [0, 1) that depends on the parts alone."""
    text = "\x1f".join(map(str, parts))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") / _SCALE


def one_of(options: Sequence[T], *parts: object) -> T:
    """One of the options, all equally likely. Raises IndexError if there are none."""
    return options[int(uniform(*parts) * len(options))]


def uniforms(count: int, *parts: object) -> list[float]:
    """So many numbers in [0, 1) from one hash of the parts: for the draws that every answer needs."""
    return [word / _WORD for word in unpack(f">{count}I", drawn_bytes(4 * count, *parts))]


def drawn_bytes(count: int, *parts: object) -> bytes:
    """So many numbers in 0..255 from one hash of the parts."""
    text = "\x1f".join(map(str, parts)).encode()
    blocks = (hashlib.blake2b(text, salt=number.to_bytes(16, "big")).digest() for number in range(-(-count // 64)))
    return b"".join(blocks)[:count]


class Weights(Generic[T]):
    """Names with their weights, which need not sum to 1."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self._names = list(weights)
        self._bounds = list(accumulate(weights.values()))

    def at(self, draw: float) -> T:
        """The name at a draw from [0, 1): likely as its weight."""
        place = bisect_right(self._bounds, draw * self._bounds[-1])
        return self._names[min(place, len(self._names) - 1)]

    def shares(self) -> dict[T, float]:
        """Each name's weight as a share; they sum to 1."""
        steps = zip(self._names, self._bounds, [0.0, *self._bounds], strict=False)
        return {name: (bound - before) / self._bounds[-1] for name, bound, before in steps}


def another(options: Sequence[T], right: T, *parts: object) -> T:
    """One of the options that is not the right one; the right one where there is no other."""
    others = [option for option in options if option != right]
    return one_of(others, *parts) if others else right
