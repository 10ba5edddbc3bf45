"""Totals behind percentages: recovered where they can be, refused where not."""

import numpy as np
import pytest

from economic_index.releases.totals import NoTotal, recover_total, whole_counts


def test_a_floor_and_a_smallest_cell_give_the_total() -> None:
    counts = np.array([15, 20, 4_321])
    assert recover_total((100 * counts / 4_356).tolist(), smallest_count=15) == 4_356


def test_without_a_floor_the_smallest_total_that_fits_is_taken() -> None:
    counts = np.array([700, 123, 555])
    assert recover_total((100 * counts / counts.sum()).tolist()) == counts.sum()


def test_rounded_percentages_have_no_total() -> None:
    shares = [33.3, 33.31, 33.39]
    with pytest.raises(NoTotal):
        recover_total(shares, smallest_count=15)
    assert whole_counts(np.array(shares) / 100, 1_234) is None
