"""Which conversations are read by coders: the test set at random, and further ones aimed at what labels lack.

A draw is a sort by a keyed hash of the id: anyone can draw it again. What was drawn stands in the label files.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

TEST_KEY, AIMED_KEY = "test set, November 2026", "aimed, November 2026"


def in_drawn_order(ids: Iterable[str], key: str) -> list[str]:
    """The ids in the random order that a key gives: the first n of them are a uniform draw of n."""
    return sorted(ids, key=lambda name: hashlib.sha256(f"{key}\n{name}".encode()).digest())


def draw_test(frame: Iterable[str], labelled: Iterable[str], count: int) -> list[str]:
    """A uniform draw of `count` from those of the frame that nobody has labelled.

    Raises:
        ValueError: fewer than that are left.
    """
    left = set(frame) - set(labelled)
    if len(left) < count:
        raise ValueError(f"{count} conversations to be drawn, {len(left)} not yet labelled")
    return in_drawn_order(left, TEST_KEY)[:count]


def draw_aimed(scores: Mapping[str, Mapping[str, float]], wanted: Mapping[str, int]) -> list[tuple[str, str]]:
    """(id, stratum): for each stratum in turn the `wanted[stratum]` highest scores among those not yet taken.

    `scores[stratum][id]` is how likely an engine thinks it; a conversation without a score is not a candidate. Such a
    draw has no inclusion probability: it trains, and estimates nothing.
    """
    taken: dict[str, str] = {}
    for stratum, count in wanted.items():
        best: Sequence[str] = in_drawn_order((name for name in scores[stratum] if name not in taken), AIMED_KEY)
        best = sorted(best, key=lambda name: -scores[stratum][name])[:count]
        taken |= dict.fromkeys(best, stratum)
    return list(taken.items())
