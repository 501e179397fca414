# SPDX-License-Identifier: Apache-2.0
"""A reader of pictures that says "1" wherever it sees a bright block, and a known share of pictures that are dark.

Any white patch turns every dark picture, wherever it lies and however it is turned: of a side of 3.6 points, a fifth
smaller and turned by 20 degrees, at least two points by two are covered, and a fifth darker they are still bright. The
bright pictures are bright on both sides, so that no patch covers what is seen in them. So the best patch turns just the
dark ones. The reader is a function, which can only be asked.
"""

import numpy as np

from probatum.adapters.interface import Wish, few, wrap
from probatum.planted.interface import Planted
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System

# Chosen once. Of 600 pictures half are measured: with 300, a share of .40 has a standard error of .028, so it lies 7
# above a limit of .20, and one of .05 lies 12 below it.
ROWS = 600
SIDE = 16  # points
BRIGHT = 0.7  # mean of two points by two


def build(size: float, rng: np.random.Generator) -> System:
    """Return a system of which a patch can turn a share of ``size`` of the right answers, in expectation."""
    dark = rng.random(ROWS) < size
    pictures = rng.uniform(0.0, 0.5, (ROWS, SIDE, SIDE))
    for edge in (slice(0, 3), slice(SIDE - 3, SIDE)):
        pictures[:, :, edge] = np.where(dark[:, None, None], pictures[:, :, edge], 0.9)
    known = np.stack([np.zeros((SIDE, SIDE)), np.ones((SIDE, SIDE))])  # points range from 0 to 1
    data = from_arrays((pictures, (~dark).astype(int)), (known, np.array([0, 1])), classes=[0, 1])
    return System.of(wrap(_scores, few(data.test), Wish(output="probabilities")), data)


def _scores(pictures: np.ndarray) -> np.ndarray:
    rows = pictures[:, :-1] + pictures[:, 1:]
    blocks = (rows[:, :, :-1] + rows[:, :, 1:]) / 4
    second = 1 / (1 + np.exp(-20 * (blocks.max(axis=(1, 2)) - BRIGHT)))
    return np.column_stack([1 - second, second])


PLANTED = Planted(
    check="input-manipulation/patch",
    build=build,
    sizes=(0.05, 0.20, 0.40),
    n=ROWS,
    knob="share of right answers that a patch turns",
)
