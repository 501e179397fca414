# SPDX-License-Identifier: Apache-2.0
"""How many times as much one input costs as a typical one.

Each pair is one measurement of the slow input beside one of an ordinary input drawn anew, in an order drawn anew, so
that whatever the machine does meanwhile bears on both alike. The median of the quotients is the cost of the slow input
by that of the median ordinary one, where the noise is alike for both.
"""

from collections.abc import Callable

import numpy as np

from probatum.engines.intervals.medians import median
from probatum.facts.interval import Interval


def pairs(slow: Callable[[], float], ordinary: Callable[[], float], times: int, rng: np.random.Generator) -> np.ndarray:
    """Return costs (times, 2): of the slow input, and of an ordinary one."""
    costs = np.empty((times, 2))
    for one in range(times):
        if rng.random() < 0.5:
            costs[one, 0] = slow()
            costs[one, 1] = ordinary()
        else:
            costs[one, 1] = ordinary()
            costs[one, 0] = slow()
    return costs


def slowdown(costs: np.ndarray, *, confidence: float) -> tuple[float | None, Interval]:
    """Return the median quotient of pairs (n, 2), and its exact interval."""
    return median(costs[:, 0] / costs[:, 1], confidence=confidence)
