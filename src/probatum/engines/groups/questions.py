# SPDX-License-Identifier: Apache-2.0
"""Which shares and averages of a group are looked at, and what each says in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from probatum.engines.groups.averages import Averages, moments
from probatum.engines.groups.shares import Shares
from probatum.engines.groups.tallies import Tally, counted, tally

SELECTION = "selection_rate"
HITS = "true_positive_rate"
FALSE_ALARMS = "false_positive_rate"
PRECISION = "precision"
CALIBRATION = "calibration_gap"
SILENCE = "no_answer_rate"
MEAN_ERROR = "mean_signed_error"
RANK_LEVELS = 10  # into which ranks of many values are cut


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Groups:
    """The rows told apart in one way."""

    names: tuple[str, ...]
    columns: tuple[str, ...]
    codes: np.ndarray  # (n,) int32 index into names; -1: in no group


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """One number in every group of one grouping."""

    measure: str
    groups: Groups
    rows: np.ndarray  # (g,) of each group, whatever the number rests on
    numbers: Shares | Averages
    whose: str = ""  # of whom: "whose right answer was “yes”"
    did: str = ""  # what is counted: "were answered “yes”"
    of: str = ""  # the class, where there are several


def about_classes(
    groups: Groups, truth: np.ndarray, labels: np.ndarray, classes: Sequence[str], positive: int | None
) -> Iterator[Question]:
    """Yield the shares of one grouping: of the class looked for, or of each class against the rest.

    Args:
        groups: the grouping.
        truth: (n,) int32 places in ``classes``.
        labels: (n,) likewise, -1 for no answer.
        classes: as printed.
        positive: the class that is looked for; None: each in turn.
    """
    given = labels >= 0
    for place, name in enumerate(classes):
        right = truth == place
        if positive is None or place == positive:
            other = f"was “{classes[1 - place]}”" if len(classes) == 2 else f"was not “{name}”"
            of = f"“{name}”" if positive is None else ""
            yield from _about_class(groups, right, labels == place, given, (name, other, of))
        if not given.all():
            yield _silence(groups, right, given, name)


def about_scores(groups: Groups, right: np.ndarray, expected: np.ndarray) -> Question:
    """Return the mean of (truth - what was expected): above 0, the class is more frequent than the score says.

    Args:
        groups: the grouping.
        right: (n,) bool, the class looked for is the right one.
        expected: (n,) its probability, as scored or as pooled over equal ranks; NaN for none.
    """
    found = moments(groups.codes, len(groups.names), right - expected)
    numbers = Averages(seen=found, lowest=found, highest=found, unit="share")
    return Question(measure=CALIBRATION, groups=groups, rows=_rows(groups), numbers=numbers)


def about_values(groups: Groups, truth: np.ndarray, values: np.ndarray, middle: float) -> Iterator[Question]:
    """Yield the mean of (answer - truth) in units of the mean absolute error of always saying ``middle``.

    A missing answer is left out of the average; the range allows that it was the lowest or highest ever given.
    """
    given = ~np.isnan(values)
    unit = float(np.abs(truth - middle).mean()) or 1.0
    ends = (float(values[given].min()), float(values[given].max())) if given.any() else (middle, middle)
    seen, lowest, highest = (
        moments(groups.codes, len(groups.names), (np.where(given, values, silent) - truth) / unit)
        for silent in (np.nan, *ends)
    )
    numbers = Averages(seen=seen, lowest=lowest, highest=highest, unit="ratio")
    yield Question(measure=MEAN_ERROR, groups=groups, rows=_rows(groups), numbers=numbers)
    if not given.all():
        yield _silence(groups, np.ones(len(truth), dtype=bool), given, "")


def expected_at_rank(right: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    """Return (n,) the share of rows at which the class is right, among all rows of the same rank; NaN for no rank.

    Ranks of more than ``RANK_LEVELS`` different values are cut into that many levels, each with as many rows.
    """
    there = ~np.isnan(ranks)
    levels = np.unique(ranks[there])
    if levels.size > RANK_LEVELS:
        levels = np.unique(np.quantile(ranks[there], np.arange(RANK_LEVELS) / RANK_LEVELS, method="lower"))
    place = np.searchsorted(levels, ranks[there], side="right") - 1
    rows = np.bincount(place, minlength=levels.size)
    shares = np.bincount(place, weights=right[there], minlength=levels.size) / np.maximum(rows, 1)
    expected = np.full(len(ranks), np.nan)
    expected[there] = shares[place]
    return expected


def _about_class(
    groups: Groups, right: np.ndarray, said: np.ndarray, given: np.ndarray, words: tuple[str, str, str]
) -> Iterator[Question]:
    name, other, of = words
    rows, did = _rows(groups), f"were answered “{name}”"
    hits, false = (_share(groups, side, side & said, given) for side in (right, ~right))
    yield Question(
        measure=HITS, groups=groups, rows=rows, numbers=hits, whose=f"whose right answer was “{name}”", did=did, of=of
    )
    yield Question(
        measure=FALSE_ALARMS,
        groups=groups,
        rows=rows,
        numbers=false,
        whose=f"whose right answer {other}",
        did=did,
        of=of,
    )
    # out of the published ranges, so that no hidden count comes out by adding or taking away
    sides = hits.possible, false.possible
    selected = _sum(sides[0].fewest, sides[1].fewest), _sum(sides[0].most, sides[1].most)
    both = Tally(n=rows, fewest=selected[0], most=selected[1])
    yield Question(
        measure=SELECTION, groups=groups, rows=rows, numbers=Shares(seen=both, possible=both), did=did, of=of
    )
    yield Question(measure=PRECISION, groups=groups, rows=rows, numbers=_precision(*sides), of=of)


def _share(groups: Groups, among: np.ndarray, count: np.ndarray, given: np.ndarray) -> Shares:
    size = len(groups.names)
    n, k = counted(groups.codes, size, among), counted(groups.codes, size, count)
    silent = counted(groups.codes, size, among & ~given)
    possible = tally(k, n, silent)
    return Shares(seen=tally(k, n - silent) if silent.any() else possible, possible=possible)


def _precision(right: Tally, wrong: Tally) -> Shares:
    """Return the share of right ones among those selected; a range of counts becomes one of shares.

    The rows are the fewest there could be, and the counts out of them the ones nearest to either end.
    """
    n = right.fewest + wrong.fewest
    sure = right.known & wrong.known
    most = right.most / np.maximum(right.most + wrong.fewest, 1)
    least = right.fewest / np.maximum(right.fewest + wrong.most, 1)
    fewest = np.where(sure, right.fewest, np.floor(least * n)).astype(np.int64)
    found = Tally(n=n, fewest=fewest, most=np.where(sure, right.most, np.ceil(most * n)).astype(np.int64))
    return Shares(seen=found, possible=found)


def _silence(groups: Groups, among: np.ndarray, given: np.ndarray, name: str) -> Question:
    size = len(groups.names)
    found = tally(counted(groups.codes, size, among & ~given), counted(groups.codes, size, among))
    whose = f"whose right answer was “{name}”" if name else ""
    return Question(
        measure=SILENCE,
        groups=groups,
        rows=_rows(groups),
        numbers=Shares(seen=found, possible=found),
        whose=whose,
        did="got no answer",
        of=f"“{name}”" if name else "",
    )


def _rows(groups: Groups) -> np.ndarray:
    return counted(groups.codes, len(groups.names), np.ones(len(groups.codes), dtype=bool))


def _sum(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.asarray(first + second)
