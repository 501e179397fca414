# SPDX-License-Identifier: Apache-2.0
"""Growing something without waiting forever."""

from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.slowness.ladder import HALVINGS, climb

SIZES = (12.0, 20.0, 28.0, 224.0, 1792.0, 14336.0)


class Costs:
    """Tells the cost of a size and keeps what was asked."""

    def __init__(self, cost):
        self.cost = cost
        self.asked = []

    def __call__(self, size):
        self.asked.append(size)
        return self.cost(size)


def test_the_largest_size_is_reached_in_single_steps_when_cost_stays():
    costs = Costs(lambda size: 1.0)
    top = climb(costs, SIZES, typical=1.0, far=20)
    assert (top.size, top.times, top.steps) == (14336, 1, 6)
    assert costs.asked == list(SIZES)


def test_exponential_growth_is_stopped_when_it_shows():
    costs = Costs(lambda size: 1 + 2.0 ** (size - 20))  # 2 at 20 letters, 257 at 28, and at 224 the end of the world
    top = climb(costs, SIZES, typical=1.0, far=20)
    assert max(costs.asked) == 28
    assert top.size == 25  # half-way back twice: 24 costs 17, 26 costs 65
    assert top.times == 33


def test_steps_become_small_when_growth_shows():
    costs = Costs(lambda size: 1 + (size / 224) ** 3)  # 2 at 224 letters, 513 at 1,792
    top = climb(costs, SIZES, typical=1.0, far=20)
    assert 448 in costs.asked
    assert max(costs.asked) < 1792
    assert 20 <= top.times < 100


def test_the_slowest_size_is_kept_when_longer_ones_are_refused():
    top = climb(lambda size: 5.0 if size == 28 else 0.1, SIZES, typical=1.0, far=20)
    assert (top.size, top.times) == (28, 5)


def test_a_hiccup_is_no_growth_when_it_does_not_come_again():
    once = iter([1.0, 30.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    top = climb(lambda size: next(once), SIZES, typical=1.0, far=20)
    assert (top.size, top.times) == (14336, 1)


@given(st.floats(0.1, 5), st.floats(1, 3), st.floats(1, 1e4), st.floats(3, 50))
def test_no_size_beyond_the_first_far_one_is_asked_about_when_cost_grows(slope, power, typical, far):
    costs = Costs(lambda size: typical * (1 + (slope * size / 100) ** power))
    top = climb(costs, SIZES, typical=typical, far=far)
    slow = [size for size in costs.asked if costs.cost(size) >= far * typical]
    assert top.size in costs.asked
    assert not slow or max(costs.asked) == slow[0]
    assert len(costs.asked) == top.steps <= 2 * len(SIZES) + 30 + HALVINGS
