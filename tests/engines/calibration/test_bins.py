# SPDX-License-Identifier: Apache-2.0
"""Rows that were said about the same are put together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.calibration.bins import bins_for, put_together
from probatum.errors import UsageError

CHANCES = st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.5000001, 0.9, 1.0]), min_size=1, max_size=60)


def test_rows_are_summed_up_when_two_bins_are_worked_by_hand():
    said = np.array([0.9, 0.1, 0.2, 0.8])
    bins = put_together(said, np.array([True, False, True, True]), bins=2)
    assert bins.rows.tolist() == [2, 2]
    assert bins.right.tolist() == [1, 2]
    assert bins.said == pytest.approx([0.15, 0.85])
    assert bins.gap == pytest.approx([0.35, 0.15])
    assert bins.low.tolist() == [0.1, 0.8]
    assert bins.high.tolist() == [0.2, 0.9]
    assert bins.promised == pytest.approx([(0.09 + 0.16) / 2, (0.16 + 0.09) / 2])
    assert bins.scatter == pytest.approx([np.var([-0.1, 0.8], ddof=1), np.var([0.2, 0.1], ddof=1)])


def test_bins_are_equally_full_when_no_scores_are_equal():
    assert set(put_together(np.linspace(0, 1, 1000), np.zeros(1000, dtype=bool)).rows.tolist()) == {100}


def test_number_of_bins_grows_as_the_cube_root_when_rows_grow():
    assert [bins_for(rows) for rows in (1, 50, 1000, 4000, 16281, 10**6)] == [5, 5, 10, 16, 25, 25]


def test_zeros_and_ones_are_kept_apart_when_ones_are_few():
    bins = put_together(np.array([0.0] * 997 + [1.0] * 3), np.zeros(1000, dtype=bool))
    assert bins.rows.tolist() == [997, 3]


@given(CHANCES, st.randoms(use_true_random=False), st.integers(0, 9))
def test_order_of_rows_does_not_matter_when_scores_are_equal(chances, random, bins):
    said = np.array(chances)
    right = np.arange(len(said)) % 3 == 0
    order = random.sample(range(len(said)), len(said))
    one, other = put_together(said, right, bins=bins), put_together(said[order], right[order], bins=bins)
    assert one.rows.tolist() == other.rows.tolist()
    assert one.right.tolist() == other.right.tolist()
    assert one.rows.min() > 0
    assert (one.high[:-1] < one.low[1:]).all()  # equal scores share a bin, and bins do not overlap
    assert one.rows.sum() == len(said)


@pytest.mark.parametrize("said", [[], [1.2], [np.nan], [[0.5]]])
def test_what_is_no_chance_is_refused_when_given(said):
    with pytest.raises(UsageError, match="Wanted"):
        put_together(np.array(said), np.zeros(np.shape(said), dtype=bool))


def test_negative_number_of_bins_is_refused_when_asked_for():
    with pytest.raises(UsageError, match="at least 1 bin"):
        put_together(np.array([0.5]), np.array([True]), bins=-1)
