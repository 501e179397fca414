# SPDX-License-Identifier: Apache-2.0
"""Who is told how far a run is."""

from collections.abc import Collection
from typing import Protocol, final

from probatum.facts.finding import Finding
from probatum.facts.plan import Plan, Unit
from probatum.facts.progress import Step
from probatum.facts.record import FindingVerdict
from probatum.runs.forecast import Forecast


class Progress(Protocol):
    """Who is told how far a run is."""

    def stage(self, what: str) -> None:
        """Something other than a check began."""

    def planned(self, plan: Plan, forecast: Forecast) -> None:
        """The plan is fixed; how long it will take is about known."""

    def begun(self) -> None:
        """The work begins."""

    def recalled(self, findings: Collection[Finding]) -> None:
        """An earlier attempt at the run had found these already."""

    def started(self, unit: Unit) -> None:
        """A unit began."""

    def advanced(self, unit: Unit, step: Step) -> None:
        """A unit got on."""

    def stopped(self, what: str, traceback: str) -> None:
        """An error stopped this; the traceback may quote anything."""

    def finished(self, finding: Finding, verdict: FindingVerdict) -> None:
        """A unit is done; its finding under the policy of the run."""

    def ended(self) -> None:
        """The work ended, or was cut short: nothing more is told of it."""


@final
class Quiet:
    """Tells nobody."""

    def stage(self, what: str) -> None:
        """Keep silent."""

    def planned(self, plan: Plan, forecast: Forecast) -> None:
        """Keep silent."""

    def begun(self) -> None:
        """Keep silent."""

    def recalled(self, findings: Collection[Finding]) -> None:
        """Keep silent."""

    def started(self, unit: Unit) -> None:
        """Keep silent."""

    def advanced(self, unit: Unit, step: Step) -> None:
        """Keep silent."""

    def stopped(self, what: str, traceback: str) -> None:
        """Keep silent."""

    def finished(self, finding: Finding, verdict: FindingVerdict) -> None:
        """Keep silent."""

    def ended(self) -> None:
        """Keep silent."""
