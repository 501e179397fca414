# SPDX-License-Identifier: Apache-2.0
"""The range of a mean of squares."""

import numpy as np
import pytest

from probatum.engines.intervals.skewed import skewed_mean
from probatum.seeds import stream


def test_range_leans_to_the_long_tail_when_sizes_are_skewed():
    sizes = stream(0, "skewed").normal(size=200) ** 2
    value, interval = skewed_mean(sizes, confidence=0.95)
    assert value == pytest.approx(sizes.mean())
    assert interval.upper - value > value - interval.lower > 0


def test_no_range_is_told_when_there_is_one_value():
    value, interval = skewed_mean(np.array([4.0]), confidence=0.95)
    assert value == 4.0
    assert (interval.lower, interval.upper) == (None, None)
    assert interval.why


@pytest.mark.parametrize("rows", [100, 400])
@pytest.mark.parametrize("kind", ["normal", "laplace"])
def test_ranges_hold_the_true_mean_of_squares_when_drawn_many_times(rows, kind):
    rng = stream(1, f"skewed/{rows}/{kind}")
    true = 1.0 if kind == "normal" else 2.0  # of the square of a standard one
    held = 0
    for _ in range(500):
        errors = rng.normal(size=rows) if kind == "normal" else rng.laplace(size=rows)
        _, interval = skewed_mean(errors**2, confidence=0.95)
        held += interval.lower <= true <= interval.upper
    assert held >= 0.92 * 500  # nominal 95; Laplace errors, whose squares are very skewed, miss most
