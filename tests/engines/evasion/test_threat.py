# SPDX-License-Identifier: Apache-2.0
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.evasion.threat import Norm, region
from probatum.errors import DataError

CELL = st.floats(-1e3, 1e3, width=32)


def test_a_ball_is_cut_with_the_box_when_both_are_given():
    where = region(np.array([[0.5, 0.9]]), lower=0.0, upper=1.0, norm="linf", radius=0.25)
    assert where.lower.tolist() == [[0.25, 0.65]]
    assert where.upper.tolist() == [[0.75, 1.0]]
    assert where.norm is None


def test_a_round_ball_is_kept_beside_its_box_when_the_norm_is_not_linf():
    where = region(np.array([[0.5, 0.9]]), lower=0.0, upper=1.0, norm=Norm.L2, radius=0.25)
    assert where.norm is Norm.L2
    assert where.radius.tolist() == [0.25]
    assert where.take(np.array([0])).upper.tolist() == [[0.75, 1.0]]


@given(st.lists(CELL, min_size=1, max_size=5), st.floats(0, 10))
def test_rounding_never_makes_the_ball_larger_when_numbers_are_single(cells, radius):
    x = np.array([cells], dtype=np.float32)
    where = region(x, norm="linf", radius=radius)
    for cell, least, most in zip(x[0], where.lower[0], where.upper[0], strict=True):
        assert Fraction(float(cell)) - Fraction(float(least)) <= Fraction(radius)
        assert Fraction(float(most)) - Fraction(float(cell)) <= Fraction(radius)
        assert least <= cell <= most


def test_only_the_row_is_left_when_the_radius_is_zero():
    x = np.array([[0.1, 0.7]], dtype=np.float32)
    where = region(x, norm="linf", radius=0.0)
    assert (where.lower == x).all()
    assert (where.upper == x).all()


@pytest.mark.parametrize(
    "wrong",
    [
        {"lower": 0.6},
        {"norm": "linf"},
        {"norm": "linf", "radius": -1.0},
        {"norm": "linf", "radius": np.nan},
        {"upper": np.nan},
    ],
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(DataError):
        region(np.array([[0.5]]), **wrong)


def test_whole_numbers_are_refused_when_they_are_not_floats():
    with pytest.raises(DataError, match="float32 or float64"):
        region(np.array([[1]]))


@pytest.mark.parametrize(
    ("changed", "says"),
    [({"radius": np.zeros(5)}, "one for each of 2 rows"), ({"norm": "L2"}, "linf, l2, l1"),
     ({"lower": 1.0, "upper": 0.0}, "no higher than the upper"), ({"x": np.array([[0.1], [np.nan]])}, "row 1 holds")],
)  # fmt: skip
def test_what_is_wrong_is_told(changed, says):
    given = {"x": np.array([[0.1], [0.2]]), "norm": "linf", "radius": 0.1} | changed
    with pytest.raises(DataError, match=says):
        region(**given)
