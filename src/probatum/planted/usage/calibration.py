# SPDX-License-Identifier: Apache-2.0
"""A forecaster whose chances are off by a known amount, up and down in turn.

It says one of eight numbers, all equally often, and the true chance of each is off by exactly ``size``: of 0.15 too
low, of 0.25 too high, and so on. Equal numbers are never parted, so whatever the bins, each holds one number (there
are more bins than numbers), and the error is exactly ``size``; on the whole it is neither too sure nor too unsure.

The number of rows comes from the noncentral chi-square law of the mean square with eight bins: with 4,000 the clean
one, 0.02, is told to be within the limit in 98 of 100, and the flawed one, 0.10, beyond it in all but 1 of 10,000.
"""

import numpy as np

from probatum.planted.interface import Planted
from probatum.planted.scores import scoring
from probatum.systems.system import System

ROWS = 4000
SAID = np.arange(15, 86, 10) / 100


def build(size: float, rng: np.random.Generator) -> System:
    """Return a system whose chances are off by ``size`` at each number it says."""
    place = rng.integers(len(SAID), size=ROWS)
    off = np.where(np.arange(len(SAID)) % 2 == 0, size, -size)
    truth = (rng.random(ROWS) < (SAID + off)[place]).astype(np.int64)
    return scoring(SAID[place], truth)


PLANTED = Planted(
    check="usage/calibration", build=build, sizes=(0.02, 0.05, 0.10), n=ROWS, knob="chances off by, at each number said"
)
