"""Confidence against being right: the calibration curve, and accuracy among the surest. Pure numpy.

Credits may be halves, where either of two labels is right.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from economic_index.evaluate.intervals import SEED, Interval, proportion

Reals = npt.NDArray[np.float64]
TENTHS = 10
COVERAGES = (0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Tenth:
    """The answers with a confidence in [lo, hi): how many, how sure they were, and how often right."""

    lo: float
    hi: float
    count: int
    confidence: float
    right: Interval


@dataclass(frozen=True)
class Point:
    """What answering the surest `coverage` of all gives: the lowest confidence answered, and accuracy there."""

    coverage: float
    threshold: float
    accuracy: Interval
    count: int


def calibration_curve(confidence: Reals, credits: Reals) -> list[Tenth]:
    """By tenths of confidence; empty ones are left out."""
    place = _tenths(confidence)
    return [
        Tenth(
            each / TENTHS,
            (each + 1) / TENTHS,
            int((place == each).sum()),
            float(confidence[place == each].mean()),
            proportion(credits[place == each], np.ones(int((place == each).sum()))),
        )
        for each in range(TENTHS)
        if (place == each).any()
    ]


def _tenths(confidence: Reals) -> npt.NDArray[np.int64]:
    return np.minimum(np.floor(confidence * TENTHS).astype(np.int64), TENTHS - 1)


def _error(confidence: Reals, credits: Reals) -> float:
    gaps = np.bincount(_tenths(confidence), confidence - credits, TENTHS)
    return float(np.abs(gaps).sum() / len(confidence))


def calibration_error(confidence: Reals, credits: Reals, replicates: int = 500) -> Interval:
    """Expected calibration error over tenths: mean |confidence - share right|, weighted by how many; bootstrapped.

    It is never negative, so that a perfectly calibrated engine shows some error on few items.
    """
    count = len(confidence)
    if not count:
        return Interval(float("nan"), float("nan"), float("nan"))
    drawn = np.random.default_rng(SEED).integers(0, count, (replicates, count))
    lo, hi = np.quantile([_error(confidence[rows], credits[rows]) for rows in drawn], [0.025, 0.975])
    return Interval(_error(confidence, credits), float(lo), float(hi))


def coverage_curve(confidence: Reals, credits: Reals, coverages: tuple[float, ...] = COVERAGES) -> list[Point]:
    """Accuracy among the surest part of *all* items; those without a confidence (nan) come last, and are errors.

    Ties at the threshold are answered together, so the coverage told is the one that was had.
    """
    if not len(confidence):
        return []
    sure = np.nan_to_num(confidence, nan=-1.0)
    points = []
    for wanted in coverages:
        last = max(1, round(wanted * len(sure)))
        threshold = float(np.sort(sure)[::-1][last - 1])
        among = sure >= threshold
        right = proportion(credits[among], np.ones(int(among.sum())))
        points.append(Point(float(among.mean()), max(threshold, 0.0), right, int(among.sum())))
    return points
