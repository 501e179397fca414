# SPDX-License-Identifier: Apache-2.0
"""The whole page in one line, and what that line must not hide."""

from collections.abc import Sequence
from dataclasses import dataclass

from probatum.facts.record import TopicVerdict, Verdict
from probatum.report.interface import Edition
from probatum.report.lookup import Lookup
from probatum.report.marks import (
    ALL_MARKS,
    CANNOT_TELL,
    DECLARED,
    ERROR,
    EXPIRED,
    FAIL,
    NOT_APPLICABLE,
    PASS,
    UNANSWERED,
    Mark,
    gravest,
    mark_of,
    verdict_on,
)
from probatum.report.matrix import LOSSES, WAYS
from probatum.report.words import listed, plural, quoted

# Where the mark's own word would not do in "of 3 checks, 1 ...".
_CAME_TO = {CANNOT_TELL: "could not decide", ERROR: "broke down", UNANSWERED: "waits for people"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Overall:
    """The gravest verdict, told for the whole system."""

    mark: Mark
    sentence: str
    also: tuple[str, ...]  # what the line must not hide


def overall(lookup: Lookup, topics: Sequence[TopicVerdict], cells: int) -> Overall:
    """Return the one line.

    Args:
        lookup: of the edition.
        topics: every declaration that is demanded or given.
        cells: how many boxes of the risk matrix some check gave an answer on.
    """
    verdicts = lookup.edition.judgement.verdicts
    marks = [mark_of(verdict_on(finding, verdicts).verdict) for finding in lookup.edition.findings]
    whole = gravest(marks) if marks else NOT_APPLICABLE
    # A word given beside passed tests does not make them less passed; alone it stays a word.
    shown = PASS if whole is DECLARED and PASS in marks else whole
    return Overall(
        mark=shown,
        sentence=_line(whole, marks),
        also=tuple(_also(lookup, topics, cells, marks, whole)),
    )


def topics_of(edition: Edition) -> tuple[TopicVerdict, ...]:
    """Return every declaration that is demanded or given, with its verdict."""
    return tuple(topic for verdict in edition.judgement.verdicts for topic in verdict.topics)


def _line(whole: Mark, marks: Sequence[Mark]) -> str:
    ran = sum(mark is not NOT_APPLICABLE for mark in marks)
    of_all = f"{marks.count(whole)} of {plural(ran, 'check')}"
    return {
        FAIL: f"Do not rely on this system as it is. {_tally(marks)}",
        ERROR: f"This page cannot clear the system: {of_all} broke down.",
        CANNOT_TELL: f"Cannot tell yet: nothing failed, but {of_all} could not decide.",
        EXPIRED: "No limit is broken. But what people said is out of date.",
        UNANSWERED: "No limit is broken. But people have not answered all they must.",
        NOT_APPLICABLE: "Nothing could be tested, so nothing is known.",
    }.get(whole, "Nothing failed in what was tested.")


def _tally(marks: Sequence[Mark]) -> str:
    """Say how many checks came to what, gravest first: "one failed" alone reads as if all others had passed."""
    ran = [mark for mark in marks if mark is not NOT_APPLICABLE]
    words = [f"{count} {_CAME_TO.get(mark, mark.word)}" for mark in ALL_MARKS if (count := ran.count(mark))]
    return f"Of {plural(len(ran), 'check')} that could be run, {listed(words)}."


def _also(lookup: Lookup, topics: Sequence[TopicVerdict], cells: int, marks: Sequence[Mark], whole: Mark) -> list[str]:
    also = []
    if whole in (FAIL, ERROR, CANNOT_TELL):
        found = zip(lookup.edition.findings, marks, strict=True)
        titles = dict.fromkeys(quoted(lookup.title(finding.check)) for finding, mark in found if mark is whole)
        also.append(f"{whole.word.capitalize()}: {listed(list(titles))}.")
    waiting = sum(1 for topic in topics if topic.verdict is not Verdict.DECLARED)
    if waiting:
        also.append(
            f"{plural(waiting, 'question')} that only people can answer {'stands' if waiting == 1 else 'stand'} open."
        )
    idle = marks.count(NOT_APPLICABLE) + len(lookup.edition.record.plan.omitted)
    if idle and whole is not NOT_APPLICABLE:
        also.append(f"{plural(idle, 'check')} could not be run, or {'was' if idle == 1 else 'were'} left out.")
    boxes = len(WAYS) * len(LOSSES)
    seen = f"Of {boxes} kinds of risk, {cells} {'was' if cells == 1 else 'were'} tested."
    rest = f"The other {boxes - cells} were not. They may be small or large."
    return [*also, seen if cells == boxes else f"{seen} {rest}"]
