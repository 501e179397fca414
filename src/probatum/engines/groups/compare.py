# SPDX-License-Identifier: Apache-2.0
"""Compare every group with every other, in all questions at once.

Two statements are made, and they cost differently. "These two differ" is said of the pair that looks worst, so each
lower bound holds for all pairs of all questions at once (Šidák). "No two differ by more than this" is true only if
it is true of every pair, so each pair may be asked at the full level: the largest of the upper bounds is too low
only if that of the pair with the truly largest gap is (Berger 1982, Technometrics 24:295, intersection-union test).
So each pair has one range: its lower end is one of all pairs at once, its upper end is its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from probatum.engines.groups.questions import Groups, Question


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gap:
    """One number in two groups."""

    question: Question
    more: int  # the group that has more of it
    less: int
    value: float  # at least 0
    shown: bool  # the value may be told: neither count is small
    lower: float  # of the difference; above 0: proven
    upper: float

    @property
    def rows(self) -> int:
        """All rows of the two groups."""
        return int(self.question.rows[self.more] + self.question.rows[self.less])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reach:
    """The pair of groups whose difference may be the largest."""

    question: Question
    first: int
    second: int
    value: float  # of (first - second) as observed; may be below 0
    shown: bool  # the value may be told: neither count is small
    lower: float  # by itself
    upper: float  # the difference is no larger

    @property
    def rows(self) -> int:
        """All rows of the two groups."""
        return int(self.question.rows[self.first] + self.question.rows[self.second])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """What was found in one grouping."""

    groups: Groups
    gaps: tuple[Gap, ...]  # worst first: by what is proven, then by size
    widest: Reach | None  # no difference within this grouping is larger than its upper bound
    left_out: tuple[tuple[Question, tuple[str, ...]], ...]  # groups with too few rows for a question

    @property
    def complete(self) -> bool:
        """Every group could be compared in every question."""
        return not self.left_out and self.widest is not None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """What was found in all groupings."""

    outcomes: tuple[Outcome, ...]
    gaps: tuple[Gap, ...]  # of all groupings, worst first
    pairs: int  # differences looked at
    method: str

    @property
    def proven(self) -> bool:
        """At least one gap is above 0."""
        return bool(self.gaps) and self.gaps[0].lower > 0

    @property
    def complete(self) -> bool:
        """Every group could be compared in every question."""
        return all(outcome.complete for outcome in self.outcomes)

    @property
    def widest(self) -> Reach | None:
        """The pair whose difference may be the largest, of those that could be looked at."""
        reaches = [outcome.widest for outcome in self.outcomes if outcome.widest is not None]
        return max(reaches, key=lambda reach: reach.upper, default=None)

    @property
    def largest(self) -> float:
        """No gap is larger, of those that could be looked at."""
        return 0.0 if self.widest is None else self.widest.upper


def compare(groupings: Sequence[Groups], questions: Sequence[Question], *, confidence: float, keep: int) -> Comparison:
    """Compare all pairs of groups in all questions, and keep the worst pairs of each grouping."""
    family = pairs(questions)
    outcomes = []
    for groups in groupings:
        mine = [question for question in questions if question.groups is groups]
        every = [gaps(one, confidence=confidence, family=family, keep=keep, alone=True) for one in mine]
        found = worst([gap for one in every for gap in one], keep)
        reaches = [reach for one in mine if (reach := _reach(one, confidence)) is not None]
        outcomes.append(
            Outcome(
                groups=groups,
                gaps=found,
                widest=max(reaches, key=lambda reach: reach.upper, default=None),
                left_out=tuple((one, names) for one in mine if (names := _left_out(one))),
            )
        )
    method = questions[0].numbers.gap_method(max(family, 1)) if questions else "none"
    everything = worst([gap for outcome in outcomes for gap in outcome.gaps], keep)
    return Comparison(outcomes=tuple(outcomes), gaps=everything, pairs=family, method=method)


def pairs(questions: Sequence[Question]) -> int:
    """Return how many differences the questions have."""
    usable = [int(question.comparable.sum()) for question in questions]
    return sum(groups * (groups - 1) // 2 for groups in usable)


def gaps(question: Question, *, confidence: float, family: int, keep: int, alone: bool = False) -> tuple[Gap, ...]:
    """Return the worst gaps between any two usable groups, with ranges for ``family`` gaps at once.

    Args:
        question: the number that is compared.
        confidence: of all ranges at once.
        family: how many gaps are stated together.
        keep: gaps returned, at most.
        alone: the upper end of each gap is stated by itself.
    """
    there = np.flatnonzero(question.comparable)
    if there.size < 2:
        return ()
    numbers = question.numbers.take(there)
    lower, upper = numbers.differences(confidence=confidence, family=max(family, 1))
    value = numbers.value[:, None] - numbers.value[None]
    places = np.arange(there.size)
    more, less = np.nonzero((value > 0) | ((value == 0) & (places[:, None] < places)))
    hidden = ~(numbers.shown[more] & numbers.shown[less])
    order = np.lexsort((-value[more, less], hidden, -np.maximum(lower[more, less], 0)))[:keep]
    more, less = more[order], less[order]
    most = numbers.at_most(more, less, confidence=confidence) if alone else upper[more, less]
    return tuple(
        Gap(
            question=question,
            more=int(there[a]),
            less=int(there[b]),
            value=float(value[a, b]),
            shown=bool(numbers.shown[a] and numbers.shown[b]),
            lower=float(lower[a, b]),
            upper=float(end),
        )
        for a, b, end in zip(more.tolist(), less.tolist(), most.tolist(), strict=True)
    )


def worst(found: Sequence[Gap], keep: int) -> tuple[Gap, ...]:
    """Return the worst gaps: those proven to be largest, then those that look largest and may be told."""
    return tuple(sorted(found, key=lambda gap: (-max(gap.lower, 0.0), not gap.shown, -gap.value)))[:keep]


def _reach(question: Question, confidence: float) -> Reach | None:
    there = np.flatnonzero(question.comparable)
    if there.size < 2:
        return None
    numbers = question.numbers.take(there)
    upper, first, second = numbers.largest(confidence=confidence, family=1)
    lower = -float(numbers.at_most(np.array([second]), np.array([first]), confidence=confidence)[0])
    return Reach(
        question=question,
        first=int(there[first]),
        second=int(there[second]),
        value=float(numbers.value[first] - numbers.value[second]),
        shown=bool(numbers.shown[first] and numbers.shown[second]),
        lower=lower,
        upper=upper,
    )


def _left_out(question: Question) -> tuple[str, ...]:
    """Return the groups that have too few rows to be compared, or hold several such groups."""
    usable = question.comparable.tolist()
    return tuple(name for name, enough in zip(question.groups.names, usable, strict=True) if not enough)
