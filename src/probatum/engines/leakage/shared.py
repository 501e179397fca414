# SPDX-License-Identifier: Apache-2.0
"""How many test rows stand in the training rows, equal or nearly so, beyond what chance gives."""

from dataclasses import dataclass

import numpy as np

from probatum.engines.leakage.cells import Cells
from probatum.engines.leakage.copies import counts_of
from probatum.engines.leakage.excess import Chance, chance_share, copied, found_share, matched_share
from probatum.engines.leakage.near import NearCopies, near_copies
from probatum.facts.interval import Interval
from probatum.facts.progress import Tell, untold


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What was found of copied rows."""

    test_rows: int
    equal: int  # test rows that equal a training row
    near: NearCopies
    chance: Chance  # of being equal
    copied: float  # the part of the test rows that was, beyond what chance makes equal
    interval: Interval  # of that part

    @property
    def found(self) -> float:
        """The share of test rows that are equal or near to a training row."""
        return self.equal / self.test_rows + self.near.found / self.near.compared


def shared_rows(
    train: Cells,
    test: Cells,
    rng: np.random.Generator,
    *,
    rare: float,
    widest: float,
    most: int,
    work_limit: int,
    confidence: float,
    tell: Tell = untold,
) -> Shared:
    """Compare each test row with the training rows, and the training rows with each other; see ``near_copies``."""
    near = near_copies(train, test, rng, rare=rare, widest=widest, most=most, work_limit=work_limit, tell=tell)
    equal = int((counts_of(test.ids, train.ids) > 0).sum())
    inside = counts_of(train.ids, train.ids)
    chance = chance_share(inside, counts_of(test.ids, test.ids), confidence=confidence)
    n, m = len(train.ids), len(test.ids)
    # where all rows were looked at, equal and near ones are one count, whose range is narrower than that of a sum
    if near.compared == m:
        found = [found_share(equal + near.found, m, confidence=confidence)]
    else:
        found = [
            found_share(count, of, confidence=confidence) for count, of in ((equal, m), (near.found, near.compared))
        ]
    if near.chance_compared == n and not (chance.repeats or chance.thinned):
        matched, twos = int((inside > 1).sum()), int((inside == 2).sum())
        # near rows count as pairs, which makes the range rather too wide
        by_chance = [matched_share(matched + near.chance, n, twos + near.chance, n, confidence=confidence)]
    else:
        nearly = matched_share(near.chance, near.chance_compared, near.chance, n, confidence=confidence)
        by_chance = [chance.share, nearly]
    value, interval = copied(found, by_chance, confidence=confidence)
    return Shared(test_rows=m, equal=equal, near=near, chance=chance, copied=value, interval=interval)
