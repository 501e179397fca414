# SPDX-License-Identifier: Apache-2.0
"""Test rows copied from the training rows, among rows of which some are equal by chance.

Most people have an income to the cent, so that no two are alike. Some have none: they are told apart by four coarse
columns only, so that about 1 of 100 rows equals another one by chance. Of the copies every second one is moved by
less than half a step of its column, as by an export with more digits.

The number of rows comes from the power wanted: with shares of .03 and .01 and pairs inside train the standard error
of the excess is sqrt((.03 + 2 x .01) / n); twice the limit lies .01 above it, which must be 1.96 + 2.05 standard
errors for 98 of 100 to be found: n = 8,000. The ranges are exact and so a little wider; half as many again are taken.
"""

import numpy as np
import pandas as pd

from probatum.adapters.interface import Wish, few, wrap
from probatum.planted.interface import Planted
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System

ROWS = 12_000  # of train, and as many of test
WITHOUT_INCOME = 0.07
STEPS = {"age": 1.0, "income": 0.01, "loans": 1.0}


def build(size: float, rng: np.random.Generator) -> System:
    """Return a system, a share ``size`` of whose test rows were copied from its training rows."""
    train, test = _people(rng), _people(rng)
    copied = rng.random(ROWS) < size
    moved = copied & (np.cumsum(copied) % 2 == 0)
    original = rng.integers(ROWS, size=ROWS)
    for name in train.columns:
        cells = np.where(copied, train[name].to_numpy()[original], test[name].to_numpy())
        step = STEPS.get(str(name))
        test[name] = cells if step is None else cells + moved * step * rng.uniform(-0.45, 0.45, size=ROWS)
    data = from_arrays((test, rng.integers(2, size=ROWS)), (train, rng.integers(2, size=ROWS)))
    return System.of(wrap(_always_one, few(data.test), Wish(output="labels")), data)


def _people(rng: np.random.Generator) -> pd.DataFrame:
    income = rng.lognormal(10, 0.5, size=ROWS).round(2)
    return pd.DataFrame(
        {
            "region": rng.choice(["coast", "east", "hills", "north", "south", "west"], size=ROWS),
            "contract": rng.choice(["fixed", "none", "open"], size=ROWS),
            "age": rng.integers(18, 80, size=ROWS),
            "loans": rng.poisson(2, size=ROWS),
            "income": np.where(rng.random(ROWS) < WITHOUT_INCOME, 0.0, income),
        }
    )


def _always_one(rows: pd.DataFrame) -> np.ndarray:
    return np.ones(len(rows), dtype=int)


PLANTED = Planted(
    check="data-manipulation/leakage",
    build=build,
    sizes=(0.002, 0.01, 0.02),
    n=ROWS,
    knob="share of test rows copied from train",
)
