# SPDX-License-Identifier: Apache-2.0
"""How often a group of people gets the favourable answer, compared with everybody else, as page one says it."""

from probatum.facts.finding import Finding, Part
from probatum.report.lookup import Lookup, numbers_behind
from probatum.report.sayings import Saying
from probatum.report.titles import title_of
from probatum.report.words import amount, of_100, quoted, sentence

RATIO, RATE, REST = "selection_ratio", "favourable_rate", "rest_favourable_rate"


def worse_off(finding: Finding) -> tuple[Part, ...]:
    """Return the groups that are proven to get the favourable answer less often, worst first."""
    groups = finding.measures[RATIO].groups if RATIO in finding.measures else ()
    ends = ((part, part.interval.upper) for part in groups if part.interval is not None)
    return tuple(part for part, upper in ends if upper is not None and upper < 1)


def compared(finding: Finding, part: Part, lookup: Lookup) -> list[Saying]:
    """Say how often one group gets it, how often everybody else does, and how many times as often that is."""
    got = quoted(lookup.edition.record.plan.subject.favourable or "yes")
    rate, rest = lookup.part_of(finding, RATE, part.name), lookup.part_of(finding, REST, part.name)
    if rate is None or rest is None:
        return []
    behind = tuple(numbers_behind(title_of(name), one) for name, one in ((RATE, rate), (REST, rest), (RATIO, part)))
    words = f"of those with {quoted(part.name)}, {of_100(rate, whole=100)} get {got}; of everybody else, "
    times = f". That is {amount(part, 'times as often')}" if part.value is not None else ""
    return [Saying(text=sentence(f"{words}{of_100(rest, whole=100)}{times}"), behind=behind, check=finding.check)]
