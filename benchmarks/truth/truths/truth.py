# SPDX-License-Identifier: Apache-2.0
"""What is true, as far as a range and a verdict speak of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The true numbers that the two ends of a range speak of; for most measures both are the same number.

    The lower end speaks of the group that was named as the worst, the upper end of every group that the statement
    covers.
    """

    low: float
    high: float

    @classmethod
    def of(cls, value: float) -> "Truth":
        """Return one number that both ends speak of."""
        return cls(low=float(value), high=float(value))
