# SPDX-License-Identifier: Apache-2.0
"""How many times as much one input costs."""

import numpy as np

from probatum.engines.slowness.ratio import pairs, slowdown
from probatum.seeds import stream


def test_both_come_first_now_and_then_when_asked_in_pairs():
    said = []
    costs = pairs(lambda: said.append("slow") or 3.0, lambda: said.append("usual") or 1.0, 20, stream(0, "t"))
    assert costs.tolist() == [[3, 1]] * 20
    assert {"slow", "usual"} == set(said[::2])


def test_the_range_holds_the_true_quotient_when_the_machine_slows_down_and_is_interrupted():
    rng = np.random.Generator(np.random.PCG64(0))
    held = 0
    for _ in range(2000):
        moment = [1.0]

        def noise(moment=moment):
            moment[0] *= 1.01  # slower and slower, for both alike
            return moment[0] * np.exp(rng.normal(0, 0.1)) * (5 if rng.random() < 0.1 else 1)

        costs = pairs(lambda: 5 * noise(), lambda: noise(), 15, rng)
        _, interval = slowdown(costs, confidence=0.95)
        held += interval.lower <= 5 <= interval.upper
    assert held >= 0.945 * 2000
