# SPDX-License-Identifier: Apache-2.0
"""Did the test rows, or the answer itself, slip into the training?

Vector      data manipulation; the property at risk is integrity: the test looks better than the system is.
Attacker    none is needed; copied rows and columns filled in afterwards are ordinary accidents.
Measure     shared_rows: the part of the test rows that was copied, equal or nearly so, -1 to 1: what is found in the
            training rows beyond chance, of what chance leaves, (found - chance) / (1 - chance). A row is what the model
            is given, without the answer: a copy whose label was changed is a copy. Chance is the share of training rows
            that match another training row. Where equal training rows were taken out, they tell no chance, and the
            range says so. Nearly equal is nearer than hardly any two training rows are; the numbers' own precision is
            taken away first.
            giveaway_columns: columns that remove nearly all mistakes of always giving the most frequent answer (for
            numbers: of the error of always giving the median), by a rule of that column alone, on rows that it was
            not learned from. The range counts the columns of which this is proven, and those that it may be true of.
Judged      shared_rows and giveaway_columns, against the policy's limits.
Source      Kapoor and Narayanan 2023, Patterns 4:100804 (kinds of leakage); Good 1953 and Esty 1983 (chance matches);
            Fieller 1954, Zou and Donner 2008 (range of the part); Tang, Tang and Chan 2003, Fieller 1954 (one-column
            rules).
Not shown   rows that were copied before the data were split look like chance, since train and test then repeat alike;
            copies changed by a whole step of a coarse column, or in a word; two columns that tell the answer only
            together; a column that gives away one class of many; training rows later than the test rows.
"""

from dataclasses import dataclass, replace

import numpy as np

from probatum.checks.data_manipulation import leakage_in_words as words
from probatum.checks.interface import Check
from probatum.engines.leakage.cells import joint_codes
from probatum.engines.leakage.excess import SEEN_METHOD
from probatum.engines.leakage.giveaways import Telling, giveaways, told_by_columns
from probatum.engines.leakage.neighbours import MOST_AXES
from probatum.engines.leakage.shared import Shared, shared_rows
from probatum.engines.leakage.tables import Table, table_of
from probatum.engines.mistakes.classes import discreet_share, share
from probatum.errors import InsufficientDataError
from probatum.facts.deciding import without_events
from probatum.facts.finding import Finding, Measure, Part
from probatum.facts.interval import Interval
from probatum.facts.plan import Effort, Terms
from probatum.facts.policy import at_most
from probatum.facts.threats import ALL_TASKS, Property, Vector
from probatum.facts.work import Expected, Scope
from probatum.systems.datasets.rows import as_frame, printed
from probatum.systems.interface import Predictions
from probatum.systems.views import TrainTest

SHOWN = 5  # columns whose strength is reported
COMPARED, TRIED = 1e10, 1e6  # cells in a second, on a usual machine: of rows side by side, of columns under a rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Settings of this check; every field is written into the evidence."""

    sample: int = 20_000  # rows of each side looked at for near copies, at most
    work_limit: int = 100_000_000_000  # cells compared for near copies
    rare: float = 0.001  # share of training rows that may have another one within twice the near distance
    widest: float = 0.05  # largest distance that may count as near, in units of the columns' spread
    tells: float = 0.9  # share of the trivial mistakes that a giveaway column removes
    parts: int = 5  # into which the training rows are split to try one-column rules
    cells: int = 10_000_000  # rows times columns that one-column rules are tried on


def run(system: Predictions, data: TrainTest, options: Options, terms: Terms, rng: np.random.Generator) -> Finding:
    """Compare rows and try columns; the model is not asked. Draws rows to compare, then parts for the rules.

    Raises:
        InsufficientDataError: there are fewer than 2 training rows, or no test row.
    """
    if len(data.train) < 2 or len(data.test) < 1:
        raise InsufficientDataError(
            f"Wanted at least 2 training rows and 1 test row; {len(data.train)} and {len(data.test)} came. Give more."
        )
    table = table_of(data.train, data.test)
    shared = shared_rows(
        table.train,
        table.test,
        rng,
        rare=options.rare,
        widest=options.widest,
        most=options.sample,
        work_limit=options.work_limit,
        confidence=terms.confidence,
        tell=terms.tell,
    )
    telling = _telling(table, data, options, terms, rng)
    said = (words.of_shared(shared), words.of_telling(telling))
    first, second = reversed(said) if telling.proven else said
    return Finding(
        sentence=first,
        details=(second, *words.details(shared, telling)),
        measures=_row_measures(shared, table, data, terms.confidence) | _column_measures(telling, terms.confidence),
        advice=words.advice(shared, telling),
        tried=len(table.names),
    )


def _telling(table: Table, data: TrainTest, options: Options, terms: Terms, rng: np.random.Generator) -> Telling:
    told, rows = told_by_columns(
        table.train,
        table.test,
        np.concatenate([data.train.truth, data.test.truth]),
        rng,
        parts=options.parts,
        most_cells=options.cells,
        confidence=terms.confidence,
        tell=terms.tell,
    )
    return giveaways(table.names, told, rows, share=options.tells)


def _row_measures(shared: Shared, table: Table, data: TrainTest, confidence: float) -> dict[str, Measure]:
    near, chance, m = shared.near, shared.chance.share, shared.test_rows
    train, test = (
        list(zip(side.ids.tolist(), rows.truth.tolist(), strict=True))
        for side, rows in ((table.train, data.train), (table.test, data.test))
    )
    learned = set(train)
    by_chance = Interval(lower=chance.lower, upper=chance.upper, confidence=confidence, method=SEEN_METHOD)
    overlap = _group_overlap(data)
    return {
        "shared_rows": _copied(shared),
        "exact_shared": share(shared.equal, m, confidence=confidence),
        "near_shared": share(near.found, near.compared, confidence=confidence),
        "chance_shared": _share(chance.value, by_chance, len(train)),
        "shared_with_answer": share(sum(pair in learned for pair in test), m, confidence=confidence),
    } | ({} if overlap is None else {"group_overlap": discreet_share(overlap, m, confidence=confidence)})


def _copied(shared: Shared) -> Measure:
    """Return the part that was copied; where only its range is known, no number."""
    told = _share(shared.copied, shared.interval, shared.test_rows)
    if not shared.chance.thinned or shared.found == 0:
        return told
    return replace(told, value=None, per_100=None, why=words.THINNED)


def _share(value: float, interval: Interval, n: int) -> Measure:
    return Measure(value=value, unit="share", interval=interval, n=n, per_100=max(0.0, 100 * value))


def _group_overlap(data: TrainTest) -> int | None:
    """Return how many test rows belong to a group that stands in the training rows too; None without groups."""
    group = data.test.schema.group
    place = {column.name: at for at, column in enumerate(data.test.schema.columns)}.get(group or "")
    if place is None:
        return None
    parts = []
    for rows in (data.train, data.test):
        features = as_frame(rows.features)
        width = features.shape[1]
        cells = features.iloc[:, place] if place < width or rows.audit is None else rows.audit.iloc[:, place - width]
        parts.append((cells.to_numpy(dtype=object), cells.isna().to_numpy()))
    train, test = joint_codes(parts, printed)
    return int((np.isin(test, train) & (test >= 0)).sum())


def _column_measures(telling: Telling, confidence: float) -> dict[str, Measure]:
    """Count the giveaways; the count is exact where no column is open, and unknown where only open ones were found."""
    sure, maybe = len(telling.proven), len(telling.undecided)
    why = None
    if not telling.told:
        why = "All answers are the same, so no column can give them away."
    elif maybe and not sure:
        why = words.of_telling(telling)
    counted = Interval(lower=sure, upper=sure + maybe, confidence=confidence, method="columns proven, and those open")
    measures = {
        "giveaway_columns": Measure(
            value=sure if why is None else None,
            unit="columns",
            interval=counted if maybe else None,
            n=telling.rows,
            why=why,
        )
    }
    parts = [Part(name=name, value=one.removed, interval=one.interval, n=telling.rows) for name, one in telling.told]
    if parts:
        top = parts[0]
        measures["column_tells"] = Measure(
            value=top.value, unit="share", interval=top.interval, n=top.n, groups=tuple(parts[:SHOWN]), whole=True
        )
    return measures


def _work(scope: Scope) -> Expected:
    """Rows are compared, each with each where there are many columns; then rules of one column are tried."""
    most, every = scope.count("sample"), scope.rows + scope.train_rows
    queries = min(scope.rows, most) + min(scope.train_rows, most)
    compared = queries * scope.train_rows * scope.columns if scope.columns > MOST_AXES else 0
    tried = min(every * scope.columns, scope.count("cells"))
    return Expected(seconds=0.3 + min(compared, scope.count("work_limit")) / COMPARED + tried / TRIED)


CHECK = Check(
    id="data-manipulation/leakage",
    title="Leaks from test to training",
    vector=Vector.DATA_MANIPULATION,
    harms=Property.INTEGRITY,
    taxonomy=(),
    tasks=ALL_TASKS,
    needs=(),
    data=TrainTest,
    options=Options,
    asks=(),
    least_rows={"shared_rows": without_events},
    judged={
        "shared_rows": at_most(
            low=0.05,
            medium=0.01,
            high=0.005,
            because="Cases that were learned from test nothing; a few of 1,000 can hardly be avoided.",
        ),
        "giveaway_columns": at_most(
            low=0, medium=0, high=0, because="A column that gives the answer away is not there when it is needed."
        ),
    },
    by_effort={
        Effort.QUICK: {"sample": 5_000, "work_limit": 20_000_000_000, "cells": 5_000_000},
        Effort.DEEP: {"sample": 200_000, "work_limit": 2_000_000_000_000, "cells": 200_000_000},
    },
    work=_work,
    run=run,
)
