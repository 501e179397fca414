# SPDX-License-Identifier: Apache-2.0
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from probatum.engines.evasion.tables.inside import lifted, lowered, restated, whole
from probatum.systems.structures import Input

NUMBER = Input(column=0)
SCALED = Input(column=0, scale=-0.5, shift=3.0)
RED, BLUE = Input(column=1, category=0), Input(column=1, category=1, on=2.0, off=-1.0)
CODED = Input(column=1, codes=(5.0, 1.0))
X = np.array([[7.0, 0.0]])
REACH = np.array([4.0, 0.0])


def box(inputs, encoded, low, high, **options):
    return lifted(inputs, X, np.array([encoded]), (np.array([low]), np.array([high])), REACH, **options)


def test_numbers_are_shifted_and_scaled_and_categories_let_each_column_move():
    found = box((NUMBER, SCALED, RED, BLUE, CODED), [7.0, -2.0, 1.0, -1.0, 5.0], [6.0, 0.0], [9.0, 1.0])
    np.testing.assert_allclose(found.lower, [[6.0, -3.0, 0.0, -1.0, 1.0]], rtol=1e-13)
    np.testing.assert_allclose(found.upper, [[9.0, -1.5, 1.0, 2.0, 5.0]], rtol=1e-13)
    assert found.lower[0, 1] < -3.0  # outwards
    assert found.upper[0, 1] > -1.5
    np.testing.assert_allclose(found.reach[0, :2], [4.0, 2.0])
    assert found.error[0] > 0


def test_what_does_not_move_keeps_its_bits_and_has_no_reach():
    found = box((SCALED, RED), [-2.0, 1.0], [7.0, 0.0], [7.0, 0.0])
    assert found.lower.tolist() == found.upper.tolist() == [[-2.0, 1.0]]
    assert found.reach.tolist() == [[0.0, 0.0]]
    assert found.error.tolist() == [0.0]


def test_single_precision_is_rounded_outwards():
    found = box((NUMBER,), [7.0], [6.1, 0.0], [9.0, 0.0], single=True)
    assert found.lower[0, 0] <= np.float32(6.1)
    assert found.upper[0, 0] > 9.0


def test_a_category_that_the_model_does_not_know_is_refused():
    said = box((Input(column=1, codes=(0.0, np.nan)),), [0.0], [7.0, 0.0], [7.0, 1.0])
    assert isinstance(said, str)


def test_points_are_written_back_as_cells():
    encoded = np.array([[7.0, -2.0, 1.0, -1.0, 5.0]])
    inputs = (NUMBER, SCALED, RED, BLUE, CODED)
    same = lowered(inputs, X, encoded, encoded)
    assert same.tolist() == X.tolist()
    assert lowered((NUMBER, RED, BLUE), X, encoded[:, [0, 2, 3]], np.array([[8.5, 0.0, 2.0]])).tolist() == [[8.5, 1.0]]
    np.testing.assert_allclose(lowered((SCALED,), X, np.array([[-2.0]]), np.array([[-3.0]])), [[9.0, 0.0]])
    assert lowered((CODED,), X, np.array([[5.0]]), np.array([[1.2]])).tolist() == [[7.0, 1.0]]


def test_restated_categories_change_their_numbers_only():
    inputs = (NUMBER, RED, BLUE, CODED)
    encoded = np.array([[7.0, 1.0, -1.0, 5.0]])
    assert restated(inputs, X, encoded, np.array([[7.0, 1.0]])).tolist() == [[7.0, 0.0, 2.0, 1.0]]
    assert restated(inputs, X, encoded, X).tolist() == encoded.tolist()


def test_only_plain_numbers_are_whole():
    assert whole((NUMBER, SCALED, RED), np.array([True, True])).tolist() == [True, False, False]


@settings(max_examples=60)
@given(
    st.floats(-1e6, 1e6), st.floats(1e-3, 1e3), st.floats(1e-3, 1e3),
    st.floats(1e-3, 1e3) | st.floats(-1e3, -1e-3), st.floats(-1e6, 1e6), st.floats(0, 1),
)  # fmt: skip
def test_the_box_holds_whatever_the_encoder_makes_of_a_cell_inside(cell, down, up, scale, shift, share):
    one = Input(column=0, scale=scale, shift=shift)
    x = np.array([[cell]])
    ends = (x - down, x + up)
    found = lifted((one,), x, (x - shift) * scale, ends, np.array([1.0]))
    inside = np.clip(ends[0] + share * (ends[1] - ends[0]), *ends)
    for encoded in ((inside - shift) * scale, inside * scale - shift * scale, (inside - shift) / (1 / scale)):
        assert found.lower <= encoded <= found.upper
