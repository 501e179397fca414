# SPDX-License-Identifier: Apache-2.0
"""What goes to the screen: progress and complaints to standard error, answers to standard output."""

import sys
from typing import TYPE_CHECKING, TextIO

from probatum.cli.streams import failure_of
from probatum.errors import StorageError
from probatum.report.words import printable

if TYPE_CHECKING:
    from probatum.report.interface import Edition
    from probatum.runs.progress import Progress


def complain(message: str) -> None:
    """Print an error."""
    write(f"probatum: {message}", sys.stderr)


def say(text: str = "") -> None:
    """Print an answer; the command has done its work, whether anybody can read that or not."""
    write(text, sys.stdout)
    failure = failure_of(sys.stdout)
    if failure is not None:
        complain(f"The answer could not be written to standard output: {failure.strerror}.")


def deliver(text: str) -> None:
    """Print what a command is for, as a file would hold it: in UTF-8 wherever nobody watches.

    Raises:
        StorageError: it could not be written; a reader who has had enough is no error.
    """
    if sys.stdout.isatty() or not hasattr(sys.stdout, "buffer"):
        write(text, sys.stdout)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(f"{printable(text)}\n".encode())
    failure = failure_of(sys.stdout)
    if failure is not None:
        raise StorageError(f"Standard output could not be written: {failure.strerror}.")


def write(text: str, stream: TextIO) -> None:
    """Print text at once, in which nothing steers a terminal: all that commands print comes through here."""
    print(printable(text), file=stream, flush=True)


def _show_progress(text: str) -> None:
    """Print progress as it is: it has made its own texts safe, and writes over its last line."""
    sys.stderr.write(text)
    sys.stderr.flush()


def present(edition: "Edition", *, quiet: bool = False) -> None:
    """Print a report, in colour where somebody watches; where somebody wants quiet, only its first sentence."""
    if quiet:
        from probatum.report.page_one import page_one

        overall = page_one(edition).overall
        say(f"{overall.mark.symbol} {overall.sentence}")
        return
    from probatum.report.terminal import FORMAT, show

    if sys.stdout.isatty():
        from rich.console import Console

        show(edition, Console())
    else:
        say(FORMAT.render(edition))


def watcher(*, debug: bool = False, quiet: bool = False) -> "Progress":
    """Return what tells on standard error how far a run is: live where somebody watches."""
    from probatum.runs.display import Display

    live = sys.stderr.isatty() and not quiet
    return Display(_show_progress, live=live, debug=debug, quiet=quiet)
