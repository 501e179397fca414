# SPDX-License-Identifier: Apache-2.0
"""Compiled or not, the same bits: each function is asked once with numba and once as if it were not there."""

import sys
from importlib.util import find_spec
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engines.trees.forests import COLUMNS, ensembles, rows
from probatum.engines.evasion.threat import Norm, region
from probatum.engines.trees.boxes import boxes, reachable
from probatum.engines.trees.compiled import compiled
from probatum.engines.trees.exact import decide, radii
from probatum.engines.trees.grid import grid
from probatum.engines.trees.predict import labels, leaves
from probatum.systems.structures import Forest

needs_numba = pytest.mark.skipif(find_spec("numba") is None, reason="numba is not installed")


def both(call):
    """Return what a call gives compiled, and what it gives in numpy."""
    assert compiled() is not None
    fast = call()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(sys.modules, "numba", None)  # as where it is not installed
            compiled.cache_clear()
            assert compiled() is None
            return fast, call()
    finally:
        compiled.cache_clear()


def same(fast, slow):
    assert len(fast) == len(slow)
    for one, other in zip(fast, slow, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


def forests(seed, trees=30, depth=7, columns=5):
    """Return a forest of random splits, some of its trees of more than 64 leaves, others a leaf."""
    rng = np.random.default_rng(seed)
    nodes, roots = [], []

    def grow(level):
        at = len(nodes)
        nodes.append(None)
        if level == 0 or rng.random() < 0.05:
            nodes[at] = (-1, 0.0, 0, 0, False, rng.normal())
        else:
            column, threshold, missing = rng.integers(columns), rng.choice(np.linspace(0, 1, 40)), rng.random() < 0.5
            nodes[at] = (column, threshold, grow(level - 1), grow(level - 1), missing, 0.0)
        return at

    roots.extend(grow(rng.integers(0, depth + 1)) for _ in range(trees))
    feature, threshold, left, right, missing, value = (np.array(each) for each in zip(*nodes, strict=True))
    kinds = [feature.astype(np.int32), left.astype(np.int32), right.astype(np.int32)]
    return Forest(
        columns=columns,
        feature=kinds[0],
        threshold=threshold.astype(np.float64),
        left=kinds[1],
        right=kinds[2],
        missing_left=missing.astype(bool),
        value=value[:, None],
        roots=np.array(roots, dtype=np.int32),
        base=np.zeros(1),
        strict=bool(rng.random() < 0.5),
        single_inputs=bool(rng.random() < 0.5),
        single_sums=bool(rng.random() < 0.5),
    )


@needs_numba
@pytest.mark.parametrize("seed", range(6))
def test_radii_and_decisions_are_the_same_bits_when_compiled(seed):
    model, rng = forests(seed), np.random.default_rng(seed)
    x = rng.random((4, model.columns))
    x[1, 0], x[2, 1] = np.nan, 0.0
    y = labels(model, x)
    fast, slow = both(lambda: fields(radii(model, x, y, nodes=300)))
    same(fast, slow)
    balls = region(x[[0, 3]], norm=Norm.L2, radius=0.1)
    fast, slow = both(lambda: fields(decide(model, x[[0, 3]], y[[0, 3]], balls, nodes=300)))
    same(fast, slow)


def fields(found):
    return [np.asarray(getattr(found, name)) for name in found.__dataclass_fields__]


@needs_numba
@settings(deadline=None, max_examples=40)
@given(st.data(), ensembles())
def test_leaves_and_reach_are_the_same_when_compiled(data, model):
    x = np.array(data.draw(st.lists(rows(), min_size=1, max_size=4))).reshape(-1, COLUMNS)
    other = data.draw(rows(missing=False))
    lower, upper = np.fmin(x, other), np.fmax(x, other)
    where = grid(model)
    fast, slow = both(lambda: (leaves(model, x), *reachable(where, boxes(where, x, lower, upper))))
    same(fast, slow)
    same(*both(lambda: fields(radii(model, x, labels(model, x), lower=0.0, upper=1.0))))


@needs_numba
def test_trees_of_many_leaves_are_among_the_random_ones():
    model = forests(0)
    leaves_of = np.bincount(grid(model).tree[model.feature < 0])
    assert leaves_of.max() > 64
    assert leaves_of.min() == 1


def test_loops_are_compiled_anew_when_no_folder_keeps_them():
    def njit(loop=None, cache=False):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")  # as numba does
        return loop

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "numba", SimpleNamespace(njit=njit))
        compiled.cache_clear()
        loops = compiled()
    compiled.cache_clear()
    assert loops is not None
    stump = ([0, -1, -1], [0.5, 0, 0], [1, 0, 0], [2, 0, 0], [True, True, True], [0])
    place = loops.leaves(*(np.array(each) for each in stump), True, np.array([[0.4], [0.5], [np.nan]]))
    np.testing.assert_array_equal(place, [[1], [2], [1]])


def test_nothing_is_compiled_when_numba_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    compiled.cache_clear()
    try:
        assert compiled() is None
    finally:
        compiled.cache_clear()
