# SPDX-License-Identifier: Apache-2.0
"""Which shares and averages of a group are looked at, and what each says in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np

from probatum.engines.groups.averages import Averages, averages
from probatum.engines.groups.census import NO_ANSWER, Census, Kind, census
from probatum.engines.groups.shares import Shares
from probatum.engines.groups.tallies import Bounds, Tally, counted, few, tally

SELECTION = "selection_rate"
HITS = "true_positive_rate"
FALSE_ALARMS = "false_positive_rate"
PRECISION = "precision"
CALIBRATION = "calibration_gap"
SILENCE = "no_answer_rate"
MEAN_ERROR = "mean_signed_error"
EVERYBODY_ELSE = "everybody else"
RANK_LEVELS = 10  # into which ranks of many values are cut


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Groups:
    """The rows told apart in one way."""

    names: tuple[str, ...]
    columns: tuple[str, ...]
    codes: np.ndarray  # (n,) int32 index into names; -1: in no group
    pooled: int = -1  # place of the group that small ones were put into; -1: none was


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """One number in every group of one grouping."""

    measure: str
    groups: Groups
    rows: np.ndarray  # (g,) of each group, whatever the number rests on; never to be told
    told_rows: np.ndarray  # (g,) the same as it may be told: at least so many
    numbers: Shares | Averages
    rest: Shares | Averages  # of everybody else, for each group; those in no group are somebody else to all
    whose: str = ""  # of whom: "whose right answer was “yes”"
    did: str = ""  # what is counted: "were answered “yes”"
    of: str = ""  # the class, where there are several
    target: int = -1  # the place of the class that is looked for; -1: there is none
    one: float = 1.0  # what 1 of its numbers is, in the target's own unit

    @property
    def comparable(self) -> np.ndarray:
        """(g,) bool: enough people who have something in common, and enough others.

        What happens to one of them may differ in a pool.
        """
        enough = self.numbers.usable & self.rest.usable
        return np.asarray(enough & (np.arange(len(self.groups.names)) != self.groups.pooled))

    @property
    def compared(self) -> tuple[int, ...]:
        """The groups compared with everybody else: of two that are each other's rest, the first."""
        there = np.flatnonzero(self.comparable)
        return tuple(there[:1].tolist() if self.mirrored else there.tolist())

    @property
    def mirrored(self) -> bool:
        """There are two groups, and nobody is in neither."""
        there = self.rows > 0
        return bool(there.sum() == 2 and self.rows.sum() == len(self.groups.codes) and self.groups.pooled < 0)

    def others(self, place: int) -> str:
        """Name everybody who is not in this group."""
        if not self.mirrored:
            return EVERYBODY_ELSE
        (other,) = (one for one in np.flatnonzero(self.rows > 0).tolist() if one != place)
        return self.groups.names[other]


def arrange(
    found: Sequence[tuple[tuple[str, ...], tuple[str, ...], np.ndarray]], pooled: Sequence[int] | None = None
) -> list[Groups]:
    """Return the groupings.

    Args:
        found: columns, names and codes of each; single columns first.
        pooled: of each, the place of the group that small ones were put into, -1 for none; None: none was in any.
    """
    return [
        Groups(names=names, columns=columns, codes=codes, pooled=pool)
        for (columns, names, codes), pool in zip(found, pooled or [-1] * len(found), strict=True)
    ]


def about_classes(
    groups: Groups,
    truth: np.ndarray,
    labels: np.ndarray,
    classes: Sequence[str],
    positive: int | None,
    people: Census | None = None,
) -> Iterator[Question]:
    """Yield the shares of one grouping: of the class looked for, or of each class against the rest.

    Args:
        groups: the grouping.
        truth: (n,) int32 places in ``classes``.
        labels: (n,) likewise, -1 for no answer.
        classes: as printed.
        positive: the class that is looked for; None: each in turn.
        people: counted in all groupings that are told of together; None: in this one alone.
    """
    people = people or census([groups], truth, labels, len(classes))
    silent = bool((labels == NO_ANSWER).any())
    for place, name in enumerate(classes):
        if positive is None or place == positive:
            other = f"was “{classes[1 - place]}”" if len(classes) == 2 else f"was not “{name}”"
            whose = f"whose right answer was “{name}”", f"whose right answer {other}"
            of = f"“{name}”" if positive is None else ""
            yield from _about_class(_Counts(people, groups, place), silent, (*whose, name, of))


def about_favour(
    groups: Groups, labels: np.ndarray, favourable: int, name: str, people: Census | None = None
) -> Question:
    """Return the share that got the favourable answer, where nobody knows which answers were right.

    Args:
        groups: the grouping.
        labels: (n,) int32 places in the classes, -1 for no answer.
        favourable: the place of the class that is good for the person.
        name: that class, as printed.
        people: see ``favour_census``; None: counted in this grouping alone.
    """
    counts = _Counts(people or favour_census([groups], labels, favourable), groups, 0)
    said, rest = _selected(counts), _selected(counts.rest)
    return Question(
        measure=SELECTION,
        groups=groups,
        rows=_rows(groups),
        told_rows=counts(Kind.EVERYBODY).least,
        numbers=said,
        rest=rest,
        did=f"got “{name}”",
    )


def favour_census(groupings: Sequence[Groups], labels: np.ndarray, favourable: int) -> Census:
    """Count who got the favourable answer; nobody knows which answers were right, so all are of one class."""
    answers = np.where(labels == NO_ANSWER, NO_ANSWER, np.where(labels == favourable, 0, 1))
    return census(groupings, np.zeros(len(labels), dtype=np.int64), answers, 2)


def silence_census(groupings: Sequence[Groups], given: np.ndarray) -> Census:
    """Count who got any answer, where the answers are numbers."""
    return census(groupings, np.zeros(len(given), dtype=np.int64), np.where(given, 0, NO_ANSWER), 1)


def about_scores(groups: Groups, right: np.ndarray, expected: np.ndarray, people: Census | None = None) -> Question:
    """Return the mean of (truth - what was expected): above 0, the class is more frequent than the score says.

    Args:
        groups: the grouping.
        right: (n,) bool, the class looked for is the right one.
        expected: (n,) its probability, as scored or as pooled over equal ranks; NaN for none.
        people: counted in all groupings that are told of together; None: in this one alone.
    """
    people = people or silence_census([groups], np.ones(len(right), dtype=bool))
    off = right - expected
    numbers, rest = averages(off, off, off, groups.codes, len(groups.names), "share")
    return Question(
        measure=CALIBRATION,
        groups=groups,
        rows=_rows(groups),
        told_rows=people.of(groups, 0, Kind.EVERYBODY).least,
        numbers=numbers,
        rest=rest,
    )


def about_values(
    groups: Groups, truth: np.ndarray, values: np.ndarray, middle: float, people: Census | None = None
) -> Iterator[Question]:
    """Yield the mean of (answer - truth) in units of the mean absolute error of always saying ``middle``.

    A missing answer is left out of the average; the range allows that it was the lowest or highest ever given.
    """
    given = ~np.isnan(values)
    unit = float(np.abs(truth - middle).mean()) or 1.0
    ends = (float(values[given].min()), float(values[given].max())) if given.any() else (middle, middle)
    seen, lowest, highest = ((np.where(given, values, silent) - truth) / unit for silent in (np.nan, *ends))
    numbers, rest = averages(seen, lowest, highest, groups.codes, len(groups.names), "ratio")
    counts = _Counts(people or silence_census([groups], given), groups, 0)
    ask = partial(Question, groups=groups, rows=_rows(groups), told_rows=counts(Kind.EVERYBODY).least)
    yield ask(measure=MEAN_ERROR, numbers=numbers, rest=rest, one=unit)
    if not given.all():
        silence, others = (_silence(one, _OF_CLASS) for one in (counts, counts.rest))
        yield ask(measure=SILENCE, numbers=silence, rest=others, did="got no answer")


def expected_at_rank(right: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    """Return (n,) the share of rows at which the class is right, among all rows of the same rank; NaN for no rank.

    Ranks of more than ``RANK_LEVELS`` different values are cut into that many levels, each with as many rows.
    """
    there = ~np.isnan(ranks)
    levels = np.unique(ranks[there])
    if levels.size > RANK_LEVELS:
        levels = np.unique(np.quantile(ranks[there], np.arange(RANK_LEVELS) / RANK_LEVELS, method="lower"))
    place = np.searchsorted(levels, ranks[there], side="right") - 1
    rows = np.bincount(place, minlength=levels.size)
    shares = np.bincount(place, weights=right[there], minlength=levels.size) / np.maximum(rows, 1)
    expected = np.full(len(ranks), np.nan)
    expected[there] = shares[place]
    return expected


@dataclass(frozen=True, slots=True)
class _Counts:
    """The counts of one class in each group of a grouping, or in everybody else."""

    people: Census
    groups: Groups
    target: int
    others: bool = False

    def __call__(self, kind: Kind) -> Bounds:
        """Return one count."""
        own = self.people.of(self.groups, self.target, kind)
        return own.beside(self.people.everybody(self.target, kind)) if self.others else own

    @property
    def rest(self) -> "_Counts":
        """The same of everybody else, for each group."""
        return replace(self, others=True)


class _Side(NamedTuple):
    """One column of the table of right answers and answers."""

    said: Kind
    other: Kind
    silent: Kind
    unsaid: Kind  # the last two


_OF_CLASS = _Side(Kind.HIT, Kind.MISSED, Kind.MISSED_SILENT, Kind.NOT_HIT)
_OF_OTHERS = _Side(Kind.FALSE_ALARM, Kind.SPARED, Kind.SPARED_SILENT, Kind.NOT_ALARMED)


def _about_class(counts: _Counts, silent: bool, words: tuple[str, str, str, str]) -> Iterator[Question]:
    *whose, name, of = words
    did = f"were answered “{name}”"
    ask = partial(
        Question,
        groups=counts.groups,
        rows=_rows(counts.groups),
        told_rows=counts(Kind.EVERYBODY).least,
        of=of,
        target=counts.target,
    )
    for measure, side, whom in zip((HITS, FALSE_ALARMS), (_OF_CLASS, _OF_OTHERS), whose, strict=True):
        own, rest = (_shares(one, side, silent=silent) for one in (counts, counts.rest))
        yield ask(measure=measure, numbers=own, rest=rest, whose=whom, did=did)
        if silent:
            own, rest = (_silence(one, side) for one in (counts, counts.rest))
            yield ask(measure=SILENCE, numbers=own, rest=rest, whose=whom, did="got no answer")
    yield ask(measure=SELECTION, numbers=_selected(counts), rest=_selected(counts.rest), did=did)
    yield ask(measure=PRECISION, numbers=_precision(counts), rest=_precision(counts.rest))


def _shares(counts: _Counts, side: _Side, *, silent: bool) -> Shares:
    """Return the share of a side that got this answer."""
    said, unsaid = counts(side.said), counts(side.unsaid)
    possible = _open(said, unsaid, counts(side.silent), counts(side.other))
    return Shares(seen=tally(said, counts(side.other)) if silent else possible, possible=possible)


def _silence(counts: _Counts, side: _Side) -> Shares:
    """Return the share of a side that got no answer."""
    found = tally(counts(side.silent), counts(side.said) + counts(side.other))
    return Shares(seen=found, possible=found)


def _selected(counts: _Counts) -> Shares:
    """Return the share that got this answer, whatever was right."""
    silent = counts(Kind.MISSED_SILENT) + counts(Kind.SPARED_SILENT)
    found = _open(counts(Kind.SAID), counts(Kind.NOT_SAID), silent, counts(Kind.MISSED) + counts(Kind.SPARED))
    return Shares(seen=found, possible=found)


def _precision(counts: _Counts) -> Shares:
    """Return the share of right ones among those selected."""
    hit, alarm = counts(Kind.HIT), counts(Kind.FALSE_ALARM)
    found = replace(
        tally(hit, alarm),
        most_left=alarm.most + counts(Kind.SPARED_SILENT).most,
        most=hit.most + counts(Kind.MISSED_SILENT).most,
    )
    return Shares(seen=found, possible=found)


def _open(counted: Bounds, left: Bounds, silent: Bounds, answered: Bounds) -> Tally:
    """Return the rows counted, where silent ones, which are among those left, might have been counted as well."""
    found = tally(counted, left)
    return replace(
        found, most=counted.most + silent.most, fewest_left=answered.least, hidden=found.hidden | few(silent.exact)
    )


def _rows(groups: Groups) -> np.ndarray:
    return counted(groups.codes, len(groups.names), np.ones(len(groups.codes), dtype=bool))
