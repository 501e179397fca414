# SPDX-License-Identifier: Apache-2.0
"""Attack a function that can only be asked, with the search that fits what it answers."""

from collections.abc import Callable

import numpy as np

from probatum.engines.evasion.queries.border import Path
from probatum.engines.evasion.queries.boundary import Walk, walk
from probatum.engines.evasion.queries.rays import Aim, Box, rays
from probatum.engines.evasion.queries.scheduler import Allowance, Ask, play
from probatum.engines.evasion.queries.squares import Best, squares
from probatum.engines.evasion.results import Attacked, Work
from probatum.engines.evasion.threat import Region

STAGES = ("clean", "random patches", "walk along the border", "shrinking boxes")
GOALS = 4  # rows of other classes that a box is made to hold at first


def attack(
    ask: Ask,
    x: np.ndarray,
    y: np.ndarray,
    region: Region,
    *,
    rng: np.random.Generator,
    tries: int = 500,
    skip: np.ndarray | None = None,
    pool: np.ndarray | None = None,
) -> Attacked:
    """Search the region of each row for a wrong answer.

    Args:
        ask: (m, ...) points to (m, k) scores; labels as rows with a single 1.
        x: (n, ...) rows.
        y: (n,) index of the right class.
        region: where the attacker may go.
        rng: draws one stream a row, so that a row's outcome does not depend on the others.
        tries: most points asked about, a row.
        skip: (n,) bool, rows to leave alone.
        pool: (p, ...) other rows, from which walks start; None: those of x.
    """
    clean = ask(x)
    margins = margin(clean, y)
    state = _State(x=x, y=y, margins=margins, broken=np.asarray(clean.argmax(axis=1) != y))
    work = Work(forward_rows=len(x), calls=1)
    streams = rng.spawn(len(x))
    idle = np.zeros(len(x), dtype=bool) if skip is None else skip
    open_rows = np.flatnonzero(~(state.broken | idle))
    labels_only = bool(np.isin(clean, (0.0, 1.0)).all())
    search = _walks if region.norm is not None else _rays if labels_only else _squares
    if open_rows.size:
        work += search(ask, state, open_rows, region, streams, tries, x if pool is None else pool)
    return Attacked(
        broken=state.broken,
        examples=state.examples,
        margins=state.margins,
        stage=state.stage,
        stages=STAGES,
        work=work,
    )


class _State:
    """What is known of all rows while they are searched."""

    def __init__(self, *, x: np.ndarray, y: np.ndarray, margins: np.ndarray, broken: np.ndarray) -> None:
        self.x, self.y, self.margins, self.broken = x, y, margins, broken
        self.examples = x.copy()
        self.stage = np.where(broken, 0, -1).astype(np.int8)

    def note(self, row: int, point: np.ndarray, margin: float, stage: int) -> None:
        self.examples[row], self.margins[row] = point, margin
        if margin < 0:
            self.broken[row], self.stage[row] = True, stage


Search = Callable[[Ask, _State, np.ndarray, Region, list[np.random.Generator], int, np.ndarray], Work]


def _squares(
    ask: Ask, state: _State, rows: np.ndarray, region: Region, streams: list[np.random.Generator], tries: int,
    pool: np.ndarray,
) -> Work:  # fmt: skip
    best = {row: Best(point=state.x[row]) for row in rows.tolist()}
    ledger = play(
        [
            squares(
                int(state.y[row]), best[row], lower=region.lower[row], upper=region.upper[row], rng=streams[row],
                tries=tries,
            )
            for row in best
        ],
        ask,
        Allowance(per_row=tries),
    )  # fmt: skip
    for row, found in best.items():
        state.note(row, found.point, found.margin, 1)
    return ledger.work


def _walks(
    ask: Ask, state: _State, rows: np.ndarray, region: Region, streams: list[np.random.Generator], tries: int,
    pool: np.ndarray,
) -> Work:  # fmt: skip
    """Walk from the nearest row of another class; what ends outside the region breaks nothing."""
    said = ask(pool).argmax(axis=1)
    paths: dict[int, Path] = {}
    attacks = []
    for row in rows.tolist():
        starts = nearest(state.x[row], pool[said != state.y[row]], 1)
        if not len(starts):
            continue
        fixed = region.lower[row] == region.upper[row]
        start = np.where(fixed, state.x[row], starts[0])
        path = Path(nearest=start, distance=float(np.linalg.norm((start - state.x[row]).astype(np.float64))))
        paths[row] = path
        # only the range of each cell binds the walk: it comes from outside the region, and ends in it or not
        least = np.where(fixed, state.x[row], pool.min(axis=0))
        most = np.where(fixed, state.x[row], pool.max(axis=0))
        attacks.append(
            walk(
                state.x[row], int(state.y[row]), path, lower=np.minimum(least, region.lower[row]),
                upper=np.maximum(most, region.upper[row]), rng=streams[row], settings=Walk(),
            )
        )  # fmt: skip
    ledger = play(attacks, ask, Allowance(per_row=tries))
    found = {row: path for row, path in paths.items() if np.isfinite(path.distance)}
    ends = {row: p.nearest for row, p in found.items() if inside(p.nearest, state.x[row], region.take(np.array([row])))}
    if ends:
        margins = margin(ask(np.stack(list(ends.values()))), state.y[list(ends)])
        for (row, point), lead in zip(ends.items(), margins.tolist(), strict=True):
            state.note(row, point, lead, 2)
    return ledger.work + Work(forward_rows=len(pool) + len(ends), calls=2)


def _rays(
    ask: Ask, state: _State, rows: np.ndarray, region: Region, streams: list[np.random.Generator], tries: int,
    pool: np.ndarray,
) -> Work:  # fmt: skip
    """Shrink boxes that hold the nearest rows of other classes; what ends larger than the region breaks nothing."""
    said = ask(pool).argmax(axis=1)
    least, most = pool.min(axis=0), pool.max(axis=0)
    aims: dict[int, Aim] = {}
    attacks = []
    for row in rows.tolist():
        x, lower, upper = state.x[row], region.lower[row], region.upper[row]
        box = Box(  # it grows over all known rows; where it has no end, no further
            row=x, lower=lower, upper=upper, least=np.minimum(least, np.where(np.isfinite(lower), lower, x)),
            most=np.maximum(most, np.where(np.isfinite(upper), upper, x)),
        )  # fmt: skip
        goals = nearest(x, pool[said != state.y[row]], GOALS)
        aims[row] = Aim()
        attacks.append(rays(int(state.y[row]), aims[row], box, goals, rng=streams[row]))
    ledger = play(attacks, ask, Allowance(per_row=tries))
    ends = {row: aim.point for row, aim in aims.items() if aim.point is not None and aim.size <= 1}
    if ends:
        margins = margin(ask(np.stack(list(ends.values()))), state.y[list(ends)])
        for (row, point), lead in zip(ends.items(), margins.tolist(), strict=True):
            state.note(row, point, lead, 3)
    return ledger.work + Work(forward_rows=len(pool) + len(ends), calls=2)


def nearest(row: np.ndarray, others: np.ndarray, count: int) -> np.ndarray:
    """Return the so many of the others, (m, ...), that are nearest to the row, nearest first."""
    apart = (others.astype(np.float64) - row).reshape(len(others), row.size)
    return np.asarray(others[np.argsort(np.einsum("ij,ij->i", apart, apart), kind="stable")[:count]])


def inside(point: np.ndarray, row: np.ndarray, region: Region) -> bool:
    """Whether a point lies in the region of its row."""
    if not ((region.lower[0] <= point) & (point <= region.upper[0])).all():
        return False
    if region.norm is None or region.radius is None:
        return True
    apart = np.abs(point.astype(np.float64) - row).ravel()
    size = apart.sum() if region.norm == "l1" else np.sqrt((apart**2).sum())
    return bool(size <= region.radius[0])


def margin(scores: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return (n,) the score of the right class minus the highest other."""
    rows = np.arange(len(y))
    others = scores.astype(np.float64, copy=True)
    others[rows, y] = -np.inf
    return np.asarray(scores[rows, y] - others.max(axis=1))
