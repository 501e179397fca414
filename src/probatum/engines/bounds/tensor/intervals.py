# SPDX-License-Identifier: Apache-2.0
"""Bounds on every value of a network, layer by layer, as float32 computes it.

What is bounded is the user's network with its rounding: the value of each step is what real numbers give for the values
before it, plus an error. By the standard model of rounding a sum of n products errs, in whichever order it is added up,
by at most gamma(n) = n u / (1 - n u) times the sum of absolute values, u = 2**-24 (Higham 2002, section 3.1); products
with zeros, such as those with a ReLU that is surely off, are exact and do not count. ``SPARE`` roundings more for each
product cover networks whose layers were folded into one another. What our own float64 arithmetic adds is 2**29 times
smaller than such an error; a hundredth of it (``OWN``) is more than enough for that.
"""

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

from probatum.engines.bounds.tensor.steps import Step

UNIT = 2.0**-24
SPARE = 8
OWN = 1.01
LOST = 2.0**-126  # what is smaller may become zero
MOST = 3.4e38  # float32 ends there: what may be larger, or be added up from what may be, can be anything
FAR = 1e300  # the error of such a value: nothing is proven of its row


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ends:
    """Bounds on one value, (n, ...) float64 each, rounding included."""

    low: Tensor
    high: Tensor
    error: Tensor  # most that rounding adds in the step that gives the value, not in those before it

    def take(self, index: Tensor) -> "Ends":
        """Return the bounds of some rows."""
        return Ends(low=self.low[index], high=self.high[index], error=self.error[index])


def forward(source: str, steps: list[Step], low: Tensor, high: Tensor) -> dict[str, Ends]:
    """Return bounds on every value by name (interval bound propagation: Gowal et al. 2018, arXiv:1810.12715).

    Args:
        source: name of the input.
        steps: of the network, in order.
        low: (n, ...) float64 least value of each input cell.
        high: (n, ...) most.
    """
    known = {source: Ends(low=low, high=high, error=torch.zeros_like(low))}
    for step in steps:
        known[step.name] = follow(step, known)
    return known


def follow(step: Step, known: dict[str, Ends]) -> Ends:
    """Return bounds on the result of one step."""
    given = [known[name] for name in step.inputs]
    low, high = step.interval([one.low for one in given], [one.high for one in given])
    error = _error(step, given, low, high)
    return Ends(low=low - error, high=high + error, error=error)


def _error(step: Step, given: list[Ends], low: Tensor, high: Tensor) -> Tensor:
    """Return how far float32 may be off in one step."""
    if step.terms == 0:
        return torch.zeros_like(low) + step.slack
    count = torch.full((len(low),), float(step.terms), dtype=torch.float64)
    whole = torch.maximum(low.abs(), high.abs())
    if step.size is not None:
        largest = [torch.maximum(one.low.abs(), one.high.abs()) for one in given]
        at_zero = step.run(*(torch.zeros_like(one.low[:1]) for one in given)).abs()
        whole = step.size(*largest) + (
            at_zero if step.fixed is None else step.fixed.view(1, -1, *([1] * (low.dim() - 2)))
        )
        count = torch.minimum(count, 1 + (largest[0] > 0).flatten(1).sum(dim=1))
    count = step.care * (count + SPARE) * UNIT
    gamma = OWN * count / (1 - count)
    most, gamma = step.terms + SPARE, gamma.view(-1, *([1] * (whole.dim() - 1)))
    lost = torch.where(whole > 0, most * LOST, 0.0)
    return torch.where(whole * most < MOST, whole * gamma + lost + step.slack, FAR)


def overflows(known: dict[str, Ends]) -> Tensor:
    """Return (n,) bool: float32 may come to its end somewhere, after which it computes with what is no number."""
    return torch.stack([~(one.error < FAR).flatten(1).all(dim=1) for one in known.values()]).any(dim=0)


def passed(way: list[Step], known: dict[str, Ends], start: str) -> Tensor:
    """Return the error of the last of some linear steps with one input each, those of the steps before it included.

    Args:
        way: the steps, the last first.
        known: bounds on every value.
        start: the value that is none of their own, if there are no steps at all.
    """
    error = torch.zeros_like(known[way[-1].inputs[0] if way else start].low)
    for step in reversed(way):
        if step.size is not None:
            error = step.size(error)
        else:  # cells are moved, or a fixed number is added
            error = (step.run(error) - step.run(torch.zeros_like(error[:1]))).abs()
        error = error + known[step.name].error
    return error
