# SPDX-License-Identifier: Apache-2.0
"""Arrays of cells in one unit, such as pictures, as an attacker sees them: every cell may move a little."""

from dataclasses import replace
from typing import final

import numpy as np

from probatum.engines.evasion.threat import Norm, Region, region
from probatum.systems.datasets import Rows
from probatum.systems.interface import Answers, Predictions


@final
class Cells:
    """Rows that are arrays of numbers. A change is measured as a share of the range that the cells have in all rows."""

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
        apart: np.ndarray = np.abs(points.astype(np.float64) - self.x.astype(np.float64)).reshape(len(points), -1)
        measured = {
            Norm.LINF: lambda: apart.max(axis=1, initial=0.0),
            Norm.L2: lambda: np.sqrt((apart**2).sum(axis=1)),
            Norm.L1: lambda: apart.sum(axis=1),
        }[self._norm]()
        return np.asarray(np.nextafter(measured / self.unit, np.inf))

    def written(self, points: np.ndarray) -> np.ndarray:
        """Return the points as the system would get them: whole numbers where its rows are whole numbers."""
        if self._type.kind == "f":
            return np.asarray(points, dtype=self._type)
        return np.asarray(np.rint(points), dtype=self._type)

    def answers(self, points: np.ndarray) -> Answers:
        """Ask the system about points, (m, ...), the way its users do."""
        like = self._rows.take(np.zeros(len(points), dtype=np.int64))
        return self._system.answers(replace(like, features=self.written(points), name="changed"))

    def ask(self, points: np.ndarray) -> np.ndarray:
        """Return (m, k) scores; labels as rows with a single 1, NaN where there is no answer."""
        return scores_of(self.answers(points), len(self._rows.schema.classes))


def scores_of(answers: Answers, classes: int) -> np.ndarray:
    """Return (m, k) scores; labels as rows with a single 1, NaN where there is no answer."""
    if answers.scores is not None:
        return answers.scores
    scores: np.ndarray = np.eye(classes)[answers.labels]
    scores[~answers.given] = np.nan
    return scores
