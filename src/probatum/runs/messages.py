# SPDX-License-Identifier: Apache-2.0
"""What running work tells whoever watches: from this process, or out of a worker through a queue.

Nothing here changes a number: a listener is told and never asked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.context import SpawnContext
from multiprocessing.queues import SimpleQueue
from threading import Event, Thread
from typing import final

from probatum.facts.plan import Refit, Unit
from probatum.runs.interrupts import held_back

Work = Unit | Refit
EVERY = 0.1  # seconds between two looks at an empty queue
PATIENCE = 5.0  # seconds that a queue may take to be read to its end; one whose writer was killed may never be


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A piece of work began."""

    piece: Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """An error stopped a piece of work."""

    piece: Work
    traceback: str  # may quote anything, so it never goes into a record


Message = Started | Stopped
Listener = Callable[[Message], None]


def nobody(message: Message) -> None:
    """Listen to nothing."""


@final
class Channel:
    """Reads what workers put into a queue and tells it to a listener of this process, from a thread of its own."""

    def __init__(self, context: SpawnContext, listener: Listener) -> None:
        """Start to read."""
        self.queue: SimpleQueue[Message] = context.SimpleQueue()
        self._listener = listener
        self._ended = Event()
        self._thread = Thread(target=self._read, daemon=True)
        with held_back():
            self._thread.start()

    def close(self) -> None:
        """Read what is left, and end; everybody who writes has ended."""
        self._ended.set()
        self._thread.join(PATIENCE)

    def _read(self) -> None:
        while True:
            ended = self._ended.is_set()  # before the look, so that nothing written until then is missed
            while not self.queue.empty():
                self._listener(self.queue.get())
            if ended:
                return
            self._ended.wait(EVERY)
