# SPDX-License-Identifier: Apache-2.0
"""Numbers rounded, their ranges outwards."""

from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.disclosure.rounding import rounded, rounding_step
from probatum.facts.finding import Measure, Part
from probatum.facts.interval import Interval

numbers = st.floats(-1e4, 1e4)


def measure(lower, value, upper):
    ends = Interval(lower=lower, upper=upper, confidence=0.95, method="m")
    part = Part(name="g", value=value, interval=ends, n=100)
    return Measure(value=value, unit="", interval=ends, n=100, groups=(part,), widest=part)


@given(st.lists(numbers, min_size=3, max_size=3).map(sorted), st.sampled_from([1e-4, 0.02, 0.5, 10.0]))
def test_range_only_grows_and_still_holds_its_number(ends, step):
    lower, value, upper = ends
    found = rounded(measure(lower, value, upper), step)
    assert found.interval.lower <= lower + 1e-9 * max(1, abs(lower))
    assert found.interval.upper >= upper - 1e-9 * max(1, abs(upper))
    assert found.interval.lower <= found.value <= found.interval.upper
    assert abs(found.value - value) <= step / 2 + 1e-9 * max(1, abs(value))
    assert rounded(found, step) == found
    assert found.groups[0].interval == found.interval == found.widest.interval


@given(st.floats(1e-9, 1e9))
def test_step_is_at_least_what_is_asked_and_no_more_than_it_takes(least):
    step = rounding_step(least)
    assert least * (1 - 1e-6) <= step <= 2.5 * least * (1 + 1e-6)
    assert f"{step:e}"[0] in "125"


def test_unknown_numbers_stay_unknown():
    found = rounded(Measure(value=None, unit="", interval=None, n=0, why="x"), 0.1)
    assert (found.value, found.interval) == (None, None)
    assert rounding_step(0.0) == 0.0
