# SPDX-License-Identifier: Apache-2.0
"""Walk down the margin, or up the cross-entropy, in steps of one size: what is weak breaks here, at little cost.

Source: Madry, Makelov, Schmidt, Tsipras, Vladu 2018, arXiv:1706.06083, section 2.1; a row leaves as soon as it breaks.
"""

import torch
from torch import Tensor

from probatum.engines.evasion.tensor.front import Front, Outcome
from probatum.engines.evasion.tensor.network import Asked


def walk(asked: Asked, front: Front, start: Tensor, steps: int, *, size: float, soft: bool = False) -> Outcome:
    """Walk from ``start`` for some steps.

    Args:
        asked: the network.
        front: the rows; not changed.
        start: (a, ...) points of their regions.
        steps: gradient steps, at most.
        size: of each step, in parts of the region.
        soft: follow the cross-entropy, not the margin.
    """
    point, broken = start, list[Front]()
    front = front.take(slice(None))
    for step in range(steps + 1):
        if not len(front.rows):
            break
        if step < steps:
            gradient, margins = asked.gradients(point, front.y, soft=soft)
        else:  # the last step was taken and not yet looked at
            gradient, margins = point, asked.margins(point, front.y)
        front.note(point, margins)
        gone = front.margin < 0
        if gone.any():
            broken.append(front.take(gone))
            front, point, gradient = front.take(~gone), point[~gone], gradient[~gone]
        if step < steps:
            point = front.where.back(point + front.where.step(gradient, size))
    return Outcome(left=front, broken=broken)


def silent(asked: Asked, front: Front, some: int) -> int:
    """Return how many of the first rows have no gradient at all."""
    first = front.take(slice(0, some))
    gradient, _ = asked.gradients(first.best, first.y)
    return int((torch.nan_to_num(gradient).flatten(1).abs().amax(dim=1) == 0).sum())
