# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C and what is started beside the main thread: only the main thread of the first process answers it."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread


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
