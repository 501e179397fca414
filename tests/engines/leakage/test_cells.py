# SPDX-License-Identifier: Apache-2.0
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.leakage.cells import joint_codes

words = st.lists(st.sampled_from(["a", "b", "1", 1, 2.5, None]), max_size=20)


def column(cells):
    out = np.empty(len(cells), dtype=object)
    out[:] = cells
    return out, np.array([cell is None for cell in cells], dtype=bool)


@given(words, words)
def test_codes_are_equal_exactly_when_cells_read_the_same(first, second):
    codes = np.concatenate(joint_codes([column(first), column(second)], str))
    cells = first + second
    for i, one in enumerate(cells):
        for j, other in enumerate(cells):
            same = (one is None and other is None) or (None not in (one, other) and str(one) == str(other))
            assert (codes[i] == codes[j]) == same


def test_missing_is_below_zero_when_every_cell_is_missing():
    assert joint_codes([column([None, None])], str)[0].tolist() == [-1, -1]
