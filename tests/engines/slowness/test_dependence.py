# SPDX-License-Identifier: Apache-2.0
"""Does the cost depend on the input at all?"""

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.slowness.dependence import dependence, rounds, within_rounds
from probatum.seeds import stream


def test_every_input_is_asked_about_once_a_round_when_asked_in_rounds():
    asked = []

    def cost(place):
        asked.append(place)
        return float(place)

    costs = rounds(cost, 5, 3, stream(0, "t"))
    assert costs.tolist() == [[0, 1, 2, 3, 4]] * 3
    assert [sorted(asked[start : start + 5]) for start in (0, 5, 10)] == [[0, 1, 2, 3, 4]] * 3
    assert asked[:5] != asked[5:10]


def test_ranks_are_shared_when_costs_are_equal():
    assert within_rounds(np.array([[3.0, 1.0, 3.0, 9.0]])).tolist() == [[2.5, 1.0, 2.5, 4.0]]


def test_the_chance_is_that_of_all_assignments_when_counted_by_hand():
    costs = np.array([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]])  # one input is the slowest twice
    every = [max(np.add(first, second)) for first, second in product(permutations([1, 2, 3]), repeat=2)]
    true = np.mean([sum_ >= 6 for sum_ in every])  # 1/3: the two threes meet
    assert true == pytest.approx(1 / 3)
    assert dependence(costs, stream(0, "t"), draws=9999) == pytest.approx(true, abs=0.02)


@pytest.mark.parametrize("level", [0.05, 0.2])
def test_alarms_are_false_no_more_often_than_said_when_only_time_itself_changes_the_cost(level):
    rng = np.random.Generator(np.random.PCG64(1))
    alarms = 0
    for _ in range(600):
        moment = [0.0]

        def cost(place, moment=moment):  # the machine slows down as time goes on, and is interrupted now and then
            moment[0] += 1
            return 1 + 0.05 * moment[0] + (20.0 if rng.random() < 0.1 else 0.0) + rng.exponential(0.2)

        alarms += dependence(rounds(cost, 8, 3, rng), rng, draws=199) <= level
    assert alarms <= level * 600 + 3 * np.sqrt(600 * level * (1 - level))


def test_a_slow_input_is_told_when_it_is_the_slowest_in_each_round():
    costs = np.tile(np.r_[np.linspace(1, 1.1, 9), 1.3], (3, 1))
    assert dependence(costs, stream(0, "t")) < 0.05


@given(st.integers(1, 4), st.integers(1, 6), st.integers(0, 100))
def test_the_chance_is_one_when_all_costs_are_equal(times, count, seed):
    assert dependence(np.ones((times, count)), stream(seed, "t"), draws=19) == 1
