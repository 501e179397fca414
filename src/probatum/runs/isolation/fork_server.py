# SPDX-License-Identifier: Apache-2.0
"""A process that has imported what workers need, never ran anything else, and forks one for whoever asks.

Forking is safe here and nowhere else: there are no threads, and no library has computed anything. Between the server
and each worker stands a process that does nothing but wait for it, so that its end is known and its number is not given
to another process meanwhile.
"""

import contextlib
import os
import pickle
import signal
import socket
import struct
import sys
from dataclasses import dataclass
from importlib import import_module

PRELOADED = ("pandas", "probatum.runs.session", "sklearn.pipeline")
DESCRIPTORS = 4  # of a worker: calls, replies, standard error, how it ends
NUMBER = struct.Struct(">q")
LONGEST = 2**20  # bytes of a wish for a worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a worker starts with."""

    folder: str  # its working folder, which is not on its path
    environment: dict[str, str]


def main(descriptor: int) -> None:
    """Fork a worker for every request until the socket closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the processes between
    for name in PRELOADED:
        with contextlib.suppress(ImportError):
            import_module(name)
    _checks()
    server = socket.socket(fileno=descriptor)
    while True:
        content, descriptors, _, _ = socket.recv_fds(server, LONGEST, DESCRIPTORS)
        if not content:
            os._exit(0)
        if os.fork() == 0:
            server.close()
            _between(pickle.loads(content), descriptors)  # noqa: S301  # from the process that started this one
        for one in descriptors:
            os.close(one)


def _checks() -> None:
    from probatum.checks.interface import checks

    checks()


def _between(wanted: Wanted, descriptors: list[int]) -> None:
    """Fork the worker, tell its number, wait for it, tell how it ended."""
    calls, replies, errors, status = descriptors
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    worker = os.fork()
    if worker == 0:
        os.close(status)
        _become(wanted, calls, replies, errors)
    for one in (calls, replies, errors):
        os.close(one)
    with contextlib.suppress(OSError):  # whoever asked may be gone
        os.write(status, NUMBER.pack(worker))
    _, ended = os.waitpid(worker, 0)
    with contextlib.suppress(OSError):
        os.write(status, NUMBER.pack(os.waitstatus_to_exitcode(ended)))
    os._exit(0)


def _become(wanted: Wanted, calls: int, replies: int, errors: int) -> None:
    """Turn this process into a worker."""
    from probatum.runs.isolation.worker import main as work

    code = 1
    try:
        os.dup2(errors, 2)
        os.close(errors)
        os.environ.clear()
        os.environ.update(wanted.environment)
        with contextlib.suppress(OSError):
            os.chdir(wanted.folder)
        work(calls, replies)
        code = 0
    finally:
        sys.stderr.flush()
        os._exit(code)
