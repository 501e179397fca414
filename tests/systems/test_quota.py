# SPDX-License-Identifier: Apache-2.0
"""No more rows are asked about than allowed, in all attempts together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.errors import NoMoreAnswersError
from probatum.systems.quota import Quota

REQUESTS = st.lists(st.lists(st.integers(0, 4000), max_size=8), min_size=1, max_size=5)


@given(attempts=REQUESTS, most=st.integers(0, 20_000))
def test_no_attempts_ask_about_more_than_allowed_whenever_they_are_killed(attempts, most):
    kept, asked = [0], 0
    for requests in attempts:
        quota = Quota(most)
        quota.go_on(kept[-1], kept.append)
        for rows in requests:
            try:
                quota.take(rows)
            except NoMoreAnswersError:
                break
            asked += rows
            assert asked == kept[-1] <= most


def test_rows_of_the_opening_count_too():
    kept = []
    quota = Quota(100)
    quota.take(30)
    assert not quota.kept
    quota.go_on(50, kept.append)
    assert quota.kept
    assert kept == [80]
    with pytest.raises(NoMoreAnswersError, match="used up"):
        quota.take(21)
    quota.take(20)
    quota.give_back(20)
    assert kept == [80, 100, 80]
