# SPDX-License-Identifier: Apache-2.0
"""Work out every small count that follows from what is published, by linear programming.

The unknowns are the people of every combination of groups, by right answer and answer. What is published bounds sums of
them from below and above, and known totals fix others. For each count that is not published as ten or more, its least
and its most are then worked out. A count of 1 to 9 is *told* if its range is narrower than 1 to 9, and than what the
totals of all people leave by themselves.

Source: the attack is that of an intruder in Willenborg and de Waal 2001, Elements of Statistical Disclosure Control,
chapter 4 (feasibility intervals).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

SMALL = 10
FEW = 4  # unknowns of a sum that is looked up before it is worked out
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A small count that follows from what is published."""

    what: str  # in words
    least: int
    most: int


class InconsistentError(Exception):
    """What is published cannot all be true, as the attack reads it."""


@dataclass(slots=True)
class Unknowns:
    """Counts that are not known, what is known of their sums, and which sums an intruder would like to know."""

    names: dict[tuple[str, ...], int] = field(default_factory=dict)
    rows: list[tuple[Sequence[int], float, float]] = field(default_factory=list)
    wanted: list[tuple[str, Sequence[int], float]] = field(default_factory=list)  # and their total over all people

    def of(self, *key: str) -> int:
        """Return the place of one unknown."""
        return self.names.setdefault(key, len(self.names))

    def bound(self, places: Sequence[int], least: float, most: float) -> None:
        """State that a sum lies between two numbers."""
        self.rows.append((places, least, most))

    def equal(self, places: Sequence[int], others: Sequence[int]) -> None:
        """State that two sums are equal."""
        self.rows.append(([*places, *(-1 - place for place in others)], 0.0, 0.0))

    def want(self, what: str, places: Sequence[int], total: float) -> None:
        """Ask for a sum."""
        self.wanted.append((what, places, total))

    def leaks(self) -> Iterator[Leak]:
        """Yield each sum that is told to be small.

        Raises:
            InconsistentError: there are no counts with these sums.
        """
        if not self.wanted:
            return
        program, many = self._program(), self._many()
        for what, places, total in self.wanted:
            if len(places) <= FEW and any(part in many for part in _parts(places)):
                continue
            goal = np.zeros(len(self.names))
            for place in places:
                goal[place] += 1
            most = np.floor(-self._solve(-goal, program) + _TOLERANCE)
            if not 1 <= most < SMALL:
                continue
            least = np.ceil(self._solve(goal, program) - _TOLERANCE)
            if most < min(SMALL - 1, total) or least > 1:
                yield Leak(what=what, least=int(least), most=int(most))

    def _many(self) -> set[frozenset[int]]:
        """Return the sums that are published as ten or more."""
        return {frozenset(places) for places, least, _ in self.rows if least >= SMALL and min(places) >= 0}

    def _program(self) -> Mapping[str, object]:
        cells: list[tuple[int, int, float]] = []
        limits: list[float] = []
        for places, least, most in self.rows:
            for sign, limit in ((1.0, most), (-1.0, -least)):
                if np.isfinite(limit):
                    cells += [
                        (len(limits), place if place >= 0 else -1 - place, sign if place >= 0 else -sign)
                        for place in places
                    ]
                    limits.append(limit)
        rows, columns, signs = (np.array(part) for part in zip(*cells, strict=True))
        matrix = csr_array((signs, (rows, columns)), shape=(len(limits), len(self.names)))
        return {"A_ub": matrix, "b_ub": np.array(limits) + _TOLERANCE / 10, "method": "highs"}

    def _solve(self, goal: np.ndarray, program: Mapping[str, object]) -> float:
        found = linprog(goal, **program)
        if found.status == 3:  # unbounded
            return -np.inf
        if found.status != 0:
            raise InconsistentError(found.message)
        return float(found.fun)


def _parts(places: Sequence[int]) -> Iterator[frozenset[int]]:
    return (frozenset(one) for size in range(1, len(places) + 1) for one in combinations(places, size))
