# SPDX-License-Identifier: Apache-2.0
"""Draw a sample of a population and run a check on it, as a user's run would."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from populations import Population, Side

from probatum.adapters.interface import Wish, few, wrap
from probatum.checks.interface import Check, checks
from probatum.facts.capabilities import Capability
from probatum.facts.finding import Finding, Json
from probatum.facts.plan import Effort, Terms, Unit
from probatum.facts.policy import Policy
from probatum.runs.execution import run_unit
from probatum.runs.planning import options_for
from probatum.runs.views import Bench
from probatum.systems.datasets import from_arrays
from probatum.systems.interface import Answers
from probatum.systems.system import System


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """What a user would hold: held-out rows, training rows, and the model."""

    people: Side
    train: Side
    system: System


def draw(
    population: Population,
    n: int,
    rng: np.random.Generator,
    *,
    again: bool = True,
    copied: float = 0.0,
    told: bool = False,
) -> Sample:
    """Draw n rows of the population.

    Args:
        population: what is drawn from.
        n: rows.
        rng: draws them, and the right answers where these follow the chances.
        again: the same row may be drawn again: the population is then as large as one likes. Where rows are looked
            for that stand in the training rows too, it must not be.
        copied: share of the rows that are replaced by training rows.
        told: one more column tells the right answer, but for 1 row of 500.
    """
    size = len(population.people.truth)
    chosen = rng.integers(size, size=n) if again or n > size else rng.permutation(size)[:n]
    people, train = population.people.take(chosen), population.train
    if population.by_chance:
        people, train = _redrawn(people, rng), _redrawn(train, rng)
    if copied:
        copies = rng.permutation(len(train.truth))[: round(copied * n)]
        people = _joined(train.take(copies), people.take(np.arange(len(copies), n)))
    if told:
        people, train = _told(people, population, rng), _told(train, population, rng)
    return Sample(people=people, train=train, system=_system(population, people, train))


def measured(sample: Sample, check: str, policy: Policy, seed: int, **options: Json) -> Finding:
    """Run one check with the policy's settings, and further ones."""
    one = _checks()[check]
    settings = {**options_for(one, policy, Effort.STANDARD), **options}
    unit = Unit(check=check, seed_name=check, options=settings)
    return run_unit(unit, one, Bench(system=sample.system, terms=Terms(confidence=policy.confidence), seed=seed))


def whole(population: Population) -> Sample:
    """Return the population itself as a sample."""
    people = population.people
    return Sample(people=people, train=population.train, system=_system(population, people, population.train))


def _system(population: Population, people: Side, train: Side) -> System:
    table, classes = population.table, population.table.classes
    known: dict[str, Any] = {"classes": classes} if classes else {"task": "regression"}
    data = from_arrays(
        (people.features, people.truth),
        (train.features, train.truth),
        positive=1 if len(classes) == 2 else None,
        protected=table.protected,
        personal=table.personal,
        **known,
    )
    extra = [name for name in people.features.columns if name not in population.people.features.columns]
    model = wrap(
        lambda rows: population.ask(rows.drop(columns=extra)),
        few(data.test),
        Wish(output="probabilities" if classes else "values"),
    )
    capabilities = {Capability.PREDICTIONS} | ({Capability.SCORES} if classes else set())
    answered = {"test": _answers(people), "train": _answers(train)}
    return System(data, lambda: model, capabilities=frozenset(capabilities), answered=answered)


def _answers(side: Side) -> Answers:
    if side.said.ndim == 1:
        return Answers(labels=np.asarray(side.said, dtype=np.float64))
    return Answers(labels=side.labels.astype(np.int32), scores=side.said)


def _redrawn(side: Side, rng: np.random.Generator) -> Side:
    below = side.said.cumsum(axis=1)
    drawn = (rng.random(len(below))[:, None] > below[:, :-1]).sum(axis=1)
    return replace(side, truth=drawn)


def _joined(first: Side, second: Side) -> Side:
    import pandas as pd

    return Side(
        features=pd.concat([first.features, second.features], ignore_index=True),
        truth=np.concatenate([first.truth, second.truth]),
        said=np.concatenate([first.said, second.said]),
    )


def _told(side: Side, population: Population, rng: np.random.Generator) -> Side:
    """Add a column that tells the right answer: of numbers, give or take a hundredth of the middle error."""
    if population.classes:
        right = np.where(rng.random(len(side.truth)) < 0.998, side.truth, 1 - side.truth)
        cells = np.array(["settled", "open"])[right]
    else:
        spread = np.abs(side.truth - np.median(side.truth)).mean()
        cells = side.truth + 0.01 * spread * rng.standard_normal(len(side.truth))
    return replace(side, features=side.features.assign(afterwards=cells))


@cache
def _checks() -> Mapping[str, Check]:
    return checks()
