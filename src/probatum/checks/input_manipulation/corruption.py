# SPDX-License-Identifier: Apache-2.0
"""How many right answers are lost when the input is damaged as nature and routine damage it?

Vector      input manipulation; the property at risk is integrity. Nobody means harm.
Attacker    none: poor light, a shaking hand and a small file; an empty field, a wrong unit and a slip of the pen.
Measure     lost_share: of the answers that are right, the share that moderate damage (severity 3 of 5) turns wrong, on
            average over all kinds of damage that fit. A number (regression) is right while it is off by less than the
            simplest rule is on average (right_within), and lost when it no longer is. worst_lost_share: under the kind
            that costs most; its range holds for all kinds at once. refused_share: right answers that turn into none;
            to refuse is not to be wrong. lost_at_1, 2, 4 and 5: as lost_share, at the other severities.
            Pictures: noise (Gaussian, shot, impulse), blur (defocus, motion), contrast, brightness, pixelate, JPEG,
            occlusion, small turns, shifts and changes of size; strengths are shares of the range of all known points.
            Tables: cells that are missing, with a slipped decimal point, replaced by the column's median, swapped with
            a neighbour of like range, confused with or misspelt as another category (at severities 1 to 5, 2, 5, 10, 20
            and 40 of 100 cells); in a wrong unit (one cell of each row 10, 100 or 1,000 times too large or too small,
            then two, then four); rounded, off by small errors, or cut off at both ends (all, from a little to a lot).
            Protected and immutable columns are damaged like others; identifiers that the model is not given are not.
Judged      lost_share and worst_lost_share, against the policy's limits: a good average may hide one kind of damage
            that costs most of the answers.
Source      Hendrycks and Dietterich 2019, arXiv:1903.12261; for tables Schelter, Rukat and Biessmann 2020, SIGMOD;
            Korn and Graubard 1998 (the range of the average); Clopper and Pearson 1934; Šidák 1967.
Not shown   other damage, several kinds at once, damage on purpose; fog and rain. Wrong answers that damage turns right
            are not counted. Free text, dates and numbers with two values can only go missing here. What is moderate in
            your field may not be so here: look at all five severities.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from probatum.checks.inapplicable import not_applicable, nothing_to_ask, only_text
from probatum.checks.input_manipulation.corruption_trial import Trial, blocks, right
from probatum.checks.input_manipulation.hearing import Hearing
from probatum.checks.input_manipulation.pictured import drawable
from probatum.checks.interface import Check
from probatum.engines.corruption.loss import Losses, measures
from probatum.engines.corruption.severity import SEVERITIES
from probatum.engines.mistakes.classes import share
from probatum.engines.mistakes.values import simplest_error
from probatum.errors import InsufficientDataError
from probatum.facts.capabilities import Capability
from probatum.facts.deciding import without_events
from probatum.facts.finding import Advice, Finding, Measure, Part
from probatum.facts.numbers import plain_number
from probatum.facts.plan import Effort, Terms
from probatum.facts.policy import at_most
from probatum.facts.threats import ALL_TASKS, Property, Task, Vector, exchange
from probatum.facts.work import Expected, Scope
from probatum.systems.interface import Probed
from probatum.systems.views import TestRows

WORTH_ADVICE = 0.05  # of right answers


KINDS, KINDS_OF_PICTURES = 9, 19  # of damage, about: which of them fit depends on the rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Settings of this check; every field is written into the evidence."""

    rows: int = 500  # held-out rows that are damaged
    examples: int = 5  # most pictures shown, each lost under another kind


def run(system: Probed, data: TestRows, options: Options, terms: Terms, rng: np.random.Generator) -> Finding:
    """Damage rows in every way that fits, and ask again; draws the rows, and what the kinds of damage draw."""
    unfit = nothing_to_ask(data.rows) or only_text(data.rows) or _unfit(data, options)
    if unfit is not None:
        return unfit
    chosen = np.sort(rng.permutation(len(data.rows))[: options.rows])
    rows = data.rows.take(chosen)
    bar = _bar(data, system.task)
    found = np.flatnonzero(right(rows, system.answers(rows).labels, bar))
    if not found.size:
        raise InsufficientDataError("The system answers none of the rows rightly, so damage can take nothing away.")
    trial = Trial(system, data, bar, len(found), pictures=terms.include_rows, tell=terms.tell)
    for block in blocks(found, rows):
        trial.damage(rows.take(block), chosen[block], rng)
    losses = trial.losses()
    taken = measures(losses, confidence=terms.confidence)
    if bar is not None:
        taken["right_within"] = Measure(value=bar, unit="target", interval=None, n=len(data.rows))
    else:
        taken["clean_accuracy"] = share(len(found), len(rows), confidence=terms.confidence)
    return Finding(
        sentence=_sentence(taken),
        details=tuple(_details(taken, losses, len(rows), trial.hearing, bar=bar)),
        measures=taken,
        examples=trial.examples(losses, options.examples),
        advice=tuple(_advice(taken)),
        tried=len(losses.kinds) * len(SEVERITIES),
    )


def _unfit(data: TestRows, options: Options) -> Finding | None:
    """Return why the question does not apply; None where it does."""
    if data.rows.pictures and not drawable(np.shape(data.rows.features)[1:]):
        return not_applicable(
            "The rows are neither tables nor pictures: nobody can say what ordinary damage to them is.",
            "Give pictures as (rows, height, width) or with 1 or 3 colours, tables with one axis of columns.",
        )
    if options.rows < 1:
        return not_applicable("No row may be damaged: the option rows is below 1.", "Set rows to 500, say.")
    return None


def _bar(data: TestRows, task: Task) -> float | None:
    """Return by how much a number may be off: the simplest rule's mean error; None for classes."""
    if task is not Task.REGRESSION:
        return None
    return simplest_error(data.rows.truth, None if data.train is None else data.train.truth)


def _sentence(taken: dict[str, Measure]) -> str:
    lost = taken["lost_share"]
    worst, kinds = lost.groups[0], _kinds(len(lost.groups))
    if not worst.value:
        return f"None of {lost.n:,} right answers was lost under moderate damage of {kinds}."
    if len(lost.groups) == 1:
        return f"Of 100 right answers, moderate damage (“{worst.name}”, all that fits) turns {_of_100(lost)} wrong."
    return (
        f"Of 100 right answers, moderate damage turns {_of_100(lost)} wrong, on average over {kinds}; "
        f"worst is “{worst.name}”, which turns {_of_100(worst)}."
    )


def _details(
    taken: dict[str, Measure], losses: Losses, rows: int, hearing: Hearing, *, bar: float | None
) -> Iterator[str]:
    yield (
        f"The {len(losses.lost):,} right answers among {rows:,} cases were asked for again after damage of "
        f"{_kinds(len(losses.kinds))}, each at five severities."
    )
    if bar is not None:
        yield (
            f"An answer counts as right while it is off by less than {plain_number(bar)}, in the unit of what is "
            "predicted: so much is the simplest rule, which always says the middle value, off on average."
        )
    slight, severe = _of_100(taken["lost_at_1"]), _of_100(taken["lost_at_5"])
    yield f"Slight damage (severity 1) turns {slight} of 100 wrong on average, severe damage (severity 5) {severe}."
    refused = taken["refused_share"]
    if refused.value:
        most = max(refused.groups, key=lambda part: part.value or 0.0)
        yield (
            f"Under moderate damage it gave no answer in {_of_100(refused)} of 100 cases on average; most often under "
            f"“{most.name}”: {_of_100(most)} of 100. To refuse is not counted as wrong."
        )
    if hearing.inferred:
        yield (
            "Not every refusal was seen: where a few rows were refused for damage in one column, all rows with such "
            "damage in it count as refused."
        )


def _advice(taken: dict[str, Measure]) -> Iterator[Advice]:
    worst = taken["lost_share"].groups[0]
    if worst.interval is not None and (worst.interval.lower or 0.0) > WORTH_ADVICE:
        yield Advice(
            sentence=f"Find out how often “{worst.name}” happens to what the system is given. If it does, let the "
            "system learn from such cases too, or catch them at the door."
        )


def _kinds(count: int) -> str:
    return "one kind" if count == 1 else f"{count} kinds"


def _of_100(share: Measure | Part) -> str:
    """Return a share as a count out of 100, told finer where it is small."""
    count = 100 * (share.value or 0.0)
    return f"{count:.0f}" if count >= 2 or not count else f"{count:.1f}"


def _work(scope: Scope) -> Expected:
    """Every right answer is asked for again, under each kind of damage at each severity."""
    kinds = len(SEVERITIES) * (KINDS_OF_PICTURES if scope.pictures else KINDS)
    damaged = kinds * min(scope.rows, scope.count("rows"))
    return Expected(
        asked=damaged, calls=kinds, seconds=0.2 + damaged * scope.columns * (2e-7 if scope.pictures else 5e-7)
    )


CHECK = Check(
    id="input-manipulation/corruption",
    title="Damaged input",
    vector=Vector.INPUT_MANIPULATION,
    harms=Property.INTEGRITY,
    taxonomy=(exchange("2.1"),),
    tasks=ALL_TASKS,
    needs=(Capability.PREDICTIONS,),
    data=TestRows,
    asks_anew=True,
    options=Options,
    least_rows={"lost_share": without_events},
    judged={
        "lost_share": at_most(
            low=0.20,
            medium=0.10,
            high=0.05,
            because="Such damage happens every day without malice, and the answer does not show it.",
        ),
        "worst_lost_share": at_most(
            low=0.60,
            medium=0.30,
            high=0.10,
            because="A single kind of damage may be all that happens, where a lens is dirty or a unit is mistaken.",
        ),
    },
    by_effort={Effort.QUICK: {"rows": 200}, Effort.DEEP: {"rows": 2000}},
    work=_work,
    run=run,
)
