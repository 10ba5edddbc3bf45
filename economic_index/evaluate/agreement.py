"""Agreement between two label sets, and accuracy among the surest answers: pure functions.

Nothing here knows a facet, an engine or a file; corrected shares are SQL.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]
Reals = npt.NDArray[np.float64]


def accuracy(first: Sequence[Hashable], second: Sequence[Hashable]) -> float:
    """Share of places at which two sequences of labels agree; nan for none."""
    if not first:
        return float("nan")
    return sum(a == b for a, b in zip(first, second, strict=True)) / len(first)


def cohen_kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> float:
    """Agreement beyond chance (Cohen 1960): 1 perfect, 0 as by chance; nan where chance agreement is 1."""
    count = len(first)
    left, right = Counter(first), Counter(second)
    chance = sum(left[label] * right[label] for label in left) / count**2 if count else 1.0
    return (accuracy(first, second) - chance) / (1 - chance) if chance < 1 else float("nan")


def majority_share(labels: Sequence[Hashable]) -> float:
    """Accuracy of always saying the most frequent label."""
    return max(Counter(labels).values()) / len(labels) if labels else float("nan")


@dataclass(frozen=True)
class Selection:
    """What answering only at or above a confidence gives."""

    threshold: float
    coverage: float
    accuracy: float


def selective_accuracy(confidence: Reals, is_right: Flags) -> list[Selection]:
    """The curve: one point for each distinct confidence, ascending; ties are answered together."""
    order = np.argsort(-confidence, kind="stable")
    sure, right = confidence[order], np.cumsum(is_right[order])
    last = np.flatnonzero(np.append(sure[1:] != sure[:-1], True)) if len(sure) else np.array([], int)
    points = [
        Selection(float(sure[place]), (place + 1) / len(sure), float(right[place] / (place + 1))) for place in last
    ]
    return points[::-1]


def choose_threshold(confidence: Reals, is_right: Flags, bar: float, fallback: float = 0.3) -> Selection:
    """The lowest threshold whose selective accuracy reaches `bar`, else the surest `fallback` of all.

    A handful of sure answers that reach the bar by chance do not count: at least `fallback` is answered.
    Where all answers together reach the bar the threshold is 0.

    Raises:
        ValueError: there is nothing to choose from.
    """
    curve = selective_accuracy(confidence, is_right)
    if not curve:
        raise ValueError("no answers to choose a threshold from")
    reached = [point for point in curve if point.accuracy >= bar and point.coverage >= fallback]
    if reached:
        return replace(reached[0], threshold=0.0) if reached[0].coverage == 1 else reached[0]
    within = [point for point in curve if point.coverage <= fallback]
    return within[0] if within else curve[-1]
