# SPDX-License-Identifier: Apache-2.0
"""The interface for Python: a model and its rows, as objects or as files; back comes a run that shows its report."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import Any, TypedDict, TypeVar, Unpack

import numpy as np

from probatum.adapters.preserving import preserving
from probatum.checks.interface import checks
from probatum.errors import UsageError
from probatum.evidence.keys import Key
from probatum.facts.plan import Effort
from probatum.runs.assess import Run, prepare
from probatum.runs.assess import assess as run_assess
from probatum.runs.describing import described
from probatum.runs.display import shown
from probatum.runs.folder import RUNS, new_folder
from probatum.runs.hold import resumed
from probatum.runs.keys import key_of, made_key
from probatum.runs.opening import open_live
from probatum.runs.planning import Choice, read_plan
from probatum.runs.policies import read_policy, shipped
from probatum.runs.remote import open_isolated
from probatum.runs.session import LocalSession, Session
from probatum.runs.unfinished import Unfinished, plan_of
from probatum.systems.datasets import Label
from probatum.systems.datasets.doors import from_decisions, from_objects
from probatum.systems.description import Description, describe
from probatum.systems.settings import SETTINGS, Form, Setting

Choosable = TypeVar("Choosable", bound=StrEnum)
Columns = Sequence[str]
Place = tuple[str, ...]
_OF_ROWS = (("data", "test"), ("data", "train"), ("recipe", "train"))  # which may be objects


class Settings(TypedDict, total=False):
    """What may be said of a system; the words mean what they mean in ``probatum.toml`` and on the command line."""

    name: str
    purpose: str
    affected: str
    stakes: str
    bearable_error: float
    simulated: bool
    trust_file: bool
    code: Sequence[str]
    digest: str
    python: str
    output: str
    classes: Sequence[Label]
    recipe: str | Callable[..., Any]
    allowed_by: str
    allowed_until: Any
    max_queries: int
    decision: str
    score: str
    decides_at: float
    test: Any
    train: Any
    load: str
    target: str
    task: str
    positive: Label
    favourable: Label
    missing: Sequence[str]
    encoding: str
    decimal: str
    separator: str
    names: Columns
    group: str
    id: str
    features: Columns
    protected: Columns
    personal: Columns
    audit_only: Columns
    immutable: Columns
    categorical: Columns
    text: Columns
    ordinal: Columns | Mapping[str, Sequence[str]]
    integer: Columns
    date: Columns
    controls: Columns
    rises_only: Columns
    falls_only: Columns


@preserving
def assess(
    model: Any = None,
    *,
    folder: str | Path | None = None,
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
    effort: str = "standard",
    plan: str | Path | None = None,
    resume: str | Path | None = None,
    seed: int = 0,
    policy: str | Path | None = None,
    jobs: int | None = None,
    include_rows: bool = False,
    progress: bool | None = None,
    key: str | Path | bytes | None = None,
    **settings: Unpack[Settings],
) -> Run:
    """Assess a model on rows it was not trained on, or a table of decisions.

    Objects: ``model`` is a fitted estimator, a network, or a function from rows to answers; ``test`` and ``train`` are
    pairs (rows, right answers), rows ``(n, d)`` a data frame or an array, answers ``(n,)``. For a table of decisions
    without a model, ``test`` is a data frame with the column ``decision`` or ``score``, and ``model`` is left out.
    Files: ``model`` is what the command line takes as its subject (a ``probatum.toml``, a model file,
    ``module:function``, an address, a table of decisions), ``test`` and ``train`` are file names.

    Args:
        model: an object, or a file as text or path.
        folder: of the run; a new one under ``probatum-runs`` where absent.
        only: run only checks that match these patterns.
        skip: leave out checks that match.
        effort: quick, standard or deep.
        plan: file of an earlier run's plan, to be repeated.
        resume: folder of a run that was cut short, to go on with.
        seed: random seed.
        policy: a file with limits of your own.
        jobs: processes; the numbers do not depend on it. One a core, at most 4, where absent; one where the work is
            short. Objects stay in this process.
        include_rows: show the cells of example rows, personal and protected ones excepted.
        progress: tell on standard error how far it is; where absent, in a terminal or a notebook only.
        key: what names the rows: 32 bytes, or the file that holds them, made if there is none. Where absent, the file
            ``.probatum-key`` beside the description or the test file; of objects, beside the run's folder.
        **settings: what is said of the system:

    Returns:
        The run: record, judgement, folder. In a notebook it shows its report.

    Raises:
        ProbatumError: something needed is missing, broken or does not fit.
    """
    said = _said(settings)
    kind = _one_of(Effort, effort, "effort")
    choice = Choice(
        only=_texts(only, "only"), skip=_texts(skip, "skip"), effort=kind, seed=seed, include_rows=include_rows
    )
    if resume is not None and (plan, folder) != (None, None):
        raise UsageError("resume goes on with the run's own plan, in its folder; leave out plan and folder.")
    with resumed(None if resume is None else Path(resume)) as held:
        plan_file = plan if held is None else plan_of(held.path)
        fixed = None if plan_file is None else read_plan(Path(plan_file), checks())
        if fixed is not None and choice != Choice():
            raise UsageError("A plan fixes what runs; leave out only, skip, effort, seed and include_rows.")
        unfinished = None if held is None else Unfinished(held)
        with closing(_open(model, said, int(fixed.seed) if fixed else seed, unfinished)) as session:
            subject = session.facts.subject
            limits = shipped(subject.stakes) if policy is None else read_policy(Path(policy))
            named = _key(key, session, resume or folder)
            prepared = prepare(session, limits, choice, named, fixed, goes_on=held is not None)
            wanted = None if folder is None else Path(folder)
            with held or new_folder(subject.name, wanted) as held:
                return run_assess(prepared, held=held, jobs=jobs, progress=shown(progress))


def _key(key: Any, session: Session, run: str | Path | None) -> Key:
    """Return the key that was given, or the one that lies where it should."""
    if isinstance(key, bytes):
        try:
            return Key(key)
        except ValueError as error:
            raise UsageError(str(error)) from error
    if key is not None:
        return made_key(Path(key))
    return key_of(session.description, RUNS if run is None else Path(run).absolute().parent)


def _said(settings: Mapping[str, Any]) -> dict[Place, Any]:
    """Return the settings by their place in a description, sequences as tuples and numbers of numpy as Python's own."""
    by_argument = {setting.argument: setting for setting in SETTINGS}
    unknown = sorted(set(settings) - set(by_argument))
    if unknown:
        raise TypeError(f"assess() got an unexpected keyword argument {unknown[0]!r}")
    return {
        by_argument[name].place: _plain(value, by_argument[name])
        for name, value in settings.items()
        if value is not None and value is not False
    }


def _plain(value: Any, setting: Setting) -> Any:
    several = setting.form in (Form.COLUMNS, Form.LABELS, Form.MARKS) and not isinstance(value, str | Mapping)
    if several and hasattr(value, "__iter__"):
        return tuple(one.item() if isinstance(one, np.generic) else one for one in value)
    return value.item() if isinstance(value, np.generic) else value


def _texts(patterns: Any, name: str) -> tuple[str, ...]:
    if isinstance(patterns, str):
        raise UsageError(f"Wanted {name} to be a list of patterns; the text {patterns!r} came. Write [{patterns!r}].")
    return tuple(patterns)


def _open(model: Any, said: dict[Place, Any], seed: int, unfinished: Unfinished | None) -> Session:
    """Open what was given, as files or as objects."""
    called = {setting.place: setting.argument for setting in SETTINGS}
    given = [called[place] for place in _OF_ROWS if place in said and not isinstance(said[place], str | Path)]
    if isinstance(model, str | Path) and not given:
        said = {place: str(value) if isinstance(value, Path) else value for place, value in said.items()}
        asked, keep = (0, None) if unfinished is None else (unfinished.asked(), unfinished.keep_asked)
        return open_isolated(described(str(model), said, called=called), seed, asked=asked, keep_asked=keep)
    if isinstance(model, str | Path):
        raise UsageError(
            f"The model is the file {model}, but {' and '.join(given)} came as objects. Give both as files, or load "
            "the model yourself and pass the object."
        )
    return _open_objects(model, said, called)


def _open_objects(model: Any, said: dict[Place, Any], called: Mapping[Place, str]) -> Session:
    """Open a model and rows that are objects."""
    test, train, recipe = (said.pop(place, None) for place in _OF_ROWS)
    useless = [setting.argument for setting in SETTINGS if setting.files_only and setting.place in said]
    if useless:
        raise UsageError(
            f"{', '.join(useless)}: says how a file is read or loaded, but the model and the rows came as objects. "
            "Leave it out."
        )
    if test is None:
        raise UsageError(
            "Wanted held-out rows with their right answers, test=(X, y); or a table of decisions, test=table and "
            "decision=column; or a model and its data as files."
        )
    if isinstance(test, str | Path) or isinstance(train, str | Path):
        raise UsageError("The model is an object, but the rows are named as a file. Read them, and give test=(X, y).")
    if recipe is not None and not callable(recipe):
        raise UsageError(f"Wanted recipe to be a function train(rows, seed) -> model; {type(recipe).__name__} came.")
    description = describe(said, name="decisions" if model is None else "model", called=called, live=True)
    if description.cases:
        return _open_decisions(model, test, train, description)
    return LocalSession.of(open_live(model, from_objects(test, train, description), description, recipe=recipe))


def _open_decisions(model: Any, test: Any, train: Any, description: Description) -> Session:
    """Open a table of decisions that is a data frame."""
    if model is not None:
        raise UsageError("decision and score belong to a table without a model; leave them out, or the model.")
    if train is not None:
        raise UsageError("A table of decisions stands for the model, so nothing is known of its training; drop train.")
    return LocalSession.of(open_live(None, from_decisions(test, description), description))


def _one_of(kind: type[Choosable], word: str, name: str) -> Choosable:
    try:
        return kind(word)
    except ValueError:
        raise UsageError(f"Wanted {name} to be one of {', '.join(kind)}; got {word!r}.") from None


def _documented(function: Callable[..., Run]) -> None:
    """Write every setting into the signature and the documentation, as ``help`` and notebooks show them."""
    signature = inspect.signature(function)
    shown = [one for one in signature.parameters.values() if one.kind is not inspect.Parameter.VAR_KEYWORD]
    types = inspect.get_annotations(Settings)
    keyword = inspect.Parameter.KEYWORD_ONLY
    added = [inspect.Parameter(one.argument, keyword, default=None, annotation=types[one.argument]) for one in SETTINGS]
    function.__signature__ = signature.replace(parameters=[*shown, *added])  # type: ignore[attr-defined]
    lines = "\n".join(f"            {one.argument}: {one.help}" for one in SETTINGS)
    before, mark, after = (function.__doc__ or "").partition("what is said of the system:\n")
    function.__doc__ = f"{before}{mark}{lines}\n{after}"


_documented(assess)
