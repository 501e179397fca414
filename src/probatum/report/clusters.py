# SPDX-License-Identifier: Apache-2.0
"""What page one says of the groups of cases in which mistakes cluster."""

from collections.abc import Iterator

from probatum.engines.slices.publish import BY_CHANCES
from probatum.facts.finding import Finding, Measure
from probatum.facts.threats import Task
from probatum.report.lookup import Lookup, numbers_behind
from probatum.report.marks import CANNOT_TELL, FAIL, PASS
from probatum.report.sayings import Saying, judged, not_measured
from probatum.report.titles import title_of
from probatum.report.words import amount, of_100, plural, quoted, sentence

SLICES = "usage/error-slices"


def worst_of(lookup: Lookup) -> Measure | None:
    """Return what is judged of the worst group: its mistakes beyond what is expected, or how large its errors are."""
    return lookup.measure(SLICES, _judged_name(lookup))


def by_what(finding: Finding) -> str:
    """Return what a group's mistakes are held against, to be read after "more than"."""
    return "one would expect from how sure the system is of these cases" if _by_chances(finding) else "over all cases"


def clusters(lookup: Lookup) -> Iterator[Saying]:
    """Yield what is said of the worst group."""
    finding = lookup.finding(SLICES)
    if finding is None:
        yield not_measured("Where mistakes cluster", SLICES, lookup)
        return
    name = _judged_name(lookup)
    found = lookup.measure(SLICES, name)
    tried = f"{plural(finding.tried, 'group')} of cases were tried" if finding.tried else None
    if not found or not found.groups:
        words = "no group of cases was found where mistakes clearly cluster"
        yield judged(f"{tried}, and {words}" if tried else words, finding, name, lookup)
        return
    worst = found.groups[0]
    what = "large errors" if _numbers(lookup) else "mistakes"
    heading = {FAIL: f"{what} cluster", PASS: f"no group was found that bears more {what} than the limit allows"}
    words = heading.get(lookup.mark(SLICES, name) or CANNOT_TELL, f"{what} may cluster")
    yield judged(f"{words}. The worst group found is {quoted(worst.name)}", finding, name, lookup, key=True)
    rate = lookup.part(SLICES, "slice_error_rate", worst.name)
    if rate:
        behind = numbers_behind(title_of("slice_error_rate"), rate)
        yield Saying(text=sentence(f"in it, {of_100(rate, 'answers are wrong')}"), behind=(behind,), check=SLICES)
    if not _numbers(lookup):
        behind = numbers_behind(title_of(name), worst)
        more = f"That is {of_100(worst)} more than {by_what(finding)}."
        yield Saying(text=more, behind=(behind,), check=SLICES)
        if not _by_chances(finding):
            hard = "The system gives no chances, so this group may be bad, or its cases may be hard for anybody."
            yield Saying(text=hard, check=SLICES)
    ratio = lookup.part(SLICES, "worst_ratio", worst.name)
    if ratio:
        behind = numbers_behind(title_of("worst_ratio"), ratio)
        yield Saying(
            text=f"{what.capitalize()} there are {amount(ratio, 'times the average')}.", behind=(behind,), check=SLICES
        )
    share = lookup.part(SLICES, "slice_share", worst.name)
    if share:
        behind = numbers_behind(title_of("slice_share"), share)
        yield Saying(text=f"Of all cases, {of_100(share, 'are in this group')}.", behind=(behind,), check=SLICES)
    if tried:
        held, many = plural(len(found.groups), "group"), len(found.groups) > 1
        half = f"On the other half, {held} proved worse than expected{'. They may overlap' if many else ''}"
        yield Saying(text=sentence(f"{tried} on one half of the cases. {half}"), check=SLICES)


def _by_chances(finding: Finding) -> bool:
    return any(one.startswith(BY_CHANCES) for one in finding.details)


def _judged_name(lookup: Lookup) -> str:
    return "worst_ratio" if _numbers(lookup) else "worst_excess"


def _numbers(lookup: Lookup) -> bool:
    return lookup.edition.record.plan.subject.task is Task.REGRESSION
