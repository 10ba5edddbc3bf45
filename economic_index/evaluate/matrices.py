"""Measures of agreement as functions of a confusion matrix, or of a stack of them: [..., truth, said].

Counts may be weighted or halves. Nothing here knows a facet, an engine or a file.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]


def contributions(entries: Sequence[Sequence[tuple[int, int, float]]], size: int) -> Reals:
    """What each item adds to the matrix: [items, size, size], from (truth, said, share) entries of each item."""
    added = np.zeros((len(entries), size, size))
    for row, of_item in enumerate(entries):
        for truth, said, share in of_item:
            added[row, truth, said] += share
    return added


def confusion(added: Reals, weights: Reals) -> Reals:
    """The confusion matrix of weighted items: [size, size], weights brought to sum to the number of items."""
    matrix: Reals = np.tensordot(scaled(weights), added, axes=1)
    return matrix


def scaled(weights: Reals) -> Reals:
    """Weights that sum to the number of items."""
    result: Reals = weights * (len(weights) / weights.sum()) if len(weights) else weights
    return result


def accuracy_of(matrix: Reals) -> Reals:
    """Share on the diagonal; nan for an empty matrix."""
    return _divided(_diagonal(matrix).sum(-1), matrix.sum((-2, -1)))


def kappa_of(matrix: Reals) -> Reals:
    """Cohen 1960: agreement beyond that of two who keep their own margins; nan where chance agreement is 1."""
    total = matrix.sum((-2, -1))
    chance = _divided((matrix.sum(-1) * matrix.sum(-2)).sum(-1), total**2)
    return _divided(accuracy_of(matrix) - chance, 1 - chance)


def alpha_of(matrix: Reals) -> Reals:
    """Krippendorff 2004, nominal, two coders who both labelled every item; nan where all labels are one."""
    coincidences = matrix + np.swapaxes(matrix, -1, -2)
    counts = coincidences.sum(-1)
    total = counts.sum(-1)
    observed = 1 - _divided(_diagonal(coincidences).sum(-1), total)
    expected = 1 - _divided((counts * (counts - 1)).sum(-1), total * (total - 1))
    return 1 - _divided(observed, expected)


def macro_f1_of(matrix: Reals) -> Reals:
    """Mean F1 of the classes that stand in the truth; one that is said but never true costs the others precision."""
    right, true, said = _diagonal(matrix), matrix.sum(-1), matrix.sum(-2)
    is_class = true > 0
    scores = np.where(is_class, _divided(2 * right, true + said), 0.0)
    return _divided(scores.sum(-1), is_class.sum(-1).astype(np.float64))


def _diagonal(matrix: Reals) -> Reals:
    return np.diagonal(matrix, axis1=-2, axis2=-1)


def _divided(numerator: Reals, denominator: Reals) -> Reals:
    """Quotient, nan where the denominator is 0 (or as good as)."""
    bottom = np.asarray(denominator, np.float64)
    is_some = np.abs(bottom) > 1e-12
    result: Reals = np.where(is_some, np.asarray(numerator) / np.where(is_some, bottom, 1.0), np.nan)
    return result
