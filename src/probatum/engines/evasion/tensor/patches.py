# SPDX-License-Identifier: Apache-2.0
"""Random patches for all rows at once: the search of ``queries.squares`` where the model is a network in memory.

Source: Andriushchenko, Croce, Flammarion, Hein 2020, arXiv:1912.00049, algorithms 1 and 2.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from probatum.engines.evasion.queries.squares import FIRST, HALVES
from probatum.engines.evasion.tensor.descent import Front
from probatum.engines.evasion.tensor.draws import uniform
from probatum.engines.evasion.tensor.network import Asked

SIDES = 64  # draws for the ends of the colours of one patch


def patch_search(
    asked: Asked,
    front: Front,
    keys: np.ndarray,
    tries: int,
    *,
    drop: Callable[[int, Front], Tensor] | None = None,
) -> tuple[Front, list[Front], list[Front]]:
    """Try patches on the best point of each row; a row leaves as soon as it breaks.

    Args:
        asked: the network.
        front: rows whose regions are boxes.
        keys: (a,) of these rows, see ``draws``.
        tries: points asked about, at most.
        drop: says after each try which rows to give up, (a,) bool; None: none.

    Returns:
        What is left, what broke, and what was given up.
    """
    broken: list[Front] = []
    dropped: list[Front] = []
    for done in range(tries):
        if not len(front.rows):
            break
        share = FIRST / 2 ** int(np.searchsorted(HALVES, done / tries))
        points = _patched(front, uniform(keys, done, 2 + SIDES), share)
        front.note(points, asked.margins(points, front.y))
        gone = front.margin < 0
        if gone.any():
            broken.append(front.take(gone))
        leave = gone
        if drop is not None:
            hopeless = drop(done, front) & ~gone
            if hopeless.any():
                dropped.append(front.take(hopeless))
            leave = gone | hopeless
        if leave.any():
            front, keys = front.take(~leave), keys[(~leave).numpy()]
    return front, broken, dropped


def _patched(front: Front, drawn: np.ndarray, share: float) -> Tensor:
    """Return the best points, each with a patch at one end of what its cells may become."""
    best, draws = front.best, torch.from_numpy(drawn)
    if best.dim() < 3:  # no neighbours: a run of cells, joined at the ends
        width = best.shape[1]
        side = max(1, round(share * width))
        first = (draws[:, :1] * width).long()
        inside = (torch.arange(width)[None, :] - first) % width < side
        ends = draws[:, 2:3] < 0.5
    else:
        height, width = best.shape[-2:]
        side = max(1, min(round((share * height * width) ** 0.5), height, width))
        top = (draws[:, 0] * (height - side + 1)).long().view(-1, 1, 1)
        left = (draws[:, 1] * (width - side + 1)).long().view(-1, 1, 1)
        down, across = torch.arange(height).view(1, -1, 1), torch.arange(width).view(1, 1, -1)
        inside = (down >= top) & (down < top + side) & (across >= left) & (across < left + side)
        if best.dim() == 3:
            ends = draws[:, 2].view(-1, 1, 1) < 0.5
        else:
            colours = best.shape[1]
            inside = inside[:, None]
            ends = draws[:, 2 + torch.arange(colours) % SIDES].view(-1, colours, 1, 1) < 0.5
    return torch.where(inside, torch.where(ends, front.where.lower, front.where.upper), best)
