# SPDX-License-Identifier: Apache-2.0
"""The largest difference between groups of people, of all groups that the sample can name.

Classes: in the true-positive and the false-positive rate, of several classes each against the rest. Numbers: in the
mean of (answer - truth), in units of the mean error of always saying the training rows' median. ``AGAINST`` says with
whom a group is compared: with each other group of its grouping, or with everybody else in it. A pool of small groups
is no group of the statement. The lower end of the range speaks of all groups, the upper end of those that are large
enough for what the finding says (``fewest``).
"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from populations import Population
from sampling import Sample

from probatum.facts.finding import Finding
from probatum.systems.datasets.groups import QUARTILES, groupings
from truths.levels import inside, levels
from truths.truth import Truth

AGAINST = "each other"  # or "everybody else"
MEASURE = "max_gap"


def truths(population: Population, sample: Sample, finding: Finding) -> dict[str, Truth]:
    """Return the true max_gap."""
    columns = levels(population, sample, QUARTILES)
    every, covered = [0.0], [0.0]
    for grouping in groupings(sample.system.data.test):
        people = np.bincount(grouping.codes[grouping.codes >= 0], minlength=len(grouping.names))
        named = {place: inside(name, columns) for place, name in enumerate(grouping.names) if place != grouping.pooled}
        known = [one.codes >= 0 for one in columns if one.column in grouping.columns]
        everybody = np.logical_and.reduce(known) if known else np.ones(len(population.people.truth), dtype=bool)
        large = [group for place, group in named.items() if people[place] >= fewest(finding)]
        for number, of in _numbers(population):
            every += _gaps(list(named.values()), everybody, number, of)
            covered += _gaps(large, everybody, number, of)
    return {MEASURE: Truth(low=max(every), high=max(covered))}


def fewest(finding: Finding) -> int:
    """Return how many people of the sample a group has, at least, of which the finding says that it does no worse."""
    return 1


def _gaps(groups: list[np.ndarray], everybody: np.ndarray, number: np.ndarray, of: np.ndarray) -> Iterator[float]:
    """Yield the differences in the mean of ``number`` over the rows ``of`` each group, (N,) each."""
    there = [group & of for group in groups]
    there = [one for one in there if one.any()]
    if AGAINST == "each other":
        yield from (abs(number[one].mean() - number[other].mean()) for one, other in combinations(there, 2))
        return
    others = [(one, everybody & of & ~one) for one in there]
    yield from (abs(number[one].mean() - number[rest].mean()) for one, rest in others if rest.any())


def _numbers(population: Population) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield what is averaged, (N,), and over which rows, (N,) bool."""
    people = population.people
    if not population.classes:
        unit = np.abs(people.truth - np.median(population.train.truth)).mean()
        yield (people.said - people.truth) / unit, np.ones(len(people.truth), dtype=bool)
        return
    for place in (1,) if len(population.table.classes) == 2 else population.table.classes:
        yield people.labels == place, people.truth == place
        yield people.labels == place, people.truth != place
