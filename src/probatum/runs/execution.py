# SPDX-License-Identifier: Apache-2.0
"""Run the plan's units, here or in processes of their own; the numbers do not depend on where.

Worker processes are spawned, never forked: a fork after scikit-learn has started its threads may hang.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from signal import SIG_DFL, SIG_IGN, SIGINT, signal
from threading import current_thread, main_thread
from typing import Any, Protocol

from threadpoolctl import threadpool_limits

from probatum.checks.interface import Check, checks
from probatum.errors import InsufficientDataError, ProbatumError, WorkerError
from probatum.facts.capabilities import Capability
from probatum.facts.finding import Finding, State, Topic
from probatum.facts.plan import Terms, Unit
from probatum.runs.answers import recall
from probatum.seeds import stream
from probatum.systems.datasets import Rows, Schema, TestRows, TrainTest, read
from probatum.systems.description import Description
from probatum.systems.interface import Model
from probatum.systems.statements import Statements
from probatum.systems.system import System

Outcome = tuple[Unit, Finding]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bench:
    """What a unit is run on."""

    system: System
    terms: Terms
    seed: int


class Executor(Protocol):
    """Runs units and yields each with its finding as it is done, in any order."""

    def run(self, units: Sequence[Unit]) -> Iterator[Outcome]:
        """Run them all."""


class Absent(Exception):  # noqa: N818  # not an error: it becomes "not applicable"
    """A view cannot be built; carries why."""


def _test_rows(bench: Bench) -> TestRows:
    return TestRows(rows=bench.system.data.test, train=bench.system.data.train)


def _train_test(bench: Bench) -> TrainTest:
    if bench.system.data.train is None:
        raise Absent("It needs the rows that the model was trained on. Give them with --train FILE.")
    return TrainTest(train=bench.system.data.train, test=bench.system.data.test)


def _statements(bench: Bench) -> Statements:
    return Statements(topics=bench.system.topics)


VIEWS: Mapping[type[Any], Callable[[Bench], Any]] = {
    TestRows: _test_rows,
    TrainTest: _train_test,
    Statements: _statements,
}


def run_unit(unit: Unit, check: Check, bench: Bench) -> Finding:
    """Run one unit; whatever goes wrong becomes a finding that says so, by type and never by text."""
    try:
        view = VIEWS[check.data](bench)
        options = check.options(**unit.options)
        with threadpool_limits(1):  # more threads add numbers in another order, and the last bits move
            finding = check.run(bench.system, view, options, bench.terms, stream(bench.seed, unit.seed_name))
    except Absent as absence:
        finding = _without_answer(State.NOT_APPLICABLE, str(absence))
    except InsufficientDataError as error:
        finding = Finding(sentence="There are too few cases to tell.", why=str(error))  # judged: cannot tell
    except Exception as error:  # noqa: BLE001  # a check never crashes a run
        ours = isinstance(error, ProbatumError)
        why = str(error) if ours else f"The check stopped with {type(error).__name__}. This is a fault in the check."
        finding = _without_answer(State.ERROR, why)
    judged = tuple(name for name, limit in check.judged.items() if bench.system.task in limit.tasks)
    return replace(
        finding, check=unit.check, part=unit.part, judged=judged, options=unit.options, seed_name=unit.seed_name
    )


def _without_answer(state: State, why: str) -> Finding:
    sentence = "This question does not apply here." if state is State.NOT_APPLICABLE else "This could not be measured."
    return Finding(sentence=sentence, state=state, why=why)


class Inline:
    """Runs units one after the other in this process."""

    def __init__(self, bench: Bench, known: Mapping[str, Check], started: Callable[[Unit], None]) -> None:
        """Take the bench, the checks and whom to tell that a unit starts."""
        self._bench = bench
        self._known = known
        self._started = started

    def run(self, units: Sequence[Unit]) -> Iterator[Outcome]:
        """Run them in the plan's order."""
        for unit in units:
            self._started(unit)
            yield unit, run_unit(unit, self._known[unit.check], self._bench)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """What a worker needs to build the bench again: words and digests, no live object."""

    description: Description
    schema: Schema
    capabilities: frozenset[Capability]
    arrays: Path
    digests: Mapping[str, str]
    failures: Mapping[str, int]
    topics: tuple[Topic, ...]
    terms: Terms
    seed: int


class Processes:
    """Runs units in processes of their own."""

    def __init__(self, blueprint: Blueprint, jobs: int) -> None:
        """Take what the workers build their bench from, and how many of them there are."""
        self._blueprint = blueprint
        self._jobs = jobs

    def run(self, units: Sequence[Unit]) -> Iterator[Outcome]:
        """Run them side by side."""
        pool = ProcessPoolExecutor(
            min(self._jobs, len(units)),
            mp_context=get_context("spawn"),
            initializer=_set_up,
            initargs=(self._blueprint,),
        )
        try:
            with _deaf():
                waiting: dict[Future[Finding], Unit] = {pool.submit(_run_here, unit): unit for unit in units}
            for done in as_completed(waiting):
                yield waiting[done], done.result()
        except BrokenProcessPool as error:
            raise WorkerError(
                "A worker process died, most often for want of memory. Run again with --jobs 1, or on fewer rows."
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)  # after Ctrl-C: what has not begun never does


@contextmanager
def _deaf() -> Iterator[None]:
    """Let processes that start now begin deaf to Ctrl-C: one that is still importing answers it with a traceback."""
    if current_thread() is not main_thread():  # only the main thread may say so
        yield
        return
    before = signal(SIGINT, SIG_IGN)
    try:
        yield
    finally:
        signal(SIGINT, before)


_bench: list[Bench] = []  # of this worker process, filled once by its initialiser


def _set_up(blueprint: Blueprint) -> None:
    from probatum.adapters import loading

    signal(SIGINT, SIG_DFL)  # from here on Ctrl-C ends a worker at once; only the parent speaks
    description = blueprint.description
    load = None
    if description.data.load is not None:
        load, _ = loading.find_function(description.data.load, description.folder)
    data = read(description, description.folder, load=load)
    data = replace(data, train=_under(data.train, blueprint.schema), test=_under(data.test, blueprint.schema))
    answers = recall(blueprint.arrays, blueprint.seed, data.test, blueprint.digests, blueprint.failures)

    def model() -> Model:
        from probatum.runs.opening import open_described

        return open_described(description, blueprint.seed).system.model

    system = System(
        data,
        model,
        capabilities=blueprint.capabilities,
        topics=blueprint.topics,
        answered={data.test.name: answers},
    )
    _bench.append(Bench(system=system, terms=blueprint.terms, seed=blueprint.seed))


def _under(rows: Rows | None, schema: Schema) -> Any:
    """Put rows under the schema that the model and the data agreed on."""
    return None if rows is None else replace(rows, schema=schema)


def _run_here(unit: Unit) -> Finding:
    return run_unit(unit, checks()[unit.check], _bench[0])
