# SPDX-License-Identifier: Apache-2.0
"""The sentences of page one: plain words, the numbers behind them, and what a limit makes of them."""

from dataclasses import dataclass

from probatum.facts.finding import Finding
from probatum.report.lookup import Lookup, numbers_behind
from probatum.report.marks import FAIL, Mark
from probatum.report.titles import title_of
from probatum.report.words import sentence, visible


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """A plain sentence with the numbers behind it."""

    text: str
    behind: tuple[str, ...] = ()
    check: str = ""  # whose section tells more
    key: bool = False  # one of the few lines to read first
    mark: Mark | None = None  # what the limit makes of the number told here


def say(words: str, finding: Finding, name: str, *, key: bool = False) -> Saying:
    """Return a sentence about one measure, with its bare numbers."""
    behind = numbers_behind(title_of(name), finding.measures[name])
    return Saying(text=sentence(words), behind=(behind,), check=finding.check, key=key)


def judged(words: str, finding: Finding, name: str, lookup: Lookup, *, key: bool = False) -> Saying:
    """Return a sentence about a judged measure, with its verdict; one that failed is to be read first."""
    measure, mark = finding.measures.get(name), lookup.mark(finding.check, name)
    numbers = numbers_behind(title_of(name), measure) if measure else None
    behind = tuple(line for line in (numbers, lookup.limit(finding.check, name)) if line)
    return Saying(text=sentence(words), behind=behind, check=finding.check, key=key or mark is FAIL, mark=mark)


def as_found(finding: Finding) -> Saying:
    """Return the finding's own sentence."""
    return Saying(text=sentence(visible(finding.sentence)), check=finding.check)


def not_measured(what: str, check: str, lookup: Lookup) -> Saying:
    """Return that a number is not there, and why."""
    why = lookup.why_absent(check)
    return Saying(text=f"{what} was not measured. {why}" if why else f"{what} is not covered.")
