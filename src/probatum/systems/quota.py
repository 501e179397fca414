# SPDX-License-Identifier: Apache-2.0
"""How many rows a model may be asked about, in all attempts at a run together."""

from collections.abc import Callable
from typing import final

from probatum.errors import NoMoreAnswersError

AHEAD = 5_000  # rows that are noted down before they are asked about, so that not every request needs a note


@final
class Quota:
    """A count of rows with an end.

    An attempt that is killed writes nothing any more; so what is kept is never less than what was asked about.
    """

    def __init__(self, rows: int) -> None:
        """Take the most rows."""
        self.rows = rows
        self.asked = 0
        self._noted = 0
        self._keep: Callable[[int], None] | None = None

    def take(self, rows: int) -> None:
        """Take rows off those that are left.

        Raises:
            NoMoreAnswersError: there are not so many.
        """
        if self.asked + rows > self.rows:
            raise NoMoreAnswersError(
                "The rows that may be asked about ([model] max_queries) are used up. Raise the number, if whoever "
                "allowed it agrees, or choose fewer checks."
            )
        self.asked += rows
        if self._keep is not None and self.asked > self._noted:
            self._note(min(self.asked + AHEAD, self.rows))

    def go_on(self, before: int, keep: Callable[[int], None]) -> None:
        """Add what earlier attempts asked about, and give from now on what is to be kept for later ones to ``keep``."""
        self.asked += before
        self._keep = keep
        self._note(self.asked)

    def settle(self) -> None:
        """Keep the exact number: nothing is asked any more in this attempt."""
        self._note(self.asked)

    def _note(self, rows: int) -> None:
        self._noted = rows
        if self._keep is not None:
            self._keep(rows)
