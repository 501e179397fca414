# SPDX-License-Identifier: Apache-2.0
"""Which training rows belong together: those of one group, and copies of one row.

A row that was copied, as where a rare class was oversampled, is known from its copy although it is left out of a
training itself. So copies are left out together. Equal rows that chance brings are not copies: new cases equal training
rows just as often, so a system may well profit by them.
"""

from weakref import WeakKeyDictionary, ref

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from probatum.engines.leakage.copies import counts_of
from probatum.engines.leakage.excess import chance_share
from probatum.engines.leakage.tables import table_of
from probatum.systems.datasets import Rows
from probatum.systems.datasets.folds import group_codes

CONFIDENCE = 0.95  # of the ranges by which copies are told from chance; see ``chance_share``


_KNOWN: WeakKeyDictionary[Rows, tuple[ref[Rows], np.ndarray | None]] = WeakKeyDictionary()


def together(train: Rows, test: Rows) -> np.ndarray | None:
    """Return (n,) int64, what belongs together, from 0; None where each row stands by itself.

    Args:
        train: the rows.
        test: others, which tell how often chance makes rows equal.
    """
    beside, found = _KNOWN.get(train, (None, None))
    if beside is None or beside() is not test:  # asked for by each training, and worked out once
        found = _together(train, test)
        _KNOWN[train] = ref(test), found
    return found


def _together(train: Rows, test: Rows) -> np.ndarray | None:
    groups = group_codes(train)
    if len(train) < 2 or not len(test):
        return groups
    table = table_of(train, test)
    ids, new = table.train.ids, table.test.ids
    counts = counts_of(ids, ids)
    if not (counts > 1).any() or not chance_share(counts, counts_of(new, new), confidence=CONFIDENCE).repeats:
        return groups
    _, copies = np.unique(ids, return_inverse=True)
    return copies.astype(np.int64) if groups is None else _joined(groups, copies)


def _joined(groups: np.ndarray, copies: np.ndarray) -> np.ndarray:
    """Return what belongs together by either of two ways to tell, (n,) from 0 each."""
    many = int(groups.max()) + 1
    size = many + int(copies.max()) + 1
    links = coo_array((np.ones(len(groups)), (groups, many + copies)), shape=(size, size))
    _, parts = connected_components(links, directed=False)
    _, codes = np.unique(parts[groups], return_inverse=True)
    return codes.astype(np.int64)
