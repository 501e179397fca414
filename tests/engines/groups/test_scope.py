# SPDX-License-Identifier: Apache-2.0
"""Of whom a pass may speak."""

import numpy as np
import pytest

from probatum.engines.groups.scope import Seen, scope, tens


def seen(rows, within, *, pooled=-1, nowhere=0):
    rows = np.array(rows)
    return Seen(rows=rows, pooled=pooled, within=np.array(within), everybody=int(rows.sum()) + nowhere)


def test_groups_from_the_largest_down_are_covered_until_one_is_doubtful():
    found = scope([seen([500, 300, 120, 80], [True, True, False, True])], least_share=0.5)
    assert found.least == 130
    assert found.share == 0.8
    assert not found.everybody
    assert [found.covers(rows) for rows in (300, 130, 129, 80)] == [True, True, False, False]


def test_groups_of_one_size_stand_or_fall_together():
    found = scope([seen([500, 304, 301], [True, True, False])], least_share=0.4)
    assert found.least == 310
    assert found.share == 0.45


def test_it_is_the_grouping_with_the_fewest_people_covered_that_counts():
    both = [seen([600, 400], [True, True]), seen([700, 200, 100], [True, True, False])]
    assert scope(both, least_share=0.9).share == 0.9
    assert scope(both, least_share=0.95) is None


def test_a_pool_is_never_covered_and_those_in_no_group_are_not_either():
    found = scope([seen([600, 400, 30], [True, True, True], pooled=2, nowhere=20)], least_share=0.9)
    assert (found.least, found.share, found.everybody) == (10, 0.95, False)


def test_nobody_is_covered_where_a_grouping_has_no_groups():
    assert scope([seen([600, 400], [True, True]), seen([], np.zeros(0, dtype=bool))], least_share=0.5) is None
    assert scope([], least_share=0.5) is None


@pytest.mark.parametrize(("rows", "told"), [(9, 0), (10, 10), (129, 120)])
def test_rows_are_told_in_tens(rows, told):
    assert tens(rows) == told
