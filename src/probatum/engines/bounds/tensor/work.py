# SPDX-License-Identifier: Apache-2.0
"""What linear bounds cost, in multiplications: counted from the shapes of a network's values, never timed."""

from collections.abc import Mapping

import torch

from probatum.engines.bounds.tensor.steps import Step

BOTH = 2  # directions in which a cell is carried back
CONVOLVED = 4  # times as long as a product of matrices takes one of a convolution, a few weights at a time


def carrying(source: str, steps: list[Step], shapes: Mapping[str, torch.Size]) -> dict[str, float]:
    """Return by name of each value the multiplications that carry one sum of it back to the input.

    Each step on the way counts once, as much as going forward: its products, those of convolutions by how long they
    take, and one for each cell of its result.

    Args:
        source: name of the input.
        steps: of the network, in order.
        shapes: of all values, without rows.
    """
    own, behind = dict[str, float](), {source: frozenset[str]()}
    for step in steps:
        own[step.name] = _products(step, shapes) + shapes[step.name].numel()
        behind[step.name] = frozenset([step.name]).union(*(behind[name] for name in step.inputs))
    return {name: sum(own[step] for step in way) for name, way in behind.items()}


def _products(step: Step, shapes: Mapping[str, torch.Size]) -> float:
    cells = shapes[step.name].numel()
    if step.signs is not None or step.size is None:  # neither a matrix nor a convolution
        return 0.0
    return float(cells * step.terms * (CONVOLVED if len(shapes[step.name]) > 1 else 1))
