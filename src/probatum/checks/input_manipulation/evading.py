# SPDX-License-Identifier: Apache-2.0
"""The rows of a system as an attacker sees them: arrays of numbers, where each may go, and how to ask about a point."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, final

import numpy as np

from probatum.engines.evasion.threat import Norm, Region, region
from probatum.facts.finding import Picture
from probatum.systems.attacker import Attacker
from probatum.systems.datasets import Column, Kind, Rows
from probatum.systems.datasets.changed import CHANGED, changed
from probatum.systems.datasets.rows import NUMBERS
from probatum.systems.interface import Answers, Predictions

USUAL = (0.05, 0.95)  # quantiles between which the usual cells of a column lie
BYTES = 255.0  # of one colour of a picture


class Target(Protocol):
    """Some rows as an attacker sees them."""

    x: np.ndarray  # (n, ...) float64 or float32

    def region(self, radius: float) -> Region:
        """Return where the attacker may go with changes of up to this radius."""

    def sizes(self, points: np.ndarray) -> np.ndarray:
        """Return (n,) the radius that a change of each row to its point needs, rounded up."""

    def ask(self, points: np.ndarray) -> np.ndarray:
        """Return (m, k) scores by the users' own path; NaN where there is no answer, or the point cannot be."""

    def changes(self, row: int, point: np.ndarray, *, contents: bool) -> tuple[str, ...]:
        """Return in words what was changed."""

    def picture(self, row: int, point: np.ndarray) -> Picture | None:
        """Return both as pictures, where rows are pictures."""


@final
class Cells:
    """Rows whose cells are all in one unit, such as pictures: a change is a share of the range that cells have."""

    def __init__(self, system: Predictions, rows: Rows, learned_from: Rows, norm: Norm) -> None:
        """Take the rows to be changed, and those that tell which range the cells have."""
        features: np.ndarray = np.asarray(rows.features)
        known: np.ndarray = np.asarray(learned_from.features)
        self._system, self._rows, self._norm = system, rows, norm
        self._type = features.dtype
        self.x = features.astype(np.float64 if self._type == np.float64 else np.float32)
        self.least = float(min(known.min(), features.min()))
        self.most = float(max(known.max(), features.max()))
        self.unit = (self.most - self.least) or 1.0  # of a radius

    def region(self, radius: float) -> Region:
        """Return where the attacker may go with changes of up to this radius."""
        return region(self.x, lower=self.least, upper=self.most, norm=self._norm, radius=radius * self.unit)

    def sizes(self, points: np.ndarray) -> np.ndarray:
        """Return (n,) the radius that a change to these points needs, rounded up."""
        apart: np.ndarray = np.abs(self._written(points).astype(np.float64) - self.x.astype(np.float64))
        apart = apart.reshape(len(points), -1)
        if self._norm is Norm.LINF:
            size = apart.max(axis=1, initial=0.0)
        else:
            size = apart.sum(axis=1) if self._norm is Norm.L1 else np.sqrt((apart**2).sum(axis=1))
        return np.asarray(np.nextafter(size / self.unit, np.inf))

    def ask(self, points: np.ndarray) -> np.ndarray:
        """Return (m, k) scores of points, (m, ...), as the system's users get them."""
        like = self._rows.take(np.zeros(len(points), dtype=np.int64))
        said = self._system.answers(replace(like, features=self._written(points), name=CHANGED))
        return scores_of(said, len(self._rows.schema.classes))

    def changes(self, row: int, point: np.ndarray, *, contents: bool) -> tuple[str, ...]:
        """Return how many cells were changed."""
        count = int((self._written(point[None])[0] != self._written(self.x[row : row + 1])[0]).sum())
        return (f"{count:,} of {point.size:,} cells changed a little",)

    def picture(self, row: int, point: np.ndarray) -> Picture | None:
        """Return both as pictures: (h, w), (1 or 3, h, w) or (h, w, 1 or 3)."""
        both = [self._as_picture(one) for one in (self.x[row], point)]
        if both[0] is None or both[1] is None:
            return None
        height, width, colours = both[0].shape
        before, after = (b64encode(one.tobytes()).decode() for one in both if one is not None)
        return Picture(width=width, height=height, colours=colours, before=before, after=after)

    def _as_picture(self, cells: np.ndarray) -> np.ndarray | None:
        if cells.ndim == 2:
            cells = cells[:, :, None]
        elif cells.ndim == 3 and cells.shape[0] in (1, 3):
            cells = np.moveaxis(cells, 0, 2)
        if cells.ndim != 3 or cells.shape[2] not in (1, 3):
            return None
        shares = (cells.astype(np.float64) - self.least) / self.unit
        return np.ascontiguousarray(np.rint(np.clip(shares, 0, 1) * BYTES).astype(np.uint8))

    def _written(self, points: np.ndarray) -> np.ndarray:
        """Return the points as the system gets them: whole numbers where its rows are whole numbers."""
        whole = self._type.kind != "f"
        return np.asarray(np.rint(points) if whole else points, dtype=self._type)


@final
class Table:
    """Rows of a table: a change of a number is a share of its column's usual range in the rows that were learned from.

    A point holds the numbers that may move, and last the position of its row, which stays: so it can be written back.
    """

    def __init__(self, system: Predictions, rows: Rows, learned_from: Rows, attacker: Attacker) -> None:
        """Take the rows, those that tell the range of each column, and what the attacker may do."""
        self._system, self._rows = system, rows
        given = rows.schema.given
        self.places = np.array([at for at, column in enumerate(given) if _may_move(column, attacker)], dtype=np.int64)
        self._columns = [given[at] for at in self.places.tolist()]
        self._whole = np.array([column.kind is Kind.INTEGER for column in self._columns], dtype=bool)
        names = [column.name for column in self._columns]
        self._rises = np.array([name not in attacker.falls_only for name in names], dtype=bool)
        self._falls = np.array([name not in attacker.rises_only for name in names], dtype=bool)
        cells, known = _numbers(rows, self._columns), _numbers(learned_from, self._columns)
        self._still = ~np.isfinite(cells)
        self.least = np.array([_end(known[:, at], np.min) for at in range(len(names))])
        self.most = np.array([_end(known[:, at], np.max) for at in range(len(names))])
        cost = np.array([attacker.cost.get(name, 1.0) for name in names])
        with np.errstate(divide="ignore"):
            self.reach = np.where(cost > 0, _usual_ranges(known) / cost, np.inf)  # at radius 1
        self._numbers = np.where(self._still, 0.0, cells)
        self.x = np.column_stack([self._numbers, np.arange(len(rows), dtype=np.float64)])
        self._sums = _sums(rows, attacker, names)

    def region(self, radius: float) -> Region:
        """Return where the attacker may go: a box, since each number has a reach of its own."""
        lower, upper = self.bounds()
        reach = np.where(self._still, 0.0, np.minimum(self.reach * radius, self.most - self.least))
        lower = np.maximum(lower, self._numbers - reach)
        upper = np.minimum(upper, self._numbers + reach)
        lower = np.where(self._whole, np.minimum(np.ceil(lower), self._numbers), lower)
        upper = np.where(self._whole, np.maximum(np.floor(upper), self._numbers), upper)
        last = self.x[:, -1:]
        return Region(lower=np.hstack([lower, last]), upper=np.hstack([upper, last]))

    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Return (n, d) the least and the most that each number may become, however large the change."""
        lower = np.where(self._falls, np.minimum(self.least, self._numbers), self._numbers)
        upper = np.where(self._rises, np.maximum(self.most, self._numbers), self._numbers)
        return np.where(self._still, self._numbers, lower), np.where(self._still, self._numbers, upper)

    def sizes(self, points: np.ndarray) -> np.ndarray:
        """Return (n,) the radius that a change of each row to its point needs, rounded up."""
        apart = np.abs(self._written(points) - self._numbers[self._row(points)])
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = np.where(apart > 0, apart / self.reach, 0.0)
        return np.asarray(np.nextafter(shares.max(axis=1, initial=0.0), np.inf))

    def ask(self, points: np.ndarray) -> np.ndarray:
        """Return (m, k) scores by the users' own path; a row that breaks a stated relation cannot be, so: NaN."""
        written, which = self._written(points), self._row(points)
        same = written == self._numbers[which]
        values = np.where(same, np.nan, written)
        said = self._system.answers(changed(self._rows, which, self.places, values))
        scores = scores_of(said, len(self._rows.schema.classes)).copy()
        for others, factors, least, most in self._sums:
            total = others[which] + written @ factors
            scores[(total < least) | (total > most)] = np.nan
        return scores

    def changes(self, row: int, point: np.ndarray, *, contents: bool) -> tuple[str, ...]:
        """Return in words what was changed; how far, but not from where, unless contents may be shown."""
        after, before = self._written(point[None])[0], self._numbers[row]
        moved = np.flatnonzero(after != before)
        order = moved[np.argsort(-np.abs(after - before)[moved] / self.reach[moved])]
        return tuple(
            _in_words(self._columns[at], float(before[at]), float(after[at]), contents=contents) for at in order
        )

    def picture(self, row: int, point: np.ndarray) -> Picture | None:
        """Return nothing: a table is no picture."""
        return None

    def _row(self, points: np.ndarray) -> np.ndarray:
        return np.asarray(points[:, -1], dtype=np.int64)

    def _written(self, points: np.ndarray) -> np.ndarray:
        return np.where(self._whole, np.rint(points[:, :-1]), points[:, :-1])


Sums = list[tuple[np.ndarray, np.ndarray, float, float]]


def _sums(rows: Rows, attacker: Attacker, names: Sequence[str]) -> Sums:
    """Return the stated relations: what the still columns add to each row, the factors of the others, and both ends."""
    found: Sums = []
    by_name = {column.name: column for column in rows.schema.columns}
    for one in attacker.relations:
        still = [by_name[name] for name in one.terms if name not in names and by_name[name].kind in NUMBERS]
        fixed = _numbers(rows, still) @ np.array([one.terms[column.name] for column in still])
        factors = np.array([one.terms.get(name, 0.0) for name in names])
        found.append((fixed, factors, one.least, one.most))
    return found


def _may_move(column: Column, attacker: Attacker) -> bool:
    if column.kind not in (Kind.NUMERIC, Kind.INTEGER) or column.categories:
        return False
    return not column.immutable if attacker.controls is None else column.name in attacker.controls


def _numbers(rows: Rows, columns: Sequence[Column]) -> np.ndarray:
    """Return (n, c) float64 of some columns of numbers."""
    every = {column.name: place for place, column in enumerate(rows.numeric_columns())}
    return rows.numeric()[:, [every[column.name] for column in columns]]


def _end(cells: np.ndarray, which: object) -> float:
    known = cells[np.isfinite(cells)]
    return float(which(known)) if len(known) else 0.0  # type: ignore[operator]  # numpy's min or max


def _usual_ranges(cells: np.ndarray) -> np.ndarray:
    """Return (c,) how far apart the 5th and the 95th of 100 known cells of each column lie; its range where that is 0.

    A range from the least to the most would let a single millionaire make small changes large.
    """
    ranges = []
    for column in cells.T:
        known = column[np.isfinite(column)]
        low, high = np.quantile(known, USUAL) if len(known) else (0.0, 0.0)
        ranges.append(high - low or (np.ptp(known) if len(known) else 0.0))
    return np.array(ranges, dtype=np.float64)


def _in_words(column: Column, before: float, after: float, *, contents: bool) -> str:
    verb = "raise" if after > before else "lower"
    shown = contents and not (column.personal or column.protected)
    if shown:
        return f"{verb} {column.name} from {before:.4g} to {after:.4g}"
    return f"{verb} {column.name} by {abs(after - before):.3g}"


def scores_of(answers: Answers, classes: int) -> np.ndarray:
    """Return (m, k) scores; labels as rows with a single 1, NaN where there is no answer."""
    if answers.scores is not None:
        return answers.scores
    scores: np.ndarray = np.eye(classes)[answers.labels]
    scores[~answers.given] = np.nan
    return scores
