# SPDX-License-Identifier: Apache-2.0
"""What page one says of the class that is missed most, held against what guessing would find.

Few cases of a rare class can be wrong in all, and half of that class be missed.
"""

from collections.abc import Iterator

from probatum.facts.finding import Finding, Measure, Part
from probatum.report.lookup import Lookup, numbers_behind
from probatum.report.sayings import Saying
from probatum.report.titles import title_of
from probatum.report.words import of_100, quoted, sentence

HALF = 0.5


def most_missed(finding: Finding, lookup: Lookup) -> Iterator[Saying]:
    """Return the sentences on the class of whose cases most are missed for sure, in the order to be read."""
    recall = finding.measures.get("class_recall")
    if recall is None or not recall.groups or len(lookup.edition.record.plan.subject.classes) < 2:
        return
    worst = recall.groups[0]
    beyond = _of("above_guessing", worst.name, finding)
    name = quoted(worst.name)
    found = f"{of_100(worst, f'cases where {name} is right')}"
    few = worst.interval is not None and (worst.interval.upper or 1.0) < HALF
    lower = None if beyond is None or beyond.interval is None else beyond.interval.lower
    yield _saying(
        f"it misses {name} most often. It finds {found}",
        "class_recall",
        worst,
        finding,
        key=few or (lower is not None and lower <= 0),
    )
    said = _of("said_share", worst.name, finding)
    if beyond is not None and beyond.interval is not None:
        guess = (
            f"guessing {name} as often would find {of_100(said)}" if said else f"that is held against guessing {name}"
        )
        yield _saying(
            f"{guess}. {_against_guessing(beyond)}", "said_share" if said else "above_guessing", said or beyond, finding
        )
    precise = _of("class_precision", worst.name, finding)
    if precise is not None:
        words = f"where it says {name}, {of_100(precise, 'answers are right')}"
        yield _saying(words, "class_precision", precise, finding)


def _against_guessing(beyond: Part) -> str:
    lower, upper = (None, None) if beyond.interval is None else (beyond.interval.lower, beyond.interval.upper)
    if lower is not None and lower > 0:
        return "So it does better than guessing"
    if upper is not None and upper < 0:
        return "So it does worse than guessing"
    return "So nobody can say that it does better than guessing"


def _of(measure: str, name: str, finding: Finding) -> Part | None:
    found: Measure | None = finding.measures.get(measure)
    return None if found is None else next((part for part in found.groups if part.name == name), None)


def _saying(words: str, measure: str, part: Part, finding: Finding, *, key: bool = False) -> Saying:
    behind = numbers_behind(title_of(measure), part)
    return Saying(text=sentence(words), behind=(behind,), check=finding.check, key=key)
