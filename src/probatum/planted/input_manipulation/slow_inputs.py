# SPDX-License-Identifier: Apache-2.0
"""A rule that works a known number of times as long for one rare category; its work is counted, not timed.

The cost of an answer is drawn, as on a machine that others use too: a few parts in a hundred of noise, and now and then
an interruption. The clock of the system tells the sum of these costs, so the answer is exact, and the same on any
machine. That real clocks are read rightly is a matter of the tests.
"""

import numpy as np
import pandas as pd

from probatum.adapters.interface import Wish, few, wrap
from probatum.planted.interface import Planted
from probatum.systems.clocks import Clock
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System

ROWS = 400
RARE = "elsewhere"  # the category of 2 rows
NOISE = 0.1  # of the logarithm of a cost; with 15 pairs a range reaches about 0.08 to either side of the logarithm
INTERRUPTED = 0.03  # share of the answers that take up to several times as long
STEP = 0.001  # seconds that a usual answer costs


def build(size: float, rng: np.random.Generator) -> System:
    """Return a system in which an answer about the rare category costs ``size`` times as much as any other."""
    spent = [0.0]

    def answer(rows: pd.DataFrame) -> np.ndarray:
        for region in rows["region"].tolist():
            work = STEP * (size if region == RARE else 1.0)
            interrupted = 1 + rng.exponential(2.0) if rng.random() < INTERRUPTED else 1.0
            spent[0] += work * float(np.exp(rng.normal(0, NOISE))) * interrupted
        return (rows["income"] > 0).to_numpy().astype(int)

    regions = rng.choice(["east", "north", "south"], ROWS).astype(object)
    regions[rng.permutation(ROWS)[:2]] = RARE
    frame = pd.DataFrame({"income": rng.normal(0, 10, ROWS), "region": regions})
    truth = (frame["income"] > 0).to_numpy().astype(int)
    data = from_arrays((frame, truth), classes=[0, 1])
    clock = Clock(read=lambda: spent[0], counts="the work that was counted")
    return System.of(wrap(answer, few(data.test), Wish(output="labels")), data, clock=clock)


PLANTED = Planted(
    check="input-manipulation/slow-inputs",
    build=build,
    sizes=(2, 5, 10),
    n=ROWS,
    knob="times the cost of a usual case, for a rare one",
)
