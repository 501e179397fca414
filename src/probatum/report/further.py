# SPDX-License-Identifier: Apache-2.0
"""What page one says of the checks beside the rate of mistakes: learned by heart, groups of people, leaks and others.

A check that is not known here, or whose measures are absent, is told by its own sentence.
"""

from collections.abc import Callable, Iterator

from probatum.facts.finding import Finding
from probatum.facts.threats import Task
from probatum.report.favour import compared, worse_off
from probatum.report.fooled import EVASION, evasion
from probatum.report.lookup import Lookup, numbers_behind
from probatum.report.marks import FAIL, PASS, gravest
from probatum.report.sayings import Saying, as_found, judged, say
from probatum.report.titles import part_name, title_of
from probatum.report.words import (
    OF_RULE,
    SHARE,
    amount,
    highest,
    in_unit,
    noun_of,
    number,
    of_100,
    quoted,
    sentence,
    turned,
    visible,
    whole_for,
)

OVERFITTING, BIAS, LEAKAGE = "usage/overfitting", "usage/bias", "data-manipulation/leakage"
CALIBRATION = "usage/calibration"
UNIVERSAL, PATCH = "input-manipulation/universal", "input-manipulation/patch"
CORRUPTION, SLOW = "input-manipulation/corruption", "input-manipulation/slow-inputs"
MALFORMED, MODEL_FILE = "input-manipulation/malformed-input", "environment/model-file"


# The attack in words, then by measure what it is compared with.
_ONE_FOR_ALL: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    UNIVERSAL: (
        "one and the same small change",
        (("random_share", "another change of that size, drawn at random for each case,"),),
    ),
    PATCH: (
        "a printed patch, seen anywhere in the picture,",
        (("grey_share", "a plain grey one, which only covers what lies under it,"),),
    ),
}


def told(finding: Finding, lookup: Lookup) -> tuple[Saying, ...]:
    """Return what a finding says on page one."""
    tell = _TOLD.get(finding.check)
    return tuple(tell(finding, lookup)) if tell else (as_found(finding),)


def leak(lookup: Lookup) -> Finding | None:
    """Return what was found of leaks, where a limit is broken: then no number of the test can be trusted."""
    finding = lookup.finding(LEAKAGE)
    return finding if finding and lookup.verdict(finding) is FAIL else None


def not_to_be_trusted(finding: Finding, lookup: Lookup) -> Saying:
    """Return the warning that stands right after the rate of mistakes."""
    words = f"do not lean on this number. {_own(finding)} So the test can make the system look better than it is"
    return judged(words, finding, _gravest_of(("giveaway_columns", "shared_rows"), lookup), lookup, key=True)


def _overfitting(finding: Finding, lookup: Lookup) -> Iterator[Saying]:
    regression = lookup.edition.record.plan.subject.task is Task.REGRESSION
    kind = "error_ratio" if regression else "error_rate"
    seen, unseen = lookup.measure(OVERFITTING, f"train_{kind}"), lookup.measure(OVERFITTING, f"unseen_{kind}")
    other, gap = lookup.measure(OVERFITTING, f"test_{kind}"), lookup.measure(OVERFITTING, "gap")
    if gap == lookup.measure(OVERFITTING, "held_out_gap"):  # the gap of this very model is the worse one
        unseen = None
    later = unseen or other
    if not seen or not later or not gap:
        yield judged(_own(finding), finding, "gap", lookup)
        return
    others = "had it not seen them, that" if unseen else "on other cases, it"
    if regression:
        words = "where the simplest rule is off by 100 on cases it learned from, the system is off by"
        before, after = amount(seen, scale=100), amount(later, scale=100)
        yield say(f"{words} {before}. {sentence(f'{others} is {after}')}", finding, f"train_{kind}")
        size = amount(gap, scale=100)
    else:
        whole = whole_for(seen.value, later.value)  # one for both, so that they can be compared
        before, after = of_100(seen, "answers are wrong", whole=whole), of_100(later, whole=whole)
        yield say(f"on cases it learned from, {before}. {sentence(f'{others} is {after}')}", finding, f"train_{kind}")
        size = of_100(gap, "cases" if unseen else "")
    if gap.interval is None or (gap.interval.lower or 0.0) <= 0:
        yield judged("so nobody can say that it does worse on cases it has not seen", finding, "gap", lookup)
    else:
        allowed = ", which the limit allows" if lookup.mark(OVERFITTING, "gap") is PASS else ""
        learned = f"so it got {size} right only since it had learned them by heart"
        worse = f"so it does worse on cases it has not seen, by {size}"
        yield judged((learned if unseen and not regression else worse) + allowed, finding, "gap", lookup)


def _bias(finding: Finding, lookup: Lookup) -> Iterator[Saying]:
    yield from _gaps(finding, lookup)
    if not lookup.edition.record.plan.subject.decisions:  # of a table of decisions, that was told first
        for part in worse_off(finding)[:1]:
            yield from compared(finding, part, lookup)


def _gaps(finding: Finding, lookup: Lookup) -> Iterator[Saying]:
    yield judged(_own(finding), finding, "max_gap", lookup)
    gap = finding.measures.get("max_gap")
    if gap is None or gap.interval is None:
        return
    if gap.scope:
        yield say(visible(gap.scope), finding, "max_gap")
    worst = gap.groups[0] if gap.groups else None
    if worst is None or not gap.interval.lower:
        if gap.interval.why:
            yield say(visible(gap.interval.why), finding, "max_gap")
        return
    size = in_unit(worst, gap.unit if gap.unit == SHARE else OF_RULE)
    behind = numbers_behind(part_name(worst.name), worst)
    yield Saying(text=sentence(f"that is a gap of {size}"), behind=(behind,), check=BIAS)
    alone = lookup.part_of(finding, "expected_gap", worst.name)
    if alone is not None:
        behind = numbers_behind(title_of("expected_gap"), alone)
        words = f"had it judged every group equally well, the gap would still be {of_100(alone, whole=100)}"
        why = "since groups differ in how often that answer is right"
        yield Saying(text=sentence(f"{words}, {why}"), behind=(behind,), check=BIAS)
    wider = gap.widest
    if wider is None and gap.interval.why:
        yield say(visible(gap.interval.why), finding, "max_gap")
    if wider is not None and wider.name != worst.name:
        most = f"{highest(wider, 100)} of 100" if gap.unit == SHARE else f"{highest(wider)} {noun_of(OF_RULE, None)}"
        words = f"elsewhere, a gap of up to {most} cannot be ruled out: {quoted(part_name(wider.name))}"
        behind = numbers_behind(part_name(wider.name), wider)
        yield Saying(text=sentence(words), behind=(behind,), check=BIAS)


def _leakage(finding: Finding, lookup: Lookup) -> Iterator[Saying]:
    if leak(lookup) is not None:
        return  # it was told beside the rate of mistakes
    yield judged(_own(finding), finding, _gravest_of(("shared_rows", "giveaway_columns"), lookup), lookup)


def _calibration(finding: Finding, lookup: Lookup) -> Iterator[Saying]:
    yield judged(_own(finding), finding, "calibration_error", lookup)
    too_sure = lookup.measure(CALIBRATION, "overconfidence")
    if too_sure is None or too_sure.interval is None:
        return
    if (too_sure.interval.lower or 0.0) > 0:
        yield say(f"it is surer than it should be, by {of_100(too_sure)}", finding, "overconfidence")
    elif (too_sure.interval.upper or 0.0) < 0:
        yield say(f"it is less sure than it could be, by {of_100(turned(too_sure))}", finding, "overconfidence")


def _malformed(finding: Finding, lookup: Lookup) -> Iterator[Saying]:
    yield judged(_own(finding), finding, "silent_nonsense", lookup)
    tried, refused, crashed = (lookup.measure(MALFORMED, name) for name in ("kinds_tried", "refused", "crashed"))
    if tried and refused and crashed:
        broke = f"broke on {number(crashed.value)}" if crashed.value else "never broke"
        words = f"of the {number(tried.value)} kinds it refused {number(refused.value)}, and it {broke}"
        yield say(words, finding, "refused")
    yield from _within(finding, lookup, "An answer counts as far from another where they differ by more than")


def _within(finding: Finding, lookup: Lookup, words: str) -> Iterator[Saying]:
    """Say within what distance a number counts as right; nothing where answers are classes."""
    within = lookup.measure(finding.check, "right_within")
    if within is None:
        return
    target = quoted(lookup.edition.record.plan.subject.target)
    why = "So much is the simplest rule off on average"
    yield say(f"{words} {number(within.value)}, in the unit of {target}. {why}", finding, "right_within")


def _model_file(finding: Finding, lookup: Lookup) -> Iterator[Saying]:
    yield judged(_own(finding), finding, "can_run_code", lookup)


def _turned(finding: Finding, lookup: Lookup) -> Iterator[Saying]:
    """Tell of one attack that serves for all: what it turns, with its range, and what is told beside it."""
    measure = lookup.measure(finding.check, "turned_share")
    if measure is None or measure.value is None:
        yield as_found(finding)
        return
    attack, others = _ONE_FOR_ALL[finding.check]
    beside = [(name, words, one) for name, words in others if (one := lookup.measure(finding.check, name))]
    whole = whole_for(measure.value, *(one.value for _, _, one in beside))  # one for all, so that they can be compared
    turns = of_100(measure, "right answers", whole=whole)
    passed = lookup.mark(finding.check, "turned_share") is PASS
    none = ". Our search found none that turns more; that does not prove that there is none" if passed else ""
    yield judged(f"{attack} turns {turns} wrong{none}", finding, "turned_share", lookup)
    for name, words, one in beside:
        yield say(f"{words} turns {of_100(one, whole=whole)}", finding, name)


def _damaged(finding: Finding, lookup: Lookup) -> Iterator[Saying]:
    """Tell what moderate damage turns wrong, on average and at worst, and how often it brings no answer."""
    names = ("lost_share", "worst_lost_share", "refused_share")
    lost, worst, silent = (lookup.measure(CORRUPTION, name) for name in names)
    if lost is None or worst is None or not lost.value or len(lost.groups) < 2:
        yield judged(_own(finding), finding, "lost_share", lookup)
    else:
        whole = whole_for(lost.value, worst.value)  # one for both, so that they can be compared
        turns = of_100(lost, "right answers", whole=whole)
        words = f"moderate damage of the input turns {turns} wrong, on average over {len(lost.groups)} kinds of damage"
        yield judged(words, finding, "lost_share", lookup)
        kind = quoted(lost.groups[0].name)
        words = f"the worst kind, {kind}, turns {of_100(worst, whole=whole)}"
        yield judged(words, finding, "worst_lost_share", lookup)
    yield from _within(finding, lookup, "An answer counts as right here while it is off by less than")
    if silent and silent.value:
        words = f"for {of_100(silent, 'right answers')}, damage brings no answer at all. That is not counted as wrong"
        yield say(words, finding, "refused_share")


def _gravest_of(names: tuple[str, ...], lookup: Lookup) -> str:
    """Return which of the measures of the check for leaks has the gravest verdict; the first of equals."""
    marks = {name: mark for name in names if (mark := lookup.mark(LEAKAGE, name)) is not None}
    worst = gravest(marks.values())
    return next((name for name, mark in marks.items() if mark is worst), names[0])


def _own(finding: Finding) -> str:
    return sentence(visible(finding.sentence))


_TOLD: dict[str, Callable[[Finding, Lookup], Iterator[Saying]]] = {
    OVERFITTING: _overfitting,
    BIAS: _bias,
    LEAKAGE: _leakage,
    CALIBRATION: _calibration,
    MALFORMED: _malformed,
    MODEL_FILE: _model_file,
    EVASION: evasion,
    UNIVERSAL: _turned,
    PATCH: _turned,
    CORRUPTION: _damaged,
}
