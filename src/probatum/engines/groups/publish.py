# SPDX-License-Identifier: Apache-2.0
"""Parts and measures out of groups.

What is told comes out of ranges that hide every small count (see ``tallies``). The sizes that shares do not come
with, those of averages and of gaps, are told in tens, and gaps to three decimals. Averages are rounded so far that
nobody's own value follows from several of them (see ``Averages.step``), their ranges outwards.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from probatum.engines.disclosure.rounding import to_steps
from probatum.engines.groups.averages import Averages
from probatum.engines.groups.compare import Comparison, Gap, differences, gaps, worst
from probatum.engines.groups.questions import Question
from probatum.engines.groups.scope import tens
from probatum.engines.groups.shares import Shares
from probatum.facts.finding import Measure, Part
from probatum.facts.interval import Interval

DECIMALS = 3  # decimals
_EPSILON = 1e-9  # keeps 0.29 from becoming 0.28 on its way down


def rates(questions: Sequence[Question], everybody: Question, *, confidence: float, keep: int) -> Measure:
    """Return one number in every group that has enough rows, in the order of the groupings; groups hold at once."""
    family = max(sum(int(question.numbers.usable.sum()) for question in questions), 1)
    parts = [part for question in questions for part in _parts(question, confidence, family)]
    values, lower, upper = _told(everybody.numbers, confidence, 1)
    known = not everybody.of and bool(everybody.numbers.usable[0])
    value = float(values[0]) if known else None
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
    family = max(differences(questions), 1)
    found = worst([gap for one in questions for gap in gaps(one, confidence=confidence, family=family)])[:keep]
    method = questions[0].numbers.gap_method(family)
    parts = tuple(_gap_part(gap, gap_name(gap), confidence, method) for gap in found)
    why = None if found else "Nobody can be compared with everybody else: there are too few people."
    return Measure(
        value=round(found[0].value, DECIMALS) if found else None,
        unit=questions[0].numbers.unit,
        interval=parts[0].interval if parts else None,
        n=n,
        groups=parts,
        why=why,
    )


def max_gap(comparison: Comparison, n: int, *, confidence: float, unit: str, why: str | None, keep: int) -> Measure:
    """Return the largest gap in what is judged: that of the worst group, and at most the largest that is possible.

    Args:
        comparison: of all that is judged; there is a gap.
        n: rows.
        confidence: of the range.
        unit: of the gaps.
        why: too many people cannot be compared, so there is no upper end.
        keep: gaps shown, at most.
    """
    method = f"{comparison.method}; upper end: the largest of all groups (Berger 1982)"
    worst_gap = comparison.gaps[0]
    interval = Interval(
        lower=_down(max(worst_gap.lower, 0.0), DECIMALS),
        upper=_up(comparison.largest, DECIMALS) if why is None else None,
        confidence=confidence,
        method=method,
        why=why,
    )
    own = f"{comparison.method}; upper end: of this group alone"
    parts = tuple(_gap_part(gap, judged_name(gap), confidence, own) for gap in comparison.gaps[:keep])
    known = comparison.scope
    return Measure(
        value=round(worst_gap.value, DECIMALS),
        unit=unit,
        interval=interval,
        n=n,
        groups=parts,
        widest=None if why is not None else _widest(comparison, parts[0], confidence, own),
        scope=None if known is None or known.everybody else known.told(),
    )


def _widest(comparison: Comparison, first: Part, confidence: float, method: str) -> Part | None:
    gap = comparison.widest
    if gap is None:
        return None
    if gap.reach > gap.upper:  # it reaches further the other way round
        gap = replace(gap, more=not gap.more, value=-gap.value, lower=-gap.upper, upper=gap.reach)
    name = judged_name(gap)
    return first if name == first.name else _gap_part(gap, name, confidence, method)


def gap_name(gap: Gap) -> str:
    """Name a gap: who has more of what, and who less."""
    more, less = gap.sides
    return f"{more} against {less}" + (f" ({gap.question.of})" if gap.question.of else "")


def judged_name(gap: Gap) -> str:
    """Name a gap with its number."""
    return f"{gap.question.measure.replace('_', ' ')}: {gap_name(gap)}"


def _parts(question: Question, confidence: float, family: int) -> list[Part]:
    numbers, names = question.numbers, question.groups.names
    value, lower, upper = _told(numbers, confidence, family)
    exact = not isinstance(numbers, Averages)
    return [
        Part(
            name=f"{names[place]} ({question.of})" if question.of else names[place],
            value=float(value[place]) if numbers.shown[place] else None,
            interval=Interval(
                lower=float(lower[place]),
                upper=float(upper[place]),
                confidence=confidence,
                method=numbers.method(family),
            ),
            n=int(numbers.n[place]) if exact else tens(int(question.told_rows[place])),
        )
        for place in numbers.usable.nonzero()[0].tolist()
    ]


def _told(numbers: Shares | Averages, confidence: float, family: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the number of each group and the ends of its range, averages rounded, their ends outwards."""
    value, (lower, upper) = numbers.value, numbers.ends(confidence=confidence, family=family)
    if not isinstance(numbers, Averages):
        return value, lower, upper
    step = numbers.step
    return to_steps(value, step, np.round), to_steps(lower, step, np.floor), to_steps(upper, step, np.ceil)


def _gap_part(gap: Gap, name: str, confidence: float, method: str) -> Part:
    interval = Interval(
        lower=_down(gap.lower, DECIMALS), upper=_up(gap.upper, DECIMALS), confidence=confidence, method=method
    )
    value = round(gap.value, DECIMALS) if gap.shown else None
    return Part(name=name, value=value, interval=interval, n=tens(gap.rows))


def _down(value: float, decimals: int) -> float:
    return math.floor(value * 10.0**decimals + _EPSILON) / 10.0**decimals


def _up(value: float, decimals: int) -> float:
    return math.ceil(value * 10.0**decimals - _EPSILON) / 10.0**decimals
