# SPDX-License-Identifier: Apache-2.0
"""Who is told how far a run is."""

from collections.abc import Collection
from typing import Protocol, final

from probatum.facts.finding import Finding
from probatum.facts.plan import Plan, Unit
from probatum.facts.record import FindingVerdict


class Progress(Protocol):
    """Who is told how far a run is."""

    def stage(self, what: str) -> None:
        """Something other than a check began."""

    def planned(self, plan: Plan, seconds: float) -> None:
        """The plan is fixed; it will take about so many seconds."""

    def recalled(self, findings: Collection[Finding]) -> None:
        """An earlier attempt at the run had found these already."""

    def started(self, unit: Unit) -> None:
        """A unit began."""

    def stopped(self, what: str, traceback: str) -> None:
        """An error stopped this; the traceback may quote anything."""

    def finished(self, finding: Finding, verdict: FindingVerdict) -> None:
        """A unit is done; its finding under the policy of the run."""


@final
class Quiet:
    """Tells nobody."""

    def stage(self, what: str) -> None:
        """Keep silent."""

    def planned(self, plan: Plan, seconds: float) -> None:
        """Keep silent."""

    def recalled(self, findings: Collection[Finding]) -> None:
        """Keep silent."""

    def started(self, unit: Unit) -> None:
        """Keep silent."""

    def stopped(self, what: str, traceback: str) -> None:
        """Keep silent."""

    def finished(self, finding: Finding, verdict: FindingVerdict) -> None:
        """Keep silent."""
