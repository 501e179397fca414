# SPDX-License-Identifier: Apache-2.0
"""What came true of each thing said, and what was said: two lists of groups with the same names.

A share whose count is under ``SMALL`` is hidden and its range widened, as everywhere. The total is known from
elsewhere, so where the hidden counts could be worked out from the rest, neighbouring groups are put together until
nothing needs to be hidden.
"""

from collections.abc import Sequence

import numpy as np

from probatum.engines.calibration.bins import Bins
from probatum.engines.mistakes.small_counts import SMALL, could_be_worked_out, hidden_count, share_within
from probatum.facts.finding import Part

FINEST = 6  # decimals in a name


def reliability(bins: Bins, *, confidence: float) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Return the share that came true and the mean of what was said, by group, from least to most said.

    The shares have exact ranges (Clopper and Pearson 1934) that hold for all of the bins at once. Joining groups
    looks at what came true, and no cost of that was seen: of 600 samples each, at least one range missed in 0 to
    4.2 % (six shapes of scores, 100 to 5,000 rows, nominal 5 %).
    """
    groups = shown(bins)
    names = _names([float(bins.low[group[0]]) for group in groups], [float(bins.high[group[-1]]) for group in groups])
    came_true, was_said = [], []
    for name, group in zip(names, groups, strict=True):
        rows, right = _count(bins, group)
        came_true.append(share_within(name, right, rows, confidence=confidence, family=len(bins.rows)))
        mean = float((bins.said[group] * bins.rows[group]).sum() / rows)
        was_said.append(Part(name=name, value=mean, interval=None, n=rows))
    return tuple(came_true), tuple(was_said)


def shown(bins: Bins) -> list[list[int]]:
    """Return the places of the bins that are shown together, in order: as few together as can be."""
    groups = [[place] for place in range(len(bins.rows))]
    while len(groups) > 1:
        at = _to_join(bins, groups)
        if at is None:
            break
        # the neighbour with which nothing has to be hidden, or the smaller one
        sides = [place for place in (at - 1, at) if 0 <= place < len(groups) - 1]
        first = min(sides, key=lambda one: _cost(bins, groups[one] + groups[one + 1]))
        groups[first : first + 2] = [groups[first] + groups[first + 1]]
    return groups


def _count(bins: Bins, group: list[int]) -> tuple[int, int]:
    return int(bins.rows[group].sum()), int(bins.right[group].sum())


def _cost(bins: Bins, group: list[int]) -> tuple[bool, int]:
    rows, right = _count(bins, group)
    return hidden_count(rows, right) > 0, rows


def _to_join(bins: Bins, groups: list[list[int]]) -> int | None:
    """Return the place of a group that cannot stand alone; None if all can."""
    counts = [_count(bins, group) for group in groups]
    small = [place for place, (rows, _) in enumerate(counts) if rows < SMALL]
    if small:
        return small[0]
    hidden = [hidden_count(rows, right) for rows, right in counts]
    return next(place for place, one in enumerate(hidden) if one) if could_be_worked_out(hidden) else None


def _names(lows: Sequence[float], highs: Sequence[float]) -> list[str]:
    """Return "said 80 to 90 of 100" with as few decimals as tell the groups apart."""
    names: list[str] = []
    for decimals in range(FINEST + 1):
        names = [_name(low, high, decimals) for low, high in zip(lows, highs, strict=True)]
        if len(set(names)) == len(names):
            return names
    return [f"{name}, group {place}" for place, name in enumerate(names, start=1)]


def _name(low: float, high: float, decimals: int) -> str:
    first, last = (f"{np.round(100 * bound, decimals):.{decimals}f}" for bound in (low, high))
    return f"said {first} of 100" if first == last else f"said {first} to {last} of 100"
