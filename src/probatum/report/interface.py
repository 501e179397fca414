# SPDX-License-Identifier: Apache-2.0
"""The promise of a report format: one edition in, one text out; no clock, no file, no network."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from probatum.facts.finding import Finding
from probatum.facts.record import Judgement, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is true of one run on one day and stays outside the record."""

    measured_on: str  # ISO 8601 date
    seconds: float | None = None  # how long the run took
    host: str | None = None  # the machine, in words


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """Everything that a report is made from."""

    record: Record
    record_id: str
    judgement: Judgement
    context: Context
    observed: tuple[Finding, ...] = ()  # seen on the machine of the run; outside the record
    repeat: tuple[str, ...] = ()  # commands that repeat the run, in order; made by whoever shows it, never stored
    folder: str | None = None  # the run's folder, as whoever shows it names it

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that a verdict is given on: the record's findings, then those of this machine that are judged."""
        return (*self.record.findings, *judged_beside(self.observed))


def judged_beside(observed: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return what was seen on one machine and is judged all the same: times cannot be repeated to the bit."""
    return tuple(finding for finding in observed if finding.judged)


class Format(Protocol):
    """A way to show an edition; each format's file ends in one constant ``FORMAT``."""

    @property
    def name(self) -> str:
        """What ``--format`` calls it."""

    @property
    def suffix(self) -> str:
        """The end of a file's name, with its dot; empty for what goes to the screen."""

    def render(self, edition: Edition) -> str:
        """Return the whole report as text; equal editions give equal texts."""
