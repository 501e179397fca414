# SPDX-License-Identifier: Apache-2.0
"""One row under attack: it asks about allowed changes only, about none twice, and keeps the best that was found."""

from collections.abc import Generator
from typing import final

import numpy as np

from probatum.engines.evasion.tables.feasible import distance, ends, repair
from probatum.systems.attacker import Moves

Answer = tuple[np.ndarray, np.ndarray]  # (m, d) points, made allowed, and their margins (m,)
Asking = Generator[np.ndarray, np.ndarray, Answer]  # yields points, is sent scores
Steps = Generator[np.ndarray, np.ndarray, None]


class SpentError(Exception):
    """The row has asked all that it may."""


@final
class Row:
    """One row with what is known of the changes of it.

    Points that it yields are (m, d + 1): the last cell is the number of the row, for those who write the cells.
    """

    def __init__(self, *, number: int, x: np.ndarray, y: int, margin: float, moves: Moves, tries: int) -> None:
        """Start with the row as it is.

        Args:
            number: place among all rows.
            x: (d,) float64.
            y: index of the right class.
            margin: of the right class, at the row itself.
            moves: what the attacker may do.
            tries: most points to be asked about.
        """
        self.number, self.x, self.y, self.moves, self.left = number, x, y, moves, tries
        self.seen: dict[bytes, float] = {_key(x): margin}  # margin of every point asked about
        self.closest, self.margin = x, margin  # the point with the smallest margin
        self.telling: np.ndarray | None = None  # of the points that broke it: the fewest changed cells
        self.nearest: np.ndarray | None = None  # of the points that broke it: the smallest size
        self.size = np.inf  # of ``nearest``
        self.telling_margin = np.inf
        self._ends: dict[float, tuple[np.ndarray, np.ndarray]] = {}
        self._telling_rank = (np.inf, np.inf, np.inf)

    @property
    def broken(self) -> bool:
        """Whether some point asked about was answered wrongly."""
        return self.nearest is not None

    def ends(self, radius: float) -> tuple[np.ndarray, np.ndarray]:
        """Return (d,) the least and the most that each cell may become."""
        if radius not in self._ends:
            lower, upper = ends(self.moves, self.x[None], radius)
            self._ends = {radius: (lower[0], upper[0])}  # of the radius in use only
        return self._ends[radius]

    def ask(self, points: np.ndarray, radius: float) -> Asking:
        """Ask about points, (m, d), made allowed first; a margin is infinite where there was no answer."""
        points = self.mended(points, radius)
        keys = [_key(point) for point in points]
        fresh = list({key: place for place, key in enumerate(keys) if key not in self.seen}.values())
        fewer = fresh[: self.left]
        if fewer:
            block = np.column_stack([points[fewer], np.full(len(fewer), float(self.number))])
            scores = yield block
            self.left -= len(fewer)
            self._note(points[fewer], margins_of(scores, np.full(len(fewer), self.y)))
        if len(fewer) < len(fresh):
            raise SpentError
        return points, np.array([self.seen[key] for key in keys])

    def mended(self, points: np.ndarray, radius: float) -> np.ndarray:
        """Return the allowed points nearest to these, which ``ask`` asks about."""
        lower, upper = self.ends(radius)
        return repair(self.moves, self.x[None], points, radius, within=(lower[None], upper[None]))

    def _note(self, points: np.ndarray, margins: np.ndarray) -> None:
        for point, margin in zip(points, margins.tolist(), strict=True):
            self.seen[_key(point)] = margin
            if margin < self.margin:
                self.closest, self.margin = point, margin
        wrong = margins < 0
        if not wrong.any():
            return
        sizes = distance(self.moves, self.x[None], points[wrong])
        changed = (points[wrong] != self.x) & ~np.isnan(self.x)
        reach = np.where(self.moves.reach > 0, self.moves.reach, np.inf)
        totals = np.where(changed, np.abs(points[wrong] - self.x) / reach, 0.0).sum(axis=1)
        for point, margin, size, count, total in zip(
            points[wrong], margins[wrong].tolist(), sizes.tolist(), changed.sum(axis=1).tolist(), totals.tolist(),
            strict=True,
        ):  # fmt: skip
            if size < self.size:
                self.size, self.nearest = size, point
            if (count, size, total) < self._telling_rank:
                self._telling_rank, self.telling, self.telling_margin = (count, size, total), point, margin


def margins_of(scores: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return (m,) the score of the right class minus the highest other; infinite where there was no answer."""
    rows = np.arange(len(y))
    others = scores.astype(np.float64, copy=True)
    others[rows, y] = -np.inf
    margins = scores[rows, y] - others.max(axis=1, initial=-np.inf)
    return np.asarray(np.where(np.isnan(margins), np.inf, margins))


def _key(point: np.ndarray) -> bytes:
    return (point + 0.0).tobytes()  # -0 and 0 are one number
