# SPDX-License-Identifier: Apache-2.0
"""Is there a group of cases in which the system is wrong far more often than on average?

Vector      usage; the property at risk is integrity: a good average hides whom the mistakes hit.
Attacker    none; the groups are found by search, not by malice.
Measure     worst_ratio: the error rate of a group in units of the rate over all cases; 1 is average. Groups are all
            combinations of up to three columns' levels. They are found on one half of the held-out cases and
            measured on the other, which had no say in the choice. For numbers, mean absolute errors are compared.
Judged      worst_ratio, against the policy's limit. A pass says: no group of at least the stated size does worse.
Source      Sagadeeva and Boehm 2021, SIGMOD (SliceLine: the score); Fisher 1935; Holm 1979; Šidák 1967;
            Clopper and Pearson 1934.
Not shown   groups smaller than stated, and groups told apart by columns that the data do not have.
"""

from dataclasses import dataclass

import numpy as np

from probatum.checks.interface import Check
from probatum.engines.mistakes.small_counts import SMALL, share_within
from probatum.engines.mistakes.values import absolute_errors
from probatum.engines.slices.confirm import Confirmation, Measured, find_and_confirm
from probatum.engines.slices.naming import NamedColumn, name_of, of_categories, of_numbers
from probatum.errors import InsufficientDataError
from probatum.facts.capabilities import Capability
from probatum.facts.finding import Advice, Finding, Measure, Part, State
from probatum.facts.interval import Interval
from probatum.facts.plan import Effort, Terms
from probatum.facts.policy import at_most
from probatum.facts.threats import ALL_TASKS, Property, Task, Vector, atlas
from probatum.systems.interface import Answers, Predictions
from probatum.systems.views import TestRows


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
    names = {one: name_of(one.slice, columns) for one in result.measured}
    return Finding(
        sentence=_sentence(result, names),
        details=_details(result, names),
        measures=_measures(result, names, losses, system.task, terms.confidence),
        advice=_advice(result, names),
        tried=result.tried,
    )


def _losses(data: TestRows, answers: Answers, task: Task) -> np.ndarray:
    """Return (n,) 1 for a mistake, for numbers the absolute error in units of the average one."""
    if task is not Task.REGRESSION:
        return np.asarray(data.rows.truth != answers.labels, dtype=np.float64)
    middle = float(np.median(data.rows.truth if data.train is None else data.train.truth))
    errors = absolute_errors(data.rows.truth, answers.labels, middle)
    return errors / errors.mean() if errors.any() else errors


def _columns(data: TestRows, bins: int) -> list[NamedColumn]:
    """Return the columns by which groups may be told apart: no personal ones, since a group must not name a person."""
    rows = data.rows
    numbers, learned = rows.numeric(), (rows if data.train is None else data.train).numeric()
    columns = [
        of_categories(numbers[:, place].astype(np.int32), column.name, column.categories)
        if column.categories
        else of_numbers(numbers[:, place], learned[:, place], column.name, bins=bins)
        for place, column in enumerate(rows.numeric_columns())
        if not column.personal
    ]
    codes = rows.categorical()
    return columns + [
        of_categories(codes[:, place], column.name, column.categories)
        for place, column in enumerate(rows.categorical_columns())
        if not column.personal
    ]


def _sentence(result: Confirmation, names: dict[Measured, str]) -> str:
    if not result.confirmed:
        return f"None of {result.tried:,} groups was proven to be worse than the rest."
    worst = result.confirmed[0]
    return (
        f"Mistakes cluster: where {names[worst]}, the system is wrong {worst.ratio:.1f} times as often as on average."
    )


def _details(result: Confirmation, names: dict[Measured, str]) -> tuple[str, ...]:
    depth = min(search.depth for search in result.searches)
    skipped = sum(search.skipped for search in result.searches)
    said = [
        f"{result.tried:,} groups of up to {depth} columns were tried on one half of the cases; "
        f"the worst {len(result.measured)} were measured on the other half."
    ]
    if skipped:
        said.append(f"{skipped:,} further groups were not tried, since the plan limits the work.")
    if result.least_rows is None:
        said.append("There are too few mistakes to prove for any group that it does well.")
    else:
        said.append(
            f"Groups of fewer than {2 * result.least_rows:,} cases can be proven bad here, but not proven good."
        )
    return tuple(said)


def _measures(
    result: Confirmation, names: dict[Measured, str], losses: np.ndarray, task: Task, confidence: float
) -> dict[str, Measure]:
    shown = [one for one in result.confirmed if one.losses >= SMALL or task is Task.REGRESSION]
    n = len(result.second)
    parts = [Part(name=names[one], value=one.ratio, interval=one.interval, n=one.rows) for one in shown]
    measures = {"worst_ratio": _worst(result, parts, len(losses), confidence)}
    if task is not Task.REGRESSION and shown:
        rates = [
            share_within(names[one], int(one.losses), one.rows, confidence=confidence, family=len(result.measured))
            for one in shown
        ]
        shares = [Part(name=names[one], value=one.rows / n, interval=None, n=n) for one in shown]
        measures["slice_error_rate"] = Measure(
            value=rates[0].value, unit="share", interval=rates[0].interval, n=rates[0].n, groups=tuple(rates)
        )
        measures["slice_share"] = Measure(value=shares[0].value, unit="share", interval=None, n=n, groups=tuple(shares))
    return measures


def _worst(result: Confirmation, parts: list[Part], rows: int, confidence: float) -> Measure:
    """Return the worst ratio: proven at least by its lower bound, at most by the upper bounds of the groups that count.

    Those are the groups large enough to be proven good, and the groups proven to be bad.
    """
    counting = [one for one in result.measured if one.decidable or one in result.confirmed]
    uppers = [one.interval.upper for one in counting if one.interval.upper is not None]
    lowers = [one.interval.lower for one in result.measured if one.interval.lower is not None]
    known = result.least_rows is not None and len(uppers) == len(counting) and bool(counting)
    method = result.measured[0].interval.method if result.measured else "none"
    why = None if known else "There are too few mistakes to prove for any group that it does well."
    interval = Interval(
        lower=max(lowers, default=0.0),
        upper=max(uppers) if known else None,
        confidence=confidence,
        method=f"{method}; the largest of {len(result.measured)}",
        why=why,
    )
    candidates, end = (result.confirmed, "lower") if result.confirmed else (counting, "upper")
    head = max(candidates, key=lambda one: getattr(one.interval, end) or 0.0, default=None)
    return Measure(
        value=None if head is None else head.ratio,
        unit="ratio",
        interval=interval,
        n=rows,
        groups=tuple(parts),
        why=why if head is None else None,
    )


def _advice(result: Confirmation, names: dict[Measured, str]) -> tuple[Advice, ...]:
    if not result.confirmed:
        return ()
    worst = names[result.confirmed[0]]
    return (
        Advice(
            sentence=f"Look at the training rows where {worst}: are their labels right, and are there enough of them?"
        ),
        Advice(sentence=f"Until that is mended, let a person decide at least the cases where {worst}."),
    )


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
    seconds=lambda rows, columns: 0.2 + min(2e-9 * rows * columns**3, 10.0),
    run=run,
)
