# SPDX-License-Identifier: Apache-2.0
"""Which of a finding's numbers are drawn: what is judged, and what makes it understood; four charts at most."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from markupsafe import Markup

from probatum.facts.finding import Json, Measure, Part
from probatum.facts.record import MeasureVerdict
from probatum.report import bracket, curve, grades
from probatum.report.bracket import CERTIFIED, CLEAN, EMPIRICAL, bracket_chart
from probatum.report.charts import ROWS_SHOWN, interval_bars
from probatum.report.curve import curve_chart
from probatum.report.fooled import radius_of
from probatum.report.grades import grades_chart
from probatum.report.reliability import reliability_chart
from probatum.report.titles import in_order, part_name, title_of

CHARTS_SHOWN = 4
HINT = "On the dashed line, what it said came true just as often. Below it, it said too much; above it, too little."
_WHOLE = {  # what a measure's own number is of; None: the worst of the groups is drawn among them
    "worst_excess": None,
    "worst_ratio": None,
    "skill": "The system",
    "max_gap": "The largest gap",
    "column_tells": None,
    grades.LOST: "All kinds, on average",
}
_DRAWN_TOO = ("true_positive_rate", "false_positive_rate", "mean_signed_error", "column_tells")
_ROWS = {"max_gap": 5, grades.LOST: 14}  # all that there is to damage in a picture
_OWN_CHART = ("said", "reliability", EMPIRICAL, CERTIFIED, *grades.OTHERS)  # whose groups are drawn, but not as bars
# Measures that mean more side by side: under one title, each with the name of its row.
_TOGETHER: dict[str, dict[str, str]] = {
    "Share of wrong answers, on cases seen and not seen": {
        "train_error_rate": "Cases it learned from",
        "unseen_error_rate": "The same cases, had it not seen them",
        "test_error_rate": "Held-out cases",
    },
    "Errors, on cases seen and not seen": {
        "train_error_ratio": "Cases it learned from",
        "unseen_error_ratio": "The same cases, had it not seen them",
        "test_error_ratio": "Held-out cases",
    },
    "Right answers turned wrong, by the change found and by chance": {
        "turned_share": "The one change that was found",
        "random_share": "Random changes of the same size",
    },
    "Right answers turned wrong, by the patch found and by others": {
        "turned_share": "The patch that was found",
        "noise_share": "A patch of random points",
        "grey_share": "A plain grey patch",
        "bright_share": "A plain patch, as bright as can be",
        "dark_share": "A plain patch, as dark as can be",
    },
    "Test cases that stand in training": {
        "exact_shared": "To the letter",
        "near_shared": "Nearly",
        "chance_shared": "To the letter, by chance alone",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """One chart with what it takes to read it."""

    title: str
    svg: Markup
    names: frozenset[str]  # of the measures it shows
    hint: str | None = None


def drawings(
    measures: Mapping[str, Measure],
    judged: Mapping[str, MeasureVerdict],
    anchor: str,
    options: Mapping[str, Json] | None = None,
) -> tuple[Drawing, ...]:
    """Return the drawings of a finding; where nothing is judged, whatever has groups is drawn."""
    found = (
        *_bracket(measures, options or {}, anchor),
        *_reliability(measures, anchor),
        *_grades(measures, anchor),
        *_as_bars(measures, judged, anchor),
        *_side_by_side(measures, anchor),
    )
    return found[:CHARTS_SHOWN]


def _bracket(measures: Mapping[str, Measure], options: Mapping[str, Json], anchor: str) -> Iterator[Drawing]:
    title = "The bracket: what is proven safe, what was shown broken, and what nobody knows"
    svg = bracket_chart(measures, id=f"{anchor}-bracket", title=title)
    if svg is None:
        return
    yield Drawing(title=title, svg=svg, names=frozenset((CLEAN, EMPIRICAL, CERTIFIED)), hint=bracket.HINT)
    title = "How many answers hold, the further an attacker may go"
    empirical, certified, clean = measures[EMPIRICAL], measures.get(CERTIFIED), measures[CLEAN]
    svg = curve_chart(empirical, certified, clean, radius_of(options), id=f"{anchor}-curve", title=title)
    if svg is not None:
        yield Drawing(title=title, svg=svg, names=frozenset((EMPIRICAL, CERTIFIED)), hint=curve.HINT)


def _reliability(measures: Mapping[str, Measure], anchor: str) -> Iterator[Drawing]:
    said, came_true = measures.get("said"), measures.get("reliability")
    if not said or not came_true:
        return
    title = "What it said, and how often that came true"
    svg = reliability_chart(said, came_true, id=f"{anchor}-reliability", title=title)
    if svg is not None:
        yield Drawing(title=title, svg=svg, names=frozenset(("said", "reliability")), hint=HINT)


def _grades(measures: Mapping[str, Measure], anchor: str) -> Iterator[Drawing]:
    title = "Right answers lost, by kind and severity of damage, of 100"
    svg = grades_chart(measures, id=f"{anchor}-grades", title=title)
    if svg is not None:
        names = frozenset((*grades.AT, grades.REFUSED))
        yield Drawing(title=title, svg=svg, names=names, hint=grades.HINT)


def _as_bars(measures: Mapping[str, Measure], judged: Mapping[str, MeasureVerdict], anchor: str) -> Iterator[Drawing]:
    for place, name in enumerate(_bars(measures, judged), start=1):
        svg = interval_bars(
            _named(measures[name]),
            id=f"{anchor}-chart-{place}",
            title=title_of(name),
            judged=judged.get(name),
            whole_name=_WHOLE.get(name, "All cases"),
            rows_shown=_ROWS.get(name, ROWS_SHOWN),
        )
        if svg is not None:
            yield Drawing(title=title_of(name), svg=svg, names=frozenset((name,)))


def _side_by_side(measures: Mapping[str, Measure], anchor: str) -> Iterator[Drawing]:
    for place, (title, names) in enumerate(_TOGETHER.items(), start=1):
        together = _together(measures, names)
        if together is None:
            continue
        svg = interval_bars(together, id=f"{anchor}-beside-{place}", title=title, whole_name=None)
        if svg is not None:
            yield Drawing(title=title, svg=svg, names=frozenset(names))


def _bars(measures: Mapping[str, Measure], judged: Mapping[str, MeasureVerdict]) -> list[str]:
    """Return what is drawn as bars; an exact count needs no drawing."""
    grouped = [name for name in in_order(measures) if measures[name].groups and name not in _OWN_CHART]
    drawn = [name for name in in_order(measures) if name in judged] or grouped[:1]
    drawn += [name for name in _DRAWN_TOO if name in measures and name not in drawn]
    return [name for name in drawn if measures[name].interval is not None or measures[name].groups]


def _named(measure: Measure) -> Measure:
    return replace(measure, groups=tuple(replace(part, name=part_name(part.name)) for part in measure.groups))


def _together(measures: Mapping[str, Measure], names: Mapping[str, str]) -> Measure | None:
    """Return several measures as the groups of one; None where there are not two of them."""
    known = [(words, measures[name]) for name, words in names.items() if name in measures]
    if len(known) < 2:
        return None
    parts = tuple(Part(name=words, value=one.value, interval=one.interval, n=one.n) for words, one in known)
    return Measure(value=None, unit=known[0][1].unit, interval=None, n=known[0][1].n, groups=parts)
