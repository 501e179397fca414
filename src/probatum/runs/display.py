# SPDX-License-Identifier: Apache-2.0
"""Progress for people: a line for each event, and between two of them how far the running checks are.

A terminal or a notebook shows the latter live, in its last line; a pipe gets a line now and then. Nothing here enters a
plan, a record or a verdict.
"""

import sys
from collections.abc import Callable, Collection
from contextlib import suppress
from threading import Event, RLock, Thread
from time import monotonic
from typing import final

from probatum.facts.finding import Finding, State
from probatum.facts.plan import OBSERVED, Plan, Unit
from probatum.facts.progress import Step
from probatum.facts.record import FindingVerdict
from probatum.report.marks import mark_of
from probatum.report.words import printable
from probatum.runs.forecast import Forecast, Remaining, duration
from probatum.runs.interrupts import held_back
from probatum.runs.progress import Progress, Quiet

EVERY = 20.0  # seconds after which a pipe gets a line, if there was none in between
LIVE_EVERY = 0.5  # seconds between two looks at what is running
WIDTH = 100  # characters of the live line, at most


@final
class Display:
    """Tells what is running, how far it is, and how long it will take."""

    def __init__(
        self,
        write: Callable[[str], None],
        *,
        live: bool,
        debug: bool = False,
        quiet: bool = False,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Start the clock.

        Args:
            write: takes text as it is, new lines included.
            live: the last line can be written over.
            debug: show tracebacks, too.
            quiet: show nothing else.
            clock: returns seconds.
        """
        self._write, self._live, self._debug, self._quiet, self._clock = write, live, debug, quiet, clock
        self._start = self._last = clock()
        self._shown = ""  # the live line as it stands
        self._checks = self._done = 0
        self._remaining = Remaining(Forecast(), clock)
        self._lock = RLock()  # workers tell from a thread of their own
        self._ended = Event()
        self._thread: Thread | None = None

    def stage(self, what: str) -> None:
        """Say what is going on besides the checks."""
        self._line(what)

    def planned(self, plan: Plan, forecast: Forecast) -> None:
        """Say what will run and how long that takes."""
        checks = list(dict.fromkeys(unit.check for unit in plan.units))  # some of them in two parts
        self._checks, self._remaining = len(checks), Remaining(forecast, self._clock)
        names = ", ".join(checks)
        plural = "check" if self._checks == 1 else "checks"
        self._line(f"plan: {self._checks} {plural} ({names}), {duration(forecast.seconds)}")
        for omission in plan.omitted:
            self._line(f"not run: {omission.check}: {omission.why}")

    def begun(self) -> None:
        """Look at what is running from now on, until the run ends."""
        self._thread = Thread(target=self._watch, daemon=True)
        with held_back():
            self._thread.start()

    def recalled(self, findings: Collection[Finding]) -> None:
        """Say how many checks an earlier attempt had done."""
        known = [finding for finding in findings if _counts(finding)]
        self._done += len(known)
        for finding in known:
            self._remaining.recalled(finding.check)
        if self._done:
            self._line(f"done before: {self._done} of {self._checks} checks")

    def started(self, unit: Unit) -> None:
        """Say that a check began."""
        with self._lock:
            if self._remaining.start(unit.check):
                place = min(self._remaining.begun, self._checks)
                self._line(f"[{place}/{self._checks}] {unit.check} … ({self._remaining.told()})")

    def advanced(self, unit: Unit, step: Step) -> None:
        """Keep how far a check is."""
        with self._lock:
            self._remaining.advance(unit.check, step)

    def stopped(self, what: str, traceback: str) -> None:
        """Show where an error came from, to whoever asked for that."""
        if self._debug:
            self._line(f"an error stopped this: {what}\n{traceback.rstrip()}", always=True)

    def finished(self, finding: Finding, verdict: FindingVerdict) -> None:
        """Show a finding as soon as it is there."""
        with self._lock:
            if not _counts(finding):
                self._line(f"seen: {finding.sentence}" if finding.state is State.MEASURED else "")
                return
            self._done += 1
            self._remaining.finish(finding.check)
            mark = mark_of(verdict.verdict)
            said = finding.sentence if finding.state in (State.MEASURED, State.DECLARED) else finding.why
            self._line(f"[{self._done}/{self._checks}] {finding.check}: {mark.symbol} {mark.word}: {said}")

    def ended(self) -> None:
        """Leave nothing behind: no thread, and no half line."""
        self._ended.set()
        with self._lock:
            self._clear()

    def look(self) -> None:
        """Show how far the running checks are, where that is due."""
        with self._lock:
            if self._ended.is_set() or not (self._live or self._clock() - self._last >= EVERY):
                return
            lines = self._remaining.lines()
            if self._live and lines:
                self._show(f"{self._passed()}  … {'; '.join(lines)}")
            else:
                for line in lines:
                    self._line(f"… {line}")

    def _watch(self) -> None:
        while not self._ended.wait(LIVE_EVERY):
            self.look()

    def _show(self, text: str) -> None:
        text = printable(text)
        shown = text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"
        self._write("\r" + shown.ljust(len(self._shown)))
        self._shown = shown

    def _clear(self) -> None:
        if self._shown:
            self._write("\r" + " " * len(self._shown) + "\r")
            self._shown = ""

    def _line(self, text: str, *, always: bool = False) -> None:
        if not text or (self._quiet and not always):
            return
        with self._lock:
            self._clear()
            self._last = self._clock()
            self._write(f"{self._passed()}  {printable(text)}\n")

    def _passed(self) -> str:
        return f"{self._clock() - self._start:5.1f} s"


def shown(wanted: bool | None) -> Progress:
    """Return what tells a user of Python how far a run is, on standard error.

    Args:
        wanted: tell; None: where somebody watches, in a terminal or a notebook.
    """
    notebook = "ipykernel" in sys.modules
    watched = notebook or (sys.stderr is not None and sys.stderr.isatty())
    if sys.stderr is None or not (watched if wanted is None else wanted):
        return Quiet()

    def write(text: str) -> None:
        with suppress(OSError, ValueError):  # gone, full, closed, or without the letter: no reason to lose a run
            sys.stderr.write(text)
            sys.stderr.flush()

    return Display(write, live=watched)


def _counts(finding: Finding) -> bool:
    """Whether a check is done with it, rather than with what else it found on this machine."""
    return finding.part != OBSERVED or bool(finding.judged)
