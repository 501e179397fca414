# SPDX-License-Identifier: Apache-2.0
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.corruption.optics import averaged, disk, moved, smeared, streaks


@given(radius=st.floats(0.01, 12))
def test_disk_has_sum_one_and_an_odd_side_when_any_radius_comes(radius):
    kernel = disk(radius)
    assert kernel.sum() == pytest.approx(1)
    assert kernel.shape[0] % 2 == 1
    assert kernel == pytest.approx(kernel.T)


@given(length=st.floats(0.01, 12), angle=st.floats(0, math.pi))
def test_streak_has_sum_one_and_its_middle_in_the_middle_when_any_length_comes(length, angle):
    (kernel,) = streaks(length, np.array([angle]))
    places = np.arange(len(kernel)) - len(kernel) // 2
    assert kernel.sum() == pytest.approx(1)
    assert kernel.sum(axis=1) @ places == pytest.approx(0, abs=1e-9)


def test_a_level_streak_of_four_points_spreads_a_point_over_one_line():
    (kernel,) = streaks(4.0, np.array([0.0]))
    middle = len(kernel) // 2
    assert kernel[middle].sum() == pytest.approx(1)


def test_smearing_gives_sums_of_neighbours_when_done_by_hand():
    kernel = np.array([[0, 0, 0], [0, 0.5, 0.5], [0, 0, 0]])
    picture = np.array([[1.0, 2.0, 4.0]]).reshape(1, 1, 3, 1)
    # each point is half itself and half its left neighbour; beyond the edge it goes on as at the edge
    assert smeared(picture, kernel[None]).reshape(-1) == pytest.approx([1.0, 1.5, 3.0])


def test_a_quarter_turn_moves_corners_round_when_done_by_hand():
    picture = np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 2, 2, 1)
    quarter = np.array([[[0.0, -1.0], [1.0, 0.0]]])
    assert moved(picture, quarter, np.zeros((1, 2)))[0, :, :, 0].tolist() == [[3.0, 1.0], [4.0, 2.0]]


def test_averaging_by_half_gives_pairs_when_done_by_hand():
    assert averaged(4, 0.5) @ np.array([0.0, 2.0, 4.0, 8.0]) == pytest.approx([1, 1, 6, 6])


@given(side=st.integers(1, 40), left=st.floats(0.05, 1))
def test_averaging_keeps_what_is_even_when_any_size_comes(side, left):
    matrix = averaged(side, left)
    assert matrix.sum(axis=1) == pytest.approx(1)
    assert (matrix >= 0).all()
