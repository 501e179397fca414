# SPDX-License-Identifier: Apache-2.0
"""Call one function many times, side by side in workers."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from types import TracebackType
from typing import Any, final

from probatum.runs.interrupts import held_back
from probatum.runs.isolation.process import PATIENCE, Log, WorkerProcess


@final
class Pool:
    """Some workers that hold nothing."""

    def __init__(self, members: int, *, patience: float = PATIENCE) -> None:
        """Start them.

        Args:
            members: how many.
            patience: seconds after which a worker that is silent counts as hanging.
        """
        self._log = Log()
        self._members = [WorkerProcess(self._log, patience=patience) for _ in range(members)]

    def map(self, function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]) -> Iterator[Any]:
        """Yield the plain values that the function returns, in the order of the arguments.

        Raises:
            ProbatumError: the function raised it, or a worker ended.
        """
        free = SimpleQueue[WorkerProcess]()
        for member in self._members:
            free.put(member)

        def call(one: tuple[Any, ...]) -> Any:
            member = free.get()
            try:
                return member.call(function, *one, hear=_ignore)
            finally:
                free.put(member)

        with held_back():
            threads = ThreadPoolExecutor(len(self._members))
            calls = [threads.submit(call, one) for one in arguments]
        with threads:
            for done in calls:
                yield done.result()

    def __enter__(self) -> "Pool":
        """Return the pool itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End all workers, whatever they do."""
        for member in self._members:
            member.kill()


def _ignore(kind: str, value: Any) -> None:
    """Hear nothing."""
