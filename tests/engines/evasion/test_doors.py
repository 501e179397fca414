# SPDX-License-Identifier: Apache-2.0
"""What may come through the three doors on plain arrays."""

import numpy as np
import pytest

from probatum.engines.evasion import attack, bracket, certify
from probatum.errors import DataError


def first(rows):
    return np.eye(2)[[0] * len(rows)]


def through(door, model, x, y):
    further = {} if door is certify else {"rng": np.random.default_rng(0)}
    return door(model, x, y, norm="linf", radius=0.1, **further)


@pytest.mark.parametrize("door", [attack, bracket, certify])
@pytest.mark.parametrize(
    ("x", "y", "says"),
    [([0.1, 0.2], [0, 1], "two axes"), ([[0.1], [0.2]], [0], "one label for each of 2 rows"),
     ([[0.1], [0.2]], [[0], [1]], "one label"), ([[0.1], [0.2]], [0, -1], "whole numbers from 0"),
     ([[0.1], [0.2]], [0, 0.5], "whole numbers from 0")],
)  # fmt: skip
def test_rows_and_labels_that_do_not_belong_together_are_refused(door, x, y, says):
    with pytest.raises(DataError, match=says):
        through(door, first, np.array(x), np.array(y))


@pytest.mark.parametrize("door", [attack, bracket, certify])
def test_no_rows_are_no_mistake(door):
    torch = pytest.importorskip("torch")
    none = np.zeros((0, 3), dtype=np.float32)
    for model in (torch.nn.Linear(3, 2), first):
        assert len(through(door, model, none, []).margins) == 0


@pytest.mark.parametrize("door", [attack, bracket, certify])
def test_labels_may_be_a_list(door):
    torch = pytest.importorskip("torch")
    assert len(through(door, torch.nn.Linear(3, 2), np.zeros((2, 3), dtype=np.float32), [0, 1]).margins) == 2
