# SPDX-License-Identifier: Apache-2.0
"""Too sure on the whole, and the Brier score."""

import numpy as np
import pytest
from scipy.stats import binomtest

from probatum.engines.calibration.overall import brier_score, overconfidence
from probatum.seeds import stream


def test_overconfidence_is_said_minus_right_when_worked_by_hand():
    value, interval = overconfidence(np.full(100, 0.9), np.arange(100) < 80, confidence=0.95)
    exact = binomtest(80, 100).proportion_ci(0.95)
    assert value == pytest.approx(0.1)
    assert (interval.lower, interval.upper) == pytest.approx((0.9 - exact.high, 0.9 - exact.low))


def test_overconfidence_is_open_when_nothing_went_wrong_among_few():
    value, interval = overconfidence(np.ones(10), np.ones(10, dtype=bool), confidence=0.95)
    assert value == interval.lower == 0
    assert interval.upper == pytest.approx(0.3085, abs=1e-4)


def test_overconfidence_covers_when_chances_are_unequal():
    rng = stream(0, "overconfidence")
    missed = 0
    for _ in range(500):
        sure = rng.beta(5, 1, 300)
        _, interval = overconfidence(sure, rng.random(300) < sure - 0.05 * (sure > 0.5), confidence=0.95)
        missed += not interval.lower <= 0.05 * np.mean(sure > 0.5) <= interval.upper
    assert missed <= 25


def test_brier_score_is_the_mean_square_when_worked_by_hand():
    two, _ = brier_score(np.array([[0.3, 0.7], [0.8, 0.2]]), np.array([1, 1]), confidence=0.95)
    assert two == pytest.approx((0.09 + 0.64) / 2)
    three, _ = brier_score(np.array([[0.2, 0.3, 0.5]] * 2), np.array([2, 2]), confidence=0.95)
    assert three == pytest.approx(0.04 + 0.09 + 0.25)
