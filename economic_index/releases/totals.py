"""The number of conversations behind published percentages, recovered from the percentages alone.

Only whole numbers of conversations can have been counted: the smallest total that makes every percentage one is
the total, or divides it.
"""

from collections.abc import Sequence

import numpy as np

LARGEST_TOTAL = 1_300_000  # no release counts more than a million conversations and their neighbourhood
WHOLE_WITHIN = 1e-6  # conversations


class NoTotal(Exception):
    """No total makes every percentage a whole number of conversations."""


def whole_counts(shares: np.ndarray, total: int) -> np.ndarray | None:
    """Counts behind `shares` (fractions of `total`), or None where one of them is not whole."""
    exact = np.asarray(shares, dtype="float64") * total
    counts = np.round(exact)
    return counts.astype("int64") if np.abs(exact - counts).max() <= WHOLE_WITHIN else None


def recover_total(percentages: Sequence[float], smallest_count: int | None = None) -> int:
    """The smallest total of conversations that makes every percentage whole.

    `smallest_count`: conversations of the smallest cell, where a floor is stated (15 in every task file); without
    it all totals from 1,000 up are tried. Raises NoTotal. (Method, section 2.)
    """
    shares = np.asarray(percentages, dtype="float64") / 100
    if smallest_count is not None:
        total = round(smallest_count / float(shares.min()))
        if whole_counts(shares, total) is None:
            raise NoTotal(f"With {smallest_count} conversations in the smallest cell the others are not whole.")
        return total
    totals = np.arange(1_000, LARGEST_TOTAL)
    for share in shares:
        exact = totals * share
        totals = totals[np.abs(exact - np.round(exact)) <= WHOLE_WITHIN]
    if not len(totals):
        raise NoTotal(f"No total below {LARGEST_TOTAL:,} makes every percentage whole.")
    return int(totals[0])
