# SPDX-License-Identifier: Apache-2.0
"""The largest difference between a group of people and everybody else, of all groups that the sample can name.

Classes: in the true-positive and the false-positive rate, of several classes each against the rest. Numbers: in the
mean of (answer - truth), in units of the mean error of always saying the training rows' median. A pool of small groups
is no group of the statement. The lower end of the range speaks of all groups, the upper end of those that are large
enough for what the finding says (``fewest``).
"""

import re
from collections.abc import Iterator

import numpy as np
from populations import Population
from sampling import Sample

from probatum.facts.finding import Finding
from probatum.systems.datasets.groups import QUARTILES, groupings
from truths.levels import inside, levels
from truths.truth import Truth

MEASURE = "max_gap"
SCOPE = re.compile(r"groups of at least ([\d,]+) people")


def truths(population: Population, sample: Sample, finding: Finding) -> dict[str, Truth]:
    """Return the true max_gap."""
    columns = levels(population, sample, QUARTILES)
    every, covered = [0.0], [0.0]
    for grouping in groupings(sample.system.data.test):
        people = np.bincount(grouping.codes[grouping.codes >= 0], minlength=len(grouping.names))
        named = {place: inside(name, columns) for place, name in enumerate(grouping.names) if place != grouping.pooled}
        large = [group for place, group in named.items() if people[place] >= fewest(finding)]
        for number, of in _numbers(population):
            every += _gaps(list(named.values()), number, of)
            covered += _gaps(large, number, of)
    return {MEASURE: Truth(low=max(every), high=max(covered))}


def fewest(finding: Finding) -> int:
    """Return how many people of the sample a group has, at least, of which the finding says that it does no worse."""
    measure = finding.measures.get(MEASURE)
    said = SCOPE.search(measure.scope) if measure is not None and measure.scope else None
    return int(said[1].replace(",", "")) if said else 1


def _gaps(groups: list[np.ndarray], number: np.ndarray, of: np.ndarray) -> Iterator[float]:
    """Yield the differences in the mean of ``number`` over the rows ``of`` each group and of all others, (N,) each."""
    for group in groups:
        own, rest = group & of, ~group & of
        if own.any() and rest.any():
            yield abs(number[own].mean() - number[rest].mean())


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
