# SPDX-License-Identifier: Apache-2.0
"""What goes to the screen: progress and complaints to standard error, answers to standard output."""

import os
import sys
from time import monotonic
from typing import TYPE_CHECKING, TextIO

from probatum.facts.finding import State
from probatum.facts.plan import OBSERVED

if TYPE_CHECKING:
    from collections.abc import Collection

    from probatum.facts.finding import Finding
    from probatum.facts.plan import Plan, Unit
    from probatum.facts.record import FindingVerdict
    from probatum.report.interface import Edition


def complain(message: str) -> None:
    """Print an error, as it is."""
    write(f"probatum: {printable(message)}", sys.stderr)


def printable(text: str) -> str:
    """Return the text without characters that steer a terminal; new lines stay."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "�" for letter in text)


def say(text: str = "") -> None:
    """Print an answer."""
    write(text, sys.stdout)


def write(text: str, stream: TextIO) -> None:
    """Print a line at once; whoever reads may have had enough, which changes neither the run nor its exit code."""
    try:
        print(text, file=stream, flush=True)
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


class Watcher:
    """Tells on standard error what is running, how far it is, and how long it will take."""

    def __init__(self, *, debug: bool = False, quiet: bool = False) -> None:
        """Start the clock; with ``debug``, tracebacks are shown too; with ``quiet``, nothing else."""
        self._debug = debug
        self._quiet = quiet
        self._start = monotonic()
        self._units = 0
        self._done = 0
        self._seconds = 0.0
        self._begun: set[str] = set()

    def stage(self, what: str) -> None:
        """Say what is going on besides the checks."""
        self._line(what)

    def planned(self, plan: "Plan", seconds: float) -> None:
        """Say what will run and how long that takes."""
        checks = list(dict.fromkeys(unit.check for unit in plan.units))  # some of them in two parts
        self._units, self._seconds = len(checks), seconds
        names = ", ".join(checks)
        self._line(
            f"plan: {self._units} {'check' if self._units == 1 else 'checks'} ({names}), about {_about(seconds)}"
        )
        for omission in plan.omitted:
            self._line(f"not run: {omission.check}: {omission.why}")

    def recalled(self, findings: "Collection[Finding]") -> None:
        """Say how many checks an earlier attempt had done."""
        self._done += sum(map(_counts, findings))
        if self._done:
            self._line(f"done before: {self._done} of {self._units} checks")

    def started(self, unit: "Unit") -> None:
        """Say that a check began."""
        if unit.check in self._begun:
            return
        self._begun.add(unit.check)
        left = self._seconds - (monotonic() - self._start)
        told = f"{_about(left)} left" if left > 0 else "it takes longer than foreseen"
        self._line(f"[{self._done + 1}/{self._units}] {unit.check} … ({told})")

    def stopped(self, what: str, traceback: str) -> None:
        """Show where an error came from, to whoever asked for that."""
        if self._debug:
            self._line(f"an error stopped this: {what}\n{traceback.rstrip()}", always=True)

    def finished(self, finding: "Finding", verdict: "FindingVerdict") -> None:
        """Show a finding as soon as it is there."""
        from probatum.report.marks import mark_of

        if not _counts(finding):
            self._line(f"seen: {finding.sentence}" if finding.state is State.MEASURED else "")
            return
        self._done += 1
        mark = mark_of(verdict.verdict)
        said = finding.sentence if finding.state in (State.MEASURED, State.DECLARED) else finding.why
        self._line(f"[{self._done}/{self._units}] {mark.symbol} {mark.word}: {said}")

    def _line(self, text: str, *, always: bool = False) -> None:
        if not text or (self._quiet and not always):
            return
        passed = monotonic() - self._start
        write(f"{passed:5.1f} s  {printable(text)}", sys.stderr)


def _counts(finding: "Finding") -> bool:
    """Whether a check is done with it, rather than with what else it found on this machine."""
    return finding.part != OBSERVED or bool(finding.judged)


def _about(seconds: float) -> str:
    if seconds < 10:
        return "a few seconds"
    return f"{round(seconds, -1):.0f} seconds" if seconds < 90 else f"{seconds / 60:.0f} minutes"
