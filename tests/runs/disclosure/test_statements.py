# SPDX-License-Identifier: Apache-2.0
"""What a published share states is read back, never more narrowly than it was."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from probatum.engines.disclosure.rounding import rounded
from probatum.engines.mistakes.small_counts import share_between
from probatum.facts.finding import Part
from probatum.runs.disclosure.statements import Statement, read

wider = st.sampled_from([0, 0, 9, 20])


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 400), st.integers(0, 400), wider, wider, st.integers(1, 40))
def test_range_that_is_read_holds_the_one_that_was_published(few, left, more, more_left, family):
    if few + left:
        counted, others = np.array([few, few + more]), np.array([left, left + more_left])
        part = rounded(share_between("x", counted, others, confidence=0.95, family=family), 1e-4)
        found = read(part)
        assert found is not None
        assert found.counted[0] <= few
        assert few + more <= found.counted[1]
        assert found.left[0] <= left
        assert left + more_left <= found.left[1]


def test_count_is_read_exactly_when_it_was_published_so():
    part = rounded(share_between("x", np.array([37, 37]), np.array([83, 83]), confidence=0.95, family=3), 1e-4)
    assert read(part) == Statement(counted=(37, 37), left=(83, 83))


def test_nothing_is_read_where_there_is_no_range():
    assert read(Part(name="x", value=0.3, interval=None, n=10)) is None
