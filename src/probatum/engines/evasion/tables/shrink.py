# SPDX-License-Identifier: Apache-2.0
"""Make a change that turns the answer smaller: fewer cells, so that it tells something, and a smaller size."""

import numpy as np

from probatum.engines.evasion.tables.climb import climb
from probatum.engines.evasion.tables.row import Row, Steps

PARTS = 8  # into how many parts a change is cut at a time
ROUNDS = 5  # of cutting along one way
HALVINGS = 6  # of the radius, each with a search of its own


def shrink(row: Row, radius: float, rng: np.random.Generator) -> Steps:
    """Reduce what was found, while questions are left: undo cells, then look for smaller and smaller sizes."""
    yield from undo(row, radius)
    yield from contract(row)
    below = 0.0
    for _ in range(HALVINGS):
        if row.size == 0 or row.nearest is None:
            return
        middle = (below + row.size) / 2
        before = row.size
        yield from climb(row, middle, rng, start=row.nearest, rest=row.left * 3 // 4)
        if row.size > middle:
            yield from climb(row, middle, rng, start=row.closest, rest=row.left * 3 // 4)
        if row.size > middle:
            below = middle
        if row.size < before:
            yield from contract(row)


def undo(row: Row, radius: float) -> Steps:
    """Set changed cells back as long as the answer stays wrong, then bring numbers nearer to what they were."""
    point = row.telling
    while point is not None:
        parts = _changed(row, point)
        if len(parts) < 2:
            break
        block = np.array([np.where(part, row.x, point) for part in parts])
        _, margins = yield from row.ask(block, radius)
        order = [place for place in np.argsort(margins, kind="stable") if margins[place] < 0]
        if not order:
            break
        several = np.array([np.where(np.any([parts[i] for i in order[:k]], axis=0), row.x, point)
                            for k in range(2, min(len(order), len(parts) - 1) + 1)])  # fmt: skip
        if len(several):
            yield from row.ask(several, radius)
        if row.telling is point:
            break
        point = row.telling
    if row.telling is not None:
        yield from _nearer(row, radius)


def contract(row: Row) -> Steps:
    """Cut the size of the smallest change found: each number at most so far from where it was, for several sizes."""
    below = 0.0
    for _ in range(ROUNDS):
        point, size = row.nearest, row.size
        if point is None or size <= below:
            return
        sizes = below + (size - below) * np.arange(PARTS) / PARTS
        block = np.concatenate([row.mended(np.clip(point, *row.ends(one))[None], one) for one in sizes.tolist()])
        yield from row.ask(block, size)
        smaller = sizes[sizes < row.size]
        below = float(smaller[-1]) if len(smaller) else below


def _nearer(row: Row, radius: float) -> Steps:
    """Bring one number after the other of the telling change nearer to what it was."""
    numbers = [part for part in _changed(row, row.x if row.telling is None else row.telling) if part.sum() == 1]
    for part in numbers:
        if row.moves.reach[part][0] == 0:
            continue
        below = 0.0
        for _ in range(2):
            point = row.telling
            if point is None or (point[part] == row.x[part]).all():
                break
            shares = below + (1 - below) * np.arange(1, PARTS) / PARTS
            block = np.array([np.where(part, row.x + share * (point - row.x), point) for share in shares])
            _, margins = yield from row.ask(block, radius)
            wrong = np.flatnonzero(margins < 0)
            low = 0.0 if not len(wrong) or wrong[0] == 0 else float(shares[wrong[0] - 1])
            high = 1.0 if not len(wrong) else float(shares[wrong[0]])
            below = low / high


def _changed(row: Row, point: np.ndarray) -> list[np.ndarray]:
    """Return (d,) bool for each changed part of a point: a cell, or all cells of a group."""
    changed = (point != row.x) & ~np.isnan(row.x)
    parts = [np.arange(len(point)) == column for column in np.flatnonzero(changed & (row.moves.group < 0))]
    groups = np.unique(row.moves.group[changed & (row.moves.group >= 0)])
    return [*parts, *(row.moves.group == number for number in groups)]
