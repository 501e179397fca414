# SPDX-License-Identifier: Apache-2.0
"""The nearest other answer to each row of a table, by models of which that can be worked out: linear ones and trees."""

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from probatum.checks.input_manipulation.table import CLOSE, Table
from probatum.engines.bounds import linear
from probatum.engines.evasion.results import Work
from probatum.engines.evasion.tables.inside import Lifted, lifted, lowered, restated, whole
from probatum.engines.trees.exact import radii, ruled_out
from probatum.engines.trees.predict import labels
from probatum.errors import DataError
from probatum.facts.progress import Step, Tell, untold
from probatum.systems.structures import Forest, Input, Linear, Structure

WAYS = 512  # to state the categories that may be exchanged, at most; with more, each number of theirs moves by itself
MISSING = "Some cells are missing, so nothing is proven of a linear model."
SEARCHED = "cases whose trees were searched"
OTHERWISE = "The model's weights do not give the model's own answers, so nothing is proven by them."


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inside:
    """A model whose inside is known, and n rows as its core gets them."""

    structure: Structure
    encoded: np.ndarray  # (n, ...) numbers
    own: np.ndarray  # (n,) the core's place for the right class; -1: it does not know that class
    said: np.ndarray  # (n,) the core's place for what the users' own path answers; -1: none

    @classmethod
    def of(cls, structure: Structure, encoded: np.ndarray, y: np.ndarray, said: np.ndarray, classes: int) -> "Inside":
        """Put the right classes and the answers, (n,) with -1 for none, in the order of the core."""
        place = np.full(classes + 1, -1)
        place[list(structure.order)] = np.arange(len(structure.order))
        return cls(structure=structure, encoded=encoded, own=place[y], said=place[said])


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nearest:
    """What was worked out of some rows."""

    rows: np.ndarray  # (m,) which
    safe: np.ndarray  # (m,) no allowed change of up to this size turns the answer
    found: np.ndarray  # (m,) about the size of the change ``cells``, which should turn it; inf: there is none
    cells: np.ndarray  # (m, d) to be asked about; perhaps not allowed
    work: Work
    short: np.ndarray  # (m,) bool: the search of the trees was cut short by the work that is allowed


def nearest(
    target: Table,
    inside: Inside,
    rows: np.ndarray,
    *,
    farthest: float,
    nodes: int,
    numbers: float = math.inf,
    tell: Tell = untold,
) -> Nearest | str:
    """Return the nearest other answers, looking at every way to state the categories; or why nothing can be proven.

    Args:
        target: the table.
        inside: its model, a linear one or trees.
        rows: (n,) those to be looked at; all others are left out.
        farthest: changes beyond this size are not looked at.
        nodes: parts into which the surroundings of a row are split, at most.
        numbers: that are looked at in trees for all rows together, at most.
        tell: called with the progress.
    """
    core, inputs = inside.structure.core, inside.structure.inputs
    if isinstance(core, Linear):
        rows = rows[np.isfinite(inside.encoded[rows]).all(axis=1)]
        if not rows.size:
            return MISSING
        if (linear.scores(core, inside.encoded[rows]).argmax(axis=1) != inside.own[rows]).any():
            return OTHERWISE
    elif isinstance(core, Forest):
        rows = rows[labels(core, inside.encoded[rows]) == inside.own[rows]]
    look = _Look(target, inside, inputs or (), rows, farthest, nodes, numbers, tell)
    why = look.at_all()
    if why is not None:
        return why
    return Nearest(
        rows=rows, safe=np.minimum(look.safe, farthest), found=look.found, cells=look.cells, work=look.work,
        short=look.short,
    )  # fmt: skip


@final
class _Look:
    """The rows while the ways to state their categories are looked at, one after the other."""

    def __init__(
        self, target: Table, inside: Inside, inputs: tuple[Input, ...], rows: np.ndarray, farthest: float, nodes: int,
        numbers: float, tell: Tell,
    ) -> None:  # fmt: skip
        self.inside, self.inputs, self.rows, self.nodes = inside, inputs, rows, nodes
        self.moves, self.x = target.moves, target.x[rows]
        region = target.region(farthest)
        self.ends = region.lower[rows], region.upper[rows]
        self.ways = target.ways(rows, farthest, WAYS)
        self.exchanged = target.exchanged(farthest)  # (d,) bool
        self.safe, self.found = np.full(len(rows), np.inf), np.full(len(rows), np.inf)
        self.cells = self.x.copy()
        self.work = Work()
        self.left, self.tell = numbers, tell
        self.short, self.looked_at = np.zeros(len(rows), dtype=bool), 0  # rows, each way to state categories counted

    def at_all(self) -> str | None:
        """Look at all ways; return why nothing can be proven."""
        core = self.inside.structure.core
        every = np.arange(len(self.rows))
        around = self._box(every, self.x, self.ends)
        if self.ways is None:
            return around if isinstance(around, str) else self._at(every, self.x, self._encoded(every), around)
        left = np.ones(len(every), dtype=bool)
        if isinstance(core, Forest) and isinstance(around, Lifted):
            # most rows are so far from any other answer that no category matters
            left = ~ruled_out(core, self._encoded(every), self.inside.own[self.rows], around.lower, around.upper)
            self.work += Work(bound_rows=len(every))
        for cells in self.ways:
            todo = np.flatnonzero(left & (self.safe > 0))  # an answer that categories alone turn needs no further look
            here = cells[todo]
            ends = tuple(np.where(self.exchanged, here, end[todo]) for end in self.ends)
            encoded = restated(self.inputs, self.x[todo], self._encoded(todo), here)
            box = self._box(todo, here, (ends[0], ends[1]), encoded)
            why = box if isinstance(box, str) else self._at(todo, here, encoded, box)
            if why is not None:
                return why
        return None

    def _at(self, todo: np.ndarray, cells: np.ndarray, encoded: np.ndarray, box: Lifted) -> str | None:
        """Look at some rows with their categories stated in one way."""
        core, own = self.inside.structure.core, self.inside.own[self.rows[todo]]
        if isinstance(core, Linear):
            if not np.isfinite(encoded).all():
                return MISSING
            out = linear.radii(core, encoded, own, lower=box.lower, upper=box.upper, reach=box.reach)
            self.work += Work(bound_rows=len(todo))
            self._keep(todo, cells, encoded, out.safe - box.error, out.found + box.error, out.points)
            return None
        if not isinstance(core, Forest):
            return "Networks are not worked out exactly."
        far = ruled_out(core, encoded, own, box.lower, box.upper)
        near = np.flatnonzero(~far)
        self.work += Work(bound_rows=len(todo))
        try:
            found = radii(
                core, encoded[near], own[near], lower=box.lower[near], upper=box.upper[near], reach=box.reach[near],
                whole=whole(self.inputs, self.moves.whole), nodes=self.nodes,
                work=self.left, done=lambda rows: self.tell(Step(what=SEARCHED, done=self.looked_at + rows)),
            )  # fmt: skip
        except DataError as why:  # too many ways to state categories that trees split as such
            return f"Nothing was proven of these trees. {why}"
        self.work += Work(nodes=int(found.nodes.sum()))
        self.left, self.looked_at = max(self.left - float(found.work.sum()), 0.0), self.looked_at + len(near)
        self.short[todo[near]] |= found.short
        error = box.error[near]
        self._keep(
            todo[near], cells[near], encoded[near], found.lower / CLOSE - error, found.upper + error, found.witnesses
        )
        return None

    def _keep(
        self,
        todo: np.ndarray,
        cells: np.ndarray,
        encoded: np.ndarray,
        safe: np.ndarray,
        found: np.ndarray,
        points: np.ndarray,
    ) -> None:
        self.safe[todo] = np.minimum(self.safe[todo], np.maximum(safe, 0.0))
        nearer = found < self.found[todo]
        at = todo[nearer]
        self.found[at] = found[nearer]
        self.cells[at] = lowered(self.inputs, cells[nearer], encoded[nearer], points[nearer])

    def _encoded(self, todo: np.ndarray) -> np.ndarray:
        return np.asarray(self.inside.encoded[self.rows[todo]])

    def _box(
        self,
        todo: np.ndarray,
        cells: np.ndarray,
        ends: tuple[np.ndarray, np.ndarray],
        encoded: np.ndarray | None = None,
    ) -> Lifted | str:
        numbers = self._encoded(todo) if encoded is None else encoded
        return lifted(self.inputs, cells, numbers, ends, self.moves.reach)
