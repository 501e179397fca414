# SPDX-License-Identifier: Apache-2.0
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probatum.engines.slices.scoring import Excess, sliceline
from probatum.engines.slices.search import top_slices
from probatum.engines.slices.slices import members
from probatum.errors import UsageError


def searched(codes, losses, *, min_support, alpha=0.95, **wanted):
    """Search by SliceLine's rule."""
    return top_slices(codes, losses, sliceline(losses, alpha=alpha, least=min_support), **wanted)


def brute(codes, losses, *, k, min_support, max_depth=3, alpha=0.95, worth=None):
    """Score every conjunction by its definition; return the best k and the number of candidates.

    ``worth(loss, size)`` is the score; None: SliceLine's, with alpha.
    """
    n, total = losses.size, losses.sum()

    def score_of(loss, size):
        return alpha * ((loss / size) / (total / n) - 1) - (1 - alpha) * (n / size - 1)

    masks = {(c, v): codes[:, c] == v for c in range(codes.shape[1]) for v in np.unique(codes[:, c]).tolist()}

    def fits(mask):
        return mask.sum() >= min_support and losses[mask].sum() > 0

    single = [level for level, mask in sorted(masks.items()) if fits(mask) and not mask.all()]
    found, candidates = [], 0
    for depth in range(1, max_depth + 1):
        for levels in combinations(single, depth):
            if len({column for column, _ in levels}) < depth:
                continue
            pairs = combinations(levels, 2) if depth == 3 else ()
            if not all(fits(masks[a] & masks[b]) for a, b in pairs):
                continue
            candidates += 1
            mask = np.logical_and.reduce([masks[level] for level in levels])
            if fits(mask):
                size, loss = int(mask.sum()), float(losses[mask].sum())
                found.append(((worth or score_of)(loss, size), size, loss, levels))
    found.sort(key=lambda one: (-round(one[0], 9), -one[1], len(one[3]), one[3]))
    return found[:k], candidates


def agrees(search, best):
    return [one.levels for one in search.slices] == [levels for *_, levels in best] and all(
        one.score == pytest.approx(score, abs=1e-8) and one.size == size and one.loss_sum == pytest.approx(loss)
        for one, (score, size, loss, _) in zip(search.slices, best, strict=True)
    )


def table(seed, *, n=300, columns=5, levels=4, missing=0.0):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, levels, (n, columns)).astype(np.int32)
    codes[rng.random((n, columns)) < missing] = -1
    return codes, rng


@pytest.mark.parametrize("alpha", [0.6, 0.95, 1.0])
@pytest.mark.parametrize("min_support", [1, 10, 40])
@pytest.mark.parametrize("kind", ["mistakes", "real"])
def test_top_slices_equal_brute_force_when_data_are_random(kind, min_support, alpha):
    codes, rng = table(min_support, missing=0.1)
    losses = rng.random(300)
    if kind == "mistakes":
        losses = (losses < np.where((codes[:, 1] == 2) & (codes[:, 3] == 0), 0.6, 0.15)).astype(float)
    search = searched(codes, losses, k=12, min_support=min_support, alpha=alpha)
    best, candidates = brute(codes, losses, k=12, min_support=min_support, alpha=alpha)
    assert agrees(search, best)
    assert search.tried + search.ruled_out == candidates
    assert (search.skipped, search.depth) == (0, 3)


@st.composite
def small(draw):
    n, columns = draw(st.integers(1, 40)), draw(st.integers(1, 4))
    cell, loss = st.integers(-1, 2), draw(st.sampled_from([st.sampled_from([0.0, 1.0]), st.integers(0, 3).map(float)]))
    codes = np.array(draw(st.lists(st.tuples(*[cell] * columns), min_size=n, max_size=n)), dtype=np.int32)
    return codes, np.array(draw(st.lists(loss, min_size=n, max_size=n)))


@pytest.mark.parametrize("error", [0.0, 0.5, 3.0])
@pytest.mark.parametrize("min_support", [1, 10, 40])
@pytest.mark.parametrize("kind", ["mistakes", "real"])
def test_surest_excess_equals_brute_force_when_data_are_random(kind, min_support, error):
    codes, rng = table(min_support, missing=0.1)
    losses = rng.random(300)
    if kind == "mistakes":
        losses = (losses < np.where((codes[:, 1] == 2) & (codes[:, 3] == 0), 0.6, 0.15)).astype(float)
    search = top_slices(codes, losses, Excess(expected=0.2, error=error, least=min_support), k=12)
    best, candidates = brute(
        codes, losses, k=12, min_support=min_support,
        worth=lambda loss, size: loss / size - 0.2 - error / size**0.5,
    )  # fmt: skip
    assert agrees(search, best)
    assert search.tried + search.ruled_out == candidates
    assert (search.skipped, search.depth) == (0, 3)


@settings(max_examples=150, deadline=None)
@given(small(), st.integers(1, 8), st.integers(1, 10), st.integers(1, 3), st.sampled_from([0.5, 0.9, 1.0]))
def test_top_slices_equal_brute_force_when_ties_abound(data, k, min_support, max_depth, alpha):
    codes, losses = data
    search = searched(codes, losses, k=k, min_support=min_support, max_depth=max_depth, alpha=alpha)
    best = []
    if losses.any():
        best, candidates = brute(codes, losses, k=k, min_support=min_support, max_depth=max_depth, alpha=alpha)
        assert search.tried + search.ruled_out == candidates
    assert agrees(search, best)
    assert search.depth == max_depth


@pytest.mark.parametrize("limit", [0, 900, 4_000, 20_000])
def test_counts_are_honest_when_the_work_limit_is_reached(limit):
    codes, rng = table(9, n=400, columns=6)
    losses = (rng.random(400) < 0.2).astype(float)
    search = searched(codes, losses, k=10, min_support=5, alpha=1.0, work_limit=limit)
    everything, candidates = brute(codes, losses, k=10**6, min_support=5, alpha=1.0)
    known = {levels: (size, loss) for _, size, loss, levels in everything}
    assert all(known[one.levels] == (one.size, one.loss_sum) for one in search.slices)
    assert search.tried + search.ruled_out + search.skipped <= candidates
    if search.depth >= 2:  # all pairs were counted, so every triple was listed
        assert search.tried + search.ruled_out + search.skipped == candidates
    if search.depth < 3:
        assert search.skipped > 0
    one, two = (len(list(combinations(range(6), depth))) * 4**depth for depth in (1, 2))
    assert search.depth >= 2 or search.tried < one + two


def test_all_pairs_are_right_when_only_they_fit_into_the_limit():
    codes, rng = table(10, n=400, columns=6)
    losses = (rng.random(400) < 0.2).astype(float)
    search = searched(codes, losses, k=10, min_support=5, alpha=1.0, work_limit=400 * 15)
    best, _ = brute(codes, losses, k=10, min_support=5, alpha=1.0, max_depth=2)
    assert search.depth == 2
    assert agrees(search, best)


def test_promising_pairs_come_first_when_the_limit_allows_few():
    codes, rng = table(11, n=600, columns=8)
    hit = (codes[:, 2] == 1) & (codes[:, 6] == 3)
    losses = (rng.random(600) < np.where(hit, 0.9, 0.1)).astype(float)
    search = searched(codes, losses, k=1, min_support=20, max_depth=2, work_limit=600 * 4)
    assert search.slices[0].levels == ((2, 1), (6, 3))
    assert search.skipped > 0


@pytest.mark.parametrize("kind", ["mistakes", "real"])
def test_planted_slice_is_found_when_columns_are_many(kind):
    codes, rng = table(12, n=10_000, columns=200, levels=10)
    codes[:, 150] = rng.integers(0, 2, 10_000)
    codes[:, 70] = rng.integers(0, 3, 10_000)
    hit = (codes[:, 3] == 2) & (codes[:, 70] == 1) & (codes[:, 150] == 1)
    losses = (rng.random(10_000) < np.where(hit, 0.9, 0.05)).astype(float)
    if kind == "real":
        losses = rng.exponential(np.where(hit, 8.0, 1.0))
    search = searched(codes, losses, k=5, min_support=100)
    assert search.slices[0].levels == ((3, 2), (70, 1), (150, 1))
    assert search.slices[0].size == hit.sum()
    assert search.depth == 3


def test_missing_is_a_level_when_it_is_frequent_enough():
    codes, rng = table(13, n=500, missing=0.2)
    losses = (rng.random(500) < np.where(codes[:, 2] == -1, 0.8, 0.1)).astype(float)
    assert searched(codes, losses, k=1, min_support=20).slices[0].levels == ((2, -1),)
    assert all(code >= 0 for one in searched(codes, losses, k=9, min_support=110).slices for _, code in one.levels)


def test_what_everybody_has_describes_nobody_when_a_column_is_constant():
    codes, rng = table(14)
    codes[:, 0] = 3
    search = searched(codes, (rng.random(300) < 0.3).astype(float), k=50, min_support=5)
    assert all(column != 0 for one in search.slices for column, _ in one.levels)


def test_nothing_is_found_when_there_is_no_loss_or_no_row():
    codes, _ = table(15)
    assert searched(codes, np.zeros(300), k=3, min_support=5).slices == ()
    assert searched(codes[:0], np.zeros(0), k=3, min_support=5).slices == ()
    assert searched(codes[:, :0], np.ones(300), k=3, min_support=5).slices == ()


def test_same_answer_when_rows_are_shuffled():
    codes, rng = table(16)
    losses = rng.exponential(size=300)
    order = rng.permutation(300)
    assert searched(codes[order], losses[order], k=9, min_support=5) == searched(codes, losses, k=9, min_support=5)


def test_members_are_the_rows_counted():
    codes, rng = table(17, missing=0.2)
    losses = rng.exponential(size=300)
    for one in searched(codes, losses, k=20, min_support=5).slices:
        inside = members(codes, one)
        assert inside.sum() == one.size
        assert losses[inside].sum() == pytest.approx(one.loss_sum)


@pytest.mark.parametrize(
    "wrong",
    [
        {"k": 0},
        {"min_support": 0},
        {"max_depth": 4},
        {"max_depth": 0},
        {"alpha": 0.0},
        {"losses": np.ones(3)},
        {"losses": -np.ones(300)},
        {"losses": np.full(300, np.nan)},
        {"codes": np.full((300, 2), -2)},
    ],
    ids=str,
)
def test_wrong_arguments_are_refused(wrong):
    codes, _ = table(18)
    arguments = {"codes": codes, "losses": np.ones(300), "k": 3, "min_support": 5, **wrong}
    with pytest.raises(UsageError):
        searched(**arguments)


@pytest.mark.parametrize(
    "rule",
    [
        sliceline(np.full(100, 0.2), alpha=0.9, least=5),
        Excess(expected=0.2, error=0.8, least=5),
        Excess(expected=0.4, error=4.0, least=5),
    ],
)
def test_bound_is_never_exceeded_when_every_size_is_tried(rule):
    for losses, sizes, largest in product((1.0, 4.0, 9.5), (5.0, 12.0, 40.0), (0.5, 1.0, 3.0)):
        limit = rule.bound(losses, sizes, largest)
        for size in np.arange(5, sizes + 1):
            assert rule.score(min(losses, size * largest), size) <= limit + 1e-12


def test_largest_levels_are_kept_and_the_rest_counted_when_there_are_too_many():
    rng = np.random.Generator(np.random.PCG64(0))
    codes = rng.integers(300, size=(3000, 40)).astype(np.int32)
    codes[:, 0] = rng.integers(2, size=3000)
    losses = (rng.random(3000) < 0.2).astype(float)
    found = searched(codes, losses, k=5, min_support=5, max_depth=1)
    assert found.skipped > 0
    assert found.depth == 1
    everything = found.tried + found.skipped
    assert 4000 < everything <= 39 * 300 + 2
