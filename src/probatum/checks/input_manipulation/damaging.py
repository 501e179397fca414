# SPDX-License-Identifier: Apache-2.0
"""Rows that can be damaged: pictures, as points from 0 to 1, and tables, as cells of numbers and categories."""

from dataclasses import replace
from typing import Protocol, final

import numpy as np

from probatum.engines.corruption import pictures, tables
from probatum.systems.datasets import Kind, Rows
from probatum.systems.datasets.damaged import DAMAGED, damaged
from probatum.systems.datasets.encoded import encode
from probatum.systems.datasets.rows import NUMBERS


class Damaged(Protocol):
    """Some rows, and how they are damaged."""

    @property
    def labels(self) -> dict[str, str]:
        """Each kind of damage in plain words, by name."""

    def by(self, name: str, severity: int, rng: np.random.Generator) -> Rows | None:
        """Return the rows damaged in one way; None where their type cannot hold it."""


@final
class Pictures:
    """Rows that are pictures: (h, w), (1 or 3, h, w) or (h, w, 1 or 3)."""

    def __init__(self, rows: Rows, learned_from: Rows) -> None:
        """Take the pictures, and rows that tell which range their points have."""
        self.labels = {name: one.label for name, one in pictures.CATALOGUE.items()}
        features, known = np.asarray(rows.features), np.asarray(learned_from.features)
        self._rows, self._type, self._shape = rows, features.dtype, features.shape
        self._least = float(min(known.min(), features.min()))
        self._range = float(max(known.max(), features.max())) - self._least or 1.0
        self._colours_first = features.ndim == 4 and features.shape[1] in (1, 3) and features.shape[3] not in (1, 3)
        flat = features[..., None] if features.ndim == 3 else features
        flat = np.moveaxis(flat, 1, 3) if self._colours_first else flat
        self._points = (flat.astype(np.float64) - self._least) / self._range

    def by(self, name: str, severity: int, rng: np.random.Generator) -> Rows:
        """Return the pictures damaged in one way, in their own shape, type and scale."""
        points = pictures.corrupted(self._points, name, severity, rng) * self._range + self._least
        points = np.moveaxis(points, 3, 1) if self._colours_first else points
        written = np.rint(points) if self._type.kind != "f" else points
        return replace(self._rows, features=written.astype(self._type).reshape(self._shape), name=DAMAGED)


@final
class Table:
    """Rows of a table; free text and dates are left alone."""

    def __init__(self, rows: Rows, learned_from: Rows) -> None:
        """Take the rows, and those that tell what is usual."""
        given = rows.schema.given
        number = np.array([column.kind in NUMBERS and not column.categories for column in given], dtype=bool)
        touched = np.array([column.kind not in (Kind.TEXT, Kind.DATE) for column in given], dtype=bool)
        whole = np.array([column.kind is Kind.INTEGER for column in given], dtype=bool)
        self._rows, self._cells = rows, encode(rows)
        self._columns = tables.Columns.of(encode(learned_from), number=number, touched=touched, whole=whole)
        numbers = bool((number & touched).any())
        some = (
            {name: one for name, one in tables.CATALOGUE.items() if numbers or not one.numbers} if touched.any() else {}
        )
        self.labels = {name: one.label for name, one in some.items()}

    def by(self, name: str, severity: int, rng: np.random.Generator) -> Rows | None:
        """Return the rows damaged in one way; None where an array cannot leave cells empty."""
        cells = tables.corrupted(self._cells, name, severity, self._columns, rng)
        return damaged(cells, self._rows, self._cells)
