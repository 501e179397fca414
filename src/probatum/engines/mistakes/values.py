# SPDX-License-Identifier: Apache-2.0
"""Errors of a model that names a number, in the target's own unit."""

import numpy as np

from probatum.engines.intervals.mean_ratio import mean_ratio
from probatum.engines.intervals.means import mean
from probatum.facts.finding import Measure


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


def absolute_errors(truth: np.ndarray, values: np.ndarray, trivial: float) -> np.ndarray:
    """Return (n,) absolute errors, those of ``trivial`` where there is no answer."""
    return np.asarray(np.abs(truth - np.where(np.isnan(values), trivial, values)))
