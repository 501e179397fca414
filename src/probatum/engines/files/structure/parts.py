# SPDX-License-Identifier: Apache-2.0
"""What the formats of models have in common: counts that agree, finite numbers, trees without loops."""

from collections.abc import Mapping
from typing import Any

import numpy as np

MOST_COUNT = 2**31 - 1  # libraries keep counts and indices in 32 bits


class StructureError(ValueError):
    """A file contradicts itself; the message says where, without the file's name."""


def require(holds: object, sentence: str) -> None:
    """Raise with the sentence where something does not hold."""
    if not holds:
        raise StructureError(sentence)


def entry(table: Any, key: str, what: str) -> Any:
    """Return an entry of an object."""
    require(isinstance(table, Mapping) and key in table, f"{what} has no {key}")
    return table[key]


def count(value: Any, what: str, *, least: int = 0, most: int = MOST_COUNT) -> int:
    """Return a whole number that stands as such or as its digits."""
    digits = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len(str(MOST_COUNT))
    whole = int(value) if digits or (isinstance(value, int) and not isinstance(value, bool)) else -1
    require(least <= whole <= most, f"{what} is no whole number from {least:,} to {most:,}")
    return whole


def whole_numbers(values: Any, what: str) -> np.ndarray:
    """Return a list as int64, (n,)."""
    array = _flat(values, what)
    require(array.dtype.kind in "iub" or not array.size, f"{what} holds more than whole numbers")
    require(not array.size or _within(array), f"{what} holds a number that is too large")
    return array.astype(np.int64)


def numbers(values: Any, what: str) -> np.ndarray:
    """Return a list as float64, (n,)."""
    array = _flat(values, what)
    require(array.dtype.kind in "iuf" or not array.size, f"{what} holds more than numbers")
    return array.astype(np.float64)


def finite(values: np.ndarray, what: str) -> None:
    """Refuse NaN and infinities."""
    require(np.isfinite(values).all(), f"{what} holds a number that is not finite")


def within(values: np.ndarray, least: int, below: int, what: str) -> None:
    """Refuse indices out of range."""
    require(bool(((values >= least) & (values < below)).all()), f"{what} holds an index out of range")


def same_length(lists: Mapping[str, np.ndarray], length: int, what: str) -> None:
    """Refuse lists of another length than stated."""
    for name, values in lists.items():
        require(len(values) == length, f"{name} of {what} has {len(values):,} entries, not {length:,}")


def reached(
    left: np.ndarray, right: np.ndarray, what: str, deepest: int, roots: np.ndarray | None = None
) -> np.ndarray:
    """Return which nodes are reached from the roots, as (n,) bool; a child below 0 is none.

    Args:
        left: one child of each node, (n,).
        right: the other.
        what: the tree, for messages.
        deepest: levels that it may have.
        roots: where the trees begin; node 0 if absent.

    Raises:
        StructureError: a child is out of range, a node has two parents or is its own ancestor, or the tree is too deep.
    """
    starts = np.zeros(min(1, len(left)), dtype=np.int64) if roots is None else roots
    children = np.concatenate([left, right])
    children = children[children >= 0]
    within(children, 0, len(left), f"the children of {what}")
    require(not np.isin(starts, children).any(), f"a root of {what} is a child")
    require(not children.size or np.bincount(children).max() == 1, f"a node of {what} has two parents")
    seen = np.zeros(len(left), dtype=bool)
    level, depth = starts, 0
    while level.size:  # with one parent for each node, no node is met twice
        require(depth <= deepest, f"{what} is more than {deepest:,} levels deep")
        seen[level] = True
        below = np.concatenate([left[level], right[level]])
        level, depth = below[below >= 0], depth + 1
    return seen


def _flat(values: Any, what: str) -> np.ndarray:
    require(isinstance(values, list | tuple | np.ndarray), f"{what} is no list")
    try:
        array = np.asarray(values)
    except (ValueError, OverflowError) as error:
        raise StructureError(f"{what} is no plain list of numbers") from error
    require(array.ndim == 1, f"{what} is no plain list of numbers")
    return array


def _within(array: np.ndarray) -> bool:
    return bool(array.max() <= 2**63 - 1)
