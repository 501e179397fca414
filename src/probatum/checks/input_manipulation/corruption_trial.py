# SPDX-License-Identifier: Apache-2.0
"""Rows that were answered rightly are damaged in every way that fits, and asked about again."""

from collections.abc import Iterator
from typing import final

import numpy as np

from probatum.checks.input_manipulation.damaging import MOST_POINTS, Pictures, Table, Target, ends_of
from probatum.checks.input_manipulation.hearing import Hearing
from probatum.engines.corruption.loss import Losses
from probatum.engines.corruption.severity import MODERATE, SEVERITIES
from probatum.facts.finding import Example
from probatum.facts.plan import CHUNK_ROWS
from probatum.facts.progress import Step, Tell
from probatum.systems.datasets import Rows
from probatum.systems.interface import Probed
from probatum.systems.views import TestRows

PRINTED = 5  # most lost pictures that are asked about as they would be printed, for each kind


@final
class Trial:
    """What became of the right answers so far, block by block of rows."""

    def __init__(
        self, system: Probed, data: TestRows, bar: float | None, rows: int, *, pictures: bool, tell: Tell
    ) -> None:
        """Begin.

        Args:
            system: is asked.
            data: its rows.
            bar: by how much a number may be off; None for classes.
            rows: how many will be damaged in all.
            pictures: keep one lost picture of each kind, as it was and as it became.
            tell: is told how far the trial is.
        """
        self._rows, self._tell = rows, tell
        self.hearing = Hearing(system)
        self._data, self._bar = data, bar
        self._pictures = pictures and bar is None
        learned_from = data.train or data.rows
        self._ends = ends_of(learned_from, data.rows) if data.rows.pictures else (0.0, 1.0)
        self._kinds: tuple[str, ...] = ()
        self._lost: list[np.ndarray] = []
        self._refused: list[np.ndarray] = []
        self._examples: dict[str, Example] = {}

    def damage(self, rows: Rows, names: np.ndarray, rng: np.random.Generator) -> None:
        """Damage some rows, all of them answered rightly, in every way; ``names`` are their numbers on the page."""
        target: Target = (
            Pictures(rows, self._ends) if rows.pictures else Table(rows, self._data.train or self._data.rows)
        )
        self._kinds = target.kinds
        lost, refused = (np.zeros((len(rows), len(target.kinds), len(SEVERITIES)), dtype=bool) for _ in range(2))
        for at, kind in enumerate(target.kinds):
            for grade, severity in enumerate(SEVERITIES):
                done = sum(map(len, self._lost)) + len(rows) * (at + grade / len(SEVERITIES)) / len(target.kinds)
                self._tell(Step(what="rows damaged", done=done, of=self._rows))
                spoiled = target.damaged(kind, severity, rng)
                labels = self.hearing.labels(kind, spoiled)
                refused[:, at, grade] = silent(labels)
                lost[:, at, grade] = ~right(rows, labels, self._bar) & ~refused[:, at, grade]
                if severity == MODERATE and self._pictures and kind not in self._examples:
                    self._keep(kind, target, rows, spoiled.after, np.flatnonzero(lost[:, at, grade]), names)
        if refused.any():
            self.hearing.require_alive(rows)
        self._lost.append(lost)
        self._refused.append(refused)

    def losses(self) -> Losses:
        """Return what became of all rows."""
        return Losses(kinds=self._kinds, lost=np.concatenate(self._lost), refused=np.concatenate(self._refused))

    def examples(self, losses: Losses, most: int) -> tuple[Example, ...]:
        """Return one lost picture for each of the kinds that cost most."""
        costly = [losses.kinds[place] for place in losses.order]
        return tuple(self._examples[kind] for kind in costly if kind in self._examples)[:most]

    def _keep(self, kind: str, target: Target, rows: Rows, spoiled: Rows, lost: np.ndarray, names: np.ndarray) -> None:
        """Keep the first of a few lost pictures whose print, of 8 bits a colour, is lost too, and right as it was."""
        classes = [str(one) for one in rows.schema.classes]
        for row in lost[:PRINTED].tolist():
            before, after = rows.take(np.array([row])), spoiled.take(np.array([row]))
            picture = target.picture(before, after)
            was, became = (self.hearing.answer(target.read_off(one)) for one in (before, after))
            truth = before.truth[0]
            if picture is not None and was == truth and became not in (None, -1, truth):
                self._examples[kind] = Example(
                    row=int(names[row]),
                    truth=classes[truth],
                    answer=classes[int(became)],
                    before=classes[truth],
                    changes=(kind,),
                    picture=picture,
                )
                return


def right(rows: Rows, labels: np.ndarray, bar: float | None) -> np.ndarray:
    """Return (n,) bool; no answer is not right."""
    return np.asarray(labels == rows.truth if bar is None else np.abs(labels - rows.truth) < bar)


def silent(labels: np.ndarray) -> np.ndarray:
    """Return (n,) bool: there is no answer."""
    return np.isnan(labels) if labels.dtype.kind == "f" else labels < 0


def blocks(places: np.ndarray, rows: Rows) -> Iterator[np.ndarray]:
    """Yield the places part by part, so few at a time that one call holds them and pictures do not fill the memory."""
    points = max(1, int(np.prod(np.shape(rows.features)[1:])))
    few = min(CHUNK_ROWS, max(1, MOST_POINTS // points))
    for start in range(0, len(places), few):
        yield places[start : start + few]
