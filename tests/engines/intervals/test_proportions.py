# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from probatum.engines.intervals.multiplicity import sidak
from probatum.engines.intervals.proportions import clopper_pearson, clopper_pearson_bounds
from probatum.errors import UsageError

counts = st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(("successes", "n"), [(0, 10), (10, 10), (3, 40), (5, 132), (1, 1), (900, 1000)])
def test_bounds_equal_the_reference_when_alone(successes, n):
    reference = stats.binomtest(successes, n).proportion_ci(0.95, method="exact")
    interval = clopper_pearson(successes, n, confidence=0.95)
    assert (interval.lower, interval.upper) == pytest.approx((reference.low, reference.high), abs=1e-12)
    assert interval.method == "Clopper-Pearson 1934"


def test_ends_are_exact_when_none_or_all_succeed():
    assert clopper_pearson(0, 30, confidence=0.95).lower == 0.0
    assert clopper_pearson(30, 30, confidence=0.95).upper == 1.0
    # the closed form 1 - (alpha / 2) ** (1 / n)
    assert clopper_pearson(0, 30, confidence=0.95).upper == pytest.approx(1 - 0.025 ** (1 / 30), abs=1e-12)


def test_bounds_are_unknown_when_there_is_no_row():
    interval = clopper_pearson(0, 0, confidence=0.95, family=10)
    assert interval.lower is None
    assert interval.upper is None
    assert interval.why
    assert interval.method == "Clopper-Pearson 1934, Šidák over 10"
    assert np.isnan(clopper_pearson_bounds(np.array([0]), np.array([0]), confidence=0.95)[0]).all()


def test_family_widens_as_the_single_level_does_when_corrected():
    corrected = clopper_pearson(7, 132, confidence=0.95, family=30)
    single = clopper_pearson(7, 132, confidence=sidak(0.95, 30))
    assert (corrected.lower, corrected.upper) == (single.lower, single.upper)
    assert corrected.confidence == 0.95


def test_impossible_counts_are_refused_when_more_succeed_than_there_are():
    with pytest.raises(UsageError, match="between 0 and"):
        clopper_pearson(3, 2, confidence=0.95)


@given(counts, st.floats(0.5, 0.98), st.integers(1, 50))
def test_interval_holds_the_share_and_is_nested_when_confidence_rises(count, confidence, family):
    successes, n = count
    narrow = clopper_pearson(successes, n, confidence=confidence, family=family)
    wide = clopper_pearson(successes, n, confidence=confidence + 0.01, family=family)
    assert wide.lower <= narrow.lower <= successes / n <= narrow.upper <= wide.upper


@given(counts)
def test_bounds_rise_when_one_more_succeeds(count):
    successes, n = count
    lower, upper = clopper_pearson_bounds(np.arange(successes + 1), np.array([n]), confidence=0.95)
    assert (np.diff(lower) >= 0).all()
    assert (np.diff(upper) >= 0).all()


@pytest.mark.parametrize("groups", [2, 10, 30])
@pytest.mark.parametrize("share", [0.01, 0.03, 0.1, 0.5])
@pytest.mark.parametrize("n", [20, 40, 132, 1000])
def test_all_intervals_hold_at_once_when_groups_are_many(n, share, groups):
    # exact, not simulated: the chance that one interval holds, to the power of the groups
    successes = np.arange(n + 1)
    lower, upper = clopper_pearson_bounds(successes, np.array([n]), confidence=0.95, family=groups)
    holds = (lower <= share) & (share <= upper)
    assert stats.binom.pmf(successes[holds], n, share).sum() ** groups >= 0.95


def test_coverage_holds_when_simulated():
    rng = np.random.default_rng(1)
    found = rng.binomial(40, 0.03, size=(4000, 10))
    lower, upper = clopper_pearson_bounds(found, np.array(40), confidence=0.95, family=10)
    assert ((lower <= 0.03) & (upper >= 0.03)).all(axis=1).mean() >= 0.95
