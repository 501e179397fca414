# SPDX-License-Identifier: Apache-2.0
"""How far counted work is: told while it is done, for whoever waits, and never part of a result."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How much of one stage of a check is done."""

    what: str  # what is counted, in the plural, such as "rows attacked"
    done: float
    of: float | None = None  # above zero; None: nobody knows


Tell = Callable[[Step], None]


def untold(step: Step) -> None:
    """Tell nobody."""


def in_turn(tell: Tell, times: int) -> Iterator[Tell]:
    """Yield whom each of so many alike pieces of work is to tell; they are told as one, whose count goes on."""
    before: dict[str, float] = {}
    for _ in range(times):
        last: dict[str, float] = {}

        def on(step: Step, last: dict[str, float] = last) -> None:
            last[step.what] = step.done
            whole = None if step.of is None else step.of * times
            tell(replace(step, done=before.get(step.what, 0.0) + step.done, of=whole))

        yield on
        for what, done in last.items():
            before[what] = before.get(what, 0.0) + done
