# SPDX-License-Identifier: Apache-2.0
"""Is there a group of cases in which the system is wrong far more often than on average?

Vector      usage; the property at risk is integrity: a good average hides whom the mistakes hit.
Attacker    none; the groups are found by search, not by malice.
Measure     worst_ratio: the error rate of a group in units of the rate over all cases; 1 is average. Groups are all
            combinations of up to three columns' levels, as the held-out cases alone show them; free text forms none.
            They are found on one half of these cases and measured on the other, which had no say in the choice. The
            worst group is the one of which most is proven: its range has the highest lower end. The upper end is the
            largest of all groups that count. For numbers, mean absolute errors are compared.
Judged      worst_ratio, against the policy's limit. A pass says: no group of at least the stated size does worse.
Source      Sagadeeva and Boehm 2021, SIGMOD (SliceLine: the score); Fisher 1935; Holm 1979; Šidák 1967;
            Clopper and Pearson 1934.
Not shown   groups smaller than stated, and groups told apart by columns that the data do not have.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from probatum.checks.interface import Check
from probatum.engines.mistakes.values import absolute_errors
from probatum.engines.slices.confirm import Confirmation, find_and_confirm
from probatum.engines.slices.naming import NamedColumn, name_of, of_categories, of_numbers
from probatum.engines.slices.publish import TOO_FEW, tell
from probatum.errors import InsufficientDataError
from probatum.facts.capabilities import Capability
from probatum.facts.finding import Advice, Finding, Part, State
from probatum.facts.plan import Effort, Terms
from probatum.facts.policy import at_most
from probatum.facts.threats import ALL_TASKS, Property, Task, Vector, atlas
from probatum.facts.work import Expected, Scope
from probatum.systems.datasets.alone import alone
from probatum.systems.interface import Answers, Predictions
from probatum.systems.views import TestRows

UNSEEN = "(never seen in training)"  # the level of all values that training rows lack


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Settings of this check; every field is written into the evidence."""

    keep: int = 10  # groups measured, of each search
    min_support: int = 20  # fewest cases of a group, in each half
    max_depth: int = 3  # most columns in a group
    bins: int = 5  # levels into which numbers are cut
    decide_at: float = 2.0  # the ratio that large groups must be told to be below; follows the policy's limit
    work_limit: int = 500_000_000  # cells and words read by each search


def run(system: Predictions, data: TestRows, options: Options, terms: Terms, rng: np.random.Generator) -> Finding:
    """Find groups on one half and measure them on the other; draws the halves."""
    losses = _losses(data, system.answers(data.rows), system.task)
    if losses.sum() == 0:
        why = f"There is no mistake among the {len(losses):,} held-out cases, so nothing can cluster."
        return Finding(sentence="The system made no mistake.", state=State.NOT_APPLICABLE, why=why)
    if data.rows.pictures:
        why = "Pictures have no columns by which a person could tell groups apart."
        return Finding(sentence="Groups could not be looked for.", state=State.NOT_APPLICABLE, why=why)
    columns = _columns(data, options.bins)
    if not columns:
        why = "No column is left to tell groups apart by."
        return Finding(sentence="Groups could not be looked for.", state=State.NOT_APPLICABLE, why=why)
    result = find_and_confirm(
        np.column_stack([column.codes for column in columns]),
        losses,
        rng,
        confidence=terms.confidence,
        keep=options.keep,
        min_support=options.min_support,
        max_depth=options.max_depth,
        decide_at=options.decide_at,
        work_limit=options.work_limit,
    )
    if not result.tried:
        raise InsufficientDataError(
            f"{len(losses):,} held-out cases are too few to look for groups: no group has "
            f"{options.min_support} cases in each half. Give more rows."
        )
    counts = system.task is not Task.REGRESSION
    told = tell(result, losses, partial(name_of, columns=columns), counts=counts)
    beside = {"slice_error_rate": told.rates, "slice_share": told.shares}
    return Finding(
        sentence=_sentence(result, told.proven, counts),
        details=_details(result),
        measures={"worst_ratio": told.worst_ratio} | {name: one for name, one in beside.items() if one is not None},
        advice=_advice(told.proven),
        tried=result.tried,
    )


def _losses(data: TestRows, answers: Answers, task: Task) -> np.ndarray:
    """Return (n,) 1 for a mistake, for numbers the absolute error in units of the average one."""
    truth = data.rows.truth
    if task is not Task.REGRESSION:
        return np.asarray(truth != answers.labels, dtype=np.float64)
    errors = absolute_errors(truth, answers.labels, float(np.median(truth)))
    return errors / errors.mean() if errors.any() else errors


def _columns(data: TestRows, bins: int) -> list[NamedColumn]:
    """Return the columns by which groups may be told apart: no personal ones, since a group must not name a person.

    They are learned from these rows alone, so that other rows, which this check does not use, change no group. Nor
    does the order in which the columns come, though it breaks ties between groups: here they have an order of their
    own, numbers by name, then categories, those with the most levels first.
    """
    rows = alone(data.rows)
    numbers = rows.numeric()
    ordered = [
        of_categories(numbers[:, place].astype(np.int32), column.name, column.categories)
        if column.categories
        else of_numbers(numbers[:, place], column.name, bins=bins)
        for place, column in enumerate(rows.numeric_columns())
        if not column.personal
    ]
    codes = rows.categorical(unseen=True)
    unordered = [
        of_categories(codes[:, place], column.name, (*column.categories, UNSEEN))
        for place, column in enumerate(rows.categorical_columns())
        if not column.personal
    ]
    return sorted(ordered, key=lambda column: column.name) + sorted(
        unordered, key=lambda column: (-len(column.levels), column.name)
    )


def _sentence(result: Confirmation, proven: tuple[Part, ...], counts: bool) -> str:
    if not proven:
        return f"None of {result.tried:,} groups was proven to be worse than the rest."
    worst = proven[0]
    if not counts:
        return f"Where {worst.name}, answers are off by {worst.value:.1f} times as much as on average."
    return f"Where {worst.name}, the system is wrong {worst.value:.1f} times as often as on average."


def _details(result: Confirmation) -> tuple[str, ...]:
    depth = min(search.depth for search in result.searches)
    skipped = sum(search.skipped for search in result.searches)
    worst = {
        0: "none stood out, so none was measured on the other half",
        1: "the worst was measured on the other half",
    }.get(len(result.measured), f"the worst {len(result.measured)} were measured on the other half")
    said = [f"{result.tried:,} groups of up to {depth} columns were tried on one half of the cases; {worst}."]
    if skipped:
        said.append(f"{skipped:,} further groups were not tried, since the plan limits the work.")
    if result.least_rows is None:
        said.append(TOO_FEW)
    else:
        said.append(
            f"Groups of fewer than {2 * result.least_rows:,} cases can be proven bad here, but not proven good."
        )
    return tuple(said)


def _advice(proven: tuple[Part, ...]) -> tuple[Advice, ...]:
    if not proven:
        return ()
    worst = proven[0].name
    return (
        Advice(
            sentence=f"Look at the cases it learned from where {worst}: are their answers right, and are there enough?"
        ),
        Advice(sentence=f"Until that is fixed, let a person decide at least the cases where {worst}."),
    )


def _work(scope: Scope) -> Expected:
    return Expected(seconds=0.1 if scope.pictures else 0.2 + min(2e-9 * scope.rows * scope.columns**3, 10.0))


CHECK = Check(
    id="usage/error-slices",
    title="Where mistakes cluster",
    vector=Vector.USAGE,
    harms=Property.INTEGRITY,
    taxonomy=(atlas("AML.T0048.002"),),
    tasks=ALL_TASKS,
    needs=(Capability.PREDICTIONS,),
    data=TestRows,
    options=Options,
    judged={
        "worst_ratio": at_most(
            low=3.0,
            medium=2.0,
            high=1.5,
            because="Nobody should bear several times the mistakes of everybody else without being told.",
        )
    },
    follows={"decide_at": "worst_ratio"},
    by_effort={Effort.QUICK: {"max_depth": 2}, Effort.DEEP: {"work_limit": 10_000_000_000}},
    work=_work,
    run=run,
)
