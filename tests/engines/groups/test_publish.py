# SPDX-License-Identifier: Apache-2.0
"""What may be told of a group."""

import pytest

from engines.groups.making import question
from probatum.engines.groups.publish import gap_measure, rates


def test_groups_under_ten_rows_are_not_told_of_when_there_are_some():
    one = question([42, 5000, 3, 4], [137, 20_003, 9, 50])
    measure = rates([one], question([5049], [20_199]), confidence=0.95, keep=10)
    assert [part.n for part in measure.groups] == [137, 20_000, 50]  # the largest in tens
    assert [measure.groups[0].value, measure.groups[2].value] == [42 / 137, None]
    assert measure.groups[1].value == pytest.approx(0.25, abs=0.001)
    assert measure.value == 5049 / 20_199


def test_gap_is_told_by_its_range_only_when_a_count_is_small():
    measure = gap_measure([question([3, 96], [100, 200])], 300, confidence=0.95, keep=5)
    other = gap_measure([question([6, 93], [100, 200])], 300, confidence=0.95, keep=5)
    assert measure.groups[0].value is None
    assert measure == other


def test_gap_has_no_value_when_there_is_one_group():
    measure = gap_measure([question([30], [100])], 100, confidence=0.95, keep=5)
    assert measure.value is None
    assert measure.why
