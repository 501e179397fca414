# SPDX-License-Identifier: Apache-2.0
"""How often the system is wrong, compared with a rule that knows nothing; that rule is learned from the training rows.

``skill`` is 1 minus the mean squared distance of the chances from the truth, over that of the classes' shares among
the training rows (Brier 1950); without chances, and for numbers, 1 minus ``error_ratio``.
"""

import numpy as np
from populations import Population
from sampling import Sample

from probatum.facts.finding import Finding
from truths.truth import Truth


def truths(population: Population, sample: Sample, finding: Finding) -> dict[str, Truth]:
    """Return the true error_rate, error_ratio and skill."""
    people, train = population.people, population.train
    if not population.classes:
        middle = np.median(train.truth)
        ratio = np.abs(people.truth - people.said).mean() / np.abs(people.truth - middle).mean()
        return {"error_ratio": Truth.of(ratio), "skill": Truth.of(1 - ratio)}
    classes = len(population.table.classes)
    shares = np.bincount(train.truth, minlength=classes) / len(train.truth)
    wrong = (people.labels != people.truth).mean()
    came = np.eye(classes)[people.truth]
    own, simple = (((chances - came) ** 2).sum(axis=1).mean() for chances in (people.said, shares))
    return {
        "error_rate": Truth.of(wrong),
        "error_ratio": Truth.of(wrong / (people.truth != shares.argmax()).mean()),
        "skill": Truth.of(1 - own / simple),
    }
