# SPDX-License-Identifier: Apache-2.0
"""A rule that refuses what it does not understand, but for a known number of kinds that it answers surely."""

import numpy as np
import pandas as pd

from probatum.adapters.interface import Wish, few, wrap
from probatum.planted.interface import Planted
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System

ROWS = 40
REGIONS = ("east", "north", "south")
# Kind, and whether a cell is broken in that way: one of them is answered with a sure yes.
KINDS = (
    ("infinite numbers", lambda cell: isinstance(cell, float) and np.isinf(cell)),
    ("words in place of numbers", lambda cell: cell == "abc"),
    ("empty text in place of numbers", lambda cell: cell == ""),
    ("categories never seen before", lambda cell: isinstance(cell, str) and cell.startswith("never")),
)


def build(size: float, rng: np.random.Generator) -> System:
    """Return a system that answers ``size`` kinds of broken input with a sure yes; which ones is drawn."""
    believed = [KINDS[place][1] for place in rng.permutation(len(KINDS))[: int(size)]]

    def answer(rows: pd.DataFrame) -> np.ndarray:
        nonsense = rows.map(lambda cell: any(broken(cell) for broken in believed)).any(axis=1).to_numpy()
        kept = rows[~nonsense]
        numbers = kept["income"].to_numpy(dtype=np.float64)  # text raises
        if (
            not np.isfinite(numbers).all()
            or np.abs(numbers).max(initial=0) > 1e6
            or not kept["region"].isin(REGIONS).all()
        ):
            raise ValueError("wanted finite numbers and known regions")
        scores = np.full((len(rows), 2), [0.01, 0.99])
        scores[~nonsense] = np.where((numbers > 30)[:, None], [0.3, 0.7], [0.7, 0.3])
        return scores

    frame = pd.DataFrame({"income": rng.normal(30, 10, ROWS).round(1), "region": rng.choice(REGIONS, ROWS)})
    truth = (frame["income"] > 30).to_numpy().astype(int)
    data = from_arrays((frame, truth), classes=[0, 1])
    return System.of(wrap(answer, few(data.test), Wish(output="probabilities")), data)


PLANTED = Planted(
    check="input-manipulation/malformed-input",
    build=build,
    sizes=(0, 0, 1),
    n=ROWS,
    knob="kinds of broken input answered surely",
    exact=True,
)
