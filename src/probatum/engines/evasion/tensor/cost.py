# SPDX-License-Identifier: Apache-2.0
"""What one row costs in a network, counted in multiplications, and what the search for wrong answers takes at most."""

import numpy as np
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from probatum.engines.evasion.tensor.ladder import Budget

NEAREST = 100  # gradient steps of the search for the nearest wrong answer
THERE_AND_BACK = 3  # times as much as forward alone


def multiplications(module: nn.Module, row: np.ndarray) -> float:
    """Return the multiplications of one answer, (1, ...) to scores: of matrices and convolutions, where nearly all are.

    A network that has none of them counts as one that multiplies each of its parameters once.
    """
    counter = FlopCounterMode(display=False)
    with torch.no_grad(), counter:
        module(torch.as_tensor(np.asarray(row, dtype=np.float32)))
    counted = counter.get_total_flops() / 2  # it counts additions, too
    return float(counted or sum(one.numel() for one in module.parameters()) or row.size)


def answers(budget: Budget) -> int:
    """Return how many answers' work the search takes for a row at most: what goes there and back counts three times."""
    gradients = budget.first + budget.descent * (1 + budget.restarts) + budget.targets * budget.target_steps
    gradients += budget.rounds * budget.steps + NEAREST
    return THERE_AND_BACK * gradients + budget.short + budget.rounds * budget.patches
