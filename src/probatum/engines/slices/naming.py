# SPDX-License-Identifier: Apache-2.0
"""Columns cut into named levels, and the plain name of a slice: ``region = north and age 25 to 37``."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from probatum.engines.mistakes.small_counts import SMALL
from probatum.engines.slices.bins import digitise, nice_edges
from probatum.engines.slices.slices import MISSING, Slice


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


def of_numbers(values: np.ndarray, learned_from: np.ndarray, name: str, *, bins: int) -> NamedColumn:
    """Cut a column of numbers (n,) at edges learned from other rows of the same column."""
    edges = nice_edges(learned_from, bins=bins)
    seen = learned_from[np.isfinite(learned_from)]
    whole = bool((seen == np.round(seen)).all())
    names = list(_ranges(edges, whole=whole))
    for level, cells in enumerate(np.split(np.sort(seen), np.searchsorted(np.sort(seen), edges))):
        if len(cells) >= SMALL and cells[0] == cells[-1]:
            names[level] = f"= {_plain(cells[0])}"  # many rows share it, so it points at nobody
    return NamedColumn(codes=digitise(values, edges), name=name, levels=tuple(names))


def name_of(found: Slice, columns: Sequence[NamedColumn]) -> str:
    """Return the slice in words."""
    return " and ".join(columns[column].level(code) for column, code in found.levels)


def _ranges(edges: np.ndarray, *, whole: bool) -> tuple[str, ...]:
    """Say each level; an edge belongs to the level above it."""
    if not len(edges):
        return ("= any",)
    if not whole:
        inner = [f"{_plain(low)} to below {_plain(high)}" for low, high in pairwise(edges)]
        return (f"below {_plain(edges[0])}", *inner, f"{_plain(edges[-1])} or more")
    inner = [
        f"= {_plain(low)}" if high - low == 1 else f"{_plain(low)} to {_plain(high - 1)}"
        for low, high in pairwise(edges)
    ]
    return (f"up to {_plain(edges[0] - 1)}", *inner, f"{_plain(edges[-1])} or more")


def _plain(edge: float) -> str:
    return f"{int(edge):,}" if float(edge).is_integer() else f"{edge:,.6g}"
