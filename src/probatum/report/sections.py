# SPDX-License-Identifier: Apache-2.0
"""One section a finding: its question, its verdict and limit, and every number that it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from probatum.facts.finding import Advice, Finding, Known, Measure, Part, State, Topic
from probatum.facts.record import FindingVerdict, MeasureVerdict
from probatum.facts.threats import Reference
from probatum.report.bracket import text_bar
from probatum.report.drawings import Drawing, drawings
from probatum.report.examples import Examples, shown
from probatum.report.fooled import BEWARE, EVASION, UNPROVEN, beware, undecided, unproven
from probatum.report.interface import Edition
from probatum.report.lookup import Lookup
from probatum.report.marks import Mark, mark_of, verdict_on
from probatum.report.pictures import Strip, strip
from probatum.report.tables import GroupTable, MeasureRow, group_tables, measure_rows
from probatum.report.titles import part_name, title_of
from probatum.report.words import (
    COUNTED,
    NO_RANGE,
    OF_RULE,
    RATIO,
    SHARE,
    UNKNOWN,
    brief,
    highest,
    limit_in_words,
    noun_of,
    number,
    plural,
    quoted,
    range_of,
    sentence,
    visible,
    whole_for,
)

EXACT = "This was counted, so there is no doubt about the number."
_TABLES_SHOWN = 2  # the others unfold
DETAILS_SHOWN = 4
_BAR_LETTERS = 60  # of the bracket as text
# Differences of errors told in those of the simplest rule: not "times as many", but so many times its error.
_DIFFERENCES = ("gap", "held_out_gap", "max_gap", "mean_signed_error", "mean_signed_error_gap")
_KNOWN = {
    Known.PROVEN: "Proven: there is no doubt about the number.",
    Known.MEASURED: "Measured on a sample of cases, so every number has a range.",
    Known.DECLARED: "Declared: people said so, and no test stands behind it.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitStory:
    """One judged measure: the limit, why it is that, and what came of it."""

    mark: Mark
    title: str
    limit: str
    measured: str
    because: str
    source: str  # where the limit comes from
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Everything that the page says of one finding."""

    anchor: str
    title: str
    question: str
    check: str
    part: str
    mark: Mark
    sentence: str
    why: str | None
    warnings: tuple[str, ...]  # why the numbers may be too good, and why nothing is proven
    details: tuple[str, ...]  # those in sight
    remarks: tuple[str, ...]  # those that unfold
    known: str
    limits: tuple[LimitStory, ...]
    drawings: tuple[Drawing, ...]
    bar: tuple[str, str] | None  # the bracket as text, and what its signs mean
    measures: tuple[MeasureRow, ...]
    groups: tuple[GroupTable, ...]  # those in sight
    further: tuple[GroupTable, ...]  # those that unfold
    examples: Examples
    pattern: Strip | None  # what was put on every picture; before it: what it is compared with
    advice: tuple[Advice, ...]
    topics: tuple[Topic, ...]
    taxonomy: tuple[Reference, ...]
    tried: str | None
    holds: str | None
    options: tuple[tuple[str, str], ...]
    seed_name: str


def sections(edition: Edition) -> tuple[Section, ...]:
    """Return a section for each finding, in the record's order."""
    lookup = Lookup(edition)
    return tuple(
        _section(finding, f"finding-{place}", lookup) for place, finding in enumerate(edition.findings, start=1)
    )


def _section(finding: Finding, anchor: str, lookup: Lookup) -> Section:
    verdict = verdict_on(finding, lookup.edition.judgement.verdicts)
    card = lookup.card(finding.check)
    judged = {one.measure: one for one in verdict.measures}
    measures = {name: _in_its_unit(name, measure) for name, measure in finding.measures.items()}
    drawn = drawings(measures, judged, anchor, finding.options)
    tables, further = _in_sight(group_tables(measures, tuple(judged)), drawn)
    details = tuple(
        sentence(visible(detail)) for detail in finding.details if not detail.startswith((BEWARE, UNPROVEN))
    )
    in_sight = len(details) if finding.check == EVASION else DETAILS_SHOWN
    return Section(
        anchor=anchor,
        title=lookup.title(finding.check),
        question=card.question if card else "",
        check=finding.check,
        part=finding.part,
        mark=mark_of(verdict.verdict),
        sentence=sentence(visible(finding.sentence)),
        why=_why(finding, verdict),
        warnings=(*unproven(finding), *beware(finding)),
        details=details[:in_sight],
        remarks=details[in_sight:],
        known=_KNOWN[finding.known] if finding.state in (State.MEASURED, State.DECLARED) else "",
        limits=tuple(_limit(one, measures) for one in verdict.measures),
        drawings=drawn,
        bar=text_bar(measures, width=_BAR_LETTERS),
        measures=measure_rows(measures, tuple(judged)),
        groups=tables,
        further=further,
        examples=shown(finding.examples),
        pattern=None if finding.pattern is None else strip(finding.pattern),
        advice=finding.advice,
        topics=finding.topics,
        taxonomy=card.taxonomy if card else (),
        tried=None if finding.tried is None else f"{finding.tried:,}",
        holds=plural(finding.holds_days, "day") if finding.state is State.MEASURED else None,
        options=tuple((visible(name), visible(str(value))) for name, value in sorted(finding.options.items())),
        seed_name=finding.seed_name,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What was seen on the machine of the run; no part of the record, and never judged."""

    title: str
    sentence: str
    details: tuple[str, ...]
    advice: tuple[Advice, ...]


def seen_here(edition: Edition) -> tuple[Sight, ...]:
    """Return what was seen on the machine and is not judged; what there was not to look at is left out."""
    lookup = Lookup(edition)
    return tuple(
        Sight(
            title=lookup.title(finding.check),
            sentence=sentence(visible(finding.sentence)),
            details=tuple(
                sentence(visible(detail)) for detail in (*finding.details, *([finding.why] if finding.why else []))
            ),
            advice=finding.advice,
        )
        for finding in edition.observed
        if finding.state is not State.NOT_APPLICABLE and not finding.judged
    )


def _in_sight(
    tables: tuple[GroupTable, ...], drawn: tuple[Drawing, ...]
) -> tuple[tuple[GroupTable, ...], tuple[GroupTable, ...]]:
    """Return the tables in sight, and those that unfold: pairs of groups, and what is drawn anyway."""
    told = frozenset(name for drawing in drawn for name in drawing.names)
    fresh = [table for table in tables if not (table.names <= told or table.of_pairs)][:_TABLES_SHOWN]
    return tuple(fresh), tuple(table for table in tables if table not in fresh)


def _why(finding: Finding, verdict: FindingVerdict) -> str | None:
    why = verdict.why or finding.why
    return sentence(visible(why)) if why else None


def _limit(judged: MeasureVerdict, measures: Mapping[str, Measure]) -> LimitStory:
    measure = measures.get(judged.measure)
    unit = measure.unit if measure else ""
    mark = mark_of(judged.verdict)
    counted = measure is not None and measure.value is not None and measure.interval is None
    in_vain = undecided(judged, measures)
    scope = f" {visible(measure.scope)}" if measure and measure.scope else ""
    needed = (
        f" About {judged.rows_needed:,} fresh cases would decide it, with a chance of 8 in 10."
        if judged.rows_needed and not judged.why
        else ""
    )
    return LimitStory(
        mark=mark,
        title=title_of(judged.measure),
        limit=limit_in_words(judged.direction, judged.limit, unit),
        measured=_measured(judged, measure),
        because=sentence(visible(judged.because)),
        source=sentence(visible(judged.source)),
        outcome=(in_vain or f"{sentence(visible(judged.why or (EXACT if counted else mark.means)))}{needed}") + scope,
    )


def _measured(judged: MeasureVerdict, measure: Measure | None) -> str:
    """Return the number as finely as it takes to see on which side of the limit it lies."""
    if measure is None:
        return UNKNOWN
    if measure.value is None:
        return _range_alone(judged, measure)
    if measure.widest is not None:
        return _of_the_worst(judged, measure, measure.widest)
    if measure.interval is None and measure.unit != SHARE:
        of_all = f" of {measure.n:,}" if measure.unit in COUNTED else ""
        return (
            f"{number(measure.value)}{of_all} {noun_of(measure.unit, measure.n if of_all else measure.value)}".strip()
        )
    return _fine(judged, measure)


def _of_the_worst(judged: MeasureVerdict, measure: Measure, widest: Part) -> str:
    """Return the number of the worst group with its own range, and which other group may be worse still."""
    worst = measure.groups[0] if measure.groups else widest
    own = replace(measure, value=worst.value, interval=worst.interval)
    shown = f"{_fine(judged, own)}, {quoted(part_name(worst.name))}"
    if worst.name == widest.name:
        return shown
    whole, unit = _told_of(judged, measure)
    most = highest(widest, whole)
    return f"{shown}; no more than {most} {unit}".rstrip() + f" in any other, {quoted(part_name(widest.name))}"


def _range_alone(judged: MeasureVerdict, measure: Measure) -> str:
    whole, unit = _told_of(judged, measure)
    between = range_of(measure, whole)
    half = measure.interval is not None and measure.interval.upper is None  # "unknown, at least 0.5" helps nobody
    return UNKNOWN if half or between in (None, NO_RANGE) else f"{UNKNOWN}, {between} {unit}".rstrip()


def _fine(judged: MeasureVerdict, measure: Measure) -> str:
    whole, unit = _told_of(judged, measure)
    shown = brief(measure, whole, finer=1)
    return shown.replace(" (", f" {unit} (", 1) if unit else shown


def _told_of(judged: MeasureVerdict, measure: Measure) -> tuple[int, str]:
    """Return by what to multiply a number, and its unit then."""
    if measure.unit != SHARE:
        return 1, noun_of(measure.unit, measure.value)
    whole = whole_for(judged.limit)
    return whole, f"of {whole:,}"


def _in_its_unit(name: str, measure: Measure) -> Measure:
    return replace(measure, unit=OF_RULE) if measure.unit == RATIO and name in _DIFFERENCES else measure
