# SPDX-License-Identifier: Apache-2.0
"""A rule that looks at one column, with a known share of the rows so near above its border that one change turns them.

Nothing lies near below the border, so the best change lowers that column for all, and turns just the near rows; the
rule is a function that can only be asked, and four other columns mean nothing.
"""

import numpy as np
import pandas as pd

from probatum.adapters.interface import Wish, few, wrap
from probatum.planted.interface import Planted
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System

# Chosen once. Of 800 rows 600 are tried and half of those measured: with 300, a share of .20 has a standard error of
# .023, so it lies 4 above a limit of .10, and one of .02 lies 10 below it.
ROWS = 800
RADIUS = 0.03  # of the check; the usual range of each column is .9
REACH = 0.9 * RADIUS
BORDER = 0.5
NAMES = ("income", "debt", "age", "rooms", "years")


def build(size: float, rng: np.random.Generator) -> System:
    """Return a system of which one change can turn a share of ``size`` of the right answers, in expectation."""
    near = rng.random(ROWS) < size
    above = rng.random(ROWS) < 0.5
    far = np.where(above, rng.uniform(BORDER + 2 * REACH, 0.95, ROWS), rng.uniform(0.05, BORDER - 2 * REACH, ROWS))
    income = np.where(near, BORDER + rng.uniform(0.05, 0.95, ROWS) * REACH, far)
    others = rng.uniform(0.05, 0.95, (ROWS, len(NAMES) - 1))
    rows = pd.DataFrame(np.column_stack([income, others]), columns=list(NAMES))
    grid = np.linspace(0.0, 1.0, 101)
    known = pd.DataFrame({name: np.roll(grid, 7 * place) for place, name in enumerate(NAMES)})
    data = from_arrays((rows, _above(rows)), (known, _above(known)))
    return System.of(wrap(_scores, few(data.test), Wish(output="probabilities")), data)


def _above(rows: pd.DataFrame) -> np.ndarray:
    return (rows["income"].to_numpy() > BORDER).astype(int)


def _scores(rows: pd.DataFrame) -> np.ndarray:
    second = 1 / (1 + np.exp(-40 * (rows["income"].to_numpy() - BORDER)))
    return np.column_stack([1 - second, second])


PLANTED = Planted(
    check="input-manipulation/universal",
    build=build,
    sizes=(0.02, 0.10, 0.20),
    n=ROWS,
    knob="share of right answers that one change turns",
)
