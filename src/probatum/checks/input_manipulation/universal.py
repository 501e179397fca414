# SPDX-License-Identifier: Apache-2.0
"""Is there one small change that, made to many cases alike, turns many right answers wrong at once?

Vector      input manipulation; the property at risk is integrity.
Attacker    finds one change once and makes it to every case, without looking at the case: a sticker on the lens, the
            same small lie on every form. What may change, and how far, is as in ``input-manipulation/evasion``: each
            number of a row by a share of its column's usual range (from the 5th to the 95th of 100 training rows), in
            the columns and directions that the description gives under [attack], whole numbers by whole steps; of a
            picture, each point by a share of the range of all points. A cell that the change would take beyond the
            least or the most that was seen stays there; a missing cell stays missing; a row that would break a stated
            relation is not turned. Follows gradients where the model is a network that can be looked into; else asks.
Measure     turned_share: of the answers that are right, the share that the one change turns wrong. The change is found
            on one half of the rows and measured on the other, which the search never saw. random_share: the share that
            random changes of the same size turn on the same rows, a new one for each row.
Judged      turned_share, against the policy's limit. A pass says that several searches found no such change.
Source      Moosavi-Dezfooli et al. 2017, arXiv:1610.08401; by gradients Shafahi et al. 2020, arXiv:1811.11304; by
            asking Andriushchenko et al. 2020, arXiv:1912.00049. Range: Clopper and Pearson 1934.
Not shown   that there is no better change: the search is limited, and what is measured is the best that it found. How
            many answers changes made to fit each case would turn: see ``input-manipulation/evasion``.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from probatum.checks.inapplicable import NO_CLASS, not_applicable, nothing_to_ask, only_text
from probatum.checks.input_manipulation.affordable import within_steps
from probatum.checks.input_manipulation.evading import Cells
from probatum.checks.input_manipulation.halves import (
    Halves,
    halves,
    network_of,
)
from probatum.checks.input_manipulation.table import Numbered
from probatum.checks.interface import Check
from probatum.engines.evasion.shared import search, usual
from probatum.engines.evasion.threat import Region, norm_of
from probatum.engines.evasion.universal import Changes, Span, leanings, plainest
from probatum.engines.mistakes.classes import share
from probatum.facts.capabilities import Capability
from probatum.facts.deciding import without_events
from probatum.facts.finding import Advice, Finding, Measure, Picture
from probatum.facts.numbers import plain_number
from probatum.facts.plan import Effort, Terms
from probatum.facts.policy import at_most
from probatum.facts.progress import Tell, in_turn
from probatum.facts.threats import CLASSIFICATION, Property, Vector, atlas, exchange, nist, owasp
from probatum.facts.work import Expected, Scope
from probatum.systems.datasets.stated import shortened
from probatum.systems.interface import Structured
from probatum.systems.structures import Linear, Network, Structure
from probatum.systems.views import AttackedRows

TOLD = 6  # parts of a change that are told in words


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Settings of this check; every field is written into the evidence."""

    radius: float = 0.03  # share of a column's usual range (5th to 95th of 100); of a picture, of the range of points
    norm: str = "linf"  # of pictures: linf, l2 or l1; each number of a table moves by itself
    rows: int = 600  # held-out rows that are tried; the search sees half of those answered rightly
    queries: int = (
        120  # changes asked about, where the model can only be asked; in the search; each on all rows of its half
    )
    steps: int = 60  # of gradients, where the model is a network
    restarts: int = 3  # searches, each from other random changes; the best on the searched half is measured
    work: float = 1e12  # multiplications of a network's answers in the search, at most: fewer rows are tried beyond
    examples: int = 5  # most examples shown


def run(system: Structured, data: AttackedRows, options: Options, terms: Terms, rng: np.random.Generator) -> Finding:
    """Find one change on half of the rows and measure it on the other; draws rows and changes."""
    refused = nothing_to_ask(data.rows) or only_text(data.rows)
    if refused is not None:
        return refused
    if options.radius <= 0:
        return not_applicable("The radius is not above zero: no change at all is allowed.", "Set a radius above zero.")
    affordable = within_steps(
        system.structure(), data.rows, options.rows, options.steps * options.restarts, options.work
    )
    found = halves(system, data, affordable.rows, rng, norm=norm_of(options.norm))
    span = found.target.span(options.radius)
    if span.empty:
        return not_applicable(
            "There is no number that an attacker may change so far.",
            "List the columns that can be stated falsely under [attack] controls, or set a larger radius.",
        )
    region = found.target.region(options.radius)
    change, how = _search(system, found, region, span, options, terms.tell, rng)
    fresh = _changes(found, region, span, found.fresh)
    points = fresh.points(change)
    turned = found.turned(points, found.fresh)
    chance = _moved_each(found, region, span.corners(len(found.fresh), rng))
    by_chance = found.turned(chance, found.fresh)
    measures = {
        "turned_share": share(int(turned.sum()), len(turned), confidence=terms.confidence),
        "random_share": share(int(by_chance.sum()), len(turned), confidence=terms.confidence),
    }
    return Finding(
        sentence=_sentence(measures),
        details=(*_details(found, data, points, turned, change, options, how), *affordable.told()),
        measures=measures,
        examples=found.examples(points, np.flatnonzero(turned)[: options.examples], data, terms),
        pattern=_pattern(found, change, span, rng) if terms.include_rows else None,
        advice=_advice(measures),
        tried=len(found.y),
    )


def _changes(found: Halves, region: Region, span: Span, rows: np.ndarray) -> Changes:
    near = region.take(rows)
    return Changes(found.ask, found.target.x[rows], found.y[rows], span, lower=near.lower, upper=near.upper)


def _moved_each(found: Halves, region: Region, changes: np.ndarray) -> np.ndarray:
    """Return the fresh rows, each under a change of its own."""
    near, x = region.take(found.fresh), found.target.x[found.fresh]
    return np.asarray(np.clip(x + changes, near.lower, near.upper), dtype=x.dtype)


def _search(
    system: Structured,
    found: Halves,
    region: Region,
    span: Span,
    options: Options,
    tell: Tell,
    rng: np.random.Generator,
) -> tuple[np.ndarray, str]:
    """Return the change of the best search, (...), and how it was found; which is best, the searched half tells."""
    tried = [
        _search_once(system, found, region, span, options, on, rng) for on in in_turn(tell, max(1, options.restarts))
    ]
    near = _changes(found, region, span, found.search)
    turned = [int(found.turned(near.points(change), found.search).sum()) for change, _, _ in tried]
    change, how, _ = tried[int(np.argmax(turned))]
    asked = sum(rows for _, _, rows in tried)
    times = "one search" if len(tried) == 1 else f"the best of {len(tried)} searches"
    return change, f"{times} {how}, {asked:,} rows in all"


def _search_once(
    system: Structured,
    found: Halves,
    region: Region,
    span: Span,
    options: Options,
    tell: Tell,
    rng: np.random.Generator,
) -> tuple[np.ndarray, str, int]:
    """Return a change, (...), how it was found, and how many rows were put through the model."""
    rows = found.search
    if isinstance(found.target, Cells):
        core = network_of(system, found)
        if isinstance(core, Network):
            from probatum.engines.evasion.tensor.universal import universal

            out = universal(
                core.module, found.target.x[rows], found.y[rows], region.take(rows), span, steps=options.steps,
                rng=rng, tell=tell,
            )  # fmt: skip
            rows_asked = out.work.gradient_rows + out.work.forward_rows
            return span.fitted(out.attack.astype(np.float64))[0], "by gradients", rows_asked
    changes = _changes(found, region, span, rows)
    scale = usual(found.margins[rows])
    hints = _hints(system, found, span)
    if hints is None and isinstance(found.target, Numbered):
        hints = leanings(changes, found.y[rows], span, rng=rng, most=options.queries)
    best = search(changes, scale=scale, tries=options.queries, rng=rng, hints=hints).attack
    if isinstance(found.target, Numbered):
        best = shortened(plainest(changes, best, scale=scale, rng=rng))  # measured as it will be printed
    return best, f"by asking about {changes.tried:,} changes", changes.tried * len(rows)


def _hints(system: Structured, found: Halves, span: Span) -> np.ndarray | None:
    """Return the changes that lower the margin of one class over another most, where the model is linear.

    The slope of such a margin is the same at every row, so that no other change of this size lowers it more.
    """
    if not isinstance(found.target, Numbered):
        return None
    structure = system.structure()
    if not isinstance(structure, Structure) or not isinstance(structure.core, Linear) or structure.inputs is None:
        return None
    weights = structure.core.weights
    weights = np.vstack([-weights, weights]) if len(weights) == 1 else weights
    slopes = np.zeros((len(weights), len(span.lower)))
    for column, one in enumerate(structure.inputs):
        if one.category is None and one.codes is None:
            slopes[:, one.column] += weights[:, column] * one.scale
    pairs = (slopes[:, None] - slopes[None]).reshape(-1, len(span.lower))
    hints = np.where(pairs > 0, span.lower, np.where(pairs < 0, span.upper, 0.0))
    return np.unique(span.fitted(hints), axis=0)


def _sentence(measures: dict[str, Measure]) -> str:
    turned, chance = (measures[name].per_100 or 0.0 for name in ("turned_share", "random_share"))
    return (
        f"One and the same small change turns {turned:.0f} of 100 right answers wrong; random changes of the same size "
        f"turn {chance:.0f}."
    )


def _details(
    found: Halves,
    data: AttackedRows,
    points: np.ndarray,
    turned: np.ndarray,
    change: np.ndarray,
    options: Options,
    how: str,
) -> Iterator[str]:
    picture = data.rows.pictures
    of = "the range of all points" if picture else "its column's usual range (between the 5th and the 95th of 100 rows)"
    yield f"Each number may change by up to {plain_number(100 * options.radius)} of 100 parts of {of}."
    if isinstance(found.target, Numbered):
        told = found.target.told(change)
        more = f"; and {len(told) - TOLD:,} smaller ones" if len(told) > TOLD else ""
        yield (
            f"The change: {'; '.join(told[:TOLD])}{more}."
            if told
            else "The search found nothing better than no change at all."
        )
    yield (
        f"It was found on {len(found.search):,} cases ({how}), and measured on {len(found.fresh):,} others; all "
        "of them are answered rightly as they are."
    )
    yield from found.toward(points[turned], data)


def _pattern(found: Halves, change: np.ndarray, span: Span, rng: np.random.Generator) -> Picture | None:
    """Return a random change beside the one that was found: middle grey for no change, as strong as can be shown."""
    if not isinstance(found.target, Cells):
        return None
    both = np.stack([span.corners(1, rng)[0], change])
    size = np.abs(both).reshape(2, -1).max(axis=1).reshape(-1, *([1] * change.ndim))
    shown = found.target.least + found.target.unit * (0.5 + 0.5 * both / np.maximum(size, 1e-300))
    return found.target.pair(shown[0], shown[1])


def _advice(measures: dict[str, Measure]) -> tuple[Advice, ...]:
    if not measures["turned_share"].value:
        return ()
    return (Advice(sentence="Look for the one change in the cases that come in: many cases moved alike are a sign."),)


def _work(scope: Scope) -> Expected:
    half = scope.count("restarts") * min(scope.rows, scope.count("rows")) / 2
    if scope.pictures and scope.has(Capability.GRADIENTS):
        return Expected(gradients=scope.count("steps") * half, asked=4 * half)
    return Expected(asked=1.3 * scope.count("queries") * half, calls=20 * scope.count("restarts"), seconds=0.5)


CHECK = Check(
    id="input-manipulation/universal",
    title="Fooled by one change for all",
    vector=Vector.INPUT_MANIPULATION,
    harms=Property.INTEGRITY,
    taxonomy=(nist("NISTAML.022"), atlas("AML.T0043"), owasp("ML01"), exchange("2.1")),
    tasks=CLASSIFICATION,
    not_for=NO_CLASS,
    needs=(Capability.PREDICTIONS,),
    uses=(Capability.SCORES, Capability.GRADIENTS, Capability.WEIGHTS),
    data=AttackedRows,
    options=Options,
    least_rows={"turned_share": lambda limit: 2 * without_events(limit)},  # half of the cases are searched
    judged={
        "turned_share": at_most(
            low=0.20,
            medium=0.10,
            high=0.05,
            because="One small change that turns many answers costs an attacker next to nothing for each of them.",
            tasks=CLASSIFICATION,
        )
    },
    by_effort={
        Effort.QUICK: {"work": 1e11, "rows": 300, "queries": 60, "steps": 30, "restarts": 2},
        Effort.DEEP: {"work": 5e13, "rows": 2000, "queries": 1000, "steps": 200, "restarts": 5},
    },
    work=_work,
    run=run,
)
