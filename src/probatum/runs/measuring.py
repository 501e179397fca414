# SPDX-License-Identifier: Apache-2.0
"""Do a plan's work: ask the model, train it again where that is planned, run the checks, and keep each piece.

What an earlier attempt kept in the run's folder is not done again.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

from probatum.checks.interface import checks
from probatum.evidence.keys import Key
from probatum.facts.finding import Finding
from probatum.facts.plan import OBSERVED, Plan, Refit, Terms, Unit
from probatum.runs import answers as base
from probatum.runs.answers import KeptAnswers
from probatum.runs.execution import Blueprint, Executor, Inline, Processes, Unseen
from probatum.runs.messages import Advanced, Message, Stopped, Warned, Work
from probatum.runs.opening import Opened
from probatum.runs.progress import Progress
from probatum.runs.publishing import publish
from probatum.runs.refits import unseen
from probatum.runs.unfinished import Unfinished
from probatum.runs.views import Bench
from probatum.systems.datasets import Rows
from probatum.systems.interface import Answers
from probatum.systems.views import CrossFit

Tell = Callable[[Finding], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What came of a plan's work."""

    findings: tuple[Finding, ...]  # in the plan's order
    observed: tuple[Finding, ...]  # what was seen on this machine
    arrays: Mapping[str, str]  # role, digest


@final
class Measuring:
    """One plan at work on one system."""

    def __init__(
        self,
        opened: Opened,
        plan: Plan,
        key: Key,
        folder: Path,
        unfinished: Unfinished,
        progress: Progress,
        tell: Tell,
    ) -> None:
        """Take the system, the plan and the key, where to keep what is done, and whom to tell of stages, findings."""
        self._opened = opened
        self._plan = plan
        self._key = key
        self._arrays = folder / "arrays"
        self._unfinished = unfinished
        self._progress = progress
        self._tell = tell
        self._checks = checks()
        self._findings: dict[tuple[str, str], Finding] = {}  # by check and part
        self._refits: dict[Refit, Answers] = {}

    def run(self, jobs: int) -> Measured:
        """Do what is not done yet.

        Raises:
            ProbatumError: the model breaks its own promises, or the folder cannot be written.
        """
        quota = self._opened.quota
        if quota is not None and not quota.kept:
            quota.go_on(self._unfinished.asked(), self._unfinished.keep_asked)
        answered = {rows.name: self._ask(rows) for rows in self._asked_rows()}
        early, late = self._open_work()
        executor = self._executor(answered, max(1, min(jobs, max(len(early), len(late)))))
        try:
            self._do(executor, early, {})
            known = self._put_together()
            self._do(executor, late, known)
        except BaseException:  # an error or Ctrl-C: what runs beside it would only keep everybody waiting
            executor.abort()
            raise
        executor.close()
        kept = [*answered.values(), *known.values()]
        return Measured(
            findings=tuple(self._found(unit) for unit in self._plan.units if unit.part != OBSERVED),
            observed=tuple(self._found(unit) for unit in self._plan.units if unit.part == OBSERVED),
            arrays={role: digest for one in kept for role, digest in one.digests.items()},
        )

    def _asked_rows(self) -> Iterator[Rows]:
        """Yield the rows whose answers some check reads; the test rows always, since the report rests on them."""
        data = self._opened.system.data
        yield data.test
        if data.train is not None and any(
            data.train.name in self._checks[unit.check].asks for unit in self._plan.units
        ):
            yield data.train

    def _ask(self, rows: Rows) -> KeptAnswers:
        """Ask about rows before any check runs, or recall what was asked before."""
        kept, key, system = self._unfinished.answers(rows.name), self._key, self._opened.system
        if kept is not None:
            system.remember(rows, base.recall(self._arrays, key, rows, kept))
            return kept
        self._progress.stage(f"asking the model about {len(rows):,} {_CASES[rows.name]}")
        kept = base.keep(self._arrays, key, rows, system.answers(rows))
        if system.too_many is not None:
            self._progress.stage(f"the model fails on {system.too_many:,} rows at once: it is asked about fewer")
        self._unfinished.keep_answers(rows.name, kept)
        return kept

    def _open_work(self) -> tuple[list[Work], list[Work]]:
        """Return what is not done yet: what can begin at once, and what waits for the refits."""
        plan = self._plan
        found = {_key(unit): self._unfinished.finding(unit) for unit in plan.units}
        self._findings = {key: finding for key, finding in found.items() if finding is not None}
        self._progress.recalled(self._findings.values())
        refits = {one: self._unfinished.refit(one) for one in plan.refits}
        self._refits = {one: answers for one, answers in refits.items() if answers is not None}
        units: list[Work] = [unit for unit in plan.units if _key(unit) not in self._findings]
        late = [unit for unit in units if isinstance(unit, Unit) and plan.refits and self._waits(unit)]
        early = [unit for unit in units if unit not in late]  # first, so that something is soon to be seen
        early += [one for one in plan.refits if late and one not in self._refits]
        return early, list(late)

    def _waits(self, unit: Unit) -> bool:
        return self._checks[unit.check].data is CrossFit

    def _do(self, executor: Executor, work: Sequence[Work], known: Unseen) -> None:
        """Run work and keep each piece as it is done."""
        test = self._opened.system.data.test
        places = base.order(self._key, test)
        for piece, result in executor.run(work, known) if work else ():
            if isinstance(piece, Refit) and isinstance(result, Answers):
                self._refits[piece] = result
                self._unfinished.keep_refit(piece, result)
            elif isinstance(piece, Unit) and isinstance(result, Finding):
                finding = publish(result, test, places, include_rows=self._plan.include_rows)
                self._findings[_key(piece)] = finding
                self._unfinished.keep_finding(piece, finding)
                self._tell(finding)

    def _put_together(self) -> dict[int, KeptAnswers]:
        """Keep the answers of all folds as one array, by number of folds, where every refit went well."""
        data, seed = self._opened.system.data, int(self._plan.seed)
        train = data.train
        whole = {}
        for parts in sorted({one.parts for one in self._plan.refits}):
            by_part = {one.part: answers for one, answers in self._refits.items() if one.parts == parts}
            if train is not None and len(by_part) == parts:
                answers = unseen(train, data.test, parts, seed, by_part)
                whole[parts] = base.keep(self._arrays, self._key, train, answers, of=f"unseen of {parts}")
        return whole

    def _found(self, unit: Unit) -> Finding:
        return self._findings[_key(unit)]

    def _executor(self, answered: Mapping[str, KeptAnswers], jobs: int) -> Executor:
        """Choose where the work runs: live objects cannot travel, and rows are counted in one place."""
        opened, plan = self._opened, self._plan
        terms = Terms(confidence=plan.confidence, include_rows=plan.include_rows)
        if jobs > 1 and opened.description is not None and opened.quota is None:
            blueprint = Blueprint(
                description=opened.description,
                schema=opened.system.schema,
                capabilities=opened.system.capabilities,
                arrays=self._arrays.resolve(),
                answered=answered,
                model=opened.inputs.get("model"),
                topics=opened.system.topics,
                terms=terms,
                seed=int(plan.seed),
                key=self._key,
                known=opened.system.data.known,
            )
            return Processes(blueprint, jobs, self._hear)
        if jobs > 1:
            live = "a model made of live Python objects cannot travel to another"
            counted = "so that the rows asked about are counted in one place ([model] max_queries)"
            why = live if opened.quota is None else counted
            self._progress.stage(f"running in this process: {why}")
        bench = Bench(system=opened.system, terms=terms, seed=int(plan.seed), key=self._key)
        return Inline(bench, self._checks, self._hear, self._arrays)

    def _hear(self, message: Message) -> None:
        if isinstance(message, Warned):  # shown as if it came from this process
            kind = type(message.category, (Warning,), {})
            warnings.showwarning(message.text, kind, message.filename, message.line)
            return
        piece = message.piece
        if isinstance(piece, Unit):
            what = piece.check
        else:
            what = f"training the model again without part {piece.part} of {piece.parts} of its rows"
        if isinstance(message, Stopped):
            self._progress.stopped(what, message.traceback)
        elif isinstance(message, Advanced):
            self._progress.advanced(message.piece, message.step)
        elif isinstance(piece, Unit):
            self._progress.started(piece)
        else:
            self._progress.stage(what)


_CASES = {"test": "cases", "train": "cases it learned from"}


def _key(unit: Unit) -> tuple[str, str]:
    return unit.check, unit.part
