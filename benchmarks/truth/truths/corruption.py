# SPDX-License-Identifier: Apache-2.0
"""How many right answers moderate damage takes: counted on some thousand rows of the population.

The damage itself is the check's own, since it is what the measure is about; of the check's numbers only the counts
are used. The rows are many times those of a run, so that what is left of chance is small beside a run's range.
"""

from functools import cache

from populations import Population
from sampling import Sample, measured, whole

from probatum.facts.finding import Finding
from probatum.facts.policy import Stakes
from probatum.runs.policies import shipped
from truths.truth import Truth

ROWS = 8_000


def truths(population: Population, sample: Sample, finding: Finding) -> dict[str, Truth]:
    """Return the true lost_share and worst_lost_share."""
    return _of(population)


@cache
def _of(population: Population) -> dict[str, Truth]:
    found = measured(whole(population), "input-manipulation/corruption", shipped(Stakes.MEDIUM), 1, rows=ROWS)
    kinds = [part.value or 0.0 for part in found.measures["lost_share"].groups]
    return {"lost_share": Truth.of(sum(kinds) / len(kinds)), "worst_lost_share": Truth.of(max(kinds))}
