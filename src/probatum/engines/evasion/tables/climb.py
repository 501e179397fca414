# SPDX-License-Identifier: Apache-2.0
"""Look for a change that turns the answer: one column after the other, the best ones together, then from elsewhere."""

import numpy as np

from probatum.engines.evasion.tables.row import Row, Steps

TOGETHER = 16  # most columns that are tried in pairs of the best, or one more at a time
PAIRS = 6  # columns of which all pairs are tried
INNER = 6  # most numbers tried between the two ends of a column
RANDOM = 24  # random points tried at a time
IDLE = 3  # rounds without a new point after which all there is has been seen


def climb(
    row: Row, radius: float, rng: np.random.Generator, *, start: np.ndarray | None = None, rest: int = 0
) -> Steps:
    """Lower the margin until the answer turns within this radius, or no change of one or two columns lowers it.

    Args:
        row: it keeps what is found.
        radius: of the changes.
        rng: draws columns where there are too many.
        start: (d,) where to begin; None: the row itself.
        rest: questions to be left over.
    """
    (point,), (margin,) = yield from row.ask((row.x if start is None else start)[None], radius)
    while margin >= 0 and row.left > rest:
        columns, values = polled(row, point, radius, rng, most=max(32, (row.left - rest) // 4))
        if not len(columns):
            return
        alone = yield from row.ask(_with(point, columns, values, row), radius)
        mixed = yield from row.ask(_together(row, point, columns, values, alone[1], margin), radius)
        points, margins = (np.concatenate(parts) for parts in zip(alone, mixed, strict=True))
        best = int(margins.argmin())
        if margins[best] >= margin:
            return
        point, margin = points[best], margins[best]


def restart(row: Row, radius: float, rng: np.random.Generator, *, rest: int = 0) -> Steps:
    """Climb from the best of some random points, again and again, until all may be asked is asked or seen."""
    idle = 0
    while not _within(row, radius) and row.left > rest and idle < IDLE:
        before = len(row.seen)
        block = drawn(row, radius, rng)
        if not len(block):
            return
        points, margins = yield from row.ask(block, radius)
        if not _within(row, radius):
            yield from climb(row, radius, rng, start=points[margins.argmin()], rest=rest)
        idle = 0 if len(row.seen) > before else idle + 1


def polled(
    row: Row, point: np.ndarray, radius: float, rng: np.random.Generator, *, most: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return (m,) columns and the values to try in each: categories, the ends of numbers, and numbers between."""
    options = [_options(row, column, radius, INNER) for column in range(len(point))]
    if sum(map(len, options)) > most:
        options = [_options(row, column, radius, 0) for column in range(len(point))]
    order = np.array([column for column, some in enumerate(options) if len(some)], dtype=np.int64)
    if sum(map(len, options)) > most:
        order = rng.permutation(order)
    pairs = [(column, value) for column in order for value in options[column] if value != point[column]][:most]
    return np.array([pair[0] for pair in pairs], dtype=np.int64), np.array([pair[1] for pair in pairs])


def drawn(row: Row, radius: float, rng: np.random.Generator) -> np.ndarray:
    """Return (m, d) points with some columns at random values; none where nothing may move."""
    options = [_options(row, column, radius, INNER) for column in range(len(row.x))]
    columns = [column for column, some in enumerate(options) if len(some)]
    points = np.tile(row.x, (RANDOM if columns else 0, 1))
    share = rng.choice([0.25, 0.5, 1.0], size=len(points))
    for column in columns:
        moved = rng.random(len(points)) < share
        value = rng.choice(options[column], size=len(points))
        points[moved] = _with(points[moved], np.full(int(moved.sum()), column), value[moved], row)
    return points


def _within(row: Row, radius: float) -> bool:
    return row.size <= radius


def _options(row: Row, column: int, radius: float, inner: int) -> np.ndarray:
    """Return the values worth trying in one column, whatever stands there now."""
    lower, upper = row.ends(radius)
    least, most = lower[column], upper[column]
    if not least < most:
        return np.empty(0)
    if row.moves.choices[column]:
        return np.arange(row.moves.choices[column], dtype=np.float64)
    if row.moves.group[column] >= 0:
        return np.ones(1)
    levels = row.moves.levels[column]
    levels = levels[(least < levels) & (levels < most)]
    if len(levels) > inner:
        levels = levels[np.linspace(0, len(levels) - 1, inner + 2).astype(np.int64)[1:-1]] if inner else levels[:0]
    return np.concatenate([[least, most], levels])


def _with(points: np.ndarray, columns: np.ndarray, values: np.ndarray, row: Row) -> np.ndarray:
    """Return (m, d) points, each with one cell exchanged; a cell of a group takes the 1 from the others."""
    out = np.array(np.broadcast_to(points, (len(columns), len(row.x))))
    groups = row.moves.group[columns]
    out[(groups[:, None] >= 0) & (row.moves.group == groups[:, None])] = 0.0
    out[np.arange(len(columns)), columns] = values
    return out


def _together(
    row: Row, point: np.ndarray, columns: np.ndarray, values: np.ndarray, margins: np.ndarray, margin: float
) -> np.ndarray:
    """Return (m, d) points with several columns changed at once: pairs of the best, and the best few for every few."""
    order = np.argsort(margins, kind="stable")
    _, first = np.unique(columns[order], return_index=True)
    best = order[np.sort(first)]  # the best value of each column, best column first
    useful = best[margins[best] < margin]
    pairs = [[best[i], best[j]] for j in range(min(PAIRS, len(best))) for i in range(j)]
    runs = [useful[:count] for count in {*range(3, min(TOGETHER, len(useful)) + 1), len(useful)} if count > 2]
    points: list[np.ndarray] = []
    for chosen in [*pairs, *(run.tolist() for run in runs)]:
        mixed = point
        for one in chosen:
            mixed = _with(mixed, columns[one : one + 1], values[one : one + 1], row)[0]
        points.append(mixed)
    return np.array(points).reshape(len(points), len(point))
