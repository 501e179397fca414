# SPDX-License-Identifier: Apache-2.0
"""The largest of several cells, whichever they are: of any window, axis or list of parts.

The cells of each window are laid beside one another, and the largest of each line of cells is a pool that the bounds
know. Where a window reaches over an edge, what it lacks is filled by the least number that float32 holds.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from probatum.engines.bounds.tensor.steps import Back, Run, Step

LOWEST = float(torch.finfo(torch.float32).min)
Table = list[list[int]]  # of one axis: for each place of the result, the places that it looks at; -1: none


def sliding(size: int, out: int, *, kernel: int, stride: int, padding: int, dilation: int) -> Table:
    """Return what windows of a fixed size look at along one axis."""
    places = [[at * stride - padding + one * dilation for one in range(kernel)] for at in range(out)]
    return [[place if 0 <= place < size else -1 for place in window] for window in places]


def adaptive(size: int, out: int) -> Table:
    """Return what windows look at that share out an axis among ``out`` places, as torch does it."""
    starts, ends = [at * size // out for at in range(out)], [-(-(at + 1) * size // out) for at in range(out)]
    most = max(end - start for start, end in zip(starts, ends, strict=True))
    return [
        [start + one if start + one < end else -1 for one in range(most)]
        for start, end in zip(starts, ends, strict=True)
    ]


def every(size: int) -> Table:
    """Return the single window that looks at a whole axis."""
    return [list(range(size))]


def each(size: int) -> Table:
    """Return windows of one cell each."""
    return [[place] for place in range(size)]


def windows(sizes: Sequence[int], tables: Sequence[Table]) -> Tensor:
    """Return (cells of the result, w) places in a flat row, -1 where there is none.

    Args:
        sizes: of a row's axes.
        tables: one for each axis.
    """
    place = torch.zeros(1, 1, dtype=torch.int64)
    for size, table in zip(sizes, tables, strict=True):
        along = torch.tensor(table, dtype=torch.int64)  # (out, k)
        joined = place[:, None, :, None] * size + along[None, :, None, :]
        lacks = (place[:, None, :, None] < 0) | (along[None, :, None, :] < 0)
        place = torch.where(lacks, -1, joined).flatten(2).flatten(0, 1)
    return place


def largest(name: str, source: str, looked: Tensor, shape: Sequence[int]) -> list[Step]:
    """Return the steps that give the largest cell of each window.

    Args:
        name: of the result.
        source: of the value, whose rows are flattened.
        looked: (cells, w) places, see ``windows``.
        shape: of one row of the result.
    """
    laid, picked = f"{name}_laid", f"{name}_picked"
    run, back = gathered(looked.flatten(), torch.full((looked.numel(),), LOWEST).double(), (1, *looked.shape))
    pool = nn.MaxPool2d((1, looked.shape[1]), (1, looked.shape[1]))
    return [
        Step(name=laid, inputs=(source,), run=run, signs=(1,), back=back, terms=0),
        Step(name=picked, inputs=(laid,), run=pool, signs=(1,), picks=True, terms=0),
        Step(name=name, inputs=(picked,), run=shaped(shape), signs=(1,), back=unshaped, terms=0),
    ]


def gathered(places: Tensor, fill: Tensor, shape: Sequence[int]) -> tuple[Run, Back]:
    """Return what moves cells, and its transpose.

    Args:
        places: (cells,) of the result, in a flat row; -1: the cell holds a fixed number.
        fill: (cells,) float64, those numbers.
        shape: of one row of the result.
    """
    fixed = places < 0
    taken = places.clamp(min=0)

    def run(x: Tensor) -> Tensor:
        moved = x.flatten(1)[:, taken]
        return torch.where(fixed, fill.to(x.dtype), moved).reshape(len(x), *shape)

    def back(asked: Tensor, given: torch.Size) -> Tensor:
        flat = torch.where(fixed, 0.0, asked.flatten(1))
        zeros = torch.zeros(len(asked), given.numel(), dtype=asked.dtype)
        return zeros.index_add(1, taken, flat).reshape(len(asked), *given)

    return run, back


def shaped(shape: Sequence[int]) -> Callable[[Tensor], Tensor]:
    """Return what lays out the cells of each row anew."""
    return lambda x: x.reshape(len(x), *shape)


def unshaped(asked: Tensor, shape: torch.Size) -> Tensor:
    """Lay out the cells of each row as they were: the transpose of ``shaped``."""
    return asked.reshape(len(asked), *shape)
