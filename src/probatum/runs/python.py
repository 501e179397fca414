# SPDX-License-Identifier: Apache-2.0
"""The door for Python: a model and its rows as they are, and back comes a run that shows its report."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from probatum.adapters.interface import Wish
from probatum.errors import UsageError
from probatum.facts.plan import Effort
from probatum.facts.policy import Stakes
from probatum.facts.threats import Task
from probatum.runs.assess import Run, prepare
from probatum.runs.assess import assess as run_assess
from probatum.runs.folder import new_folder
from probatum.runs.opening import open_live
from probatum.runs.planning import Choice
from probatum.runs.policies import read_policy, shipped
from probatum.runs.progress import Quiet
from probatum.systems.datasets import Label, from_arrays

Choosable = TypeVar("Choosable", bound=StrEnum)


def assess(
    model: Any,
    *,
    test: tuple[Any, Any],
    train: tuple[Any, Any] | None = None,
    name: str = "model",
    stakes: str | None = None,
    task: str | None = None,
    classes: Sequence[Label] | None = None,
    output: str | None = None,
    positive: Label | None = None,
    protected: Sequence[str] = (),
    personal: Sequence[str] = (),
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
    effort: str = "standard",
    seed: int = 0,
    policy: str | Path | None = None,
    include_rows: bool = False,
    folder: str | Path | None = None,
) -> Run:
    """Assess a model on rows it was not trained on.

    Args:
        model: a fitted scikit-learn estimator or pipeline, or a function from rows to answers.
        test: held-out rows ``(n, d)``, a data frame or an array, and the right answers ``(n,)``.
        train: the rows that the model was trained on, likewise; unlocks the checks that need them.
        name: of the system, as the report calls it.
        stakes: low, medium, high or critical; selects the limits. Medium, said as assumed, where absent.
        task: binary, multiclass or regression; told from the answers where absent.
        classes: labels in the order of a function's scores.
        output: what a function returns: probabilities, logits, labels or values.
        positive: the label that a single score speaks of.
        protected: columns such as sex or race.
        personal: columns that tell who somebody is; never shown.
        only: run only checks that match these patterns.
        skip: leave out checks that match.
        effort: quick, standard or deep.
        seed: from which all random draws follow.
        policy: a file with limits of your own.
        include_rows: show the cells of example rows, personal and protected ones excepted.
        folder: where to write the run; a new one under ``probatum-runs`` where absent.

    Returns:
        The run: record, judgement, folder. In a notebook it shows its report.

    Raises:
        ProbatumError: something needed is missing, broken or does not fit.
    """
    data = from_arrays(
        test,
        train,
        task=None if task is None else _one_of(Task, task, "task"),
        classes=classes,
        positive=positive,
        protected=protected,
        personal=personal,
    )
    wish = Wish(output=output, positive=positive, classes=None if classes is None else tuple(classes))
    opened = open_live(
        model, data, name=name, stakes=None if stakes is None else _one_of(Stakes, stakes, "stakes"), wish=wish
    )
    limits = shipped(opened.subject.stakes) if policy is None else read_policy(Path(policy))
    choice = Choice(
        only=tuple(only),
        skip=tuple(skip),
        effort=_one_of(Effort, effort, "effort"),
        seed=seed,
        include_rows=include_rows,
    )
    prepared = prepare(opened, limits, choice)
    where = new_folder(name, None if folder is None else Path(folder))
    return run_assess(prepared, folder=where, jobs=1, progress=Quiet())


def _one_of(kind: type[Choosable], word: str, name: str) -> Choosable:
    try:
        return kind(word)
    except ValueError:
        raise UsageError(f"Wanted {name} to be one of {', '.join(kind)}; got {word!r}.") from None
