# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probatum.engines.bounds.linear import radii, scores
from probatum.systems.structures import Linear

ONE = Linear(weights=np.array([[3.0, -4.0]]), bias=np.array([-1.0]))  # second class where 3a - 4b > 1


def test_the_radius_is_known_when_nothing_binds():
    x = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 0.0]])
    found = radii(
        ONE, x, np.array([0, 1, 0]), lower=np.full((3, 2), -9.0), upper=np.full((3, 2), 9.0), reach=np.ones((3, 2))
    )
    assert found.safe[:2] == pytest.approx([1 / 7, 5 / 7], rel=1e-6)  # |3a - 4b - 1| / (3 + 4)
    assert found.found[:2] == pytest.approx([1 / 7, 5 / 7], rel=1e-6)
    assert (found.safe[2], found.found[2]) == (0.0, 0.0)  # wrong as it is
    assert (scores(ONE, found.points).argmax(axis=1) != [0, 1, 0]).all()


def test_a_bound_or_a_fixed_column_makes_the_way_longer():
    x, y = np.array([[0.0, 0.0]]), np.array([0])
    box = {"lower": np.array([[-9.0, 0.0]]), "upper": np.array([[9.0, 9.0]])}
    assert radii(ONE, x, y, **box, reach=np.ones((1, 2))).found == pytest.approx([1 / 3])  # b cannot fall
    assert radii(ONE, x, y, **box, reach=np.array([[0.5, 1.0]])).found == pytest.approx([2 / 3])
    none = radii(ONE, x, y, **box, reach=np.array([[0.0, 1.0]]))
    assert none.found == [np.inf]
    assert none.safe == [np.inf]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4))
def test_nothing_drawn_within_the_radius_is_wrong_and_the_point_shown_is(seed, classes):
    rng = np.random.default_rng(seed)
    d = 4
    model = Linear(weights=rng.normal(size=(classes, d)), bias=rng.normal(size=classes))
    x = rng.uniform(-1, 1, size=(5, d))
    y = scores(model, x).argmax(axis=1)
    lower, upper = np.minimum(x, -rng.random((5, d))), np.maximum(x, rng.random((5, d)))
    reach = rng.random((5, d)) * (rng.random((5, d)) < 0.8)
    found = radii(model, x, y, lower=lower, upper=upper, reach=reach)
    size = np.minimum(found.safe, 50.0)[:, None]
    corners = x + size * reach * rng.choice([-1.0, 1.0], size=(200, 5, d))
    drawn = np.clip(corners, lower, upper)
    assert (scores(model, drawn.reshape(-1, d)).argmax(axis=1).reshape(200, 5) == y).all()
    shown = np.isfinite(found.found)
    assert (scores(model, found.points)[shown].argmax(axis=1) != y[shown]).all()
    assert ((lower <= found.points) & (found.points <= upper)).all()
    assert (found.found[shown] >= found.safe[shown]).all()
    assert found.found[shown] == pytest.approx(found.safe[shown], rel=1e-5, abs=1e-7)
