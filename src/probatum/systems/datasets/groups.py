# SPDX-License-Identifier: Apache-2.0
"""Tell people apart by the protected columns: one by one, and two at a time.

Numbers with more than ten different values are cut at quartiles. Groups of fewer than ten rows are pooled into one
that is called by its smallness, so that no name points at a person. Every value that stands in the rows counts, and
nothing else: groups, categories and quartiles do not depend on what other rows there are.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd

from probatum.systems.datasets.alone import alone, cells_of
from probatum.systems.datasets.rows import NUMBERS, Column, Kind, Rows, codes, numbers, printed
from probatum.systems.levels import MISSING, digitise, nice_edges, plain, ranges
from probatum.systems.views import Grouping

SMALL = 10  # rows; smaller groups are pooled
MOST_VALUES = 10  # a column of numbers with more is cut
QUARTILES = 4
POOLED = f"other (under {SMALL} each)"


def groupings(rows: Rows) -> tuple[Grouping, ...]:
    """Return the groupings of ``rows``: each protected column, then each pair of them crossed.

    Laws: each code belongs to a name or is -1, where a cell is missing; each named group has at least ten rows, but
    the pooled one, which may have fewer. A protected column that must not name a group (personal, or free text)
    gives a grouping without names, so that it is not forgotten.
    """
    seen = alone(rows)
    places = [place for place, column in enumerate(seen.schema.columns) if column.protected]
    single = [_of_column(seen, place) for place in places]
    named = [grouping for grouping in single if grouping.names]
    pooled = [_pooled(grouping) for grouping in single]
    return (*pooled, *(_pooled(_crossed(first, second)) for first, second in combinations(named, 2)))


def _of_column(rows: Rows, place: int) -> Grouping:
    column = rows.schema.columns[place]
    cells = cells_of(rows, place)
    if column.personal or column.kind is Kind.TEXT:
        return _grouping((column.name,), (), np.full(len(rows), MISSING))
    if column.kind in NUMBERS and not column.categories:
        return _of_numbers(numbers(cells, column), column)
    if column.kind in NUMBERS:  # words in an order
        levels, found = column.categories, codes(cells, column)
    else:
        found, values = pd.factorize(cells)
        levels, same = _sorted_names([printed(value) for value in values])
        found = np.append(same, MISSING)[found]
    return _grouping((column.name,), [f"{column.name} = {level}" for level in levels], found)


def _of_numbers(values: np.ndarray, column: Column) -> Grouping:
    """Cut numbers at quartiles, or take each value for itself where there are few."""
    say = _day if column.kind is Kind.DATE else plain
    different = np.unique(values[~np.isnan(values)])
    if different.size <= MOST_VALUES:
        found = np.where(np.isnan(values), MISSING, np.searchsorted(different, values))
        return _grouping((column.name,), [f"{column.name} = {say(value)}" for value in different], found)
    seen = values[np.isfinite(values)]
    edges = nice_edges(values, bins=QUARTILES)
    if column.kind is Kind.DATE:
        edges = np.unique(np.round(edges))
    names = ranges(edges, whole=bool((seen == np.round(seen)).all()), say=say)
    return _grouping((column.name,), [f"{column.name} {name}" for name in names], digitise(values, edges))


def _crossed(first: Grouping, second: Grouping) -> Grouping:
    width = len(second.names)
    missing = (first.codes == MISSING) | (second.codes == MISSING)
    found = np.where(missing, MISSING, first.codes * width + second.codes)
    names = [f"{one} and {other}" for one in first.names for other in second.names]
    return _grouping((*first.columns, *second.columns), names, found)


def _pooled(grouping: Grouping) -> Grouping:
    """Put groups of fewer than ten rows into one, the last; groups without a row go."""
    sizes = np.bincount(grouping.codes[grouping.codes != MISSING], minlength=len(grouping.names))
    kept = np.flatnonzero(sizes >= SMALL)
    place = np.full(len(grouping.names) + 1, len(kept), dtype=np.int32)
    place[kept] = np.arange(len(kept))
    place[-1] = MISSING  # what a code of -1 points at
    names = [grouping.names[group] for group in kept]
    if sizes[sizes < SMALL].any():
        names.append(f"{' and '.join(grouping.columns)}: {POOLED}")
    pooled = len(kept) if len(names) > len(kept) else -1
    return replace(_grouping(grouping.columns, names, place[grouping.codes]), pooled=pooled)


def _grouping(columns: tuple[str, ...], names: Sequence[str], found: np.ndarray) -> Grouping:
    return Grouping(columns=columns, names=tuple(names), codes=np.asarray(found, dtype=np.int32))


def _sorted_names(names: list[str]) -> tuple[tuple[str, ...], np.ndarray]:
    """Return the names in order, each once, and the place of each; 1 and 1.0 read the same."""
    levels, places = np.unique(np.asarray(names, dtype=object), return_inverse=True)
    return tuple(levels.tolist()), places.astype(np.int32)


def _day(days: float) -> str:
    return str(np.datetime64(int(days), "D"))
