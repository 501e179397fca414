# SPDX-License-Identifier: Apache-2.0
"""Numbers as people write them: no powers of ten."""

from decimal import Decimal


def plain_number(value: float, *, digits: int = 3) -> str:
    """Return a number with so many telling digits, and all of the whole ones: ``0.000012``, ``1,234,567``."""
    if value != 0 and abs(value) >= 10.0 ** (digits - 1):
        return f"{Decimal(round(value)):,f}" if abs(value) >= 10.0**digits else f"{Decimal(f'{value:.{digits}g}'):,f}"
    return f"{Decimal(f'{value:.{digits}g}'):f}"
