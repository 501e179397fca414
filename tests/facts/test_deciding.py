# SPDX-License-Identifier: Apache-2.0
"""How many rows decide, and how often they do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.errors import UsageError
from probatum.facts.deciding import CHANCE, MOST_TIMES, times_needed, too_close


def test_rows_equal_a_worked_example():
    # on the limit, either side decides: z / sqrt(t + 1) = 0.2533, whose normal tail on both sides is 0.8
    assert times_needed(1.0, 0.0) == pytest.approx((1.959964 / 0.253347) ** 2 - 1, rel=1e-4)
    assert times_needed(1.0, 3.0) == 1
    assert times_needed(0.0, 0.1) == 1


@given(st.floats(0.001, 1), st.floats(0, 2), st.floats(0, 2))
def test_fewer_rows_are_needed_the_further_the_limit_lies(reach, one, other):
    near, far = sorted((one, other))
    assert 1 <= times_needed(reach, far) <= times_needed(reach, near) * (1 + 1e-9) <= MOST_TIMES
    assert times_needed(reach, far * reach) == pytest.approx(times_needed(2 * reach, 2 * far * reach))


def test_so_many_fresh_rows_decide_as_often_as_they_say():
    """The truth lies anywhere around the limit; of the samples that do not decide, fresh and larger ones do."""
    rng = np.random.default_rng(0)
    decided = []
    for _ in range(4000):
        true, n, limit = rng.uniform(0.02, 0.18), 500, 0.10
        first = rng.binomial(n, true) / n
        reach = 1.96 * np.sqrt(first * (1 - first) / n)
        if abs(first - limit) > reach or not first:
            continue
        more = int(np.ceil(n * times_needed(reach, abs(first - limit))))
        again = rng.binomial(more, true) / more
        decided.append(abs(again - limit) > 1.96 * np.sqrt(again * (1 - again) / more))
    assert len(decided) > 800
    assert np.mean(decided) == pytest.approx(CHANCE, abs=0.05)


def test_near_the_limit_many_rows_are_not_worth_saying():
    assert too_close(0.09, 0.10, 40)
    assert not too_close(0.09, 0.10, 5)
    assert not too_close(0.02, 0.10, 40)


def test_wrong_sizes_are_refused():
    with pytest.raises(UsageError):
        times_needed(-1.0, 0.1)
