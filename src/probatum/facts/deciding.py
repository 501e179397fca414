# SPDX-License-Identifier: Apache-2.0
"""How many times as many fresh rows give a range that no longer holds a limit, with a chance of 80 of 100.

The number measured is uncertain itself. Where it lies d from the limit with a range that reaches h = z s to either
side, t times as many fresh rows give a number around it with variance s^2 (1 + 1 / t), whose range reaches
h / sqrt(t). The chance that this range lies on either side of the limit is worked out from both, whatever the truth
may be (a flat prior). To bring the present range to the limit is not enough: of rows so many, fewer than half decide.

Source: predictive power, Spiegelhalter, Freedman and Blackburn 1986, Controlled Clinical Trials 7:8.
"""

from math import ceil, erf, log, sqrt

from probatum.errors import UsageError

CHANCE = 0.8  # that so many fresh rows decide
MOST_TIMES = 100  # rows needed are told up to so many times the present number
FEW_TIMES = 10  # and where the number is near the limit, up to so many
NEAR = 0.25  # of the limit: a number that lies no further from it is near
_Z = 1.959964  # standard errors to which a range of 95 of 100 reaches


def times_needed(reach: float, distance: float, *, one_side: bool = False) -> float:
    """Return by what to multiply the rows, at least 1, so that fresh ones decide with a chance of ``CHANCE``.

    Infinite where no number of rows does.

    Args:
        reach: from the number to the end of its range that lies beyond the limit, at least 0.
        distance: from the number to the limit, at least 0.
        one_side: beyond the limit nothing is decided, as inside a bracket.
    """
    if reach < 0 or distance < 0:
        raise UsageError(
            f"A range reaches at least 0 far, and a limit lies at least 0 away; {reach} and {distance} came."
        )
    if reach == 0:
        return 1.0 if distance > 0 else float("inf")
    low, high, away = 1.0, 1e9, distance / reach
    if _deciding(low, away, one_side) >= CHANCE:
        return low
    if _deciding(high, away, one_side) < CHANCE:
        return float("inf")
    for _ in range(80):  # the chance rises with the rows
        middle = sqrt(low * high)
        low, high = (low, middle) if _deciding(middle, away, one_side) >= CHANCE else (middle, high)
    return high


def too_close(value: float, limit: float, times: float) -> bool:
    """Say whether the number lies so near the limit that no number of rows within reach would tell them apart."""
    return times > FEW_TIMES and abs(value - limit) <= NEAR * abs(limit)


def two_digits(rows: float) -> int:
    """Return a number of rows rounded up to two digits, at least 1: an estimate deserves no more."""
    step = int(10 ** max(len(str(int(rows))) - 2, 0))
    return max(ceil(rows / step) * step, 1)


def without_events(limit: float) -> int:
    """Return the cases of which none may show a flaw, for its share to be proven at most this; above 0, below 1.

    Source: Clopper and Pearson 1934, Biometrika 26:404: of n without one, the share is at most 1 - .025 ** (1 / n).
    """
    return ceil(log(0.025) / log(1 - limit))


def _deciding(times: float, away: float, one_side: bool) -> float:
    """Return the chance that the range of so many times the rows lies on one side of a limit ``away`` reaches off."""
    spread, reach = sqrt(1 + 1 / times) / _Z, 1 / sqrt(times)
    return sum(_below((side * away - reach) / spread) for side in ((1,) if one_side else (1, -1)))


def _below(z: float) -> float:
    return (1 + erf(z / sqrt(2))) / 2
