# SPDX-License-Identifier: Apache-2.0
"""Lines around curves of one number, for any curve whose slope changes no faster than is known.

Between two points that are h apart, a curve whose second derivative is at most M in size lies within M h**2 / 8 of the
straight line through both (the error of linear interpolation: Davis 1975, Interpolation and Approximation, section
3.1). So on a grid of such points, the least and the most of the curve less a line are known up to that, whatever the
slope of the line. Where the curve has a corner, the corner is one more point of the grid. Of a few slopes, the one
whose line comes nearest in the middle is taken: by area, as for ReLUs in CROWN (Zhang et al. 2018, arXiv:1811.00866).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

from probatum.engines.bounds.tensor.steps import Lines, Run

POINTS = 16  # of the grid, between which the curve is not looked at
OWN = 1e-12  # far above what float64 rounds off here
NARROW = 1e-9  # two ends that are nearer than that give no slope


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Smooth:
    """A curve, and what is known of it."""

    run: Run
    bend: float | Callable[[Tensor, Tensor], Tensor]  # most that the second derivative is, in size, between corners
    corners: Sequence[float | Tensor] = ()  # where the slope jumps
    rises: bool = False  # throughout
    least: float = -torch.inf  # of all its values
    exact: bool = False  # float32 gives what real numbers do
    size: Run | None = None  # what rounding is relative to, if not to the result
    slack: float = 0.0  # how far what is computed lies from the curve, rounding aside

    def lines(self, low: Tensor, high: Tensor) -> Lines:
        """Return slopes and shifts of lines below and above, between two ends."""
        middle = (low + high) / 2
        at_low, at_middle, at_high = (self.run(one) for one in (low, middle, high))
        slopes = [
            _slope(low, high, at_low, at_high),
            _slope(low, middle, at_low, at_middle),
            _slope(middle, high, at_middle, at_high),
        ]
        under, over = (
            [torch.full_like(low, torch.inf) for _ in slopes],
            [torch.full_like(low, -torch.inf) for _ in slopes],
        )
        largest = torch.zeros_like(low)
        for point in self._grid(low, high):
            value = self.run(point)
            largest = torch.maximum(largest, value.abs())
            for place, slope in enumerate(slopes):
                rest = value - slope * point
                under[place] = torch.minimum(under[place], rest)
                over[place] = torch.maximum(over[place], rest)
        reach = torch.maximum(low.abs(), high.abs())
        room = self._room(low, high) + OWN * (largest + torch.stack(slopes).abs().amax(dim=0) * reach)
        below, below_shift = _best(slopes, [one - room for one in under], middle, 1)
        above, above_shift = _best(slopes, [one + room for one in over], middle, -1)
        return below, below_shift, above, above_shift

    def ends(self, lows: list[Tensor], highs: list[Tensor]) -> tuple[Tensor, Tensor]:
        """Return bounds on the curve between two ends."""
        (low,), (high,) = lows, highs
        if self.rises:
            return self.run(low), self.run(high)
        under, over = torch.full_like(low, torch.inf), torch.full_like(low, -torch.inf)
        for point in self._grid(low, high):
            value = self.run(point)
            under, over = torch.minimum(under, value), torch.maximum(over, value)
        room = self._room(low, high)
        room = room + torch.where(low < high, OWN * torch.maximum(under.abs(), over.abs()), 0.0)
        return (under - room).clamp(min=self.least), over + room

    def _room(self, low: Tensor, high: Tensor) -> Tensor:
        bend = self.bend(low, high) if callable(self.bend) else self.bend
        return bend * ((high - low) / self._pieces) ** 2 / 8

    @property
    def _pieces(self) -> int:
        return 1 if self.bend == 0 else POINTS

    def _grid(self, low: Tensor, high: Tensor) -> Iterator[Tensor]:
        yield low
        for place in range(1, self._pieces):
            yield low + (high - low) * (place / self._pieces)
        yield high
        for corner in self.corners:
            yield torch.minimum(torch.maximum(torch.as_tensor(corner, dtype=low.dtype), low), high)


def _slope(low: Tensor, high: Tensor, at_low: Tensor, at_high: Tensor) -> Tensor:
    wide = high - low > NARROW
    return torch.where(wide, (at_high - at_low) / (high - low).clamp(min=NARROW), 0.0)


def _best(slopes: list[Tensor], shifts: list[Tensor], middle: Tensor, sign: int) -> tuple[Tensor, Tensor]:
    """Return the line that is highest in the middle (sign 1), or lowest (-1)."""
    slope, shift = slopes[0], shifts[0]
    for other, moved in zip(slopes[1:], shifts[1:], strict=True):
        better = sign * (other * middle + moved - slope * middle - shift) > 0
        slope, shift = torch.where(better, other, slope), torch.where(better, moved, shift)
    return slope, shift
