# SPDX-License-Identifier: Apache-2.0
"""Examples are rounded first, to what will be printed, then asked about again as printed, and only then shown."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Protocol, final

import numpy as np

from probatum.checks.input_manipulation.findings import labels_of
from probatum.facts.finding import Picture
from probatum.systems.datasets.stated import Rounding, Stated


class Printable(Protocol):
    """Rows that were changed, as they are printed."""

    roundings: tuple[Rounding, ...]  # ways to print a change, in the order to be tried

    def stated(self, row: int, point: np.ndarray, *, contents: bool, rounding: Rounding) -> Stated:
        """Return the words for a change of a row, and the cells that the words, or the picture, describe."""

    def ask(self, points: np.ndarray, which: np.ndarray) -> np.ndarray:
        """Return (m, k) scores of points made of the rows ``which`` (m,); NaN: no answer, or no allowed change."""

    def picture(self, row: int, point: np.ndarray) -> Picture | None:
        """Return both as pictures, where rows are pictures."""

    def seen(self, row: int) -> np.ndarray | None:
        """Return the row as it was, read off its picture; None where it is printed exactly."""


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shown:
    """A changed row whose answer was confirmed for what is printed of it."""

    words: tuple[str, ...]
    point: np.ndarray  # what the print describes
    scores: np.ndarray  # (k,) of exactly that
    picture: Picture | None


def as_printed(
    target: Printable,
    which: np.ndarray,
    points: np.ndarray,
    own: np.ndarray,
    holds: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray],
    *,
    contents: bool,
) -> list[Shown | None]:
    """Return what may be shown of changed rows; None where no print of a row gets the answer that it is shown for.

    Args:
        target: the rows they were made of.
        which: (m,) those rows.
        points: (m, ...) the changed rows.
        own: (m,) index of the answer to each row as it was.
        holds: whether points (s, ...) with scores (s, k), made of the places (s,) of these rows, still show what they
            are shown for.
        contents: whether cells and pictures may be shown.
    """
    out: list[Shown | None] = [None] * len(which)
    pictured = _pictured(target, which, own) if contents else np.zeros(len(which), dtype=bool)
    for show, rounding in [*product([True], target.roundings if contents else ()), *product([False], target.roundings)]:
        waiting = np.flatnonzero([one is None and (pictured[at] or not show) for at, one in enumerate(out)])
        if not waiting.size:
            continue
        said = [target.stated(int(which[at]), points[at], contents=show, rounding=rounding) for at in waiting.tolist()]
        cells = np.stack([one.cells for one in said]).astype(points.dtype, copy=False)
        scores = target.ask(cells, which[waiting])
        for place in np.flatnonzero(holds(cells, scores, waiting)).tolist():
            at = int(waiting[place])
            picture = target.picture(int(which[at]), cells[place]) if show else None
            out[at] = Shown(words=said[place].words, point=cells[place], scores=scores[place], picture=picture)
    return out


def _pictured(target: Printable, which: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Return (m,) bool: the print of the row as it was gets the answer of the row; a picture has 8 bits a colour."""
    fits = np.ones(len(which), dtype=bool)
    for at, row in enumerate(which.tolist()):
        seen = target.seen(row)
        if seen is not None:
            fits[at] = int(labels_of(target.ask(seen[None], np.array([row])))[0]) == own[at]
    return fits
