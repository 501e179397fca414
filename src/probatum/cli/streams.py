# SPDX-License-Identifier: Apache-2.0
"""Standard output and standard error that never stop a run, whatever becomes of them.

A reader who is gone, a full disk behind a redirection, an encoding without the letter: none of these is a reason to
lose an assessment, or to end it with another exit code. What cannot be written goes nowhere, and the reason is kept.
"""

import errno
import io
import os
import select
import sys
from typing import TYPE_CHECKING, TextIO, final

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

PATIENCE = 5.0  # seconds that progress waits for a reader who does not read; after that it is dropped, not the run
AT_ONCE = 512  # bytes: a pipe that can be written to takes so many without waiting, wherever POSIX holds


@final
class Reliable(io.RawIOBase):
    """Bytes to an open file by its number; once that fails, to nowhere."""

    def __init__(self, handle: int, patience: float | None = None) -> None:
        """Take the number of an open file.

        Args:
            handle: the number.
            patience: seconds to wait until it can be written to, before what is written is dropped; None: for ever.
        """
        self._handle = handle
        self._patience = patience
        self._waits = patience
        self.failure: OSError | None = None  # what stopped it, unless that was a reader who is gone

    def write(self, content: "ReadableBuffer", /) -> int:
        """Write some of the bytes, and return how many are done with."""
        data = memoryview(content)
        if not self._ready():
            return len(data)
        try:
            return os.write(self._handle, data if self._patience is None else data[:AT_ONCE])
        except BlockingIOError:  # somebody else made it so that it does not wait
            select.select([], [self._handle], [], self._patience)
            return 0 if self._patience is None else len(data)
        except OSError as error:
            if error.errno != errno.EPIPE:
                self.failure = error
            self._go_nowhere()
            return len(data)

    def writable(self) -> bool:
        """Say yes: it takes everything."""
        return True

    def isatty(self) -> bool:
        """Whether somebody watches."""
        return os.isatty(self._handle)

    def fileno(self) -> int:
        """Return the number."""
        return self._handle

    def _ready(self) -> bool:
        """Wait for a reader; one who kept progress waiting once is not waited for again before he reads."""
        if self._waits is None:
            return True
        ready = bool(select.select([], [self._handle], [], self._waits)[1])
        self._waits = self._patience if ready else 0.0
        return ready

    def _go_nowhere(self) -> None:
        """Send all that is written from now on nowhere, also what libraries write to the same number."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._handle)
        os.close(nowhere)


def make_reliable() -> None:
    """Put reliable streams in place of the standard ones; those that were closed go nowhere.

    Called before any file is opened: one that got the number of a closed stream would be written to by accident.
    """
    for handle in (0, 1, 2):
        try:
            os.fstat(handle)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number, which is this one
    if sys.platform == "win32":  # consoles are written to by other means there
        return
    sys.stdout = _text(1, sys.stdout, "replace", None)
    sys.stderr = _text(2, sys.stderr, "backslashreplace", PATIENCE)


def failure_of(stream: TextIO) -> OSError | None:
    """Return what stopped a stream, unless that was a reader who is gone; None also where that is not known."""
    stream.flush()
    raw = getattr(getattr(stream, "buffer", None), "raw", None)
    return raw.failure if isinstance(raw, Reliable) else None


def _text(handle: int, before: TextIO | None, errors: str, patience: float | None) -> TextIO:
    encoding = "utf-8" if before is None else before.encoding
    writer = io.BufferedWriter(Reliable(handle, patience))
    return io.TextIOWrapper(writer, encoding=encoding, errors=errors, line_buffering=True)
