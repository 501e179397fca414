# SPDX-License-Identifier: Apache-2.0
"""A model whose every chance is known beforehand: it reads the chances out of columns made for it."""

import numpy as np
import pandas as pd

from probatum.adapters.interface import Wish, few, wrap
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System

CHANCE = "chance of "  # and the class


def scoring(scores: np.ndarray, truth: np.ndarray, columns: dict[str, np.ndarray] | None = None) -> System:
    """Return a system that gives these chances to these rows; the classes are 0, 1, 2 ...

    Args:
        scores: (n, k) chances of the k classes; or (n,) those of class 1 of two.
        truth: (n,) the right classes.
        columns: further columns (n,) that people could be told apart by.
    """
    chances = np.column_stack([1 - scores, scores]) if scores.ndim == 1 else scores
    given = {f"{CHANCE}{place}": chances[:, place] for place in range(chances.shape[1])}
    frame = pd.DataFrame({**(columns or {}), **given})
    # the chances stand for a model's inner workings: no column to tell people apart by
    data = from_arrays((frame, truth), classes=list(range(chances.shape[1])), personal=tuple(given))
    return System.of(wrap(_read_chances, few(data.test), Wish(output="probabilities")), data)


def _read_chances(rows: pd.DataFrame) -> np.ndarray:
    return rows[[name for name in rows.columns if str(name).startswith(CHANCE)]].to_numpy(dtype=np.float64)
