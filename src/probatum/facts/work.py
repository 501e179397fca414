# SPDX-License-Identifier: Apache-2.0
"""How much work a check expects: counted from the shape of a system and the settings of the check, never timed.

For the screen only: what a check may do at most stands in its options.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from probatum.facts.capabilities import Capability
from probatum.facts.finding import Json
from probatum.facts.threats import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the work of a check depends on."""

    rows: int  # held out
    train_rows: int  # 0: none are known
    columns: int  # of a table; of a picture: its points
    pictures: bool
    classes: int  # 0 where a number is predicted
    task: Task
    capabilities: frozenset[Capability]
    answer: float = 0.0  # multiplications of one answer of a network; 0: it is none that can be looked into
    options: Mapping[str, Json] = field(default_factory=dict)

    def count(self, option: str, default: int = 0) -> int:
        """Return an option of the check that is a count."""
        value = self.options.get(option, default)
        return int(value) if isinstance(value, int | float) else default

    def has(self, capability: Capability) -> bool:
        """Say whether this can be asked of the model."""
        return capability in self.capabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Work of one check; where a search may end early, about what it takes on usual systems."""

    asked: float = 0.0  # rows that the model is asked about, many at a time
    calls: float = 0.0  # times that it is asked about many
    alone: float = 0.0  # times that it is asked about a single row
    gradients: float = 0.0  # rows put through a network forward and backward
    seconds: float = 0.1  # what the check itself reckons, on a usual machine
