# SPDX-License-Identifier: Apache-2.0
"""Columns that tell the answer alone, each by the better of two simple rules of that column.

The rules: each level of the column answers what its training rows mostly are, and a gap is a level. Each word is a
level, or there is a word or none, as in a column that is filled in afterwards. Each number is a level, as codes need
it, or numbers are cut at quantiles of each class, close together where a class ends, so that its edge is met however
rare it is. For a target that is a number,
the rule joins the mean answers at the column's values by straight lines; it repeats the noise of single rows, and so
finds a little less than there is.

A rule is asked about rows that it did not learn from: the test rows, and each fifth of the training rows in turn.
Equal rows lie in one fifth, so that an identifier of copied rows tells nothing. What it removes is the share of the
trivial rule's mistakes that it does not make: 1 tells all, 0 or less tells nothing.

Source: Tang, Tang and Chan 2003 (ratio of paired shares); Fieller 1954 (ratio of paired means); Šidák 1967 (all
rules at once).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from probatum.engines.intervals.mean_ratio import mean_ratio
from probatum.engines.intervals.multiplicity import sidak
from probatum.engines.intervals.paired_ratio import paired_ratio
from probatum.engines.leakage.cells import Cells
from probatum.facts.interval import Interval
from probatum.facts.progress import Step, Tell, untold

SHARES = np.array([0, 0.01, 0.03, 0.1, 0.25, 0.5, 0.75, 0.9, 0.97, 0.99, 1])  # of a class below its cuts

ALONE = -1  # the level of what stands in one row only


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How much of the answer one column tells."""

    removed: float  # share of the trivial rule's mistakes, at most 1
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What was found of columns that tell the answer."""

    told: tuple[tuple[str, Told], ...]  # with the column's name, strongest first
    rows: int  # that the rules were tried on
    proven: tuple[str, ...]  # columns that remove at least the share wanted
    undecided: tuple[str, ...]  # columns that may


def giveaways(names: Sequence[str], told: Sequence[Told | None], rows: int, *, share: float) -> Telling:
    """Sort the columns into those proven to remove at least that share of mistakes, those that may, and the rest."""
    known = [(name, one) for name, one in zip(names, told, strict=True) if one is not None]
    known.sort(key=lambda pair: -pair[1].removed)
    proven = [name for name, one in known if one.interval.lower is not None and one.interval.lower >= share]
    undecided = [
        name
        for name, one in known
        if name not in proven and (one.interval.upper is None or one.interval.upper >= share)
    ]
    return Telling(told=tuple(known), rows=rows, proven=tuple(proven), undecided=tuple(undecided))


def told_by_columns(
    train: Cells,
    test: Cells,
    truth: np.ndarray,
    rng: np.random.Generator,
    *,
    parts: int,
    most_cells: int,
    confidence: float,
    tell: Tell = untold,
) -> tuple[list[Told | None], int]:
    """Return what each column tells, numbers first, then words; and the number of rows on which it was tried.

    Args:
        train: n rows to learn the rules from.
        test: m rows that the rules are asked about, as they are about each part of ``train`` in turn.
        truth: (n + m,) int32 classes, or float64 numbers.
        rng: draws the parts, and the rows where there are too many.
        parts: of the training rows.
        most_cells: rows times columns to try, at most.
        confidence: of all ranges at once.
        tell: called with the progress.
    """
    width = train.numbers.shape[1] + train.codes.shape[1]
    part = parts_of(train.ids, len(test.ids), parts, rng)
    most = max(1, most_cells // max(width, 1))
    some = np.arange(len(part)) if len(part) <= most else np.sort(rng.permutation(len(part))[:most])
    of_train, of_test = some[some < len(train.ids)], some[some >= len(train.ids)] - len(train.ids)
    truth, part = truth[some], part[some]
    columns = (
        (np.concatenate([first[of_train, place], second[of_test, place]]), ordered)
        for first, second, ordered in ((train.numbers, test.numbers, True), (train.codes, test.codes, False))
        for place in range(first.shape[1])
    )
    if truth.dtype.kind == "f":
        learn, rules = _number_told, 1
    else:
        learn, rules = _class_told, 2
    told: list[Told | None] = []
    for column in columns:
        tell(Step(what="columns tried", done=len(told), of=width))
        told.append(learn(*column, truth, part, confidence, width * rules))
    return told, len(some)


def _class_told(
    values: np.ndarray, ordered: bool, truth: np.ndarray, part: np.ndarray, confidence: float, family: int
) -> Told | None:
    """Return what the better rule of one column tells of the class."""
    own = levels_of_words(values)
    tried = (own, levels_of_numbers(values, truth, part > 0) if ordered else np.where(own == 0, 0, 1))
    told = [told_of_class(levels, truth, part, confidence=confidence, family=family) for levels in tried]
    return max((one for one in told if one is not None), key=lambda one: one.removed, default=None)


def _number_told(
    values: np.ndarray, ordered: bool, truth: np.ndarray, part: np.ndarray, confidence: float, family: int
) -> Told | None:
    """Return what one column tells of a number."""
    if not ordered:
        levels = levels_of_words(values)
        values = np.where(levels == 0, np.nan, levels)
    return told_of_number(values, ordered, truth, part, confidence=confidence, family=family)


def parts_of(ids: np.ndarray, test_rows: int, parts: int, rng: np.random.Generator) -> np.ndarray:
    """Return (n + m,) the part of each row: 1 to ``parts`` for training rows, then 0 for test rows; draws them.

    Args:
        ids: (n,) of the training rows, equal where rows are; equal rows go to the same part.
        test_rows: m.
        parts: of the training rows.
        rng: draws which rows go together.
    """
    _, place = np.unique(ids, return_inverse=True)
    drawn = rng.permutation(int(place.max(initial=-1)) + 1) % parts + 1
    return np.concatenate([drawn[place.reshape(-1)], np.zeros(test_rows, dtype=np.int64)])


def levels_of_words(codes: np.ndarray) -> np.ndarray:
    """Return (n,) levels: 0 missing, -1 what stands in one row only and can tell of no other row, then the rest.

    Args:
        codes: (n,) int64 codes of words, -1 for missing; or float64 numbers, NaN for missing.
    """
    _, place, counts = np.unique(codes, return_inverse=True, return_counts=True)
    place = place.reshape(-1)
    missing = codes < 0 if codes.dtype.kind == "i" else np.isnan(codes)
    return np.where(missing, 0, np.where(counts[place] == 1, ALONE, place + 1))


def levels_of_numbers(values: np.ndarray, truth: np.ndarray, train: np.ndarray) -> np.ndarray:
    """Return (n,) levels: 0 missing, then what lies between two cuts, in order.

    Args:
        values: (n,) float64, NaN for missing.
        truth: (n,) int32 classes.
        train: (n,) bool, rows from which the cuts are learned.
    """
    known = train & ~np.isnan(values)
    cuts: list[np.ndarray] = []
    lower = np.less(SHARES, 0.5)
    for one in np.unique(truth[known]).tolist():
        own = np.quantile(values[known & (truth == one)], SHARES, method="nearest")
        # the lower cuts begin a level and the upper ones end it, so that a class's first and last row belong to it
        cuts.append(np.where(lower, own, np.nextafter(own, np.inf)))
    if not cuts:
        return np.zeros(len(values), dtype=np.int64)
    level = np.searchsorted(np.unique(np.concatenate(cuts)), values, side="right")
    return np.where(np.isnan(values), 0, level + 1)


def told_of_class(
    levels: np.ndarray, truth: np.ndarray, part: np.ndarray, *, confidence: float, family: int
) -> Told | None:
    """Return what the levels (n,) tell of the class; None where the most frequent class is always right.

    Args:
        levels: 0 for missing, -1 for what can tell of no other row.
        truth: (n,) int32 classes.
        part: (n,) 0 for test rows, else the part of the training rows.
        confidence: of all the family's ranges at once.
        family: columns looked at.
    """
    classes = int(truth.max()) + 1
    _, place = np.unique(levels, return_inverse=True)
    place, there = place.reshape(-1), levels != 0
    size = (int(place.max()) + 1) * classes
    cell = place * classes + truth
    learned = np.bincount(cell[part > 0], minlength=size)
    trivial = int(np.bincount(truth[part > 0], minlength=classes).argmax())
    answer: np.ndarray = np.empty(len(truth), dtype=np.int64)
    for one in np.unique(part).tolist():
        held = part == one
        # a test row was never among those learned from, so nothing is taken away
        counts = (learned - np.bincount(cell[held], minlength=size) if one else learned).reshape(-1, classes)
        rule = counts.argmax(axis=1)
        rest = part > 0 if one == 0 else (part > 0) & ~held
        fallback = _mode(truth[rest & there], classes, trivial)
        unseen = (counts.sum(axis=1) == 0)[place[held]] | (levels[held] == ALONE)
        answer[held] = np.where(unseen, np.where(there[held], fallback, trivial), rule[place[held]])
    return _compared(answer != truth, truth != trivial, confidence=confidence, family=family)


def told_of_number(
    values: np.ndarray, ordered: bool, truth: np.ndarray, part: np.ndarray, *, confidence: float, family: int
) -> Told | None:
    """Return what the values (n,) tell of a number; None where the median is always right.

    Args:
        values: NaN for missing; infinities count as missing, since no line joins them.
        ordered: the values are numbers; else they are levels, between which nothing lies.
        truth: (n,) float64.
        part: (n,) 0 for test rows, else the part of the training rows.
        confidence: of all the family's ranges at once.
        family: columns looked at.
    """
    median = float(np.median(truth[part > 0]))
    there = np.isfinite(values)
    answer: np.ndarray = np.full(len(truth), median)
    for one in np.unique(part).tolist():
        held, rest = part == one, (part > 0) & (part != one)
        gap = rest & ~there
        if gap.any():
            answer[held & ~there] = np.median(truth[gap])
        if (rest & there).any():
            known, means = _means(values[rest & there], truth[rest & there])
            asked = values[held & there]
            answer[held & there] = np.interp(asked, known, means)
            if not ordered:
                strange = ~np.isin(asked, known)
                answer[np.flatnonzero(held & there)[strange]] = np.median(truth[rest & there])
    ratio, interval = mean_ratio(np.abs(truth - answer), np.abs(truth - median), confidence=sidak(confidence, family))
    return None if ratio is None else _told(ratio, interval, confidence, family)


def _mode(truth: np.ndarray, classes: int, otherwise: int) -> int:
    return int(np.bincount(truth, minlength=classes).argmax()) if len(truth) else otherwise


def _means(values: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    known, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return known, np.bincount(place.reshape(-1), weights=truth) / counts


def _compared(wrong: np.ndarray, trivially: np.ndarray, *, confidence: float, family: int) -> Told | None:
    both, only_first = int((wrong & trivially).sum()), int((wrong & ~trivially).sum())
    only_second = int(trivially.sum()) - both
    neither = len(wrong) - both - only_first - only_second
    ratio, interval = paired_ratio(both, only_first, only_second, neither, confidence=sidak(confidence, family))
    return None if ratio is None else _told(ratio, interval, confidence, family)


def _told(ratio: float, left: Interval, confidence: float, family: int) -> Told:
    """Turn mistakes left into mistakes removed."""
    interval = Interval(
        lower=None if left.upper is None else float(1 - left.upper),
        upper=None if left.lower is None else float(1 - left.lower),
        confidence=confidence,
        method=left.method + (f", Šidák over {family}" if family > 1 else ""),
        why=left.why,
    )
    return Told(removed=float(1 - ratio), interval=interval)
