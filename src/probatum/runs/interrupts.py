# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C and what is started beside the main thread: only the main thread of the first process answers it.

And the end of that first process, however it comes: no worker outlives it.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import parent_process
from multiprocessing.process import BaseProcess
from threading import Thread, current_thread, main_thread


@contextmanager
def held_back() -> Iterator[None]:
    """Hold Ctrl-C back while threads and processes are started, which inherit that; it is heard right after.

    A process that is still importing would answer it with a traceback, and a thread beside the main one would swallow
    the signal that wakes the main one.
    """
    if sys.platform == "win32" or current_thread() is not main_thread():
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def let_through() -> None:
    """Let Ctrl-C end this process at once, without a word: a worker that is set up calls this."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def end_with_parent() -> None:
    """End this worker as soon as the process that started it is gone: a worker calls this first of all.

    A pool's worker waits at a queue that it can write to itself, so it would never hear that a killed parent is gone.
    """
    parent = parent_process()
    if parent is not None:
        Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)  # nobody is left to tell
