# SPDX-License-Identifier: Apache-2.0
"""Borrowers of every kind of column, some cells missing, on which the libraries of boosted trees are tried."""

import numpy as np
import pandas as pd

from probatum.engines.trees.predict import raw
from probatum.systems.datasets import Dataset, from_arrays
from probatum.systems.structures import Forest, Structure

RNG = np.random.default_rng(2)
FRAME = pd.DataFrame(
    {
        "age": RNG.integers(18, 80, 300),
        "income": RNG.normal(30, 10, 300),
        "job": RNG.choice(["a", "b", "c"], 300),
        "edu": RNG.choice(["lo", "mid", "hi"], 300),
    }
)
GOOD = (FRAME.income + 8 * (FRAME.job == "a") + FRAME.age / 10 > 37).to_numpy().astype(int)
THREE = GOOD + (FRAME.age > 60).to_numpy()
FRAME.loc[::9, "income"] = np.nan
TYPED = FRAME.astype({"job": "category", "edu": "category"})
NUMBERS = FRAME[["age", "income"]].to_numpy(dtype=np.float64)
NAMES = np.array(["bad", "good", "old"])


def data(frame: pd.DataFrame | np.ndarray, truth: np.ndarray) -> Dataset:
    return from_arrays((frame[150:], truth[150:]), (frame[:150], truth[:150]))


def exact(found: Structure | str, said: np.ndarray, x: np.ndarray) -> None:
    assert isinstance(found, Structure), found
    assert isinstance(found.core, Forest)
    np.testing.assert_array_equal(raw(found.core, x), said.reshape(len(x), -1))
