# SPDX-License-Identifier: Apache-2.0
"""Find the nearest wrong answer by labels alone: walk along the border between right and wrong, ever closer to the row.

The walk starts at a known row that is answered otherwise, not at noise. It goes in legs: a leg comes nearer until that
gets slow; the next one starts aside of the nearest point so far, on another part of the border. How to come nearer is
the matter of ``moves``: on images the border is smooth, so climbing is all; on tables trees may answer, which have
edges, so single cells are put back too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from probatum.engines.evasion.queries.border import Border, Path, column
from probatum.engines.evasion.queries.moves import Climb, Move, Shrink, Turn, across, is_image
from probatum.engines.evasion.queries.scheduler import Attack

OUTWARD = np.array([1.0, 1.3, 1.7, 2.2])  # distances from the row at which the next leg may start


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Settings of the walk; all counts are questions or steps."""

    precise: int = 3  # blocks of the first search for the border, after which it is known to 1 part in 4 ** precise
    steps: int = 25  # small steps asked about at first, when climbing
    planes: int = 4  # directions that are tried at once when turning, each to both sides
    until: float = 0.01  # relative gain below which a leg ends, over its last ...
    patience: int = 200  # ... so many questions, or ...
    share: float = 0.25  # ... this share of all it asked, if that is more
    aside: float = 0.9  # radians between one leg's end and the next one's start
    legs: int = 100


def walk(
    row: np.ndarray,
    truth: int,
    path: Path,
    *,
    lower: np.ndarray,
    upper: np.ndarray,
    rng: np.random.Generator,
    settings: Walk,
) -> Attack:
    """Shorten ``path`` until there is nothing more to ask; what is found so far always stands in it.

    Args:
        row: (...) answered rightly.
        truth: index of the right class.
        path: starts at a point that should be answered wrongly; changed in place.
        lower: (...) least value of each cell.
        upper: (...) most.
        rng: draws directions.
        settings: of the walk.
    """
    for leg in range(settings.legs):
        border = Border(row=row, truth=truth, path=path, lower=lower, upper=upper)
        if leg == 0:
            yield from border.begin(settings.precise)
        else:
            yield from _aside(border, rng, settings)
        if not 0 < path.distance < np.inf:
            return
        yield from _leg(border, moves(row.shape, settings), rng, settings)


def moves(shape: tuple[int, ...], settings: Walk) -> tuple[Move, ...]:
    """Return the moves that suit rows of this shape."""
    climb = Climb(steps=settings.steps)
    return (climb,) if is_image(shape) else (climb, Shrink(), Turn(planes=settings.planes))


def _leg(border: Border, ways: Sequence[Move], rng: np.random.Generator, settings: Walk) -> Attack:
    """Move in turns until the last moves brought little."""
    began = border.path.asked
    marks = [(0, border.distance)]
    while border.distance > 0:
        for move in ways:
            yield from move.step(border, rng)
        asked = border.path.asked - began
        marks.append((asked, border.distance))
        past = asked - max(settings.patience, settings.share * asked)
        before = [distance for count, distance in marks if count <= past]
        if before and border.distance > (1 - settings.until) * before[-1]:
            return


def _aside(border: Border, rng: np.random.Generator, settings: Walk) -> Attack:
    """Go to a point that is wrong, in a direction well aside of the nearest so far and no nearer than that."""
    away, size = border.way()
    for _ in range(4):
        sides = across(border, away, rng, settings.planes)
        rays = np.cos(settings.aside) * away + np.sin(settings.aside) * sides
        far = np.repeat(OUTWARD, len(rays))
        points = border.inside(border.row + size * column(far, away) * np.concatenate([rays] * len(OUTWARD)))
        back, border.distance = border.distance, np.inf
        wrong = yield from border.wrong(points)
        if wrong.any():
            return
        border.distance = back
