# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.evasion.shared import loss, search, usual
from probatum.engines.evasion.threat import Norm
from probatum.engines.evasion.universal import Changes, Span, leanings, plainest


def box(cells, size=1.0, *, whole=False):
    return Span(lower=np.full(cells, -size), upper=np.full(cells, size), whole=np.full(cells, whole))


def linear(points):
    """Say 0 where the first cell is above 0."""
    return np.column_stack([points[:, 0], -points[:, 0]])


def changes(x, ask=linear, span=None):
    x = np.asarray(x, dtype=float)
    far = np.full(x.shape, 100.0)
    return Changes(ask, x, np.zeros(len(x), dtype=int), span or box(x.shape[1]), lower=-far, upper=far)


def test_the_search_finds_the_corner_that_a_line_calls_for():
    rng = np.random.default_rng(0)
    rows = changes([[0.5, 0.0, 0.0], [0.9, 1.0, 2.0], [3.0, 0.0, 1.0]])
    best = search(rows, scale=1.0, tries=200, rng=rng)
    plain = plainest(rows, best.attack, scale=1.0, rng=rng)
    np.testing.assert_allclose(plain, [-1.0, 0.0, 0.0])
    assert (rows.margins(plain[None], rng)[0] < 0).tolist() == [True, True, False]
    assert best.tried <= 200
    assert best.asked == 3 * best.tried


def test_what_is_told_is_plain_only_where_that_is_as_good():
    rng = np.random.default_rng(0)
    both = changes([[1.5, 0.0]], ask=lambda p: np.column_stack([p.sum(axis=1), -p.sum(axis=1)]))
    np.testing.assert_array_equal(plainest(both, np.array([-1.0, -1.0]), scale=1.0, rng=rng), [-1.0, -1.0])


def test_no_answer_turns_nothing():
    rows = changes([[0.5]], ask=lambda p: np.full((len(p), 2), np.nan))
    assert np.isinf(rows.margins(np.array([[-1.0]]), np.random.default_rng(0))).all()


def test_the_loss_counts_rows_and_then_how_far_they_are():
    margins = np.array([[-9.0, -0.1], [0.1, -5.0], [0.2, -5.0], [9.0, np.inf]])
    np.testing.assert_allclose(loss(margins, 1.0), [0.0, 0.5 + 0.05, 0.5 + 0.1, 2.0])
    assert usual(np.array([0.0, 0.0, np.inf])) == 1.0


@given(
    norm=st.sampled_from([None, Norm.L1, Norm.L2]),
    length=st.floats(0.1, 5),
    whole=st.booleans(),
    seed=st.integers(0, 999),
)
def test_a_fitted_change_is_always_allowed(norm, length, whole, seed):
    rng = np.random.default_rng(seed)
    span = Span(
        lower=-rng.uniform(0, 3, 5) * (rng.random(5) < 0.7),
        upper=rng.uniform(0, 3, 5) * (rng.random(5) < 0.7),
        whole=np.full(5, whole),
        norm=norm,
        length=None if norm is None else length,
    )
    for made in (span.fitted(rng.normal(0, 4, (20, 5))), span.corners(20, rng)):
        assert ((span.lower <= made) & (made <= span.upper)).all()
        if norm is not None:
            assert np.linalg.norm(made, ord=1 if norm is Norm.L1 else 2, axis=1).max() <= length
        if whole:
            np.testing.assert_array_equal(made, np.rint(made))


def test_random_changes_go_the_only_way_that_is_open():
    span = Span(lower=np.array([0.0, -1.0]), upper=np.array([2.0, 0.0]), whole=np.zeros(2, dtype=bool))
    np.testing.assert_array_equal(span.corners(8, np.random.default_rng(0)), np.tile([2.0, -1.0], (8, 1)))


def test_hints_are_tried_first():
    hint = np.array([[-1.0] + [0.0] * 63])
    best = search(changes(np.full((4, 64), 0.5)), scale=1.0, tries=1, rng=np.random.default_rng(0), hints=hint)
    np.testing.assert_array_equal(best.attack, hint[0])


@pytest.mark.parametrize("tries", [1, 2, 40, 41, 100])
def test_no_more_is_asked_than_allowed(tries):
    assert search(changes([[50.0, 1.0]]), scale=1.0, tries=tries, rng=np.random.default_rng(0)).tried <= tries


def test_single_cells_tell_which_way_each_class_turns():
    x, y = np.array([[5.0, 0.0, 0.0], [-5.0, 0.0, 0.0]]), np.array([0, 1])
    far = np.full(x.shape, 100.0)
    rows = Changes(
        lambda p: np.column_stack([p[:, 0] - 2 * p[:, 1], 2 * p[:, 1] - p[:, 0]]), x, y, box(3), lower=-far, upper=far
    )
    hints = leanings(rows, y, box(3), rng=np.random.default_rng(0), most=7)
    np.testing.assert_array_equal(hints[1:], [[-1.0, 1.0, 0.0], [1.0, -1.0, 0.0]])
    assert len(leanings(rows, y, box(3), rng=np.random.default_rng(0), most=6)) == 0


@pytest.mark.parametrize(("reach", "whole", "empty"), [(0.5, True, True), (0.5, False, False), (1.0, True, False)])
def test_a_span_is_empty_when_no_whole_step_fits(reach, whole, empty):
    span = Span(lower=np.full(3, -reach), upper=np.zeros(3), whole=np.full(3, whole))
    assert span.empty == empty
