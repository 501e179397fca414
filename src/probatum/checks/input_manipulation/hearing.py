# SPDX-License-Identifier: Apache-2.0
"""What a system says to damaged rows, where it may refuse some of them by raising.

A refusal of many rows at once does not tell which row is at fault. Asking for each row alone would take thousands of
calls, so the columns are tried first: where a few rows are refused one by one with nothing but one column damaged, all
rows with damage there count as refused. What is left is asked about at once, and halved where that too is refused.
"""

from typing import final

import numpy as np

from probatum.checks.input_manipulation.damaging import Spoiled
from probatum.errors import ModelError
from probatum.systems.datasets import Rows
from probatum.systems.interface import Probed

ALONE = 3  # rows asked about one by one, for each column


@final
class Hearing:
    """A system that is asked about damaged rows; remembers which columns it refuses under which kind of damage."""

    def __init__(self, system: Probed) -> None:
        """Take the system."""
        self._system = system
        self._refusing: dict[tuple[str, int], bool] = {}
        self.inferred = False  # some rows were counted as refused without being asked about alone

    def labels(self, kind: str, spoiled: Spoiled) -> np.ndarray:
        """Return (n,) labels, those of no answer where the rows are refused."""
        rows = spoiled.after
        said = self._ask(rows)
        if said is not None:
            return said
        touched = spoiled.touched
        refused = np.zeros(len(rows), dtype=bool)
        for column in np.flatnonzero(touched.any(axis=0)).tolist():
            if self._refuses(kind, column, spoiled):
                refused |= touched[:, column]
        self.inferred |= bool(refused.any())
        out = silence(rows)
        left = np.flatnonzero(~refused)
        if left.size:
            out[left] = self._halved(rows.take(left))
        return out

    def answer(self, row: Rows) -> float | None:
        """Return the label of a single row; None where it is refused."""
        said = self._ask(row)
        return None if said is None else float(said[0])

    def require_alive(self, rows: Rows) -> None:
        """Refuse to call a dead system's silence a refusal: one row as it was must still be answered.

        Raises:
            ModelError: it is not.
        """
        if self._ask(rows.take(np.zeros(1, dtype=np.int64))) is None:
            raise ModelError(
                "Wanted an answer to a row that was not damaged, as before; the system raised. It seems to have "
                "stopped in the middle. Start it again and repeat the run."
            )

    def _refuses(self, kind: str, column: int, spoiled: Spoiled) -> bool:
        known = self._refusing.get((kind, column))
        if known is None:
            few = np.flatnonzero(spoiled.touched[:, column])[:ALONE]
            known = all(self._ask(spoiled.alone(row, column)) is None for row in few.tolist())
            self._refusing[kind, column] = known
        return known

    def _halved(self, rows: Rows) -> np.ndarray:
        """Ask; where the system raises, ask about each half, down to single rows."""
        said = self._ask(rows)
        if said is not None:
            return said
        if len(rows) == 1:
            return silence(rows)
        middle = len(rows) // 2
        halves = rows.take(np.arange(middle)), rows.take(np.arange(middle, len(rows)))
        return np.concatenate([self._halved(half) for half in halves])

    def _ask(self, rows: Rows) -> np.ndarray | None:
        """Return the labels; None where the system raises, or gives more or fewer answers than rows."""
        said = self._system.probe(rows)
        return None if isinstance(said, type) or len(said.labels) != len(rows) else said.labels


def silence(rows: Rows) -> np.ndarray:
    """Return (n,) labels that mean no answer, of the type of the truth."""
    return np.full(len(rows), np.nan if rows.truth.dtype.kind == "f" else -1, dtype=rows.truth.dtype)
