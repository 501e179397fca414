# SPDX-License-Identifier: Apache-2.0
"""A population in which one group bears a known multiple of the average share of mistakes."""

import numpy as np

from probatum.planted.answers import answering
from probatum.planted.interface import Planted
from probatum.systems.system import System

ROWS = 6000
AVERAGE = 0.10  # share of wrong answers over all
HELD = 0.125  # share of rows in the group: one of four regions, one of two contracts


def build(size: float, rng: np.random.Generator) -> System:
    """Return a system whose mistakes are ``size`` times as frequent in one crossed group as over all rows."""
    columns = {
        "region": rng.choice(["east", "north", "south", "west"], size=ROWS),
        "contract": rng.choice(["fixed", "open"], size=ROWS),
        "housing": rng.choice(["own", "rent", "shared"], size=ROWS),
        "age": rng.integers(18, 80, size=ROWS),
        "income": rng.lognormal(10, 0.5, size=ROWS).round(2),
        "loans": rng.poisson(2, size=ROWS),
    }
    inside = (columns["region"] == "north") & (columns["contract"] == "fixed")
    rest = AVERAGE * (1 - HELD * size) / (1 - HELD)  # so that the average stays
    truth = rng.integers(2, size=ROWS)
    wrong = rng.random(ROWS) < np.where(inside, AVERAGE * size, rest)
    return answering(np.where(wrong, 1 - truth, truth), truth, columns)


PLANTED = Planted(
    check="usage/error-slices", build=build, sizes=(1.0, 2.0, 3.5), n=ROWS, knob="times the average in one group"
)
