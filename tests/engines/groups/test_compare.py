# SPDX-License-Identifier: Apache-2.0
"""All pairs of groups at once."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probatum.engines.groups.averages import Averages, moments
from probatum.engines.groups.compare import compare, gaps
from probatum.engines.groups.questions import Groups, Question
from probatum.engines.groups.shares import Shares
from probatum.engines.groups.tallies import tally


def question(counts, n):
    counts, n = np.asarray(counts), np.asarray(n)
    groups = Groups(
        names=tuple(f"g{i}" for i in range(len(n))),
        columns=("x",),
        codes=np.zeros(1, dtype=np.int32),
        lines=np.ones((1, len(n) + 1), dtype=bool),
    )
    found = tally(counts, n)
    return Question(measure="m", groups=groups, rows=n, numbers=Shares(seen=found, possible=found))


def test_worst_pair_is_named_when_one_stands_out():
    one = question([50, 52, 150], [200, 200, 200])
    found = compare([one.groups], [one], confidence=0.95, keep=5)
    assert found.pairs == 3
    assert (found.gaps[0].more, found.gaps[0].less) == (2, 0)
    assert found.gaps[0].value == 0.5
    assert found.gaps[0].lower < 0.5 < found.gaps[0].upper
    assert found.gaps[0].upper == pytest.approx(found.largest)  # one pair at a time
    assert found.gaps[0].upper < gaps(one, confidence=0.95, family=3, keep=1)[0].upper


def test_small_group_is_left_out_and_said_when_it_has_too_few_rows():
    one = question([50, 60, 3], [200, 200, 5])
    (outcome,) = compare([one.groups], [one], confidence=0.95, keep=5).outcomes
    assert not outcome.complete
    assert outcome.left_out[0][1] == ("g2",)
    assert len(outcome.gaps) == 1


def test_largest_of_averages_is_that_of_all_pairs_when_compared():
    rng = np.random.Generator(np.random.PCG64(0))
    codes = np.repeat([0, 1, 2], 50)
    found = moments(codes, 3, rng.normal(size=150) + codes)
    numbers = Averages(seen=found, lowest=found, highest=found, unit="ratio")
    _, upper = numbers.differences(confidence=0.95, family=1)
    assert numbers.largest(confidence=0.95, family=1) == (pytest.approx(upper[2, 0]), 2, 0)


def test_largest_gap_is_held_when_groups_truly_differ():
    rng = np.random.Generator(np.random.PCG64(1))
    n, true = np.array([40, 132, 132, 1000]), np.array([0.2, 0.3, 0.2, 0.2])
    missed = 0
    for _ in range(150):
        one = question(rng.binomial(n, true), n)
        found = compare([one.groups], [one], confidence=0.95, keep=1)
        missed += not max(found.gaps[0].lower, 0) <= 0.1 <= found.largest
    assert missed <= 12  # 5 in 100, and the noise of 150


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(60, 200)), min_size=2, max_size=6))
def test_gaps_are_ordered_and_hold_their_value_when_counts_are_any(cells):
    one = question([cell[0] for cell in cells], [cell[1] for cell in cells])
    found = gaps(one, confidence=0.95, family=10, keep=4)
    proven = [max(gap.lower, 0) for gap in found]
    assert proven == sorted(proven, reverse=True)
    for gap in found:
        assert gap.value >= 0
        assert gap.lower - 1e-9 <= gap.value <= gap.upper + 1e-9
