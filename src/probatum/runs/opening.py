# SPDX-License-Identifier: Apache-2.0
"""From a description to a system that answers: read the data, open the model, make sure that they fit each other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

from probatum.adapters.cases import CasesModel
from probatum.adapters.code import UserCode
from probatum.adapters.interface import Wish, claim, few, wrap
from probatum.adapters.knowledge import known_cells
from probatum.adapters.libraries import libraries
from probatum.adapters.recipe import RecipeModel, Train, train_by_recipe, trained_by
from probatum.errors import DescriptionError, ModelError
from probatum.evidence.canonical import digest
from probatum.facts.capabilities import Capability
from probatum.facts.plan import Subject
from probatum.facts.threats import Task
from probatum.runs.matching import matched, sorted_order
from probatum.runs.sources import Named, address, leave, named_model, quota, user_code
from probatum.runs.subjects import subject_of
from probatum.runs.task import settled
from probatum.runs.trial import Trial, try_out
from probatum.seeds import number
from probatum.systems.attacker import Attacker
from probatum.systems.clocks import WALL, Clock
from probatum.systems.datasets import Dataset, Rows, read
from probatum.systems.datasets.comparison import compared
from probatum.systems.datasets.relations import broken
from probatum.systems.description import Description
from probatum.systems.input_files import read_file
from probatum.systems.interface import Model
from probatum.systems.quota import Quota
from probatum.systems.stored import StoredFile
from probatum.systems.system import System
from probatum.systems.watch import UNWATCHED, Watch, watched

NOT_TRIED = Trial(seconds_per_row=0.0, notes=())  # a table of cases answers at once, or not at all
NOT_ISOLATED = (
    "The model is an object of the Python program that assessed it, so its code was not kept apart from the assessment."
)
ON_THE_SPOT = "The model was trained on the spot by the recipe."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Opened:
    """A system, ready to be asked, and what was learned while opening it."""

    system: System
    subject: Subject
    inputs: Mapping[str, str]  # role, digest
    seconds_per_row: float  # of the model, from a probe
    seconds_per_call: float = 0.0  # beside its rows
    seconds_to_train: float = 0.0  # where the recipe trained it just now; 0: not known
    description: Description | None  # None: made of live objects, which cannot travel to another process
    libraries: Mapping[str, str] = field(default_factory=dict)  # that answer, besides those of every run; versions
    quota: Quota | None = None  # counts the rows that the model is asked about; None: as many as the plan wants
    code: UserCode | None = None  # finds the user's own modules; None: the model is a live object


def open_described(
    description: Description,
    seed: int,
    *,
    watch: Watch = UNWATCHED,
    asked: int = 0,
    keep_asked: Callable[[int], None] | None = None,
) -> Opened:
    """Open the system that a description names.

    Args:
        description: names it.
        seed: of a recipe.
        watch: notices what takes too long.
        asked: rows that earlier attempts at the run asked the model about, where somebody limited that.
        keep_asked: gets their number before any more are sent.

    Raises:
        ProbatumError: a file is missing, broken or untrusted, or the model and the data do not fit each other.
    """
    inputs: dict[str, str] = {}
    code, load = user_code(description), None
    if description.data.load is not None:
        load, inputs["load"] = code.function(description.data.load)
    named = named_model(description, code, watch)
    known = known_cells(None if named is None else named.thing)
    data = compared(read(description, description.folder, load=load, known=known), description.data.columns)
    inputs |= data.digests
    attacker = Attacker.of(description.attack, description.data.relations)
    mistakes = [] if data.train is None else list(broken(attacker.relations, data.train))
    if mistakes:
        raise DescriptionError(description.path.name if description.path else "The description", mistakes)
    start, counted = perf_counter(), quota(description)
    if counted is not None and keep_asked is not None:
        counted.go_on(asked, keep_asked)
    found = find_model(description, data, seed, code, watch, counted=counted, named=named)
    wish = wish_of(description)
    seconds = perf_counter() - start
    if not found.cases:
        data = settled(data, claim(found.thing, few(data.test), wish), wish, description.data.favourable)
    model = _watched(opened_for(found, data, wish), description, watch)
    data = reconcile(data, model)
    stated = wish.classes is not None
    trial = NOT_TRIED if description.cases else try_out(model, data.test, stated=stated)
    data = replace(data, notes=(*data.notes, *found.notes, *trial.notes))
    return Opened(
        system=assembled(
            description, data, lambda: model, capabilities=model.capabilities, loaded=found.inputs.get("model")
        ),
        subject=subject_of(data, description),
        inputs=inputs | found.inputs,
        seconds_per_row=trial.seconds_per_row,
        seconds_per_call=trial.seconds_per_call,
        seconds_to_train=seconds if ON_THE_SPOT in found.notes else 0.0,
        description=description,
        libraries={} if found.cases else libraries(found.thing),
        quota=counted,
        code=code,
    )


def reopen(
    description: Description,
    data: Dataset,
    seed: int,
    *,
    capabilities: frozenset[Capability],
    loaded: str | None,
    known: Mapping[str, str],
    watch: Watch = UNWATCHED,
) -> tuple[System, UserCode]:
    """Open a described system that another process opened before, on its rows; the model on the first question.

    Args:
        description: names it.
        data: the rows, as the model and they agreed on them.
        seed: of a recipe.
        capabilities: what can be asked of the model.
        loaded: the digest of what the model was loaded from.
        known: digests of the user's modules.
        watch: notices what takes too long.

    Raises:
        ProbatumError: something is not what it was.
    """
    code, wish = user_code(description, known), wish_of(description)

    def model() -> Model:
        found = find_model(description, data, seed, code, watch, before=loaded)
        return _watched(opened_for(found, data, wish), description, watch)

    train = None if description.recipe.train is None else code.function(description.recipe.train)[0]

    def again(rows: Rows, with_seed: int) -> Model:
        return _watched(train_by_recipe(train, rows, with_seed, wish), description, watch)  # type: ignore[arg-type]

    system = assembled(
        description, data, model, capabilities=capabilities, loaded=loaded, train=None if train is None else again
    )
    return system, code


def assembled(
    description: Description,
    data: Dataset,
    model: Callable[[], Model],
    *,
    capabilities: frozenset[Capability],
    loaded: str | None,
    train: Callable[[Rows, int], Model] | None = None,
) -> System:
    """Return a described system; whatever the description says of it beside model and rows is put in here.

    Args:
        description: of it.
        data: the rows.
        model: returns the opened model.
        capabilities: what can be asked of the model.
        loaded: the digest of what the model was loaded from.
        train: trains it again without opening the one there is.

    Raises:
        ModelError: the model's file was replaced since.
    """
    return System(
        data,
        model,
        capabilities=capabilities,
        topics=tuple(entry.topic_fact() for entry in description.declarations),
        stored=stored_files(description, loaded),
        attacker=Attacker.of(description.attack, description.data.relations),
        clock=clock_for(description),
        train=train,
    )


def _watched(model: Model, description: Description, watch: Watch) -> Model:
    """Return the model with its questions announced; each request to a server has a limit of its own."""
    return model if description.model.url is not None else watched(model, watch)


def clock_for(description: Description) -> Clock | None:
    """Return the clock that fits where the described model works; None where it may be this process."""
    return WALL if description.model.url is not None else None


def stored_files(description: Description, loaded: str | None) -> tuple[StoredFile, ...]:
    """Return the files that the described model lies in; ``loaded`` is the digest of the bytes that were loaded.

    Raises:
        ModelError: the file was replaced since.
    """
    said = description.model
    if said.file is None:
        return ()
    path = description.folder / said.file
    content = read_file(path, description.input_limits.fact().file_bytes)
    if digest(content) != loaded:
        raise ModelError(f"{said.file} was replaced while it was being assessed. Assess it again.")
    return (StoredFile(role="model", content=content, stated=said.sha256 is not None, path=path),)


def open_live(model: Any, data: Dataset, description: Description, *, recipe: Train | None = None) -> Opened:
    """Open a system made of Python objects; the description holds what was said of them.

    Args:
        model: any object that an adapter takes; unused where the rows hold the answers themselves.
        data: the rows.
        description: what was said.
        recipe: trains the model again.
    """
    wish = wish_of(description)
    cases = data.test.said is not None
    if not cases:
        data = compared(replace(data, known=known_cells(model)), description.data.columns)
        data = settled(data, claim(model, few(data.test), wish), wish, description.data.favourable)
    wrapped: Model = CasesModel(data.test) if cases else wrap(model, few(data.test), wish)
    if recipe is not None:
        wrapped = RecipeModel(wrapped, recipe, wish)
    data = reconcile(data, wrapped)
    stated = wish.classes is not None
    trial = NOT_TRIED if cases else try_out(wrapped, data.test, stated=stated)
    apart = () if cases else (NOT_ISOLATED,)
    data = replace(data, notes=(*data.notes, *trial.notes, *apart))
    attacker = Attacker.of(description.attack, description.data.relations)
    return Opened(
        system=System.of(wrapped, data, attacker=attacker),
        subject=subject_of(data, description),
        inputs=dict(data.digests),
        seconds_per_row=trial.seconds_per_row,
        seconds_per_call=trial.seconds_per_call,
        description=None,
        libraries={} if cases else libraries(model),
    )


def reconcile(data: Dataset, model: Model) -> Dataset:
    """Make the columns and the labels of the data those of the model too.

    Raises:
        ModelError: the columns do not fit, or the labels cannot be the same ones.
    """
    schema = data.test.schema
    data = replace(data, notes=(*data.notes, *model.check_columns(schema)))
    if schema.task is Task.REGRESSION:
        return data
    if model.classes is None:
        counted = schema.classes == tuple(range(len(schema.classes)))  # in this order nothing is left to say
        told = Capability.SCORES not in model.capabilities or data.test.said is not None or counted
        return data if told else replace(data, notes=(*data.notes, sorted_order(schema)))
    return matched(data, model.classes)


def wish_of(description: Description) -> Wish:
    """Return what the description says of the model's answers."""
    model = description.model
    return Wish(output=model.output, positive=description.data.positive, classes=model.classes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a description names as its model, not yet opened for a task."""

    inputs: dict[str, str]  # role, digest
    thing: Any = None  # the framework's own object
    cases: bool = False  # there is none: a table of cases stands for it
    notes: tuple[str, ...] = ()
    train: Train | None = None  # the recipe


def find_model(
    description: Description,
    data: Dataset,
    seed: int,
    code: UserCode,
    watch: Watch,
    *,
    before: str | None = None,
    counted: Quota | None = None,
    named: Named | None = None,
) -> Found:
    """Return the object that a description names, the digests of what it came from, and notes.

    Args:
        description: names it.
        data: from which a recipe trains it, where there is no model.
        seed: of a recipe.
        code: finds the user's own modules.
        watch: notices what takes too long.
        before: the digest of the file when it was opened before; another one is not loaded.
        counted: counts the rows that a server is asked about.
        named: what is named as the model, if it was opened already.

    Raises:
        ProbatumError: it is missing, broken or untrusted.
    """
    said = description.model
    inputs: dict[str, str] = {}
    if said.scores is not None:
        return Found(inputs=inputs, cases=True)
    train, notes = None, tuple[str, ...]()
    if description.recipe.train is not None:
        train, inputs["recipe"] = code.function(description.recipe.train)
    named = named or named_model(description, code, watch, before)
    if named is not None:
        thing, notes = named.thing, named.notes
        inputs |= named.inputs
    elif said.url is not None:
        thing, notes = address(description, counted), leave(description)
    elif train is not None and data.train is not None:
        thing, notes = trained_by(train, data.train, number(seed, "recipe/train")), (ON_THE_SPOT,)
    else:
        raise ModelError(
            "Wanted a model: [model] file, python, url or scores, or a [recipe] with train rows. None came."
        )
    return Found(thing=thing, inputs=inputs, notes=notes, train=train)


def opened_for(found: Found, data: Dataset, wish: Wish) -> Model:
    """Return the model that was found, opened for the task of the data."""
    if found.cases:
        return CasesModel(data.test)
    model = wrap(found.thing, few(data.test), wish)
    return model if found.train is None else RecipeModel(model, found.train, wish)
