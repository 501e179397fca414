# SPDX-License-Identifier: Apache-2.0
"""One section a finding: its question, its verdict and limit, and every number that it rests on."""

from dataclasses import dataclass

from markupsafe import Markup

from probatum.facts.finding import Advice, Example, Finding, Known, Measure, Part, State, Topic
from probatum.facts.record import FindingVerdict, MeasureVerdict
from probatum.facts.threats import Reference
from probatum.report.charts import interval_bars
from probatum.report.interface import Edition
from probatum.report.lookup import Lookup
from probatum.report.marks import Mark, mark_of, verdict_on
from probatum.report.questions import TITLES
from probatum.report.reliability import reliability_chart
from probatum.report.words import (
    RATIO,
    SHARE,
    UNKNOWN,
    brief,
    in_unit,
    limit_in_words,
    number,
    plural,
    sentence,
    visible,
    whole_for,
)

GROUPS_SHOWN = 12
EXACT = "This was counted, so there is no doubt about the number."
# What a measure's own number is of; the worst of the groups is drawn among them.
_WHOLE = {"worst_ratio": None, "error_ratio": "The system"}
_GROUPED_BY = {"error_rate": "Right answer", "mistake_kinds": "Kind of mistake", "reliability": "What it said"}
_DRAWN_TOO = ("true_positive_rate", "false_positive_rate")  # beside what is judged
_TABLES_SHOWN = 2  # the others unfold
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
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRow:
    """One line of the table of measures."""

    title: str
    value: str
    range: str
    sure: str
    n: int
    method: str
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTable:
    """Measures within the same groups, side by side."""

    caption: str
    grouped_by: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...], int], ...]  # group, one text a column, rows it rests on

    @property
    def first(self) -> tuple[tuple[str, tuple[str, ...], int], ...]:
        """The rows that are always in sight."""
        return self.rows[:GROUPS_SHOWN]

    @property
    def rest(self) -> tuple[tuple[str, tuple[str, ...], int], ...]:
        """The rows that unfold."""
        return self.rows[GROUPS_SHOWN:]


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
    details: tuple[str, ...]
    known: str
    limits: tuple[LimitStory, ...]
    charts: tuple[tuple[str, Markup], ...]  # title, drawing
    measures: tuple[MeasureRow, ...]
    groups: tuple[GroupTable, ...]  # the first, always in sight
    further: tuple[GroupTable, ...]  # those that unfold
    examples: tuple[Example, ...]
    cells: tuple[str, ...]  # columns shown in the examples
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
        _section(finding, f"finding-{place}", lookup) for place, finding in enumerate(edition.record.findings, start=1)
    )


def _section(finding: Finding, anchor: str, lookup: Lookup) -> Section:
    verdict = verdict_on(finding, lookup.edition.judgement.verdicts)
    card = lookup.card(finding.check)
    judged = {one.measure: one for one in verdict.measures}
    return Section(
        anchor=anchor,
        title=lookup.title(finding.check),
        question=card.question if card else "",
        check=finding.check,
        part=finding.part,
        mark=mark_of(verdict.verdict),
        sentence=sentence(visible(finding.sentence)),
        why=_why(finding, verdict),
        details=tuple(sentence(visible(detail)) for detail in finding.details),
        known=_KNOWN[finding.known] if finding.state in (State.MEASURED, State.DECLARED) else "",
        limits=tuple(_limit(one, finding.measures.get(one.measure)) for one in verdict.measures),
        charts=_charts(finding, judged, anchor),
        measures=tuple(_measure_row(name, measure) for name, measure in finding.measures.items()),
        groups=_group_tables(finding)[:_TABLES_SHOWN],
        further=_group_tables(finding)[_TABLES_SHOWN:],
        examples=finding.examples,
        cells=tuple(dict.fromkeys(cell.column for example in finding.examples for cell in example.cells)),
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
    """Return what was seen on the machine, without what could not be looked at."""
    lookup = Lookup(edition)
    return tuple(
        Sight(
            title=lookup.title(finding.check),
            sentence=sentence(visible(finding.sentence)),
            details=tuple(sentence(visible(detail)) for detail in finding.details),
            advice=finding.advice,
        )
        for finding in edition.observed
        if finding.state is State.MEASURED
    )


def title_of(name: str) -> str:
    """Return what a measure is called on the page."""
    return TITLES.get(name, visible(name.replace("_", " ")).capitalize())


def _why(finding: Finding, verdict: FindingVerdict) -> str | None:
    why = verdict.why or finding.why
    return sentence(visible(why)) if why else None


def _limit(judged: MeasureVerdict, measure: Measure | None) -> LimitStory:
    unit = measure.unit if measure else ""
    mark = mark_of(judged.verdict)
    counted = measure is not None and measure.value is not None and measure.interval is None
    needed = f" About {judged.rows_needed:,} cases would decide it." if judged.rows_needed and not judged.why else ""
    return LimitStory(
        mark=mark,
        title=title_of(judged.measure),
        limit=limit_in_words(judged.direction, judged.limit, unit),
        measured=_measured(judged, measure),
        because=sentence(visible(judged.because)),
        outcome=f"{sentence(visible(judged.why or (EXACT if counted else mark.means)))}{needed}",
    )


def _measured(judged: MeasureVerdict, measure: Measure | None) -> str:
    """Return the number as finely as it takes to see on which side of the limit it lies."""
    if measure is None or measure.value is None:
        return UNKNOWN
    if measure.interval is None and measure.unit != SHARE:
        return number(measure.value)
    whole = whole_for(judged.limit) if measure.unit == SHARE else 1
    shown = brief(measure, whole, finer=1)
    unit = f"of {whole:,}" if measure.unit == SHARE else "times" if measure.unit == RATIO else ""
    return shown.replace(" (", f" {unit} (", 1) if unit else shown


def _charts(finding: Finding, judged: dict[str, MeasureVerdict], anchor: str) -> tuple[tuple[str, Markup], ...]:
    """Draw what is judged; where nothing is, whatever has groups."""
    drawn = [name for name in finding.measures if name in judged] or [
        name for name, measure in finding.measures.items() if measure.groups
    ][:1]
    drawn += [name for name in _DRAWN_TOO if name in finding.measures and name not in drawn]
    charts: list[tuple[str, Markup]] = []
    said, came_true = finding.measures.get("said"), finding.measures.get("reliability")
    if said and came_true:
        title = "What it said, and how often that came true"
        chart = reliability_chart(said, came_true, id=f"{anchor}-reliability", title=title)
        charts += [(title, chart)] if chart is not None else []
    for place, name in enumerate(drawn, start=1):
        measure, title = finding.measures[name], title_of(name)
        if measure.interval is None and not measure.groups:
            continue  # an exact count needs no drawing
        whole = _WHOLE.get(name, "All cases")
        chart = interval_bars(
            measure, id=f"{anchor}-chart-{place}", title=title, judged=judged.get(name), whole_name=whole
        )
        if chart is not None:
            charts.append((title, chart))
    return tuple(charts)


def _measure_row(name: str, measure: Measure) -> MeasureRow:
    interval = measure.interval
    exact = interval is None and measure.value is not None
    unit = "" if measure.unit == SHARE else f" {visible(measure.unit, longest=40)}"
    why = measure.why or (interval.why if interval else None)
    return MeasureRow(
        title=title_of(name),
        value=number(measure.value) + (unit if measure.value is not None else ""),
        range="exact" if exact else f"{number(interval.lower)} to {number(interval.upper)}" if interval else "unknown",
        sure=f"{interval.confidence * 100:g} of 100" if interval else "",
        n=measure.n,
        method=visible(interval.method) if interval else "count" if exact else "",
        why=sentence(visible(why)) if why else None,
    )


def _group_tables(finding: Finding) -> tuple[GroupTable, ...]:
    """Put measures over the same groups side by side, in the order of the first of them."""
    alike: dict[frozenset[str], list[str]] = {}
    for name, measure in finding.measures.items():
        if measure.groups:
            alike.setdefault(frozenset(part.name for part in measure.groups), []).append(name)
    return tuple(_group_table(finding, names) for names in alike.values())


def _group_table(finding: Finding, names: list[str]) -> GroupTable:
    by_group: list[dict[str, Part]] = [{part.name: part for part in finding.measures[name].groups} for name in names]
    wholes = [whole_for(*(part.value for part in parts.values())) for parts in by_group]  # one for a whole column
    rows = tuple(
        (
            visible(group),
            tuple(
                in_unit(parts[group], finding.measures[name].unit, whole=whole)
                for name, parts, whole in zip(names, by_group, wholes, strict=True)
            ),
            min(parts[group].n for parts in by_group),
        )
        for group in by_group[0]
    )
    return GroupTable(
        caption=title_of(names[0]),
        grouped_by=_GROUPED_BY.get(names[0], "Group"),
        columns=tuple(title_of(name) for name in names),
        rows=rows,
    )
