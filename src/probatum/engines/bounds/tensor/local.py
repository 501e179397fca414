# SPDX-License-Identifier: Apache-2.0
"""A network as it is in the region of one row: most of its curves are straight there, and fall together into sums.

What is left are *units*: cells of curves that bend within the region, mostly a few dozen of thousands. Each is a curve
of a weighted sum of the input and of earlier units, and so are the margins. Linear bounds of many margins, parts and
lines at once are then a few small products of matrices; they are those of ``backward``, to the last bits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

from probatum.engines.bounds.tensor.backward import Ground
from probatum.engines.bounds.tensor.curves import Between, Curve


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

    def until(self, unit: int) -> "Sums":
        """Return them without weights of the units from this one on, which must be zero."""
        return Sums(inputs=self.inputs, units=self.units[:, :unit], shift=self.shift, error=self.error)

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
class Held:
    """What p parts of the region know of the k units: bounds on what each is a curve of, and which of them a split set.

    Axes of p may be missing: all parts know the same.
    """

    low: Tensor  # (p, k)
    high: Tensor
    signs: Tensor  # (p, k) 1: the bound from below was set by a split, -1: that from above, 0: neither
    layers: Sequence[slice]
    between: Sequence[Between | None]  # of each layer; None: its lines stay as they are

    @property
    def usual(self) -> Tensor:
        """(p, k) shares of the usual lines."""
        return self._of("usual")

    @property
    def bent(self) -> Tensor:
        """(p, k) bool: a split would help."""
        return self._of("bent") > 0

    @property
    def cut(self) -> Tensor:
        """(p, k) where each unit would be split."""
        return self._of("cut")

    def left_out(self, shares: Tensor, weights: Tensor) -> Tensor:
        """Return (p, k) what the lines of each unit leave out at most, by the weight that arrives at it."""
        left = list[Tensor]()
        for one, layer in zip(self.between, self.layers, strict=True):
            if one is None:
                left.append(torch.zeros_like(weights[:, layer]))
                continue
            below, above = one.gaps(shares[:, layer])
            left.append(weights[:, layer].abs() * torch.where(weights[:, layer] < 0, above, below))
        return torch.cat(left, dim=1) if left else torch.zeros_like(weights)

    def _of(self, name: str) -> Tensor:
        """Return one thing of all layers; 0 where lines stay as they are."""
        if not self.between:
            return torch.zeros_like(self.low)
        return torch.cat([
            torch.zeros_like(self.low[..., layer]) if one is None else getattr(one, name).to(self.low.dtype)
            for one, layer in zip(self.between, self.layers, strict=True)
        ], dim=-1)  # fmt: skip


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Local:
    """The network in the region of one row."""

    ground: Ground  # of the row, flat
    before: Sums  # what each of the k units is a curve of; of earlier layers' units only
    layers: Sequence[slice]  # of the units, in the order in which they are computed
    curves: Sequence[Curve | None]  # of each layer; None: the lines are kept, whatever is known of the units
    low: Tensor  # (k,) bounds on what each is a curve of
    high: Tensor
    lines: tuple[Tensor, Tensor, Tensor, Tensor]  # (k,) of each unit, see ``steps``
    margins: Sums
    cost: float = 0.0  # multiplications that working this out took

    @property
    def size(self) -> int:
        """Multiplications that one sum takes to be carried back to the input."""
        units, cells = self.before.inputs.shape
        return units * (units + 1) // 2 + (units + 1) * cells

    def rough(self) -> "Local":
        """Return the same in float32: for searches, whose outcome is bounded anew in float64."""
        ground = self.ground
        lines = [one.float() for one in self.lines]
        return Local(
            ground=Ground(
                low=ground.low.float(), high=ground.high.float(), centre=ground.centre.float(),
                radius=None if ground.radius is None else ground.radius.float(), dual=ground.dual,
            ),
            before=self.before.rough(), layers=self.layers, curves=self.curves, low=self.low.float(),
            high=self.high.float(), lines=(lines[0], lines[1], lines[2], lines[3]), margins=self.margins.rough(),
        )  # fmt: skip

    def until(self, place: int) -> "Local":
        """Return the same up to a layer, that one not included, without margins."""
        stop = self.layers[place].start
        return Local(
            ground=self.ground, before=self.before.take(slice(0, stop)).until(stop), layers=self.layers[:place],
            curves=self.curves[:place], low=self.low[:stop], high=self.high[:stop],
            lines=(self.lines[0][:stop], self.lines[1][:stop], self.lines[2][:stop], self.lines[3][:stop]),
            margins=self.margins.take(slice(0, 0)).until(stop),
        )  # fmt: skip

    def narrowed(self, places: Tensor, low: Tensor, high: Tensor) -> "Local":
        """Return the same with the bounds of some units, (u,), met with others."""
        lows, highs = self.low.clone(), self.high.clone()
        lows[places], highs[places] = torch.maximum(lows[places], low), torch.minimum(highs[places], high)
        return Local(
            ground=self.ground, before=self.before, layers=self.layers, curves=self.curves, low=lows, high=highs,
            lines=self.lines, margins=self.margins,
        )  # fmt: skip

    def held(self, low: Tensor | None = None, high: Tensor | None = None, signs: Tensor | None = None) -> Held:
        """Return what parts know; without arguments, what holds in the whole region."""
        low, high = self.low if low is None else low, self.high if high is None else high
        between = [
            None if curve is None else curve.between(low[..., layer], high[..., layer])
            for curve, layer in zip(self.curves, self.layers, strict=True)
        ]
        signs = torch.zeros_like(low) if signs is None else signs
        return Held(low=low, high=high, signs=signs, layers=self.layers, between=between)

    def least(
        self, asked: Sums, shares: Tensor, held: Held | None = None, forces: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return (q,) lower bounds on sums, (q, k) the weights that arrive at the units, and (q, d) at the input.

        Args:
            asked: the sums.
            shares: (q, k) which lines are taken around each unit, see ``curves``.
            held: what is known of the units; None: what holds in the whole region.
            forces: (q, k) multipliers, 0 or more, of the bounds that splits set.
        """
        held = self.held() if held is None else held
        edge = torch.where(held.signs > 0, held.low, held.high)
        total, arriving, onward = asked.shift - asked.error, list[Tensor](), list[Tensor]()
        for place in range(len(self.layers) - 1, -1, -1):
            layer, between = self.layers[place], held.between[place]
            weights = asked.units[:, layer]
            if onward:
                later = slice(layer.stop, asked.units.shape[1])
                weights = weights + torch.cat(onward[::-1], dim=1) @ self.before.units[later, layer]
            fixed = tuple(one[layer] for one in self.lines)
            below, below_shift, above, above_shift = fixed if between is None else between.lines(shares[:, layer])
            up, down = weights.clamp(min=0), weights.clamp(max=0)
            back = up * below + down * above
            shifts = up * below_shift + down * above_shift
            if forces is not None:  # what a split set may be taken off, as often as one likes
                taken = held.signs[..., layer] * forces[:, layer]
                back, shifts = back - taken, shifts + taken * edge[..., layer]
            total = total + shifts.sum(dim=1)
            arriving.append(weights)
            onward.append(back)
        if not onward:
            return total + self.ground.least(asked.inputs[None])[0], asked.units, asked.inputs
        sent = torch.cat(onward[::-1], dim=1)
        weights = asked.inputs + sent @ self.before.inputs
        total = total + sent @ self.before.shift - sent.abs() @ self.before.error
        return total + self.ground.least(weights[None])[0], torch.cat(arriving[::-1], dim=1), weights
