# SPDX-License-Identifier: Apache-2.0
"""A system that is always right, but for a known share of the cases if cells are left empty."""

import numpy as np
import pandas as pd

from probatum.adapters.interface import Wish, few, wrap
from probatum.engines.corruption.tables import SHARES
from probatum.planted.interface import Planted
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System

# Chosen once. At the middle grade so many of the other columns are left empty that a case which minds is lost as soon
# as its own mark is not. With 300 cases a share of .55 has a standard error of .029, so it lies 8 above a limit of .30.
ROWS = 300
COLUMNS = 20
EMPTY = SHARES[2]  # of the cells, at the middle grade
MINDS = 100.0  # mark of a case that minds; far enough from 0 for any noise
LOST = (1 - EMPTY) * (1 - (1 - EMPTY) ** COLUMNS)  # chance that a case that minds is lost: mark kept, others not all


def build(size: float, rng: np.random.Generator) -> System:
    """Return a system that loses a share of ``size`` of its right answers to empty cells, in expectation."""
    share = size / LOST
    rows = [_rows(share, ROWS, rng), _rows(0.5, 200, rng)]
    truth = [np.full(len(one), "yes") for one in rows]
    truth[1][0] = "no"  # so that two answers are known; every case that is tried is a yes
    data = from_arrays((rows[0], truth[0]), (rows[1], truth[1]))
    return System.of(wrap(_answer, few(data.test), Wish(output="labels")), data)


def _answer(rows: pd.DataFrame) -> np.ndarray:
    others = rows.drop(columns="mark").isna().any(axis=1).to_numpy()
    minds = rows["mark"].to_numpy() > MINDS / 2  # an empty mark says nothing
    return np.where(minds & others, "no", "yes")


def _rows(share: float, n: int, rng: np.random.Generator) -> pd.DataFrame:
    rows = pd.DataFrame(rng.normal(size=(n, COLUMNS)), columns=[f"column {place}" for place in range(COLUMNS)])
    return rows.assign(mark=np.where(rng.random(n) < share, MINDS, 0.0))


PLANTED = Planted(
    check="input-manipulation/corruption",
    build=build,
    sizes=(0.05, 0.30, 0.55),
    n=ROWS,
    knob="share of right answers lost to empty cells",
)
