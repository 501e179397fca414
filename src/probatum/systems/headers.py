# SPDX-License-Identifier: Apache-2.0
"""Whether the names of columns look like a row of data: a file without a line of names has a person there.

Names that look so are not printed. Words alone cannot be told from names.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

FEWEST, SHARE = 2, 0.2  # names that look like values, at least, and of all
SERIES = 4  # equally spaced whole numbers, from which on they are names, such as years
NOT_SHOWN = (
    "Its columns are not listed, since their names look like a row of data: a person's, if the file lacks a line of "
    "names at its top."
)
_VALUE = re.compile(
    r"\s*(?:[-+]?\d[\d.,]*(?:e[-+]?\d+)?%?"  # a number, as pandas or a person writes it
    r"|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T].*)?"  # a date
    r"|[^@\s]+@[^@\s]+\.[a-z]+"  # an address
    r"|[-+() \d]{7,})\s*",  # a telephone number
    re.IGNORECASE,
)


def look_like_data(names: Sequence[str]) -> bool:
    """Say whether some of the names of columns look like values, which are not a series of numbers."""
    values = [name for name in names if _VALUE.fullmatch(name)]
    return len(values) >= max(FEWEST, SHARE * len(names)) and not _is_series(values)


def _is_series(values: Sequence[str]) -> bool:
    """Say whether these are places of columns or years: whole numbers with equal steps."""
    if not all(value.strip().isdecimal() for value in values):
        return False
    numbers = sorted(int(value) for value in values)
    steps = {later - earlier for earlier, later in pairwise(numbers)}
    return len(steps) == 1 and 0 not in steps and (len(numbers) >= SERIES or (numbers[0] in (0, 1) and steps == {1}))
