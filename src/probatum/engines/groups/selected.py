# SPDX-License-Identifier: Apache-2.0
"""How often a group gets the favourable answer, compared with everybody else: difference and ratio.

A group is compared with all other groups of its grouping together. All groups of all groupings are stated at once
(Šidák), where two groups that are each other's rest count once. "Everybody else" is added up out of the published
ranges, so that nothing published tells more than they do (see ``tallies``).

Source: the ratio is that of the four-fifths rule, Uniform Guidelines on Employee Selection Procedures 1978, 29 CFR
1607.4 D. That rule compares with the group selected most often; here the reference is everybody else, which does not
depend on which group came out highest by luck.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from probatum.engines.groups.publish import DECIMALS
from probatum.engines.groups.questions import Question
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
        """Rows of the group."""
        return int(self.question.numbers.n[self.place])


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
    return max(sum(map(_comparisons, questions)), 1)


def lowest_ratio(found: Sequence[Against], n: int, *, confidence: float, family: int, keep: int) -> Measure:
    """Return the ratio of the group proven to fare worst, and each group's own.

    The upper end is the lowest of the groups' upper ends, which hold at once. The lower end is the lowest of ends that
    hold one by one: it is too high only if that of the group with the truly lowest ratio is (Berger 1982). The group
    that it comes from is told as the widest.
    """
    name = f"{share_ratio.method(family)}; lower end: the lowest of all groups (Berger 1982)"
    if not found:
        nothing = Interval(lower=None, upper=None, confidence=confidence, method=name, why=TOO_FEW)
        return Measure(value=None, unit="ratio", interval=nothing, n=n, why=TOO_FEW)
    alone = [replace(one, ratio=_ratio(one.counts, confidence, 1)) for one in found]
    lowest, worst = min(alone, key=lambda one: one.ratio.lower), found[0].ratio
    (widest,) = _parts([lowest], "ratio", confidence, share_ratio.method(1))
    parts = _parts(found, "ratio", confidence, share_ratio.method(family))[:keep]
    bounded, known = math.isfinite(worst.upper), math.isfinite(worst.value)
    interval = Interval(
        lower=_down(lowest.ratio.lower),
        upper=_up(worst.upper) if bounded else None,
        confidence=confidence,
        method=name,
        why=None if bounded else NOBODY_ELSE,
    )
    return Measure(
        value=round(worst.value, DECIMALS) if known else None,
        unit="ratio",
        interval=interval,
        n=n,
        groups=parts,
        why=None if known else NOBODY_ELSE,
        widest=parts[0] if widest.name == parts[0].name else widest,
    )


def beside(found: Sequence[Against], n: int, *, confidence: float, family: int, keep: int) -> dict[str, Measure]:
    """Return the share of each group, that of everybody else, and their differences, each by group."""
    differences = _parts(found, "difference", confidence, share_method(family))[:keep]
    own, rests = (_parts(found, what, confidence, method(family))[:keep] for what in ("rate", "rest"))
    why = "There is one number for each group." if found else TOO_FEW
    return {
        DIFFERENCE: Measure(value=None, unit="share", interval=None, n=n, groups=differences, why=why),
        OWN: Measure(value=None, unit="share", interval=None, n=n, groups=own, why=why),
        REST: Measure(value=None, unit="share", interval=None, n=n, groups=rests, why=why),
    }


def _comparisons(question: Question) -> int:
    there, usable = int((question.numbers.n > 0).sum()), int(question.numbers.usable.sum())
    return 1 if there == usable == 2 else usable if there > 1 else 0


def _of_grouping(question: Question, confidence: float, family: int) -> list[Against]:
    numbers = question.numbers
    if not isinstance(numbers, Shares) or (numbers.n > 0).sum() < 2:
        return []
    found = []
    for place in numbers.usable.nonzero()[0].tolist():
        own, rest = numbers.possible.take(np.array([place])), _rest(numbers.possible, place)
        if rest.n[0] == 0:
            continue
        shares = [_rate(one, confidence, family) for one in (own, rest)]
        found.append(
            Against(
                question=question,
                place=place,
                shown=bool(numbers.shown[place]),
                rate=shares[0],
                rest=shares[1],
                counts=(own, rest),
                ratio=_ratio((own, rest), confidence, family),
                difference=_difference(own, rest, confidence, family),
            )
        )
    return found


def _rest(every: Tally, place: int) -> Tally:
    """Return everybody but one group as one group, out of the published ranges."""
    others = np.arange(len(every.n)) != place
    n, fewest, most = (np.array([one[others].sum()]) for one in (every.n, every.fewest, every.most))
    return Tally(n=n, fewest=fewest, most=most, hidden=np.array([bool(every.hidden[others].any())]))


def _rate(one: Tally, confidence: float, family: int) -> Estimate:
    lower, _ = clopper_pearson_bounds(one.fewest, one.n, confidence=confidence, family=family)
    _, upper = clopper_pearson_bounds(one.most, one.n, confidence=confidence, family=family)
    return Estimate(value=float(one.share[0]), lower=float(lower[0]), upper=float(upper[0]))


def _ratio(counts: tuple[Tally, Tally], confidence: float, family: int) -> Estimate:
    own, rest = counts
    lower, upper = share_ratio.between(
        (own.fewest, own.most), own.n, (rest.fewest, rest.most), rest.n, confidence=confidence, family=family
    )
    mine, others = float(own.share[0]), float(rest.share[0])
    value = mine / others if others > 0 else math.inf if mine > 0 else 1.0
    return Estimate(value=value, lower=float(lower[0]), upper=float(upper[0]))


def _difference(own: Tally, rest: Tally, confidence: float, family: int) -> Estimate:
    lower = share_difference_lower(own.fewest, own.n, rest.most, rest.n, confidence=confidence, family=family)
    upper = share_difference_lower(rest.fewest, rest.n, own.most, own.n, confidence=confidence, family=family)
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
