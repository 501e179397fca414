# SPDX-License-Identifier: Apache-2.0
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from probatum.engines.leakage.copies import BLOCK, counts_of, joint_ids, row_names

numbers = arrays(
    np.float64, st.tuples(st.integers(0, 12), st.just(2)), elements=st.sampled_from([0.0, -0.0, 1, np.nan])
)


@given(numbers)
def test_names_are_equal_exactly_when_rows_are(rows):
    names = row_names(rows, np.zeros((len(rows), 0), dtype=np.int64))
    for i, one in enumerate(rows):
        for j, other in enumerate(rows):
            assert (names[i] == names[j]) == bool(np.array_equal(one, other, equal_nan=True))


def test_words_tell_rows_apart_when_numbers_do_not():
    names = row_names(np.zeros((3, 1)), np.array([[0], [1], [0]]))
    assert names[0] == names[2] != names[1]


def test_names_do_not_depend_on_the_block_when_there_are_many_rows():
    rows = np.tile(np.arange(3.0), BLOCK)[:, None]
    names = row_names(rows, np.zeros((len(rows), 0), dtype=np.int64))
    assert len(set(names)) == 3
    assert names[: BLOCK - BLOCK % 3] == names[3 : BLOCK - BLOCK % 3 + 3]


def test_counts_are_those_of_the_other_part_when_two_parts_are_joined():
    first, second = joint_ids([[b"a", b"b", b"a"], [b"c", b"a"]])
    assert counts_of(first, first).tolist() == [2, 1, 2]
    assert counts_of(second, first).tolist() == [0, 2]
