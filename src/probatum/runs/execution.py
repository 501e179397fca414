# SPDX-License-Identifier: Apache-2.0
"""Do one piece of a plan's work in the process that holds the system."""

from dataclasses import replace
from traceback import format_exception

from threadpoolctl import threadpool_limits

from probatum.checks.interface import Check
from probatum.errors import InsufficientDataError, UnreachableError, name_of_type, worded_by_us
from probatum.facts.finding import Finding, State
from probatum.facts.plan import OBSERVED, Refit, Unit
from probatum.runs.messages import Listener, Stopped, asked, nobody, teller
from probatum.runs.refits import refit
from probatum.runs.views import Absent, Bench, view_for
from probatum.seeds import stream
from probatum.systems.interface import Answers

FAULT = "This is a fault in the check; run again with --debug to see where."


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
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  # a check never crashes a run, whatever a model raises
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
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  # a model may raise anything; the check tries once more, and tells
        listener(Stopped(piece=wanted, traceback=_traceback(error)))
        return None


def _traceback(error: BaseException) -> str:
    return "".join(format_exception(error))


def _without_answer(state: State, why: str) -> Finding:
    sentence = "This question does not apply here." if state is State.NOT_APPLICABLE else "This could not be measured."
    return Finding(sentence=sentence, state=state, why=why)
