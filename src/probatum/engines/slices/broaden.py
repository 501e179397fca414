# SPDX-License-Identifier: Apache-2.0
"""Of a slice and the wider ones around it, take the widest that is just as bad: it is easier to say, and surer.

A search takes the best of very many slices, so it likes those that chance made a little worse than they are: a part
of a bad group rather than the group. A level is dropped where the rows that come in by it are not clearly better
than those of the slice.
"""

import math

import numpy as np

from probatum.engines.slices.scoring import Rule
from probatum.engines.slices.slices import Slice, members

CLEARLY = 2.0  # standard errors; well below what a group that counts must differ by from one that is as it should be


def broadened(found: Slice, codes: np.ndarray, losses: np.ndarray, rule: Rule) -> Slice:
    """Return the slice without the levels that it does not need.

    Args:
        found: on these rows.
        codes: (n, c) see ``top_slices``.
        losses: (n,) likewise.
        rule: of the score.
    """
    while len(found.levels) > 1:
        wider = [_without(found, place, codes, losses, rule) for place in range(len(found.levels))]
        inside = losses[members(codes, found)]
        apart = [_apart(inside, losses[members(codes, one) & ~members(codes, found)]) for one in wider]
        least = int(np.argmin(apart))
        if apart[least] >= CLEARLY:
            break
        found = wider[least]
    return found


def _without(found: Slice, place: int, codes: np.ndarray, losses: np.ndarray, rule: Rule) -> Slice:
    levels = (*found.levels[:place], *found.levels[place + 1 :])
    one = Slice(levels=levels, size=0, loss_sum=0.0, score=0.0)
    inside = members(codes, one)
    size, lost = int(inside.sum()), math.fsum(losses[inside])
    return Slice(levels=levels, size=size, loss_sum=lost, score=float(rule.score(lost, size)))


def _apart(inside: np.ndarray, beside: np.ndarray) -> float:
    """Return by how many standard errors the mean loss inside exceeds that beside; 0 where nothing is beside."""
    if beside.size == 0:
        return 0.0
    ends = [float(part.var()) / part.size for part in (inside, beside)]
    gap = float(inside.mean() - beside.mean())
    error = math.sqrt(sum(ends))
    if error == 0:
        return 0.0 if gap <= 0 else math.inf
    return gap / error
