# SPDX-License-Identifier: Apache-2.0
"""Cut numbers into a few levels with edges that are easy to read, and say each level in words.

An edge belongs to the level above it: with edges 25 and 38, a whole number of years falls into "up to 24",
"25 to 37" or "38 or more". An edge is the roundest number near a quantile, so it shows no person's exact cell.
"""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from probatum.errors import UsageError
from probatum.facts.numbers import plain_number

MISSING = -1  # the code of a missing cell
NEAR = 0.25  # how far an edge may lie from its quantile, in gaps to the next quantile
SMALLEST = 1e-290  # a number nearer to 0 is 0


def nice_edges(values: np.ndarray, *, bins: int = 10) -> np.ndarray:
    """Return at most ``bins - 1`` rising edges near the quantiles of the values, rounded to be easy to read.

    Whole numbers get whole edges. Every level holds at least one value; a constant column has no edge. Where one
    value at the bottom holds many rows (no capital gain), it gets a level of its own.

    Args:
        values: (n,) numbers; NaN and infinities are left out.
        bins: the most levels wanted.
    """
    if bins < 1:
        raise UsageError(f"Numbers are cut into at least 1 level, and {bins} were asked for.")
    values = np.sort(values[np.isfinite(values)])
    values = np.where(np.abs(values) < SMALLEST, 0.0, values)  # powers of ten end there
    if bins == 1 or values.size == 0 or values[0] == values[-1]:
        return np.empty(0)
    whole = bool((values == np.round(values)).all())
    low, high = float(values[0]), float(values[-1])
    quantiles = np.unique(np.quantile(values, np.arange(1, bins) / bins))
    wanted = [float(quantile) for quantile in quantiles if quantile > low]
    edges = [] if len(wanted) == quantiles.size else [_roundest_above(low, float(values[values > low][0]))]
    for below, middle, above in zip([low, *wanted], wanted, [*wanted[1:], high], strict=False):
        gaps = [gap for gap in (middle - below, above - middle) if gap > 0]
        edges.append(_roundest_near(middle, NEAR * min(gaps), high, whole))
    return _splitting(np.unique(edges), values)


def digitise(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return (n,) int32 codes: the number of edges at or below each value; -1 where it is missing."""
    codes = np.searchsorted(edges, values, side="right").astype(np.int32)
    codes[np.isnan(values)] = MISSING
    return codes


def plain(edge: float) -> str:
    """Return an edge as printed."""
    return f"{int(edge):,}" if float(edge).is_integer() else plain_number(edge, digits=6)


def ranges(edges: np.ndarray, *, whole: bool, say: Callable[[float], str] = plain) -> tuple[str, ...]:
    """Return each level in words that follow the column's name; an edge belongs to the level above it.

    Args:
        edges: rising.
        whole: the numbers are whole, so that a level ends one before the next edge.
        say: how an edge is printed.
    """
    if not len(edges):
        return ("= any",)
    if not whole:
        inner = [f"{say(low)} to below {say(high)}" for low, high in pairwise(edges)]
        return (f"below {say(edges[0])}", *inner, f"{say(edges[-1])} or more")
    inner = [f"= {say(low)}" if high - low == 1 else f"{say(low)} to {say(high - 1)}" for low, high in pairwise(edges)]
    return (f"up to {say(edges[0] - 1)}", *inner, f"{say(edges[-1])} or more")


def _roundest_near(middle: float, tolerance: float, high: float, whole: bool) -> float:
    """Return the multiple of the largest 1 or 5 times 10^k near ``middle``, at most ``high``."""
    if whole:
        middle = math.ceil(middle)  # on whole numbers, "at least 37.5" is "at least 38"
    exponent = math.floor(math.log10(max(abs(middle), tolerance))) + 1
    for power in range(exponent, exponent - 18, -1):
        for step in (10.0**power, 5 * 10.0 ** (power - 1)):
            if whole and step < 1:
                return middle
            near = round(round(middle / step) * step, max(0, 1 - power))
            if abs(near - middle) <= tolerance and near <= high:
                return near
    return middle


def _roundest_above(low: float, high: float) -> float:
    """Return the number above ``low``, up to ``high``, that is a multiple of the largest power of ten."""
    exponent = math.floor(math.log10(max(abs(low), abs(high))))
    for power in range(exponent, exponent - 18, -1):
        near = round(math.floor(high / 10.0**power) * 10.0**power, max(0, -power))
        if low < near <= high:
            return near
    return high


def _splitting(edges: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Keep the edges that leave at least one value in every level; ``values`` rise."""
    below = np.searchsorted(values, edges, side="left")  # values under each edge
    return np.asarray(edges[(np.diff(below, prepend=0) > 0) & (below < values.size)])
