# SPDX-License-Identifier: Apache-2.0
"""Whether numbers and ranges belong together: in a finding, and in the sentences of page one."""

import re
from collections.abc import Iterator

from probatum.facts.finding import Finding, Measure, Part
from probatum.report.interface import Edition
from probatum.report.page_one import page_one

SLACK = 1e-9
RANGE = re.compile(r"\(between (-?[\d,.]+) and (-?[\d,.]+)\)")
NUMBER = re.compile(r"(?<![\w.,])-?\d[\d,]*(?:\.\d+)?")
ABOUT = re.compile(r"about (-?\d[\d,]*(?:\.\d+)?)")
SCALES = (1.0, *(10.0**power for power in range(2, 10)))


def outside(finding: Finding) -> Iterator[str]:
    """Yield each number that does not lie in its own range, and each range that is put together wrongly."""
    for name, measure in finding.measures.items():
        for what, one in _each(name, measure):
            interval = one.interval
            if one.value is None or interval is None:
                continue
            if interval.lower is not None and one.value < interval.lower - SLACK:
                yield f"{finding.check} {what}: {one.value} below {interval.lower}"
            if interval.upper is not None and one.value > interval.upper + SLACK:
                yield f"{finding.check} {what}: {one.value} above {interval.upper}"
        yield from _put_together(f"{finding.check} {name}", measure)


def _put_together(what: str, measure: Measure) -> Iterator[str]:
    """A number that is the worst of several groups has the ends that it says."""
    if measure.widest is None:
        return
    worst = measure.groups[0] if measure.groups else measure.widest
    if worst.value is not None and abs((measure.value or 0.0) - worst.value) > SLACK:
        yield f"{what}: {measure.value} is not that of {worst.name}, {worst.value}"
    if measure.interval is None or worst.interval is None or measure.widest.interval is None:
        yield f"{what}: no range"
    elif measure.interval.upper != measure.widest.interval.upper:
        yield f"{what}: its upper end is not that of {measure.widest.name}"
    elif (measure.interval.lower or 0.0) not in ((worst.interval.lower or 0.0), max(worst.interval.lower or 0.0, 0.0)):
        yield f"{what}: its lower end is not that of {worst.name}"


def unfounded(edition: Edition) -> Iterator[str]:
    """Yield each sentence of page one that prints a range beside a number which no measure or group has."""
    known: dict[str, list[Measure | Part]] = {}
    for finding in edition.findings:
        for name, measure in finding.measures.items():
            known.setdefault(finding.check, []).extend(one for _, one in _each(name, measure))
    everything = [one for found in known.values() for one in found]
    for answer in page_one(edition).questions:
        for saying in answer.sayings:
            start = 0
            for found in RANGE.finditer(saying.text):
                before = saying.text[start : found.start()]
                start = found.end()
                numbers = ABOUT.findall(before)[-1:] or NUMBER.findall(before)
                among = known.get(saying.check, everything) if saying.check else everything
                if not any(_fits(number, found.groups(), one) for number in numbers for one in among):
                    yield saying.text


def _each(name: str, measure: Measure) -> Iterator[tuple[str, Measure | Part]]:
    yield name, measure
    for part in (*measure.groups, *([measure.widest] if measure.widest else [])):
        yield f"{name} of {part.name}", part


def _fits(number: str, ends: tuple[str, ...], one: Measure | Part) -> bool:
    interval = one.interval
    if one.value is None or interval is None or interval.lower is None or interval.upper is None:
        return False
    told = [(one.value, interval.lower, interval.upper), (-one.value, -interval.upper, -interval.lower)]
    if isinstance(one, Measure) and one.unit == "share":
        told.append((1 - one.value, 1 - interval.upper, 1 - interval.lower))  # what the share leaves
    return any(
        _near(number, value * scale, 0.5)
        and all(_near(end, bound * scale, 1.0) for end, bound in zip(ends, bounds, strict=True))
        for scale in SCALES
        for value, *bounds in told
    )


def _near(printed: str, value: float, steps: float) -> bool:
    """Say whether the printed number is the value, rounded by no more than so many of its last digits."""
    digits = len(printed.partition(".")[2])
    return abs(float(printed.replace(",", "")) - value) <= steps * 10.0**-digits + 1e-6
