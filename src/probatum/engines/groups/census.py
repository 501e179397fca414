# SPDX-License-Identifier: Apache-2.0
"""How many people of each group got which answer, and which was right: once for all groupings, as it may be told.

All groupings are looked at together, since what one tells may be taken away from what another tells.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

import numpy as np

from probatum.engines.disclosure.alternatives import NONE, Ranges, Sets, profiles, ranges
from probatum.engines.disclosure.confusion import Confusion, confusion
from probatum.engines.groups.tallies import Bounds

NO_ANSWER = -1


class Grouped(Protocol):
    """People told apart in one way."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of the groups."""

    @property
    def columns(self) -> tuple[str, ...]:
        """By which they are told apart."""

    @property
    def codes(self) -> np.ndarray:
        """(n,) index into names, -1 for none."""


class Kind(IntEnum):
    """People by right answer and answer, for one class against the rest; the last ones are sums of the first."""

    HIT = 0  # the class is right and was answered
    MISSED = 1  # it is right, and another was answered
    MISSED_SILENT = 2  # it is right, and nothing was answered
    FALSE_ALARM = 3
    SPARED = 4
    SPARED_SILENT = 5
    NOT_HIT = 6
    OF_CLASS = 7
    NOT_ALARMED = 8
    OF_OTHERS = 9
    SAID = 10
    NOT_SAID = 11
    EVERYBODY = 12


_SUMS = {
    Kind.NOT_HIT: (1, 2),
    Kind.OF_CLASS: (0, 1, 2),
    Kind.NOT_ALARMED: (4, 5),
    Kind.OF_OTHERS: (3, 4, 5),
    Kind.SAID: (0, 3),
    Kind.NOT_SAID: (1, 2, 4, 5),
    Kind.EVERYBODY: (0, 1, 2, 3, 4, 5),
}


_PARTNERS = {  # who takes the place of somebody: of the same right answer where the answer is counted
    Kind.HIT: Kind.NOT_HIT,
    Kind.MISSED: Kind.HIT,
    Kind.MISSED_SILENT: Kind.OF_CLASS,
    Kind.FALSE_ALARM: Kind.NOT_ALARMED,
    Kind.SPARED: Kind.FALSE_ALARM,
    Kind.SPARED_SILENT: Kind.OF_OTHERS,
    Kind.NOT_HIT: Kind.HIT,
    Kind.OF_CLASS: Kind.OF_OTHERS,
    Kind.NOT_ALARMED: Kind.FALSE_ALARM,
    Kind.OF_OTHERS: Kind.OF_CLASS,
    Kind.SAID: Kind.NOT_SAID,
    Kind.NOT_SAID: Kind.SAID,
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Census:
    """What may be told of all groupings."""

    ranges: dict[int, Ranges]  # by id of the grouping
    tables: dict[int, np.ndarray]  # (g, kinds of all classes) likewise; never to be told
    whole: Confusion  # of all people together
    truth: np.ndarray
    labels: np.ndarray

    def of(self, groups: Grouped, target: int, kind: Kind) -> Bounds:
        """Return a count in each group of a grouping."""
        if id(groups) not in self.ranges:
            return self.everybody(target, kind)
        place, found = target * len(Kind) + kind, self.ranges[id(groups)]
        exact = self.tables[id(groups)][:, place]
        return Bounds(least=found.least[:, place], most=found.most[:, place], exact=exact)

    def everybody(self, target: int, kind: Kind) -> Bounds:
        """Return the same count in all people together, as a group of its own."""
        whole = self.whole
        silent, unsaid = whole.silent[target], whole.silent.sum(axis=0) - whole.silent[target][::-1]
        found = {
            Kind.HIT: whole.right[target],
            Kind.NOT_HIT: whole.missed[target],
            Kind.MISSED_SILENT: silent,
            Kind.MISSED: whole.missed[target] - silent[::-1],
            Kind.FALSE_ALARM: whole.falsely[target],
            Kind.NOT_ALARMED: whole.spared[target],
            Kind.SPARED_SILENT: unsaid,
            Kind.SPARED: whole.spared[target] - unsaid[::-1],
            Kind.OF_CLASS: whole.rows[target],
            Kind.OF_OTHERS: whole.total - whole.rows[target][::-1],
            Kind.SAID: whole.said[target],
            Kind.NOT_SAID: whole.total - whole.said[target][::-1],
            Kind.EVERYBODY: np.full(2, whole.total),
        }[kind]
        there = _kinds(self.truth, self.labels, target)
        exact = np.array([int(np.isin(there, _SUMS.get(kind, (int(kind),))).sum())])
        least, most = (np.clip(found[[end]], 0, whole.total) for end in (0, 1))
        return Bounds(least=np.minimum(least, exact), most=np.maximum(most, exact), exact=exact)


def census(groupings: Sequence[Grouped], truth: np.ndarray, labels: np.ndarray, classes: int) -> Census:
    """Count.

    Args:
        groupings: single columns before those that were crossed; one of everybody is left to the table of classes.
        truth: (n,) places of the classes.
        labels: (n,) likewise, -1 for no answer.
        classes: how many there are.
    """
    split = [one for one in groupings if one.names and not _is_everybody(one)]
    whole = confusion(truth, labels, classes)
    if not split:
        return Census(ranges={}, tables={}, whole=whole, truth=truth, labels=labels)
    pairs = np.unique(np.column_stack((truth, labels)), axis=0)
    layers = np.zeros(len(truth), dtype=np.int64)
    for place, (right, answer) in enumerate(pairs.tolist()):
        layers[(truth == right) & (labels == answer)] = place
    sets = np.concatenate([_sets(pairs, target) for target in range(classes)])
    partners = [
        target * len(Kind) + _PARTNERS[kind] if kind in _PARTNERS else NONE
        for target in range(classes)
        for kind in Kind
    ]
    codes = [np.where(one.codes < 0, len(one.names), one.codes) for one in split]
    sizes = [len(one.names) + 1 for one in split]  # the last one: people in none, who are a group to a reader
    people = profiles(codes, [_parents(one, split) for one in split], layers)
    found = ranges(people, sizes, Sets(layers=sets, partners=np.array(partners)))
    return Census(
        ranges={id(one): _without_none(part) for one, part in zip(split, found, strict=True)},
        tables={
            id(one): people.table(place, size, sets)[:-1]
            for place, (one, size) in enumerate(zip(split, sizes, strict=True))
        },
        whole=whole,
        truth=truth,
        labels=labels,
    )


def _sets(pairs: np.ndarray, target: int) -> np.ndarray:
    kinds = _kinds(pairs[:, 0], pairs[:, 1], target)
    return np.array([np.isin(kinds, _SUMS.get(kind, (int(kind),))) for kind in Kind])


def _kinds(truth: np.ndarray, labels: np.ndarray, target: int) -> np.ndarray:
    """Return (n,) the place of each person among the first six kinds."""
    answer = np.where(labels == target, 0, np.where(labels == NO_ANSWER, 2, 1))
    return np.where(truth == target, answer, answer + 3)


def _is_everybody(groups: Grouped) -> bool:
    return len(groups.names) == 1 and bool((groups.codes == 0).all())


def _parents(groups: Grouped, among: Sequence[Grouped]) -> tuple[int, ...]:
    """Return the places of the two groupings that were crossed; none where they are not both there."""
    if len(groups.columns) < 2:
        return ()
    found = tuple(
        place for place, one in enumerate(among) if len(one.columns) == 1 and one.columns[0] in groups.columns
    )
    return found if len(found) == len(groups.columns) else ()


def _without_none(one: Ranges) -> Ranges:
    return Ranges(least=one.least[:-1], most=one.most[:-1], small=one.small[:-1])
