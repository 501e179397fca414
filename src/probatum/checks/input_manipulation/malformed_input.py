# SPDX-License-Identifier: Apache-2.0
"""Does the system answer broken input as if nothing were wrong?

Vector      input manipulation; the property at risk is integrity: a sure answer to nonsense is believed.
Attacker    anybody who can leave a form half filled, or a program that writes "12,5" for 12.5.
Measure     silent_nonsense: the number of kinds of broken input to which some answer was surer than 0.9 and equal
            neither to the answer for the same row unbroken or repaired (the largest number seen for an infinite one),
            nor to the answer for a missing cell. A bare label, without a score, is said without any doubt. A number
            (regression) carries no certainty: it is nonsense where it lies further from each of those answers than the
            simplest rule, always saying the middle value, is off on average (right_within).
            kinds_tried, refused, answered and crashed: the kinds tried, always refused, answered at least once, and
            those that broke something at least once. To refuse is to give no answer, or to raise ValueError,
            TypeError, KeyError or an error of Probatum's own; anything else that is raised is a crash. Each kind is
            tried column by column on the same few held-out rows, drawn with the seed. The counts are exact.
Judged      silent_nonsense, against the policy's limit, which is none.
Source      the project's own definition of silent nonsense. That input is to be checked first: OWASP AI Exchange on
            input validation; Breck et al. 2019, SysML (data validation for machine learning).
Not shown   kinds, columns and rows that were not tried; what a service around the model does with such input.
            Huge numbers count, though they are numbers: a model that adds up what it is given (a logistic regression)
            grows surer without end the larger a number is, and says yes or no to an income of 1e300 with no doubt at
            all. Trees give the answer of the largest number they know, or refuse. A bound on each number mends it.
            Numbers that could be, but were never seen (a negative balance), are not broken: whether the system is
            sure where it has learned nothing is another question. A number that is wrong by less than the simplest
            rule is off.
"""

from dataclasses import dataclass

import numpy as np

from probatum.checks.inapplicable import nothing_to_ask
from probatum.checks.input_manipulation import malformed_in_words as words
from probatum.checks.input_manipulation.outcomes import Heard, Trial, ask
from probatum.checks.interface import Check
from probatum.engines.mistakes.values import simplest_error
from probatum.errors import name_of_type
from probatum.facts.capabilities import Capability
from probatum.facts.finding import Advice, Finding, Measure
from probatum.facts.plan import Effort, Terms
from probatum.facts.policy import at_most
from probatum.facts.threats import ALL_TASKS, Property, Task, Vector, atlas, exchange, owasp
from probatum.facts.work import Expected, Scope
from probatum.systems.datasets.malformed import probes
from probatum.systems.interface import Probed
from probatum.systems.views import TestRows


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Settings of this check; every field is written into the evidence."""

    rows: int = 20  # held-out rows that are broken
    alone: int = 5  # of these, asked about one by one where all at once are refused
    columns: int = 30  # most columns that are broken one by one


def run(system: Probed, data: TestRows, options: Options, terms: Terms, rng: np.random.Generator) -> Finding:
    """Break a few rows in every way there is, and ask; draws the rows and, of very many, the columns."""
    refused = nothing_to_ask(data.rows)
    if refused is not None:
        return refused
    rows = data.rows.take(np.sort(rng.permutation(len(data.rows))[: options.rows]))
    whole = ask(system, rows, np.arange(len(rows)))
    if not whole.given.any():
        return _unanswered(whole)
    apart = _apart(data, system.task)
    trial = Trial(system, rows.take(whole.given), options.alone, apart)
    for probe in probes(trial.untouched, data.train or data.rows, rng, columns=options.columns):
        trial.put(probe)
    outcomes = trial.outcomes
    counts = {
        "silent_nonsense": sum(bool(one.nonsense) for one in outcomes.values()),
        "kinds_tried": len(outcomes),
        "refused": sum(one.refused for one in outcomes.values()),
        "answered": sum(one.answered for one in outcomes.values()),
        "crashed": sum(bool(one.crashed) for one in outcomes.values()),
    }
    measures = {name: _kinds(count, len(outcomes)) for name, count in counts.items()}
    if apart is not None:
        measures["right_within"] = Measure(value=apart, unit="target", interval=None, n=len(data.rows))
    left = () if whole.given.all() else ("Rows that get no answer even unbroken were left out.",)
    return Finding(
        sentence=words.sentence(outcomes, numbers=apart is not None),
        details=(*words.details(outcomes, data.rows.schema.classes), *left),
        measures=measures,
        advice=tuple(words.advice(outcomes)),
        tried=len(outcomes),
    )


def _apart(data: TestRows, task: Task) -> float | None:
    """Return by how much two numbers may differ and still be one answer: the simplest rule's mean error."""
    if task is not Task.REGRESSION:
        return None
    return simplest_error(data.rows.truth, None if data.train is None else data.train.truth)


def _unanswered(whole: Heard) -> Finding:
    """Say that nothing can be told: one who never answers refuses nothing in particular."""
    types = sorted({name_of_type(kind) for kind in whole.raised})
    why = "The system gave no answer even to rows that were not broken, so its refusals say nothing."
    return Finding(
        sentence="What the system says to broken input cannot be told.",
        details=(f"On rows that were not broken it raised {words.listed(types)}.",) if types else (),
        measures={"silent_nonsense": Measure(value=None, unit="kinds", interval=None, n=0, why=why)},
        advice=(Advice(sentence="Mend the system so that it answers the rows it is given, and run again."),),
    )


def _kinds(count: int, tried: int) -> Measure:
    return Measure(value=count, unit="kinds", interval=None, n=tried)


def _work(scope: Scope) -> Expected:
    kinds = 20 + 6 * min(scope.columns, scope.count("columns"))
    return Expected(asked=kinds * scope.count("rows"), calls=kinds, alone=kinds, seconds=0.2 + 0.01 * kinds)


CHECK = Check(
    id="input-manipulation/malformed-input",
    title="Broken input",
    vector=Vector.INPUT_MANIPULATION,
    harms=Property.INTEGRITY,
    taxonomy=(atlas("AML.T0043.003"), owasp("ML01"), exchange("2.1")),
    tasks=ALL_TASKS,
    needs=(Capability.PREDICTIONS,),
    uses=(Capability.SCORES,),
    data=TestRows,
    asks_anew=True,
    options=Options,
    judged={
        "silent_nonsense": at_most(
            low=0,
            medium=0,
            high=0,
            because="Whoever asks cannot see that the question was nonsense if the answer sounds sure.",
        )
    },
    by_effort={Effort.QUICK: {"rows": 10, "columns": 10}, Effort.DEEP: {"rows": 50, "columns": 200}},
    work=_work,
    run=run,
)
