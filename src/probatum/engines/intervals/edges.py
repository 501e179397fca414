# SPDX-License-Identifier: Apache-2.0
"""Where a test begins to reject: the end of a range that is made by turning a test round."""

from collections.abc import Callable

HALVINGS = 200  # more than double precision can use: bisection ends when the middle no longer moves


def edge(*, inside: float, outside: float, rejects: Callable[[float], bool]) -> float:
    """Bisect from a value that is not rejected to one that is; return the last value that is not."""
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        if middle in (inside, outside):
            break
        if rejects(middle):
            outside = middle
        else:
            inside = middle
    return inside
