"""Chances of being drawn: uniform, stratified by the engine's label, or by its uncertainty (method: section 5.5).

Pure arithmetic over arrays; nothing is drawn here but by `selected`, from random numbers that are handed in.
"""

import numpy as np
import numpy.typing as npt

from economic_index.vocabulary import ReviewDesign

Reals = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
LEAST_OF_UNIFORM = 0.2
"""No conversation has less than this part of the uniform chance: else a few rows would carry a share."""
LEAST_OF_LABEL = 10
"""Of each label at least so many, where there are."""
SURE = 0.95
"""A label that is said to be right more often is drawn as if it were right so often: confidence may be wrong."""


def probabilities(design: ReviewDesign, codes: Codes, confidence: Reals, wanted: int) -> Reals:
    """The chance of each conversation; `codes` number the labels, a confidence of nan is one half."""
    count = len(codes)
    if wanted >= count:
        return np.ones(count)
    if design is ReviewDesign.STRATIFIED:
        return _stratified(codes, _spread(confidence), wanted)
    if design is ReviewDesign.UNCERTAINTY:
        return _in_proportion(_spread(confidence), wanted)
    return np.full(count, wanted / count)


def selected(chances: Reals, codes: Codes, random: np.random.Generator) -> npt.NDArray[np.bool_]:
    """A systematic draw in random order within labels: chances are exact, and so are numbers that are whole."""
    order = np.lexsort((random.random(len(chances)), codes))
    passed = np.floor(np.cumsum(chances[order]) + random.random())
    is_drawn = np.zeros(len(chances), bool)
    is_drawn[order] = np.diff(passed, prepend=0.0) > 0
    return is_drawn


def _spread(confidence: Reals) -> Reals:
    """sqrt(P(1-P)) with the calibrated confidence for the chance that the label is right."""
    chance = np.clip(np.nan_to_num(confidence, nan=0.5), 0.5, SURE)
    return np.sqrt(chance * (1 - chance))


def _stratified(codes: Codes, spread: Reals, wanted: int) -> Reals:
    """n of a label in proportion to its number times its mean spread, each at least what every label gets."""
    sizes: Reals = np.bincount(codes).astype(float)
    scores: Reals = np.bincount(codes, spread).astype(float)
    floor = np.ceil(LEAST_OF_UNIFORM * wanted / len(codes) * sizes - 1e-9)
    least = np.minimum(sizes, np.maximum(floor, LEAST_OF_LABEL))
    numbers: Reals = _allotted(scores, least, sizes, wanted) / np.maximum(sizes, 1)
    return numbers[codes]


def _allotted(scores: Reals, least: Reals, most: Reals, wanted: int) -> Reals:
    """Whole numbers in proportion to scores between bounds; more than wanted where the least add up to more."""
    if least.sum() >= wanted:
        return least
    low, high = 0.0, wanted / max(float(scores.max()), 1e-12) * len(scores)
    for _ in range(200):
        scale = (low + high) / 2
        total = np.clip(scale * scores, least, most).sum()
        low, high = (scale, high) if total < wanted else (low, scale)
    shares = np.clip(high * scores, least, most)
    numbers = np.floor(shares + 1e-9)
    for place in np.argsort(numbers - shares, kind="stable"):  # largest remainders first
        if numbers.sum() < wanted and numbers[place] < most[place]:
            numbers[place] += 1
    return numbers


def _in_proportion(scores: Reals, wanted: int) -> Reals:
    """Chances in proportion to scores that add up to `wanted`, none over 1 nor under the floor."""
    least = LEAST_OF_UNIFORM * wanted / len(scores)
    low, high = 0.0, len(scores) / max(float(scores.min()), 1e-12)
    for _ in range(200):
        scale = (low + high) / 2
        total = np.clip(scale * scores, least, 1).sum()
        low, high = (scale, high) if total < wanted else (low, scale)
    return np.clip(high * scores, least, 1)
