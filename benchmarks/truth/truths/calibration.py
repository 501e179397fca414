# SPDX-License-Identifier: Apache-2.0
"""How far the chances are off: the root mean square over groups of rows about which much the same was said.

As many groups as the page of the check states for the sample (the cube root of its rows, 5 to 25), of about equally
many rows of the population; rows with the same chance are never parted.
"""

import numpy as np
from populations import Population
from sampling import Sample

from probatum.facts.finding import Finding
from truths.truth import Truth


def truths(population: Population, sample: Sample, finding: Finding) -> dict[str, Truth]:
    """Return the true calibration_error."""
    people = population.people
    if len(population.table.classes) == 2:
        said, right = people.said[:, 1], people.truth == 1
    else:
        said, right = people.said.max(axis=1), people.labels == people.truth
    groups = min(max(round(len(sample.people.truth) ** (1 / 3)), 5), 25)
    _, place, counts = np.unique(said, return_inverse=True, return_counts=True)
    middle = (np.cumsum(counts) - counts / 2) / said.size
    group = (middle * groups).astype(int)[place]
    rows = np.bincount(group, minlength=groups)
    off = np.bincount(group, right - said, minlength=groups) / np.maximum(rows, 1)
    return {"calibration_error": Truth.of(np.sqrt((rows * off**2).sum() / said.size))}
