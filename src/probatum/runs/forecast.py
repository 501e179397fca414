# SPDX-License-Identifier: Apache-2.0
"""How long a run will take: from counted work and the measured speed of the model, set right by what is done.

For the screen only: nothing of this enters a plan, a record or a verdict.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import final

from probatum.checks.input_manipulation.affordable import cost
from probatum.checks.interface import Check
from probatum.facts.capabilities import Capability
from probatum.facts.finding import Json
from probatum.facts.plan import Plan, Subject
from probatum.facts.progress import Step
from probatum.facts.work import Expected, Scope
from probatum.systems.system import System

TRUSTED = 5.0  # seconds of finished work from which on its speed sets the rest right
SLOWEST, FASTEST = 3.0, 0.3  # times as long as foreseen: one check that was misjudged says little of the others
GRADIENT = 3.0  # times as long as forward, there and back
TRAIN, TRAINED = 0.3, 3.0  # where nobody knows: seconds, and times as long for a row as to answer it
EARLY = 2.0  # seconds of a stage before its own speed tells anything
LATE, LATER = 10.0, 2.0  # seconds, and times what was foreseen: only what is beyond both is worth a word


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Seconds that a run is expected to take."""

    checks: Mapping[str, float] = field(default_factory=dict)  # by check
    beside: float = 0.0  # asking about all rows, and training again
    jobs: int = 1

    @property
    def seconds(self) -> float:
        """All of it."""
        return self.beside + shared(self.checks.values(), self.jobs)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """Seconds that the model takes, measured while it was opened."""

    row: float  # of many
    call: float = 0.0  # beside its rows
    train: float = 0.0  # 0: nobody knows


def foreseen(plan: Plan, system: System, checks: Mapping[str, Check], speed: Speed, jobs: int) -> Forecast:
    """Return how long a plan will take at the measured speed."""
    seconds, answer = dict[str, float](), multiplications(system)
    for unit in plan.units:
        scope = scope_of(plan.subject, system, unit.options, answer)
        seconds[unit.check] = seconds.get(unit.check, 0.0) + _seconds(checks[unit.check].work(scope), speed)
    subject = plan.subject
    asked = (subject.test_rows + subject.train_rows) * speed.row
    train = speed.train or TRAIN + TRAINED * subject.train_rows * speed.row
    return Forecast(checks=seconds, beside=asked + len(plan.refits) * train / jobs, jobs=jobs)


def scope_of(subject: Subject, system: System, options: Mapping[str, Json], answer: float) -> Scope:
    """Return what the work of a check depends on; ``answer``: see ``multiplications``."""
    rows = system.data.test
    return Scope(
        answer=answer,
        rows=subject.test_rows,
        train_rows=subject.train_rows,
        columns=subject.columns,
        pictures=rows.pictures,
        classes=len(subject.classes),
        task=subject.task,
        capabilities=system.capabilities,
        options=options,
    )


def multiplications(system: System) -> float:
    """Return what one answer of a network takes; 0 where that is unknown: the check that looks into it reports why."""
    rows = system.data.test
    if Capability.GRADIENTS not in system.capabilities or not len(rows):
        return 0.0
    try:
        return cost(system.structure(), rows)
    except Exception:  # noqa: BLE001  # a network may raise anything
        return 0.0


def _seconds(work: Expected, speed: Speed) -> float:
    forward = work.asked + GRADIENT * work.gradients + work.alone
    return forward * speed.row + (work.alone + work.calls) * speed.call + work.seconds


@final
class Remaining:
    """What is left of a run, as checks begin, get on and end."""

    def __init__(self, forecast: Forecast, clock: Callable[[], float]) -> None:
        """Take what was foreseen, and a clock in seconds."""
        self._forecast, self._clock = forecast, clock
        self._left = dict(forecast.checks)  # of checks that have not begun
        self._running: dict[str, _Running] = {}
        self._begun: set[str] = set()
        self._foreseen = self._taken = 0.0  # seconds, of the checks that are done

    def recalled(self, check: str) -> None:
        """Leave out a check that an earlier attempt had done."""
        self._left.pop(check, None)
        self._begun.add(check)

    @property
    def begun(self) -> int:
        """How many checks have begun, those that are done counted too."""
        return len(self._begun)

    def start(self, check: str) -> bool:
        """Begin a check; False where a part of it began before, or where it is done: a worker's word may come late."""
        if check in self._begun:
            return False
        self._begun.add(check)
        now = self._clock()
        self._running[check] = _Running(foreseen=self._left.pop(check, 0.0), since=now, stage=now)
        return True

    def advance(self, check: str, step: Step) -> None:
        """Take how far a check is."""
        running = self._running.get(check)
        if running is None:
            return
        if running.step is None or running.step.what != step.what or step.done < running.step.done:
            running.stage, running.first = self._clock(), step.done
        running.step = step

    def finish(self, check: str) -> None:
        """End a check; what it took tells how far the rest of the forecast is off."""
        self._begun.add(check)
        self._left.pop(check, None)
        running = self._running.pop(check, None)
        if running is not None:
            self._foreseen += running.foreseen
            self._taken += self._clock() - running.since

    def seconds(self) -> float:
        """Return how long the rest will take."""
        left = [self._of(running) for running in self._running.values()]
        return shared([*left, *(self._speed * one for one in self._left.values())], self._forecast.jobs)

    def told(self) -> str:
        """Say how long the rest will take; of a check that takes much longer than foreseen, that nobody knows."""
        if any(self._late(running) for running in self._running.values()):
            return "it takes longer than foreseen"
        return f"{duration(self.seconds())} left"

    def lines(self) -> list[str]:
        """Say of each running check how far it is, and of the last how long the rest will take."""
        lines = [self._line(check, running) for check, running in self._running.items()]
        return [*lines[:-1], f"{lines[-1]} ({self.told()})"] if lines else []

    @property
    def _speed(self) -> float:
        """How many times as long as foreseen work takes."""
        if self._taken < TRUSTED or not self._foreseen:
            return 1.0
        return min(max(self._taken / self._foreseen, FASTEST), SLOWEST)

    def _of(self, running: "_Running") -> float:
        """Return the seconds left of a running check: as foreseen, or by its stage where that will take longer."""
        now = self._clock()
        by_stage, passed = 0.0, now - running.stage
        step = running.step
        if step is not None and step.of is not None and passed >= EARLY and step.done > running.first:
            by_stage = (step.of - step.done) * passed / (step.done - running.first)
        return max(self._speed * running.foreseen - (now - running.since), by_stage, 0.0)

    def _late(self, running: "_Running") -> bool:
        """Say whether a check is far beyond what was foreseen, and its own stage does not tell how far it still is."""
        foreseen, passed = self._speed * running.foreseen, self._clock() - running.since
        return self._of(running) <= 0 and passed >= max(foreseen + LATE, LATER * foreseen)

    def _line(self, check: str, running: "_Running") -> str:
        step, since = running.step, duration(self._clock() - running.since)
        if step is None:
            return f"{check}: running for {since}"
        if step.of is None:
            return f"{check}: running for {since}, {step.done:,.0f} {step.what}"
        return f"{check}: {step.what}, {step.done:,.0f} of {step.of:,.0f}"


@dataclass(slots=True, kw_only=True)
class _Running:
    foreseen: float
    since: float
    stage: float  # when its stage began
    first: float = 0.0  # what was done of it then
    step: Step | None = None


def shared(seconds: Iterable[float], jobs: int) -> float:
    """Return how long pieces of work take side by side: at least the longest, at best an equal share each."""
    pieces = list(seconds)
    return max(sum(pieces) / jobs, max(pieces, default=0.0))


def duration(seconds: float) -> str:
    """Return a span of time, roughly, in words."""
    if seconds < 10:
        return "a few seconds"
    if seconds < 90:
        return f"about {round(seconds, -1):.0f} seconds"
    return f"about {seconds / 60:.0f} minutes" if seconds < 90 * 60 else f"about {seconds / 3600:.1f} hours"
