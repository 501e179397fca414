# SPDX-License-Identifier: Apache-2.0
"""Counts under ten stay hidden, also where the total is told."""

from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.mistakes.small_counts import SMALL, shares_within

groups = st.lists(st.tuples(st.integers(0, 60), st.integers(60, 200)), min_size=1, max_size=6)


def parts_of(counts, rows):
    names = [str(place) for place in range(len(counts))]
    return shares_within(names, counts, rows, confidence=0.95, family=len(counts))


def test_a_second_count_is_hidden_when_the_total_would_tell_the_first():
    one, two, three = parts_of([5, 30, 20], [100, 100, 100])
    assert one.value is None
    assert two.value == 0.3
    assert three.value is None  # 55 in all, 30 told: else 5 would be what is left
    assert three.interval.lower == 0
    assert three.interval.upper == 1


def test_nothing_more_is_hidden_when_two_counts_leave_each_other_open():
    assert [part.value for part in parts_of([5, 4, 20], [100, 100, 100])] == [None, None, 0.2]


@given(groups)
def test_the_total_leaves_every_hidden_count_open_when_two_groups_or_more_have_any(pairs):
    counts, rows = [count for count, _ in pairs], [n for _, n in pairs]
    parts = parts_of(counts, rows)
    hidden = [count for count, part in zip(counts, parts, strict=True) if part.value is None]
    small = [count for count in hidden if 0 < count < SMALL]
    if small and any(part.value for part in parts):
        assert len(hidden) > 1
    assert all(part.value is None for count, part in zip(counts, parts, strict=True) if 0 < count < SMALL)
