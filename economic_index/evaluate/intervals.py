"""95 % intervals: Wilson's for proportions, a bootstrap over items for everything else. Seeded, pure numpy.

Items are taken as independent: they were drawn one by one, and the corpus names no user.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from economic_index.evaluate.matrices import scaled

Reals = npt.NDArray[np.float64]
Z = 1.959963984540054
SEED, REPLICATES = 20261126, 1_000


@dataclass(frozen=True)
class Interval:
    """An estimate and its 95 % limits; nan where nothing can be said."""

    value: float
    lo: float
    hi: float


def wilson(share: float, count: float) -> tuple[float, float]:
    """Wilson's limits of a proportion out of `count` (effective) items; of half credits they are too wide."""
    if not count > 0 or np.isnan(share):
        return float("nan"), float("nan")
    middle = (share + Z**2 / (2 * count)) / (1 + Z**2 / count)
    half = Z / (1 + Z**2 / count) * np.sqrt(share * (1 - share) / count + Z**2 / (4 * count**2))
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def effective_count(weights: Reals) -> float:
    """Kish: how many items of equal weight say as much."""
    return float(weights.sum() ** 2 / (weights**2).sum()) if len(weights) else 0.0


def proportion(credits: Reals, weights: Reals) -> Interval:
    """A weighted mean of credits between 0 and 1, with Wilson's limits at the effective number of items."""
    if not len(credits):
        return Interval(float("nan"), float("nan"), float("nan"))
    share = float(np.average(credits, weights=weights))
    return Interval(share, *wilson(share, effective_count(weights)))


def _less_agreed(matrix: Reals, agreement: float) -> Reals:
    """Margins as they are, and just this agreement: a part of the items as they are, the rest as by chance."""
    total = matrix.sum()
    chance = np.outer(matrix.sum(-1), matrix.sum(-2)) / total
    by_chance = np.trace(chance) / total
    kept = (agreement - by_chance) / (1 - by_chance) if by_chance < 1 else 1.0
    result: Reals = kept * matrix + (1 - kept) * chance
    return result


@lru_cache(maxsize=8)
def replicates(count: int) -> Reals:
    """How often each of `count` items is drawn, in each of 1,000 draws of as many with replacement: always the same."""
    draws = np.random.default_rng(SEED).multinomial(count, np.full(count, 1 / count), size=REPLICATES)
    return draws.astype(np.float64)


def resampled(added: Reals, weights: Reals, measure: Callable[[Reals], Reals]) -> Interval:
    """A measure of the confusion matrix, with percentile limits over items drawn again with replacement.

    `added` is what each item adds to the matrix. Replicates in which the measure is undefined are left out. Where all
    items agree every replicate does: the lower limit is the measure at the lower limit of the agreement.
    """
    count = len(added)
    nan = float("nan")
    if not count:
        return Interval(nan, nan, nan)
    flat = added.reshape(count, -1) * scaled(weights)[:, None]
    shape = added.shape[1:]
    matrix = flat.sum(0).reshape(shape)
    value = float(measure(matrix))
    if np.isclose(np.trace(matrix), matrix.sum()) and not np.isnan(value):
        return Interval(value, float(measure(_less_agreed(matrix, wilson(1.0, effective_count(weights))[0]))), value)
    draws = replicates(count)
    found = measure((draws @ flat).reshape(REPLICATES, *shape))
    found = found[~np.isnan(found)]
    if np.isnan(value) or len(found) < REPLICATES / 2:
        return Interval(value, nan, nan)
    lo, hi = np.quantile(found, [0.025, 0.975])
    return Interval(value, float(lo), float(hi))
