# SPDX-License-Identifier: Apache-2.0
"""Five grades of damage, 1 (slight) to 5 (severe); 3 is moderate."""

from collections.abc import Sequence

from probatum.errors import UsageError

SEVERITIES = (1, 2, 3, 4, 5)
MODERATE = 3


def graded(strengths: Sequence[float], severity: int) -> float:
    """Return the strength at this severity.

    Raises:
        UsageError: there is no such severity.
    """
    if severity not in SEVERITIES:
        raise UsageError(f"A severity is a whole number from 1 (slight) to 5 (severe), and {severity} was given.")
    return strengths[severity - 1]
