# SPDX-License-Identifier: Apache-2.0
"""Round what is published: numbers to the nearest step, the ends of their ranges outwards.

So a range still holds the number and is never narrower than it was; whoever judges by it errs to the careful side.
"""

from collections.abc import Callable
from dataclasses import replace
from math import floor, log10
from typing import TypeVar

import numpy as np

from probatum.facts.finding import Measure, Part
from probatum.facts.interval import Interval

_EPSILON = 1e-9  # keeps 0.29 from becoming 0.28 on its way down
Numbered = TypeVar("Numbered", Measure, Part)


def rounding_step(at_least: float) -> float:
    """Return the smallest of 1, 2 and 5 times a power of ten that is no smaller; 0 for 0."""
    if at_least <= 0:
        return 0.0
    power = 10.0 ** floor(log10(at_least))
    return next(power * times for times in (1, 2, 5, 10) if power * times >= at_least * (1 - _EPSILON))


def to_steps(values: np.ndarray, steps: np.ndarray, rounded: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Return multiples of the steps, to which ``rounded`` (numpy's round, floor or ceil) takes the values."""
    return np.array(
        [_to_step(float(value), float(step), rounded) for value, step in zip(values, steps, strict=True)], dtype=float
    )


def rounded(one: Numbered, step: float) -> Numbered:
    """Return a measure or a part in multiples of a step, its groups likewise."""
    value = None if one.value is None else _to_step(one.value, step, np.round)
    found = replace(one, value=value, interval=_outwards(one.interval, step))
    if not isinstance(found, Measure):
        return found
    return replace(
        found,
        per_100=None if found.per_100 is None or value is None else 100 * value,
        possible=None if found.possible is None else _to_step(found.possible, step, np.round),
        groups=tuple(rounded(part, step) for part in found.groups),
        widest=None if found.widest is None else rounded(found.widest, step),
    )


def _outwards(interval: Interval | None, step: float) -> Interval | None:
    if interval is None:
        return None
    lower, upper = interval.lower, interval.upper
    return replace(
        interval,
        lower=None if lower is None else _to_step(lower, step, np.floor),
        upper=None if upper is None else _to_step(upper, step, np.ceil),
    )


def _to_step(value: float, step: float, way: Callable[[np.ndarray], np.ndarray]) -> float:
    if step <= 0 or not np.isfinite(value):
        return value
    decimals = max(-floor(log10(step) + _EPSILON), 0)

    def multiple(times: float) -> float:
        return round(times * step, decimals) + 0.0  # no minus 0

    if multiple(round(value / step)) == value:
        return value + 0.0
    times = float(way(np.asarray(value / step)))
    found = multiple(times)
    if way is np.floor and found > value:  # the division was rounded
        return multiple(times - 1)
    return multiple(times + 1) if way is np.ceil and found < value else found
