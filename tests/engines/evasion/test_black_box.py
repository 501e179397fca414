# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probatum.engines.evasion import black_box
from probatum.engines.evasion.threat import region

WEIGHTS = np.array([1.0, -2.0, 0.5, 1.5])


def scores(points):
    score = points @ WEIGHTS
    return np.column_stack([-score, score])


def labels(points):
    return np.eye(2)[scores(points).argmax(axis=1)]


def rows(n, seed=0):
    x = np.random.default_rng(seed).uniform(-1, 1, size=(n, 4))
    return x, scores(x).argmax(axis=1)


def needed(x, norm):
    """Exact: the distance to a plane is |w x| over the dual norm of w."""
    size = np.abs(WEIGHTS).sum() if norm == "linf" else np.linalg.norm(WEIGHTS)
    return np.abs(x @ WEIGHTS) / size


@pytest.mark.parametrize(("ask", "norm"), [(scores, "linf"), (scores, "l2"), (labels, "l2"), (labels, "linf")])
def test_no_row_is_broken_within_its_exact_radius_and_most_are_beyond(ask, norm):
    x, y = rows(60)
    found = black_box.attack(ask, x, y, region(x, norm=norm, radius=0.15), rng=np.random.default_rng(1), tries=1500)
    exact = needed(x, norm)
    assert not found.broken[exact > 0.15].any()
    assert found.broken[exact < 0.1].mean() >= 0.95


def test_a_row_that_is_wrong_anyway_is_broken_and_one_that_is_skipped_is_left_alone():
    x, y = rows(10)
    y = np.where(np.arange(10) == 3, 1 - y, y)
    found = black_box.attack(
        scores, x, y, region(x, norm="linf", radius=5.0), rng=np.random.default_rng(0), skip=np.arange(10) == 4
    )
    assert found.broken[3]
    assert found.stage[3] == 0
    assert not found.broken[4]
    assert found.broken[np.delete(np.arange(10), 4)].all()


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 9999),
    st.sampled_from(["linf", "l2", "l1"]),
    st.floats(0.01, 0.6),
    st.sampled_from([scores, labels]),
)
def test_examples_are_wrong_and_inside_their_region(seed, norm, radius, ask):
    x, y = rows(8, seed)
    where = region(x, lower=-1.0, upper=1.0, norm=norm, radius=radius)
    found = black_box.attack(ask, x, y, where, rng=np.random.default_rng(seed), tries=120)
    for row in np.flatnonzero(found.broken):
        assert black_box.inside(found.examples[row], x[row], where.take(np.array([row])))
        assert scores(found.examples[row : row + 1]).argmax() != y[row]


@pytest.mark.parametrize(("ask", "norm"), [(scores, "linf"), (labels, "l2"), (labels, "linf")])
def test_a_row_has_the_same_outcome_when_others_are_searched_beside_it(ask, norm):
    x, y = rows(12)
    where = region(x, norm=norm, radius=0.2)
    together = black_box.attack(ask, x, y, where, rng=np.random.default_rng(0), tries=80)
    fewer = black_box.attack(ask, x, y, where, rng=np.random.default_rng(0), tries=80, skip=np.arange(12) >= 6)
    assert (together.examples[:6] == fewer.examples[:6]).all()


def test_a_cell_that_may_only_rise_never_falls_when_only_labels_are_told():
    x, y = rows(30)
    where = region(x, lower=x - np.array([0.0, 0.3, 0.3, 0.3]), upper=x + np.array([0.3, 0.0, 0.3, 0.3]))
    found = black_box.attack(labels, x, y, where, rng=np.random.default_rng(0), tries=400)
    moved = found.examples - x
    assert (moved[:, 0] >= 0).all()
    assert (moved[:, 1] <= 0).all()
    # exact: what the score can rise or fall by, each cell at its better end
    reach = np.where(y[:, None] == 1, [0.0, 0.0, 0.15, 0.45], [0.3, 0.6, 0.15, 0.45]).sum(axis=1)
    breakable = reach > np.abs(x @ WEIGHTS)
    assert not found.broken[~breakable].any()
    assert found.broken[reach > 1.1 * np.abs(x @ WEIGHTS)].mean() >= 0.95


def test_no_infinite_point_is_asked_about_when_a_box_has_no_end():
    x, y = rows(10)

    def careful(points):
        assert np.isfinite(points).all()
        return labels(points)

    where = region(x, lower=x, upper=np.array([np.inf, 1.0, np.inf, 1.0]))
    found = black_box.attack(careful, x, y, where, rng=np.random.default_rng(0), tries=300)
    assert (found.examples >= x).all()
    assert found.broken[y == 0].any()


@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_a_model_that_says_the_same_of_every_row_is_left_unbroken(norm):
    x, _ = rows(5)
    found = black_box.attack(
        lambda points: np.tile([1.0, 0.0], (len(points), 1)), x, np.zeros(5, dtype=int),
        region(x, norm=norm, radius=0.5), rng=np.random.default_rng(0), tries=40,
    )  # fmt: skip
    assert not found.broken.any()
