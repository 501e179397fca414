# SPDX-License-Identifier: Apache-2.0
"""Of slices that are near copies of one another, report only one."""

from collections.abc import Sequence

import numpy as np

from probatum.engines.slices.slices import Slice
from probatum.errors import UsageError


def distinct(slices: Sequence[Slice], masks: Sequence[np.ndarray], *, k: int, overlap: float = 0.5) -> tuple[int, ...]:
    """Return the positions of at most ``k`` slices, best first, of which no two share too many of their rows.

    Slices are taken in the order given, unless their rows overlap by more than ``overlap`` (rows in both / rows in
    either) with those of one already taken. Of slices that hold exactly the same rows, the one with the fewest levels
    is taken in the place of the first.

    Args:
        slices: best first.
        masks: (n,) bool each, the rows of each slice.
        k: slices wanted.
        overlap: the largest share of rows two slices may have in common, 0 to 1.
    """
    if len(slices) != len(masks):
        raise UsageError(f"Each slice needs its rows: {len(slices)} slices and {len(masks)} masks were given.")
    same = [mask.tobytes() for mask in masks]
    simplest: dict[bytes, int] = {}
    for at in sorted(range(len(slices)), key=lambda at: len(slices[at].levels)):
        simplest.setdefault(same[at], at)
    taken: list[int] = []
    for rows in dict.fromkeys(same):
        if len(taken) == k:
            break
        at = simplest[rows]
        if all(_jaccard(masks[at], masks[other]) <= overlap for other in taken):
            taken.append(at)
    return tuple(taken)


def _jaccard(a: np.ndarray, b: np.ndarray) -> float:
    either = int(np.count_nonzero(a | b))
    return int(np.count_nonzero(a & b)) / either if either else 1.0
