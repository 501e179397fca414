# SPDX-License-Identifier: Apache-2.0
"""What an attacker may do to the rows of a table: as somebody said it, by column, and as arrays to search in."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self, final

import numpy as np

from probatum.systems.sections import AttackSection, Relation


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """A linear sum of columns that stays between two numbers in every row, changed or not."""

    terms: Mapping[str, float]  # factor of each column, by name
    least: float = -math.inf
    most: float = math.inf

    @classmethod
    def of(cls, said: Relation) -> Self:
        """Return what a description says; the tolerance widens both ends."""
        least = [end for end in (said.at_least, said.equals) if end is not None]
        most = [end for end in (said.at_most, said.equals) if end is not None]
        return cls(
            terms={name: float(factor) for name, factor in said.terms.items()},
            least=max(least, default=-math.inf) - said.tolerance,
            most=min(most, default=math.inf) + said.tolerance,
        )


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Attacker:
    """What was said of the attacker, by the names of columns."""

    controls: tuple[str, ...] | None = None  # the only columns that are changed; None: every number but immutable ones
    rises_only: tuple[str, ...] = ()
    falls_only: tuple[str, ...] = ()
    cost: Mapping[str, float] = field(default_factory=dict)  # radius that a change over the whole range needs; else 1
    relations: tuple[Sum, ...] = ()  # that a changed row still obeys

    @classmethod
    def none(cls) -> Self:
        """Return an attacker of whom nothing was said."""
        return cls()

    @classmethod
    def of(cls, attack: AttackSection, relations: tuple[Relation, ...]) -> Self:
        """Return what a description says."""
        return cls(
            controls=attack.controls,
            rises_only=attack.rises_only,
            falls_only=attack.falls_only,
            cost={name: float(cost) for name, cost in attack.cost.items()},
            relations=tuple(Sum.of(relation) for relation in relations),
        )


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moves:
    """What an attacker may do to rows of d cells, all of them numbers: a category is its place in the list of them.

    A cell that is missing or infinite never moves. A cell that lies outside the range seen may stay where it is.
    """

    reach: np.ndarray  # (d,) float64, how far a number may move at radius 1; 0: it stays (and for categories)
    rises: np.ndarray  # (d,) bool, it may become larger
    falls: np.ndarray  # (d,) bool, it may become smaller
    least: np.ndarray  # (d,) float64, the least that was seen
    most: np.ndarray  # (d,) float64, the most that was seen
    whole: np.ndarray  # (d,) bool, a number that moves to whole numbers only
    single: np.ndarray  # (d,) bool, a number that is kept in float32
    choices: np.ndarray  # (d,) int64, how many categories there are; 0: a number, also one that is 0 or 1 of a group
    free: np.ndarray  # (d,) bool, a category, or a cell of a group, that may be exchanged
    choice_size: np.ndarray  # (d,) float64, the radius from which on it may be exchanged; 0: always
    group: np.ndarray  # (d,) int64, number of the group of columns of which exactly one is 1 and all others 0; -1: none
    sums: np.ndarray  # (r, d) float64, factors of linear relations; only numbers outside groups have any
    sums_least: np.ndarray  # (r,) float64
    sums_most: np.ndarray  # (r,) float64
    levels: tuple[np.ndarray, ...]  # of each column: (l,) float64 numbers worth trying, ascending; none of a category
    notes: tuple[str, ...] = ()  # what was assumed, in plain sentences
