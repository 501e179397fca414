# SPDX-License-Identifier: Apache-2.0
"""What stands for a verdict on the page: a word, a symbol of its own shape, and how grave it is.

Colour is never the only difference: shape and word tell the same story.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from probatum.facts.finding import Finding, State
from probatum.facts.record import FindingVerdict, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How one verdict looks and reads."""

    key: str  # the verdict's name, for style sheets
    symbol: str  # one character, not an emoji, one column wide
    word: str
    means: str  # one plain sentence


FAIL = Mark(key="fail", symbol="✕", word="failed", means="The whole range is on the wrong side of the limit.")
ERROR = Mark(
    key="error", symbol="!", word="error", means="The check broke down, so nothing is known. It is not a pass."
)
CANNOT_TELL = Mark(
    key="inconclusive",
    symbol="?",
    word="cannot tell",
    means="The range lies on both sides of the limit. More cases are needed.",
)
EXPIRED = Mark(key="expired", symbol="↻", word="expired", means="People did answer, but the answer is out of date.")
UNANSWERED = Mark(
    key="unanswered", symbol="○", word="not answered", means="Only people can answer this, and nobody has."
)
DECLARED = Mark(key="declared", symbol="✎", word="declared", means="People gave their word. No test stands behind it.")
PASS = Mark(key="pass", symbol="✓", word="passed", means="The whole range is on the right side of the limit.")
NOT_APPLICABLE = Mark(
    key="not-applicable",
    symbol="\u2013",
    word="not applicable",
    means="The check does not fit this system or its data.",
)
LEFT_OUT = Mark(key="left-out", symbol="/", word="left out", means="A check exists. Somebody chose not to run it.")
NOT_COVERED = Mark(key="not-covered", symbol="·", word="not covered", means="No check looked here. Nothing is known.")

MARKS = {
    Verdict.FAIL: FAIL,
    Verdict.ERROR: ERROR,
    Verdict.INCONCLUSIVE: CANNOT_TELL,
    Verdict.EXPIRED: EXPIRED,
    Verdict.UNANSWERED: UNANSWERED,
    Verdict.DECLARED: DECLARED,
    Verdict.PASS: PASS,
    Verdict.NOT_APPLICABLE: NOT_APPLICABLE,
}
# Gravest first. "Not applicable" stands for a cell only if all of its checks are, so "left out" goes before it.
ALL_MARKS = (FAIL, ERROR, CANNOT_TELL, EXPIRED, UNANSWERED, DECLARED, PASS, LEFT_OUT, NOT_APPLICABLE, NOT_COVERED)


def mark_of(verdict: Verdict) -> Mark:
    """Return how a verdict is shown."""
    return MARKS[verdict]


def gravest(marks: Iterable[Mark]) -> Mark:
    """Return the mark that stands for several: an error or an open question never reads as a pass."""
    return min(marks, key=ALL_MARKS.index, default=NOT_COVERED)


def verdict_on(finding: Finding, verdicts: Iterable[FindingVerdict]) -> FindingVerdict:
    """Return the verdict on a finding; where the judge was silent, one that is never a pass."""
    for verdict in verdicts:
        if (verdict.check, verdict.part) == (finding.check, finding.part):
            return verdict
    unjudged = {State.NOT_APPLICABLE: Verdict.NOT_APPLICABLE, State.ERROR: Verdict.ERROR}
    return FindingVerdict(
        check=finding.check,
        part=finding.part,
        verdict=unjudged.get(finding.state, Verdict.INCONCLUSIVE),
        why="No verdict was given on this finding.",
    )
