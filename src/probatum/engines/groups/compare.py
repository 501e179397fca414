# SPDX-License-Identifier: Apache-2.0
"""Compare every group with everybody else, in all questions at once.

Two statements are made, and they cost differently. "This group differs" is said of the group that looks worst, so each
lower bound holds for all groups in all questions at once (Šidák). "No group differs by more than this" is true only if
it is true of every group, so each may be asked at the full level: the largest of the upper bounds is too low only if
that of the group with the truly largest gap is (Berger 1982, Technometrics 24:295, intersection-union test). So each
gap has one range: its lower end is one of all at once, its upper end is its own.

With everybody else, and not with each other: among k groups there are k gaps and not k (k - 1) / 2, so that less has to
be corrected for; and one side of each is large, so that a small group is held against a number that is well known.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from probatum.engines.disclosure.rounding import to_steps
from probatum.engines.groups.averages import Averages
from probatum.engines.groups.questions import Groups, Question
from probatum.engines.groups.scope import Scope, Seen, scope
from probatum.engines.groups.shares import Shares


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gap:
    """One number in a group and in everybody else."""

    question: Question
    place: int  # of the group
    more: bool  # the group has more of it
    value: float  # at least 0
    shown: bool  # the value may be told: no count is small
    lower: float  # of the difference, that way round; above 0: proven
    upper: float
    reach: float  # no difference is larger, either way round

    @property
    def rows(self) -> int:
        """Rows of the group, as they may be told."""
        return int(self.question.told_rows[self.place])

    @property
    def sides(self) -> tuple[str, str]:
        """Who has more of it, and who less."""
        names = self.question.groups.names[self.place], self.question.others(self.place)
        return names if self.more else (names[1], names[0])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """What was found in one grouping."""

    groups: Groups
    gaps: tuple[Gap, ...]  # worst first: by what is proven, then by size
    left_out: tuple[tuple[Question, tuple[str, ...]], ...]  # groups with too few rows for a question

    @property
    def widest(self) -> Gap | None:
        """The gap that may be the largest, of those that could be looked at."""
        return max(self.gaps, key=lambda gap: gap.reach, default=None)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """What was found in all groupings."""

    outcomes: tuple[Outcome, ...]
    gaps: tuple[Gap, ...]  # of all groupings, worst first, those in the scope before others that are not proven
    scope: Scope | None  # of whom it is known that no gap is beyond the limit; None: of too few
    complete: bool  # enough people are in groups that could be compared in every question
    compared: int  # differences looked at
    method: str

    @property
    def proven(self) -> bool:
        """At least one gap is above 0."""
        return bool(self.gaps) and self.gaps[0].lower > 0

    @property
    def widest(self) -> Gap | None:
        """The gap that may be the largest, of those in the scope; without a scope, of those that were looked at."""
        return max((gap for gap in self.gaps if self.speaks_of(gap)), key=lambda gap: gap.reach, default=None)

    @property
    def largest(self) -> float:
        """No gap is larger, of those in the scope."""
        return 0.0 if self.widest is None else self.widest.reach

    def speaks_of(self, gap: Gap) -> bool:
        """Say whether what is said of all is said of this gap, too."""
        return self.scope is None or self.scope.covers(gap.rows)


def compare(
    groupings: Sequence[Groups],
    questions: Sequence[Question],
    *,
    confidence: float,
    within: float,
    least_share: float,
) -> Comparison:
    """Compare all groups with everybody else in all questions.

    Args:
        groupings: each by itself.
        questions: about them.
        confidence: of the whole.
        within: the gap that is to be ruled out.
        least_share: of all people that must be in groups which a statement about "no group" covers.
    """
    family = differences(questions)
    outcomes = []
    for groups in groupings:
        mine = [question for question in questions if question.groups is groups]
        found = worst([gap for one in mine for gap in gaps(one, confidence=confidence, family=family, alone=True)])
        left_out = tuple((one, names) for one in mine if (names := _left_out(one)))
        outcomes.append(Outcome(groups=groups, gaps=found, left_out=left_out))
    known = _scope(outcomes, questions, within, least_share)
    every = worst([gap for outcome in outcomes for gap in outcome.gaps], known)
    return Comparison(
        outcomes=tuple(outcomes),
        gaps=every,
        scope=known,
        complete=_scope(outcomes, questions, np.inf, least_share) is not None
        and not any(outcome.left_out for outcome in outcomes),
        compared=family,
        method=questions[0].numbers.gap_method(max(family, 1)) if questions else "none",
    )


def differences(questions: Sequence[Question]) -> int:
    """Return how many differences the questions have."""
    return sum(len(question.compared) for question in questions)


def gaps(question: Question, *, confidence: float, family: int, alone: bool = False) -> list[Gap]:
    """Return the gap of each group that can be compared, with ranges for ``family`` gaps at once.

    Args:
        question: the number that is compared.
        confidence: of all ranges at once.
        family: how many gaps are stated together.
        alone: the upper end of each gap is stated by itself.
    """
    places = np.array(question.compared, dtype=np.int64)
    if not places.size:
        return []
    own, rest = question.numbers.take(places), question.rest.take(places)
    difference, shown = own.value - rest.value, own.shown & rest.shown
    family = max(family, 1)
    ways = [_ends(*sides, confidence, family, 1 if alone else family) for sides in ((own, rest), (rest, own))]
    if isinstance(own, Averages):
        difference = to_steps(difference, own.step, np.round)
        ways = [(to_steps(lower, own.step, np.floor), to_steps(upper, own.step, np.ceil)) for lower, upper in ways]
    return [
        Gap(
            question=question,
            place=place,
            more=bool(difference[at] >= 0),
            value=abs(float(difference[at])),
            shown=bool(shown[at]),
            lower=float(lower[at]),
            upper=float(upper[at]),
            reach=float(max(ways[0][1][at], ways[1][1][at])),
        )
        for at, place in enumerate(places.tolist())
        for lower, upper in (ways[0 if difference[at] >= 0 else 1],)
    ]


def worst(found: Sequence[Gap], known: Scope | None = None) -> tuple[Gap, ...]:
    """Return the gaps, worst first: those proven to be largest, then those that look largest and may be told.

    Of the latter, those come first of which a statement about all speaks.
    """

    def order(gap: Gap) -> tuple[float, bool, bool, float]:
        return -max(gap.lower, 0.0), known is not None and not known.covers(gap.rows), not gap.shown, -gap.value

    return tuple(sorted(found, key=order))


def _ends(
    one: Shares | Averages, other: Shares | Averages, confidence: float, family: int, above: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of (one - other): the lower ones hold for ``family`` at once, the upper ones for ``above``."""
    if isinstance(one, Averages) and isinstance(other, Averages):
        lower = one.above(other, confidence=confidence, family=family)
        return lower, one.at_most_above(other, confidence=confidence, family=above)
    if isinstance(one, Shares) and isinstance(other, Shares):
        lower = one.above(other, confidence=confidence, family=family)
        return lower, one.at_most_above(other, confidence=confidence, family=above)
    raise TypeError("a share and an average cannot be compared")


def _scope(
    outcomes: Sequence[Outcome], questions: Sequence[Question], within: float, least_share: float
) -> Scope | None:
    """Return the groups known to be within the limit; None also where one outside of them is proven to differ."""
    seen = []
    for outcome in outcomes:
        mine = [question for question in questions if question.groups is outcome.groups]
        fine = np.logical_and.reduce([one.comparable for one in mine])
        for gap in outcome.gaps:
            if not gap.reach <= within:
                fine[list(range(len(fine))) if gap.question.mirrored else gap.place] = False
        rows = mine[0].told_rows.copy() if mine else np.zeros(0, dtype=np.int64)
        people = len(outcome.groups.codes)
        seen.append(
            Seen(rows=rows, pooled=outcome.groups.pooled, within=np.asarray(fine, dtype=bool), everybody=people)
        )
    known = scope(seen, least_share=least_share)
    if known is None:
        return None
    outside = (gap for outcome in outcomes for gap in outcome.gaps if not known.covers(gap.rows))
    return None if any(gap.lower > 0 for gap in outside) else known


def _left_out(question: Question) -> tuple[str, ...]:
    """Return the groups that have too few rows to be compared, or hold several such groups.

    A group that lacks nothing but somebody to be compared with is named only if no other is.
    """
    left = ~question.comparable
    alone = question.numbers.usable & ~question.rest.usable
    chosen = left & ~alone if (left & ~alone).any() else left
    return tuple(name for name, one in zip(question.groups.names, chosen.tolist(), strict=True) if one)
