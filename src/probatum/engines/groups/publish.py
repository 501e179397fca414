# SPDX-License-Identifier: Apache-2.0
"""Parts and measures out of groups.

What is told comes out of ranges that hide every small count (see ``tallies``). The sizes that shares do not come
with, those of averages and of pairs, are told in tens, and gaps to three decimals.
"""

import math
from collections.abc import Sequence

from probatum.engines.groups.averages import Averages
from probatum.engines.groups.compare import Comparison, Gap, gaps, pairs, worst
from probatum.engines.groups.questions import Question
from probatum.facts.finding import Measure, Part
from probatum.facts.interval import Interval

DECIMALS = 3  # decimals
_EPSILON = 1e-9  # keeps 0.29 from becoming 0.28 on its way down


def rates(questions: Sequence[Question], everybody: Question, *, confidence: float, keep: int) -> Measure:
    """Return one number in every group that has enough rows, in the order of the groupings; groups hold at once."""
    family = max(sum(int(question.numbers.usable.sum()) for question in questions), 1)
    parts = [part for question in questions for part in _parts(question, confidence, family)]
    lower, upper = everybody.numbers.ends(confidence=confidence, family=1)
    known = not everybody.of and bool(everybody.numbers.usable[0])
    value = float(everybody.numbers.value[0]) if known else None
    interval = Interval(
        lower=float(lower[0]), upper=float(upper[0]), confidence=confidence, method=everybody.numbers.method(1)
    )
    unit = everybody.numbers.unit
    return Measure(
        value=value,
        unit=unit,
        interval=interval if known else None,
        n=int(everybody.numbers.n[0]),
        groups=tuple(parts[:keep]),
        per_100=100 * value if value is not None and unit == "share" else None,
        why=None if known else "There is one number for each class." if everybody.of else "There are too few rows.",
    )


def gap_measure(questions: Sequence[Question], n: int, *, confidence: float, keep: int) -> Measure:
    """Return the worst gaps of one number, for looking at: simultaneous among themselves."""
    family = max(pairs(questions), 1)
    found = worst(
        [gap for one in questions for gap in gaps(one, confidence=confidence, family=family, keep=keep)], keep
    )
    method = questions[0].numbers.gap_method(family)
    parts = tuple(_gap_part(gap, pair_name(gap.question, gap.more, gap.less), confidence, method) for gap in found)
    why = None if found else "Fewer than two groups have enough rows."
    return Measure(
        value=round(found[0].value, DECIMALS) if found else None,
        unit=questions[0].numbers.unit,
        interval=parts[0].interval if parts else None,
        n=n,
        groups=parts,
        why=why,
    )


def max_gap(comparison: Comparison, n: int, *, confidence: float, unit: str, why: str | None) -> Measure:
    """Return the largest gap in what is judged: that of the worst pair, and at most the largest that is possible.

    Args:
        comparison: of all that is judged.
        n: rows.
        confidence: of the range.
        unit: of the gaps.
        why: some group cannot be compared, so there is no upper end.
    """
    method = f"{comparison.method}; upper end: the largest of all pairs (Berger 1982)"
    if not comparison.gaps:
        nothing = Interval(lower=None, upper=None, confidence=confidence, method=method, why=why)
        return Measure(value=None, unit=unit, interval=nothing, n=n, why=why)
    interval = Interval(
        lower=_down(max(comparison.gaps[0].lower, 0.0), DECIMALS),
        upper=_up(comparison.largest, DECIMALS) if why is None else None,
        confidence=confidence,
        method=method,
        why=why,
    )
    own = f"{comparison.method}; upper end: of this pair alone"
    parts = tuple(
        _gap_part(gap, _judged_name(gap.question, gap.more, gap.less), confidence, own) for gap in comparison.gaps
    )
    value = round(comparison.gaps[0].value, DECIMALS)
    widest = None if why is not None else _widest(comparison, parts[0], confidence, own)
    return Measure(value=value, unit=unit, interval=interval, n=n, groups=parts, widest=widest)


def _widest(comparison: Comparison, first: Part, confidence: float, method: str) -> Part | None:
    reach = comparison.widest
    if reach is None:
        return None
    name = _judged_name(reach.question, reach.first, reach.second)
    if name == first.name:
        return first
    interval = Interval(
        lower=_down(reach.lower, DECIMALS), upper=_up(reach.upper, DECIMALS), confidence=confidence, method=method
    )
    value = round(reach.value, DECIMALS) if reach.shown else None
    return Part(name=name, value=value, interval=interval, n=_tens(reach.rows))


def pair_name(question: Question, more: int, less: int) -> str:
    """Name a pair: who has more of what, and who less."""
    names = question.groups.names
    about = f" ({question.of})" if question.of else ""
    return f"{names[more]} against {names[less]}{about}"


def _judged_name(question: Question, more: int, less: int) -> str:
    return f"{question.measure.replace('_', ' ')}: {pair_name(question, more, less)}"


def _parts(question: Question, confidence: float, family: int) -> list[Part]:
    numbers = question.numbers
    lower, upper = numbers.ends(confidence=confidence, family=family)
    names = question.groups.names
    exact = not isinstance(numbers, Averages)
    return [
        Part(
            name=f"{names[place]} ({question.of})" if question.of else names[place],
            value=float(numbers.value[place]) if numbers.shown[place] else None,
            interval=Interval(
                lower=float(lower[place]),
                upper=float(upper[place]),
                confidence=confidence,
                method=numbers.method(family),
            ),
            n=int(numbers.n[place]) if exact else _tens(int(numbers.n[place])),
        )
        for place in numbers.usable.nonzero()[0].tolist()
    ]


def _gap_part(gap: Gap, name: str, confidence: float, method: str) -> Part:
    interval = Interval(
        lower=_down(gap.lower, DECIMALS), upper=_up(gap.upper, DECIMALS), confidence=confidence, method=method
    )
    value = round(gap.value, DECIMALS) if gap.shown else None
    return Part(name=name, value=value, interval=interval, n=_tens(gap.rows))


def _tens(rows: int) -> int:
    return rows // 10 * 10


def _down(value: float, decimals: int) -> float:
    return math.floor(value * 10.0**decimals + _EPSILON) / 10.0**decimals


def _up(value: float, decimals: int) -> float:
    return math.ceil(value * 10.0**decimals - _EPSILON) / 10.0**decimals
