# SPDX-License-Identifier: Apache-2.0
"""What a worker is asked to do with the system that lives in it; what is returned is JSON and arrays."""

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from probatum.evidence.keys import Key
from probatum.evidence.wire import to_json
from probatum.facts.plan import Plan
from probatum.runs.answers import PARTS, KeptAnswers, Ordered
from probatum.runs.forecast import Speed
from probatum.runs.isolation.confinement import confine
from probatum.runs.isolation.worker import line
from probatum.runs.messages import Advanced, Message, Started, Stopped, Work, pass_warnings_on
from probatum.runs.opening import open_described, reopen
from probatum.runs.session import LocalSession, SystemFacts, Unseen
from probatum.runs.shared_rows import SharedRows, share, shared
from probatum.systems.description import Description
from probatum.systems.interface import Answers

_session: list[LocalSession] = []  # of this worker process; filled once


def open_system(description: Description, seed: int, folder: Path, asked: int) -> Any:
    """Open a system, keep it, and return its facts; ``folder`` is the only one that an untrusted file may write to."""
    _settle_down(description, folder)
    opened = open_described(
        description, seed, watch=line().pulse, asked=asked, keep_asked=lambda rows: line().ask("asked", rows)
    )
    _keep(LocalSession.of(opened))
    return to_json(_session[0].facts)


def open_again(
    description: Description, seed: int, folder: Path, facts: SystemFacts, rows: SharedRows, known: Mapping[str, str]
) -> None:
    """Open a system that another worker opened first, on the rows that it shares."""
    _settle_down(description, folder)
    system, code = reopen(
        description,
        shared(rows),
        seed,
        capabilities=frozenset(facts.capabilities),
        loaded=facts.inputs.get("model"),
        known={role.removeprefix("code "): one for role, one in known.items()},
        watch=line().pulse,
    )
    _keep(LocalSession(system, facts, Speed(row=0.0), code))


def share_rows(file: Path) -> str:
    """Write the rows for other workers; return the digest of the file."""
    return share(_session[0].data, file).digest


def forecast(plan: Plan, jobs: int) -> Any:
    """Return how long a plan will take in so many processes."""
    return to_json(_session[0].forecast(plan, jobs))


def begin(plan: Plan, key: Key, arrays: Path) -> None:
    """Take the plan, the key and the folder of arrays."""
    _session[0].begin(plan, key, arrays)


def answer(rows: str) -> Any:
    """Ask the model about its own rows of this name."""
    found = _session[0].answer(rows)
    return {"answers": _as_plain(found.answers), "too_many": found.too_many}


def remember(rows: str, kept: KeptAnswers) -> None:
    """Take the answers about rows of this name from the folder of arrays."""
    _session[0].remember(rows, kept)


def run(piece: Work, unseen: Unseen) -> Any:
    """Do one piece of work."""
    found = _session[0].run(piece, unseen, _tell)
    if isinstance(found, Answers):
        return {part: getattr(found, part) for part in PARTS} | {"failures": dict(found.failures)}
    return None if found is None else to_json(found)


def together(parts: int, by_part: Mapping[int, Answers]) -> Any:
    """Return the answers of all refits as one."""
    return _as_plain(_session[0].together(parts, by_part))


def imported() -> Any:
    """Return the digests of the user's modules that were imported so far."""
    return dict(_session[0].imported())


def _keep(session: LocalSession) -> None:
    _session[:] = [session]


def _settle_down(description: Description, folder: Path) -> None:
    """Give up the rights that opening the system takes none of; a model that may run code keeps the user's."""
    pass_warnings_on(_tell)
    tempfile.tempdir = str(folder)
    said = description.model
    if not (said.trust_file or said.python or said.code or description.data.load or description.recipe.train):
        confine(folder, network=said.url is not None)


def _as_plain(answers: Ordered) -> Any:
    return {"arrays": dict(answers.arrays), "failures": dict(answers.failures)}


def _tell(message: Message) -> None:
    if isinstance(message, Started):
        line().send("started", None)
    elif isinstance(message, Advanced):
        line().send("advanced", to_json(message.step))
    elif isinstance(message, Stopped):
        sys.stderr.write(message.traceback)  # into the private log: it may quote anything
        line().send("stopped", message.traceback)
    else:
        line().send("warned", to_json(message))
