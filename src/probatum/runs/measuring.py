# SPDX-License-Identifier: Apache-2.0
"""Do a plan's work: ask the model, train it again where that is planned, run the checks, and keep each piece.

What an earlier attempt kept in the run's folder is not done again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

from probatum.checks.interface import checks
from probatum.evidence.keys import Key
from probatum.facts.finding import Finding
from probatum.facts.plan import OBSERVED, Plan, Refit, Unit
from probatum.runs import answers as base
from probatum.runs.answers import KeptAnswers
from probatum.runs.messages import Advanced, Message, Stopped, Warned, Work
from probatum.runs.progress import Progress
from probatum.runs.remote import warn
from probatum.runs.session import Session, Unseen
from probatum.runs.team import Team
from probatum.runs.unfinished import Unfinished
from probatum.systems.interface import Answers
from probatum.systems.views import CrossFit

Tell = Callable[[Finding], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What came of a plan's work."""

    findings: tuple[Finding, ...]  # in the plan's order
    observed: tuple[Finding, ...]  # what was seen on this machine
    arrays: Mapping[str, str]  # role, digest
    imported: Mapping[str, str]  # the user's modules: role, digest


@final
class Measuring:
    """One plan at work on one system."""

    def __init__(
        self,
        session: Session,
        plan: Plan,
        key: Key,
        folder: Path,
        unfinished: Unfinished,
        progress: Progress,
        tell: Tell,
    ) -> None:
        """Take the system, the plan and the key, where to keep what is done, and whom to tell of stages, findings."""
        self._session = session
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
        self._session.begin(self._plan, self._key, self._arrays)
        self._session.keep_asked(self._unfinished.keep_asked)
        answered = [self._ask(rows) for rows in self._asked_rows()]
        early, late = self._open_work()
        team = Team(self._session, self._members(jobs, max(len(early), len(late))), self._hear)
        try:
            self._do(team, early, {})
            known = self._put_together()
            self._do(team, late, known)
            imported = team.imported()
        finally:
            team.close()
        kept = [*answered, *known.values()]
        return Measured(
            findings=tuple(self._found(unit) for unit in self._plan.units if unit.part != OBSERVED),
            observed=tuple(self._found(unit) for unit in self._plan.units if unit.part == OBSERVED),
            arrays={role: digest for one in kept for role, digest in one.digests.items()},
            imported=imported,
        )

    def _asked_rows(self) -> Iterator[str]:
        """Yield the rows whose answers some check reads; the test rows always, since the report rests on them."""
        yield "test"
        if "train" in self._session.facts.rows and any(
            "train" in self._checks[unit.check].asks for unit in self._plan.units
        ):
            yield "train"

    def _ask(self, rows: str) -> KeptAnswers:
        """Ask about rows before any check runs, or recall what was asked before."""
        kept = self._unfinished.answers(rows)
        if kept is not None:
            self._session.remember(rows, kept)
            return kept
        self._progress.stage(f"asking the model about {self._session.facts.rows[rows]:,} {_CASES[rows]}")
        found = self._session.answer(rows)
        kept = base.keep(self._arrays, self._key, found.answers)
        if found.too_many is not None:
            self._progress.stage(f"the model fails on {found.too_many:,} rows at once: it is asked about fewer")
        self._unfinished.keep_answers(rows, kept)
        self._session.remember(rows, kept)
        return kept

    def _open_work(self) -> tuple[list[Work], list[Work]]:
        """Return what is not done yet: what can begin at once, and what waits for the refits."""
        plan = self._plan
        found = {_key(unit): self._unfinished.finding(unit) for unit in plan.units}
        self._findings = {key: finding for key, finding in found.items() if finding is not None}
        refits = {one: self._unfinished.refit(one) for one in plan.refits}
        self._refits = {one: answers for one, answers in refits.items() if answers is not None}
        for what in self._unfinished.spoilt:
            self._progress.stage(f"altered or damaged since it was kept, so it is done again: {what}")
        self._progress.recalled(self._findings.values())
        units: list[Work] = [unit for unit in plan.units if _key(unit) not in self._findings]
        late = [unit for unit in units if isinstance(unit, Unit) and plan.refits and self._waits(unit)]
        early = [unit for unit in units if unit not in late]  # first, so that something is soon to be seen
        needed = bool(late or self._unfinished.spoilt)  # their answers are arrays of the record, too
        early += [one for one in plan.refits if needed and one not in self._refits]
        return early, list(late)

    def _waits(self, unit: Unit) -> bool:
        return self._checks[unit.check].data is CrossFit

    def _do(self, team: Team, work: Sequence[Work], known: Unseen) -> None:
        """Do work and keep each piece as it is done."""
        for piece, result in team.run(work, known) if work else ():
            if isinstance(piece, Refit) and isinstance(result, Answers):
                self._refits[piece] = result
                self._unfinished.keep_refit(piece, result)
            elif isinstance(piece, Unit) and isinstance(result, Finding):
                self._findings[_key(piece)] = result
                self._unfinished.keep_finding(piece, result)
                self._tell(result)

    def _put_together(self) -> dict[int, KeptAnswers]:
        """Keep the answers of all folds as one array, by number of folds, where every refit went well."""
        whole = {}
        for parts in sorted({one.parts for one in self._plan.refits}):
            by_part = {one.part: answers for one, answers in self._refits.items() if one.parts == parts}
            if len(by_part) == parts:
                whole[parts] = base.keep(self._arrays, self._key, self._session.together(parts, by_part))
        return whole

    def _found(self, unit: Unit) -> Finding:
        return self._findings[_key(unit)]

    def _members(self, jobs: int, pieces: int) -> int:
        """Return in how many processes the work runs: live objects cannot travel, and rows are counted in one place."""
        if jobs > 1 and not self._session.movable:
            live = "a model made of live Python objects cannot travel to another"
            counted = "so that the rows asked about are counted in one place ([model] max_queries)"
            why = counted if self._session.facts.counted else live
            self._progress.stage(f"running in one process: {why}")
            return 1
        return max(1, min(jobs, pieces))

    def _hear(self, message: Message) -> None:
        if isinstance(message, Warned):  # shown as if it came from this process
            warn(message)
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
