# SPDX-License-Identifier: Apache-2.0
"""How often a group gets the favourable answer, compared with everybody else: difference and ratio.

A group is compared with all other people together. All groups of all groupings are stated at once (Šidák), where two
groups that are each other's rest count once. "Everybody else" is what is left of all rows, out of what may be told of
both, so that nothing published tells more than they do (see ``tallies``).

Source: the ratio is that of the four-fifths rule, Uniform Guidelines on Employee Selection Procedures 1978, 29 CFR
1607.4 D. That rule compares with the group selected most often; here the reference is everybody else, which does not
depend on which group came out highest by luck.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from probatum.engines.groups.compare import differences
from probatum.engines.groups.publish import DECIMALS
from probatum.engines.groups.questions import Question
from probatum.engines.groups.scope import Scope, Seen, scope
from probatum.engines.groups.shares import Shares
from probatum.engines.groups.tallies import Tally
from probatum.engines.intervals import share_ratio
from probatum.engines.intervals.differences import share_difference_lower, share_method
from probatum.engines.intervals.proportions import clopper_pearson_bounds, method
from probatum.facts.finding import Measure, Part
from probatum.facts.interval import Interval

RATIO, DIFFERENCE = "selection_ratio", "selection_difference"
OWN, REST = "favourable_rate", "rest_favourable_rate"
NOBODY_ELSE = "Nobody in the other groups got it."
TOO_FEW = "There are too few people to compare any group with everybody else."
SMALL_GROUPS = "Too many people are in groups too small to compare, or in none that is known."


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One number with its range."""

    value: float
    lower: float
    upper: float  # infinite: there is no upper end


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Against:
    """One group against everybody else."""

    question: Question
    place: int  # of the group
    shown: bool  # its count may be told
    rate: Estimate  # share of the group
    rest: Estimate  # share of everybody else
    counts: tuple[Tally, Tally]  # of the group and of everybody else, as they may be told
    ratio: Estimate  # the first by the second
    difference: Estimate  # the first minus the second

    @property
    def name(self) -> str:
        """The group, as printed."""
        return self.question.groups.names[self.place]

    @property
    def rows(self) -> int:
        """Rows of the group that its share rests on."""
        return int(self.question.numbers.n[self.place])

    @property
    def people(self) -> int:
        """All rows of the group, as they may be told."""
        return int(self.question.told_rows[self.place])


def against_the_rest(questions: Sequence[Question], *, confidence: float) -> tuple[Against, ...]:
    """Compare each group that has enough rows with everybody else, the one proven to fare worst first.

    Args:
        questions: the share of the favourable answer, one question a grouping.
        confidence: of all ranges at once.
    """
    family = family_of(questions)
    found = [one for question in questions for one in _of_grouping(question, confidence, family)]
    return tuple(sorted(found, key=lambda one: (one.ratio.upper, one.ratio.value)))


def family_of(questions: Sequence[Question]) -> int:
    """Return how many comparisons are stated at once."""
    return max(differences(questions), 1)


def lowest_ratio(
    found: Sequence[Against],
    questions: Sequence[Question],
    n: int,
    *,
    confidence: float,
    keep: int,
    within: float,
    least_share: float,
) -> Measure:
    """Return the ratio of the group proven to fare worst, and each group's own.

    The upper end is the lowest of the groups' upper ends, which hold at once. The lower end is the lowest of ends that
    hold one by one: it is too high only if that of the group with the truly lowest ratio is (Berger 1982). The group
    that it comes from is told as the widest. It may speak of large groups alone, or be unknown: see ``scope``.

    Args:
        found: all comparisons, the worst first.
        questions: what was asked.
        n: rows.
        confidence: of the whole.
        keep: groups shown, at most.
        within: the ratio below which none is to be.
        least_share: of all people that must be in groups which a statement about all covers.
    """
    family = family_of(questions)
    name = f"{share_ratio.method(family)}; lower end: the lowest of all groups (Berger 1982)"
    if not found:
        nothing = Interval(lower=None, upper=None, confidence=confidence, method=name, why=TOO_FEW)
        return Measure(value=None, unit="ratio", interval=nothing, n=n, why=TOO_FEW)
    alone = [replace(one, ratio=_ratio(one.counts, confidence, 1)) for one in found]
    known = _scope(alone, found, questions, within, least_share)
    spoken = [one for one in alone if known is None or known.covers(one.people)]
    first = [one for one in found if known is None or known.covers(one.people)]
    found = [*first, *(one for one in found if one not in first)]
    lowest, worst = min(spoken, key=lambda one: one.ratio.lower), first[0].ratio
    open_end = known is None and _scope(alone, found, questions, 0.0, least_share) is None
    (widest,) = _parts([lowest], "ratio", confidence, share_ratio.method(1))
    parts = _parts(found, "ratio", confidence, share_ratio.method(family))[:keep]
    bounded = math.isfinite(worst.upper)
    interval = Interval(
        lower=None if open_end else _down(lowest.ratio.lower),
        upper=_up(worst.upper) if bounded else None,
        confidence=confidence,
        method=name,
        why=SMALL_GROUPS if open_end else None if bounded else NOBODY_ELSE,
    )
    finite = math.isfinite(worst.value)
    return Measure(
        value=round(worst.value, DECIMALS) if finite else None,
        unit="ratio",
        interval=interval,
        n=n,
        groups=parts,
        why=None if finite else NOBODY_ELSE,
        widest=None if open_end else parts[0] if widest.name == parts[0].name else widest,
        scope=None if known is None or known.everybody else known.told(),
    )


def beside(found: Sequence[Against], n: int, *, confidence: float, family: int, keep: int) -> dict[str, Measure]:
    """Return the share of each group, that of everybody else, and their differences, each by group."""
    gaps = _parts(found, "difference", confidence, share_method(family))[:keep]
    own, rests = (_parts(found, what, confidence, method(family))[:keep] for what in ("rate", "rest"))
    why = "There is one number for each group." if found else TOO_FEW
    return {
        DIFFERENCE: Measure(value=None, unit="share", interval=None, n=n, groups=gaps, why=why),
        OWN: Measure(value=None, unit="share", interval=None, n=n, groups=own, why=why),
        REST: Measure(value=None, unit="share", interval=None, n=n, groups=rests, why=why),
    }


def _scope(
    alone: Sequence[Against],
    found: Sequence[Against],
    questions: Sequence[Question],
    within: float,
    least_share: float,
) -> Scope | None:
    """Return the groups whose ratio is known to be no lower; None also where another is proven to fare worse."""
    seen = []
    for question in questions:
        fine = np.zeros(len(question.groups.names), dtype=bool)
        for one in alone:
            if one.question is question:
                fine[one.place] = one.ratio.lower >= within
        seen.append(
            Seen(
                rows=question.told_rows,
                pooled=question.groups.pooled,
                within=fine,
                everybody=len(question.groups.codes),
            )
        )
    known = scope(seen, least_share=least_share)
    outside = known is not None and any(one.ratio.upper < 1 for one in found if not known.covers(one.people))
    return None if outside else known


def _of_grouping(question: Question, confidence: float, family: int) -> list[Against]:
    numbers, rests = question.numbers, question.rest
    if not isinstance(numbers, Shares) or not isinstance(rests, Shares):
        return []
    found = []
    for place in question.comparable.nonzero()[0].tolist():
        own, rest = (one.possible.take(np.array([place])) for one in (numbers, rests))
        found.append(
            Against(
                question=question,
                place=place,
                shown=bool(numbers.shown[place] and rests.shown[place]),
                rate=_rate(own, confidence, family),
                rest=_rate(rest, confidence, family),
                counts=(own, rest),
                ratio=_ratio((own, rest), confidence, family),
                difference=_difference(own, rest, confidence, family),
            )
        )
    return found


def _rate(one: Tally, confidence: float, family: int) -> Estimate:
    lower, _ = clopper_pearson_bounds(one.fewest, one.n_fewest, confidence=confidence, family=family)
    _, upper = clopper_pearson_bounds(one.most, one.n_most, confidence=confidence, family=family)
    return Estimate(value=float(one.share[0]), lower=float(lower[0]), upper=float(upper[0]))


def _ratio(counts: tuple[Tally, Tally], confidence: float, family: int) -> Estimate:
    own, rest = counts
    lower, _ = share_ratio.share_ratio_bounds(
        own.fewest, own.n_fewest, rest.most, rest.n_most, confidence=confidence, family=family
    )
    _, upper = share_ratio.share_ratio_bounds(
        own.most, own.n_most, rest.fewest, rest.n_fewest, confidence=confidence, family=family
    )
    mine, others = float(own.share[0]), float(rest.share[0])
    value = mine / others if others > 0 else math.inf if mine > 0 else 1.0
    return Estimate(value=value, lower=float(lower[0]), upper=float(upper[0]))


def _difference(own: Tally, rest: Tally, confidence: float, family: int) -> Estimate:
    lower = share_difference_lower(
        own.fewest, own.n_fewest, rest.most, rest.n_most, confidence=confidence, family=family
    )
    upper = share_difference_lower(
        rest.fewest, rest.n_fewest, own.most, own.n_most, confidence=confidence, family=family
    )
    value = float(own.share[0] - rest.share[0])
    return Estimate(value=value, lower=float(lower[0]), upper=-float(upper[0]))


def _parts(found: Sequence[Against], what: str, confidence: float, name: str) -> tuple[Part, ...]:
    parts = []
    for one in found:
        estimate: Estimate = getattr(one, what)
        known = one.shown and math.isfinite(estimate.value)
        interval = Interval(
            lower=_down(estimate.lower),
            upper=_up(estimate.upper) if math.isfinite(estimate.upper) else None,
            confidence=confidence,
            method=name,
        )
        value = round(estimate.value, DECIMALS) if known else None
        parts.append(Part(name=one.name, value=value, interval=interval, n=one.rows))
    return tuple(parts)


def _down(value: float) -> float:
    return math.floor(value * 10.0**DECIMALS) / 10.0**DECIMALS


def _up(value: float) -> float:
    return math.ceil(value * 10.0**DECIMALS) / 10.0**DECIMALS
