# SPDX-License-Identifier: Apache-2.0
"""Errors of a model that names a number, in the target's own unit."""

import math
from dataclasses import replace

import numpy as np

from probatum.engines.intervals.mean_ratio import mean_ratio
from probatum.engines.intervals.means import mean
from probatum.engines.intervals.skewed import skewed_mean
from probatum.facts.finding import Measure
from probatum.facts.interval import Interval


def mean_error(truth: np.ndarray, values: np.ndarray, *, confidence: float) -> Measure:
    """Return the mean absolute error over the rows that have an answer, (n,) float64 each."""
    errors = np.abs(truth - values)[~np.isnan(values)]
    value, interval = mean(errors, confidence=confidence)
    return Measure(value=value, unit="target", interval=interval, n=len(errors), why=interval.why)


def error_ratio(truth: np.ndarray, values: np.ndarray, trivial: float, *, confidence: float) -> Measure:
    """Return the mean absolute error in units of that of always saying ``trivial``, on the same rows.

    A row without an answer counts as if ``trivial`` had been said: silence is never better than knowing nothing.
    """
    value, interval = mean_ratio(
        absolute_errors(truth, values, trivial), np.abs(truth - trivial), confidence=confidence
    )
    return Measure(value=value, unit="ratio", interval=interval, n=len(truth), why=interval.why)


def root_mean_square(truth: np.ndarray, values: np.ndarray, *, confidence: float) -> Measure:
    """Return the root of the mean squared error over the rows that have an answer, in the target's own unit."""
    squares = ((truth - values) ** 2)[~np.isnan(values)]
    value, interval = skewed_mean(squares, confidence=confidence)
    ends = replace(
        interval,
        lower=None if interval.lower is None else math.sqrt(interval.lower),
        upper=None if interval.upper is None else math.sqrt(interval.upper),
        method=f"{interval.method}, root of the range of squares",
    )
    root = None if value is None else math.sqrt(value)
    return Measure(value=root, unit="target", interval=ends, n=len(squares), why=interval.why)


def determination(truth: np.ndarray, values: np.ndarray, *, confidence: float) -> Measure:
    """Return R squared: 1 minus the mean squared error in units of that of always saying the mean of these rows.

    A row without an answer counts as if the mean had been said.
    """
    middle = float(truth.mean())
    squares = (truth - np.where(np.isnan(values), middle, values)) ** 2
    ratio, interval = mean_ratio(squares, (truth - middle) ** 2, confidence=confidence)
    ends = one_minus(interval, "of the ratio of mean squares")
    value = None if ratio is None else 1 - ratio
    return Measure(value=value, unit="", interval=ends, n=len(truth), why=interval.why)


def one_minus(interval: Interval, of: str) -> Interval:
    """Return the interval of 1 minus a ratio; ``of`` names the ratio in the method."""
    return replace(
        interval,
        lower=None if interval.upper is None else 1 - interval.upper,
        upper=None if interval.lower is None else 1 - interval.lower,
        method=f"{interval.method}, {of}",
    )


def absolute_errors(truth: np.ndarray, values: np.ndarray, trivial: float) -> np.ndarray:
    """Return (n,) absolute errors, those of ``trivial`` where there is no answer."""
    return np.asarray(np.abs(truth - np.where(np.isnan(values), trivial, values)))


def simplest_error(truth: np.ndarray, learned_from: np.ndarray | None = None) -> float:
    """Return by how much the simplest rule, always saying the median, is off on average, in the target's own unit.

    Args:
        truth: (n,) of the rows on which it is tried.
        learned_from: (m,) where the median is taken from; None: from the same rows.
    """
    middle = float(np.median(truth if learned_from is None else learned_from))
    return float(np.abs(truth - middle).mean())
