# SPDX-License-Identifier: Apache-2.0
"""Populations of several groups, one of which is answered yes wrongly more or less often, by a known difference.

The number of rows is from a power calculation: .20 is to be found above a limit of .10 in 99.5 of 100 systems. Near .2
to .3 the share of n rows has a standard error of .42 / sqrt(n). At the level of 1 in 6 gaps it takes 2.6 + 2.6 of them,
of 1 in 20 gaps 3.0 + 2.6; so the smaller side needs 480 to 560 rows that are counted, half as many again where the
other side is as small. In a group of an eighth, half of whom are to be told no, that is 10,000 people; of ten groups,
14,000; where yes is right for 5 of 100, 40,000.
"""

from functools import partial

import numpy as np
import pandas as pd

from probatum.adapters.interface import Wish, few, wrap
from probatum.planted.interface import Planted
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System

FALSE_ALARMS = 0.10  # share answered yes of those for whom no is right, in the group that fares best
HITS = 0.80  # share answered yes of those for whom yes is right, in every group
CHECK = "usage/bias"


def build(size: float, rng: np.random.Generator) -> System:
    """Return a system whose false-positive rate is ``size`` higher in two groups than in the third."""
    group = rng.integers(3, size=PLANTED.n)
    truth = rng.integers(2, size=PLANTED.n)
    rate = np.where(truth == 1, HITS, FALSE_ALARMS + size * (group > 0))
    answers = (rng.random(PLANTED.n) < rate).astype(int)
    return told_apart(answers, truth, np.array(["east", "north", "west"])[group])


def build_of_shares(size: float, rng: np.random.Generator, *, rows: int, shares: tuple[float, ...]) -> System:
    """Return a system whose false-positive rate is ``size`` higher in the last group than in all others.

    Args:
        size: by how much.
        rng: draws the people.
        rows: how many there are.
        shares: of all people that are in each group.
    """
    group, truth = rng.choice(len(shares), size=rows, p=shares), rng.integers(2, size=rows)
    rate = np.where(truth == 1, HITS, FALSE_ALARMS + size * (group == len(shares) - 1))
    answers = (rng.random(rows) < rate).astype(int)
    return told_apart(answers, truth, np.array([f"{place:02d}" for place in range(len(shares))])[group])


def build_rare(size: float, rng: np.random.Generator) -> System:
    """Return a system that finds ``size`` fewer of the rare yeses in one of two groups."""
    group, truth = rng.integers(2, size=RARE.n), (rng.random(RARE.n) < 0.05).astype(int)
    rate = np.where(truth == 1, HITS - size * group, 0.01)
    answers = (rng.random(RARE.n) < rate).astype(int)
    return told_apart(answers, truth, np.array(["east", "west"])[group])


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
    check=CHECK, build=build, sizes=(0.0, 0.10, 0.20), n=4000, knob="difference in the false-positive rate"
)
UNEQUAL = Planted(
    check=CHECK,
    case="unequal groups",
    build=partial(build_of_shares, rows=10_000, shares=(0.65, 0.225, 0.125)),
    sizes=(0.0, 0.10, 0.20),
    n=10_000,
    knob="difference in the false-positive rate, in a group of an eighth of all",
)
RARE = Planted(
    check=CHECK,
    case="a rare class",
    build=build_rare,
    sizes=(0.0, 0.10, 0.20),
    n=40_000,
    knob="difference in the true-positive rate, where yes is right for 5 of 100",
)
MANY = Planted(
    check=CHECK,
    case="ten groups",
    build=partial(build_of_shares, rows=14_000, shares=(0.1,) * 10),
    sizes=(0.0, 0.10, 0.20),
    n=14_000,
    knob="difference in the false-positive rate, in one of ten groups",
)
