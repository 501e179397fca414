# SPDX-License-Identifier: Apache-2.0
"""Bounds on cells that see the input through a single layer of curves, each of them only a window of it.

Such cells are most of a network that looks at pictures. A cell asks the same of every row: the same few curves, with
the same signs, which look at the same few cells of the input. So all rows are asked about one cell at a time, and only
its window is worked on. What comes out is what ``backward.least`` gives, to the last bits.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Self, final

import torch
from torch import Tensor

from probatum.engines.bounds.tensor.backward import Ground, sums, through_sum
from probatum.engines.bounds.tensor.intervals import Ends, passed
from probatum.engines.bounds.tensor.steps import Step

LARGEST = 1 << 25  # numbers of a matrix of weights, at most; above, windows are not worked out
TOGETHER = 256  # cells whose weights are worked out at once
NARROW = 0.25  # share of the curves that a cell sees, on average, up to which windows pay
LOOKED_AT = 64  # cells whose windows are counted to tell how large they are


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Windows:
    """A value as a weighted sum of curves, and the curves' inputs as weighted sums of the network's input."""

    curve: Step
    outer: Tensor  # (cells, curves) float64
    inner: Tensor  # (curves, inputs)
    shift: Tensor  # (curves,) of the inner sums
    outer_shift: Tensor  # (cells,)
    outer_way: list[Step]  # from the curves to the value, the last first
    inner_way: list[Step]  # from the input to the curves

    @classmethod
    def of(cls, source: str, steps: list[Step], shapes: dict[str, torch.Size], name: str) -> Self | None:
        """Return the windows of a value; None where it is not made so, or where they are no smaller than the whole.

        Args:
            source: name of the input.
            steps: of the network.
            shapes: of all values, without rows.
            name: of the value.
        """
        by_name = {step.name: step for step in steps}
        outer_way, start = _linear_way(by_name, name)
        curve = by_name.get(start)
        if curve is None or curve.relax is None:
            return None
        inner_way, start = _linear_way(by_name, curve.inputs[0])
        cells, curves, inputs = (shapes[value].numel() for value in (name, curve.name, source))
        if start != source or max(cells * curves, curves * inputs) > LARGEST:
            return None
        outer, outer_shift = _matrix(outer_way, shapes, name, curve.name)
        inner, shift = _matrix(inner_way, shapes, curve.inputs[0], source)
        if (outer != 0).sum(dim=1).double().mean() > NARROW * curves:
            return None
        return cls(
            curve=curve, outer=outer, inner=inner, shift=shift, outer_shift=outer_shift, outer_way=outer_way,
            inner_way=inner_way,
        )  # fmt: skip

    @cached_property
    def size(self) -> float:
        """Multiplications that one sum of a cell takes, on average over some cells spread over all of them."""
        cells = range(0, len(self.outer), max(1, len(self.outer) // LOOKED_AT))
        return sum(math.prod(len(one) for one in self._window(cell)) for cell in cells) / len(cells)

    def bounds(self, known: dict[str, Ends], ground: Ground, wanted: Tensor) -> tuple[Tensor, Tensor]:
        """Return (n, cells) bounds from below and above; infinite where not wanted.

        Args:
            known: bounds on every value up to this one.
            ground: the regions.
            wanted: (n, cells) bool.
        """
        if self.curve.relax is None:
            raise NotImplementedError(self.curve.name)
        ends = known[self.curve.inputs[0]]
        lines = [one.flatten(1) for one in self.curve.relax(ends.low, ends.high)]
        inner_errors, outer_errors = (
            passed(way, known, start).flatten(1)
            for way, start in ((self.inner_way, self.curve.inputs[0]), (self.outer_way, self.curve.name))
        )
        if self.curve.rounds:  # a curve that rounds: its error passes the outer sums as well
            outer_errors = outer_errors + known[self.curve.name].error.flatten(1) @ self.outer.abs().T
        errors, flat = (inner_errors, outer_errors), ground.flat()
        low = torch.full(wanted.shape, -torch.inf, dtype=torch.float64)
        high = -low
        for cell in torch.nonzero(wanted.any(dim=0))[:, 0].tolist():
            rows = torch.nonzero(wanted[:, cell])[:, 0]
            low[rows, cell], high[rows, cell] = self._cell(cell, rows, lines, errors, flat)
        return low, high

    def _cell(
        self, cell: int, rows: Tensor, lines: list[Tensor], errors: tuple[Tensor, Tensor], flat: Ground
    ) -> tuple[Tensor, Tensor]:
        places, seen = self._window(cell)
        inner = self.inner[places]
        weights = self.outer[cell, places]
        weights = torch.stack([weights, -weights])  # both directions
        up, down = weights.clamp(min=0), weights.clamp(max=0)
        below, below_shift, above, above_shift = (one[rows[:, None], places] for one in lines)  # (r, p) each
        back = up * below.unsqueeze(1) + down * above.unsqueeze(1)  # (r, 2, p)
        fixed = below_shift @ up.T + above_shift @ down.T + back @ self.shift[places]
        fixed = fixed - sums(back.abs(), errors[0][rows[:, None], places]) - errors[1][rows, cell].unsqueeze(1)
        least = flat.take(rows).columns(seen).least(back @ inner[:, seen]) + fixed
        return least[:, 0] + self.outer_shift[cell], self.outer_shift[cell] - least[:, 1]

    def _window(self, cell: int) -> tuple[Tensor, Tensor]:
        """Return the places of the curves that a cell sees, and of the input's cells that these see."""
        places = torch.nonzero(self.outer[cell])[:, 0]
        return places, torch.nonzero((self.inner[places] != 0).any(dim=0))[:, 0]


def _linear_way(by_name: dict[str, Step], name: str) -> tuple[list[Step], str]:
    """Return the linear steps with one input that lead to a value, the last first, and where they start."""
    way = []
    while name in by_name:
        step = by_name[name]
        if step.relax is not None or step.picks or len(step.inputs) != 1:
            break
        way.append(step)
        (name,) = step.inputs
    return way, name


def _matrix(way: list[Step], shapes: dict[str, torch.Size], to: str, start: str) -> tuple[Tensor, Tensor]:
    """Return the weights (cells of ``to``, cells of ``start``) and the shift of a linear way."""
    cells = shapes[to].numel()
    weights, shifts = [], []
    for first in range(0, cells, TOGETHER):
        count = min(TOGETHER, cells - first)
        asked = torch.zeros(count, cells, dtype=torch.float64)
        asked[torch.arange(count), first + torch.arange(count)] = 1.0
        asked, total = asked.view(count, *shapes[to]), torch.zeros(count, dtype=torch.float64)
        for step in way:
            (asked,), shift = through_sum(step, [shapes[step.inputs[0]]], asked)
            total = total + shift
        weights.append(asked.flatten(1))
        shifts.append(total)
    return torch.cat(weights).view(cells, shapes[start].numel()), torch.cat(shifts)
