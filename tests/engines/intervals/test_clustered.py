# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.intervals.clustered import clustered_share
from probatum.engines.intervals.proportions import clopper_pearson
from probatum.errors import UsageError


@given(n=st.integers(1, 300), share=st.floats(0, 1), of=st.integers(1, 9))
def test_range_is_the_exact_one_when_answers_of_a_row_agree(n, share, of):
    yes = round(share * n)
    counts = np.repeat([of, 0], [yes, n - yes])
    value, interval = clustered_share(counts, of, confidence=0.9)
    exact = clopper_pearson(yes, n, confidence=0.9)
    assert value == pytest.approx(yes / n)
    assert interval.lower == pytest.approx(exact.lower, abs=1e-9)
    assert interval.upper == pytest.approx(exact.upper, abs=1e-9)


@given(counts=st.lists(st.integers(0, 5), min_size=1, max_size=60))
def test_range_holds_the_share_and_lies_between_0_and_1_when_any_counts_come(counts):
    value, interval = clustered_share(np.array(counts), 5, confidence=0.95)
    assert 0 <= interval.lower <= value + 1e-12
    assert value - 1e-12 <= interval.upper <= 1


def test_range_is_half_as_wide_when_four_answers_a_row_have_nothing_to_do_with_each_other():
    rng = np.random.default_rng(3)
    hits = rng.random((2000, 4)) < 0.3
    _, interval = clustered_share(hits.sum(axis=1), 4, confidence=0.95)
    one = clopper_pearson(600, 2000, confidence=0.95)
    assert (interval.upper - interval.lower) / (one.upper - one.lower) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(
    ("n", "share", "alike"), [(20, 0.05, 1.0), (100, 0.01, 1.0), (100, 0.03, 5.0), (400, 0.1, 5.0)]
)
def test_range_holds_the_true_share_95_times_of_100_when_rows_differ(n, share, alike):
    rng, missed = np.random.default_rng(1), 0
    for _ in range(600):
        counts = rng.binomial(13, rng.beta(share * alike, (1 - share) * alike, n))
        _, interval = clustered_share(counts, 13, confidence=0.95)
        missed += not interval.lower <= share <= interval.upper
    assert missed <= 0.05 * 600 + 12  # two standard errors of the simulation


@pytest.mark.parametrize(("n", "frail", "other"), [(20, 0.03, 0.0), (100, 0.01, 0.01), (500, 0.002, 0.05)])
def test_range_holds_the_true_share_when_a_few_rows_say_yes_throughout(n, frail, other):
    rng, missed, share = np.random.default_rng(2), 0, frail + (1 - frail) * other
    for _ in range(600):
        counts = np.where(rng.random(n) < frail, 13, rng.binomial(13, other, n))
        _, interval = clustered_share(counts, 13, confidence=0.95)
        missed += not interval.lower <= share <= interval.upper
    assert missed <= 0.05 * 600 + 12  # two standard errors of the simulation


@given(counts=st.lists(st.integers(0, 5), min_size=1, max_size=60))
def test_range_of_no_mirrors_that_of_yes(counts):
    _, yes = clustered_share(np.array(counts), 5, confidence=0.95)
    _, no = clustered_share(5 - np.array(counts), 5, confidence=0.95)
    assert (1 - no.upper, 1 - no.lower) == pytest.approx((yes.lower, yes.upper), abs=1e-9)


def test_nothing_is_said_when_there_is_no_row():
    value, interval = clustered_share(np.array([], dtype=int), 3, confidence=0.95)
    assert value is None
    assert interval.lower is None
    assert interval.why


@pytest.mark.parametrize(("counts", "of"), [([4], 3), ([-1], 3), ([0], 0)])
def test_counts_are_refused_when_no_row_can_have_them(counts, of):
    with pytest.raises(UsageError, match="between 0 and"):
        clustered_share(np.array(counts), of, confidence=0.95)
