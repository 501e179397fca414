# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given, settings

from engines.trees.forests import COLUMNS, answer, ensembles, forest
from probatum.engines.evasion import attack, bracket, certify

STUMPS = [(0, 0.5, [0.0], [1.0], False), (1, 0.7, [0.0], [1.0], False)]


def test_trees_are_enclosed_without_a_gap():
    model = forest(STUMPS, columns=2, base=[-1.5])  # both must be crossed: .4 away
    x, y = np.array([[0.3, 0.3]] * 2), np.array([0, 0])
    found = bracket(model, x, y, norm="linf", radius=np.array([0.39, 0.41]), rng=np.random.default_rng(0))
    assert found.certified.tolist() == [True, False]
    assert found.broken.tolist() == [False, True]
    assert found.margins[1] < 0
    assert found.stages == (
        "best leaves",
        "exact search of the trees",
        "clean",
        "best leaves",
        "exact search of the trees",
    )


def test_a_proof_needs_nodes_where_the_best_leaves_cannot_meet():
    # left of .5 and right of .5 at once: no point is there, though each tree alone has such a leaf
    model = forest([(0, 0.5, [1.0], [0.0], False), (0, 0.5, [0.0], [1.0], False)], columns=1, base=[-1.5])
    x, y = np.array([[0.4]]), np.array([0])
    assert not certify(model, x, y, norm="linf", radius=0.3).certified[0]
    proof = certify(model, x, y, norm="linf", radius=0.3, nodes=10)
    assert proof.certified[0]
    assert proof.work.nodes > 0


def test_few_nodes_leave_open_and_never_guess():
    rng = np.random.default_rng(1)
    trees = [(c % 3, float(rng.random()), [float(rng.normal())], [float(rng.normal())], False) for c in range(40)]
    model = forest(trees, columns=3)
    x = rng.random((20, 3))
    y = np.array([answer(model, row) for row in x])
    few = attack(model, x, y, norm="linf", radius=0.3, rng=rng, budget=1)
    many = attack(model, x, y, norm="linf", radius=0.3, rng=rng)
    assert (many.broken | ~few.broken).all()


@settings(max_examples=40, deadline=None)
@given(ensembles())
def test_no_row_is_both_and_examples_are_real(model):
    if model.subset is not None:
        return
    rng = np.random.default_rng(0)
    x = rng.random((6, COLUMNS))
    y = np.array([answer(model, row) for row in x])
    for norm in ("linf", "l2", "l1"):
        found = bracket(model, x, y, lower=0.0, upper=1.0, norm=norm, radius=0.2, rng=rng, nodes=500)
        assert not (found.broken & found.certified).any()
        assert all(answer(model, found.examples[row]) != y[row] for row in np.flatnonzero(found.broken))


def test_what_is_no_model_is_refused():
    from probatum.errors import ModelError

    with pytest.raises(ModelError, match="a forest"):
        attack(3, np.zeros((1, 1)), np.zeros(1, int), rng=np.random.default_rng(0))
