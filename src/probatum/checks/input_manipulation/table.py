# SPDX-License-Identifier: Apache-2.0
"""The rows of a table as an attacker sees them: which cells may change, how far, and what a change is in words."""

import math
from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from itertools import combinations, product
from typing import Self, final

import numpy as np

from probatum.checks.input_manipulation.evading import CHANGED, scores_of
from probatum.engines.evasion.tables.feasible import box, distance, ends, feasible, movable, repair, sound
from probatum.engines.evasion.threat import Region
from probatum.engines.evasion.universal import Span
from probatum.facts.finding import Picture
from probatum.systems.attacker import Attacker
from probatum.systems.datasets import Rows, Schema
from probatum.systems.datasets.encoded import decode, encode
from probatum.systems.datasets.moves import moves
from probatum.systems.datasets.stated import IN_FULL, Rounding, Stated, changes, roundings, stated
from probatum.systems.interface import Predictions
from probatum.systems.mistakes import visible

CLOSE = 1 + 1e-9  # a change so much larger than the radius at which it was worked out is still that change


@final
class Table:
    """Rows whose cells are numbers, each measured by the usual range of its column, or categories."""

    roundings: tuple[Rounding, ...] = tuple(roundings())  # the shortest print first

    def __init__(self, system: Predictions, rows: Rows, learned_from: Rows, attacker: Attacker) -> None:
        """Take the rows, those that tell the range of each column, and what the attacker may do."""
        self._system, self._rows = system, rows
        self.moves = moves(learned_from, attacker)
        self.x = encode(rows)
        self.others = (encode(learned_from), learned_from.truth)  # (p, d) rows to start from, and their classes
        self.stepped = False  # whole numbers may move by one step, though that is more than the radius
        self.torn = ~sound(self.moves, self.x)  # rows that break what is said of all rows: no change of them is allowed

    def take(self, index: np.ndarray) -> Self:
        """Return some of the rows; the range of each column stays."""
        some = copy(self)
        some._rows, some.x, some.torn = self._rows.take(index), self.x[index], self.torn[index]
        return some

    @property
    def can_change(self) -> bool:
        """Whether the attacker may change anything at all."""
        return bool(movable(self.moves, self.x).any())

    def can_change_by(self, radius: float) -> bool:
        """Whether a change of up to this radius changes anything: a whole number moves by whole steps or not at all."""
        lower, upper = ends(self.moves, self.x, radius)
        may = movable(self.moves, self.x) & ((lower < self.x) | (upper > self.x))
        return bool(may.any() or (self.moves.free & (self.moves.choice_size <= radius)).any())

    def by_one_step(self, radius: float) -> Self:
        """Return the rows where a change of this radius is one step for whole numbers that it would not move at all."""
        some = copy(self)
        step = self.moves.whole & (self.moves.reach > 0)
        # a hair more than one step: the largest whole number within reach must not fall to zero by rounding
        some.moves = replace(
            self.moves, reach=np.where(step, np.maximum(self.moves.reach, CLOSE / radius), self.moves.reach)
        )
        some.stepped = True
        return some

    def region(self, radius: float) -> Region:
        """Return a box that holds all that the attacker can make of each row."""
        lower, upper = box(self.moves, self.x, radius)
        return Region(lower=lower, upper=upper)

    def exchanged(self, radius: float) -> np.ndarray:
        """Return (d,) bool: the categories that may be exchanged for others by changes of up to this radius."""
        return np.asarray(self.moves.free & (self.moves.choices > 0) & (self.moves.choice_size <= radius))

    def stated_otherwise(self, radius: float) -> tuple[str, ...]:
        """Return the names of the columns whose category may be exchanged for another."""
        given = self._rows.schema.given
        return tuple(visible(given[column].name) for column in np.flatnonzero(self.exchanged(radius)).tolist())

    def numbers(self) -> tuple[tuple[str, ...], int]:
        """Return the names of the columns of numbers that may change, and how many columns of numbers there are."""
        given = self._rows.schema.given
        number = self.moves.choices == 0
        may = number & ((self.moves.reach > 0) | ((self.moves.group >= 0) & self.moves.free))
        return tuple(visible(given[column].name) for column in np.flatnonzero(may).tolist()), int(number.sum())

    def ways(self, rows: np.ndarray, radius: float, most: int) -> Iterator[np.ndarray] | None:
        """Return (m, d) rows, once for each way to state the categories that may be exchanged.

        First as they are, then with one category of another name, then two...: of two ways that do the same, the
        plainer comes first. A cell that is missing stays so. None: there are more ways than ``most``.
        """
        free, x = np.flatnonzero(self.exchanged(radius)), self.x[rows]
        choices = self.moves.choices
        if math.prod(choices[free].tolist()) > most:
            return None
        may = movable(self.moves, x)

        def stated() -> Iterator[np.ndarray]:
            for count in range(len(free) + 1):
                for columns in map(list, combinations(free.tolist(), count)):
                    for further in product(*(range(1, choices[column]) for column in columns)):
                        cells = x.copy()
                        turned = (x[:, columns] + further) % choices[columns]  # never a cell's own category
                        cells[:, columns] = np.where(may[:, columns], turned, x[:, columns])
                        yield cells

        return stated()

    def sizes(self, points: np.ndarray) -> np.ndarray:
        """Return (n,) the radius that a change of each row to its point needs, rounded up."""
        return np.asarray(np.nextafter(distance(self.moves, self.x, points), np.inf))

    def allowed(self, points: np.ndarray, which: np.ndarray, radius: np.ndarray) -> np.ndarray:
        """Return (m, d) allowed changes of the rows ``which`` (m,) near points; where there is none: the row."""
        with_choices = np.maximum(radius * CLOSE, self.moves.choice_size.max(initial=0.0))
        return repair(self.moves, self.x[which], points, with_choices)

    def outward(self, points: np.ndarray, which: np.ndarray, times: float, radius: float) -> np.ndarray:
        """Return (m, d) allowed rows that lie further out; categories stay as they were stated."""
        numbers = (self.moves.choices == 0) & (self.moves.group < 0)
        further = np.where(numbers, self.x[which] + times * (points - self.x[which]), points)
        return self.allowed(further, which, np.full(len(which), radius))

    def ask(self, points: np.ndarray, which: np.ndarray) -> np.ndarray:
        """Return (m, k) scores by the users' own path; a change that is not allowed gets no answer: NaN."""
        before = self.x[which]
        like = replace(self._rows.take(which), name=CHANGED)
        said = self._system.answers(decode(points, like, before=before))
        scores = scores_of(said, len(self._rows.schema.classes)).copy()
        same = ((points == before) | np.isnan(before)).all(axis=1)
        scores[~(same | feasible(self.moves, before, points, np.inf))] = np.nan
        return scores

    def stated(self, row: int, point: np.ndarray, *, contents: bool, rounding: Rounding) -> Stated:
        """Return in words what was changed; how far, but not from where, unless contents may be shown."""
        schema, single = self._rows.schema, self.moves.single
        return stated(self.x[row], point, schema, contents=contents, rounding=rounding, single=single)

    def seen(self, row: int) -> None:
        """Return nothing: cells are printed exactly."""

    def picture(self, row: int, point: np.ndarray) -> Picture | None:
        """Return nothing: a table is no picture."""
        return None


@final
class Numbered:
    """The rows of a table with the number of each behind its cells, so that every point tells which row it was made of.

    Only its numbers may change: that is what one and the same change of all rows can be.
    """

    roundings: tuple[Rounding, ...] = (
        Rounding(digits=12),
        IN_FULL,
    )  # one change for all is printed the same of each row, as far as it goes

    def __init__(self, table: Table, schema: Schema) -> None:
        """Take the table."""
        self._table, self._schema = table, schema
        self.x = np.column_stack([table.x, np.arange(len(table.x), dtype=np.float64)])

    def region(self, radius: float) -> Region:
        """Return where each number may go; cells that stay have both ends where they are."""
        lower, upper = ends(self._table.moves, self._table.x, radius)
        number = self._table.moves.reach > 0
        lower, upper = (np.where(number, end, self._table.x) for end in (lower, upper))
        return Region(lower=np.hstack([lower, self.x[:, -1:]]), upper=np.hstack([upper, self.x[:, -1:]]))

    def span(self, radius: float) -> Span:
        """Return what one and the same change of all rows may be, up to this radius."""
        moves = self._table.moves
        reach = np.where(movable(moves, self._table.x).any(axis=0), moves.reach * radius, 0.0)
        reach = np.minimum(reach, moves.most - moves.least)
        return Span(
            lower=np.append(np.where(moves.falls, -reach, 0.0), 0.0),
            upper=np.append(np.where(moves.rises, reach, 0.0), 0.0),
            whole=np.append(moves.whole, False),
        )

    def sizes(self, points: np.ndarray) -> np.ndarray:
        """Return (n,) the radius that a change of each row to its point needs, rounded up."""
        return self._table.sizes(points[:, :-1])

    def ask(self, points: np.ndarray, which: np.ndarray) -> np.ndarray:
        """Return (m, k) scores; the last cell of each point says which row it is, whatever ``which`` says."""
        return self._table.ask(points[:, :-1], points[:, -1].astype(np.int64))

    def stated(self, row: int, point: np.ndarray, *, contents: bool, rounding: Rounding) -> Stated:
        """Return in words what was changed, and what the words make of the row."""
        told = self._table.stated(row, point[:-1], contents=contents, rounding=rounding)
        return replace(told, cells=np.append(told.cells, point[-1]))

    def seen(self, row: int) -> None:
        """Return nothing: cells are printed exactly."""

    def told(self, change: np.ndarray) -> tuple[str, ...]:
        """Return in words what one change of all rows does."""
        return changes(np.zeros(len(change) - 1), change[:-1], self._schema, with_contents=False)

    def picture(self, row: int, point: np.ndarray) -> Picture | None:
        """Return nothing: a table is no picture."""
        return None
