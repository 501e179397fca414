# SPDX-License-Identifier: Apache-2.0
"""Is there a group of cases in which the system is wrong far more often than on average?

Vector      usage; the property at risk is integrity: a good average hides whom the mistakes hit.
Attacker    none; the groups are found by search, not by malice.
Measure     worst_excess: the share of answers that are wrong in a group, less the share that the system's own chances
            predict there; 0 is as it should be, 1 the most. The chances are recalibrated: cases of about equal chances
            are expected to go wrong as often as all such cases do. So a group that is merely hard, and whose cases the
            system is rightly unsure of, has no excess. With few mistakes the chances are taken nearly at their word,
            but for their mean. Where no chances are given, the share over all cases is expected. worst_ratio: the error
            rate of that group in units of the rate over all cases; 1 is average. For numbers, mean absolute errors are
            compared, and worst_ratio is that of the worst group.
            Groups are all combinations of up to three columns' levels, as the held-out cases alone show them; free
            text forms none. They are found on one half of these cases and measured on the other, which had no say in
            the choice. The worst group is the one of which most is proven: its range has the highest lower end. The
            upper end is the largest of all groups that count. The large groups of which most is feared are measured
            even where none stands out.
Judged      worst_excess, against the policy's limit; for numbers worst_ratio. A pass says: no group of at least the
            stated size does worse.
Source      Sagadeeva and Boehm 2021, SIGMOD (SliceLine: how groups are bounded); Mantel and Haenszel 1959 and exact
            sums of hypergeometric counts (Fisher 1935) at equal chances; Holm 1979; Šidák 1967; Korn and Graubard 1998
            and Zou and Donner 2008 (ranges).
Not shown   groups smaller than stated, and groups told apart by columns that the data do not have. Where the system is
            unsure of a whole group although it could know better, nothing exceeds its chances: usage/error-rate and
            the ratio show it.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from probatum.checks.interface import Check
from probatum.engines.mistakes.values import absolute_errors
from probatum.engines.slices.confirm import Confirmation, find_and_confirm
from probatum.engines.slices.naming import NamedColumn, name_of, of_categories, of_numbers
from probatum.engines.slices.publish import BY_CHANCES, TOO_FEW, Told, tell
from probatum.errors import InsufficientDataError
from probatum.facts.capabilities import Capability
from probatum.facts.finding import Advice, Finding, Part, State
from probatum.facts.plan import Effort, Terms
from probatum.facts.policy import at_most
from probatum.facts.threats import ALL_TASKS, CLASSIFICATION, Property, Task, Vector, atlas
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
    decide_at: float = 0.05  # the excess that large groups must be told to be below; follows the policy's limit
    decide_ratio_at: float = 2.0  # for numbers, the ratio; likewise
    work_limit: int = 500_000_000  # cells and words read by each search


def run(system: Predictions, data: TestRows, options: Options, terms: Terms, rng: np.random.Generator) -> Finding:
    """Find groups on one half and measure them on the other; draws the halves."""
    answers = system.answers(data.rows)
    losses, counts = _losses(data, answers, system.task), system.task is not Task.REGRESSION
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
        chances=_chances(answers) if counts else None,
        doubts=_doubts(answers) if counts else None,
        confidence=terms.confidence,
        keep=options.keep,
        min_support=options.min_support,
        max_depth=options.max_depth,
        decide_at=options.decide_at if counts else options.decide_ratio_at - 1,
        work_limit=options.work_limit,
    )
    if not result.tried:
        raise InsufficientDataError(
            f"{len(losses):,} held-out cases are too few to look for groups: no group has "
            f"{options.min_support} cases in each half. Give more rows."
        )
    told = tell(result, losses, partial(name_of, columns=columns), counts=counts)
    measures = {
        "worst_excess" if counts else "worst_ratio": told.judged,
        **({"worst_ratio": told.ratio} if told.ratio else {}),
        **({"slice_error_rate": told.rates} if told.rates else {}),
        **({"slice_expected_rate": told.expected} if told.expected else {}),
        **({"slice_share": told.shares} if told.shares else {}),
    }
    return Finding(
        sentence=_sentence(result, told, counts),
        details=_details(result, counts),
        measures=measures,
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


def _chances(answers: Answers) -> np.ndarray | None:
    """Return (n,) numbers that tell how likely each answer is wrong: of two classes the score of one, else the top one.

    A score of two classes tells more than the top one: which of the two was answered.
    """
    if answers.scores is not None:
        binary = answers.scores.shape[1] == 2
        return np.asarray(answers.scores[:, 1] if binary else answers.scores.max(axis=1))
    return answers.ranks


def _doubts(answers: Answers) -> np.ndarray | None:
    """Return (n,) the system's own chance that each answer is wrong; NaN where it gave no answer or no score."""
    if answers.scores is None:
        return None
    rows = np.arange(len(answers.labels))
    return np.where(answers.given, 1 - answers.scores[rows, np.maximum(answers.labels, 0)], np.nan)


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


def _sentence(result: Confirmation, told: Told, counts: bool) -> str:
    if not told.proven:
        return f"None of {result.tried:,} groups was proven to be worse than it should be."
    worst = told.proven[0]
    if not counts:
        return f"Where {worst.name}, answers are off by {worst.value:.1f} times as much as on average."
    more, than = 100 * (worst.value or 0.0), "its own chances predict" if result.by_chances else "over all cases"
    return f"Where {worst.name}, {more:.0f} of 100 more answers are wrong than {than}."


def _details(result: Confirmation, counts: bool) -> tuple[str, ...]:
    depth = min(search.depth for search in result.searches)
    skipped = sum(search.skipped for search in result.searches)
    worst = "1 was" if len(result.measured) == 1 else f"{len(result.measured):,} were"
    said = [
        f"{result.tried:,} groups of up to {depth} columns were tried on one half of the cases; of the worst, {worst} "
        "measured on the other half."
    ]
    if skipped:
        said.append(f"{skipped:,} further groups were not tried, since the plan limits the work.")
    if counts and result.by_chances:
        said.append(f"{BY_CHANCES}among all cases to which it gives about the same chance, the share of wrong answers.")
    elif counts:
        said.append("The system gives no chances that could be used, so each group is held against the average.")
    if result.least_rows is None:
        said.append(TOO_FEW)
    else:
        hard = ", or of more that are hard," if counts else ""
        said.append(
            f"Groups of fewer than {2 * result.least_rows:,} cases{hard} can be proven bad here, but not proven good."
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
    uses=(Capability.SCORES,),
    data=TestRows,
    options=Options,
    # where ``decidable_rows`` finds groups that can be told to be fine, for ten of them
    least_rows={"worst_excess": lambda limit: 8 / limit**2},
    judged={
        "worst_excess": at_most(
            low=0.10,
            medium=0.05,
            high=0.03,
            because="Where a group bears more mistakes than the system itself predicts, nobody is warned of them.",
            tasks=CLASSIFICATION,
        ),
        "worst_ratio": at_most(
            low=3.0,
            medium=2.0,
            high=1.5,
            because="Nobody should bear several times the mistakes of everybody else without being told.",
            tasks=(Task.REGRESSION,),
        ),
    },
    follows={"decide_at": "worst_excess", "decide_ratio_at": "worst_ratio"},
    by_effort={Effort.QUICK: {"max_depth": 2}, Effort.DEEP: {"work_limit": 10_000_000_000}},
    work=_work,
    run=run,
)
