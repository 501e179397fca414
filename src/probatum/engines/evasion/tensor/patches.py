# SPDX-License-Identifier: Apache-2.0
"""Random patches for all rows at once: the search of ``queries.squares`` where the model is a network in memory.

Source: Andriushchenko, Croce, Flammarion, Hein 2020, arXiv:1912.00049, algorithms 1 and 2 (boxes). In L2 and L1 a patch
takes what length is left, and that of a second patch, as in their algorithm 3; ours is of one height all over.
"""

import math

import numpy as np
import torch
from torch import Tensor

from probatum.engines.evasion.queries.squares import FIRST, HALVES
from probatum.engines.evasion.tensor.draws import uniform
from probatum.engines.evasion.tensor.front import Front, Outcome
from probatum.engines.evasion.tensor.network import Asked
from probatum.engines.evasion.tensor.places import INSIDE, length
from probatum.engines.evasion.threat import Norm

SIDES = 64  # draws for the ends of the colours of one patch, at most
NO_NEIGHBOURS = 64  # rows of up to so many cells are tables: a patch is any of their cells


def patch_search(
    asked: Asked, front: Front, keys: np.ndarray, tries: int, *, begun: int = 0, total: int | None = None
) -> Outcome:
    """Try patches on the best point of each row; a row leaves as soon as it breaks.

    Args:
        asked: the network.
        front: the rows; not changed.
        keys: (a,) of these rows, see ``draws``.
        tries: points asked about, at most.
        begun: tries of the same search that are over.
        total: tries of the whole search, by which patches grow smaller; None: these.
    """
    front, broken = front.take(slice(None)), list[Front]()
    for done in range(begun, begun + tries):
        if not len(front.rows):
            break
        share = FIRST / 2 ** int(np.searchsorted(HALVES, done / (total or tries)))
        points = _patched(front, keys, done, share)
        front.note(points, asked.margins(points, front.y))
        gone = front.margin < 0
        if gone.any():
            broken.append(front.take(gone))
            front, keys = front.take(~gone), keys[(~gone).numpy()]
    return Outcome(left=front, broken=broken)


def _patched(front: Front, keys: np.ndarray, done: int, share: float) -> Tensor:
    """Return the best points, each with a patch."""
    where = front.where
    if where.norm is None or where.radius is None:
        inside, high = _patch(front.best, keys, 2 * done, share)
        return torch.where(inside, torch.where(high, where.upper, where.lower), front.best)
    inside, high = _patch(front.best, keys, 2 * done, share)
    taken, _ = _patch(front.best, keys, 2 * done + 1, share)
    order = 2 if where.norm is Norm.L2 else 1
    rest = torch.where(inside | taken, torch.zeros(()), front.best - where.x)
    room = ((where.radius * INSIDE) ** order - length(rest, where.norm) ** order).clamp(min=0)
    cells = inside.expand_as(rest).flatten(1).sum(dim=1).view_as(room)
    height = (room / cells) ** (1 / order)
    # clipping to the box only makes a change shorter, so what comes out is in the ball as well
    return where.back(where.x + torch.where(inside, torch.where(high, height, -height), rest))


def _patch(best: Tensor, keys: np.ndarray, counter: int, share: float) -> tuple[Tensor, Tensor]:
    """Return which cells are in a patch of about this share, and which of them go up: both broadcast to ``best``."""
    if best.dim() < 3:
        return _run(best.shape[1], keys, counter, share)
    height, width = best.shape[-2:]
    colours = math.prod(best.shape[1:-2])
    draws = torch.from_numpy(uniform(keys, counter, 2 + min(colours, SIDES)))
    side = max(1, min(round((share * height * width) ** 0.5), height, width))
    top = (draws[:, :1] * (height - side + 1)).long()
    left = (draws[:, 1:2] * (width - side + 1)).long()
    down, across = torch.arange(height)[None], torch.arange(width)[None]
    tall, flat = (down >= top) & (down < top + side), (across >= left) & (across < left + side)
    inside = tall.view(-1, *([1] * (best.dim() - 3)), height, 1) & flat.view(-1, *([1] * (best.dim() - 2)), width)
    high = draws[:, 2 + torch.arange(colours) % SIDES] >= 0.5
    return inside, high.view(-1, *best.shape[1:-2], 1, 1)


def _run(width: int, keys: np.ndarray, counter: int, share: float) -> tuple[Tensor, Tensor]:
    """Return a patch of cells without neighbours, or of a long row: a run of cells, joined at the ends."""
    if width <= NO_NEIGHBOURS:
        draws = torch.from_numpy(uniform(keys, counter, 2 * width))
        chance = draws[:, :width]
        return chance <= chance.amin(dim=1, keepdim=True).clamp(min=share), draws[:, width:] >= 0.5
    draws = torch.from_numpy(uniform(keys, counter, 2))
    inside = (torch.arange(width)[None, :] - (draws[:, :1] * width).long()) % width < max(1, round(share * width))
    return inside, draws[:, 1:] >= 0.5
