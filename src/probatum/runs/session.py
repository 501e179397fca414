# SPDX-License-Identifier: Apache-2.0
"""An opened system at work: what a run asks of it, whether it lives in this process or in a worker."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, final

from probatum.adapters.code import UserCode
from probatum.checks.interface import checks
from probatum.evidence.canonical import identify
from probatum.evidence.keys import Key
from probatum.facts.capabilities import Capability
from probatum.facts.finding import Finding
from probatum.facts.plan import Plan, Refit, Subject, Terms
from probatum.runs.answers import KeptAnswers, Ordered, order, ordered, recall
from probatum.runs.execution import run_refit, run_unit
from probatum.runs.forecast import Forecast, Speed, foreseen
from probatum.runs.messages import Listener, Started, Work
from probatum.runs.opening import Opened
from probatum.runs.publishing import publish
from probatum.runs.refits import unseen
from probatum.runs.views import Bench
from probatum.systems.datasets import Dataset, Rows
from probatum.systems.description import Description
from probatum.systems.interface import Answers
from probatum.systems.system import System

Result = Finding | Answers | None  # None: a refit failed; the check that needs it will say why
Unseen = Mapping[int, KeptAnswers]  # by number of folds, where the answers of the refits lie


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemFacts:
    """What a run needs to know of a system to plan its work."""

    subject: Subject
    capabilities: tuple[Capability, ...]
    inputs: Mapping[str, str]  # role, digest
    data: tuple[str, ...]  # roles of those inputs that are data
    libraries: Mapping[str, str]  # that answer, besides those of every run; versions
    rows: Mapping[str, int]  # "train", "test": how many
    counted: bool  # rows that the model is asked about are counted in one place
    source: str  # digest of where the model is served and who allowed that; empty: it is no server


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answered:
    """The answers about the system's own rows, ready to be written."""

    answers: Ordered
    too_many: int | None  # the fewest rows that the model was seen to fail on for being so many


class Session(Protocol):
    """An opened system at work."""

    facts: SystemFacts
    description: Description | None  # None: made of live objects
    movable: bool  # others like it can be opened in other processes

    def another(self) -> "Session":
        """Return another session of the same system, in a process of its own; only where it is movable."""

    def keep_asked(self, keep: Callable[[int], None]) -> None:
        """Have the number of rows that the model was asked about kept, where somebody limited that."""

    def forecast(self, plan: Plan, jobs: int) -> Forecast:
        """Return how long a plan will take in so many processes."""

    def begin(self, plan: Plan, key: Key, arrays: Path) -> None:
        """Take the plan, the key that names rows, and the folder of arrays."""

    def answer(self, rows: str) -> Answered:
        """Ask the model about its own rows of this name, in the order in which they are written."""

    def remember(self, rows: str, kept: KeptAnswers) -> None:
        """Take the answers about rows of this name from the folder of arrays."""

    def run(self, piece: Work, unseen: Unseen, listener: Listener) -> Result:
        """Do one piece of work; findings come back as they may be published."""

    def together(self, parts: int, by_part: Mapping[int, Answers]) -> Ordered:
        """Return the answers of all refits as one, in the order in which they are written."""

    def imported(self) -> Mapping[str, str]:
        """Return the digests of the user's modules that were imported so far, by role."""

    def printed(self) -> bytes:
        """Return what the code of others printed, as far as it is kept."""

    def close(self) -> None:
        """Let go of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """What work is done by."""

    plan: Plan
    key: Key
    arrays: Path


@final
class LocalSession:
    """A system that lives in this process: a live object, or that of a worker."""

    movable = False

    def __init__(self, system: System, facts: SystemFacts, speed: Speed, code: UserCode | None = None) -> None:
        """Take an opened system, what is known of it, how fast it answers, and what found its modules."""
        self._system, self._speed, self._code = system, speed, code
        self._begun: _Begun | None = None
        self.facts = facts
        self.description: Description | None = None

    @classmethod
    def of(cls, opened: Opened) -> "LocalSession":
        """Return the session of a system that was just opened."""
        return cls(opened.system, facts_of(opened), speed_of(opened), opened.code)

    @property
    def data(self) -> Dataset:
        """Its rows."""
        return self._system.data

    def forecast(self, plan: Plan, jobs: int) -> Forecast:
        """Return how long a plan will take in so many processes."""
        return foreseen(plan, self._system, checks(), self._speed, jobs)

    def another(self) -> "LocalSession":
        """Refuse: a live object cannot travel to another process."""
        raise RuntimeError("a live object cannot travel to another process")

    def keep_asked(self, keep: Callable[[int], None]) -> None:
        """Keep nothing: rows are counted of servers only, and those are asked in a worker."""

    def begin(self, plan: Plan, key: Key, arrays: Path) -> None:
        """Take the plan, the key and the folder of arrays."""
        self._begun = _Begun(plan=plan, key=key, arrays=arrays)

    def answer(self, rows: str) -> Answered:
        """Ask the model about its own rows."""
        own = self._rows(rows)
        given = self._system.answers(own)
        if given.raised and self._code is not None:  # in a worker: into the private log
            sys.stderr.write(f"The model raised on some of the {rows} rows, the first time: {given.raised}\n")
        return Answered(answers=ordered(self._work.key, own, given), too_many=self._system.too_many)

    def remember(self, rows: str, kept: KeptAnswers) -> None:
        """Take answers from the folder of arrays."""
        own = self._rows(rows)
        self._system.remember(own, recall(self._work.arrays, self._work.key, own, kept))

    def run(self, piece: Work, unseen: Unseen, listener: Listener) -> Result:
        """Do one piece of work."""
        listener(Started(piece=piece))
        bench = self._bench(unseen)
        if isinstance(piece, Refit):
            return run_refit(piece, bench, listener)
        finding = run_unit(piece, checks()[piece.check], bench, listener)
        test = self._system.data.test
        return publish(finding, test, order(self._work.key, test), include_rows=self._work.plan.include_rows)

    def together(self, parts: int, by_part: Mapping[int, Answers]) -> Ordered:
        """Return the answers of all refits as one."""
        train = self._rows("train")
        answers = unseen(train, self._system.data.test, parts, int(self._work.plan.seed), by_part)
        return ordered(self._work.key, train, answers, of=f"unseen of {parts}")

    def imported(self) -> Mapping[str, str]:
        """Return the digests of the user's modules."""
        return {} if self._code is None else {f"code {name}": one for name, one in self._code.digests.items()}

    def printed(self) -> bytes:
        """Return nothing: it was printed."""
        return b""

    def close(self) -> None:
        """Nothing is held."""

    @property
    def _work(self) -> "_Begun":
        if self._begun is None:
            raise RuntimeError("the work has no plan yet")
        return self._begun

    def _rows(self, name: str) -> Rows:
        data = self._system.data
        return data.train if name == "train" and data.train is not None else data.test

    def _bench(self, unseen: Unseen) -> Bench:
        work, train = self._work, self._system.data.train
        terms = Terms(confidence=work.plan.confidence, include_rows=work.plan.include_rows)
        known = dict[int, Answers]()
        if train is not None:
            known = {parts: recall(work.arrays, work.key, train, kept) for parts, kept in unseen.items()}
        return Bench(system=self._system, terms=terms, seed=int(work.plan.seed), unseen=known)


def facts_of(opened: Opened) -> SystemFacts:
    """Return what a run needs to know of a system that was opened."""
    data, description = opened.system.data, opened.description
    return SystemFacts(
        subject=opened.subject,
        capabilities=tuple(sorted(opened.system.capabilities)),
        inputs=dict(opened.inputs),
        data=tuple(sorted(data.digests)),
        libraries=dict(opened.libraries),
        rows={rows.name: len(rows) for rows in (data.train, data.test) if rows is not None},
        counted=opened.quota is not None,
        source=_source(description),
    )


def speed_of(opened: Opened) -> Speed:
    """Return how fast a system that was opened answers."""
    return Speed(row=opened.seconds_per_row, call=opened.seconds_per_call, train=opened.seconds_to_train)


def _source(description: Description | None) -> str:
    """Return what tells servers and permissions apart: a run must not go on with another one's."""
    if description is None or description.model.url is None:
        return ""
    said = description.model
    return identify([said.url, said.allowed_by, str(said.allowed_until), said.max_queries])
