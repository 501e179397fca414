# SPDX-License-Identifier: Apache-2.0
"""From the cells of rows to the numbers that the inside of a model works on, and back.

A box of cells becomes a box of numbers that holds whatever the attacker can make of the row: a category that may be
exchanged lets each of its columns be on or off by itself, and rounding moves every end outwards. So what is proven of
the box of numbers holds for the row; what is found in it is written back as cells, and must be asked about.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from probatum.systems.structures import Input

ROUNDING = 1e-14  # of a shifted and scaled number, beside the size of its terms: a few units of float64
SINGLE = 2.0**-23  # of a number that is rounded to float32
AT_ONCE = 1e9  # changes of no size have this reach, in parts of the way


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lifted:
    """A box of numbers around n rows."""

    lower: np.ndarray  # (n, e) float64
    upper: np.ndarray  # (n, e)
    reach: np.ndarray  # (n, e) how far each number may move at radius 1; 0: not at all
    error: np.ndarray  # (n,) by how much rounding may move the radius of a change


def lifted(
    inputs: Sequence[Input],
    x: np.ndarray,
    encoded: np.ndarray,
    ends: tuple[np.ndarray, np.ndarray],
    reach: np.ndarray,
    *,
    single: bool = False,
) -> Lifted | str:
    """Return the box of numbers that holds a box of cells; or why there is none.

    Args:
        inputs: where each of e numbers comes from.
        x: (n, d) cells; a category is its place in the list of them.
        encoded: (n, e) the numbers of the rows.
        ends: (n, d) the least and the most of each cell, both holding ``x``.
        reach: (d,) how far a number moves at radius 1; 0: a category.
        single: the numbers are rounded to float32 before the model sees them.
    """
    lower, upper, step = encoded.copy(), encoded.copy(), np.zeros(encoded.shape)
    error = np.zeros(len(x))
    for place, one in enumerate(inputs):
        low, high = ends[0][:, one.column], ends[1][:, one.column]
        moves = low < high
        if not moves.any() or one.category == -1:
            continue
        choices = _choices(one)
        if choices is not None and np.isnan(choices).any():
            return "A category that may be stated instead is unknown to the model."
        if choices is not None:
            down, up = np.full(len(x), choices.min()), np.full(len(x), choices.max())
            slack = np.zeros(len(x))
        else:
            both = (np.stack([low, high]) - one.shift) * one.scale
            terms = np.maximum(np.abs(low), np.abs(high)) + abs(one.shift)
            slack = (0.0 if _plain(one) else ROUNDING * abs(one.scale)) * terms
            down, up = both.min(axis=0) - slack, both.max(axis=0) + slack
        if single:
            size = SINGLE * np.maximum(np.abs(down), np.abs(up))
            down, up, slack = down - size, up + size, slack + size
        lower[moves, place] = np.minimum(down, encoded[:, place])[moves]
        upper[moves, place] = np.maximum(up, encoded[:, place])[moves]
        speed = reach[one.column] * abs(one.scale)
        if choices is not None or speed == 0:
            step[moves, place] = AT_ONCE * (upper - lower)[moves, place]
            error[moves] = np.maximum(error, 1 / AT_ONCE)[moves]
        else:
            step[moves, place] = speed
            error[moves] = np.maximum(error, slack / speed)[moves]
    return Lifted(lower=lower, upper=upper, reach=step, error=error)


def restated(inputs: Sequence[Input], x: np.ndarray, encoded: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Return (n, e) the numbers of the rows after some of their categories were exchanged.

    Args:
        inputs: where each number comes from.
        x: (n, d) cells as they were.
        encoded: (n, e) their numbers.
        cells: (n, d) cells as they are now; only categories differ, and none is missing.
    """
    out = encoded.copy()
    for place, one in enumerate(inputs):
        now = cells[:, one.column]
        changed = (now != x[:, one.column]) & ~np.isnan(now)
        if changed.any() and one.codes is not None:
            out[changed, place] = np.array(one.codes)[now[changed].astype(np.intp)]
        elif changed.any() and one.category is not None:
            out[changed, place] = np.where(now[changed] == one.category, one.on, one.off)
    return out


def lowered(inputs: Sequence[Input], x: np.ndarray, encoded: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return (n, d) cells whose numbers are near ``points`` (n, e); cells whose numbers did not move stay as they are.

    The cells need not be allowed: numbers that moved together may contradict one another.
    """
    cells = x.copy()
    most = np.zeros(x.shape)  # of the columns of one category: how far the most changed one is on
    for place, one in enumerate(inputs):
        moved = points[:, place] != encoded[:, place]
        moved &= ~np.isnan(encoded[:, place]) & ~np.isnan(x[:, one.column])
        if not moved.any() or one.category == -1:
            continue
        if one.category is not None:
            on = (points[:, place] - one.off) / (one.on - one.off)
            better = moved & (on > np.maximum(most[:, one.column], 0.5))
            most[better, one.column] = on[better]
            cells[better, one.column] = one.category
        elif one.codes is not None:
            nearest = np.abs(np.array(one.codes)[None, :] - points[:, place, None]).argmin(axis=1)
            cells[moved, one.column] = nearest[moved]
        elif _plain(one):
            cells[moved, one.column] = points[moved, place]
        else:
            back = points[:, place] / one.scale + one.shift
            # a little further, so that the way there and back through rounding does not end before the point
            further = ROUNDING * (np.abs(back) + abs(one.shift)) * np.sign(back - x[:, one.column])
            cells[moved, one.column] = (back + further)[moved]
    return cells


def whole(inputs: Sequence[Input], cells: np.ndarray) -> np.ndarray:
    """Return (e,) bool: which numbers are cells that move to whole numbers only, as ``cells`` (d,) says."""
    return np.array([_plain(one) and bool(cells[one.column]) for one in inputs], dtype=bool)


def _plain(one: Input) -> bool:
    return one.codes is None and one.category is None and one.scale == 1.0 and one.shift == 0.0


def _choices(one: Input) -> np.ndarray | None:
    """Return the numbers that a category may become; None: it is a number."""
    if one.codes is not None:
        return np.array(one.codes, dtype=np.float64)
    return np.array([one.off, one.on]) if one.category is not None else None
