# SPDX-License-Identifier: Apache-2.0
"""Where an attacker may go from each row: a box, and in it perhaps a ball around the row."""

from dataclasses import dataclass
from enum import StrEnum
from typing import final

import numpy as np

from probatum.errors import DataError

BLOCK = 1024  # rows


class Norm(StrEnum):
    """How the size of a change is measured."""

    LINF = "linf"  # the largest change of one cell
    L2 = "l2"  # the root of the sum of squares
    L1 = "l1"  # the sum of all changes


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Region:
    """All points that an attacker can reach from each of n rows."""

    lower: np.ndarray  # (n, ...) of the shape and type of the rows, inclusive; a ball in Linf is cut into the box
    upper: np.ndarray  # (n, ...)
    norm: Norm | None = None  # L2 or L1: in the box and no further than ``radius``; None: all of the box
    radius: np.ndarray | None = None  # (n,) float64

    def take(self, index: np.ndarray) -> "Region":
        """Return the region of the rows at these positions."""
        radius = None if self.radius is None else self.radius[index]
        return Region(lower=self.lower[index], upper=self.upper[index], norm=self.norm, radius=radius)


def region(
    x: np.ndarray,
    *,
    lower: np.ndarray | float | None = None,
    upper: np.ndarray | float | None = None,
    norm: Norm | str | None = None,
    radius: np.ndarray | float | None = None,
) -> Region:
    """Return where an attacker may go from ``x``.

    Args:
        x: (n, ...) float32 or float64 rows.
        lower: (broadcast to the shape of x) the least each cell may become; None: no bound.
        upper: the most each cell may become; None: no bound.
        norm: how a change is measured; None: only the box binds.
        radius: (broadcast to n) the largest change, in the units of x; zero is allowed and leaves only the row itself.

    The ball is never made larger by rounding: a bound that float rounding puts outside is moved one step in.

    Raises:
        DataError: a row lies outside its own box, a bound or radius is not a number, or a norm came without a radius.
    """
    x = np.asarray(x)
    if x.dtype not in (np.float32, np.float64):
        raise DataError(f"Wanted rows of float32 or float64; came {x.dtype}. Convert them first.")
    if (norm is None) != (radius is None):
        raise DataError("Wanted a norm together with a radius, or neither. Give both.")
    least = np.broadcast_to(np.asarray(-np.inf if lower is None else lower, dtype=x.dtype), x.shape)
    most = np.broadcast_to(np.asarray(np.inf if upper is None else upper, dtype=x.dtype), x.shape)
    if np.isnan(x).any():
        first = int(np.argwhere(np.isnan(x))[0, 0])
        raise DataError(
            f"Wanted rows of numbers; row {first} holds a cell that is none (NaN). Fill it, or leave it out."
        )
    if (least > most).any():
        raise DataError("Wanted lower bounds that are no higher than the upper ones. Exchange the two.")
    inside = (least <= x) & (x <= most)
    if not inside.all():
        rows = np.flatnonzero(~inside.reshape(len(x), -1).all(axis=1))
        raise DataError(
            f"Wanted rows inside the bounds given; {len(rows):,} of {len(x):,} are not (the first: row {rows[0]}). "
            "Widen the bounds, or leave those rows out."
        )
    if norm is None or radius is None:
        return Region(lower=least, upper=most)
    size = np.asarray(radius, dtype=np.float64)
    if size.shape not in ((), (1,), (len(x),)):
        raise DataError(f"Wanted one radius, or one for each of {len(x):,} rows; got an array of shape {size.shape}.")
    size = np.broadcast_to(size, (len(x),))
    if not (np.isfinite(size) & (size >= 0)).all():
        raise DataError("Wanted a radius that is a number from 0 up. Check the radius.")
    norm = norm_of(norm)
    reach = size.reshape(-1, *([1] * (x.ndim - 1)))
    lower, upper = np.empty_like(x), np.empty_like(x)
    for start in range(0, len(x), BLOCK):  # a few rows at a time: the sums are worked out in twice the precision
        part = slice(start, start + BLOCK)
        down, up = _inward(x[part], reach[part])
        np.maximum(least[part], down, out=lower[part])
        np.minimum(most[part], up, out=upper[part])
    if norm is Norm.LINF:
        return Region(lower=lower, upper=upper)
    return Region(lower=lower, upper=upper, norm=norm, radius=size)


def norm_of(said: Norm | str) -> Norm:
    """Return how a change is measured, by its name.

    Raises:
        DataError: there is none of that name.
    """
    names = [one.value for one in Norm]
    if said not in names:
        raise DataError(f"Wanted the norm {', '.join(names)}; got {said}. Mend the norm, in a policy under [options].")
    return Norm(said)


def _inward(x: np.ndarray, reach: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return x - reach and x + reach in the type of x, rounded towards x."""
    wide = x.astype(np.float64)  # the sums of float32 numbers are rounded here too, by 1e-16 of their size
    exact_down, exact_up = wide - reach, wide + reach
    down, up = exact_down.astype(x.dtype), exact_up.astype(x.dtype)
    down = np.where(_apart(wide, down.astype(np.float64), reach), np.nextafter(down, x), down)
    up = np.where(_apart(up.astype(np.float64), wide, reach), np.nextafter(up, x), up)
    return down, up


def _apart(high: np.ndarray, low: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """Return whether numbers are further apart than ``reach``, in real numbers: Knuth's exact sum, TAOCP 4.2.2."""
    difference = high - low
    back = difference - high
    lost = (high - (difference - back)) + (-low - back)  # what rounding took from the difference
    return np.asarray((difference > reach) | ((difference == reach) & (lost > 0)))
