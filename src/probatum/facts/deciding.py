# SPDX-License-Identifier: Apache-2.0
"""How many times as many rows it would take until a range no longer holds a limit: its width shrinks by their root."""

MOST_TIMES = 100  # rows needed are told up to so many times the present number
FEW_TIMES = 10  # and where the number is near the limit, up to so many
NEAR = 0.25  # of the limit: a number that lies no further from it is near


def times_needed(reach: float, distance: float) -> float:
    """Return by what to multiply the rows, at least 1; infinite where the number lies on the limit.

    Args:
        reach: from the number to the end of its range that lies beyond the limit.
        distance: from the number to the limit.
    """
    return max((reach / distance) ** 2, 1.0) if distance > 0 else float("inf")


def too_close(value: float, limit: float, times: float) -> bool:
    """Say whether the number lies so near the limit that no number of rows within reach would tell them apart."""
    return times > FEW_TIMES and abs(value - limit) <= NEAR * abs(limit)
