# SPDX-License-Identifier: Apache-2.0
"""Counts in every group, as ranges."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.groups.tallies import blur, counted, everybody_else, lines, tally, to_blur


def test_rows_of_no_group_are_left_out_when_counted():
    codes = np.array([0, 1, 1, -1, 2])
    assert counted(codes, 4, np.array([True, True, False, True, True])).tolist() == [1, 1, 1, 0]


def test_small_counts_and_small_rests_are_ranges_when_tallied():
    found = tally(np.array([0, 3, 40, 95, 100]), np.full(5, 100))
    assert found.fewest.tolist() == [0, 0, 40, 91, 100]
    assert found.most.tolist() == [0, 9, 40, 100, 100]
    assert found.hidden.tolist() == [False, True, False, True, False]


@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 200))
def test_range_holds_every_filling_and_tells_no_small_count_when_rows_are_silent(count, silent, rest):
    n = count + silent + rest
    found = tally(np.array([count]), np.array([n]), np.array([silent]))
    assert 0 <= found.fewest[0] <= count
    assert count + silent <= found.most[0] <= n
    if 0 < count < 10 and silent == 0 and rest >= 10:
        assert (found.fewest[0], found.most[0]) == (0, 9)


def test_line_of_a_crossed_group_is_its_column_when_two_are_crossed():
    first, second = np.array([0, 0, 1, 1, 1]), np.array([0, 1, 0, 1, -1])
    crossed = np.array([0, 1, 2, 3, -1])
    found = lines(crossed, 4, [first, second]).astype(int).tolist()
    assert found == [[1, 1, 0, 0, 0], [0, 0, 1, 1, 1], [1, 0, 1, 0, 0], [0, 1, 0, 1, 0]]


@given(st.lists(st.booleans(), min_size=6, max_size=6), st.lists(st.integers(1, 99), min_size=6, max_size=6))
def test_no_hidden_group_is_what_is_left_when_two_columns_are_crossed(hidden, sizes):
    hidden = np.array(hidden)
    table = np.arange(6).reshape(2, 3)
    known = np.zeros((5, 7), dtype=bool)
    for line, groups in enumerate([*table, *table.T]):
        known[line, groups] = True
    blurred = to_blur(hidden, np.array(sizes), known)
    assert not (hidden & blurred).any()
    for line in known[:4, :6]:
        secret, soft = (line & hidden).sum(), (line & blurred).sum()
        if (line & ~hidden & ~blurred).any():
            assert soft or not secret
            assert secret + soft != 1


@given(st.integers(10, 500), st.integers(10, 500))
def test_range_only_grows_when_blurred(count, rest):
    n = count + rest
    before = tally(np.array([count]), np.array([n]))
    after = blur(before, np.array([True]))
    assert after.n[0] % 10 == 0
    assert n - 9 <= after.n[0] <= n
    assert after.fewest[0] / after.n[0] <= before.fewest[0] / n
    assert after.most[0] / after.n[0] >= before.most[0] / n


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 60)), min_size=2, max_size=5), st.data())
def test_everybody_else_holds_what_is_left_of_all(cells, data):
    """Whatever is hidden or told in tens, the true share of the others lies in the range."""
    count, n = np.array([cell[0] for cell in cells]), np.array([sum(cell) for cell in cells])
    where = np.array([data.draw(st.booleans()) for _ in cells])
    whole = tally(np.array([count.sum()]), np.array([n.sum()]))
    own = blur(tally(count, n), where)
    found = everybody_else(own, whole, where)
    for place in range(len(n)):
        left, counted_left = n.sum() - n[place], count.sum() - count[place]
        assert found.n[place] <= left
        if found.n[place]:
            assert found.fewest[place] / found.n[place] <= counted_left / left + 1e-12
            assert counted_left / left <= found.most[place] / found.n[place] + 1e-12
        if not where[place] and not own.hidden[place] and not whole.hidden[0]:
            assert (found.n[place], found.fewest[place]) == (left, counted_left)
