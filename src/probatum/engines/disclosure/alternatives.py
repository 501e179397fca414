# SPDX-License-Identifier: Apache-2.0
"""Ranges of counts that hide every small one: what is published is also true of data sets in which it is 0, or 9.

A count of 1 to 9 is *small*. For each small count in a table, two other data sets are made up: one in which its people
have changed places with people of other groups, so that it is 0, and one in which others have come, so that it is 9.
Nobody's right answer or answer changes, so what is known of all people together stays as it is. Each count is then
published as the range from its least to its most over the true data and all of these. So no set of sums and
differences of what is published can exclude any of them, and no small count follows more narrowly than 0 to 9. A range
to which several small counts have led ends at multiples of ten, so that its ends do not tell which.

Moves are chosen so that few published counts become ranges. A person goes to the group that differs in one column and
is largest. Somebody of another layer takes the place, which leaves the sizes of groups exact. Of two crossed columns,
others go the other way, which leaves each column's own counts exact. Where nobody can, there is no such move.

Source: Cox 1980, Journal of the American Statistical Association 75:377 (complementary suppression along the cycles of
a table); Dalenius and Reiss 1982, Journal of Statistical Planning and Inference 6:73 (swapping).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

SMALL = 10
MOST = SMALL - 1  # that a small count may be
PASSES = 3
NONE = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Profiles:
    """People by the groups that they are in and by their layer, which no move changes."""

    members: np.ndarray  # (a, g) int: the group of each profile in each grouping
    parents: tuple[tuple[int, ...], ...]  # of each grouping the two that were crossed to make it; none of most
    counts: np.ndarray  # (a, l) people of each profile and layer
    possible: np.ndarray  # (a, l) bool: there can be such people

    def table(self, grouping: int, size: int, sets: np.ndarray) -> np.ndarray:
        """Return (size, s) how many people of each group are in each set of layers, (s, l) bool."""
        found = np.zeros((size, len(sets)), dtype=np.int64)
        np.add.at(found, self.members[:, grouping], self.counts @ sets.T.astype(np.int64))
        return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranges:
    """Of each group and set of layers, the least and the most that may be published."""

    least: np.ndarray  # (g, s)
    most: np.ndarray  # (g, s)
    small: np.ndarray  # (g, s) bool: the count is 1 to 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """People of one layer who change their profile."""

    start: int
    end: int
    layer: int
    people: int


def profiles(codes: Sequence[np.ndarray], parents: Sequence[tuple[int, ...]], layers: np.ndarray) -> Profiles:
    """Return people by profile.

    Args:
        codes: of each grouping (n,) the group of each person.
        parents: of each grouping the places of the two that were crossed to make it; none of a single column.
        layers: (n,) int, 0 or more.
    """
    members, place = np.unique(np.column_stack(codes), axis=0, return_inverse=True)
    counts = np.zeros((len(members), int(layers.max(initial=-1)) + 1), dtype=np.int64)
    np.add.at(counts, (place.ravel(), layers), 1)
    return Profiles(members=members, parents=tuple(parents), counts=counts, possible=np.ones(counts.shape, dtype=bool))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sets:
    """Layers that are counted together; what a set leaves of another is a set as well."""

    layers: np.ndarray  # (s, l) bool
    partners: np.ndarray  # (s,) int: the set whose people take the place of those of this one, NONE for none
    kept: int | None = None  # the grouping whose sizes are kept so; None: the one that the small count is of


def ranges(people: Profiles, sizes: Sequence[int], sets: Sets) -> list[Ranges]:
    """Return the ranges of the counts of each grouping; the true count lies in its range.

    Args:
        people: by profile.
        sizes: groups in each grouping.
        sets: what is counted.
    """
    tables = [people.table(place, size, sets.layers) for place, size in enumerate(sizes)]
    hull = _Hull(people, sets, tables)
    wanted = [(table > 0) & (table < SMALL) for table in tables]
    for _ in range(PASSES):
        hull.hide(wanted)
        # a count of 0 that others led to less than 9 looks like a small one
        wanted = [
            (table == 0) & (one.most > 0) & (one.most < MOST) for table, one in zip(tables, hull.found, strict=True)
        ]
        if not any(one.any() for one in wanted):
            break
    return [_outwards(one, by > 1) for one, by in zip(hull.found, hull.touched, strict=True)]


class _Hull:
    """The least and the most of each count over the data sets made up so far."""

    def __init__(self, people: Profiles, sets: Sets, tables: Sequence[np.ndarray]) -> None:
        self.found = [
            Ranges(least=table.copy(), most=table.copy(), small=(table > 0) & (table < SMALL)) for table in tables
        ]
        self.touched = [np.zeros(table.shape, dtype=np.int64) for table in tables]  # by how many small counts
        self._people, self._sets, self._tables = people, sets, tables
        self._seen: set[bytes] = set()
        there = people.counts.any(axis=0)
        kinds = np.unique(sets.layers & there, axis=0, return_index=True)[1]
        self._kinds = kinds[np.argsort(sets.layers[kinds].sum(axis=1), kind="stable")]  # the fewest layers first

    def hide(self, wanted: Sequence[np.ndarray]) -> None:
        """Make up two data sets for each count wanted, (g, s) bool of each table."""
        for both in self._alternatives(wanted):
            changes = [
                [_change(self._people, place, len(table), self._sets.layers, moves) for moves in both]
                for place, table in enumerate(self._tables)
            ]
            same = b"".join(change.tobytes() for pair in changes for change in pair)
            if same in self._seen:  # one count may be small in several groupings
                continue
            self._seen.add(same)
            for table, one, by, pair in zip(self._tables, self.found, self.touched, changes, strict=True):
                by += np.logical_or.reduce([change != 0 for change in pair])
                for change in pair:
                    np.minimum(one.least, table + change, out=one.least)
                    np.maximum(one.most, table + change, out=one.most)

    def _alternatives(self, wanted: Sequence[np.ndarray]) -> Iterator[tuple[list[Move], list[Move]]]:
        """Yield for each count the moves that make it 0, and those that make it 9, as far as there are."""
        for kind in self._kinds.tolist():
            for grouping, (table, chosen) in enumerate(zip(self._tables, wanted, strict=True)):
                for group in np.flatnonzero(chosen[:, kind]).tolist():
                    one, count = self.found[grouping], int(table[group, kind])
                    if one.least[group, kind] <= 0 and one.most[group, kind] >= MOST:
                        continue  # others have hidden it by now
                    inside = self._people.members[:, grouping] == group
                    draw = _Draw(self._people, self._sets, grouping, inside, kind)
                    yield draw.moves(count), draw.moves(count - MOST)


def _outwards(one: Ranges, several: np.ndarray) -> Ranges:
    """Let small counts range over all small ones, and end those ranges at tens to which several small counts led."""
    open_ = ~one.small & several & (one.least < one.most)
    least = np.where(open_, np.maximum(one.least, 0) // SMALL * SMALL, np.maximum(one.least, 0))
    most = np.where(open_, -(-one.most // SMALL) * SMALL, one.most)
    return Ranges(
        least=np.where(one.small, 0, least), most=np.where(one.small, np.maximum(most, MOST), most), small=one.small
    )


@dataclass(frozen=True, slots=True)
class _Draw:
    """One small count, and who may come or go."""

    people: Profiles
    sets: Sets
    grouping: int
    inside: np.ndarray  # (a,) bool: profiles of the group
    kind: int

    def moves(self, count: int) -> list[Move]:
        """Return moves of ``count`` people out of the group, or into it where the count is below 0."""
        left = self.people.counts.copy()
        found: list[Move] = []
        sides = (self.inside, ~self.inside) if count > 0 else (~self.inside, self.inside)
        for move in _moves(self.people, left, sides, self.sets.layers[self.kind], abs(count)):
            found += [move, *_back(self.people, left, self.grouping, move), *self._replaced(left, move)]
        return found

    def _replaced(self, left: np.ndarray, move: Move) -> list[Move]:
        """Return the moves of others into the place that somebody left."""
        partner, kept = int(self.sets.partners[self.kind]), self.sets.kept
        by = self.people.members[:, self.grouping if kept is None else kept]
        if partner == NONE or by[move.start] == by[move.end]:
            return []
        sides = by == by[move.end], by == by[move.start]
        layers = self.sets.layers[partner] & ~self.sets.layers[self.kind]
        found = _moves(self.people, left, sides, layers, move.people)
        return [one for back in found for one in (back, *_back(self.people, left, self.grouping, back))]


def _moves(
    people: Profiles, left: np.ndarray, sides: tuple[np.ndarray, np.ndarray], layers: np.ndarray, wanted: int
) -> Iterator[Move]:
    """Yield moves of so many people from one side to the other, as far as there are any left."""
    while wanted:
        found = _best(people, left, sides, layers)
        if found is None:
            return
        start, end, layer = found
        move = Move(start=start, end=end, layer=layer, people=min(wanted, int(left[start, layer])))
        left[start, layer] -= move.people
        wanted -= move.people
        yield move


def _best(
    people: Profiles, left: np.ndarray, sides: tuple[np.ndarray, np.ndarray], layers: np.ndarray
) -> tuple[int, int, int] | None:
    """Return from which profile to which, and in which layer: as alike as can be, then the largest."""
    starts = np.flatnonzero(sides[0] & (left[:, layers].sum(axis=1) > 0))
    ends = np.flatnonzero(sides[1] & people.possible[:, layers].any(axis=1))
    if not starts.size or not ends.size:
        return None
    alike = (people.members[starts][:, None, :] == people.members[ends][None]).sum(axis=2)
    weight, total = left[:, layers].sum(axis=1), people.counts[:, layers].sum(axis=1)
    enough = np.minimum(weight[starts], SMALL)[:, None]  # so that few profiles are touched
    fits = ((left[starts][:, None] > 0) & people.possible[ends][None])[:, :, layers].any(axis=2)
    score = alike * 1e9 + enough * 1e7 + total[ends][None] + total[starts][:, None]
    if not fits.any():
        return None
    start, end = np.unravel_index(int(np.where(fits, score, -1.0).argmax()), score.shape)
    chosen, other = int(starts[start]), int(ends[end])
    layer = int(np.where(layers & people.possible[other], left[chosen], -1).argmax())
    return chosen, other, layer


def _back(people: Profiles, left: np.ndarray, grouping: int, move: Move) -> list[Move]:
    """Return the move of others that leaves the counts of each crossed column as they were, if there is one."""
    parents = people.parents[grouping]
    if not parents:
        return []
    before, after = people.members[move.start], people.members[move.end]
    single = [place for place, one in enumerate(people.parents) if not one]
    differing = [place for place in single if before[place] != after[place]]
    if len(differing) != 1 or differing[0] not in parents:
        return []
    column = differing[0]
    (other,) = (place for place in parents if place != column)
    there = left[:, move.layer] >= move.people
    starts = np.flatnonzero(
        there & (people.members[:, column] == after[column]) & (people.members[:, other] != before[other])
    )
    ends = np.flatnonzero(
        people.possible[:, move.layer]
        & (people.members[:, column] == before[column])
        & (people.members[:, other] != before[other])
    )
    if not starts.size or not ends.size:
        return []
    rest = [place for place in single if place != column]
    alike = (people.members[starts][:, None, rest] == people.members[ends][None][:, :, rest]).all(axis=2)
    weight = people.counts[:, move.layer]
    score = np.where(alike, np.minimum(weight[starts][:, None], weight[ends][None]) + 1, 0)
    if not score.any():
        return []
    start, end = np.unravel_index(int(score.argmax()), score.shape)
    left[starts[start], move.layer] -= move.people
    return [Move(start=int(starts[start]), end=int(ends[end]), layer=move.layer, people=move.people)]


def _change(people: Profiles, grouping: int, size: int, sets: np.ndarray, moves: Sequence[Move]) -> np.ndarray:
    """Return (size, s) how the counts of a grouping change."""
    changed = np.zeros((size, len(sets)), dtype=np.int64)
    for move in moves:
        for profile, many in ((move.start, -move.people), (move.end, move.people)):
            changed[people.members[profile, grouping]] += many * sets[:, move.layer]
    return changed
