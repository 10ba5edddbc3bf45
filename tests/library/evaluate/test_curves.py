import numpy as np
import pytest

from economic_index.evaluate.curves import calibration_curve, calibration_error, coverage_curve


def test_a_calibrated_engine_has_little_error_and_a_boastful_one_much():
    rng = np.random.default_rng(1)
    confidence = rng.uniform(0.3, 1.0, 4_000)
    right = (rng.random(4_000) < confidence).astype(float)
    honest, boastful = calibration_error(confidence, right), calibration_error(np.full(4_000, 0.99), right)
    assert honest.value < 0.03
    assert boastful.value == pytest.approx(0.99 - right.mean(), abs=1e-6)
    assert boastful.lo <= boastful.value <= boastful.hi


def test_tenths_by_hand():
    tenths = calibration_curve(np.array([0.11, 0.19, 0.95, 1.0]), np.array([0.0, 0.5, 1.0, 1.0]))
    assert [(each.lo, each.count, each.right.value) for each in tenths] == [(0.1, 2, 0.25), (0.9, 2, 1.0)]


def test_ties_are_answered_together_and_those_without_a_confidence_come_last():
    confidence = np.array([0.9, 0.5, 0.5, np.nan])
    credits = np.array([1.0, 1.0, 0.0, 0.0])
    quarter, half, whole = coverage_curve(confidence, credits, (0.25, 0.5, 1.0))
    assert (quarter.coverage, quarter.accuracy.value) == (0.25, 1.0)
    assert (half.coverage, half.count, half.threshold) == (0.75, 3, 0.5)
    assert (whole.coverage, whole.accuracy.value) == (1.0, 0.5)
    assert coverage_curve(np.zeros(0), np.zeros(0)) == []
