# SPDX-License-Identifier: Apache-2.0
"""Linear models: exactly how large a change must be to turn an answer, in closed form."""

from dataclasses import dataclass
from typing import final

import numpy as np

from probatum.systems.structures import Linear

TINY = 1e-9  # relative; far above what float64 rounds off, far below what matters


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Radii:
    """Between which sizes of change the answer to each of n rows turns."""

    safe: np.ndarray  # (n,) float64, no change of up to this size turns it; 0 where it is wrong as it is
    found: np.ndarray  # (n,) float64, the change ``points`` of this size does; inf: none in the bounds does
    points: np.ndarray  # (n, d)


def scores(model: Linear, x: np.ndarray) -> np.ndarray:
    """Return (n, k) scores; a model with a single score gets a second column, so that the highest wins."""
    raw = x @ model.weights.T + model.bias
    return np.column_stack([-raw[:, 0], raw[:, 0]]) / 2 if raw.shape[1] == 1 else raw


def radii(
    model: Linear, x: np.ndarray, y: np.ndarray, *, lower: np.ndarray, upper: np.ndarray, reach: np.ndarray
) -> Radii:
    """Return the radii of all rows in the weighted largest-change norm.

    At size t each cell may move by t times its reach, and no further than its bounds. The margin then falls by a sum
    that is linear in t until a cell meets its bound; the t at which it is used up is found among those corners.

    Args:
        model: the weights.
        x: (n, d) float64 rows, inside their bounds.
        y: (n,) index of the right class.
        lower: (n, d) least value of each cell.
        upper: (n, d) most.
        reach: (n, d) how far a cell may move at size 1; 0: it may not.
    """
    n, classes = len(x), max(2, len(model.bias))
    weights, bias = pairs(model)
    size = np.abs(x) @ np.abs(weights).T + np.abs(bias)  # (n, k), what rounding is relative to
    raw = x @ weights.T + bias
    safe, found, points = np.full(n, np.inf), np.full(n, np.inf), x.copy()
    rows = np.arange(n)
    for other in range(classes):
        theirs = np.flatnonzero(y != other)
        if not theirs.size:
            continue
        mine = y[theirs]
        slope = weights[mine] - weights[other]  # (m, d): the margin falls where a cell moves against it
        margin = raw[theirs, mine] - raw[theirs, other]
        slack = TINY * (size[theirs, mine] + size[theirs, other]) * 1e-3
        room = np.where(slope > 0, x[theirs] - lower[theirs], upper[theirs] - x[theirs])
        room = np.where((slope != 0) & (reach[theirs] > 0), room, 0.0)
        proven = _used_up(np.abs(slope), room, reach[theirs], margin - slack) * (1 - TINY)
        shown = _used_up(np.abs(slope), room, reach[theirs], margin + slack) * (1 + TINY)
        safe[theirs] = np.minimum(safe[theirs], proven)
        nearer = shown < found[theirs]
        chosen = theirs[nearer]
        found[chosen] = shown[nearer]
        move = np.minimum(shown[nearer][:, None] * reach[chosen], room[nearer]) * -np.sign(slope[nearer])
        points[chosen] = np.clip(x[chosen] + move, lower[chosen], upper[chosen])
    wrong = scores(model, x).argmax(axis=1) != y
    safe[wrong], found[wrong], points[rows[wrong]] = 0.0, 0.0, x[wrong]
    return Radii(safe=safe, found=found, points=points)


def pairs(model: Linear) -> tuple[np.ndarray, np.ndarray]:
    """Return (k, d) weights and (k,) shifts; a single score speaks for the second of two classes."""
    if len(model.bias) > 1:
        return model.weights, model.bias
    return np.vstack([-model.weights, model.weights]) / 2, np.concatenate([-model.bias, model.bias]) / 2


def _used_up(slope: np.ndarray, room: np.ndarray, reach: np.ndarray, margin: np.ndarray) -> np.ndarray:
    """Return (m,) the smallest t with sum(slope min(t reach, room)) >= margin; inf where the bounds do not allow it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        corners = np.where(room > 0, room / reach, 0.0)  # (m, d), where each cell meets its bound
    order = np.argsort(corners, axis=1)
    corner = np.take_along_axis(corners, order, axis=1)
    speed = np.take_along_axis(np.where(room > 0, slope * reach, 0.0), order, axis=1)
    gone = np.take_along_axis(np.where(room > 0, slope * room, 0.0), order, axis=1)
    # before corner i the margin falls at the speed of the cells not yet at their bound
    left = np.cumsum(speed[:, ::-1], axis=1)[:, ::-1]
    before = np.concatenate([np.zeros((len(gone), 1)), np.cumsum(gone, axis=1)[:, :-1]], axis=1)
    at_corner = before + np.where(np.isfinite(corner), corner, 0.0) * left
    reached = at_corner >= margin[:, None]
    first = np.where(reached.any(axis=1), reached.argmax(axis=1), -1)
    rows = np.arange(len(margin))
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (margin - before[rows, first]) / left[rows, first]
    return np.where(margin <= 0, 0.0, np.where(first >= 0, np.maximum(t, 0.0), np.inf))
