# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probatum.engines.corruption.blocks import STEPS, requantised, steps_of


def test_steps_are_those_of_the_standard_when_quality_is_50():
    assert (steps_of(50) == STEPS).all()
    assert steps_of(25)[0, 0] == 32
    assert steps_of(75)[0, 0] == 8
    assert (steps_of(100) == 1).all()


def test_an_even_block_comes_to_the_grey_worked_out_by_hand_when_stored():
    # one wave alone: 8 x (101.4 - 128) = -212.8, which is -13.3 steps of 16 at quality 50; -13 steps are a grey of 102
    grey = np.full((1, 8, 8, 1), 101.4 / 255)
    assert requantised(grey, quality=50) == pytest.approx(np.full((1, 8, 8, 1), 102 / 255))


@given(size=st.tuples(st.integers(1, 2), st.integers(1, 18), st.integers(1, 18), st.just(1)), seed=st.integers(0, 20))
@settings(deadline=None)
def test_nearly_nothing_is_lost_when_quality_is_100(size, seed):
    pictures = np.random.default_rng(seed).random(size)
    assert requantised(pictures, quality=100) == pytest.approx(pictures, abs=4 / 255)
