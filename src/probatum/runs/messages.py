# SPDX-License-Identifier: Apache-2.0
"""What running work tells whoever watches: from this process, or out of a worker through its pipe.

Nothing here changes a number: a listener is told and never asked.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import TextIO

from probatum.facts.plan import Refit, Unit
from probatum.facts.progress import Step, Tell

Work = Unit | Refit
ASKED = "rows asked about"
SELDOM = 0.5  # seconds between two steps that are passed on


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A piece of work began."""

    piece: Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Advanced:
    """A check got on."""

    piece: Unit
    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """An error stopped a piece of work."""

    piece: Work
    traceback: str  # may quote anything, so it never goes into a record


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """A library warned in a worker."""

    text: str
    category: str
    filename: str
    line: int


Message = Started | Advanced | Stopped | Warned
Listener = Callable[[Message], None]


def nobody(message: Message) -> None:
    """Listen to nothing."""


def pass_warnings_on(listener: Listener) -> None:
    """Have all warnings of this process told to a listener in place of being shown."""

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        listener(Warned(text=str(message), category=category.__name__, filename=filename, line=lineno))

    warnings.showwarning = show


def teller(piece: Unit, listener: Listener) -> Tell:
    """Return what passes the steps of a unit on, now and then: a loop may tell each turn and pays next to nothing."""
    last, stage = -SELDOM, ""

    def tell(step: Step) -> None:
        nonlocal last, stage
        now = monotonic()
        if step.what == ASKED and stage not in ("", ASKED):
            return  # the check itself knows better how far it is
        if step.what != stage or now - last >= SELDOM:
            last, stage = now, step.what
            listener(Advanced(piece=piece, step=step))

    return tell


def asked(tell: Tell) -> Callable[[int], None]:
    """Return what counts the rows that a model is asked about, and tells them as a step."""
    rows = 0

    def count(more: int) -> None:
        nonlocal rows
        rows += more
        tell(Step(what=ASKED, done=rows))

    return count
