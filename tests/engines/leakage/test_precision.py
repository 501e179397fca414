# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.leakage.precision import grid, snap
from probatum.seeds import stream


@pytest.mark.parametrize("step", [0.01, 0.25, 1.0, 5.0, 100.0, 1 / 255])
def test_step_is_found_when_numbers_lie_on_a_grid(step):
    values = (3 + stream(0, "grid").integers(0, 200, size=500)) * step
    found, _ = grid(values[:, None])
    assert found[0] == pytest.approx(step)


def test_decimals_are_found_when_the_smallest_gap_is_no_common_step():
    found, _ = grid(np.array([[1.10], [1.13], [1.18], [2.00]]))
    assert found[0] == pytest.approx(0.01)


def test_there_is_no_grid_when_numbers_are_fine_or_all_the_same():
    fine = stream(0, "fine").normal(size=1000)
    found, _ = grid(np.column_stack([fine, np.ones(1000), np.full(1000, np.nan), fine * 1e300]))
    assert found.tolist() == [0, 0, 0, 0]


@given(st.lists(st.tuples(st.integers(-1000, 1000), st.floats(-0.49, 0.49)), min_size=3, max_size=30))
def test_half_a_step_is_taken_away_when_numbers_are_snapped(cells):
    whole = np.array([[0], [1], *[[place] for place, _ in cells]], dtype=float)
    steps, origins = grid(whole)
    moved = whole.copy()
    moved[2:, 0] += [by for _, by in cells]
    snapped = snap(moved, steps, origins)
    assert np.allclose(snapped, whole)
    assert np.allclose(snap(snapped, steps, origins), snapped)


def test_gaps_and_infinities_stay_when_numbers_are_snapped():
    values = np.array([[np.nan], [np.inf], [-np.inf], [1e308], [2.3]])
    assert snap(values, np.array([0.01]), np.array([0.0])).ravel() == pytest.approx(values.ravel(), nan_ok=True)
