# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.slices.distinct import distinct
from probatum.engines.slices.slices import Slice
from probatum.errors import UsageError


def slice_of(depth):
    return Slice(levels=tuple((column, 0) for column in range(depth)), size=1, loss_sum=1.0, score=0.0)


def rows(*inside):
    mask = np.zeros(12, dtype=bool)
    mask[list(inside)] = True
    return mask


def test_near_copies_are_left_out_when_they_share_most_rows():
    masks = [rows(0, 1, 2, 3), rows(0, 1, 2), rows(3, 4, 5, 6), rows(8, 9)]
    assert distinct([slice_of(1)] * 4, masks, k=9) == (0, 2, 3)


def test_shorter_description_is_taken_when_the_rows_are_the_same():
    masks = [rows(0, 1), rows(5, 6), rows(0, 1)]
    assert distinct([slice_of(3), slice_of(1), slice_of(1)], masks, k=9) == (2, 1)


def test_better_slice_stays_when_an_equal_copy_is_as_short():
    assert distinct([slice_of(2), slice_of(2)], [rows(0, 1), rows(0, 1)], k=9) == (0,)


def test_all_are_kept_when_full_overlap_is_allowed_but_copies_never():
    assert distinct([slice_of(1)] * 3, [rows(0, 1), rows(0, 1, 2), rows(0, 1)], k=9, overlap=1.0) == (0, 1)


def test_unequal_lengths_are_refused():
    with pytest.raises(UsageError):
        distinct([slice_of(1)], [], k=1)


@given(st.lists(st.sets(st.integers(0, 11), min_size=1), max_size=12), st.integers(1, 6), st.floats(0, 1))
def test_laws_hold_when_slices_are_chosen(groups, k, overlap):
    masks = [rows(*group) for group in groups]
    taken = distinct([slice_of(1)] * len(groups), masks, k=k, overlap=overlap)
    assert len(taken) == len(set(taken)) <= k
    assert not groups or taken[0] == 0
    for at, one in enumerate(taken):
        for other in taken[:at]:
            assert (masks[one] & masks[other]).sum() / (masks[one] | masks[other]).sum() <= overlap
