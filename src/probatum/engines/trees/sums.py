# SPDX-License-Identifier: Apache-2.0
"""Leaf values as integers, so that sums are exact, and how far the library's own rounded sum can lie from them."""

from dataclasses import dataclass
from functools import lru_cache
from typing import final

import numpy as np

from probatum.systems.structures import Forest

BITS = 58  # of the largest sum of one class


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Whole:
    """The values of an ensemble times a power of two, rounded to integers."""

    value: np.ndarray  # (m, w) int64
    base: np.ndarray  # (w,) int64
    exact: bool  # nothing was rounded, and the library's own sums are not rounded either
    error: float  # by which the library's sum may be off, as a share of the largest sum on its way
    blur: int  # a lead no larger than this is none: the library's probabilities are rounded


@lru_cache(maxsize=1)  # a model is asked about many times in turn
def integers(forest: Forest) -> Whole:
    """Return the values of an ensemble as integers."""
    trees = len(forest.roots)
    kind = np.float32 if forest.single_sums else np.float64
    values, bases = (numbers.astype(kind).astype(np.float64) for numbers in (forest.value, forest.base))
    largest = float(np.abs(values).max(initial=0.0) * trees + np.abs(bases).max(initial=0.0))
    scale = BITS - int(np.frexp(largest)[1])
    scaled, scaled_base = np.ldexp(values, scale), np.ldexp(bases, scale)
    value, base = np.rint(scaled).astype(np.int64), np.rint(scaled_base).astype(np.int64)
    digits = 24 if forest.single_sums else 53
    every = int(np.bitwise_or.reduce(np.abs(np.concatenate([value.ravel(), base]))))
    step = every & -every  # the largest power of two that divides all of them
    short = np.ldexp(largest, scale) <= step * 2.0 ** (digits - 3)  # so short that even a mean keeps sums apart
    unrounded = bool((value == scaled).all() and (base == scaled_base).all())
    # Higham 2002, "Accuracy and stability of numerical algorithms", section 4.2: each addition errs by one unit of its
    # own result; four more for the base, the mean and the comparison, and a hundredth for products of such errors
    error = 1.01 * (trees + 4) * 2.0**-digits
    blur = int(np.ceil(np.ldexp(forest.blur * (trees if forest.mean else 1), scale)))
    return Whole(value=value, base=base, exact=bool(short and unrounded), error=error, blur=blur)


def slack(values: Whole, classes: list[int], least: np.ndarray, most: np.ndarray) -> int:
    """Return how far the library's difference of scores can lie from the difference of the integers.

    Args:
        values: the ensemble.
        classes: the columns of scores that are compared, one or two.
        least: (t, len(classes)) int64, the least value in each tree, in the order in which the library sums.
        most: (t, len(classes)) int64, the greatest.
    """
    if values.exact:
        return 0
    ends = np.stack([least, most]).astype(np.float64)
    partial = np.abs(values.base[classes] + np.cumsum(ends, axis=1)).max(axis=(0, 1), initial=0.0)
    partial = np.maximum(partial, np.abs(values.base[classes]))
    rounding = len(classes) * (len(least) + 1)  # each integer is off by half at most
    return int(np.ceil(values.error * partial.sum())) + rounding
