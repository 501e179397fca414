# SPDX-License-Identifier: Apache-2.0
"""The operations that can be bounded, each with what the bounds need to know of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

Run = Callable[..., Tensor]
Back = Callable[[Tensor, torch.Size], Tensor]
Lines = tuple[Tensor, Tensor, Tensor, Tensor]  # slope and shift below, slope and shift above
Relax = Callable[[Tensor, Tensor], Lines]
Ends = Callable[[list[Tensor], list[Tensor]], tuple[Tensor, Tensor]]


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Step:
    """One operation of a network, on values known by name."""

    name: str
    inputs: tuple[str, ...]
    run: Run  # in float64
    signs: tuple[int, ...] | None  # per input: 1 rises with it, -1 falls with it; None: ``size`` tells
    # of a weighted sum: the same with absolute weights and without its shift; of a curve, what its rounding is
    # relative to where that is not the result: both rise with absolute inputs
    size: Run | None = None
    ends: Ends | None = None  # of what neither rises nor falls throughout: bounds on it from bounds on its inputs
    relax: Relax | None = None  # of a curve: lines below and above it between two ends; None: the step is linear
    picks: bool = False  # the largest of several cells
    back: Back | None = None  # its transpose: weights of the result, shape of one input -> weights of the input
    fixed: Tensor | None = None  # constants added to each channel, in absolute terms; None: what comes out at zero
    terms: int = 1  # numbers that are added up for one cell of the result; 0: cells are only moved
    orders: bool = False  # changes the scores, but not which of them is higher
    slack: float | Tensor = 0.0  # how far float32 is off in the constants that are added
    care: float = 1.0  # times the error of plain sums: for what may be computed by a faster, less exact way

    @property
    def rounds(self) -> bool:
        """Whether float32 may give something else than real numbers do."""
        return self.terms != 0 or bool(torch.as_tensor(self.slack).any())

    def interval(self, lows: list[Tensor], highs: list[Tensor]) -> tuple[Tensor, Tensor]:
        """Return bounds on the result from bounds on the inputs."""
        if self.ends is not None:
            return self.ends(lows, highs)
        if self.signs is not None:
            down = [low if sign > 0 else high for sign, low, high in zip(self.signs, lows, highs, strict=True)]
            up = [high if sign > 0 else low for sign, low, high in zip(self.signs, lows, highs, strict=True)]
            return self.run(*down), self.run(*up)
        if self.size is None:
            raise NotImplementedError(self.name)
        middle = self.run(*((low + high) / 2 for low, high in zip(lows, highs, strict=True)))
        reach = self.size(*((high - low) / 2 for low, high in zip(lows, highs, strict=True)))
        return middle - reach, middle + reach


def relu_lines(low: Tensor, high: Tensor, slope: float = 0.0) -> Lines:
    """Return lines around max(x, slope x): above the chord, below whichever end's line leaves less out.

    Source: Zhang et al. 2018, arXiv:1811.00866 (CROWN), section 3.3, adaptive lower bounds.
    """
    on, off = low >= 0, high <= 0
    chord = (high - slope * low) / (high - low).clamp(min=1e-300)
    above = torch.where(on, 1.0, torch.where(off, slope, chord))
    shift = torch.where(on | off, 0.0, high - chord * high)
    below = torch.where(on, 1.0, torch.where(off, slope, torch.where(high > -low, 1.0, slope)))
    return below, torch.zeros_like(low), above, shift


def cut_lines(least: float, most: float) -> Relax:
    """Return lines around a curve that is cut off at both ends."""

    def relax(low: Tensor, high: Tensor) -> Lines:
        free = (low >= least) & (high <= most)
        slope = torch.where(free, 1.0, 0.0)
        below = torch.where(free, torch.zeros_like(low), low.clamp(least, most))
        above = torch.where(free, torch.zeros_like(low), high.clamp(least, most))
        return slope, below, slope, above

    return relax
