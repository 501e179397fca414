# SPDX-License-Identifier: Apache-2.0
"""Lines around curves that may be chosen, and where a curve is split.

Between two ends many lines stay below a curve, and many above it. A *share* from 0 to 1 chooses among them; any share
gives lines that hold, so a search over shares need not end well to be sound. Sources: Xu et al. 2021, arXiv:2011.13824
(slopes below a ReLU); Shi et al. 2024, arXiv:2405.21063 (tangents of curves of any kind, splits at a point).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, final, runtime_checkable

import torch
from torch import Tensor

from probatum.engines.bounds.tensor.steps import Lines, Run, relu_lines

HALVINGS = 16  # of the search for the furthest tangent
SLACK = 1e-12  # by which lines around a curve are moved off it: far above what float64 rounds
THIN = 1e-2  # ends nearer than this are not split further: lines leave out next to nothing between them


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Between:
    """A curve between two ends, each a tensor of one shape."""

    usual: Tensor  # the share of the lines that are taken without a search
    bent: Tensor  # bool: lines leave room between them, and a split makes it less
    cut: Tensor  # where it is split
    lines: Callable[[Tensor], Lines]  # shares -> lines
    gaps: Callable[[Tensor], tuple[Tensor, Tensor]]  # shares -> most that the lines below and above leave out

    def taken(self) -> Lines:
        """Return the usual lines."""
        return self.lines(self.usual)


@runtime_checkable
class Curve(Protocol):
    """What is known of a curve."""

    def __call__(self, low: Tensor, high: Tensor) -> Lines:
        """Return the usual lines between two ends."""

    def between(self, low: Tensor, high: Tensor) -> Between:
        """Return the curve between two ends."""


@final
class Hinge:
    """The larger of x and ``slope`` times x, with a slope from 0 to 1: ReLU, leaky ReLU."""

    def __init__(self, slope: float = 0.0) -> None:
        """Take the slope on the left."""
        self._slope = slope

    def __call__(self, low: Tensor, high: Tensor) -> Lines:
        """Return the usual lines."""
        return relu_lines(low, high, self._slope)

    def between(self, low: Tensor, high: Tensor) -> Between:
        """Return the curve between two ends; the share is the slope below, from that on the left to 1."""
        slope, (below, shift, above, shift_above) = self._slope, self(low, high)
        bent = (low < 0) & (high > 0)

        def lines(share: Tensor) -> Lines:
            return torch.where(bent, slope + (1 - slope) * share, below), shift, above, shift_above

        def gaps(share: Tensor) -> tuple[Tensor, Tensor]:
            return (1 - slope) * torch.minimum(-low * share, high * (1 - share)), shift_above

        usual = (high > -low).to(low.dtype)
        return Between(usual=usual, bent=bent, cut=torch.zeros_like(low), lines=lines, gaps=gaps)


@final
class Bell:
    """A curve that rises, whose slope has its single peak at 0, and that is alike on both sides: sigmoid, tanh."""

    def __init__(self, run: Run, slope_at: Run) -> None:
        """Take the curve and its slope."""
        self._run, self._slope_at = run, slope_at
        self._centre = 2 * float(run(torch.zeros(1, dtype=torch.float64)))

    def __call__(self, low: Tensor, high: Tensor) -> Lines:
        """Return the usual lines."""
        return self.between(low, high).taken()

    def between(self, low: Tensor, high: Tensor) -> Between:
        """Return the curve between two ends; the share is where a tangent touches, from the outer end inwards."""
        ends = self._furthest(low, high), self._furthest(-high, -low)  # the line above, seen from the other side
        wide, middle = high - low, (low + high) / 2
        chord = ((self._run(high) - self._run(low)) / wide.clamp(min=1e-9)).clamp(min=0.0)
        # so close to one another that the chord's slope is mostly rounding: the flatter of both ends' slopes holds
        chord = torch.where(wide > 1e-6, chord, torch.minimum(self._slope_at(low), self._slope_at(high)))
        low_at, high_at = self._run(low), self._run(high)

        def lines(share: Tensor) -> Lines:
            below, below_shift = self._tangent(low, middle, ends[0], share, chord, low_at - chord * low)
            above, above_shift = self._tangent(
                -high, -middle, ends[1], share, chord, self._centre - high_at + chord * high
            )
            return below, below_shift - SLACK, above, self._centre - above_shift + SLACK

        def gaps(share: Tensor) -> tuple[Tensor, Tensor]:
            below, below_shift, above, above_shift = lines(share)
            at = self._run(cut)
            return at - below * cut - below_shift, above * cut + above_shift - at

        cut = torch.where((low < 0) & (high > 0), torch.zeros_like(low), middle)
        return Between(usual=torch.full_like(low, 0.5), bent=wide > THIN, cut=cut, lines=lines, gaps=gaps)

    def _tangent(
        self, low: Tensor, middle: Tensor, furthest: Tensor, share: Tensor, chord: Tensor, chord_shift: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return slope and shift of lines below: a tangent between the left end and the furthest, or the chord.

        Half a share is the tangent that leaves least between it and the curve: the one that is highest in the middle.
        """
        best = torch.minimum(torch.maximum(middle, low), torch.maximum(furthest, low))
        touch = torch.where(share <= 0.5, low + 2 * share * (best - low), best + (2 * share - 1) * (furthest - best))
        slope = self._slope_at(touch)
        shift = self._run(touch) - slope * touch
        flat = furthest < low  # no tangent stays below
        return torch.where(flat, chord, slope), torch.where(flat, chord_shift, shift)

    def _furthest(self, low: Tensor, high: Tensor) -> Tensor:
        """Return the furthest place whose tangent stays below the curve; below ``low`` where none does.

        Left of 0 the curve bends upwards, so a tangent there stays below it up to 0, and beyond if it does at the right
        end; the further to the right it touches, the higher it is there.
        """
        least, most = low, torch.minimum(high, torch.zeros_like(high))
        high_at = self._run(high)

        def holds(touch: Tensor) -> Tensor:
            return self._run(touch) + self._slope_at(touch) * (high - touch) <= high_at

        any_holds = (low < 0) & ((high <= 0) | holds(low))
        for _ in range(HALVINGS):
            middle = (least + most) / 2
            good = holds(middle)
            least, most = torch.where(good, middle, least), torch.where(good, most, middle)
        found = torch.where(high <= 0, high, least)
        return torch.where(any_holds, found, low - 1.0)
