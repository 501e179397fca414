# SPDX-License-Identifier: Apache-2.0
"""The inside of a worker: answers calls until its pipes close, and tells how it is meanwhile.

Standard input and output of the process are the pipes; before any code of others runs they are moved away, so that
whatever is printed goes to standard error, which the parent keeps as a log.
"""

import os
import signal
import sys
import threading
import traceback
from dataclasses import dataclass
from threading import Lock, Thread
from time import monotonic
from typing import IO, Any, final

from probatum.errors import ProbatumError, arguments_of, name_of_type
from probatum.runs.isolation.protocol import Call, pack, read_frame, unpack_call, write_frame

BEAT = 0.5  # seconds between two signs of life
GONE = 70  # exit code of a worker whose parent is gone


@final
class Pulse:
    """What the worker is doing that may take too long, and since when."""

    def __init__(self) -> None:
        """Nothing is being done."""
        self._doing: list[tuple[str, float]] = []

    def begin(self, what: str) -> None:
        """Start the clock of one step, such as a question to the model."""
        self._doing.append((what, monotonic()))

    def end(self) -> None:
        """Stop the clock of the innermost step."""
        self._doing.pop()

    def now(self) -> tuple[str, float]:
        """Return the outermost step and how many seconds it has taken; none is called ''."""
        doing = self._doing[:1]
        return (doing[0][0], monotonic() - doing[0][1]) if doing else ("", 0.0)


@final
class Line:
    """The way back to the parent; threads may share it."""

    def __init__(self, requests: IO[bytes], replies: IO[bytes]) -> None:
        """Take the two pipes."""
        self._requests, self._replies = requests, replies
        self._lock = Lock()
        self._process = os.getpid()
        self.pulse = Pulse()

    def next_call(self) -> Call | None:
        """Return what to do next; None: nothing more."""
        content = read_frame(self._requests)
        return None if content is None else unpack_call(content)

    def send(self, kind: str, value: Any) -> None:
        """Send one message; the process ends where nobody reads any more."""
        if os.getpid() != self._process:  # code of others forked: only the worker itself answers
            os._exit(0)
        content = pack({"kind": kind, "value": value})
        try:
            with self._lock:
                write_frame(self._replies, content)
        except (OSError, ValueError):
            os._exit(GONE)

    def ask(self, kind: str, value: Any) -> None:
        """Send one message and wait until the parent has dealt with it."""
        self.send(kind, value)
        if read_frame(self._requests) is None:
            os._exit(GONE)


@dataclass(frozen=True, slots=True)
class _Here:
    """The line of this worker process."""

    line: Line


_here: list[_Here] = []  # filled once, when the worker starts


def line() -> Line:
    """Return the way back to the parent; only code that runs in a worker may ask."""
    return _here[0].line


def main(requests: int, replies: int) -> None:
    """Answer calls until the parent closes the pipe.

    Args:
        requests: file descriptor to read calls from.
        replies: file descriptor to write to.
    """
    mine = Line(os.fdopen(os.dup(requests), "rb"), os.fdopen(os.dup(replies), "wb"))
    _settle(requests, replies)
    _here.append(_Here(mine))
    Thread(target=_beat, args=(mine,), daemon=True).start()
    mine.send("ready", os.getpid())
    while (call := mine.next_call()) is not None:
        kind, value = _answer(call)
        mine.send(kind, value)
    os._exit(0)  # threads that somebody left behind are not waited for


def _answer(call: Call) -> tuple[str, Any]:
    try:
        return "result", call.function(*call.arguments)
    except ProbatumError as error:
        return "refused", {
            "type": name_of_type(type(error)),
            "arguments": arguments_of(error),
            "traceback": _traceback(error),
        }
    except BaseException as error:  # noqa: BLE001  # the code of others may raise anything, also what ends processes
        return "raised", {"type": name_of_type(type(error)), "traceback": _traceback(error)}


def _traceback(error: BaseException) -> str:
    try:
        return "".join(traceback.format_exception(error))[-20_000:]
    except BaseException:  # noqa: BLE001  # an exception may raise when it is printed
        return name_of_type(type(error))


def _settle(requests: int, replies: int) -> None:
    """Make the process one that code of others can do little with."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group: the parent decides
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
    os.close(requests)
    os.close(replies)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)  # what is printed is no answer
    sys.stdin = open(0, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115  # of the whole process
    sys.stdout = open(1, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    threading.excepthook = lambda _: None  # of a thread that somebody left behind
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash leaves no copy of the memory on the disk


def _beat(mine: Line) -> None:
    """Say again and again what the worker is doing; the parent decides whether that takes too long."""
    wait = threading.Event()
    while not wait.wait(BEAT):
        what, seconds = mine.pulse.now()
        mine.send("alive", {"doing": what, "seconds": seconds})
