# SPDX-License-Identifier: Apache-2.0
"""Walk down the margin by its gradient, with momentum, and with steps that halve where they no longer help.

Source: Croce and Hein 2020, arXiv:2003.01690 (Auto-PGD), algorithm 1; the loss is the plain margin, whose sign of the
gradient is that of their DLR loss wherever the third score does not change places.
"""

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

from probatum.engines.evasion.tensor.network import Asked
from probatum.engines.evasion.tensor.places import Places

MOMENTUM = 0.75
USEFUL = 0.75  # share of steps since the last mark that must have helped, or the step halves


@final
@dataclass(slots=True, kw_only=True, eq=False)
class Front:
    """The rows that are still unbroken, with the best point of each; shrinks as rows break."""

    rows: Tensor  # (a,) places among all rows
    where: Places  # of these rows
    y: Tensor  # (a,)
    best: Tensor  # (a, ...) point with the lowest margin so far
    margin: Tensor  # (a,)

    def take(self, index: Tensor) -> "Front":
        """Return the front of some of its rows."""
        return Front(
            rows=self.rows[index],
            where=self.where.take(index),
            y=self.y[index],
            best=self.best[index],
            margin=self.margin[index],
        )

    def note(self, points: Tensor, margins: Tensor) -> Tensor:
        """Keep what is better than before; return (a,) bool: it was."""
        better = margins < self.margin  # also false for NaN
        self.best = torch.where(_wide(better, points), points, self.best)
        self.margin = torch.where(better, margins, self.margin)
        return better


def descend(
    asked: Asked, front: Front, start: Tensor, steps: int, *, target: Tensor | None = None, first: float = 2.0
) -> tuple[Front, list[Front]]:
    """Walk from ``start`` for some steps; a row leaves as soon as it breaks.

    Args:
        asked: the network.
        front: the rows; not changed.
        start: (a, ...) points of their regions.
        steps: gradient steps, at most.
        target: (a,) the class to be answered instead; None: whichever is nearest.
        first: size of the first step, in parts of the region.

    Returns:
        What is left of the front, and what broke off it, piece by piece.
    """
    walk = _Walk(asked, front, start, target, first, _marks(steps))
    broken: list[Front] = []
    for step in range(steps):
        if not len(walk.front.rows):
            break
        walk.step(step)
        gone = walk.front.margin < 0
        if gone.any():
            broken.append(walk.front.take(gone))
            walk.keep(~gone)
    if len(walk.front.rows):  # the last step was taken and not yet looked at
        walk.look()
        gone = walk.front.margin < 0
        broken.append(walk.front.take(gone))
        walk.keep(~gone)
    return walk.front, broken


@final
class _Walk:
    """The state of all rows between two steps."""

    def __init__(
        self, asked: Asked, front: Front, start: Tensor, target: Tensor | None, first: float, marks: frozenset[int]
    ) -> None:
        count = len(front.rows)
        shape = (count, *([1] * (start.dim() - 1)))
        self.asked, self.front, self.target, self.marks = asked, front, target, marks
        self.point, self.before = start, start
        self.size = torch.full(shape, first)
        self.helped = torch.zeros(count)
        self.since = torch.zeros(count)
        self.lowest = torch.full((count,), torch.inf)  # of this walk, not of all before it
        self.lowest_point = start
        self.mark_lowest = torch.full((count,), torch.inf)
        self.mark_size = self.size.clone()

    def step(self, number: int) -> None:
        gradient, margins = self.asked.gradients(self.point, self.front.y, self.target)
        self._note(margins)
        if number in self.marks:
            self._halve()
        plain = self.front.where.back(self.point + self.front.where.step(gradient, self.size))
        moved = self.point + MOMENTUM * (plain - self.point) + (1 - MOMENTUM) * (self.point - self.before)
        self.before, self.point = self.point, plain if number == 0 else self.front.where.back(moved)

    def look(self) -> None:
        self._note(self.asked.margins(self.point, self.front.y))

    def _note(self, margins: Tensor) -> None:
        self.front.note(self.point, margins)
        better = margins < self.lowest
        self.helped += better
        self.since += 1
        self.lowest = torch.where(better, margins, self.lowest)
        self.lowest_point = torch.where(_wide(better, self.point), self.point, self.lowest_point)

    def _halve(self) -> None:
        """Halve the steps that do not help (their conditions 1 and 2), and go back to the best point."""
        stuck = (self.mark_size == self.size).flatten() & (self.mark_lowest == self.lowest)
        halve = (self.helped < USEFUL * self.since) | stuck
        self.mark_size, self.mark_lowest = self.size.clone(), self.lowest.clone()
        wide = _wide(halve, self.size)
        self.size = torch.where(wide, self.size / 2, self.size)
        self.point = torch.where(_wide(halve, self.point), self.lowest_point, self.point)
        self.before = torch.where(_wide(halve, self.point), self.lowest_point, self.before)
        self.helped, self.since = torch.zeros_like(self.helped), torch.zeros_like(self.since)

    def keep(self, rows: Tensor) -> None:
        """Drop the other rows from everything."""
        self.front = self.front.take(rows)
        for name in (
            "point",
            "before",
            "size",
            "helped",
            "since",
            "lowest",
            "lowest_point",
            "mark_lowest",
            "mark_size",
        ):
            setattr(self, name, getattr(self, name)[rows])
        if self.target is not None:
            self.target = self.target[rows]


def _marks(steps: int) -> frozenset[int]:
    """Return the steps at which sizes are looked at: their section 3.1."""
    shares = [0.0, 0.22]
    while shares[-1] < 1:
        shares.append(shares[-1] + max(shares[-1] - shares[-2] - 0.03, 0.06))
    return frozenset(round(share * steps) for share in shares[1:])


def _wide(flags: Tensor, like: Tensor) -> Tensor:
    return flags.view(-1, *([1] * (like.dim() - 1)))
