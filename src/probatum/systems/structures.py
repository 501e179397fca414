# SPDX-License-Identifier: Apache-2.0
"""What a model is made of, as plain arrays or a network, for attacks and proofs that look inside."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, final

import numpy as np

from probatum.systems.datasets import Rows


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Linear:
    """Scores that are sums: ``x @ weights.T + bias``."""

    weights: np.ndarray  # (w, d) float64; w = 1: the second of two classes is answered where the score is above 0
    bias: np.ndarray  # (w,) float64; w > 1: the class with the highest score is answered


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Forest:
    """A tree ensemble, all trees in one set of arrays of m nodes; children lie behind their parents.

    The raw scores are ``base`` plus the sum (or the mean) over the trees of the value of the leaf that a row reaches.
    """

    columns: int  # d
    feature: np.ndarray  # (m,) int32, the column that a node looks at; -1: a leaf
    threshold: np.ndarray  # (m,) float64, exactly the number that the library compares with
    left: np.ndarray  # (m,) int32
    right: np.ndarray  # (m,) int32
    missing_left: np.ndarray  # (m,) bool, where a row without this cell goes
    value: np.ndarray  # (m, w) float64; zero in inner nodes
    roots: np.ndarray  # (t,) int32, in the order in which the library sums
    base: np.ndarray  # (w,) float64
    strict: bool  # left where x < threshold; else where x <= threshold
    single_inputs: bool  # cells are rounded to float32 before they are compared
    single_sums: bool  # the library sums in float32
    mean: bool = False  # divided by the number of trees after the sum
    link: Literal["identity", "logistic", "softmax"] = "identity"  # from raw scores to probabilities
    # w = 1: the second of two classes is answered where the raw score is above 0; w > 1: the class with the highest
    blur: float = 0.0  # raw scores this close to another answer may be answered either way: probabilities are rounded
    subset: np.ndarray | None = (
        None  # (m,) int32, row of ``goes_left`` for a node that splits categories; -1: by threshold
    )
    goes_left: np.ndarray | None = (
        None  # (s, c) bool: the codes of categories that go left; others and NaN: missing_left
    )


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Network:
    """A torch module: (n, ...) float32 to (n, k) scores, the highest wins; k = 1: above 0 is the second class."""

    module: Any  # torch.nn.Module in evaluation mode; typed loosely, since torch is an extra
    classes: int  # how many classes are told apart


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """Where one encoded column comes from: a number shifted and scaled, or one category of a column."""

    column: int  # place among the columns that the model is given
    scale: float = 1.0  # encoded = (cell - shift) * scale, for a number
    shift: float = 0.0
    category: int | None = None  # code of the category for which this column is ``on``, else ``off`` (one-hot)
    codes: tuple[float, ...] | None = None  # the encoded number of each category (ordinal encoding), in their order
    on: float = 1.0
    off: float = 0.0


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Structure:
    """The inside of a model: what turns rows into numbers, and what turns those numbers into scores."""

    core: Linear | Forest | Network
    encode: Callable[[Rows], np.ndarray]  # (n, ...) numbers as the core gets them
    inputs: tuple[Input, ...] | None  # of each encoded column; None: it cannot be told, so nothing is proven by box
    order: tuple[int, ...]  # place in the schema's classes of each class of the core
    untraced: str | None = None  # where there are no inputs: which column or step is at fault, and what would help
