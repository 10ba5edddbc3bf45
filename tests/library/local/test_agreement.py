import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from economic_index.evaluate.agreement import (
    accuracy,
    choose_threshold,
    cohen_kappa,
    majority_share,
    selective_accuracy,
)

pairs = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=2, max_size=60)


@given(pairs)
def test_kappa_is_that_of_scikit_learn(labels):
    first, second = zip(*labels, strict=True)
    if len(set(first) | set(second)) > 1:
        assert cohen_kappa(first, second) == pytest.approx(cohen_kappa_score(first, second))


def test_accuracy_and_majority():
    assert accuracy("abca", "abcb") == 0.75
    assert majority_share("aab") == pytest.approx(2 / 3)
    assert np.isnan(accuracy([], []))
    assert np.isnan(cohen_kappa(["a", "a"], ["a", "a"]))


def test_ties_are_answered_together():
    curve = selective_accuracy(np.array([0.9, 0.5, 0.5]), np.array([True, False, True]))
    assert [(point.threshold, point.coverage, point.accuracy) for point in curve] == [
        (0.5, 1.0, pytest.approx(2 / 3)),
        (0.9, pytest.approx(1 / 3), 1.0),
    ]


def test_the_lowest_threshold_that_reaches_the_bar(rng):
    confidence = rng.uniform(size=4_000)
    right = rng.uniform(size=4_000) < confidence
    chosen = choose_threshold(confidence, right, 0.75)
    assert chosen.threshold == pytest.approx(0.5, abs=0.03)
    assert chosen.accuracy >= 0.75
    below = [point for point in selective_accuracy(confidence, right) if point.threshold < chosen.threshold]
    assert all(point.accuracy < 0.75 for point in below)


def test_without_the_bar_the_surest_three_tenths(rng):
    confidence = rng.uniform(size=1_000)
    right = rng.uniform(size=1_000) < 0.4
    chosen = choose_threshold(confidence, right, 0.99)
    kept = confidence >= chosen.threshold
    assert chosen.coverage == pytest.approx(0.3)
    assert kept.mean() == pytest.approx(0.3)
    assert chosen.accuracy == pytest.approx(right[kept].mean())


def test_where_all_reach_the_bar_nothing_is_left_out(rng):
    assert choose_threshold(rng.uniform(size=50), np.ones(50, bool), 0.75).threshold == 0.0


def test_nothing_to_choose_from():
    with pytest.raises(ValueError, match="no answers"):
        choose_threshold(np.array([]), np.array([], bool), 0.5)
