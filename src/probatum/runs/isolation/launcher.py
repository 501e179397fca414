# SPDX-License-Identifier: Apache-2.0
"""Start worker processes: through a fork server where there is ``fork`` without pitfalls, else as new interpreters."""

import atexit
import importlib.util
import os
import pickle
import select
import signal
import site
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Protocol, final

import probatum
from probatum import registry
from probatum.runs.interrupts import held_back
from probatum.runs.isolation.fork_server import NUMBER, Wanted

OWN = ("probatum", "numpy", "scipy", "sklearn", "pandas", "pydantic")  # a worker finds these where they are found here
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
FORKS = sys.platform == "linux"  # elsewhere, system libraries may have threads of their own by then
START = (
    "import sys; sys.path[:0] = {own!r}; sys.path += {folders!r}; "
    "from probatum.runs.isolation.{module} import main; main({descriptors})"
)
SECONDS = 60.0  # that a process may take to end after it was killed


class Launched(Protocol):
    """A worker process that was started."""

    @property
    def calls(self) -> IO[bytes]:
        """Pipe to it."""

    @property
    def replies(self) -> IO[bytes]:
        """Pipe from it."""

    @property
    def errors(self) -> IO[bytes]:
        """Pipe of what it prints."""

    def kill(self) -> None:
        """End it now."""

    def ended(self, seconds: float = SECONDS) -> int | None:
        """Wait until it has ended; return its exit code or the negative number of a signal, None if it has not."""


def launch(*, fork: bool = FORKS) -> Launched:
    """Start a worker in the working folder of this process.

    Raises:
        OSError: the system starts no process.
    """
    return _forked() if fork else _new_interpreter()


def environment() -> dict[str, str]:
    """Return the environment of a worker: this one without what changes Python, and with one thread a library."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return kept | dict.fromkeys(THREADS, "1")


def folders() -> list[str]:
    """Return where a worker finds Probatum, what it needs, and the packages that extend it.

    Those are folders that this process imports from already; a worker looks there last.
    """
    found = [spec.origin for name in OWN if (spec := importlib.util.find_spec(name)) is not None and spec.origin]
    packages = [str(Path(origin).resolve().parents[1]) for origin in found]
    return list(dict.fromkeys([*packages, *registry.folders()]))


def _command(module: str, descriptors: str) -> list[str]:
    here = str(Path(probatum.__file__).resolve().parents[1])  # first: the worker must be of the same version
    own = [] if here in site.getsitepackages() else [here]
    code = START.format(own=own, folders=folders(), module=module, descriptors=descriptors)
    return [sys.executable, "-I", "-B", "-c", code]  # a limit on files would cut what Python compiles short


def _working_folder() -> str:
    try:
        return os.getcwd()
    except OSError:  # it was removed
        return os.path.abspath(os.sep)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Interpreter:
    """A worker that is a child of this process."""

    process: subprocess.Popen[bytes]
    calls: IO[bytes]
    replies: IO[bytes]
    errors: IO[bytes]

    def kill(self) -> None:
        self.process.kill()

    def ended(self, seconds: float = SECONDS) -> int | None:
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None


def _new_interpreter() -> Launched:
    pipe = subprocess.PIPE
    with held_back():
        process = subprocess.Popen(  # noqa: S603  # our own interpreter
            _command("worker", "0, 1"),
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            env=environment(),
        )
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise OSError("no pipes")
    return _Interpreter(process=process, calls=process.stdin, replies=process.stdout, errors=process.stderr)


@final
class _Forked:
    """A worker that the fork server made."""

    def __init__(self, calls: int, replies: int, errors: int, status: int) -> None:
        """Take this side of its pipes."""
        self.calls: IO[bytes] = os.fdopen(calls, "wb")
        self.replies: IO[bytes] = os.fdopen(replies, "rb")
        self.errors: IO[bytes] = os.fdopen(errors, "rb")
        self._status = os.fdopen(status, "rb")
        self._number = self._told()
        if self._number is None:
            raise OSError("the fork server started no process")
        self._over = False
        self._code: int | None = None

    def kill(self) -> None:
        if self._number is not None and not self._over:
            try:
                os.kill(self._number, signal.SIGKILL)
            except ProcessLookupError:  # how it ended can still be read
                return

    def ended(self, seconds: float = SECONDS) -> int | None:
        if not self._over:
            ready, _, _ = select.select([self._status], [], [], seconds)
            if not ready:
                return None
            self._code = self._told()
            self._over = True
            self._status.close()
        return self._code

    def _told(self) -> int | None:
        content = self._status.read(NUMBER.size)
        return int(NUMBER.unpack(content)[0]) if len(content) == NUMBER.size else None


@final
class _Server:
    """The fork server of this process."""

    def __init__(self) -> None:
        """Start it."""
        self._lock = threading.Lock()
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with there, held_back():
            self._process = subprocess.Popen(  # noqa: S603  # our own interpreter
                _command("fork_server", str(there.fileno())),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(there.fileno(),),
                env=environment(),
            )
        self._socket = here
        atexit.register(self._stop, os.getpid())

    def _stop(self, owner: int) -> None:
        self._socket.close()
        if os.getpid() == owner:  # in a process that was forked, the server is not its child
            self._process.wait(SECONDS)

    def alive(self) -> bool:
        """Whether it still runs, and belongs to this process."""
        return self._process.poll() is None

    def fork(self) -> _Forked:
        """Return a new worker."""
        pipes = [os.pipe() for _ in range(4)]
        calls, replies, errors, status = pipes
        theirs = [calls[0], replies[1], errors[1], status[1]]
        wanted = Wanted(folder=_working_folder(), environment=environment())
        try:
            with self._lock:
                socket.send_fds(self._socket, [pickle.dumps(wanted)], theirs)
        finally:
            for one in theirs:
                os.close(one)
        return _Forked(calls[1], replies[0], errors[0], status[0])


def prepare() -> None:
    """Begin to start what workers come from, so that it is there when the first is wanted."""
    if FORKS:
        _server(os.getpid(), tuple(folders()))


@cache
def _server(_: int, __: tuple[str, ...]) -> _Server:
    """Return the server of this process, for these folders; a process that was forked gets one of its own."""
    return _Server()


def _forked() -> Launched:
    here = os.getpid(), tuple(folders())
    if not _server(*here).alive():
        _server.cache_clear()
    return _server(*here).fork()
