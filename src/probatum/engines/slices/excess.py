# SPDX-License-Identifier: Apache-2.0
"""Mistakes in a group beyond what the system's own chances predict there.

The chances are recalibrated: rows are told apart in strata by how likely the system says that it is wrong, and each
stratum's share of mistakes is what a row of it is expected to add. With n_b rows and k_b mistakes in stratum b, of
which g_b rows lie in the group and f_b = g_b / n_b, the excess is

    sum over the group of (mistake - k_b / n_b) / rows in the group
      = sum over the group of (1 - f_b) mistake / rows  -  sum over the rest of f_b mistake / rows,

two weighted shares of different rows. It is 0 for a system whose chances are right in every group, however hard the
group is. Within a stratum the rows of a group may lean to one end; what that alone would bring is taken off, by a line
through the shares of the strata of other rows (``Curve``). Without chances there is one stratum, and the excess is the
group's share of mistakes less that of all rows.

Source: indirect standardisation, the difference that Mantel and Haenszel 1959, Journal of the National Cancer
Institute 22:719, test. Range of each weighted share: Korn and Graubard 1998, Survey Methodology 24:193; of their
difference: Zou and Donner 2008, Statistics in Medicine 27:1693 (MOVER).
"""

import math
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from probatum.engines.calibration.curve import Curve
from probatum.engines.intervals.concentration import hypergeometric
from probatum.engines.intervals.proportions import clopper_pearson_bounds
from probatum.facts.interval import Interval

_EPSILON = 1e-9
METHOD = "MOVER (Zou and Donner 2008) of Korn-Graubard 1998, at equal chances"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Strata:
    """The rows told apart by how likely each was to be wrong, and what came out."""

    codes: np.ndarray  # (n,) int, the stratum of each row
    leaning: np.ndarray  # (n,) how much likelier than its stratum each row is to be wrong
    rows: np.ndarray  # (b,) float, of each stratum
    mistakes: np.ndarray  # (b,) float

    @property
    def expected(self) -> np.ndarray:
        """(n,) the share of mistakes among rows of such a chance."""
        return np.asarray((self.mistakes / np.maximum(self.rows, 1))[self.codes] + self.leaning)

    @property
    def variance(self) -> float:
        """Mean variance of one row's mistake about what is expected."""
        share = _smoothed(self)
        return float((self.rows * share * (1 - share)).sum() / self.rows.sum())


def strata_of(chances: np.ndarray | None, curve: Curve, wrong: np.ndarray) -> Strata:
    """Return the rows in strata.

    Rows without a chance, as those without an answer, join the largest stratum: a stratum of their own would expect
    just as many mistakes as they bring.

    Args:
        chances: (n,) see ``calibration.curve.learned``; None: all rows are one stratum.
        curve: learned from other rows than these.
        wrong: (n,) bool, of these rows.
    """
    codes, leaning = np.zeros(len(wrong), dtype=np.int64), np.zeros(len(wrong))
    if chances is not None and curve.edges.size:
        there = ~np.isnan(chances)
        codes[there] = np.searchsorted(curve.edges, chances[there], side="right")
        codes[~there] = np.bincount(codes[there], minlength=1).argmax()
        at = np.zeros(len(wrong))
        at[there] = curve.at(chances[there])
        sums, many = np.bincount(codes[there], weights=at[there]), np.bincount(codes[there])
        leaning[there] = (at - (sums / np.maximum(many, 1))[codes])[there]
    rows = np.bincount(codes, minlength=curve.edges.size + 1).astype(np.float64)
    mistakes = np.bincount(codes, weights=wrong, minlength=rows.size)
    return Strata(codes=codes, leaning=leaning, rows=rows, mistakes=mistakes)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inside:
    """A group's part of each stratum."""

    strata: Strata
    rows: np.ndarray  # (b,) float
    mistakes: np.ndarray  # (b,) float
    leaning: float = 0.0  # mean over its rows

    @property
    def value(self) -> float:
        """The excess."""
        return float(self.mistakes.sum() / self.rows.sum()) - self.expected

    @property
    def expected(self) -> float:
        """The share of mistakes that the chances predict."""
        return float((self.rows * self._average).sum() / self.rows.sum()) + self.leaning

    @property
    def _average(self) -> np.ndarray:
        return np.asarray(self.strata.mistakes / np.maximum(self.strata.rows, 1))

    def interval(self, *, confidence: float, family: int) -> Interval:
        """Return the range of the excess, simultaneous over ``family`` groups."""
        f = self.rows / np.maximum(self.strata.rows, 1)
        size = self.rows.sum()
        inside = float(((1 - f) * self.mistakes).sum() / size)
        outside = float((f * (self.strata.mistakes - self.mistakes)).sum() / size)
        return self._range(inside, (outside, outside), confidence, family, METHOD)

    def hiding(self, most: int, *, confidence: float, family: int) -> Interval:
        """Return a range that holds for any count of mistakes in the group from 0 to ``most``, and tells none.

        It is worked out from the mistakes of all rows, wherever they are.
        """
        f = self.rows / np.maximum(self.strata.rows, 1)
        size = self.rows.sum()
        everywhere = float((f * self.strata.mistakes).sum() / size)
        away = min(everywhere, most * float(f.max()) / size)
        method = f"{METHOD}, widened to hide a count under {most + 1}"
        none = self._range(0.0, (everywhere - away, everywhere), confidence, family, method)
        inside = most * float((1 - f).max()) / size
        every = self._range(inside, (everywhere - away, everywhere), confidence, family, method)
        return Interval(lower=none.lower, upper=every.upper, confidence=confidence, method=every.method)

    def nearly_all_wrong(self, most: int, *, confidence: float, family: int) -> tuple[float, Interval]:
        """Return an excess and a range that hold for any count of right answers in the group from 1 to ``most``.

        They tell none of these counts: the excess is that of the middle one.
        """
        f = self.rows / np.maximum(self.strata.rows, 1)
        size = self.rows.sum()
        every = float(((1 - f) * self.rows).sum() / size)
        outside = max(float((f * (self.strata.mistakes - self.rows)).sum() / size), 0.0)
        beyond = outside + most * float(f.max()) / size
        method = f"{METHOD}, widened to hide a count under {most + 1}"
        fewest = self._range(
            max(every - most * float((1 - f).max()) / size, 0.0), (outside, beyond), confidence, family, method
        )
        highest = self._range(every, (outside, beyond), confidence, family, method)
        value = 1 - (most + 1) / 2 / float(size) - self.expected
        return value, Interval(lower=fewest.lower, upper=highest.upper, confidence=confidence, method=highest.method)

    def reach(self, *, confidence: float, family: int, luck: float) -> float:
        """Return the upper end of the range if the group were as it should be, and came out worse by luck.

        What was counted in the group has no say.

        Args:
            confidence: of all ranges at once.
            family: ranges.
            luck: standard errors by which it exceeds its due.
        """
        rows = np.maximum(self.strata.rows, 1)
        share, left, size = _smoothed(self.strata), self.rows * (1 - self.rows / rows), self.rows.sum()
        due = float((left * self._average).sum() / size)
        error = math.sqrt(float((left * share * (1 - share)).sum())) / size
        found = replace(self, leaning=0.0)._range(due + luck * error, (due, due), confidence, family, METHOD)
        return 1.0 if found.upper is None else found.upper

    def worse(self) -> float:
        """Return the chance of so many mistakes inside, or more, if within each stratum the group were like the rest.

        Exact: given the mistakes of each stratum, those inside are sums of hypergeometric numbers. What its leaning
        alone brings is not counted.
        """
        parts = [
            hypergeometric(int(k), int(g), int(n))
            for k, g, n in zip(self.strata.mistakes, self.rows, self.strata.rows, strict=True)
            if g
        ]
        least = sum(first for first, _ in parts)
        chances = reduce(np.convolve, (chance for _, chance in parts))
        counted = math.ceil(self.mistakes.sum() - self.leaning * self.rows.sum() - _EPSILON)
        return min(1.0, math.fsum(chances[max(0, counted - least) :]))

    def _range(
        self, inside: float, outside: tuple[float, float], confidence: float, family: int, method: str
    ) -> Interval:
        """Put the ranges of both weighted shares together; the second is known to lie between two numbers."""
        name = f"{method}{f', Šidák over {family}' if family > 1 else ''}"
        rows, own, size = self.strata.rows, self.rows, self.rows.sum()
        f = own / np.maximum(rows, 1)
        whole = float((own * (1 - f)).sum() / size)  # of the weights, inside as outside
        if whole <= 0:  # nobody else has such chances: its own mistakes are all that they can be held against
            return Interval(lower=-self.leaning, upper=-self.leaning, confidence=confidence, method=name)
        share = _smoothed(self.strata)
        pooled = float((own * (1 - f) * share).sum() / (size * whole))
        counts = [
            pooled * (1 - pooled) * (size * whole) ** 2 / float((many * weight**2 * share * (1 - share)).sum())
            for many, weight in ((own, 1 - f), (rows - own, f))
        ]
        means = np.array([inside, *outside]) / whole
        n = np.array([counts[0], counts[1], counts[1]])
        means = np.clip(means, 0.0, 1.0)
        lower, upper = clopper_pearson_bounds(means * n, n, confidence=confidence, family=family)
        low = means[0] - means[2] - math.hypot(means[0] - lower[0], upper[2] - means[2])
        high = means[0] - means[1] + math.hypot(upper[0] - means[0], means[1] - lower[1])
        low, high = whole * float(low) - self.leaning, whole * float(high) - self.leaning
        return Interval(lower=max(-1.0, low), upper=min(1.0, high), confidence=confidence, method=name)


def inside_of(strata: Strata, wrong: np.ndarray, inside: np.ndarray) -> Inside:
    """Return a group's part of the strata; ``wrong`` and ``inside`` are (n,) bool."""
    many = strata.rows.size
    return Inside(
        strata=strata,
        rows=np.bincount(strata.codes[inside], minlength=many).astype(np.float64),
        mistakes=np.bincount(strata.codes[inside & wrong], minlength=many).astype(np.float64),
        leaning=float(strata.leaning[inside].mean()),
    )


def even(strata: Strata, part: float) -> Inside:
    """Return a group that holds this part of every stratum, above 0 and below 1, and its due of the mistakes."""
    return Inside(strata=strata, rows=part * strata.rows, mistakes=part * strata.mistakes)


def _smoothed(strata: Strata) -> np.ndarray:
    """Return (b,) shares of mistakes that are neither 0 nor 1, for variances."""
    return np.asarray((strata.mistakes + 0.5) / (strata.rows + 1))
