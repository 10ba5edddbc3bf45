import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, f1_score

from economic_index.evaluate import matrices
from economic_index.evaluate.agreement import cohen_kappa
from economic_index.evaluate.intervals import effective_count, proportion, resampled, wilson


def _matrix(truth, said, size):
    added = matrices.contributions([[(a, b, 1.0)] for a, b in zip(truth, said, strict=True)], size)
    return matrices.confusion(added, np.ones(len(truth)))


def test_kappa_and_f1_are_those_of_everyone_else():
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 4, 300)
    said = np.where(rng.random(300) < 0.6, truth, rng.integers(0, 4, 300))
    matrix = _matrix(truth, said, 4)
    assert matrices.accuracy_of(matrix) == pytest.approx((truth == said).mean())
    assert matrices.kappa_of(matrix) == pytest.approx(cohen_kappa_score(truth, said))
    assert matrices.kappa_of(matrix) == pytest.approx(cohen_kappa(truth.tolist(), said.tolist()))
    assert matrices.macro_f1_of(matrix) == pytest.approx(f1_score(truth, said, average="macro"))


def test_alpha_by_hand():
    # ten items, two coders: 0 0 0 0 0 0 0 0 1 1 against 0 0 0 0 0 0 0 1 0 1 -> coincidences 14, 2, 2, 2 of 20
    matrix = _matrix([0] * 8 + [1, 1], [0] * 7 + [1, 0, 1], 2)
    observed, expected = 1 - 16 / 20, 1 - (16 * 15 + 4 * 3) / (20 * 19)
    assert matrices.alpha_of(matrix) == pytest.approx(1 - observed / expected)


def test_alpha_is_that_of_pairs_drawn_from_all_values():
    rng = np.random.default_rng(4)
    a = rng.integers(0, 3, 80)
    b = np.where(rng.random(80) < 0.7, a, rng.integers(0, 3, 80))
    pool = np.concatenate([a, b])
    differ = (pool[:, None] != pool[None, :]).sum() / (len(pool) * (len(pool) - 1))
    assert matrices.alpha_of(_matrix(a, b, 3)) == pytest.approx(1 - (a != b).mean() / differ)


def test_a_weight_counts_like_copies_of_the_item():
    truth, said = [0, 1, 2, 1], [0, 2, 2, 1]
    added = matrices.contributions([[(a, b, 1.0)] for a, b in zip(truth, said, strict=True)], 3)
    weighted = matrices.confusion(added, np.array([1.0, 2.0, 1.0, 3.0]))
    copied = _matrix([0, 1, 1, 2, 1, 1, 1], [0, 2, 2, 2, 1, 1, 1], 3)
    for measure in (matrices.accuracy_of, matrices.kappa_of, matrices.macro_f1_of):
        assert measure(weighted) == pytest.approx(float(measure(copied)))


def test_what_is_undefined_is_nan():
    empty, one_label = np.zeros((2, 2)), np.diag([5.0, 0.0])
    assert np.isnan(matrices.accuracy_of(empty))
    assert np.isnan(matrices.kappa_of(one_label))
    assert np.isnan(matrices.alpha_of(one_label))
    assert matrices.macro_f1_of(one_label) == 1


def test_wilson_as_published():
    # Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29
    for right, count, lo, hi in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)):
        assert wilson(right / count, count) == pytest.approx((lo, hi), abs=1e-4)


def test_unequal_weights_widen_the_limits():
    credits = np.array([1.0, 0.0] * 50)
    even, uneven = np.ones(100), np.array([1.0, 1.0] * 25 + [5.0, 5.0] * 25)
    assert effective_count(even) == 100
    assert effective_count(uneven) < 70
    narrow, wide = proportion(credits, even), proportion(credits, uneven)
    assert narrow.value == wide.value == 0.5
    assert wide.hi - wide.lo > narrow.hi - narrow.lo


def test_the_bootstrap_is_seeded_and_holds_the_estimate():
    rng = np.random.default_rng(5)
    truth = rng.integers(0, 3, 200)
    said = np.where(rng.random(200) < 0.7, truth, rng.integers(0, 3, 200))
    added = matrices.contributions([[(a, b, 1.0)] for a, b in zip(truth, said, strict=True)], 3)
    first, second = (resampled(added, np.ones(200), matrices.kappa_of) for _ in range(2))
    assert first == second
    assert first.lo < first.value < first.hi
    agreed = resampled(
        matrices.contributions([[(n % 2, n % 2, 1.0)] for n in range(100)], 2), np.ones(100), matrices.kappa_of
    )
    assert (agreed.value, agreed.hi) == (1, 1)
    assert agreed.lo == pytest.approx(2 * wilson(1.0, 100)[0] - 1)
    share = resampled(added, np.ones(200), matrices.accuracy_of)
    assert (share.lo, share.hi) == pytest.approx(wilson(share.value, 200), abs=0.02)
