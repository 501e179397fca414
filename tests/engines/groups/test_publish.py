# SPDX-License-Identifier: Apache-2.0
"""What may be told of a group."""

import numpy as np

from probatum.engines.groups.publish import gap_measure, rates
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


def test_groups_under_ten_rows_are_not_told_of_when_there_are_some():
    one = question([42, 5000, 3, 4], [137, 20_003, 9, 50])
    measure = rates([one], question([5049], [20_199]), confidence=0.95, keep=10)
    assert [part.n for part in measure.groups] == [137, 20_003, 50]
    assert [part.value for part in measure.groups] == [42 / 137, 5000 / 20_003, None]
    assert measure.value == 5049 / 20_199


def test_gap_is_told_by_its_range_only_when_a_count_is_small():
    measure = gap_measure([question([3, 90], [100, 200])], 300, confidence=0.95, keep=5)
    other = gap_measure([question([6, 90], [100, 200])], 300, confidence=0.95, keep=5)
    assert measure.groups[0].value is None
    assert measure == other


def test_gap_has_no_value_when_there_is_one_group():
    measure = gap_measure([question([30], [100])], 100, confidence=0.95, keep=5)
    assert measure.value is None
    assert measure.why
