# SPDX-License-Identifier: Apache-2.0
"""Run the plan's work, here or in processes of its own; the numbers do not depend on where.

Worker processes are spawned, never forked: a fork after scikit-learn has started its threads may hang.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from multiprocessing import active_children, get_context
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from traceback import format_exception
from typing import Protocol

from threadpoolctl import threadpool_limits

from probatum.checks.interface import Check, checks
from probatum.errors import InsufficientDataError, UnreachableError, WorkerError, name_of_type, worded_by_us
from probatum.evidence.keys import Key
from probatum.facts.capabilities import Capability
from probatum.facts.finding import Finding, State, Topic
from probatum.facts.plan import OBSERVED, Refit, Terms, Unit
from probatum.runs.answers import KeptAnswers, recall
from probatum.runs.interrupts import end_with_parent, held_back, let_through
from probatum.runs.messages import (
    Channel,
    Listener,
    Message,
    Started,
    Stopped,
    Work,
    asked,
    nobody,
    pass_warnings_on,
    teller,
)
from probatum.runs.refits import refit
from probatum.runs.views import Absent, Bench, view_for
from probatum.seeds import stream
from probatum.systems.attacker import Attacker
from probatum.systems.datasets import Schema, read
from probatum.systems.datasets.known import KnownCells
from probatum.systems.datasets.labels import under
from probatum.systems.description import Description
from probatum.systems.interface import Answers, Model
from probatum.systems.system import System

Result = Finding | Answers | None  # None: a refit failed; the check that needs it will say why
Unseen = Mapping[int, KeptAnswers]  # by number of folds
FAULT = "This is a fault in the check; run again with --debug to see where."


class Executor(Protocol):
    """Runs work and yields each piece with its result as it is done, in any order."""

    def run(self, work: Sequence[Work], unseen: Unseen) -> Iterator[tuple[Work, Result]]:
        """Run all of it; ``unseen`` says where the answers of the refits lie."""

    def close(self) -> None:
        """Let go of everything that was started, once it is done."""

    def abort(self) -> None:
        """End everything that was started, now."""


def run_unit(unit: Unit, check: Check, bench: Bench, listener: Listener = nobody) -> Finding:
    """Run one unit; whatever goes wrong becomes a finding that says so, by type and never by text.

    The listener gets the traceback: it may be shown to whoever runs this, and never stands in a record.
    """
    terms = replace(bench.terms, tell=teller(unit, listener))
    aside = check.observe if unit.part == OBSERVED else None  # never judged; a volatile check is, and has none
    run = aside or check.run
    try:
        view = view_for(check.data, bench, unit)
        options = check.options(**unit.options)
        with (
            bench.system.heard(asked(terms.tell)),
            threadpool_limits(1),
        ):  # more threads add numbers in another order, and the last bits move
            finding = run(bench.system, view, options, terms, stream(bench.seed, unit.seed_name))
    except Absent as absence:
        finding = _without_answer(State.NOT_APPLICABLE, str(absence))
    except InsufficientDataError as error:
        why = str(error) if worded_by_us(error) else None
        finding = Finding(sentence="There are too few cases to tell.", why=why)  # judged: cannot tell
    except UnreachableError:
        raise  # every other check would find the same: the run stops here, and can go on later
    except Exception as error:  # noqa: BLE001  # a check never crashes a run
        listener(Stopped(piece=unit, traceback=_traceback(error)))
        why = str(error) if worded_by_us(error) else f"The check stopped with {name_of_type(type(error))}. {FAULT}"
        finding = _without_answer(State.ERROR, why)
    task, truth = bench.system.task, bench.system.schema.truth_known
    judged = tuple(name for name, one in check.judged.items() if task in one.tasks and one.truth is truth)
    return replace(
        finding,
        check=unit.check,
        part=unit.part,
        judged=() if aside else judged,
        options=unit.options,
        seed_name=unit.seed_name,
    )


def run_refit(wanted: Refit, bench: Bench, listener: Listener = nobody) -> Answers | None:
    """Train again and ask; None where that fails, and the listener gets the traceback."""
    train = bench.system.data.train
    if train is None:
        return None
    try:
        with threadpool_limits(1):
            return refit(bench.system, train, wanted, bench.seed)
    except Exception as error:  # noqa: BLE001  # a model may raise anything; the check tries once more, and tells
        listener(Stopped(piece=wanted, traceback=_traceback(error)))
        return None


def _traceback(error: BaseException) -> str:
    return "".join(format_exception(error))


def _without_answer(state: State, why: str) -> Finding:
    sentence = "This question does not apply here." if state is State.NOT_APPLICABLE else "This could not be measured."
    return Finding(sentence=sentence, state=state, why=why)


class Inline:
    """Runs one piece of work after the other in this process."""

    def __init__(
        self, bench: Bench, known: Mapping[str, Check], listener: Listener, arrays: Path | None = None
    ) -> None:
        """Take the bench, the checks, whom to tell how far the work is, and where answers are kept."""
        self._bench = bench
        self._known = known
        self._listener = listener
        self._arrays = arrays

    def run(self, work: Sequence[Work], unseen: Unseen) -> Iterator[tuple[Work, Result]]:
        """Run it in the plan's order."""
        bench = _with_unseen(self._bench, self._arrays, unseen)
        for piece in work:
            yield piece, _result(piece, self._known, bench, self._listener)

    def close(self) -> None:
        """Nothing was started."""

    def abort(self) -> None:
        """Nothing was started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """What a worker needs to build the bench again: words and digests, no live object."""

    description: Description
    schema: Schema
    capabilities: frozenset[Capability]
    arrays: Path
    answered: Mapping[str, KeptAnswers]  # by name of rows
    model: str | None  # digest of the file or the function that it was opened from
    topics: tuple[Topic, ...]
    terms: Terms
    seed: int
    key: Key  # names the rows of the answers
    known: KnownCells  # what the model knows of the cells, so that they are read alike


class Processes:
    """Runs work in processes of its own."""

    def __init__(self, blueprint: Blueprint, jobs: int, listener: Listener) -> None:
        """Take what the workers build their bench from, how many there are, and whom to tell how far the work is."""
        context = get_context("spawn")
        self._channel = Channel(context, listener)
        self._others = set(active_children())
        self._pool = ProcessPoolExecutor(
            jobs, mp_context=context, initializer=_set_up, initargs=(blueprint, self._channel.queue)
        )

    def run(self, work: Sequence[Work], unseen: Unseen) -> Iterator[tuple[Work, Result]]:
        """Run it side by side."""
        try:
            with held_back():
                waiting: dict[Future[Result], Work] = {
                    self._pool.submit(_run_here, piece, unseen): piece for piece in work
                }
            for done in as_completed(waiting):
                yield waiting[done], done.result()
        except BrokenProcessPool as error:
            raise WorkerError(
                "A worker process died, most often for want of memory. Run again with --jobs 1, or on fewer rows."
            ) from error

    def close(self) -> None:
        """End the workers; what has not begun never does."""
        self._pool.shutdown(cancel_futures=True)
        self._channel.close()

    def abort(self) -> None:
        """End the workers in the middle of what they do, also those that are still importing."""
        for process in set(active_children()) - self._others:
            process.kill()
        self.close()


_bench: list[tuple[Bench, Path, Listener]] = []  # of this worker process; filled by its initialiser


def _set_up(blueprint: Blueprint, queue: "SimpleQueue[Message]") -> None:
    from probatum.adapters import loading
    from probatum.runs.opening import clock_for, open_model, open_recipe, stored_files

    end_with_parent()
    let_through()
    pass_warnings_on(queue.put)
    description = blueprint.description
    load = None
    if description.data.load is not None:
        load, _ = loading.find_function(description.data.load, description.folder)
    data = read(description, description.folder, load=load, known=blueprint.known)
    data = under(data, blueprint.schema)  # that the model and the data agreed on
    rows = {one.name: one for one in (data.train, data.test) if one is not None}

    def model() -> Model:
        return open_model(description, data, blueprint.seed, before=blueprint.model)

    system = System(
        data,
        model,
        capabilities=blueprint.capabilities,
        topics=blueprint.topics,
        stored=stored_files(description, blueprint.model),
        answered={
            name: recall(blueprint.arrays, blueprint.key, rows[name], kept) for name, kept in blueprint.answered.items()
        },
        train=open_recipe(description),
        attacker=Attacker.of(description.attack, description.data.relations),
        clock=clock_for(description),
    )
    bench = Bench(system=system, terms=blueprint.terms, seed=blueprint.seed, key=blueprint.key)
    _bench.append((bench, blueprint.arrays, queue.put))


def _run_here(piece: Work, unseen: Unseen) -> Result:
    bench, arrays, listener = _bench[0]
    return _result(piece, checks(), _with_unseen(bench, arrays, unseen), listener)


def _result(piece: Work, known: Mapping[str, Check], bench: Bench, listener: Listener) -> Result:
    listener(Started(piece=piece))
    if isinstance(piece, Refit):
        return run_refit(piece, bench, listener)
    return run_unit(piece, known[piece.check], bench, listener)


def _with_unseen(bench: Bench, arrays: Path | None, unseen: Unseen) -> Bench:
    """Give the bench the answers of the refits, once they are known."""
    train = bench.system.data.train
    if not unseen or arrays is None or train is None or bench.key is None:
        return bench
    return replace(bench, unseen={parts: recall(arrays, bench.key, train, kept) for parts, kept in unseen.items()})
