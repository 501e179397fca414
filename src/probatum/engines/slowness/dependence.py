# SPDX-License-Identifier: Apache-2.0
"""Does the cost depend on the input at all?

In each round every input is asked about once, in an order drawn anew. If the inputs had no bearing on the cost, then
the times of a round would have come in the same order whichever input was asked about when; so within each round every
assignment of times to inputs was equally likely. That is all the test rests on: it holds whatever the noise is, also
where a machine slows down half-way or is interrupted now and then.

Source: randomisation tests, Fisher 1935, The Design of Experiments, section 21; ranks within rounds: Friedman 1937,
Journal of the American Statistical Association 32:675. The statistic is ours: the largest of the sums of ranks rather
than the sum of their squares, since one slow input among many is what is looked for.
"""

from collections.abc import Callable

import numpy as np

DRAWS = 999


def rounds(cost: Callable[[int], float], count: int, times: int, rng: np.random.Generator) -> np.ndarray:
    """Ask about ``count`` inputs in each of so many rounds, in an order drawn for each; return costs (times, count)."""
    costs = np.empty((times, count))
    for one in range(times):
        for place in rng.permutation(count).tolist():
            costs[one, place] = cost(place)
    return costs


def dependence(costs: np.ndarray, rng: np.random.Generator, draws: int = DRAWS) -> float:
    """Return the chance that luck alone puts some input so high in every round; at most its level too often.

    Args:
        costs: (r, k), of k inputs in r rounds, each round in an order of its own.
        rng: draws assignments of the times to the inputs.
        draws: how many; the chance returned is at least 1 / (draws + 1).
    """
    ranks = within_rounds(costs)
    seen = ranks.sum(axis=0).max()
    drawn = rng.permuted(np.broadcast_to(ranks, (draws, *ranks.shape)), axis=2).sum(axis=1).max(axis=1)
    # the assignment that came is one of those that could have come, so it is counted (Phipson and Smyth 2010)
    return float((1 + (drawn >= seen).sum()) / (1 + draws))


def within_rounds(costs: np.ndarray) -> np.ndarray:
    """Return the rank (r, k) of each cost in its round, from 1; equal ones share the mean of their ranks."""
    return np.asarray([_ranks(one) for one in costs])


def _ranks(values: np.ndarray) -> np.ndarray:
    """Return mid-ranks (k,): how many are less, plus half of one more than those that are equal."""
    ordered = np.sort(values)
    less = np.searchsorted(ordered, values, side="left")
    up_to = np.searchsorted(ordered, values, side="right")
    return np.asarray((less + up_to + 1) / 2, dtype=np.float64)
