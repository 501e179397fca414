# SPDX-License-Identifier: Apache-2.0
"""The rows that the families of networks learn from and are asked about."""

import gzip
from dataclasses import dataclass
from functools import lru_cache

import models
import numpy as np
import torch
from sklearn.datasets import load_breast_cancer, load_digits
from torch import Tensor

LEARNED = 10_000  # MNIST images that each network learns from


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Split:
    """Rows to learn from, and rows to be asked about."""

    train_x: Tensor  # float32
    train_y: Tensor
    test_x: Tensor
    test_y: Tensor
    classes: int
    lower: float | np.ndarray  # least of each cell
    upper: float | np.ndarray


@lru_cache
def load_split(name: str) -> Split:
    """Return rows by name; those ending in -b share none with those without."""
    if name.startswith("mnist"):
        return _mnist(second=name.endswith("b"))
    if name.startswith("digits"):
        return _digits(second=name.endswith("b"))
    return _cancer() if name == "cancer" else _adult()


def _mnist(*, second: bool) -> Split:
    (train_x, train_y), (test_x, test_y) = models.mnist("train"), models.mnist("test")
    learned = slice(30_000, 30_000 + LEARNED) if second else slice(0, LEARNED)
    asked = slice(5_000, 10_000) if second else slice(0, 5_000)
    return _split(train_x[learned], train_y[learned], test_x[asked], test_y[asked], 10, 0.0, 1.0)


def _digits(*, second: bool) -> Split:
    held = load_digits()
    x, y = (held.images[:, None] / 16).astype(np.float32), held.target
    part = slice(1, None, 2) if second else slice(0, None, 2)
    x, y = x[part], y[part]
    return _split(x[:600], y[:600], x[600:], y[600:], 10, 0.0, 1.0)


def _cancer() -> Split:
    held = load_breast_cancer()
    x, y = held.data, held.target
    x = ((x - x.min(0)) / (x.max(0) - x.min(0))).astype(np.float32)
    order = np.random.default_rng(0).permutation(len(x))
    x, y = x[order], y[order]
    return _split(x[:300], y[:300], x[300:], y[300:], 2, 0.0, 1.0)


def _adult() -> Split:
    """Return the six numbers of each person, each in parts of the range from the 5th to the 95th of 100."""
    rows = []
    with gzip.open(models.mnist_file().with_name("adult.data.gz"), "rt") as lines:
        for line in lines:
            cells = [cell.strip() for cell in line.strip().split(",")]
            if len(cells) == 15:
                rows.append([float(cells[place]) for place in (0, 2, 4, 10, 11, 12)] + [float(cells[14] == ">50K")])
    held = np.array(rows)
    x, y = held[:, :6], held[:, 6].astype(np.int64)
    low, high = np.quantile(x, 0.05, axis=0), np.quantile(x, 0.95, axis=0)
    wide = np.where(high > low, high - low, x.max(0) - x.min(0))
    x = ((x - low) / wide).astype(np.float32)
    return _split(x[:LEARNED], y[:LEARNED], x[20_000:], y[20_000:], 2, x.min(0), x.max(0))


def _split(
    train_x: np.ndarray, train_y: np.ndarray, test_x: np.ndarray, test_y: np.ndarray, classes: int,
    lower: float | np.ndarray, upper: float | np.ndarray,
) -> Split:  # fmt: skip
    x, y, other_x, other_y = (torch.from_numpy(np.ascontiguousarray(one)) for one in (train_x, train_y, test_x, test_y))
    return Split(
        train_x=x, train_y=y.long(), test_x=other_x, test_y=other_y.long(), classes=classes, lower=lower, upper=upper
    )
