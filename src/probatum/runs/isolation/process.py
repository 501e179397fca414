# SPDX-License-Identifier: Apache-2.0
"""A worker process seen from outside: call a function in it, hear how it gets on, notice how it ends."""

import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic
from typing import IO, Any, final

from probatum.errors import WorkerError, error_named
from probatum.runs.interrupts import held_back
from probatum.runs.isolation.launcher import Launched, launch
from probatum.runs.isolation.protocol import (
    BrokenFrameError,
    Call,
    pack_call,
    read_frame,
    unpack,
    write_frame,
)

PATIENCE = 600.0  # seconds that one step of the model may take
LOOK = 1.0  # seconds between two looks at a worker that is silent
GRACE = 5.0  # seconds that a worker which closed its pipes may take to end by itself
LOG_BYTES = 2**20  # of what code of others prints; the rest is dropped
BLOCK = 2**16
Hear = Callable[[str, Any], None]  # kind of message, and what it holds


@final
class Log:
    """What the code of others prints: kept in memory up to a limit."""

    def __init__(self) -> None:
        """Nothing was printed."""
        self._content = bytearray()
        self._lock = Lock()
        self._dropped = False

    def add(self, content: bytes) -> None:
        """Keep more, as far as there is room."""
        with self._lock:
            room = LOG_BYTES - len(self._content)
            self._content += content[:room]
            self._dropped |= len(content) > room

    def content(self) -> bytes:
        """Return what was kept, and say where some was dropped."""
        with self._lock:
            end = f"\n(more than {LOG_BYTES} bytes: the rest was dropped)\n".encode() if self._dropped else b""
            return bytes(self._content) + end


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a worker ended."""

    code: int | None  # exit code, or the negative number of a signal; None: nobody knows
    cut: bool = False  # it closed its pipes and went on, and was ended for that
    hung: str = ""  # what it was doing for too long, where it was ended for that
    seconds: float = 0.0  # that it was doing it

    @property
    def why(self) -> str:
        """How it ended, to be read after "the process that holds the model"."""
        if self.hung:
            return f"was stopped: {self.hung} took more than {self.seconds:,.0f} seconds"
        if self.cut:
            return "was ended, since its code had closed the connection to the run"
        if self.code is None:
            return "ended, nobody knows how"
        if self.code >= 0:
            return f"was ended by the model's code, with exit code {self.code}"
        if self.code == -signal.SIGKILL:
            return "was killed (SIGKILL), most often for lack of memory"
        with suppress(ValueError):
            return f"crashed ({signal.Signals(-self.code).name})"
        return f"crashed (signal {-self.code})"


class WorkerEndedError(WorkerError):
    """A worker ended before it answered."""

    def __init__(self, ended: Ended) -> None:
        """Keep how."""
        self.ended = ended
        super().__init__(f"The process that holds the model {ended.why}.")


class RaisedError(Exception):
    """The called function raised what is not ours; only the type is known."""

    def __init__(self, kind: str, traceback: str) -> None:
        """Keep the type, and the traceback for whoever debugs."""
        self.kind, self.traceback = kind, traceback
        super().__init__(kind)


@final
class WorkerProcess:
    """One worker. Its calls run one after another; ``kill`` ends it."""

    def __init__(self, log: Log, *, patience: float = PATIENCE, launched: Launched | None = None) -> None:
        """Start it.

        Args:
            log: gets what is printed there.
            patience: seconds that one step may take, before the process is ended.
            launched: a process that was started already.

        Raises:
            WorkerError: none can be started.
        """
        self._patience = patience
        try:
            self._launched = launched or launch()
        except OSError as error:
            raise WorkerError(f"No worker process could be started ({error.strerror or error}).") from error
        self._messages: SimpleQueue[tuple[str, Any] | None] = SimpleQueue()
        self._ended: Ended | None = None
        self._ending = Lock()
        with held_back():
            for target, arguments in (
                (_read, (self._launched.replies, self._messages)),
                (_drain, (self._launched.errors, log)),
            ):
                Thread(target=target, args=arguments, daemon=True).start()

    @property
    def alive(self) -> bool:
        """Whether it can be called, as far as is known."""
        return self._ended is None

    def call(self, function: Callable[..., Any], *arguments: Any, hear: Hear) -> Any:
        """Call a function in the worker, and return the plain values that it returned.

        Args:
            function: of a module of Probatum; the worker finds it by name.
            arguments: anything that can be pickled.
            hear: gets what the worker reports meanwhile.

        Raises:
            ProbatumError: what the function raised.
            RaisedError: it raised something else.
            WorkerEndedError: the worker ended, or took too long and was ended.
        """
        if self._ended is not None:
            raise WorkerEndedError(self._ended)
        self._send(pack_call(Call(function=function, arguments=arguments)))
        while True:
            kind, value = self._next()
            if kind == "result":
                return value
            if kind == "refused":
                raise error_named(value["type"], value["arguments"], value["traceback"])
            if kind == "raised":
                raise RaisedError(str(value["type"]), str(value["traceback"]))
            if kind not in ("ready", "alive"):
                hear(kind, value)
                if kind == "asked":
                    self._send(b"")

    def kill(self) -> None:
        """End the worker now, whatever it does."""
        self._end()

    def _end(self, doing: str = "", *, cut: bool = False) -> Ended:
        """End the worker, and let go of its pipe; those from it are closed by who reads them."""
        with self._ending:  # whoever calls and whoever closes may notice at once
            if self._ended is not None:
                return self._ended
            code = self._launched.ended(GRACE) if cut else None
            cut = cut and code is None
            if code is None:
                self._launched.kill()
                code = self._launched.ended()
            self._ended = Ended(code=code, cut=cut, hung=doing, seconds=self._patience)
            with suppress(OSError, ValueError):
                self._launched.calls.close()
            return self._ended

    def _send(self, content: bytes) -> None:
        with suppress(OSError, ValueError):  # it has ended: the next message says so
            write_frame(self._launched.calls, content)

    def _next(self) -> tuple[str, Any]:
        heard = monotonic()
        while True:
            try:
                message = self._messages.get(timeout=LOOK)
            except Empty:
                if monotonic() - heard > self._patience:
                    raise WorkerEndedError(self._end("a step that lets nothing else run")) from None
                continue
            if message is None:
                raise WorkerEndedError(self._end(cut=True))
            kind, value = message
            if kind == "alive" and float(value["seconds"]) > self._patience:
                raise WorkerEndedError(self._end(str(value["doing"])))
            return message


def _read(stream: IO[bytes], messages: "SimpleQueue[tuple[str, Any] | None]") -> None:
    """Put each message into the queue, and None at the end, or where what comes is no message."""
    with suppress(OSError, ValueError, BrokenFrameError, KeyError, TypeError), stream:
        while (content := read_frame(stream)) is not None:
            message = unpack(content)
            messages.put((str(message["kind"]), message["value"]))
    messages.put(None)


def _drain(stream: IO[bytes], log: Log) -> None:
    with suppress(OSError, ValueError), stream:
        while content := stream.read1(BLOCK):  # type: ignore[attr-defined]  # of a buffered reader
            log.add(content)
