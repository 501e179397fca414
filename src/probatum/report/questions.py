# SPDX-License-Identifier: Apache-2.0
"""The three questions of page one, answered in natural frequencies out of the record's measures.

Is the system making mistakes? What alternatives were considered? What is the risk of trusting the outcome blind?
A measure that is absent leaves its sentence out; a check that is absent is named as not covered.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from probatum.facts.finding import Finding, Measure
from probatum.facts.threats import Task
from probatum.report.clusters import clusters, worst_of
from probatum.report.fooled import EVASION
from probatum.report.further import (
    BIAS,
    CALIBRATION,
    CORRUPTION,
    LEAKAGE,
    MALFORMED,
    MODEL_FILE,
    OVERFITTING,
    PATCH,
    SLOW,
    UNIVERSAL,
    leak,
    not_to_be_trusted,
    told,
)
from probatum.report.lookup import Lookup, numbers_behind
from probatum.report.marks import FAIL
from probatum.report.missed import most_missed
from probatum.report.sayings import Saying, judged, not_measured, say
from probatum.report.titles import title_of
from probatum.report.words import (
    OWN_UNIT,
    RATIO,
    SHARE,
    amount,
    limit_in_words,
    of_10_000,
    of_100,
    plural,
    quoted,
    whole_for,
)

RATE = "usage/error-rate"
DECLARATIONS = "usage/declarations"

_KINDS_SHOWN = 3

# What further checks will tell, by question: the check's id, and what is not known without it.
_FURTHER_MISTAKES = (
    (OVERFITTING, "whether it only learned its own examples by heart"),
    (BIAS, "whether it treats women and men, or old and young, alike"),
    (LEAKAGE, "whether the test cases were among those it learned from"),
)
_FURTHER_ALTERNATIVES = (
    ("usage/people", "whether a person would decide better"),
    ("usage/alternatives", "whether another model would do just as well, and where it would answer otherwise"),
    ("usage/explanation", "why it answers as it does, and what would change an answer"),
)
_FURTHER_TRUST = (
    (CALIBRATION, "whether it knows when it is unsure"),
    (MALFORMED, "what it says to broken input"),
    (EVASION, "how easily it is fooled on purpose"),
    (UNIVERSAL, "whether one small change fools it in many cases at once"),
    (PATCH, "whether a printed patch fools it"),
    (CORRUPTION, "what damaged inputs do to its answers"),
    (SLOW, "whether slow inputs keep it from others"),
    (MODEL_FILE, "whether the file of the model can run code"),
    ("usage/deferral", "which answers a person should look at"),
    ("data-manipulation/drift", "whether the cases of today are like the tested ones"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One of the three questions, as far as it could be answered."""

    question: str
    sayings: tuple[Saying, ...]
    not_covered: tuple[str, ...]  # each completes "Not covered: "


def three_questions(lookup: Lookup) -> tuple[Answer, Answer, Answer]:
    """Answer the three questions from the measures that are there."""
    return (
        _answer("Is the system making mistakes?", [*_mistakes(lookup), *clusters(lookup)], _FURTHER_MISTAKES, lookup),
        _answer("What alternatives were considered?", list(_alternatives(lookup)), _FURTHER_ALTERNATIVES, lookup),
        _answer("What is the risk of trusting the outcome blind?", list(_trust(lookup)), _FURTHER_TRUST, lookup),
    )


def _answer(question: str, sayings: list[Saying], further: tuple[tuple[str, str], ...], lookup: Lookup) -> Answer:
    uncovered: list[str] = []
    absent: dict[str, list[str]] = {}  # why, what is not known for that reason
    decisions = lookup.edition.record.plan.subject.decisions  # what needs a model is told once, below
    for check, words in further:
        finding, why = lookup.finding(check), lookup.why_absent(check)
        if decisions and (check == BIAS or not finding):
            continue
        if finding:
            sayings += told(finding, lookup)
        elif why:
            absent.setdefault(why, []).append(words)
        else:
            uncovered.append(words)
    sayings += [Saying(text=f"Not measured: {'; or '.join(words)}. {why}") for why, words in absent.items()]
    return Answer(question=question, sayings=tuple(sayings), not_covered=tuple(uncovered))


def _mistakes(lookup: Lookup) -> Iterator[Saying]:
    finding = lookup.finding(RATE)
    if finding is None:
        yield not_measured("How many mistakes it makes", RATE, lookup)
        return
    rate, size = lookup.measure(RATE, "error_rate"), lookup.measure(RATE, "mean_error")
    if rate:
        yield judged(of_100(rate, "answers are wrong"), finding, "error_rate", lookup, key=True)
    elif size:
        yield judged(
            f"on average, an answer is off by {amount(size)}{_unit(size, lookup)}",
            finding,
            "mean_error",
            lookup,
            key=True,
        )
    tried = rate or size
    if tried:
        yield Saying(text=f"This was tried on {plural(tried.n, 'case')} for which the right answer is known.")
    if leaked := leak(lookup):
        yield not_to_be_trusted(leaked, lookup)
    if tried:
        yield _bearable(tried, "error_rate" if rate else "mean_error", lookup)
    yield from most_missed(finding, lookup)
    yield from _kinds(lookup, finding)
    silent = lookup.ranged(RATE, "no_answer")
    if silent and silent.value != 0:
        yield say(f"in {of_100(silent, 'cases')} it gave no answer at all", finding, "no_answer")


def _bearable(error: Measure, name: str, lookup: Lookup) -> Saying:
    """Say which error was stated as bearable and who stated it; or that nobody did, so that it is not judged."""
    limit, subject = lookup.judged(RATE, name), lookup.edition.record.plan.subject
    many = "how many wrong answers" if name == "error_rate" else "how large an error"
    if limit is None:
        return Saying(text=f"Nobody stated {many} can be borne, so this number is not judged.", check=RATE)
    most = limit_in_words(limit.direction, limit.limit, error.unit)
    allowed = f"{most} answers may be wrong" if name == "error_rate" else f"an answer may be off by {most} on average"
    if limit.limit != subject.bearable_error:
        return Saying(text=f"By the limits of {quoted(lookup.edition.judgement.policy_by)}, {allowed}.", check=RATE)
    who = quoted(subject.bearable_error_by) if subject.bearable_error_by else "The description of the system"
    return Saying(text=f"{who} states that {allowed}.", check=RATE)


def _kinds(lookup: Lookup, finding: Finding) -> Iterator[Saying]:
    kinds = lookup.measure(RATE, "mistake_kinds")
    if not kinds:
        return
    classes = lookup.edition.record.plan.subject.classes
    shown = [kind for kind in kinds.groups if kind.value][:_KINDS_SHOWN]
    whole = whole_for(*(kind.value for kind in shown))  # one for all, so that they can be compared
    for kind in shown:
        words = _mistake_in_words(kind.name, classes)
        behind = numbers_behind(title_of("mistake_kinds"), kind)
        yield Saying(
            text=f"In {of_100(kind, 'answers', whole=whole)} it {words}.", behind=(behind,), check=finding.check
        )
    more = sum(1 for kind in kinds.groups if kind.value != 0) - len(shown)  # a hidden share is a small one
    if more > 0:
        words = f"{plural(more, 'other kind')} of mistake" if shown else f"{plural(more, 'kind')} of mistake"
        there = "is" if more == 1 else "are"
        yield Saying(
            text=f"There {there} {words}, {'less common' if shown else 'each of them rare'}.", check=finding.check
        )


def _mistake_in_words(name: str, classes: Sequence[str]) -> str:
    """Return a kind of mistake in words; only as many comparisons as there are classes, however many these are."""
    for said in classes:
        front = f"said {said}, was "
        if name.startswith(front) and name[len(front) :] in classes:
            return f"said {quoted(said)} where {quoted(name[len(front) :])} was right"
    return f"made the mistake {quoted(name)}"


def _alternatives(lookup: Lookup) -> Iterator[Saying]:
    finding = lookup.finding(RATE)
    if finding is None:
        yield not_measured("How a simple rule would do", RATE, lookup)
        return
    regression = lookup.edition.record.plan.subject.task is Task.REGRESSION
    wrong, off = lookup.measure(RATE, "trivial_error_rate"), lookup.measure(RATE, "trivial_mean_error")
    skill, ratio = lookup.measure(RATE, "skill"), lookup.measure(RATE, "error_ratio")
    chances = lookup.measure(RATE, "trivial_brier_score") is not None
    if skill:
        yield judged(
            f"{_beside(skill, regression, chances)}. {_compared(skill, lookup)}", finding, "skill", lookup, key=True
        )
    if wrong or off or skill:
        gives = "the same middle value" if regression else "the most common answer"
        says = ", and says of every case how common each answer is" if chances else ""
        yield Saying(text=f"The simplest rule looks at nothing. It always gives {gives}{says}.", check=RATE)
    if ratio and chances:
        words = f"for every 100 mistakes of the simplest rule, the system makes {amount(ratio, scale=100)}"
        yield say(words, finding, "error_ratio")
    if wrong:
        yield say(f"with that rule, {of_100(wrong, 'answers would be wrong')}", finding, "trivial_error_rate")
    elif off:
        words = f"with that rule, an answer would be off by {amount(off)}{_unit(off, lookup)} on average"
        yield say(words, finding, "trivial_mean_error")
    yield from _second_choices(lookup, finding)


def _second_choices(lookup: Lookup, finding: Finding) -> Iterator[Saying]:
    close, second = lookup.ranged(RATE, "close_calls"), lookup.ranged(RATE, "runner_up_right")
    if close:
        words = f"in {of_100(close, 'answers')} the second choice came close"
        yield say(f"{words}. Close means within 10 points of 100", finding, "close_calls")
    if second:
        yield say(f"of its mistakes, the second choice was right in {of_100(second)}", finding, "runner_up_right")


def _trust(lookup: Lookup) -> Iterator[Saying]:
    finding = lookup.finding(RATE)
    rate, size = lookup.measure(RATE, "error_rate"), lookup.measure(RATE, "mean_error")
    if finding is None or not (rate or size):
        yield not_measured("What it costs to trust it blind", RATE, lookup)
        return
    if rate:
        words = of_10_000(rate, "answers that nobody checks", "would be wrong")
        yield say(words, finding, "error_rate", key=True)
        yield Saying(text="The test cannot say which ones.")
    elif size:
        words = f"an answer that nobody checks would be off by {amount(size)}{_unit(size, lookup)} on average"
        yield say(f"{words}. Single answers can be off by much more", finding, "mean_error", key=True)
    worst = worst_of(lookup)
    if worst and worst.groups:
        name = quoted(worst.groups[0].name)
        yield Saying(text=f"The mistakes would not hit all alike. Cases in {name} would bear more than is expected.")
    if leak(lookup):
        yield Saying(text="It may be far more, since the test itself cannot be trusted.", check=LEAKAGE, key=True)
    yield Saying(text="All this is true only if new cases are like the tested ones.")


def _unit(measure: Measure, lookup: Lookup) -> str:
    if measure.unit in (SHARE, RATIO, ""):
        return ""
    unit = lookup.edition.record.plan.subject.target if measure.unit == OWN_UNIT else measure.unit
    return f", in the unit of {quoted(unit)}"


def _beside(skill: Measure, regression: bool, chances: bool) -> str:
    """Return how the system does beside the rule that knows nothing: what is left of 100, which is never negative."""
    left = amount(_left(skill), scale=100)
    if chances:
        return f"where the chances of the simplest rule are off by 100, those of the system are off by {left}"
    if regression:
        return f"where the simplest rule is off by 100, the system is off by {left}"
    return f"for every 100 mistakes of the simplest rule, the system makes {left}"


def _left(skill: Measure) -> Measure:
    """Return what skill leaves of the rule's error: 1 - skill."""
    value, around = skill.value, skill.interval
    ends = around and replace(
        around,
        lower=None if around.upper is None else 1 - around.upper,
        upper=None if around.lower is None else 1 - around.lower,
    )
    return replace(skill, value=None if value is None else 1 - value, interval=ends, unit=RATIO)


def _compared(skill: Measure, lookup: Lookup) -> str:
    interval = skill.interval
    if interval and interval.lower is not None and interval.lower > 0:
        little = ", but by less than the limit asks" if lookup.mark(RATE, "skill") is FAIL else ""
        return f"So it is better than always giving the same answer{little}."
    if interval and interval.upper is not None and interval.upper < 0:
        return "So it is worse than always giving the same answer."
    return "So nobody can say that it is better than always giving the same answer."
