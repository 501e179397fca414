# SPDX-License-Identifier: Apache-2.0
"""A population of three groups, one of which is flagged wrongly less often than the other two, by a known difference.

The number of rows is from a power calculation. A third of the rows is in each group and half of those have the right
answer "no": 667 rows a group and rate. Near 0.2 the difference of two shares then has a standard error of .022. To
find .20 above a limit of .10 at the level of 1 in 6 pairs takes 2.6 + 2.1 standard errors, which is .10.
"""

import numpy as np
import pandas as pd

from probatum.adapters.interface import Wish, few, wrap
from probatum.planted.interface import Planted
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System

ROWS = 4000
FALSE_ALARMS = 0.10  # share answered yes of those for whom no is right, in the group that fares best
HITS = 0.80  # share answered yes of those for whom yes is right, in every group


def build(size: float, rng: np.random.Generator) -> System:
    """Return a system whose false-positive rate is ``size`` higher in two groups than in the third."""
    group = rng.integers(3, size=ROWS)
    truth = rng.integers(2, size=ROWS)
    rate = np.where(truth == 1, HITS, FALSE_ALARMS + size * (group > 0))
    answers = (rng.random(ROWS) < rate).astype(int)
    return told_apart(answers, truth, np.array(["east", "north", "west"])[group])


def told_apart(
    answers: np.ndarray, truth: np.ndarray, group: np.ndarray, *, classes: tuple[int, ...] = (0, 1)
) -> System:
    """Return a system that gives these answers to people who are told apart by one protected column."""
    frame = pd.DataFrame({"region": group, "answer": answers})
    positive = 1 if len(classes) == 2 else None
    data = from_arrays((frame, truth), classes=classes, positive=positive, protected=("region",), personal=("answer",))
    model = wrap(lambda rows: np.asarray(rows["answer"]), few(data.test), Wish(output="labels"))
    return System.of(model, data, ())


PLANTED = Planted(
    check="usage/bias", build=build, sizes=(0.0, 0.10, 0.20), n=ROWS, knob="difference in the false-positive rate"
)
