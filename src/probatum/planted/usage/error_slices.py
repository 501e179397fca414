# SPDX-License-Identifier: Apache-2.0
"""A population in which one group bears more mistakes than the average, by a known share of its cases."""

import numpy as np

from probatum.planted.answers import answering
from probatum.planted.interface import Planted
from probatum.systems.system import System

ROWS = 20_000
AVERAGE = 0.10  # share of wrong answers over all
HELD = 0.25  # share of rows in the group: one of two regions, one of two contracts


def build(size: float, rng: np.random.Generator) -> System:
    """Return a system whose answers in one crossed group are wrong more often than over all rows, by ``size``."""
    columns = {
        "region": rng.choice(["coast", "inland"], size=ROWS),
        "contract": rng.choice(["fixed", "open"], size=ROWS),
        "housing": rng.choice(["own", "rent", "shared"], size=ROWS),
        "age": rng.integers(18, 80, size=ROWS),
        "income": rng.lognormal(10, 0.5, size=ROWS).round(2),
        "loans": rng.poisson(2, size=ROWS),
    }
    inside = (columns["region"] == "inland") & (columns["contract"] == "fixed")
    rest = AVERAGE - HELD * size / (1 - HELD)  # so that the average stays
    truth = rng.integers(2, size=ROWS)
    wrong = rng.random(ROWS) < np.where(inside, AVERAGE + size, rest)
    return answering(np.where(wrong, 1 - truth, truth), truth, columns)


PLANTED = Planted(
    check="usage/error-slices",
    build=build,
    sizes=(0.0, 0.05, 0.10),
    n=ROWS,
    knob="share of wrong answers beyond the average in one group of a quarter of the cases",
)
