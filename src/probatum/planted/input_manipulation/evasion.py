# SPDX-License-Identifier: Apache-2.0
"""A straight line between two classes, with a known share of the rows so near to it that a small change crosses it."""

import numpy as np
from sklearn.linear_model import LogisticRegression

from probatum.adapters.interface import few, wrap
from probatum.planted.interface import Planted
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System

# Chosen once. With 500 rows a share of .35 has a standard error of .021, so it lies 7 above a limit of .20, and one of
# .05 lies 15 below it; all 500 are tried, and the radius of a straight line is known exactly, so nothing is left open.
ROWS = 500
RADIUS = 0.03  # of the check: each of the two columns may move so far


def build(size: float, rng: np.random.Generator) -> System:
    """Return a system of which a share of ``size`` of the right answers can be turned, in expectation."""
    model = LogisticRegression()
    model.coef_, model.intercept_ = np.array([[40.0, 40.0]]), np.array([-40.0])  # the second class where a + b > 1
    model.classes_, model.n_features_in_ = np.array([0, 1]), 2
    rows = _rows(size, rng)
    known = np.array([0.0, 0.0, 0.25, 0.75, 1.0, 1.0])[:, None] * [1.0, 1.0]  # both columns usually range from 0 to 1
    data = from_arrays((rows, (rows.sum(axis=1) > 1).astype(int)), (known, np.array([0, 0, 0, 1, 1, 1])))
    return System.of(wrap(model, few(data.test)), data)


def _rows(size: float, rng: np.random.Generator) -> np.ndarray:
    """Draw points on both sides: near ones within 2 x RADIUS of the line in the sum of their cells, others beyond."""
    near = rng.random(ROWS) < size
    apart = np.where(near, rng.uniform(0.1, 1.9, ROWS) * RADIUS, rng.uniform(2.2, 10.0, ROWS) * RADIUS)
    total = 1 + apart * rng.choice([-1.0, 1.0], ROWS)
    first = total / 2 + rng.uniform(-0.25, 0.25, ROWS)
    return np.column_stack([first, total - first])


PLANTED = Planted(
    check="input-manipulation/evasion",
    build=build,
    sizes=(0.05, 0.20, 0.35),
    n=ROWS,
    knob="share of right answers within reach",
)
