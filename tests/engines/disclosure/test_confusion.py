# SPDX-License-Identifier: Apache-2.0
"""Ranges of classes, answers and kinds of mistakes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probatum.engines.disclosure.confusion import confusion
from probatum.seeds import stream


def exact(truth, labels, k):
    right = np.array([((truth == c) & (labels == c)).sum() for c in range(k)])
    rows = np.bincount(truth, minlength=k)
    falsely = np.array([((truth != c) & (labels == c)).sum() for c in range(k)])
    return {
        "rows": rows,
        "right": right,
        "missed": rows - right,
        "falsely": falsely,
        "spared": len(truth) - rows - falsely,
        "said": right + falsely,
        "silent": np.array([((truth == c) & (labels < 0)).sum() for c in range(k)]),
    }


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.integers(2, 5), st.integers(20, 400), st.booleans())
def test_every_range_holds_its_count(seed, k, n, silent):
    rng = stream(seed, "confusion")
    truth = rng.choice(k, n, p=rng.dirichlet(np.full(k, 0.8)))
    labels = np.where(rng.random(n) < 0.8, truth, rng.integers(-1 if silent else 0, k, n))
    found = confusion(truth, labels, k)
    for name, counts in exact(truth, labels, k).items():
        ends = getattr(found, name)
        assert (ends[:, 0] <= counts).all(), name
        assert (counts <= ends[:, 1]).all(), name
    assert found.total == n


def test_counts_are_exact_when_none_is_small():
    truth = np.repeat([0, 0, 1, 1], [200, 50, 30, 300])
    labels = np.repeat([0, 1, 0, 1], [200, 50, 30, 300])
    found = confusion(truth, labels, 2)
    for name, counts in exact(truth, labels, 2).items():
        assert np.array_equal(getattr(found, name)[:, 0], counts), name
        assert np.array_equal(getattr(found, name)[:, 1], counts), name


@pytest.mark.parametrize("size", [1, 2, 5, 9])
def test_size_of_a_rare_class_does_not_follow_from_the_others(size):
    truth = np.repeat([0, 1, 2], [303 - size, 147, size])
    one = confusion(truth, truth, 3)
    other = confusion(np.repeat([0, 1, 2], [300, 147, 3]), np.repeat([0, 1, 2], [300, 147, 3]), 3)
    assert one.rows[2].tolist() == [0, 9]
    assert one.rows[:, 1].sum() >= 450
    assert np.array_equal(one.rows[0], other.rows[0])
