# SPDX-License-Identifier: Apache-2.0
"""Bounds on every value of a network, layer by layer, and on what rounding may add to them.

The bounds are worked out in float64 for the network of real numbers. The user's network computes in float32: how far
its answers may lie off is bounded beside them, by the standard model of rounding: a sum of n products errs by at most
gamma(n) = n u / (1 - n u) times the sum of absolute values (Higham 2002, section 3.1), u = 2**-24. What our own float64
arithmetic adds is 2**29 times smaller; the factor ``CARE`` covers it, and fast convolutions, which sum differently.
"""

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

from probatum.engines.bounds.tensor.steps import Step

UNIT = 2.0**-24
CARE = 4.0


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ends:
    """Bounds on one value, (n, ...) float64 each, and on its rounding error in float32."""

    low: Tensor
    high: Tensor
    error: Tensor

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
    return Ends(low=low, high=high, error=_error(step, given, low, high))


def _error(step: Step, given: list[Ends], low: Tensor, high: Tensor) -> Tensor:
    """Return how far a float32 result may be off: errors passed on, and those that are new."""
    errors = [one.error for one in given]
    if step.size is not None:  # a weighted sum passes errors on with absolute weights
        passed = step.size(*errors)
        whole = step.size(*(torch.maximum(one.low.abs(), one.high.abs()) for one in given))
        whole = whole + step.run(*(torch.zeros_like(one.low) for one in given)).abs()
    else:
        passed = _moved(step, errors)
        whole = torch.maximum(low.abs(), high.abs())
    new = CARE * step.terms * UNIT / (1 - step.terms * UNIT) if step.terms > 0 else 0.0
    return passed + new * whole


def _moved(step: Step, errors: list[Tensor]) -> Tensor:
    """Return the errors where the step puts their cells; curves here are never steeper than 1."""
    if step.relax is not None:
        return errors[0]
    if len(errors) == 2 and step.terms == 1:  # a sum or difference of two
        return errors[0] + errors[1]
    zeros = step.run(*(torch.zeros_like(one) for one in errors))  # of a fixed term, which has no error
    return (step.run(*errors) - zeros).abs()
