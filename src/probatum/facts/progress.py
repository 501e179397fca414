# SPDX-License-Identifier: Apache-2.0
"""How far counted work is: told while it is done, for whoever waits, and never part of a result."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How much of one stage of a check is done."""

    what: str  # what is counted, in the plural, such as "rows attacked"
    done: float
    of: float | None = None  # above zero; None: nobody knows


Tell = Callable[[Step], None]


def untold(step: Step) -> None:
    """Tell nobody."""
