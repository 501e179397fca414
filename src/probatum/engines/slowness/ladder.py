# SPDX-License-Identifier: Apache-2.0
"""Grow something step by step, and stop as soon as it is slow enough, so that nothing takes forever.

A regular expression may take 1,000 times as long for ten letters more, and no clock can stop it half-way. So the next
step is taken only where the one before still looked ordinary, and the steps of a ladder are near to each other where
growth may be exponential.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

VISIBLE = 2.0  # times the typical cost: from here on something grows, and the steps become small
HOPELESS = 10.0  # times far: no hiccup of the machine, and too dear to be measured twice
HALVINGS = 4  # between a step that was ordinary and one that was much too slow


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Top:
    """Where a climb ended."""

    size: float
    times: float  # cost by the typical cost
    steps: int  # how many costs were measured


def climb(cost: Callable[[float], float], sizes: Sequence[float], *, typical: float, far: float) -> Top:
    """Climb through growing sizes until the cost is ``far`` times the typical one; return the slowest bearable size.

    Args:
        cost: of a size; may be noisy, so a size that looks slow is measured again and the lesser cost holds.
        sizes: ascending.
        typical: the cost of a typical input, in the unit of ``cost``.
        far: times the typical cost; a size that costs so much is not grown further, and one that costs far more is
            made smaller again.
    """
    steps = 0

    def times(size: float) -> float:
        nonlocal steps
        steps += 1
        first = cost(size) / typical
        if first < VISIBLE or first >= HOPELESS * far:
            return first
        steps += 1
        return min(first, cost(size) / typical)

    best = Top(size=sizes[0], times=0.0, steps=0)
    low = sizes[0]
    waiting = list(sizes)
    while waiting and best.times < far:
        size = waiting.pop(0)
        now = times(size)
        if now >= best.times or best.times < VISIBLE:
            best = Top(size=size, times=now, steps=steps)
        if VISIBLE <= now < far and waiting and waiting[0] > 2 * size:
            waiting.insert(0, 2 * size)  # it grows: no more leaps
        if now < far:
            low = size
    best = _bearable(times, best, low, far)
    return Top(size=best.size, times=best.times, steps=steps)


def _bearable(times: Callable[[float], float], best: Top, low: float, far: float) -> Top:
    """Shrink a size that overshot until it costs less than twice ``far``, but still at least ``far``."""
    for _ in range(HALVINGS):
        if best.times < 2 * far or best.size - low <= 1:
            break
        middle = float((low + best.size) // 2)
        now = times(middle)
        if now >= far:
            best = Top(size=middle, times=now, steps=0)
        else:
            low = middle
    return best
