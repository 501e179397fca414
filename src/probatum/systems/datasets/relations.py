# SPDX-License-Identifier: Apache-2.0
"""What a description says of every row must hold in those that the system learned from."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from probatum.systems.attacker import Sum
from probatum.systems.datasets.rows import Rows

ROUNDING = 1e-9  # a relation may be missed by this share of its terms: sums of decimals are never met exactly


def broken(relations: Sequence[Sum], rows: Rows) -> Iterator[str]:
    """Yield in a sentence each relation that rows break; cells that are missing or no numbers break nothing."""
    table = rows.features
    if not isinstance(table, pd.DataFrame):
        return
    for place, relation in enumerate(relations, start=1):
        if not all(name in table and pd.api.types.is_numeric_dtype(table[name].dtype) for name in relation.terms):
            continue
        parts = np.array([factor * table[name].to_numpy(np.float64) for name, factor in relation.terms.items()])
        total, slack = parts.sum(axis=0), ROUNDING * np.abs(parts).sum(axis=0)
        count = int(((total < relation.least - slack) | (total > relation.most + slack)).sum())
        if count:
            yield (
                f"[[data.relations]] {place}, of {', '.join(relation.terms)}: {count:,} of {len(table):,} rows that it "
                "learned from break it, so it does not hold in every row. Correct it, or give a tolerance."
            )
