# SPDX-License-Identifier: Apache-2.0
"""The three questions of page one, answered in natural frequencies out of the record's measures.

Is the system making mistakes? What alternatives were considered? What is the risk of trusting the outcome blind?
A measure that is absent leaves its sentence out; a check that is absent is named as not covered.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from probatum.facts.finding import Finding, Measure
from probatum.facts.record import Verdict
from probatum.facts.threats import Task
from probatum.report.lookup import Lookup, numbers_behind
from probatum.report.marks import verdict_on
from probatum.report.words import (
    OWN_UNIT,
    RATIO,
    SHARE,
    amount,
    of_10_000,
    of_100,
    plural,
    quoted,
    sentence,
    visible,
    whole_for,
)

RATE, SLICES = "usage/error-rate", "usage/error-slices"
DECLARATIONS = "usage/declarations"

# Every measure that page one relies on, with the words for it in "the numbers behind" and in tables.
TITLES = {
    "error_rate": "Share of wrong answers",
    "error_ratio": "Mistakes for each mistake of the simplest rule",
    "trivial_error_rate": "Share of wrong answers of the simplest rule",
    "mistake_kinds": "Share of answers with this kind of mistake",
    "close_calls": "Share of answers whose second choice came close",
    "runner_up_right": "Share of mistakes whose second choice was right",
    "no_answer": "Share of cases without an answer",
    "mean_error": "Average size of a mistake",
    "trivial_mean_error": "Average size of a mistake of the simplest rule",
    "worst_ratio": "Mistakes in the group, compared with the average",
    "slice_error_rate": "Share of wrong answers in the group",
    "slice_share": "Share of all cases that are in the group",
    "p_value": "Chance that luck alone shows as much",
    "calibration_error": "How far what it says is off, on average",
    "calibration_error_by_class": "How far what it says of each answer is off, on average",
    "reliability": "Share that came true",
    "said": "What it said on average",
    "overconfidence": "How much surer it is than it should be",
    "brier_score": "Squared distance from what came true (Brier score)",
    "max_gap": "Largest gap between groups of people",
    "selection_rate": "Share answered with yes",
    "selection_rate_gap": "Gap in the share answered with yes",
    "true_positive_rate": "Share of those with a right answer of yes who got it (true-positive rate)",
    "true_positive_rate_gap": "Gap in the true-positive rate",
    "false_positive_rate": "Share of those with a right answer of no who got a yes (false-positive rate)",
    "false_positive_rate_gap": "Gap in the false-positive rate",
    "precision": "Share of those answered with yes for whom it was right (precision)",
    "precision_gap": "Gap in the precision",
    "calibration_gap": "What came true beyond what was said",
    "calibration_gap_between": "Gap in what came true beyond what was said",
    "no_answer_rate": "Share that got no answer",
    "no_answer_rate_gap": "Gap in the share that got no answer",
    "mean_signed_error": "Average error, too high or too low",
    "mean_signed_error_gap": "Gap in the average error",
    "gap": "How much worse it does on cases it had not seen",
    "train_error_rate": "Share of wrong answers on cases it learned from",
    "unseen_error_rate": "The same, had it not seen them",
    "test_error_rate": "Share of wrong answers on held-out cases",
    "train_error_ratio": "Errors on cases it learned from, for each of the simplest rule",
    "unseen_error_ratio": "The same, had it not seen them",
    "test_error_ratio": "Errors on held-out cases, for each of the simplest rule",
    "held_out_gap": "How much worse it does on held-out cases",
    "by_heart": "Share right once seen, wrong when not seen",
    "by_heart_reversed": "Share wrong once seen, right when not seen",
    "by_heart_sure": "Share right once seen and sure of it, wrong when not seen",
    "shared_rows": "Share of test cases that also stand in training, beyond chance",
    "exact_shared": "Share of test cases that stand in training, to the letter",
    "near_shared": "Share of test cases that nearly stand in training",
    "chance_shared": "Share of test cases that would by chance",
    "shared_with_answer": "Share of test cases that stand in training with the same answer",
    "giveaway_columns": "Columns that alone give the answer away",
    "column_tells": "Mistakes of the simplest rule that one column takes away",
    "group_overlap": "Share of test cases whose group also stands in training",
    "silent_nonsense": "Kinds of broken input with a sure answer",
    "kinds_tried": "Kinds of broken input that were tried",
    "refused": "Kinds that were refused",
    "answered": "Kinds that were answered",
    "crashed": "Kinds on which it broke",
    "can_run_code": "Files that can run code, with no digest stated",
    "files": "Files the model is stored in",
    "given": "Topics on which somebody put a name",
}
_KINDS_SHOWN = 3

# What further checks will tell, by question: the check's id, and what is not known without it.
_FURTHER_MISTAKES = (
    ("usage/overfitting", "whether it only learned its own examples by heart"),
    ("usage/bias", "whether it treats women and men, or old and young, alike"),
    ("data-manipulation/leakage", "whether the test cases were among those it learned from"),
)
_FURTHER_ALTERNATIVES = (
    ("usage/people", "whether a person would decide better"),
    ("usage/alternatives", "whether another model would do just as well, and where it would answer otherwise"),
    ("usage/explanation", "why it answers as it does, and what would change an answer"),
)
_FURTHER_TRUST = (
    ("usage/calibration", "whether it knows when it is unsure"),
    ("input-manipulation/malformed-input", "what it says to broken input"),
    ("environment/model-file", "whether the file of the model can run code"),
    ("usage/deferral", "which answers a person should look at"),
    ("data-manipulation/drift", "whether the cases of today are like the tested ones"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """A plain sentence with the numbers behind it."""

    text: str
    behind: tuple[str, ...] = ()
    check: str = ""  # whose section tells more
    key: bool = False  # one of the few lines to read first


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One of the three questions, as far as it could be answered."""

    question: str
    sayings: tuple[Saying, ...]
    not_covered: tuple[str, ...]  # each completes "Not covered: "


def three_questions(lookup: Lookup) -> tuple[Answer, Answer, Answer]:
    """Answer the three questions from the measures that are there."""
    return (
        _answer("Is the system making mistakes?", [*_mistakes(lookup), *_clusters(lookup)], _FURTHER_MISTAKES, lookup),
        _answer("What alternatives were considered?", list(_alternatives(lookup)), _FURTHER_ALTERNATIVES, lookup),
        _answer("What is the risk of trusting the outcome blind?", list(_trust(lookup)), _FURTHER_TRUST, lookup),
    )


def _answer(question: str, sayings: list[Saying], further: tuple[tuple[str, str], ...], lookup: Lookup) -> Answer:
    uncovered = []
    for check, words in further:
        finding, why = lookup.finding(check), lookup.why_absent(check)
        if finding:
            failed = verdict_on(finding, lookup.edition.judgement.verdicts).verdict is Verdict.FAIL
            sayings.append(Saying(text=sentence(visible(finding.sentence)), check=check, key=failed))
        elif why:
            sayings.append(Saying(text=f"Not measured: {words}. {why}"))
        else:
            uncovered.append(words)
    return Answer(question=question, sayings=tuple(sayings), not_covered=tuple(uncovered))


def _mistakes(lookup: Lookup) -> Iterator[Saying]:
    finding = lookup.finding(RATE)
    if finding is None:
        yield _not_measured("How many mistakes it makes", RATE, lookup)
        return
    rate, size = lookup.measure(RATE, "error_rate"), lookup.measure(RATE, "mean_error")
    if rate:
        yield _say(f"{of_100(rate, 'answers are wrong')}", finding, "error_rate", key=True)
    elif size:
        yield _say(
            f"on average, an answer is off by {amount(size)}{_unit(size, lookup)}", finding, "mean_error", key=True
        )
    tried = rate or size
    if tried:
        yield Saying(text=f"This was tried on {plural(tried.n, 'case')} for which the right answer is known.")
    yield from _kinds(lookup, finding)
    silent = lookup.ranged(RATE, "no_answer")
    if silent and silent.value != 0:
        yield _say(f"in {of_100(silent, 'cases')} it gave no answer at all", finding, "no_answer")


def _kinds(lookup: Lookup, finding: Finding) -> Iterator[Saying]:
    kinds = lookup.measure(RATE, "mistake_kinds")
    if not kinds:
        return
    classes = lookup.edition.record.plan.subject.classes
    wording = {
        f"said {said}, was {was}": f"said {quoted(said)} where {quoted(was)} was right"
        for said in classes
        for was in classes
    }
    shown = [kind for kind in kinds.groups if kind.value][:_KINDS_SHOWN]
    whole = whole_for(*(kind.value for kind in shown))  # one for all, so that they can be compared
    for kind in shown:
        words = wording.get(kind.name, f"made the mistake {quoted(kind.name)}")
        behind = numbers_behind(TITLES["mistake_kinds"], kind)
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


def _clusters(lookup: Lookup) -> Iterator[Saying]:
    finding = lookup.finding(SLICES)
    if finding is None:
        yield _not_measured("Where mistakes cluster", SLICES, lookup)
        return
    ratio = lookup.measure(SLICES, "worst_ratio")
    tried = f"{plural(finding.tried, 'group')} of cases were tried" if finding.tried else None
    if not ratio or not ratio.groups:
        found = "no group of cases was found where mistakes clearly cluster"
        yield Saying(text=sentence(f"{tried}, and {found}" if tried else found), check=SLICES)
        return
    worst = ratio.groups[0]
    yield Saying(text=f"Mistakes cluster. The worst group found is {quoted(worst.name)}.", check=SLICES, key=True)
    rate = lookup.part(SLICES, "slice_error_rate", worst.name)
    unit = finding.measures["slice_error_rate"].unit if rate else RATIO
    if rate and unit == SHARE:
        behind = numbers_behind(TITLES["slice_error_rate"], rate)
        yield Saying(text=sentence(f"in it, {of_100(rate, 'answers are wrong')}"), behind=(behind,), check=SLICES)
    elif rate and unit != RATIO:
        behind = numbers_behind(TITLES["mean_error"], rate)
        yield Saying(text=f"In it, an answer is off by {amount(rate)} on average.", behind=(behind,), check=SLICES)
    behind = numbers_behind(TITLES["worst_ratio"], worst)
    yield Saying(text=f"That is {amount(worst, 'times the average')}.", behind=(behind,), check=SLICES)
    share = lookup.part(SLICES, "slice_share", worst.name)
    if share:
        behind = numbers_behind(TITLES["slice_share"], share)
        yield Saying(text=f"Of all cases, {of_100(share, 'are in this group')}.", behind=(behind,), check=SLICES)
    if tried:
        held = plural(len(ratio.groups), "group")
        half = f"On the other half, {held} proved worse than the average. They may overlap"
        yield Saying(text=sentence(f"{tried} on one half of the cases. {half}"), check=SLICES)


def _alternatives(lookup: Lookup) -> Iterator[Saying]:
    finding = lookup.finding(RATE)
    if finding is None:
        yield _not_measured("How a simple rule would do", RATE, lookup)
        return
    regression = lookup.edition.record.plan.subject.task is Task.REGRESSION
    wrong, off = lookup.measure(RATE, "trivial_error_rate"), lookup.measure(RATE, "trivial_mean_error")
    ratio = lookup.measure(RATE, "error_ratio")
    if ratio:
        does = "where the simplest rule is off by 100" if regression else "for every 100 mistakes of the simplest rule"
        makes = "is off by" if regression else "makes"
        words = f"{does}, the system {makes} {amount(ratio, scale=100)}. {_compared(ratio)}"
        yield _say(words, finding, "error_ratio", key=True)
    if wrong or off or ratio:
        gives = "the same middle value" if regression else "the most common answer"
        yield Saying(text=f"The simplest rule looks at nothing. It always gives {gives}.", check=RATE)
    if wrong:
        yield _say(f"with that rule, {of_100(wrong, 'answers would be wrong')}", finding, "trivial_error_rate")
    elif off:
        words = f"with that rule, an answer would be off by {amount(off)}{_unit(off, lookup)} on average"
        yield _say(words, finding, "trivial_mean_error")
    yield from _second_choices(lookup, finding)


def _second_choices(lookup: Lookup, finding: Finding) -> Iterator[Saying]:
    close, second = lookup.ranged(RATE, "close_calls"), lookup.ranged(RATE, "runner_up_right")
    if close:
        words = f"in {of_100(close, 'answers')} the second choice came close"
        yield _say(f"{words}. Close means within 10 points of 100", finding, "close_calls")
    if second:
        yield _say(f"of its mistakes, the second choice was right in {of_100(second)}", finding, "runner_up_right")


def _trust(lookup: Lookup) -> Iterator[Saying]:
    finding = lookup.finding(RATE)
    rate, size = lookup.measure(RATE, "error_rate"), lookup.measure(RATE, "mean_error")
    if finding is None or not (rate or size):
        yield _not_measured("What it costs to trust it blind", RATE, lookup)
        return
    if rate:
        words = of_10_000(rate, "answers that nobody checks", "would be wrong")
        yield _say(words, finding, "error_rate", key=True)
        yield Saying(text="The test cannot say which ones.")
    elif size:
        words = f"an answer that nobody checks would be off by {amount(size)}{_unit(size, lookup)} on average"
        yield _say(f"{words}. Single answers can be off by much more", finding, "mean_error", key=True)
    ratio = lookup.measure(SLICES, "worst_ratio")
    if ratio and ratio.groups:
        yield Saying(
            text="The mistakes would not hit all alike. The groups where they cluster would bear more than their part."
        )
    yield Saying(text="All this is true only if new cases are like the tested ones.")


def _say(words: str, finding: Finding, name: str, *, key: bool = False) -> Saying:
    behind = numbers_behind(TITLES[name], finding.measures[name])
    return Saying(text=sentence(words), behind=(behind,), check=finding.check, key=key)


def _not_measured(what: str, check: str, lookup: Lookup) -> Saying:
    why = lookup.why_absent(check)
    return Saying(text=f"{what} was not measured. {why}" if why else f"{what} is not covered.", check="")


def _unit(measure: Measure, lookup: Lookup) -> str:
    if measure.unit in (SHARE, RATIO, ""):
        return ""
    unit = lookup.edition.record.plan.subject.target if measure.unit == OWN_UNIT else measure.unit
    return f", in the unit of {quoted(unit)}"


def _compared(ratio: Measure) -> str:
    interval = ratio.interval
    if interval and interval.upper is not None and interval.upper < 1:
        return "So the system does better than the rule."
    if interval and interval.lower is not None and interval.lower > 1:
        return "So the system does worse than the rule."
    return "So nobody can say that the system does better than the rule."
