# SPDX-License-Identifier: Apache-2.0
"""The risk matrix: eight ways by which something goes wrong, three things that can be lost."""

from dataclasses import dataclass

from probatum.facts.threats import Property, Vector
from probatum.report.interface import Edition
from probatum.report.marks import ALL_MARKS, LEFT_OUT, NOT_APPLICABLE, Mark, gravest, mark_of, verdict_on
from probatum.report.words import visible


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A vector as a lay reader is told of it."""

    name: str
    subtitle: str | None
    means: str


WAYS = {
    Vector.USAGE: Way(name="Usage", subtitle=None, means="People trust it for more than it can do."),
    Vector.INPUT_MANIPULATION: Way(
        name="Input manipulation", subtitle=None, means="Somebody or something changes what it is given."
    ),
    Vector.DATA_MANIPULATION: Way(
        name="Data manipulation", subtitle=None, means="Somebody or something changes what it learns from."
    ),
    Vector.MODEL_MANIPULATION: Way(
        name="Model manipulation", subtitle=None, means="Somebody changes the model itself."
    ),
    Vector.INPUT_EXTRACTION: Way(
        name="Input extraction", subtitle="model inversion", means="Somebody works out what a person put in."
    ),
    Vector.DATA_EXTRACTION: Way(
        name="Data extraction",
        subtitle="privacy attacks on the training data",
        means="Somebody works out whose data it learned from.",
    ),
    Vector.MODEL_EXTRACTION: Way(name="Model extraction", subtitle=None, means="Somebody makes a copy of the model."),
    Vector.ENVIRONMENT: Way(
        name="Environment", subtitle=None, means="Somebody attacks the machine around it, or what lies behind."
    ),
}
LOSSES = {
    Property.CONFIDENTIALITY: ("Confidentiality", "secrets stay secret"),
    Property.INTEGRITY: ("Integrity", "answers stay right"),
    Property.AVAILABILITY: ("Availability", "it keeps working"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedCheck:
    """One check behind a cell."""

    id: str
    title: str
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixCell:
    """One way and one thing that can be lost."""

    harms: Property
    mark: Mark
    checks: tuple[MarkedCheck, ...]  # what stands behind the mark, gravest first


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """One way."""

    vector: Vector
    way: Way
    cells: tuple[MatrixCell, ...]  # in the order of LOSSES


def risk_matrix(edition: Edition) -> tuple[MatrixRow, ...]:
    """Return the gravest verdict in each cell; a cell without any check is not covered."""
    marks = _marks(edition)
    return tuple(
        MatrixRow(vector=vector, way=way, cells=tuple(_cell(edition, vector, harms, marks) for harms in LOSSES))
        for vector, way in WAYS.items()
    )


def covered(rows: tuple[MatrixRow, ...]) -> int:
    """Return how many cells some check gave an answer on."""
    silent = {"not-covered", "left-out", "not-applicable"}
    return sum(1 for row in rows for cell in row.cells if cell.mark.key not in silent)


def _marks(edition: Edition) -> dict[str, list[Mark]]:
    """Return every mark on each check: from its findings, or from its being left out."""
    marks: dict[str, list[Mark]] = {}
    for finding in edition.findings:
        verdict = verdict_on(finding, edition.judgement.verdicts)
        marks.setdefault(finding.check, []).append(mark_of(verdict.verdict))
    for omission in edition.record.plan.omitted:
        marks.setdefault(omission.check, []).append(LEFT_OUT if omission.chosen else NOT_APPLICABLE)
    return marks


def _cell(edition: Edition, vector: Vector, harms: Property, marks: dict[str, list[Mark]]) -> MatrixCell:
    here = [
        MarkedCheck(id=card.id, title=visible(card.title), mark=gravest(marks[card.id]))
        for card in edition.record.checks
        if (card.vector, card.harms) == (vector, harms) and card.id in marks
    ]
    here.sort(key=lambda check: ALL_MARKS.index(check.mark))
    return MatrixCell(harms=harms, mark=gravest(check.mark for check in here), checks=tuple(here))
