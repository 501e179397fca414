# SPDX-License-Identifier: Apache-2.0
"""A network as it is in the region of one row: most of its curves are straight there, and fall together into sums.

What is left are *units*: cells of curves that bend within the region, mostly a few dozen of thousands. Each is a curve
of a weighted sum of the input and of earlier units, and so are the margins. Linear bounds of many margins, parts and
lines at once are then a few small products of matrices; they are those of ``backward``, to the last bits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

from probatum.engines.bounds.tensor.backward import Ground, largest, through_sum
from probatum.engines.bounds.tensor.intervals import Ends
from probatum.engines.bounds.tensor.steps import Lines, Step, relu_lines

TOGETHER = 1 << 20  # numbers of one value that are carried back at once


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sums:
    """q weighted sums of the input, (d,), and of the units, (k,), as float32 computes them."""

    inputs: Tensor  # (q, d)
    units: Tensor  # (q, k)
    shift: Tensor  # (q,)
    error: Tensor  # (q,) most that rounding adds on the way

    def take(self, index: Tensor | slice) -> "Sums":
        """Return some of them."""
        return Sums(
            inputs=self.inputs[index], units=self.units[index], shift=self.shift[index], error=self.error[index]
        )

    def rough(self) -> "Sums":
        """Return them in float32."""
        return Sums(
            inputs=self.inputs.float(), units=self.units.float(), shift=self.shift.float(), error=self.error.float()
        )

    def both_ways(self) -> "Sums":
        """Return them, then their negatives."""
        return Sums(
            inputs=torch.cat([self.inputs, -self.inputs]),
            units=torch.cat([self.units, -self.units]),
            shift=torch.cat([self.shift, -self.shift]),
            error=torch.cat([self.error, self.error]),
        )


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Local:
    """The network in the region of one row."""

    ground: Ground  # of the row, flat
    before: Sums  # what each of the k units is a curve of; of earlier layers' units only
    layers: Sequence[slice]  # of the units, in the order in which they are computed
    bends: Tensor  # (k,) bool: a ReLU; the others keep their lines
    low: Tensor  # (k,) bounds on what each is a curve of
    high: Tensor
    lines: tuple[Tensor, Tensor, Tensor, Tensor]  # (k,) of each unit, see ``steps``
    margins: Sums

    def rough(self) -> "Local":
        """Return the same in float32: for searches, whose outcome is bounded anew in float64."""
        ground = self.ground
        lines = [one.float() for one in self.lines]
        return Local(
            ground=Ground(
                low=ground.low.float(), high=ground.high.float(), centre=ground.centre.float(),
                radius=None if ground.radius is None else ground.radius.float(), dual=ground.dual,
            ),
            before=self.before.rough(), layers=self.layers, bends=self.bends, low=self.low.float(),
            high=self.high.float(), lines=(lines[0], lines[1], lines[2], lines[3]), margins=self.margins.rough(),
        )  # fmt: skip

    def narrowed(self, places: Tensor, low: Tensor, high: Tensor) -> "Local":
        """Return the same with the bounds of some units, (u,), met with others."""
        lows, highs = self.low.clone(), self.high.clone()
        lows[places], highs[places] = torch.maximum(lows[places], low), torch.minimum(highs[places], high)
        lines = tuple(
            torch.where(self.bends, new, old) for new, old in zip(relu_lines(lows, highs), self.lines, strict=True)
        )
        return Local(
            ground=self.ground, before=self.before, layers=self.layers, bends=self.bends, low=lows, high=highs,
            lines=(lines[0], lines[1], lines[2], lines[3]), margins=self.margins,
        )  # fmt: skip

    def least(
        self, asked: Sums, slopes: Tensor, signs: Tensor | None = None, forces: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return (q,) lower bounds on sums, and (q, k) the weights that arrive at the units.

        Args:
            asked: the sums.
            slopes: (q, k) of the lines below ReLUs that are open, 0 to 1.
            signs: (q, k) 1: the unit's ReLU is held on, -1: off, 0: neither.
            forces: (q, k) multipliers of the signs, 0 or more.
        """
        below, below_shift, above, above_shift = self.lines
        open_units = self.bends & (self.low < 0) & (self.high > 0)
        total, arriving, onward = asked.shift - asked.error, list[Tensor](), list[Tensor]()
        for place in range(len(self.layers) - 1, -1, -1):
            layer = self.layers[place]
            weights = asked.units[:, layer]
            for later, sent in zip(self.layers[:place:-1], onward, strict=True):
                weights = weights + sent @ self.before.units[later, layer]
            up, down = weights.clamp(min=0), weights.clamp(max=0)
            under = torch.where(open_units[layer], slopes[:, layer], below[layer])
            back, shifts = up * under + down * above[layer], up * below_shift[layer] + down * above_shift[layer]
            if signs is not None and forces is not None:
                held = signs[:, layer]
                back = torch.where(held == 0, back, torch.where(held > 0, weights, 0.0) - held * forces[:, layer])
                shifts = torch.where(held == 0, shifts, 0.0)
            total = total + shifts.sum(dim=1)
            arriving.append(weights)
            onward.append(back)
        if not onward:
            return total + self.ground.least(asked.inputs[None])[0], asked.units
        sent = torch.cat(onward[::-1], dim=1)
        weights = asked.inputs + sent @ self.before.inputs
        total = total + sent @ self.before.shift - sent.abs() @ self.before.error
        return total + self.ground.least(weights[None])[0], torch.cat(arriving[::-1], dim=1)


def localised(
    source: str, steps: list[Step], known: Mapping[str, Ends], ground: Ground, of: str, weights: Tensor, most: int
) -> Local | None:
    """Return the network in the region of a single row; None where more than ``most`` units are left.

    Args:
        source: name of the input.
        steps: of the network.
        known: bounds on every value, of the one row.
        ground: its region.
        of: the value that the margins are sums of.
        weights: (1, m, *shape) of the margins.
        most: units, at most.
    """
    curves, start = list[_Curve](), 0
    for step in steps:
        if step.relax is not None or step.picks:
            curves.append(_curve(step, known[step.inputs[0]], start))
            start = curves[-1].units.stop
    if start > most:
        return None
    way = _Way(source=source, steps=steps, known=known, curves={one.step.name: one for one in curves}, count=start)
    before = [way.sums(one.step.inputs[0], way.single(one)) for one in curves]
    margins = way.sums(of, weights[0])
    ends = [torch.cat([getattr(one, name) for one in curves]) if curves else torch.zeros(0) for name in ("low", "high")]
    lines = [torch.cat([one.lines[part] for one in curves]) if curves else torch.zeros(0) for part in range(4)]
    bends = [torch.full((len(one.cells),), one.step.relax is relu_lines) for one in curves]
    return Local(
        ground=ground.flat(),
        before=_joined([*before, margins.take(slice(0, 0))]),
        layers=[one.units for one in curves if len(one.cells)],
        bends=torch.cat(bends) if bends else torch.zeros(0, dtype=torch.bool),
        low=ends[0].double(),
        high=ends[1].double(),
        lines=(lines[0].double(), lines[1].double(), lines[2].double(), lines[3].double()),
        margins=margins,
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
