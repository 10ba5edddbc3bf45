"""Chance that can be repeated: every draw is a hash of what it is about, so no order of calls matters.

No random state lives here or anywhere else in the rehearsal.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import TypeVar

T = TypeVar("T")
_SCALE = float(1 << 64)


def uniform(*parts: object) -> float:
    """A number in [0, 1) that depends on the parts alone."""
    text = "\x1f".join(map(str, parts))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") / _SCALE


def one_of(options: Sequence[T], *parts: object) -> T:
    """One of the options, all equally likely. Raises IndexError if there are none."""
    return options[int(uniform(*parts) * len(options))]


def weighted(weights: Mapping[T, float], *parts: object) -> T:
    """One of the keys, likely as its weight; the weights need not sum to 1."""
    names = list(weights)
    bounds = list(accumulate(weights.values()))
    return names[min(bisect_right(bounds, uniform(*parts) * bounds[-1]), len(names) - 1)]


def another(options: Sequence[T], right: T, *parts: object) -> T:
    """One of the options that is not the right one; the right one where there is no other."""
    others = [option for option in options if option != right]
    return one_of(others, *parts) if others else right
