# SPDX-License-Identifier: Apache-2.0
"""The limits that turn measures into verdicts. Checks measure; only a policy judges."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from probatum.facts.finding import Json
from probatum.facts.threats import ALL_TASKS, Task

POLICY_FORMAT = "probatum-policy/1"


class Stakes(StrEnum):
    """How much hangs on the system's decisions; selects the default policy."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"  # the limits of high, and every declaration demanded


class Direction(StrEnum):
    """On which side of the limit a measure passes."""

    AT_MOST = "at_most"
    AT_LEAST = "at_least"


NOT_STATED = "not stated"
STARTING_POINT = "chosen by the authors as a starting point"  # of a limit that no law and no paper sets


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One limit in a policy; a measure that equals it passes."""

    direction: Direction
    limit: float
    because: str  # why there is such a limit
    source: str = NOT_STATED  # where its number comes from: a law, a paper, or who chose it


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The starting limits of one measure, declared in the check's own file, from which policies are generated.

    A measure without starting limits is judged only where somebody states a limit.
    """

    direction: Direction
    low: float | None
    medium: float | None
    high: float | None
    because: str
    source: str = STARTING_POINT
    tasks: tuple[Task, ...] = ALL_TASKS
    truth: bool = True  # judged where the right answers are known; False: only where they are not

    def at(self, stakes: Stakes) -> Limit | None:
        """Return the limit for these stakes; None where it is for people to state."""
        value = {Stakes.LOW: self.low, Stakes.MEDIUM: self.medium}.get(stakes, self.high)
        if value is None:
            return None
        return Limit(direction=self.direction, limit=value, because=self.because, source=self.source)


def at_most(
    *,
    low: float,
    medium: float,
    high: float,
    because: str,
    source: str = STARTING_POINT,
    tasks: tuple[Task, ...] = ALL_TASKS,
) -> Judged:
    """Declare a measure that passes at or below its limit."""
    return Judged(
        direction=Direction.AT_MOST, low=low, medium=medium, high=high, because=because, source=source, tasks=tasks
    )


def at_least(
    *,
    low: float,
    medium: float,
    high: float,
    because: str,
    source: str = STARTING_POINT,
    tasks: tuple[Task, ...] = ALL_TASKS,
    truth: bool = True,
) -> Judged:
    """Declare a measure that passes at or above its limit."""
    return Judged(
        direction=Direction.AT_LEAST,
        low=low,
        medium=medium,
        high=high,
        because=because,
        source=source,
        tasks=tasks,
        truth=truth,
    )


def at_most_as_stated(*, because: str, tasks: tuple[Task, ...] = ALL_TASKS) -> Judged:
    """Declare a measure that is judged only where a policy or the description states how much is bearable."""
    return Judged(
        direction=Direction.AT_MOST, low=None, medium=None, high=None, because=because, source=NOT_STATED, tasks=tasks
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Limits, options and demanded declarations, fixed before a run."""

    format: str
    title: str
    by: str  # who chose the limits
    stakes: Stakes
    confidence: float
    limits: Mapping[str, Mapping[str, Limit]]  # check id, measure name
    options: Mapping[str, Mapping[str, Json]]  # check id, option name: copied by the plan
    demands: Mapping[str, str]  # declaration topic, why it is demanded
