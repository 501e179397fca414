# SPDX-License-Identifier: Apache-2.0
"""Columns cut into named levels, and the plain name of a slice: ``region = north and age 25 to 37``."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from probatum.engines.mistakes.small_counts import SMALL
from probatum.engines.slices.slices import MISSING, Slice
from probatum.systems.levels import digitise, nice_edges, plain, ranges


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedColumn:
    """A column's levels, as codes and in words that follow the column's name."""

    codes: np.ndarray  # (n,) int32, -1 for missing
    name: str
    levels: tuple[str, ...]  # "= north", "25 to 37"

    def level(self, code: int) -> str:
        """Return the name of one level with its column."""
        return f"{self.name} missing" if code == MISSING else f"{self.name} {self.levels[code]}"


def of_categories(codes: np.ndarray, name: str, categories: Sequence[str]) -> NamedColumn:
    """Name a column of categories, (n,) int32 codes."""
    return NamedColumn(codes=codes, name=name, levels=tuple(f"= {category}" for category in categories))


def of_numbers(values: np.ndarray, name: str, *, bins: int) -> NamedColumn:
    """Cut a column of numbers (n,) near its own quantiles."""
    edges = nice_edges(values, bins=bins)
    seen = values[np.isfinite(values)]
    whole = bool((seen == np.round(seen)).all())
    names = list(ranges(edges, whole=whole))
    for level, cells in enumerate(np.split(np.sort(seen), np.searchsorted(np.sort(seen), edges))):
        if len(cells) >= SMALL and cells[0] == cells[-1]:
            names[level] = f"= {plain(cells[0])}"  # many rows share it, so it points at nobody
    return NamedColumn(codes=digitise(values, edges), name=name, levels=tuple(names))


def name_of(found: Slice, columns: Sequence[NamedColumn]) -> str:
    """Return the slice in words."""
    return " and ".join(columns[column].level(code) for column, code in found.levels)
