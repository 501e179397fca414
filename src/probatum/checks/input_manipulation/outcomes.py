# SPDX-License-Identifier: Apache-2.0
"""What became of each kind of broken input: refused, answered sanely, a crash, or nonsense said surely."""

from dataclasses import dataclass, field, replace
from typing import final

import numpy as np

from probatum.errors import ProbatumError, name_of_type
from probatum.facts.threats import Task
from probatum.systems.datasets import Column, Rows
from probatum.systems.datasets.malformed import Probe
from probatum.systems.interface import Answers, Probed

SURE = 0.9
REFUSALS = (ValueError, TypeError, KeyError, ProbatumError)  # what a careful reader raises on purpose


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heard:
    """What was said about some rows, one by one."""

    labels: np.ndarray  # (n,) int32, -1: no answer; numbers: (n,) float64, NaN: no answer
    scores: np.ndarray  # (n,) of the label given; NaN where it came without one
    raised: frozenset[type[BaseException]] = frozenset()
    miscounted: bool = False  # there were more or fewer answers than rows

    @property
    def given(self) -> np.ndarray:
        """(n,) bool: there was an answer."""
        return np.asarray(~np.isnan(self.labels) if self.labels.dtype.kind == "f" else self.labels >= 0)

    @property
    def sure(self) -> np.ndarray:
        """(n,) bool: there was an answer, and no doubt about it was stated; a bare label states none."""
        return np.asarray(self.given & ~(self.scores <= SURE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Nonsense:
    """The surest wrong answer to one probe."""

    column: Column | None  # None: the rows were broken as a whole
    label: int | None = None  # index into the classes; None: the answers did not match the rows in number
    score: float | None = None  # None: a bare label
    number: bool = False  # it was a number, far from all that the row could mean


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of one kind of broken input, over all its probes."""

    answered: bool = False  # at least once
    crashed: set[str] = field(default_factory=set)  # types of exceptions that are no refusal
    nonsense: list[Nonsense] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """It was refused each time."""
        return not self.answered and not self.crashed


@final
class Trial:
    """A system under broken input; a repair that serves several kinds is asked about once."""

    def __init__(self, system: Probed, untouched: Rows, alone: int, apart: float | None = None) -> None:
        """Take the system and the rows before they are broken, which are themselves one way to repair them.

        Where broken rows are refused all at once, ``alone`` of them are asked about one by one. Two numbers are the
        same answer where they are no further than ``apart`` from each other; None for classes.
        """
        self.untouched = untouched
        self._apart = apart
        self._alone = alone
        self.outcomes: dict[str, Outcome] = {}
        self._system = system
        self._column: Column | None = None
        self._repaired: dict[Rows, Heard] = {}  # of the column that is broken now, so that few are held at a time

    def put(self, probe: Probe) -> None:
        """Ask about broken rows and note what became of them; repairs are asked about only where it matters."""
        if probe.column is not self._column:
            self._column = probe.column
            self._repaired = {rows: said for rows, said in self._repaired.items() if rows is self.untouched}
        heard = ask(self._system, probe.broken, np.flatnonzero(probe.touched)[: self._alone])
        outcome = self.outcomes.setdefault(probe.kind, Outcome())
        answered = bool((heard.given & probe.touched).any()) or heard.miscounted
        outcome.answered |= answered or not (len(probe.broken) or heard.raised)  # nothing is right about no rows
        outcome.crashed |= {name_of_type(kind) for kind in heard.raised if not issubclass(kind, REFUSALS)}
        if heard.miscounted:
            outcome.nonsense.append(Nonsense(column=probe.column))
        wrong = heard.sure & probe.touched
        for good in (self.untouched, *probe.repaired):
            if wrong.any():
                wrong &= self._another(heard.labels, self._ask_once(good).labels)
        if wrong.any():
            outcome.nonsense.append(_surest(heard, wrong, probe.column))

    def _another(self, said: np.ndarray, sane: np.ndarray) -> np.ndarray:
        """Return (n,) bool: what was said is another answer than the sane one, or there is no sane one."""
        if self._apart is None:
            return np.asarray(said != sane)
        with np.errstate(invalid="ignore", over="ignore"):
            near = np.abs(said - sane) <= self._apart
        return np.asarray(~(near | (said == sane)))

    def _ask_once(self, rows: Rows) -> Heard:
        if rows not in self._repaired:
            self._repaired[rows] = ask(self._system, rows, np.arange(len(rows)))
        return self._repaired[rows]


def ask(system: Probed, rows: Rows, alone: np.ndarray) -> Heard:
    """Ask about all rows at once; where that raises, about some by themselves, so that none hides behind another.

    Args:
        system: the one that is asked.
        rows: the rows.
        alone: positions of the rows that are asked about by themselves; the others count as unanswered then.
    """
    answers = system.probe(rows)
    if not isinstance(answers, type):
        return _heard(answers, len(rows), system)
    if len(rows) < 2 or not alone.size:
        return _silence(len(rows), system, raised=frozenset({answers}))
    each = [ask(system, rows.take(alone[[place]]), alone[:0]) for place in range(len(alone))]
    heard = _silence(len(rows), system)
    heard.labels[alone] = np.concatenate([one.labels for one in each])
    heard.scores[alone] = np.concatenate([one.scores for one in each])
    raised = frozenset[type[BaseException]]().union(*(one.raised for one in each))
    return replace(heard, raised=raised, miscounted=any(one.miscounted for one in each))


def _heard(answers: Answers, count: int, system: Probed) -> Heard:
    """Read the score of each label that was given."""
    if len(answers.labels) != count:
        return _silence(count, system, miscounted=True)
    scores = np.full(count, np.nan)
    if answers.scores is not None:
        scores = np.take_along_axis(answers.scores, np.maximum(answers.labels, 0)[:, np.newaxis], axis=1)[:, 0]
    return Heard(labels=answers.labels, scores=scores)


def _silence(
    count: int, system: Probed, *, raised: frozenset[type[BaseException]] = frozenset(), miscounted: bool = False
) -> Heard:
    numbers = system.task is Task.REGRESSION
    labels = np.full(count, np.nan) if numbers else np.full(count, -1, dtype=np.int32)
    return Heard(labels=labels, scores=np.full(count, np.nan), raised=raised, miscounted=miscounted)


def _surest(heard: Heard, wrong: np.ndarray, column: Column | None) -> Nonsense:
    """Return the surest of the wrong answers, the first among equals; a bare label is surest."""
    if heard.labels.dtype.kind == "f":
        return Nonsense(column=column, number=True)
    place = int(np.argmax(np.where(wrong, np.nan_to_num(heard.scores, nan=np.inf), -np.inf)))
    score = float(heard.scores[place])
    return Nonsense(column=column, label=int(heard.labels[place]), score=None if np.isnan(score) else score)
