# SPDX-License-Identifier: Apache-2.0
"""How much smaller errors are because the system had seen the case. Answers are (n,) float64, NaN for no answer.

The unit is the mean absolute error of always saying one and the same number, the trivial answer.
"""

from dataclasses import replace

import numpy as np

from probatum.engines.intervals.mean_ratio import mean_ratio
from probatum.engines.mistakes.values import absolute_errors
from probatum.engines.overfitting.spread import apart, over_groups, over_trainings, wider
from probatum.facts.finding import Measure
from probatum.facts.interval import Interval


def paired_gap(
    truth: np.ndarray,
    seen: np.ndarray,
    unseen: np.ndarray,
    trivial: float,
    *,
    confidence: float,
    groups: np.ndarray | None = None,
    folds: int,
) -> Measure:
    """Return the mean absolute error when not seen in training, minus that when seen, in units of the trivial one.

    Args:
        truth: (n,) the right numbers.
        seen: (n,) what the system says, having learned from the row.
        unseen: (n,) what a system says that was trained without the row.
        trivial: the answer that knows nothing.
        confidence: of the range.
        folds: how many trainings there were, each without another part of the rows; see ``over_trainings``.
        groups: (n,) of rows that belong together; the range then allows for their being alike.
    """
    counted = ~(np.isnan(seen) & np.isnan(unseen))
    with_answer = np.where(np.isnan(seen), truth, seen)
    errors, unit = absolute_errors(truth, unseen, trivial)[counted], np.abs(truth - trivial)[counted]
    error, about = mean_ratio(errors, unit, confidence=confidence)
    if groups is not None:
        of_groups = over_groups(errors, unit, groups[counted], confidence=confidence)
        method = f"{about.method}; over rows or over whole groups, whichever reaches further"
        about = wider(about, of_groups, method)
    before = None if error is None else float(np.abs(truth - with_answer)[counted].sum() / unit.sum())
    interval = over_trainings(error, about, before, folds)
    value = None if error is None or before is None else error - before
    return Measure(value=value, unit="ratio", interval=interval, n=int(counted.sum()), why=interval.why)


def held_out_gap(
    train_truth: np.ndarray,
    train: np.ndarray,
    test_truth: np.ndarray,
    test: np.ndarray,
    trivial: float,
    *,
    confidence: float,
) -> Measure:
    """Return the error ratio of the test rows minus that of the train rows: two sets of different cases.

    The upper end of the range allows for every unanswered train row having been learned.
    """
    of_test = _error_ratio(test_truth, test, trivial, confidence)
    value, interval = apart(*of_test, *_error_ratio(train_truth, train, trivial, confidence))
    silent = np.isnan(train)
    if silent.any():
        learned = np.where(silent, train_truth, train)
        _, strict = apart(*of_test, *_error_ratio(train_truth, learned, trivial, confidence))
        interval = replace(interval, upper=strict.upper, method=f"{interval.method}, widened for missing answers")
    return Measure(value=value, unit="ratio", interval=interval, n=len(train) + len(test), why=interval.why)


def _error_ratio(
    truth: np.ndarray, values: np.ndarray, trivial: float, confidence: float
) -> tuple[float | None, Interval]:
    return mean_ratio(absolute_errors(truth, values, trivial), np.abs(truth - trivial), confidence=confidence)
