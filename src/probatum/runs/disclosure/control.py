# SPDX-License-Identifier: Apache-2.0
"""The last pass over everything that is published: small counts hidden, numbers rounded, then attacked.

A check works its numbers out of ranges that hide small counts where it knows the table they come from (see
``engines.disclosure``). This pass does the rest, for every check, also those of others:

- a part about fewer than ten people, such as a rare class, is left out;
- a share of a group of which 1 to 9 people are counted, or are not, is hidden, its range widened to all such counts;
- every number is rounded, and the ends of its range outwards. Verdicts are given on what is published, so a rounded
  range can make a verdict "cannot tell", never turn one round, and whoever judges the record again gets the same;
- if a small count still follows (see ``attack``), the parts of that finding are left out altogether.

Numbers about all cases, or about a sample drawn by lot, are about no group of people and are not hidden. A measure says
so of its parts (``Measure.whole``): amounts of damage, radii, kinds of input. Laws: the pass done twice does no more
than done once; a range only grows.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from math import floor, log10

from probatum.engines.disclosure.rounding import rounded
from probatum.engines.intervals.proportions import clopper_pearson
from probatum.engines.mistakes.small_counts import SMALL, WIDENED
from probatum.facts.finding import Finding, Measure, Part
from probatum.facts.plan import Subject
from probatum.facts.threats import Task
from probatum.runs.disclosure import classes, people, slices
from probatum.runs.disclosure.attack import InconsistentError, Leak, Unknowns

SHARES = 1e-4  # shares are rounded to multiples of it
DIGITS = 4  # of other numbers
TOLD_BY = f"Published, this would tell a count under {SMALL}."
_UNITS = ("share", "ratio", "")  # of numbers about people; others are about columns, kinds, or in the target's unit
_WHOLE = 1e-6  # how near to a whole number a count is


def controlled(findings: Sequence[Finding], subject: Subject) -> tuple[Finding, ...]:
    """Return findings as they may be published."""
    return tuple(_attacked(discreet(finding), subject) for finding in findings)


def discreet(finding: Finding) -> Finding:
    """Return a finding with small counts hidden and its numbers rounded."""
    return replace(finding, measures={name: _measure(one) for name, one in finding.measures.items()})


def leaks(finding: Finding, subject: Subject) -> list[Leak]:
    """Return the small counts that follow from a finding.

    Raises:
        InconsistentError: its numbers cannot all be true.
    """
    found: list[Leak] = []
    for attempts in _attempts(finding, subject):
        for place, tables in enumerate(attempts):
            try:
                found += [leak for table in tables() for leak in table.leaks()]
            except InconsistentError:
                if place + 1 == len(attempts):
                    raise
            else:
                break
    return found


def _attacked(finding: Finding, subject: Subject) -> Finding:
    try:
        safe = not leaks(finding, subject)
    except InconsistentError:  # not as an intruder would read it; nothing follows
        safe = True
    if safe:
        return finding
    return replace(finding, measures={name: _bare(one) for name, one in finding.measures.items()})


def _bare(measure: Measure) -> Measure:
    if measure.whole or not measure.groups:
        return measure
    kept = tuple(replace(part, value=None, interval=None, n=0) for part in measure.groups[:1]) if measure.widest else ()
    why = measure.why or (TOLD_BY if measure.value is None else None)
    return replace(measure, groups=kept, widest=None, why=why)


def _attempts(finding: Finding, subject: Subject) -> Iterator[Sequence[Callable[[], Iterable[Unknowns]]]]:
    """Yield what an intruder may try, each with what to try where the first does not fit."""
    n = subject.test_rows
    if any(name in people.STATED for name in finding.measures):
        yield [partial(people.unknowns, finding, n, missing=missing) for missing in (False, True)]
    if subject.task is not Task.REGRESSION and "class_recall" in finding.measures:
        yield [lambda: [classes.unknowns(finding, subject.classes, n)]]
    if "slice_error_rate" in finding.measures:
        yield [lambda: [slices.unknowns(finding)]]


def _measure(one: Measure) -> Measure:
    if not one.whole:
        parts = tuple(_part(part, one.unit) for part in one.groups if part.n >= SMALL or one.unit not in _UNITS)
        widest = None if one.widest is None else _part(one.widest, one.unit)
        one = replace(one, groups=parts, widest=widest)
    return rounded(one, _step(one))


def _part(part: Part, unit: str) -> Part:
    if unit != "share" or part.value is None or not part.n or part.interval is None:
        return part
    count = part.value * part.n
    near = round(count)
    if abs(count - near) > _WHOLE * part.n:
        return part  # no count
    if not (0 < near < SMALL or 0 < part.n - near < SMALL):
        return part
    fewest, most = (0, SMALL - 1) if near < SMALL else (part.n - SMALL + 1, part.n)
    sure = part.interval.confidence
    low, high = (clopper_pearson(count_, part.n, confidence=sure) for count_ in (max(fewest, 0), min(most, part.n)))
    interval = replace(
        part.interval,
        lower=_least(part.interval.lower, low.lower),
        upper=_most(part.interval.upper, high.upper),
        method=f"{part.interval.method}, {WIDENED}",
    )
    return replace(part, value=None, interval=interval)


def _least(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else min(one, other)


def _most(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else max(one, other)


def _step(measure: Measure) -> float:
    if measure.unit in ("share", "squared share"):
        return SHARES
    numbers = [abs(number) for one in _values(measure) for number in _numbers(one) if number]
    return 10.0 ** (floor(log10(max(numbers))) - DIGITS + 1) if numbers else 0.0


def _values(measure: Measure) -> Iterator[Measure | Part]:
    yield measure
    yield from measure.groups


def _numbers(one: Measure | Part) -> Iterator[float]:
    ends = () if one.interval is None else (one.interval.lower, one.interval.upper)
    yield from (number for number in (one.value, *ends) if number is not None)
