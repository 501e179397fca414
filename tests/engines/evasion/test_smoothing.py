# SPDX-License-Identifier: Apache-2.0
from fractions import Fraction
from math import comb
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probatum.engines.evasion.smoothing import bound, farthest, needed, radius_of, smoothed
from probatum.errors import DataError, UsageError

WEIGHTS = np.array([1.0, -2.0, 0.5, 1.5])


def scores(points):
    """A plane: smoothed by any noise, it answers as before, so its radius is the distance to the plane."""
    score = points.astype(np.float64) @ WEIGHTS
    return np.column_stack([-score, score])


def at_distance(distances):
    """Return rows so far from the plane, on the side of the second class."""
    return np.asarray(distances)[:, None] * WEIGHTS / np.linalg.norm(WEIGHTS)


def proven(x, seed=0, ask=scores, **settings):
    return smoothed(ask, x, rng=np.random.default_rng(seed), **({"sigma": 0.5, "n": 1000} | settings))


def test_the_radius_is_just_below_the_distance_to_a_plane_when_copies_are_many():
    exact = np.array([0.1, 0.3, 0.5, 0.8, 1.2])
    found = proven(at_distance(exact), n=200_000, alpha=0.001)
    assert (found.labels == 1).all()
    assert (found.radius <= exact).all()
    assert (found.radius >= exact * 0.99 - 0.008).all()


def test_a_radius_beyond_the_truth_is_no_more_frequent_than_alpha():
    exact, alpha, rows = 0.4, 0.05, 4000
    found = proven(at_distance(np.full(rows, exact)), n0=20, n=100, alpha=alpha)
    false = int((found.radius > exact).sum())
    assert false / rows <= alpha + 2.6 * np.sqrt(alpha * (1 - alpha) / rows)
    assert false > 0  # the test could have failed
    assert found.radius.max() > exact


def test_a_wrong_class_is_proven_no_more_often_than_alpha_when_a_row_lies_on_the_border():
    rows, alpha = 4000, 0.05
    found = proven(np.zeros((rows, 4)), n0=20, n=100, alpha=alpha)  # each class has one half: nothing is true of it
    certified = (found.labels >= 0).mean()
    assert 0 < certified <= alpha + 2.6 * np.sqrt(alpha * (1 - alpha) / rows)


def test_it_abstains_near_the_border_and_not_far_from_it():
    found = proven(at_distance([1e-4, 2.0]), n=500)
    assert found.labels.tolist() == [-1, 1]
    assert found.radius[0] == 0
    assert found.radius[1] > 0


def test_a_constant_model_is_proven_up_to_the_cap_and_never_further():
    sigma, n, alpha = 0.3, 1000, 0.001
    found = proven(np.zeros((3, 4)), ask=lambda points: np.zeros(len(points), dtype=int), sigma=sigma, n=n, alpha=alpha)
    cap = sigma * NormalDist().inv_cdf(alpha ** (1 / n))
    assert (found.votes == n).all()
    assert found.radius == pytest.approx(cap, rel=1e-8)
    assert (found.radius <= cap).all()
    assert farthest(sigma, n, alpha) == found.radius[0]


@pytest.mark.parametrize("as_labels", [False, True])
def test_a_row_has_the_same_outcome_when_others_or_other_calls_are_beside_it(as_labels):
    def ask(points):
        return scores(points).argmax(axis=1) if as_labels else scores(points)

    x = at_distance(np.linspace(0.0, 1.0, 12)).astype(np.float32)
    together = proven(x, ask=ask, n=300)
    fewer = proven(x[:5], ask=ask, n=300)
    in_small_calls = proven(x, ask=ask, n=300, per_call=37)
    for other in (fewer, in_small_calls):
        for name in ("labels", "radius", "votes", "counted"):
            assert (getattr(other, name) == getattr(together, name)[: len(other.labels)]).all()


def test_every_point_is_counted_and_no_call_is_too_large():
    sizes = []

    def ask(points):
        sizes.append(len(points))
        return scores(points)

    found = proven(at_distance([0.0, 0.05, 3.0, 3.0]), ask=ask, n0=50, n=400, per_call=128)
    assert max(sizes) <= 128
    assert found.work.calls == len(sizes)
    assert found.work.forward_rows == sum(sizes) == 4 * 50 + int(found.counted.sum())


def test_hopeless_rows_are_given_up_early_and_provable_ones_are_not():
    def three(points):  # of which none gets more than 4 of 10
        return np.digitize(points[:, 0], [-0.2, 0.2])

    torn = proven(np.zeros((200, 4)), ask=three, n=2000)
    assert (torn.labels == -1).all()
    assert torn.counted.mean() < 0.1 * 2000
    border = proven(np.zeros((200, 4)), n=2000)
    assert border.counted.mean() < 0.9 * 2000
    clear = proven(at_distance(np.full(200, 0.25)), n=2000)  # 69 of 100 copies agree
    assert (clear.counted == 2000).all()
    assert (clear.labels == 1).all()


def test_nothing_is_asked_beyond_the_choice_when_no_number_of_votes_is_enough():
    found = proven(at_distance([3.0]), n0=10, n=5, alpha=0.001)
    assert needed(5, 0.001) == 6
    assert found.labels.tolist() == [-1]
    assert found.work.forward_rows == 10


def test_no_answer_votes_for_nobody():
    def silent(points):
        said = scores(points)
        said[points[:, 0] > 0.2] = np.nan
        return said

    x = at_distance([3.0, -3.0])
    found = proven(x, ask=silent)
    assert found.labels.tolist() == [-1, 0]
    by_label = proven(x, ask=lambda points: np.where(points[:, 0] > 0.2, np.nan, 0.0))
    assert by_label.labels.tolist() == [-1, 0]


def test_copies_stay_inside_the_bounds_when_there_are_some():
    seen = []

    def ask(points):
        seen.append((points.min(), points.max(), points.dtype))
        return scores(points)

    proven(at_distance([0.2]).astype(np.float32), ask=ask, lower=-0.1, upper=np.array([0.1, 0.2, 0.3, 0.4]))
    assert all(low >= np.float32(-0.1) and high <= np.float32(0.4) for low, high, _ in seen)
    assert {kind for *_, kind in seen} == {np.dtype(np.float32)}


def test_the_radius_holds_for_a_model_that_is_cut_to_its_range():
    """One cell in [0, 1], wrong below .5: cut or not, half of the copies are lost when the cell itself is .5."""

    def ask(points):
        return (points[:, 0] >= 0.5).astype(int)

    x = np.full((300, 1), 0.8)
    found = proven(x, ask=ask, lower=0.0, upper=1.0, sigma=0.25, n=2000)
    assert (found.labels == 1).all()
    assert (found.radius <= 0.3).mean() >= 1 - 0.001 - 2.6 * np.sqrt(0.001 / 300)
    assert found.radius.min() > 0.24


def tail(k, n, p):
    """Exact: the chance of at least k of n."""
    p = Fraction(p)
    return sum(comb(n, j) * p**j * (1 - p) ** (n - j) for j in range(k, n + 1))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.data(), st.sampled_from([0.1, 0.01, 0.001]))
def test_the_bound_is_never_above_the_exact_one(n, data, alpha):
    k = data.draw(st.integers(1, n))
    found = float(bound(np.array([k]), n, alpha)[0])
    assert tail(k, n, found) <= Fraction(alpha)
    assert tail(k, n, min(1.0, found + 1e-9)) > Fraction(alpha)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 400), st.floats(1e-4, 0.2), st.floats(0.01, 10.0))
def test_the_radius_rises_with_the_votes_and_with_the_noise(n, alpha, sigma):
    radii = radius_of(np.arange(n + 1), n, sigma=sigma, alpha=alpha)
    assert (np.diff(radii) >= 0).all()
    assert radius_of(np.arange(n + 1), n, sigma=2 * sigma, alpha=alpha) == pytest.approx(2 * radii)
    assert (radii > 0).sum() == n + 1 - needed(n, alpha)


def test_what_is_proven_at_a_size_is_right_and_reaches_so_far():
    found = proven(at_distance([0.0, 0.6, 0.6]), n=1000)
    assert found.proven(np.array([1, 1, 0]), 0.3).tolist() == [False, True, False]
    assert found.proven(np.array([-1, 1, 1]), 0.0).tolist() == [False, True, True]
    assert not found.proven(np.array([1, 1, 1]), 5.0).any()


@pytest.mark.parametrize(
    "settings",
    [{"sigma": 0.0}, {"sigma": np.inf}, {"n": 0}, {"n0": 0}, {"alpha": 0.0}, {"alpha": 1.0}, {"per_call": 0}],
)
def test_numbers_out_of_range_are_refused(settings):
    with pytest.raises(UsageError):
        proven(at_distance([1.0]), **settings)


def test_whole_numbers_are_refused():
    with pytest.raises(DataError):
        proven(np.zeros((1, 4), dtype=int))
