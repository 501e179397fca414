# SPDX-License-Identifier: Apache-2.0
"""How much does the system lose when its inputs are damaged as nature and routine damage them?

Vector      input manipulation; the property at risk is integrity, though nobody means any harm here.
Attacker    none. Pictures are noisy, blurred, badly lit, stored with loss, covered in part, turned or moved; tables
            have cells left empty, inexact or coarse numbers, numbers in a wrong unit, cells stuck at the usual or
            slipped into another line. Five grades of severity each.
Measure     lost_share: of the answers that are right, the share that becomes wrong under the damage that costs most, at
            the middle grade; its range holds for all kinds of damage at once. mean_lost_share: the mean over all kinds,
            by grade. refused_share: of the right answers, the share that the system refused to give again, over all
            kinds at the middle grade; a refusal is no wrong answer.
Judged      lost_share, against the policy's limit.
Source      Hendrycks and Dietterich 2019, arXiv:1903.12261; Schelter, Rukat and Biessmann 2020, SIGMOD; Clopper and
            Pearson 1934, with Šidák's correction over the kinds of damage.
Not shown   damage of other kinds or in other mixtures; how often such damage happens. A harder damage may be one that
            no person could read through either. Protected and unchangeable columns are damaged too: nature asks nobody.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from probatum.checks.inapplicable import not_applicable, nothing_to_ask
from probatum.checks.input_manipulation.damaging import Damaged, Pictures, Table
from probatum.checks.input_manipulation.evading import scores_of
from probatum.checks.input_manipulation.findings import labels_of
from probatum.checks.interface import Check
from probatum.engines.intervals.proportions import clopper_pearson
from probatum.errors import InsufficientDataError
from probatum.facts.capabilities import Capability
from probatum.facts.finding import Advice, Finding, Measure, Part
from probatum.facts.plan import Effort, Terms
from probatum.facts.policy import at_most
from probatum.facts.threats import CLASSIFICATION, Property, Vector, atlas, exchange
from probatum.systems.datasets import Rows
from probatum.systems.interface import Answers, Probed
from probatum.systems.views import TestRows

GRADES = (1, 2, 3, 4, 5)
MIDDLE = 3
MUCH = 0.1  # of the right answers lost: then something is to be done


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Settings of this check; every field is written into the evidence."""

    rows: int = 300  # held-out rows that are damaged


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What one kind of damage did to n right answers at one grade."""

    wrong: int
    refused: int


def run(system: Probed, data: TestRows, options: Options, terms: Terms, rng: np.random.Generator) -> Finding:
    """Damage rows in every way and grade, and count what is lost; draws the rows, and what the damages draw."""
    refused = nothing_to_ask(data.rows)
    if refused is not None:
        return refused
    chosen = np.sort(rng.permutation(len(data.rows))[: options.rows])
    rows = data.rows.take(chosen)
    right = labels_of(scores_of(system.answers(rows), len(rows.schema.classes))) == rows.truth
    if not right.any():
        raise InsufficientDataError("The system answers none of the rows rightly, so no answer can be lost.")
    rows = rows.take(np.flatnonzero(right))
    learned_from = data.train or data.rows
    picture = isinstance(rows.features, np.ndarray) and rows.features.ndim in (3, 4)
    kinds: Damaged = Pictures(rows, learned_from) if picture else Table(rows, learned_from)
    losses = {}
    for name in kinds.labels:
        found = [_loss(system, kinds.by(name, grade, rng), rows.truth) for grade in GRADES]
        if all(one is not None for one in found):
            losses[name] = [one for one in found if one is not None]
    if not losses:
        return not_applicable(
            "There is no cell of a kind that can be damaged here.", "Give numbers, categories or pictures."
        )
    return _finding(losses, kinds.labels, len(rows), terms)


def _loss(system: Probed, rows: Rows | None, truth: np.ndarray) -> Loss | None:
    """Count what became wrong, and what was refused."""
    if rows is None:
        return None
    said = system.probe(rows)
    if not isinstance(said, Answers):  # it raised: then it answered nothing wrongly
        return Loss(wrong=0, refused=len(truth))
    labels = np.where(said.given, said.labels, -1)
    return Loss(wrong=int(((labels != truth) & (labels >= 0)).sum()), refused=int((labels < 0).sum()))


def _finding(losses: dict[str, list[Loss]], labels: dict[str, str], n: int, terms: Terms) -> Finding:
    family = len(losses)
    at_middle = {name: found[MIDDLE - 1] for name, found in losses.items()}
    order = sorted(at_middle, key=lambda name: -at_middle[name].wrong)
    ranges = {
        name: clopper_pearson(one.wrong, n, confidence=terms.confidence, family=family)
        for name, one in at_middle.items()
    }
    parts = [Part(name=labels[name], value=at_middle[name].wrong / n, interval=ranges[name], n=n) for name in order]
    worst = order[0]
    lowest = max(one.lower or 0.0 for one in ranges.values())
    highest = max(1.0 if one.upper is None else one.upper for one in ranges.values())
    lost = Measure(
        value=at_middle[worst].wrong / n,
        unit="share",
        # the truly worst kind lies no lower than the highest lower end, and no higher than the highest upper end
        interval=replace(ranges[worst], lower=lowest, upper=highest),
        n=n,
        groups=tuple(parts),
        per_100=100 * at_middle[worst].wrong / n,
    )
    refused = sum(one.refused for one in at_middle.values())
    return Finding(
        sentence=_sentence(labels[worst], lost),
        details=tuple(_details(losses, labels, order, n)),
        measures={
            "lost_share": lost,
            "mean_lost_share": _mean(losses, n),
            "refused_share": _plain(refused, n * family),
        },
        advice=tuple(_advice(labels[worst], lost)),
        tried=n * family * len(GRADES),
    )


def _sentence(label: str, lost: Measure) -> str:
    if not lost.value:
        return "Of 100 right answers, none was lost to usual damage of the middle grade."
    return f"Of 100 right answers, {lost.per_100 or 0:.0f} become wrong under the damage that costs most: {label}."


def _details(losses: dict[str, list[Loss]], labels: dict[str, str], order: list[str], n: int) -> Iterator[str]:
    yield (
        f"{n:,} cases with a right answer were damaged in {len(losses)} ways, in five grades each; the middle grade is "
        "what is judged."
    )
    for name in order[:3]:
        by_grade = ", ".join(f"{100 * one.wrong / n:.0f}" for one in losses[name])
        yield f"Lost of 100, from the lightest to the heaviest grade, {labels[name]}: {by_grade}."
    silent = [labels[name] for name in order if losses[name][MIDDLE - 1].refused == n]
    if silent:
        yield f"It refused to answer at all, which is no wrong answer, where there were: {', '.join(silent)}."


def _mean(losses: dict[str, list[Loss]], n: int) -> Measure:
    shares = [sum(found[grade - 1].wrong for found in losses.values()) / (n * len(losses)) for grade in GRADES]
    parts = tuple(
        Part(name=f"grade {grade}", value=value, interval=None, n=n)
        for grade, value in zip(GRADES, shares, strict=True)
    )
    value = shares[MIDDLE - 1]
    return Measure(value=value, unit="share", interval=None, n=n, groups=parts, per_100=100 * value)


def _plain(count: int, n: int) -> Measure:
    return Measure(value=count / n, unit="share", interval=None, n=n, per_100=100 * count / n)


def _advice(label: str, lost: Measure) -> Iterator[Advice]:
    if lost.value and lost.value > MUCH:
        yield Advice(sentence=f"Train with damaged examples as well, or turn such inputs away: {label}.")


CHECK = Check(
    id="input-manipulation/corruption",
    title="Misled by damaged inputs",
    vector=Vector.INPUT_MANIPULATION,
    harms=Property.INTEGRITY,
    taxonomy=(atlas("AML.T0043"), exchange("2.1")),
    tasks=CLASSIFICATION,
    needs=(Capability.PREDICTIONS,),
    uses=(Capability.SCORES,),
    data=TestRows,
    options=Options,
    judged={
        "lost_share": at_most(
            low=0.50,
            medium=0.30,
            high=0.20,
            because="Inputs are damaged every day; an answer that ordinary damage turns cannot be relied on.",
            tasks=CLASSIFICATION,
        )
    },
    by_effort={Effort.QUICK: {"rows": 150}, Effort.DEEP: {"rows": 2000}},
    run=run,
)
