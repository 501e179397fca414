# SPDX-License-Identifier: Apache-2.0
"""Errors of a model that names a number."""

import numpy as np
import pytest
from sklearn.metrics import r2_score, root_mean_squared_error

from probatum.engines.intervals.means import mean
from probatum.engines.mistakes import values
from probatum.seeds import stream


def test_mean_error_is_the_known_one_when_worked_out_by_hand():
    truth = np.array([1.0, 2.0, 3.0, 4.0])
    said = np.array([2.0, 2.0, 1.0, np.nan])
    measure = values.mean_error(truth, said, confidence=0.95)
    assert (measure.value, measure.n) == (1.0, 3)  # 1, 0 and 2; a row without an answer has no error size
    # t with 2 degrees of freedom at 97.5 %: 4.302653; standard deviation 1
    assert measure.interval.upper == pytest.approx(1 + 4.302653 / np.sqrt(3), rel=1e-6)


def test_ratio_is_below_one_when_the_model_beats_the_median():
    rng = stream(3, "test/values")
    truth = rng.normal(size=500)
    measure = values.error_ratio(truth, truth + rng.normal(scale=0.1, size=500), 0.0, confidence=0.95)
    assert measure.value < 0.2
    assert measure.interval.lower < measure.value < measure.interval.upper < 0.2


def test_mean_covers_as_often_as_it_says_when_simulated():
    rng = stream(1, "test/mean-coverage")
    hits = 0
    for _ in range(2000):
        _, interval = mean(rng.normal(5, 2, size=30), confidence=0.95)
        hits += interval.lower <= 5 <= interval.upper
    assert 0.938 <= hits / 2000 <= 0.962


def test_range_is_unknown_when_there_is_one_value():
    value, interval = mean(np.array([2.0]), confidence=0.95)
    assert (value, interval.lower) == (2.0, None)
    assert interval.why


def test_silence_is_never_better_than_knowing_nothing_when_most_rows_have_no_answer():
    rng = stream(4, "test/silence")
    truth = rng.normal(size=400)
    said = np.where(np.arange(400) < 20, truth, np.nan)  # perfect where it speaks
    measure = values.error_ratio(truth, said, 0.0, confidence=0.95)
    assert measure.value > 0.9
    assert measure.n == 400


def test_root_mean_square_and_determination_are_those_of_scikit_learn():
    rng = stream(0, "values")
    truth = rng.normal(size=500)
    said = truth + 0.5 * rng.normal(size=500)
    root = values.root_mean_square(truth, said, confidence=0.95)
    explained = values.determination(truth, said, confidence=0.95)
    assert root.value == pytest.approx(root_mean_squared_error(truth, said))
    assert explained.value == pytest.approx(r2_score(truth, said))
    for measure in (root, explained):
        assert measure.interval.lower < measure.value < measure.interval.upper


@pytest.mark.parametrize("rows", [100, 400])
def test_ranges_hold_the_true_numbers_when_drawn_many_times(rows):
    rng = stream(1, f"values/{rows}")
    held = [0, 0]
    for _ in range(500):
        truth = rng.normal(size=rows)
        said = 0.8 * truth + 0.3 * rng.normal(size=rows)
        square = 0.2**2 + 0.3**2  # of (said - truth), in units of the spread of the truth
        root = values.root_mean_square(truth, said, confidence=0.95).interval
        explained = values.determination(truth, said, confidence=0.95).interval
        held[0] += root.lower <= square**0.5 <= root.upper
        held[1] += explained.lower <= 1 - square <= explained.upper
    assert min(held) >= 0.93 * 500, held
