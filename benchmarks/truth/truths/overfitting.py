# SPDX-License-Identifier: Apache-2.0
"""How much worse other cases go than those the system learned from; nothing is trained again.

It is the gap of this very model to these very training cases, so that of the two only the held-out ones are a sample.
For numbers both errors are in units of that of the training cases' median, each on its own cases.
"""

import numpy as np
from populations import Population, Side
from sampling import Sample

from probatum.facts.finding import Finding
from truths.truth import Truth


def truths(population: Population, sample: Sample, finding: Finding) -> dict[str, Truth]:
    """Return the true gap."""
    middle = np.median(population.train.truth)

    def error(side: Side) -> float:
        if population.classes:
            return float((side.labels != side.truth).mean())
        return float(np.abs(side.truth - side.said).mean() / np.abs(side.truth - middle).mean())

    return {"gap": Truth.of(error(population.people) - error(population.train))}
