# SPDX-License-Identifier: Apache-2.0
"""Which changes of a row are allowed, how large they are, and the nearest allowed change to one that is not.

The size of a change is the largest of its cells' sizes: of a number, how far it moved as a share of its reach; of a
category, the radius from which on it may be exchanged. A change is allowed at every radius from its size on, if the
cells obey what is said of them (range, direction, whole numbers, groups, linear relations).

All rows are float64. ``x`` holds the rows as they are, ``candidates`` one changed row for each, both of shape (n, d);
``x`` may also be a single row, (1, d), of which all candidates were made.
"""

import numpy as np

from probatum.systems.attacker import Moves

_ROUNDING = 1e-9  # a relation may be missed by this share of its terms: sums of decimals are never met exactly


def sound(moves: Moves, x: np.ndarray) -> np.ndarray:
    """Return (n,) bool: the row itself obeys the groups and relations; others cannot be attacked, and are left out."""
    return np.asarray(_grouped(moves, x) & _related(moves, x))


def feasible(moves: Moves, x: np.ndarray, candidates: np.ndarray, radius: np.ndarray | float) -> np.ndarray:
    """Return (n,) bool: the attacker may make of this row that candidate, at this radius (a number, or (n,))."""
    same = _same(x, candidates)
    legal = (same | (movable(moves, x) & _legal(moves, x, candidates))).all(axis=1)
    return np.asarray(legal & (distance(moves, x, candidates) <= radius) & sound(moves, candidates))


def distance(moves: Moves, x: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    """Return (n,) float64 the size of each change; infinite where a cell changed that never can."""
    number = moves.reach > 0
    with np.errstate(invalid="ignore"):
        sizes = np.abs(candidates - x) / np.where(number, moves.reach, 1.0)
    sizes = np.where(np.isnan(sizes), np.inf, sizes)
    sizes = np.where(number, sizes, np.where(moves.free, moves.choice_size, np.inf))
    return np.asarray(np.where(_same(x, candidates), 0.0, sizes).max(axis=1, initial=0.0))


def box(moves: Moves, x: np.ndarray, radius: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
    """Return (n, d) lower and upper: no allowed change lies outside, so what is proven of the box holds for the row.

    A category that may be exchanged has all of them; relations between cells are not seen. The ends are rounded
    outwards: ``distance`` divides and subtracts in float64, each with a relative error of at most 2**-53.
    """
    size = np.broadcast_to(np.asarray(radius, dtype=np.float64), (len(x),))[:, None]
    real = np.finfo(np.float64)
    half = (size * (1 + 4 * real.eps) + real.tiny) * moves.reach
    with np.errstate(invalid="ignore"):
        down = np.where(moves.falls & (size > 0), np.nextafter(x - half, -np.inf), x)
        up = np.where(moves.rises & (size > 0), np.nextafter(x + half, np.inf), x)
    return _cut(moves, x, size, down, up)


def ends(moves: Moves, x: np.ndarray, radius: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
    """Return (n, d) lower and upper, the least and the most that each cell alone may become: for use by attacks.

    The same as ``box`` but for rounding: here every end is one that the attacker can reach.
    """
    size = np.broadcast_to(np.asarray(radius, dtype=np.float64), (len(x),))[:, None]
    half = size * moves.reach
    with np.errstate(invalid="ignore"):
        down = np.where(moves.falls, _reached(moves, x, np.where(moves.whole, -1, 0) + x - half, size), x)
        up = np.where(moves.rises, _reached(moves, x, np.where(moves.whole, 1, 0) + x + half, size), x)
    return _cut(moves, x, size, down, up)


def repair(
    moves: Moves,
    x: np.ndarray,
    candidates: np.ndarray,
    radius: np.ndarray | float,
    *,
    within: tuple[np.ndarray, np.ndarray] | None = None,
) -> np.ndarray:
    """Return (n, d) an allowed change near each candidate; one that is allowed stays as it is.

    Cells are moved into their ends and to whole numbers, groups to the column with the most, then relations are met
    by moving one number after the other (those that the candidate left alone first). What cannot be mended becomes
    the row itself. ``within`` holds the ends, if they are at hand.
    """
    lower, upper = ends(moves, x, radius) if within is None else within
    fine = feasible(moves, x, candidates, radius)
    if fine.all():
        return candidates
    row, lower, upper = (np.broadcast_to(cells, candidates.shape) for cells in (x, lower, upper))
    mended = _snapped(moves, row, candidates, lower, upper)
    mended = _chosen(moves, row, mended, candidates, lower, upper)
    mended = _balanced(moves, row, mended, lower, upper)
    works = feasible(moves, x, mended, radius)
    return np.where(fine[:, None], candidates, np.where(works[:, None], mended, x))


def movable(moves: Moves, x: np.ndarray) -> np.ndarray:
    """Return (n, d) bool: the cell may move at all; none of a relation of which a cell is missing may."""
    may = np.isfinite(x) & ((moves.reach > 0) | moves.free)
    for factors in moves.sums:
        terms = np.flatnonzero(factors)
        unknown = np.flatnonzero(~np.isfinite(x[:, terms]).all(axis=1))
        may[np.ix_(unknown, terms)] = False
    return np.asarray(may)


def _same(x: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    return np.asarray((x == candidates) | (np.isnan(x) & np.isnan(candidates)))


def _legal(moves: Moves, x: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    """Return (n, d) bool: a changed cell obeys what is said of its column alone."""
    with np.errstate(invalid="ignore", over="ignore"):
        whole = candidates == np.floor(candidates)
        single = candidates == candidates.astype(np.float32)
        inside = (np.minimum(moves.least, x) <= candidates) & (candidates <= np.maximum(moves.most, x))
        turned = np.where(candidates > x, moves.rises, moves.falls)
    number = inside & turned & (whole | ~moves.whole) & (single | ~moves.single)
    choice = (candidates >= 0) & (candidates < moves.choices) & whole
    return np.asarray(np.where(moves.choices > 0, choice, (moves.group >= 0) | number))


def _grouped(moves: Moves, points: np.ndarray) -> np.ndarray:
    """Return (n,) bool: of each group of columns exactly one is 1, all others are 0."""
    obeyed = np.ones(len(points), dtype=bool)
    for number in range(int(moves.group.max(initial=-1)) + 1):
        cells = points[:, moves.group == number]
        obeyed &= ((cells == 1).sum(axis=1) == 1) & ((cells == 0) | (cells == 1)).all(axis=1)
    return obeyed


def _related(moves: Moves, points: np.ndarray) -> np.ndarray:
    """Return (n,) bool: every relation holds; one of which a cell is missing is not looked at."""
    obeyed = np.ones(len(points), dtype=bool)
    for factors, least, most in zip(moves.sums, moves.sums_least, moves.sums_most, strict=True):
        total, slack = _total(factors, points)
        known = np.isfinite(points[:, factors != 0]).all(axis=1)
        obeyed &= ~known | ((total >= least - slack) & (total <= most + slack))
    return obeyed


def _total(factors: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (n,) the sum, and by how much rounding may move it; summed in one order, whatever the batch."""
    total, scale = np.zeros(len(points)), np.zeros(len(points))
    for column in np.flatnonzero(factors):
        with np.errstate(invalid="ignore"):
            total += factors[column] * points[:, column]
        scale += np.abs(factors[column] * points[:, column])
    return total, _ROUNDING * scale


def _reached(moves: Moves, x: np.ndarray, end: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Return the last number on the way from x to just beyond an end that is no further off than ``size`` allows."""
    reach = np.where(moves.reach > 0, moves.reach, 1.0)
    outwards = np.where(end > x, np.floor(end), np.ceil(end))
    end = np.where(moves.whole, outwards, end)
    for _ in range(4):  # rounding of product, sum and quotient: a few steps of the last digit at most
        over = np.abs(end - x) / reach > size
        end = np.where(over, np.where(moves.whole, end - np.sign(end - x), np.nextafter(end, x)), end)
    back = (np.abs(end - x) / reach > size) | ~np.isfinite(end)
    return _rounded_to_single(moves, x, np.where(back, x, end))


def _rounded_to_single(moves: Moves, x: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Round what is kept in float32, towards x."""
    if not moves.single.any():
        return points
    with np.errstate(over="ignore", invalid="ignore"):
        near = points.astype(np.float32)
        past = np.abs(near.astype(np.float64) - x) > np.abs(points - x)
        near = np.where(past, np.nextafter(near, x.astype(np.float32)), near).astype(np.float64)
    return np.where(moves.single, near, points)


def _cut(
    moves: Moves, x: np.ndarray, size: np.ndarray, down: np.ndarray, up: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return lower and upper ends, cut to the range seen, to whole numbers and to what may move."""
    with np.errstate(invalid="ignore"):
        down = np.maximum(down, np.minimum(moves.least, x))
        up = np.minimum(up, np.maximum(moves.most, x))
        down = np.where(moves.whole, np.minimum(np.ceil(down), x), down)
        up = np.where(moves.whole, np.maximum(np.floor(up), x), up)
    chosen = moves.free & (moves.choice_size <= size)
    last = np.where(moves.choices > 0, moves.choices - 1, 1)
    may = movable(moves, x) & ((moves.reach > 0) | chosen)
    lower = np.where(may, np.where(moves.reach > 0, down, 0.0), x)
    upper = np.where(may, np.where(moves.reach > 0, up, last), x)
    return lower, upper


def _snapped(moves: Moves, x: np.ndarray, candidates: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Return the candidates with each number and category, taken alone, where it may be."""
    points = np.where(np.isnan(candidates), x, candidates)
    with np.errstate(over="ignore", invalid="ignore"):
        points = np.where(moves.whole | (moves.choices > 0), np.rint(points), points)
        points = np.where(moves.single, points.astype(np.float32).astype(np.float64), points)
    points = np.clip(points, lower, upper)
    return np.where(_same(x, candidates) | np.isnan(points), x, points)


def _chosen(
    moves: Moves, x: np.ndarray, points: np.ndarray, candidates: np.ndarray, lower: np.ndarray, upper: np.ndarray
) -> np.ndarray:
    """Return the points with one column of each group chosen: the one that the candidate gave the most."""
    points = points.copy()
    rows = np.arange(len(x))
    for number in range(int(moves.group.max(initial=-1)) + 1):
        columns = np.flatnonzero(moves.group == number)
        may = lower[:, columns] < upper[:, columns]
        wanted = np.where(may & ~np.isnan(candidates[:, columns]), candidates[:, columns], -np.inf)
        held = np.argmax(x[:, columns] == 1, axis=1)
        turns = may[rows, held]  # the 1 can be taken from where it is
        choice = np.where(turns & np.isfinite(wanted).any(axis=1), wanted.argmax(axis=1), held)
        points[:, columns] = np.where(turns[:, None], columns == columns[choice][:, None], x[:, columns])
    return points


def _balanced(moves: Moves, x: np.ndarray, points: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Return the points with the relations met as far as moving one number after the other goes.

    Projection on one relation after the other (Kaczmarz), along single columns instead of along the normal, so that
    sums of whole numbers are met exactly.
    """
    if not len(moves.sums):
        return points
    points = points.copy()
    touched = ~_same(x, points)
    order = list(range(len(moves.sums)))
    for turn in range(8):
        if _related(moves, points).all():
            break
        for relation in order if turn % 2 == 0 else reversed(order):
            for mask in (~touched, touched):
                for column in np.flatnonzero(moves.sums[relation]).tolist():
                    _shift(moves, relation, column, points, mask[:, column], lower, upper)
    return points


def _shift(
    moves: Moves, relation: int, column: int, points: np.ndarray, rows: np.ndarray, lower: np.ndarray, upper: np.ndarray
) -> None:
    """Move one column of these rows, in place, as far as its ends allow towards meeting a relation."""
    factors = moves.sums[relation]
    total, slack = _total(factors, points)
    least, most = moves.sums_least[relation], moves.sums_most[relation]
    short = np.where(total < least - slack, least - total, np.where(total > most + slack, most - total, 0.0))
    step = short / factors[column]
    if moves.whole[column]:
        near = np.rint(step)
        step = np.where(
            np.abs(step - near) <= _ROUNDING * np.maximum(1, np.abs(near)), near, np.trunc(step + np.sign(step))
        )
    moved = np.clip(points[:, column] + step, lower[:, column], upper[:, column])
    if moves.single[column]:
        moved = moved.astype(np.float32).astype(np.float64)
    use = rows & (short != 0) & np.isfinite(moved)
    points[use, column] = moved[use]
