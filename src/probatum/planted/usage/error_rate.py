# SPDX-License-Identifier: Apache-2.0
"""A forecaster of known skill: it says 40 or 60 of 100, and the truth follows what it says by a known margin.

The flaw is what is left of the score of the rule that knows nothing, 1 - skill: 1 is no better than the rule. Where it
says 1/2 +- d and the true chances are 1/2 +- c, the Brier score is 1/4 - 2dc + d^2, so that the skill over saying 1/2
every time is 8dc - 4d^2. In units of the rule's score, the difference of the two scores spreads by about 4d a row; so
with d = 0.1 and 8,000 rows a skill of 0 is told to be below 0.02, and one of 0.04 above it, in 99 of 100 (the gap is
4.5 standard errors, of which the range takes 1.96).
"""

import numpy as np

from probatum.planted.interface import Planted
from probatum.planted.scores import scoring
from probatum.systems.system import System

ROWS = 8000
SAID = 0.1  # so far from a half are the chances that it says


def build(size: float, rng: np.random.Generator) -> System:
    """Return a system of the skill 1 - ``size``; both classes are equally frequent."""
    side = rng.choice((-1, 1), size=ROWS)
    margin = (1 - size + 4 * SAID**2) / (8 * SAID)
    truth = (rng.random(ROWS) < 0.5 + margin * side).astype(np.int64)
    return scoring(0.5 + SAID * side, truth)


PLANTED = Planted(
    check="usage/error-rate",
    build=build,
    sizes=(0.96, 0.98, 1.0),
    n=ROWS,
    knob="part of the score of a rule that knows nothing that is left, 1 - skill",
)
