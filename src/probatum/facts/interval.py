# SPDX-License-Identifier: Apache-2.0
"""A range that holds the true number, with how sure that is and how it was worked out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A two-sided confidence interval in the unit of its measure."""

    lower: float | None  # None: not known, see ``why``
    upper: float | None
    confidence: float  # of the whole statement, also where it covers several intervals at once
    method: str  # with its source: "Clopper-Pearson 1934"
    why: str | None = None  # why a bound is not known
