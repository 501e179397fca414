# SPDX-License-Identifier: Apache-2.0
"""Margins as sums of scores: the right class minus each of the others."""

import torch
from torch import Tensor

from probatum.engines.bounds.tensor.intervals import Ends
from probatum.engines.bounds.tensor.steps import Step


def exact_by_intervals(source: str, steps: list[Step]) -> set[str]:
    """Return the values of which intervals are exact over a box: moved cells of the input, and one sum of these."""
    moved: set[str] = {source}
    sums: set[str] = set()
    for step in steps:
        if step.relax is None and not step.picks and len(step.inputs) == 1 and step.inputs[0] in moved:
            (moved if step.terms == 0 else sums).add(step.name)
    return moved | sums


def margin_weights(y: Tensor, shape: torch.Size) -> Tensor:
    """Return (n, m, *shape): the right class minus each of the others; of a single score, the score or its negative."""
    cells = shape.numel()
    if cells == 1:
        return (2.0 * y - 1).double().view(-1, 1, *shape)
    eye = torch.eye(cells, dtype=torch.float64)
    every = eye[y][:, None] - eye[None]
    others = torch.stack([torch.cat([torch.arange(c), torch.arange(c + 1, cells)]) for c in range(cells)])[y]
    return every[torch.arange(len(y))[:, None], others].view(len(y), cells - 1, *shape)


def interval_margins(scores: Ends, y: Tensor) -> Tensor:
    """Return (n, m) lower bounds on the margins from bounds on the scores."""
    low, high = scores.low.flatten(1), scores.high.flatten(1)
    if low.shape[1] == 1:
        return torch.where(y[:, None] == 1, low, -high)
    right = low.gather(1, y[:, None])
    others = torch.arange(low.shape[1])[None].expand(len(y), -1)
    rest = others[others != y[:, None]].view(len(y), -1)
    return right - high.gather(1, rest)
