# SPDX-License-Identifier: Apache-2.0
"""How many rows a model may be asked about, in all attempts at a run together."""

from collections.abc import Callable
from typing import final

from probatum.errors import NoMoreAnswersError


@final
class Quota:
    """A count of rows with an end. It is kept before rows are sent, so that an attempt may be killed at any moment."""

    def __init__(self, rows: int) -> None:
        """Take the most rows."""
        self.rows = rows
        self.asked = 0
        self._keep: Callable[[int], None] | None = None

    @property
    def kept(self) -> bool:
        """Whether what is asked about is kept for later attempts."""
        return self._keep is not None

    def take(self, rows: int) -> None:
        """Take rows off those that are left.

        Raises:
            NoMoreAnswersError: there are not so many.
        """
        if self.asked + rows > self.rows:
            raise NoMoreAnswersError(
                f"The rows that may be asked about ([model] max_queries) are used up: of {self.rows:,}, {self.asked:,} "
                f"were asked about, and the next question is about {rows:,}. Raise the number, if whoever allowed it "
                "agrees, or choose fewer checks."
            )
        self.asked += rows
        if rows and self._keep is not None:
            self._keep(self.asked)

    def give_back(self, rows: int) -> None:
        """Take back rows that were counted and could not be sent."""
        self.asked -= rows
        if rows and self._keep is not None:
            self._keep(self.asked)

    def go_on(self, before: int, keep: Callable[[int], None]) -> None:
        """Add what earlier attempts asked about, and give the sum to ``keep`` from now on, whenever it grows."""
        self.asked += before
        self._keep = keep
        keep(self.asked)
