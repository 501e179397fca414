# SPDX-License-Identifier: Apache-2.0
"""A population in which one group bears more mistakes than the average, by a known share of its cases."""

from functools import partial

import numpy as np

from probatum.planted.answers import answering
from probatum.planted.interface import Planted
from probatum.systems.system import System

ROWS, MANY = 20_000, 40_000
AVERAGE = 0.10  # share of wrong answers over all
FEW = 0.03  # where the right answer is seldom yes, and only yeses are missed
FOUND = 0.02  # share of all cases that are such a yes and are found
CHECK, KNOB = "usage/error-slices", "share of wrong answers beyond the average in one group of {} of the cases"


def build(
    size: float,
    rng: np.random.Generator,
    *,
    rows: int = ROWS,
    inland: float = 0.5,
    average: float = AVERAGE,
    rare: bool = False,
) -> System:
    """Return a system whose answers in one crossed group are wrong more often than over all rows, by ``size``.

    Args:
        size: by how much.
        rng: draws the rows.
        rows: how many there are.
        inland: share of rows in the region of that group; half of them are in the group.
        average: share of wrong answers over all rows.
        rare: the right answer is seldom yes, and no other answer is wrong.
    """
    columns = {
        "region": rng.choice(["coast", "inland"], size=rows, p=[1 - inland, inland]),
        "contract": rng.choice(["fixed", "open"], size=rows),
        "housing": rng.choice(["own", "rent", "shared"], size=rows),
        "age": rng.integers(18, 80, size=rows),
        "income": rng.lognormal(10, 0.5, size=rows).round(2),
        "loans": rng.poisson(2, size=rows),
    }
    inside, held = (columns["region"] == "inland") & (columns["contract"] == "fixed"), inland / 2
    rest = average - held * size / (1 - held)  # so that the average stays
    wrong = rng.random(rows) < np.where(inside, average + size, rest)
    truth = (wrong | (rng.random(rows) < FOUND)).astype(int) if rare else rng.integers(2, size=rows)
    return answering(np.where(wrong, 1 - truth, truth), truth, columns)


PLANTED = Planted(
    check=CHECK,
    build=build,
    sizes=(0.0, 0.05, 0.10),
    n=ROWS,
    knob=KNOB.format("a quarter"),
)
UNEQUAL = Planted(
    check=CHECK,
    case="unequal groups",
    build=partial(build, rows=MANY, inland=0.2),
    sizes=(0.0, 0.05, 0.10),
    n=MANY,
    knob=KNOB.format("a tenth"),
)
RARE = Planted(
    check=CHECK,
    case="a rare class",
    build=partial(build, rows=MANY, inland=0.2, average=FEW, rare=True),
    sizes=(0.0, 0.05, 0.10),
    n=MANY,
    knob=KNOB.format("a tenth") + ", where 5 of 100 are to be found",
)
