# SPDX-License-Identifier: Apache-2.0
"""A coin-flip world in which the system errs at a known rate."""

import numpy as np

from probatum.planted.answers import answering
from probatum.planted.interface import Planted
from probatum.systems.system import System

ROWS = 1000


def build(size: float, rng: np.random.Generator) -> System:
    """Return a system that is wrong with probability ``size``; both classes are equally frequent."""
    truth = rng.integers(2, size=ROWS)
    wrong = rng.random(ROWS) < size
    return answering(np.where(wrong, 1 - truth, truth), truth)


PLANTED = Planted(
    check="usage/error-rate", build=build, sizes=(0.06, 0.10, 0.15), n=ROWS, knob="share of wrong answers"
)
