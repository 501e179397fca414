# SPDX-License-Identifier: Apache-2.0
"""A system that lives in a worker process: its code may do what it likes there, and the run goes on.

A worker that ends while it does a piece of work costs that piece; another one is opened for the next.
"""

import shutil
import signal
import tempfile
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, final

import numpy as np

from probatum.errors import ModelError, WorkerError
from probatum.evidence.keys import Key
from probatum.evidence.wire import from_json
from probatum.facts.finding import Finding, State
from probatum.facts.plan import Plan, Refit
from probatum.facts.progress import Step
from probatum.runs import worker_calls as calls
from probatum.runs.answers import PARTS, KeptAnswers, Ordered
from probatum.runs.forecast import Forecast
from probatum.runs.isolation.process import Hear, Log, RaisedError, WorkerEndedError, WorkerProcess
from probatum.runs.messages import Advanced, Listener, Started, Stopped, Warned, Work
from probatum.runs.session import Answered, Result, SystemFacts, Unseen
from probatum.runs.shared_rows import SharedRows
from probatum.systems.description import Description
from probatum.systems.interface import Answers

CHANGED = "The model, the data or their code changed while the system was being assessed. Assess it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What workers of one run are opened with."""

    description: Description
    seed: int
    folder: Path  # for what workers hand to each other; only this user may read it
    log: Log  # what their code prints
    patience: float  # seconds that one step of the model may take
    asked: int  # rows that earlier attempts at the run asked the model about, where somebody limited that
    keep_asked: Callable[[int], None] | None  # gets their number before any more are sent


@final
class RemoteSession:
    """A described system in a worker process of its own."""

    def __init__(self, opening: Opening, first: "RemoteSession | None" = None) -> None:
        """Start a worker and open the system there.

        Args:
            opening: how.
            first: a session of the same system, whose rows are shared.

        Raises:
            ProbatumError: the system cannot be opened.
        """
        self._opening, self._first, self._asked, self._keep = opening, first, opening.asked, opening.keep_asked
        self.description: Description | None = opening.description
        self._remembered: dict[str, KeptAnswers] = {}
        self._planned: tuple[Plan, Key, Path] | None = None
        self._shared: SharedRows | None = None
        self._imported: dict[str, str] = {}
        self._process = WorkerProcess(opening.log, patience=opening.patience)
        try:
            self.facts = self._open()
        except BaseException:
            self._process.kill()
            raise
        self.movable = not self.facts.counted

    def another(self) -> "RemoteSession":
        """Return another session of the same system, in a process of its own."""
        if self._shared is None:
            file = self._opening.folder / "rows"
            found = self._process.call(calls.share_rows, file, hear=self._hear)
            self._shared = SharedRows(file=file, digest=str(found))
        other = RemoteSession(self._opening, self)
        if self._planned is not None:
            other.begin(*self._planned)
        for rows, kept in self._remembered.items():
            other.remember(rows, kept)
        return other

    def keep_asked(self, keep: Callable[[int], None]) -> None:
        """Have the number of rows that the model was asked about kept, now and whenever it grows."""
        self._keep = keep
        if self.facts.counted:
            keep(self._asked)

    def forecast(self, plan: Plan, jobs: int) -> Forecast:
        """Return how long a plan will take in so many processes."""
        return from_json(Forecast, self._call(calls.forecast, plan, jobs))

    def begin(self, plan: Plan, key: Key, arrays: Path) -> None:
        """Take the plan, the key and the folder of arrays."""
        self._planned = plan, key, arrays.resolve()
        self._call(calls.begin, *self._planned)

    def answer(self, rows: str) -> Answered:
        """Ask the model about its own rows.

        Raises:
            ModelError: the worker ended over it.
        """
        try:
            found = self._call(calls.answer, rows)
        except WorkerEndedError as error:
            if _killed(error):
                raise _for_memory(error) from error
            raise ModelError(
                f"The process that holds the model {error.ended.why}, while it was asked about the {rows} rows. What "
                "it printed is in the log of the run's folder."
            ) from error
        return Answered(answers=_ordered(found["answers"]), too_many=found["too_many"])

    def remember(self, rows: str, kept: KeptAnswers) -> None:
        """Take answers from the folder of arrays."""
        self._remembered[rows] = kept
        self._call(calls.remember, rows, kept)

    def run(self, piece: Work, unseen: Unseen, listener: Listener) -> Result:
        """Do one piece of work; where the worker ends over it, the finding says how."""
        self._ready()
        try:
            found = self._process.call(calls.run, piece, dict(unseen), hear=self._hearing(piece, listener))
        except WorkerEndedError as error:
            if _killed(error):
                raise _for_memory(error) from error
            why = f"The process that holds the model {error.ended.why}. What it printed is in the log of the run."
            return self._failed(piece, why, str(error), listener)
        except RaisedError as error:
            return self._failed(piece, f"The check stopped with {error.kind}.", error.traceback, listener)
        if found is None or isinstance(piece, Refit):
            return None if found is None else _answers(found)
        return from_json(Finding, found)

    def together(self, parts: int, by_part: Mapping[int, Answers]) -> Ordered:
        """Return the answers of all refits as one."""
        return _ordered(self._call(calls.together, parts, dict(by_part)))

    def imported(self) -> Mapping[str, str]:
        """Return the digests of the user's modules."""
        return self._imported | {str(role): str(one) for role, one in self._call(calls.imported).items()}

    def printed(self) -> bytes:
        """Return what the code of others printed, as far as it is kept."""
        return self._opening.log.content()

    def close(self) -> None:
        """End the worker; with the first session goes what the others share."""
        self._process.kill()
        if self._first is None:
            shutil.rmtree(self._opening.folder, ignore_errors=True)

    def _open(self) -> SystemFacts:
        named = self._opening.description, self._opening.seed, self._opening.folder
        rows = None if self._first is None else self._first._shared
        if self._first is None or rows is None:
            return from_json(SystemFacts, self._opened(calls.open_system, *named, self._asked))
        facts = self._first.facts
        self._opened(calls.open_again, *named, facts, rows, dict(self._first.imported()))
        return facts

    def _opened(self, function: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return self._process.call(function, *arguments, hear=self._hear)
        except WorkerEndedError as error:
            if _killed(error):
                raise _for_memory(error) from error
            raise ModelError(
                f"{self._name} could not be opened: the process that opened it {error.ended.why}. "
                "If the file came from somebody else, it may be damaged, or made to do harm."
            ) from error
        except RaisedError as error:
            if error.kind == MemoryError.__name__:
                raise ModelError(
                    f"{self._name} could not be opened: it asks for more memory than it may take."
                ) from error
            raise ModelError(
                f"The system could not be opened: its code raised {error.kind}. --debug shows where."
            ) from error

    @property
    def _name(self) -> str:
        said = self._opening.description.model
        return said.file or said.python or said.url or "The system"

    def _ready(self) -> None:
        """Open the system again where the last piece of work ended the worker.

        Raises:
            WorkerError: it is not the same any more.
        """
        if self._process.alive:
            return
        self._process = WorkerProcess(self._opening.log, patience=self._opening.patience)
        if self._open() != self.facts:
            raise WorkerError(CHANGED)
        if self._planned is not None:
            self._process.call(calls.begin, *self._planned, hear=self._hear)
        for rows, kept in self._remembered.items():
            self._process.call(calls.remember, rows, kept, hear=self._hear)

    def _call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        self._ready()
        return self._process.call(function, *arguments, hear=self._hear)

    def _hear(self, kind: str, value: Any) -> None:
        if kind == "asked":
            self._asked = int(value)
            if self._keep is not None:
                self._keep(self._asked)
        elif kind == "warned":
            warn(from_json(Warned, value))

    def _hearing(self, piece: Work, listener: Listener) -> Hear:
        def hear(kind: str, value: Any) -> None:
            if kind == "started":
                listener(Started(piece=piece))
            elif kind == "advanced" and not isinstance(piece, Refit):
                listener(Advanced(piece=piece, step=from_json(Step, value)))
            elif kind == "stopped":
                listener(Stopped(piece=piece, traceback=str(value)))
            else:
                self._hear(kind, value)

        return hear

    def _failed(self, piece: Work, why: str, traceback: str, listener: Listener) -> Result:
        listener(Stopped(piece=piece, traceback=traceback))
        if isinstance(piece, Refit):
            return None
        return Finding(
            check=piece.check,
            part=piece.part,
            sentence="This could not be measured.",
            state=State.ERROR,
            why=why,
            options=piece.options,
            seed_name=piece.seed_name,
        )


def open_isolated(
    description: Description,
    seed: int,
    *,
    asked: int = 0,
    keep_asked: Callable[[int], None] | None = None,
) -> RemoteSession:
    """Open the system that a description names in a worker process.

    Args:
        description: names it.
        seed: of a recipe.
        asked: rows that earlier attempts at the run asked the model about, where somebody limited that.
        keep_asked: gets their number before any more are sent.

    Raises:
        ProbatumError: a file is missing, broken or untrusted, or the model and the data do not fit each other.
    """
    folder = Path(tempfile.mkdtemp(prefix="probatum-"))
    opening = Opening(
        description=replace(description, folder=description.folder.absolute()),
        seed=seed,
        folder=folder,
        log=Log(),
        patience=description.input_limits.fact().model_seconds,
        asked=asked,
        keep_asked=keep_asked,
    )
    try:
        return RemoteSession(opening)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def warn(warned: Warned) -> None:
    """Show a warning of a worker as if it came from this process."""
    kind = type(warned.category, (Warning,), {})
    warnings.showwarning(warned.text, kind, warned.filename, warned.line)


def _killed(error: WorkerEndedError) -> bool:
    """Whether the system ended the worker, most often for lack of memory: the same may go well the next time."""
    return error.ended.code == -signal.SIGKILL and not (error.ended.hung or error.ended.cut)


def _for_memory(error: WorkerEndedError) -> WorkerError:
    """Return what stops the run, which can go on later."""
    return WorkerError(f"{error} Run again with --jobs 1, or on fewer rows.")


def _ordered(found: Any) -> Ordered:
    arrays = {str(role): np.asarray(array) for role, array in found["arrays"].items()}
    return Ordered(arrays=arrays, failures=_failures(found))


def _answers(found: Any) -> Answers:
    return Answers(**{part: found[part] for part in PARTS}, failures=_failures(found))


def _failures(found: Any) -> dict[str, int]:
    return {str(name): int(count) for name, count in found["failures"].items()}
