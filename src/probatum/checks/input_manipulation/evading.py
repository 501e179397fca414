# SPDX-License-Identifier: Apache-2.0
"""The rows of a system as an attacker sees them: arrays of numbers, where each may go, and how to ask about a point."""

from copy import copy
from dataclasses import replace
from typing import Protocol, Self, final

import numpy as np

from probatum.checks.input_manipulation.pictured import SHADES, drawable, pair, read_off, shown, whole_points
from probatum.engines.evasion.threat import Norm, Region, region
from probatum.engines.evasion.universal import Span
from probatum.facts.finding import Picture
from probatum.systems.datasets import Rows
from probatum.systems.datasets.stated import IN_FULL, Rounding, Stated
from probatum.systems.interface import Answers, Predictions

FAR = 0.1  # of the range of all points that it learned from: tested points so far beyond it are odd
CHANGED = "changed"  # the name of changed rows: never the system's own, so nothing of them is stored


class Target(Protocol):
    """Some rows as an attacker sees them."""

    x: np.ndarray  # (n, ...) float64 or float32
    roundings: tuple[Rounding, ...]  # ways to print a change, in the order to be tried

    def take(self, index: np.ndarray) -> Self:
        """Return some of the rows; what was learned from all of them, such as ranges, stays."""

    def region(self, radius: float) -> Region:
        """Return where the attacker may go with changes of up to this radius."""

    def sizes(self, points: np.ndarray) -> np.ndarray:
        """Return (n,) the radius that a change of each row to its point needs, rounded up."""

    def ask(self, points: np.ndarray, which: np.ndarray) -> np.ndarray:
        """Return (m, k) scores of points made of the rows ``which`` (m,), by the users' own path; NaN: no answer."""

    def outward(self, points: np.ndarray, which: np.ndarray, times: float, radius: float) -> np.ndarray:
        """Return (m, ...) allowed points that lie further from the rows ``which`` (m,), up to the radius."""

    def stated(self, row: int, point: np.ndarray, *, contents: bool, rounding: Rounding) -> Stated:
        """Return in words what was changed, and the point that the words, or the picture, describe."""

    def seen(self, row: int) -> np.ndarray | None:
        """Return a row as it was, read off its picture; None where it is printed exactly."""

    def picture(self, row: int, point: np.ndarray) -> Picture | None:
        """Return both as pictures, where rows are pictures."""


@final
class Cells:
    """Rows whose cells are all in one unit, such as pictures: a change is a share of the range that cells have."""

    roundings: tuple[Rounding, ...] = (
        IN_FULL,
        Rounding(digits=None, toward="inward"),
        Rounding(digits=None, toward="outward"),
    )

    def __init__(self, system: Predictions, rows: Rows, learned_from: Rows, norm: Norm) -> None:
        """Take the rows to be changed, and those that tell which range the cells have."""
        features: np.ndarray = np.asarray(rows.features)
        known: np.ndarray = np.asarray(learned_from.features)
        self._system, self._rows, self.norm = system, rows, norm
        self._type = features.dtype
        self._whole = whole_points(features)
        self.x = features.astype(np.float64 if self._type == np.float64 else np.float32)
        (usual_least, usual_most), (least, most) = _ends(known), _ends(features)
        self.least, self.most = min(usual_least, least), max(usual_most, most)
        self.unit = (self.most - self.least) or 1.0  # of a radius
        self.others = self.x  # (p, ...) rows to start from
        beyond = max(usual_least - least, most - usual_most)
        self.strange: str | None = None  # what is odd about the rows, in a sentence
        if beyond > FAR * (usual_most - usual_least):
            self.strange = (
                f"The points of the tested pictures reach from {least:g} to {most:g}, of those it learned from from "
                f"{usual_least:g} to {usual_most:g}. Are both in one unit?"
            )

    def take(self, index: np.ndarray) -> Self:
        """Return some of the rows; the range of points, and the rows to start from, stay those of all."""
        some = copy(self)
        some._rows, some.x = self._rows.take(index), self.x[index]
        return some

    def region(self, radius: float) -> Region:
        """Return where the attacker may go with changes of up to this radius."""
        return region(self.x, lower=self.least, upper=self.most, norm=self.norm, radius=radius * self.unit)

    def span(self, radius: float) -> Span:
        """Return what one and the same change of all rows may be, up to this radius."""
        shape, length = self.x.shape[1:], radius * self.unit
        ball = None if self.norm is Norm.LINF else self.norm
        return Span(
            lower=np.full(shape, -length),
            upper=np.full(shape, length),
            whole=np.full(shape, self._type.kind != "f"),
            norm=ball,
            length=None if ball is None else length,
        )

    def sizes(self, points: np.ndarray) -> np.ndarray:
        """Return (n,) the radius that a change to these points needs, rounded up."""
        apart: np.ndarray = np.abs(self._written(points).astype(np.float64) - self.x.astype(np.float64))
        apart = apart.reshape(len(points), -1)
        if self.norm is Norm.LINF:
            size = apart.max(axis=1, initial=0.0)
        else:
            size = apart.sum(axis=1) if self.norm is Norm.L1 else np.sqrt((apart**2).sum(axis=1))
        return np.asarray(np.nextafter(size / self.unit, np.inf))

    def outward(self, points: np.ndarray, which: np.ndarray, times: float, radius: float) -> np.ndarray:
        """Return (m, ...) points that lie so many times as far from their rows, within range and radius."""
        every = self.x.copy()
        every[which] = points
        most = radius / np.maximum(self.sizes(every)[which], np.finfo(np.float64).tiny)
        scale = np.minimum(times, most).reshape(-1, *([1] * (points.ndim - 1)))
        moved = self.x[which] + scale * (points.astype(np.float64) - self.x[which])
        return np.asarray(np.clip(moved, self.least, self.most), dtype=self.x.dtype)

    def ask(self, points: np.ndarray, which: np.ndarray) -> np.ndarray:
        """Return (m, k) scores of points, (m, ...), as the system's users get them."""
        like = self._rows.take(which)
        said = self._system.answers(replace(like, features=self._written(points), name=CHANGED))
        return scores_of(said, len(self._rows.schema.classes))

    def stated(self, row: int, point: np.ndarray, *, contents: bool, rounding: Rounding) -> Stated:
        """Return how many points were changed, and the point as the picture shows it, where there is one."""
        count = int((self._written(point[None])[0] != self._written(self.x[row : row + 1])[0]).sum())
        words = (f"{count:,} of {point.size:,} points changed a little",)
        return Stated(words=words, cells=self._read_off(point, self.x[row], rounding) if contents else point)

    def seen(self, row: int) -> np.ndarray | None:
        """Return a row as it was, read off its picture."""
        return self._read_off(self.x[row], self.x[row], IN_FULL)

    def picture(self, row: int, point: np.ndarray) -> Picture | None:
        """Return both as pictures: (h, w), (1 or 3, h, w) or (h, w, 1 or 3)."""
        return self.pair(self.x[row], point)

    def pair(self, before: np.ndarray, after: np.ndarray) -> Picture | None:
        """Return two arrays of one shape as pictures; None where they are none."""
        if not drawable(before.shape):
            return None
        was, became = (shown(one[np.newaxis], self.least, self.unit)[0] for one in (before, after))
        return pair(was, became)

    def _read_off(self, point: np.ndarray, before: np.ndarray, rounding: Rounding) -> np.ndarray:
        """Return what somebody gets who reads a point off its picture of 8 bits; itself where there is none.

        Args:
            point: (...) the picture.
            before: (...) the picture that it was made of.
            rounding: of the points; inward: none goes further from what it was than it did; outward: none less far.
        """
        if not drawable(point.shape):
            return point
        read = read_off(point, self.least, self.unit, whole=self._whole)
        if rounding.toward != "nearest":
            shade = 1.0 if self._whole else self.unit / SHADES
            way = np.sign(point.astype(np.float64) - before) * (1.0 if rounding.toward == "outward" else -1.0)
            short = way * (point - read) > shade / 1e6  # it was rounded the other way
            read = np.clip(read + np.where(short, way * shade, 0.0), self.least, self.most)
        return np.asarray(read, dtype=self.x.dtype)

    def _written(self, points: np.ndarray) -> np.ndarray:
        """Return the points as the system gets them: whole numbers where its rows are whole numbers."""
        whole = self._type.kind != "f"
        return np.asarray(np.rint(points) if whole else points, dtype=self._type)


def whole(rows: Rows) -> np.ndarray:
    """Return (n,) bool: every point of the picture is a number; of tables, all rows, for cells may be missing."""
    if rows.pictures and rows.features.dtype.kind == "f":
        return np.asarray(np.isfinite(rows.features).reshape(len(rows), -1).all(axis=1))
    return np.ones(len(rows), dtype=bool)


def _ends(points: np.ndarray) -> tuple[float, float]:
    """Return the least and the most point that is a number; 0 and 0 where there is none."""
    known = points[np.isfinite(points)] if points.dtype.kind == "f" else points
    return (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)


def scores_of(answers: Answers, classes: int) -> np.ndarray:
    """Return (m, k) scores; labels as rows with a single 1, NaN where there is no answer."""
    if answers.scores is not None:
        return answers.scores
    scores: np.ndarray = np.eye(classes)[answers.labels]
    scores[~answers.given] = np.nan
    return scores
