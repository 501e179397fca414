# SPDX-License-Identifier: Apache-2.0
"""Work out what is left of a network in the region of one row (``local``)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

from probatum.engines.bounds.tensor.backward import Ground, largest, through_sum
from probatum.engines.bounds.tensor.curves import Curve
from probatum.engines.bounds.tensor.intervals import Ends
from probatum.engines.bounds.tensor.local import Local, Sums
from probatum.engines.bounds.tensor.steps import Lines, Step

TOGETHER = 1 << 20  # numbers of one value that are carried back at once


def localised(
    source: str,
    steps: list[Step],
    known: Mapping[str, Ends],
    ground: Ground,
    of: str,
    weights: Tensor,
    most: int,
    *,
    costs: Mapping[str, float],
    limit: float,
) -> Local | None:
    """Return the network in the region of a single row; None where that would take more units or work than allowed.

    Args:
        source: name of the input.
        steps: of the network.
        known: bounds on every value, of the one row.
        ground: its region.
        of: the value that the margins are sums of.
        weights: (1, m, *shape) of the margins.
        most: units, at most.
        costs: multiplications of one sum of each value, by name.
        limit: multiplications, at most.
    """
    curves, start = list[_Curve](), 0
    for step in steps:
        if step.relax is not None or step.picks:
            curves.append(_curve(step, known[step.inputs[0]], start))
            start = curves[-1].units.stop
    cost = sum(len(one.cells) * costs[one.step.inputs[0]] for one in curves) + weights.shape[1] * costs[of]
    if start > most or cost > limit:
        return None
    way = _Way(source=source, steps=steps, known=known, curves={one.step.name: one for one in curves}, count=start)
    before = [way.sums(one.step.inputs[0], way.single(one)) for one in curves]
    margins = way.sums(of, weights[0])
    ends = [torch.cat([getattr(one, name) for one in curves]) if curves else torch.zeros(0) for name in ("low", "high")]
    lines = [torch.cat([one.lines[part] for one in curves]) if curves else torch.zeros(0) for part in range(4)]
    return Local(
        ground=ground.flat(),
        before=_joined([*before, margins.take(slice(0, 0))]),
        layers=[one.units for one in curves if len(one.cells)],
        curves=[one.step.relax if isinstance(one.step.relax, Curve) else None for one in curves if len(one.cells)],
        low=ends[0].double(),
        high=ends[1].double(),
        lines=(lines[0].double(), lines[1].double(), lines[2].double(), lines[3].double()),
        margins=margins,
        cost=cost,
    )


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Curve:
    """One step that is a curve or a pool, in the region: its cells that bend are units, the others straight."""

    step: Step
    units: slice
    cells: Tensor  # (u,) places of the units in the step's flat result
    chosen: Tensor  # (u,) places in the flat value that the step is applied to
    low: Tensor  # (u,) bounds there
    high: Tensor
    lines: Lines  # (u,) each
    slope: Tensor  # (cells,) of the straight cells; 0 where bent
    shift: Tensor  # (cells,)
    taken: Tensor  # (cells,) place in the flat value that each cell takes


def _curve(step: Step, ends: Ends, start: int) -> _Curve:
    """Return what a step does in the region of one row; its first unit has the place ``start``."""
    if step.relax is not None:
        below, below_shift, above, above_shift = (one[0].flatten() for one in step.relax(ends.low, ends.high))
        taken = torch.arange(len(below))
    else:  # of a pool, a cell is straight where one of those that it picks from cannot be beaten
        place, alone, top = (one[0].flatten(1) for one in largest(step, ends))
        taken = (place + ends.low[0, 0].numel() * torch.arange(len(place))[:, None]).flatten()
        below, below_shift = torch.ones(len(taken)).double(), torch.zeros(len(taken)).double()
        above = torch.where(alone.flatten(), 1.0, 0.0).double()
        above_shift = torch.where(alone.flatten(), 0.0, top.flatten())
    bent = (below != above) | (below_shift != above_shift)
    cells = torch.nonzero(bent)[:, 0]
    chosen = taken[cells]
    return _Curve(
        step=step,
        units=slice(start, start + len(cells)),
        cells=cells,
        chosen=chosen,
        low=ends.low[0].flatten()[chosen],
        high=ends.high[0].flatten()[chosen],
        lines=(below[cells], below_shift[cells], above[cells], above_shift[cells]),
        slope=torch.where(bent, 0.0, below),
        shift=torch.where(bent, 0.0, below_shift),
        taken=taken,
    )


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Way:
    """The way back to the input and to the units."""

    source: str
    steps: list[Step]
    known: Mapping[str, Ends]
    curves: Mapping[str, _Curve]
    count: int  # of units

    def single(self, curve: _Curve) -> Tensor:
        """Return (u, *shape) weights, each of one cell that a curve bends."""
        shape = self.known[curve.step.inputs[0]].low.shape[1:]
        weights = torch.zeros(len(curve.chosen), shape.numel(), dtype=torch.float64)
        weights[torch.arange(len(curve.chosen)), curve.chosen] = 1.0
        return weights.view(-1, *shape)

    def sums(self, of: str, weights: Tensor) -> Sums:
        """Return sums of one value, with weights (q, *shape), as sums of the input and of units."""
        width = max(ends.low.numel() for ends in self.known.values())
        some = max(1, TOGETHER // width)
        return _joined([self._sums(of, weights[at : at + some]) for at in range(0, max(1, len(weights)), some)])

    def _sums(self, of: str, weights: Tensor) -> Sums:
        count = len(weights)
        carried, units = {of: weights}, torch.zeros(count, self.count, dtype=torch.float64)
        total, error = torch.zeros(count, dtype=torch.float64), torch.zeros(count, dtype=torch.float64)
        for step in reversed(self.steps):
            if step.name not in carried:
                continue
            asked, shapes = carried.pop(step.name), [self.known[name].low.shape[1:] for name in step.inputs]
            curve = self.curves.get(step.name)
            if curve is None:
                given, shift = through_sum(step, shapes, asked)
            else:
                flat = asked.flatten(1)
                units[:, curve.units] += flat[:, curve.cells]
                back = torch.zeros(count, shapes[0].numel(), dtype=torch.float64)
                back.index_add_(1, curve.taken, flat * curve.slope)
                given, shift = [back.view(count, *shapes[0])], flat @ curve.shift
            total = total + shift
            error = error + asked.flatten(1).abs() @ self.known[step.name].error.flatten()
            for name, one in zip(step.inputs, given, strict=True):
                carried[name] = carried[name] + one if name in carried else one
        inputs = carried.get(self.source)
        if inputs is None:
            inputs = torch.zeros(count, *self.known[self.source].low.shape[1:], dtype=torch.float64)
        return Sums(inputs=inputs.flatten(1), units=units, shift=total, error=error)


def _joined(parts: Sequence[Sums]) -> Sums:
    return Sums(
        inputs=torch.cat([one.inputs for one in parts]),
        units=torch.cat([one.units for one in parts]),
        shift=torch.cat([one.shift for one in parts]),
        error=torch.cat([one.error for one in parts]),
    )
