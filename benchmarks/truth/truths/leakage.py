# SPDX-License-Identifier: Apache-2.0
"""Which part of the test rows was copied out of the training rows, and how many columns give the answer away.

Both are known since they were planted: copies in the sample, a column in both tables. The tables have no such column
of their own, and what their test rows share with the training rows came about by chance.
"""

from populations import Population
from sampling import Sample

from probatum.facts.finding import Finding
from truths.truth import Truth


def truths(
    population: Population, sample: Sample, finding: Finding, *, copied: float = 0.0, told: bool = False
) -> dict[str, Truth]:
    """Return the true shared_rows and giveaway_columns."""
    rows = len(sample.people.truth)
    return {"shared_rows": Truth.of(round(copied * rows) / rows), "giveaway_columns": Truth.of(int(told))}
