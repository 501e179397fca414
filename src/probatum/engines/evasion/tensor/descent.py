# SPDX-License-Identifier: Apache-2.0
"""Walk down the margin by its gradient, with momentum, and with steps that halve where they no longer help.

Source: Croce and Hein 2020, arXiv:2003.01690 (Auto-PGD), algorithm 1; the loss is the plain margin, whose sign of the
gradient is that of their DLR loss wherever the third score does not change places. In L1, steps move few cells at a
time: Croce and Hein 2021, arXiv:2103.01208, section 3.2.
"""

from typing import final

import torch
from torch import Tensor

from probatum.engines.evasion.tensor.front import Front, Outcome, wide
from probatum.engines.evasion.tensor.network import Asked
from probatum.engines.evasion.tensor.places import FEW
from probatum.engines.evasion.threat import Norm

MOMENTUM = 0.75
USEFUL = 0.75  # share of steps since the last mark that must have helped, or the step halves
SPARSER = 1.5  # the cells moved in L1 at the best point, divided by this, are how many the next steps move


def descend(
    asked: Asked,
    front: Front,
    start: Tensor,
    steps: int,
    *,
    target: Tensor | None = None,
    first: float = 2.0,
    soft: bool = False,
) -> Outcome:
    """Walk from ``start`` for some steps; a row leaves as soon as it breaks.

    Args:
        asked: the network.
        front: the rows; not changed.
        start: (a, ...) points of their regions.
        steps: gradient steps, at most.
        target: (a,) the class to be answered instead; None: whichever is nearest.
        first: size of the first step, in parts of the region.
        soft: follow the cross-entropy, not the margin; which steps helped is told by the margin all the same.
    """
    walk = _Walk(asked, front.take(slice(None)), start, target, first, _marks(steps))
    walk.soft = soft
    broken: list[Front] = []
    for step in range(steps + 1):
        if not len(walk.front.rows):
            break
        if step < steps:
            walk.step(step)
        else:  # the last step was taken and not yet looked at
            walk.look()
        gone = walk.front.margin < 0
        if gone.any():
            broken.append(walk.front.take(gone))
            walk.keep(~gone)
    return Outcome(left=walk.front, broken=broken)


@final
class _Walk:
    """The state of all rows between two steps."""

    def __init__(
        self, asked: Asked, front: Front, start: Tensor, target: Tensor | None, first: float, marks: frozenset[int]
    ) -> None:
        count = len(front.rows)
        self.asked, self.front, self.target, self.marks = asked, front, target, marks
        self.point, self.before = start, start
        self.soft = False
        self.size = wide(torch.full((count,), first), start)
        self.few = torch.full((count,), FEW)
        self.helped = torch.zeros(count)
        self.since = 0
        self.lowest = torch.full((count,), torch.inf)  # of this walk, not of all before it
        self.lowest_point = start
        self.mark_lowest = torch.full((count,), torch.inf)
        self.mark_size = self.size.clone()

    def step(self, number: int) -> None:
        gradient, margins = self.asked.gradients(self.point, self.front.y, self.target, soft=self.soft)
        self._note(margins)
        if number in self.marks:
            self._halve()
        where = self.front.where
        plain = where.back(self.point + where.step(gradient, self.size, self.few))
        if number:
            moved = self.point + MOMENTUM * (plain - self.point) + (1 - MOMENTUM) * (self.point - self.before)
            plain = where.back(moved)
        self.before, self.point = self.point, plain

    def look(self) -> None:
        self._note(self.asked.margins(self.point, self.front.y))

    def _note(self, margins: Tensor) -> None:
        self.front.note(self.point, margins)
        better = margins < self.lowest
        self.helped += better
        self.since += 1
        self.lowest = torch.where(better, margins, self.lowest)
        self.lowest_point = torch.where(wide(better, self.point), self.point, self.lowest_point)

    def _halve(self) -> None:
        """Halve the steps that do not help (their conditions 1 and 2), and go back to the best point."""
        stuck = (self.mark_size == self.size).flatten() & (self.mark_lowest == self.lowest)
        halve = (self.helped < USEFUL * self.since) | stuck
        self.mark_size, self.mark_lowest = self.size.clone(), self.lowest.clone()
        self.size = torch.where(wide(halve, self.size), self.size / 2, self.size)
        self.point = torch.where(wide(halve, self.point), self.lowest_point, self.point)
        self.before = torch.where(wide(halve, self.point), self.lowest_point, self.before)
        self.helped, self.since = torch.zeros_like(self.helped), 0
        if self.front.where.norm is Norm.L1:
            moved = (self.lowest_point != self.front.where.x).flatten(1).float().mean(dim=1)
            self.few = torch.where(halve, moved / SPARSER, self.few)

    def keep(self, rows: Tensor) -> None:
        """Drop the other rows from everything."""
        self.front = self.front.take(rows)
        self.point, self.before, self.lowest_point = self.point[rows], self.before[rows], self.lowest_point[rows]
        self.size, self.few, self.helped = self.size[rows], self.few[rows], self.helped[rows]
        self.lowest, self.mark_lowest, self.mark_size = self.lowest[rows], self.mark_lowest[rows], self.mark_size[rows]
        if self.target is not None:
            self.target = self.target[rows]


def _marks(steps: int) -> frozenset[int]:
    """Return the steps at which sizes are looked at: their section 3.1."""
    shares = [0.0, 0.22]
    while shares[-1] < 1:
        shares.append(shares[-1] + max(shares[-1] - shares[-2] - 0.03, 0.06))
    return frozenset(round(share * steps) for share in shares[1:])
