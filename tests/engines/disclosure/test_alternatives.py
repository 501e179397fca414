# SPDX-License-Identifier: Apache-2.0
"""Ranges that hide small counts: they hold the truth, and no linear program gets more out of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probatum.engines.disclosure.alternatives import MOST, NONE, SMALL, Sets, profiles, ranges
from probatum.runs.disclosure.attack import Unknowns
from probatum.seeds import stream

TWO = Sets(  # layers 0 and 1, and both
    layers=np.array([[True, False], [False, True], [True, True]]), partners=np.array([1, 0, NONE])
)


def told(columns, layers):
    """Return the ranges of two columns and of both crossed."""
    first, second = columns
    width = int(second.max()) + 1
    codes = [first, second, first * width + second]
    sizes = [int(first.max()) + 1, width, (int(first.max()) + 1) * width]
    people = profiles(codes, [(), (), (0, 1)], layers)
    return codes, sizes, ranges(people, sizes, TWO)


def attacked(codes, sizes, found, layers):
    """Return what a linear program gets out of the ranges and the totals of each layer."""
    table = Unknowns()
    width = sizes[1]
    cells = {
        (a, b): [table.of(str(a), str(b), str(layer)) for layer in (0, 1)]
        for a in range(sizes[0])
        for b in range(width)
    }
    totals = np.bincount(layers, minlength=2)
    for layer in (0, 1):
        table.bound([cell[layer] for cell in cells.values()], totals[layer], totals[layer])
    lines = [
        *[(0, a, [cells[a, b] for b in range(width)]) for a in range(sizes[0])],
        *[(1, b, [cells[a, b] for a in range(sizes[0])]) for b in range(width)],
        *[(2, a * width + b, [cell]) for (a, b), cell in cells.items()],
    ]
    for grouping, group, line in lines:
        for kind, chosen in enumerate(((0,), (1,), (0, 1))):
            places = [cell[layer] for cell in line for layer in chosen]
            one = found[grouping]
            table.bound(places, one.least[group, kind], one.most[group, kind])
            if len(line) < len(cells):  # everybody is no group
                table.want(f"{grouping} {group} {kind}", places, float(sum(totals[layer] for layer in chosen)))
    return list(table.leaks())


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.integers(2, 4), st.integers(2, 3), st.integers(60, 600))
def test_ranges_hold_the_truth_and_tell_no_small_count(seed, first, second, people):
    rng = stream(seed, "alternatives")
    shares = [rng.dirichlet(np.full(size, 0.7)) for size in (first, second)]
    columns = [rng.choice(len(share), people, p=share) for share in shares]
    layers = (rng.random(people) < rng.uniform(0.02, 0.5)).astype(np.int64)
    codes, sizes, found = told(columns, layers)
    for place, one in enumerate(found):
        for group in range(sizes[place]):
            inside = codes[place] == group
            true = [int((inside & (layers == 0)).sum()), int((inside & (layers == 1)).sum()), int(inside.sum())]
            assert (one.least[group] <= true).all()
            assert (true <= one.most[group]).all()
            for kind, count in enumerate(true):
                if 0 < count < SMALL:
                    assert (one.least[group, kind], one.most[group, kind]) >= (0, MOST)
    assert attacked(codes, sizes, found, layers) == []


def test_counts_stay_exact_when_none_is_small():
    columns = [np.repeat([0, 1], 200), np.tile([0, 1], 200)]
    layers = np.tile([0, 0, 1, 1], 100)
    _, _, found = told(columns, layers)
    for one in found:
        assert np.array_equal(one.least, one.most)


def test_what_is_left_of_all_does_not_tell_one_person():
    """All are 91; of a group of 90, tens would tell that the other has one."""
    people = profiles([np.repeat([0, 1], [90, 1])], [()], np.zeros(91, dtype=np.int64))
    sets = Sets(layers=np.array([[True]]), partners=np.array([NONE]))
    (found,) = ranges(people, [2], sets)
    assert (found.least[0, 0], found.most[0, 0]) == (82, 91)
    assert (found.least[1, 0], found.most[1, 0]) == (0, 9)


@pytest.mark.parametrize("count", range(1, SMALL))
def test_ranges_are_the_same_whatever_the_small_count_is(count):
    layers = np.concatenate([np.arange(100) < count, np.arange(200) < 99 - count]).astype(np.int64)
    people = profiles([np.repeat([0, 1], [100, 200])], [()], layers)
    (found,) = ranges(people, [2], TWO)
    assert found.least.tolist() == [[91, 0, 100], [101, 90, 200]]
    assert found.most.tolist() == [[100, 9, 100], [110, 99, 200]]


def test_sizes_of_groups_stay_exact_when_only_their_answers_are_few():
    rng = stream(3, "sizes")
    codes, layers = rng.integers(4, size=800), (rng.random(800) < 0.02).astype(np.int64)
    (found,) = ranges(profiles([codes], [()], layers), [4], TWO)
    assert found.small[:, 1].any()
    assert np.array_equal(found.least[:, 2], found.most[:, 2])
