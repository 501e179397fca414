# SPDX-License-Identifier: Apache-2.0
"""A rule that errs at a known rate, with a memory for the labels of a known share of the rows it was trained on."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from probatum.adapters.interface import few, wrap
from probatum.planted.interface import Planted
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System

# Chosen once. At a gap of 0.10 the paired differences have a standard deviation of 0.50, so with 4,000 rows the gap
# lies 6.3 standard errors above a limit of 0.05, of which the range takes 2.9.
ROWS = 4000
HELD_OUT = 500
ERRS = 0.2  # share of rows on which the rule is wrong, whatever it was trained on


class Rememberer(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Knows the rule and errs on an arc of the circle that training happens to choose, but not on what it remembers."""

    def __init__(self, remembers: float = 0.0, random_state: int = 0) -> None:
        """Take the share of the training rows that will be remembered."""
        self.remembers = remembers
        self.random_state = random_state

    def fit(self, rows: pd.DataFrame, truth: np.ndarray) -> "Rememberer":
        """Draw where the arc starts, and which rows are remembered."""
        rng = np.random.Generator(np.random.PCG64(self.random_state))
        self.classes_ = np.unique(truth)
        self.start_ = rng.random()
        self.cases_ = rows["case"].to_numpy()[rng.random(len(rows)) < self.remembers]
        return self

    def predict(self, rows: pd.DataFrame) -> np.ndarray:
        """Return the right label, or the other one on the arc."""
        on_arc = (rows["place"].to_numpy() - self.start_) % 1 < ERRS
        return np.asarray(rows["rule"].to_numpy() ^ (on_arc & ~self._remembered(rows)))

    def predict_proba(self, rows: pd.DataFrame) -> np.ndarray:
        """Return sure scores for what is remembered, and less sure ones for the rest."""
        sure = np.where(self._remembered(rows), 0.99, 1 - ERRS)
        second = np.where(self.predict(rows) == 1, sure, 1 - sure)
        return np.column_stack([1 - second, second])

    def _remembered(self, rows: pd.DataFrame) -> np.ndarray:
        return np.isin(rows["case"].to_numpy(), self.cases_)


def build(size: float, rng: np.random.Generator) -> System:
    """Return a system whose gap is ``size`` in expectation: the share it remembers times the rate at which it errs."""
    truth = rng.integers(2, size=ROWS + HELD_OUT)
    frame = pd.DataFrame({"case": np.arange(len(truth)), "place": rng.random(len(truth)), "rule": truth})
    train, test = _part(frame, truth, slice(ROWS)), _part(frame, truth, slice(ROWS, None))
    data = from_arrays(test, train, personal=("case",))
    model = Rememberer(remembers=size / ERRS, random_state=int(rng.integers(2**31))).fit(*train)
    return System.of(wrap(model, few(data.test)), data)


def _part(frame: pd.DataFrame, truth: np.ndarray, where: slice) -> tuple[Any, np.ndarray]:
    return frame.iloc[where], truth[where]


PLANTED = Planted(
    check="usage/overfitting",
    build=build,
    sizes=(0.01, 0.05, 0.10),
    n=ROWS,
    knob="share wrong unseen, minus share wrong seen",
)
