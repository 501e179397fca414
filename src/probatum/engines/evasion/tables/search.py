# SPDX-License-Identifier: Apache-2.0
"""Attack tables with questions alone: scores or labels, few large calls, and only changes that an attacker could make.

Source: coordinate and threshold search, our own; experimental. Each row climbs on its own: from candidates that came
from elsewhere, from the row itself, from rows of another class brought into its reach, then from random points. What
turns an answer is made smaller, so one run at the largest radius serves every radius below.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import numpy as np

from probatum.engines.evasion.queries.scheduler import Allowance, play
from probatum.engines.evasion.results import Attacked, Work
from probatum.engines.evasion.tables.climb import climb, restart
from probatum.engines.evasion.tables.feasible import movable, sound
from probatum.engines.evasion.tables.row import Row, SpentError, Steps, margins_of
from probatum.engines.evasion.tables.shrink import shrink
from probatum.systems.attacker import Moves

STAGES = ("clean", "given candidates", "one column after the other", "rows of another class", "random points")
NEIGHBOURS = 8  # rows of another class to start from; as many more are drawn at random
POOL = 4096  # most rows of another class that are looked at

Ask = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""(m, d) points and (m,) the place of the row that each was made of, to (m, k) scores; labels as rows with a single 1,
NaN where there is no answer."""


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Searched:
    """What the search found about n rows."""

    attacked: Attacked  # its examples change the fewest cells
    nearest: np.ndarray  # (n, d) the smallest change found that turns the answer; where none: the row
    sizes: np.ndarray  # (n,) float64, its size; 0: wrong as it is; inf: none was found
    asked: np.ndarray  # (n,) int64 points asked about, the row itself among them
    left_out: np.ndarray  # (n,) bool, rows that break the relations or groups themselves, or that get no answer
    notes: tuple[str, ...] = ()  # in plain sentences


def search(
    ask: Ask,
    x: np.ndarray,
    y: np.ndarray,
    moves: Moves,
    radius: float,
    *,
    rng: np.random.Generator,
    budget: Allowance,
    starts: np.ndarray | None = None,
    pool: tuple[np.ndarray, np.ndarray] | None = None,
    skip: np.ndarray | None = None,
) -> Searched:
    """Look for the smallest allowed change of each row that turns its answer, up to a radius.

    Args:
        ask: answers points.
        x: (n, d) float64 rows.
        y: (n,) index of the right class.
        moves: what the attacker may do.
        radius: the largest size of a change.
        rng: draws one stream a row, so that a row's outcome does not depend on the others.
        budget: how much may be asked, besides one question for each row as it is.
        starts: (s, n, d) candidates from elsewhere, such as gradients; they are made allowed, and asked about first.
        pool: (p, d) other rows and (p,) the class of each, from which climbs start.
        skip: (n,) bool, rows to leave alone.
    """
    clean, calls = _clean(ask, x, budget.per_call)
    margins = margins_of(clean, y)
    left_out = ~sound(moves, x) | ~np.isfinite(margins)
    wrong = margins < 0
    idle = np.zeros(len(x), dtype=bool) if skip is None else skip
    hunted = np.flatnonzero(~(wrong | left_out | idle))
    streams = rng.spawn(len(x))
    rows = {
        int(at): Row(
            number=int(at), x=x[at], y=int(y[at]), margin=float(margins[at]), moves=moves, tries=budget.per_row
        )
        for at in hunted
    }
    stage = np.where(wrong, 0, -1).astype(np.int8)
    given = np.empty((0, *x.shape)) if starts is None else np.asarray(starts, dtype=np.float64)
    attacks = [_attack(row, radius, streams[at], given[:, at], pool, stage) for at, row in rows.items()]
    ledger = play(attacks, lambda block: ask(block[:, :-1], block[:, -1].astype(np.int64)), budget)
    asked = np.ones(len(x), dtype=np.int64)
    asked[hunted] += ledger.asked
    found = _gathered(rows, x, margins, wrong & ~left_out)
    return Searched(
        attacked=Attacked(
            broken=np.isfinite(found.sizes),
            examples=found.examples,
            margins=found.margins,
            stage=stage,
            stages=STAGES,
            work=ledger.work + Work(forward_rows=len(x), calls=calls),
        ),
        nearest=found.nearest,
        sizes=found.sizes,
        asked=asked,
        left_out=left_out,
        notes=_notes(moves, x, left_out, ledger.cut),
    )


def _attack(
    row: Row,
    radius: float,
    rng: np.random.Generator,
    given: np.ndarray,
    pool: tuple[np.ndarray, np.ndarray] | None,
    stage: np.ndarray,
) -> Steps:
    """Attack one row stage by stage, then make smaller what was found; a quarter of the questions is kept for that."""
    rest = row.left // 4
    others = np.empty((0, len(row.x))) if pool is None else neighbours(row, *pool, rng)
    steps = (  # generators: none begins before those in front of it have ended
        _first(row, radius, given),
        climb(row, radius, rng, rest=rest),
        _from_others(row, radius, rng, others, rest),
        restart(row, radius, rng, rest=rest),
    )
    number = 0
    try:
        for number, step in enumerate(steps, start=1):
            yield from step
            if row.broken:
                stage[row.number] = number
                yield from shrink(row, radius, rng)
                return
    except SpentError:
        stage[row.number] = number if row.broken else -1


def _first(row: Row, radius: float, given: np.ndarray) -> Steps:
    if len(given):
        yield from row.ask(given, radius)


def _from_others(row: Row, radius: float, rng: np.random.Generator, others: np.ndarray, rest: int) -> Steps:
    """Climb from the best of the rows of another class, brought into reach."""
    if len(others):
        points, margins = yield from row.ask(others, radius)
        if not row.broken:
            yield from climb(row, radius, rng, start=points[margins.argmin()], rest=rest)


def neighbours(row: Row, others: np.ndarray, classes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return (m, d) rows of another class: the nearest in what may move, and some drawn at random."""
    others = others[classes != row.y][:POOL]
    if not len(others):
        return others
    may = movable(row.moves, row.x[None])[0]
    number = may & (row.moves.reach > 0)
    apart = np.abs(others[:, number] - row.x[number]) / row.moves.reach[number]
    chosen = others[:, may & ~number] != row.x[may & ~number]
    far = np.where(np.isnan(apart), 1.0, apart).sum(axis=1) + chosen.sum(axis=1)
    nearest = np.argsort(far, kind="stable")[:NEIGHBOURS]
    return np.asarray(others[np.concatenate([nearest, rng.integers(len(others), size=NEIGHBOURS)])])


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Found:
    """What was found, one entry a row."""

    sizes: np.ndarray
    examples: np.ndarray
    nearest: np.ndarray
    margins: np.ndarray


def _gathered(rows: dict[int, Row], x: np.ndarray, margins: np.ndarray, wrong: np.ndarray) -> _Found:
    sizes, examples, nearest, margins = np.where(wrong, 0.0, np.inf), x.copy(), x.copy(), margins.copy()
    for at, row in rows.items():
        examples[at], margins[at] = row.closest, row.margin
        if row.nearest is not None and row.telling is not None:
            sizes[at], nearest[at] = row.size, row.nearest
            examples[at], margins[at] = row.telling, row.telling_margin
    return _Found(sizes=sizes, examples=examples, nearest=nearest, margins=margins)


def _clean(ask: Ask, x: np.ndarray, per_call: int) -> tuple[np.ndarray, int]:
    """Return the scores of the rows as they are, and the number of calls."""
    places = np.arange(len(x))
    chunks = [places[start : start + per_call] for start in range(0, len(x), per_call)] or [places]
    return np.concatenate([ask(x[chunk], chunk) for chunk in chunks]), len(chunks)


def _notes(moves: Moves, x: np.ndarray, left_out: np.ndarray, cut: int) -> tuple[str, ...]:
    """Say which rows were left out and why, and whether questions ran out for all."""
    notes = list(moves.notes)
    torn = int((~sound(moves, x)).sum())
    if torn:
        first = int(np.flatnonzero(~sound(moves, x))[0])
        notes.append(
            f"{torn:,} of {len(x):,} rows break the relations or groups as they are (the first: row {first}), so no "
            "change of them is allowed, and none was tried."
        )
    silent = int(left_out.sum()) - torn
    if silent:
        notes.append(f"{silent:,} of {len(x):,} rows got no answer as they are; they were left out.")
    if cut:
        notes.append(f"All questions were used up before the search of {cut:,} rows had ended.")
    return tuple(notes)
