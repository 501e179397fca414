# SPDX-License-Identifier: Apache-2.0
"""What will be run, in counted work, fixed before the first measurement."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from probatum.facts.finding import Json
from probatum.facts.policy import Stakes
from probatum.facts.progress import Tell, untold
from probatum.facts.threats import Task

PLAN_FORMAT = "probatum-plan/1"
OBSERVED = "on this machine"  # the part of a check that looks at the clock, the memory, the network or the host
CHUNK_ROWS = 4096  # rows in one predict call: linear and neural models change bits with this number


class Effort(StrEnum):
    """How much counted work a run may do."""

    QUICK = "quick"
    STANDARD = "standard"
    DEEP = "deep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The system as the report introduces it."""

    name: str
    purpose: str | None
    affected: str | None
    stakes: Stakes
    stakes_assumed: bool  # nobody said, so medium was taken
    task: Task
    classes: tuple[str, ...]  # as printed, in the order of the scores; empty for regression
    target: str
    train_rows: int
    test_rows: int
    columns: int
    simulated: bool = False  # made-up people, said so on page one
    decisions: bool = False  # a table of past decisions stands for the model: nothing can be asked again
    favourable: str | None = None  # the answer that is good for the person, as printed, where somebody said which
    truth_known: bool = True  # the right answers are known; only of decisions they may be not
    bearable_error: float | None = None  # share of answers, or average error in the target's unit; None: not stated
    bearable_error_by: str | None = None  # who put their name to it, where somebody did
    notes: tuple[str, ...] = ()  # what was repaired or assumed on the way in, in plain sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One piece of work: a check, or a part of one, with everything that decides its numbers."""

    check: str
    seed_name: str
    part: str = ""  # OBSERVED: looks at this machine, so its finding stands outside the record
    options: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refit:
    """The system trained once more, on all folds of its training rows but one, and asked about that one."""

    part: int  # which fold is left out, from 1
    parts: int  # into how many the rows are split
    seed_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Omission:
    """A check that will not run, with the reason and what would enable it."""

    check: str
    why: str
    chosen: bool  # left out by --only or --skip, rather than impossible
    enable: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that decides a run's numbers, besides the data and the model themselves."""

    format: str
    subject: Subject
    seed: str  # a string: an integer may exceed what JSON carries
    effort: Effort
    confidence: float
    policy: str  # digest
    chunk_rows: int
    include_rows: bool
    units: tuple[Unit, ...]
    omitted: tuple[Omission, ...]
    refits: tuple[Refit, ...] = ()  # shared by all units that need them
    model: Mapping[str, str] = field(default_factory=dict)  # digests of what answers, by role; none of a live object
    key: str = ""  # digest of the key that names rows; it decides no number


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a check may know of the plan, never a limit; and whom to tell how far it is."""

    confidence: float
    include_rows: bool = False
    tell: Tell = field(default=untold, compare=False, repr=False)
