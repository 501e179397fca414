# SPDX-License-Identifier: Apache-2.0
"""Which shares and averages of a group are looked at, and what each says in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np

from probatum.engines.groups.averages import Averages, averages
from probatum.engines.groups.shares import Shares
from probatum.engines.groups.tallies import Tally, blur, counted, everybody_else, lines, tally, to_blur
from probatum.engines.mistakes.small_counts import SMALL

SELECTION = "selection_rate"
HITS = "true_positive_rate"
FALSE_ALARMS = "false_positive_rate"
PRECISION = "precision"
CALIBRATION = "calibration_gap"
SILENCE = "no_answer_rate"
MEAN_ERROR = "mean_signed_error"
EVERYBODY_ELSE = "everybody else"
RANK_LEVELS = 10  # into which ranks of many values are cut


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Groups:
    """The rows told apart in one way."""

    names: tuple[str, ...]
    columns: tuple[str, ...]
    codes: np.ndarray  # (n,) int32 index into names; -1: in no group
    lines: np.ndarray  # (l, g + 1) bool: groups whose sum is known from elsewhere; see ``tallies.lines``
    pooled: int = -1  # place of the group that small ones were put into; -1: none was


class Pair(NamedTuple):
    """A share in each group, and in everybody else."""

    own: Shares
    rest: Shares


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """One number in every group of one grouping."""

    measure: str
    groups: Groups
    rows: np.ndarray  # (g,) of each group, whatever the number rests on
    numbers: Shares | Averages
    rest: Shares | Averages  # of everybody else, for each group; those in no group are somebody else to all
    whose: str = ""  # of whom: "whose right answer was “yes”"
    did: str = ""  # what is counted: "were answered “yes”"
    of: str = ""  # the class, where there are several
    target: int = -1  # the place of the class that is looked for; -1: there is none
    one: float = 1.0  # what 1 of its numbers is, in the target's own unit

    @property
    def comparable(self) -> np.ndarray:
        """(g,) bool: enough people who have something in common, and enough others.

        What happens to one of them may differ in a pool.
        """
        enough = self.numbers.usable & self.rest.usable
        return np.asarray(enough & (np.arange(len(self.groups.names)) != self.groups.pooled))

    @property
    def compared(self) -> tuple[int, ...]:
        """The groups compared with everybody else: of two that are each other's rest, the first."""
        there = np.flatnonzero(self.comparable)
        return tuple(there[:1].tolist() if self.mirrored else there.tolist())

    @property
    def mirrored(self) -> bool:
        """There are two groups, and nobody is in neither."""
        there = self.rows > 0
        return bool(there.sum() == 2 and self.rows.sum() == len(self.groups.codes) and self.groups.pooled < 0)

    def others(self, place: int) -> str:
        """Name everybody who is not in this group."""
        if not self.mirrored:
            return EVERYBODY_ELSE
        (other,) = (one for one in np.flatnonzero(self.rows > 0).tolist() if one != place)
        return self.groups.names[other]


def arrange(
    found: Sequence[tuple[tuple[str, ...], tuple[str, ...], np.ndarray]], pooled: Sequence[int] | None = None
) -> list[Groups]:
    """Return the groupings, each with the sums that are known of it: those of the columns that were crossed.

    Args:
        found: columns, names and codes of each; single columns first.
        pooled: of each, the place of the group that small ones were put into, -1 for none; None: none was in any.
    """
    single = {columns: codes for columns, _, codes in found if len(columns) == 1}
    return [
        Groups(
            names=names,
            columns=columns,
            codes=codes,
            lines=lines(codes, len(names), [single[column,] for column in columns if len(columns) > 1]),
            pooled=pool,
        )
        for (columns, names, codes), pool in zip(found, pooled or [-1] * len(found), strict=True)
    ]


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
        if positive is None or place == positive:
            other = f"was “{classes[1 - place]}”" if len(classes) == 2 else f"was not “{name}”"
            whose = f"whose right answer was “{name}”", f"whose right answer {other}"
            of = f"“{name}”" if positive is None else ""
            for one in _about_class(groups, truth == place, labels == place, given, (*whose, name, of)):
                yield replace(one, target=place)


def about_favour(groups: Groups, labels: np.ndarray, favourable: int, name: str) -> Question:
    """Return the share that got the favourable answer, where nobody knows which answers were right.

    Args:
        groups: the grouping.
        labels: (n,) int32 places in the classes, -1 for no answer.
        favourable: the place of the class that is good for the person.
        name: that class, as printed.
    """
    (share, rest), _ = _shares(groups, np.ones(len(labels), dtype=bool), labels == favourable, labels >= 0)
    return Question(measure=SELECTION, groups=groups, rows=_rows(groups), numbers=share, rest=rest, did=f"got “{name}”")


def about_scores(groups: Groups, right: np.ndarray, expected: np.ndarray) -> Question:
    """Return the mean of (truth - what was expected): above 0, the class is more frequent than the score says.

    Args:
        groups: the grouping.
        right: (n,) bool, the class looked for is the right one.
        expected: (n,) its probability, as scored or as pooled over equal ranks; NaN for none.
    """
    off = right - expected
    numbers, rest = averages(off, off, off, groups.codes, len(groups.names), "share")
    return Question(measure=CALIBRATION, groups=groups, rows=_rows(groups), numbers=numbers, rest=rest)


def about_values(groups: Groups, truth: np.ndarray, values: np.ndarray, middle: float) -> Iterator[Question]:
    """Yield the mean of (answer - truth) in units of the mean absolute error of always saying ``middle``.

    A missing answer is left out of the average; the range allows that it was the lowest or highest ever given.
    """
    given = ~np.isnan(values)
    unit = float(np.abs(truth - middle).mean()) or 1.0
    ends = (float(values[given].min()), float(values[given].max())) if given.any() else (middle, middle)
    seen, lowest, highest = ((np.where(given, values, silent) - truth) / unit for silent in (np.nan, *ends))
    numbers, rest = averages(seen, lowest, highest, groups.codes, len(groups.names), "ratio")
    yield Question(measure=MEAN_ERROR, groups=groups, rows=_rows(groups), numbers=numbers, rest=rest, one=unit)
    if not given.all():
        everyone, nobody = np.ones(len(truth), dtype=bool), np.zeros(len(truth), dtype=bool)
        _, (silence, others) = _shares(groups, everyone, nobody, given)
        yield Question(
            measure=SILENCE, groups=groups, rows=_rows(groups), numbers=silence, rest=others, did="got no answer"
        )


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
    groups: Groups, right: np.ndarray, said: np.ndarray, given: np.ndarray, words: tuple[str, str, str, str]
) -> Iterator[Question]:
    *whose, name, of = words
    rows, did = _rows(groups), f"were answered “{name}”"
    sides: list[Pair] = []
    for measure, among, whom in zip((HITS, FALSE_ALARMS), (right, ~right), whose, strict=True):
        share, silence = _shares(groups, among, said, given)
        sides.append(share)
        ask = partial(Question, groups=groups, rows=rows, whose=whom, of=of)
        yield ask(measure=measure, numbers=share.own, rest=share.rest, did=did)
        if not given.all():
            yield ask(measure=SILENCE, numbers=silence.own, rest=silence.rest, did="got no answer")
    own, rest = ([side[at].possible for side in sides] for at in (0, 1))
    ask = partial(Question, groups=groups, rows=rows, of=of)
    yield ask(measure=SELECTION, numbers=_selected(*own), rest=_selected(*rest), did=did)
    yield ask(measure=PRECISION, numbers=_precision(*own), rest=_precision(*rest))


def _shares(groups: Groups, among: np.ndarray, said: np.ndarray, given: np.ndarray) -> tuple[Pair, Pair]:
    """Return the share of ``among`` that got this answer, and the share that got none."""
    size = len(groups.names)
    n, k, silent = (
        np.append(counted(groups.codes, size, where), where.sum()) for where in (among, among & said, among & ~given)
    )  # last, all rows together
    kinds = tally(k, n - silent), tally(k, n, silent), tally(silent, n)
    own, whole = (tuple(one.take(places) for one in kinds) for places in (np.arange(size), np.array([size])))
    where = to_blur(own[0].hidden | own[1].hidden | own[2].hidden, n[:size], groups.lines)
    told = [blur(one, where) for one in own]
    rests = [everybody_else(one, every, where) for one, every in zip(told, whole, strict=True)]
    (seen, possible, quiet), (seen_rest, possible_rest, quiet_rest) = told, rests
    if not silent.any():  # the rows that have an answer are all
        seen, seen_rest = possible, possible_rest
    return (
        Pair(Shares(seen=seen, possible=possible), Shares(seen=seen_rest, possible=possible_rest)),
        Pair(Shares(seen=quiet, possible=quiet), Shares(seen=quiet_rest, possible=quiet_rest)),
    )


def _selected(right: Tally, wrong: Tally) -> Shares:
    """Return the share selected, out of the published ranges: no hidden count comes out by adding or taking away."""
    found = Tally(
        n=np.where(_few(right, wrong), 0, right.n + wrong.n),
        fewest=np.where(_few(right, wrong), 0, right.fewest + wrong.fewest),
        most=np.where(_few(right, wrong), 0, right.most + wrong.most),
        hidden=right.hidden | wrong.hidden,
    )
    return Shares(seen=found, possible=found)


def _precision(right: Tally, wrong: Tally) -> Shares:
    """Return the share of right ones among those selected, out of the published ranges.

    The rows are the fewest there could be, and the counts out of them the ones nearest to either end.
    """
    n = np.where(_few(right, wrong), 0, right.fewest + wrong.fewest)
    least = right.fewest / np.maximum(right.fewest + wrong.most, 1)
    most = right.most / np.maximum(right.most + wrong.fewest, 1)
    sure = (right.fewest == right.most) & (wrong.fewest == wrong.most)
    found = Tally(
        n=n,
        fewest=np.where(sure, np.minimum(right.fewest, n), np.floor(least * n)).astype(np.int64),
        most=np.where(sure, np.minimum(right.most, n), np.ceil(most * n)).astype(np.int64),
        hidden=right.hidden | wrong.hidden,
    )
    return Shares(seen=found, possible=found)


def _few(right: Tally, wrong: Tally) -> np.ndarray:
    """Return (g,) bool: so few are right, or wrong, that the sum would tell how many."""
    return np.asarray(((right.n > 0) & (right.n < SMALL)) | ((wrong.n > 0) & (wrong.n < SMALL)))


def _rows(groups: Groups) -> np.ndarray:
    return counted(groups.codes, len(groups.names), np.ones(len(groups.codes), dtype=bool))
