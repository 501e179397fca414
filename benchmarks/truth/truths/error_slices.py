# SPDX-License-Identifier: Apache-2.0
"""How much worse groups go than the chances predict, or for numbers than all rows do.

What the chances predict of a row is the share wrong among the rows of the population with about the same chance, in
``STRATA`` equal parts. Where the finding says that no chances could be used, it is the share over all rows.

The lower end of the range speaks of the group that is named; where none is named, of the worst group there is. The
upper end speaks of every group of up to three levels whose share of the rows is at least the one stated.
"""

import re
from itertools import combinations

import numpy as np
from populations import Population
from sampling import Sample

from probatum.engines.slices.publish import BY_CHANCES
from probatum.facts.finding import Finding
from truths.levels import Levels, inside, levels
from truths.truth import Truth

STRATA = 50
FEWEST = 40  # rows of a group that can be named: min_support in each half
STATED = re.compile(r"Groups of fewer than ([\d,]+) cases")


def truths(population: Population, sample: Sample, finding: Finding) -> dict[str, Truth]:
    """Return the true worst_excess; for numbers the true worst_ratio."""
    loss, expected = _losses(population, by_chances=any(line.startswith(BY_CHANCES) for line in finding.details))
    measure = "worst_excess" if population.classes else "worst_ratio"
    columns = levels(population, sample, int(str(finding.options["bins"])))
    found = finding.measures.get(measure)
    if found is None:
        return {}
    named = next((part.name for part in (*found.groups, *([found.widest] if found.widest else ()))), None)
    rows = len(sample.people.truth)
    least = next((int(hit[1].replace(",", "")) for hit in map(STATED.search, finding.details) if hit), None)
    depth = int(str(finding.options["max_depth"]))
    covered = -1.0
    if found.interval is not None and found.interval.upper is not None and least is not None:
        covered = _worst(columns, loss, expected, least / rows, depth, population.classes)
    if named is not None:
        mask = inside(named, columns)
        low = loss[mask].mean() - (expected[mask].mean() if population.classes else 0.0)
    else:
        low = _worst(columns, loss, expected, FEWEST / rows, depth, population.classes)
    return {measure: Truth(low=float(low), high=float(covered))}


def _losses(population: Population, *, by_chances: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return (N,) mistakes and what the chances predict; for numbers errors in units of the mean error, and 1."""
    people = population.people
    if not population.classes:
        errors = np.abs(people.truth - people.said)
        return errors / errors.mean(), np.ones(len(errors))
    wrong = (people.labels != people.truth).astype(float)
    if not by_chances:
        return wrong, np.full(len(wrong), wrong.mean())
    sure = people.said[:, 1] if people.said.shape[1] == 2 else people.said.max(axis=1)
    group = np.unique(np.searchsorted(np.quantile(sure, np.arange(1, STRATA) / STRATA), sure), return_inverse=True)[1]
    return wrong, (np.bincount(group, wrong) / np.bincount(group))[group]


def _worst(
    columns: list[Levels], loss: np.ndarray, expected: np.ndarray, share: float, depth: int, classes: bool
) -> float:
    """Return the worst number of all groups with at least this share of the rows."""
    beyond = loss - expected if classes else loss
    least, worst = share * len(loss), -1.0
    for size in range(1, depth + 1):
        for some in combinations(columns, size):
            code = np.zeros(len(loss), dtype=np.int64)
            for one in some:
                code = code * (len(one.words) + 1) + one.codes + 1
            rows = np.bincount(code)
            large = rows >= max(least, 1)
            if large.any():
                worst = max(worst, float((np.bincount(code, beyond)[large] / rows[large]).max()))
    return worst
