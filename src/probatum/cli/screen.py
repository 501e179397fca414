# SPDX-License-Identifier: Apache-2.0
"""What goes to the screen: progress and complaints to standard error, answers to standard output."""

import os
import sys
from typing import TYPE_CHECKING, TextIO

from probatum.runs.printing import printable

if TYPE_CHECKING:
    from probatum.report.interface import Edition
    from probatum.runs.progress import Progress


def complain(message: str) -> None:
    """Print an error, as it is."""
    write(f"probatum: {printable(message)}", sys.stderr)


def say(text: str = "") -> None:
    """Print an answer."""
    write(text, sys.stdout)


def write(text: str, stream: TextIO, end: str = "\n") -> None:
    """Print text at once; whoever reads may have had enough, which changes neither the run nor its exit code."""
    try:
        print(text, file=stream, end=end, flush=True)
    except BrokenPipeError:
        silence(stream)


def silence(stream: TextIO) -> None:
    """Send all that is written from now on nowhere, also what is still held back until the process ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def settle() -> None:
    """Write what is still held back, so that a pipe that broke is no error when the process ends."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            silence(stream)


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
    return Display(lambda text: write(text, sys.stderr, end=""), live=live, debug=debug, quiet=quiet)
