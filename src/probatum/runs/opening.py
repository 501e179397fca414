# SPDX-License-Identifier: Apache-2.0
"""From a description to a system that answers: read the data, open the model, make sure that they fit each other."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import numpy as np

from probatum.adapters import loading
from probatum.adapters.cases import CasesModel
from probatum.adapters.factories import built
from probatum.adapters.interface import Wish, align, few, spell, wrap
from probatum.adapters.recipe import RecipeModel, Train, train_by_recipe
from probatum.errors import DataError, DescriptionError, ModelError, ProbatumError
from probatum.evidence.canonical import digest
from probatum.facts.plan import Subject
from probatum.facts.policy import Stakes
from probatum.facts.threats import Task
from probatum.runs.sources import address, from_file, leave, quota
from probatum.runs.unfinished import Unfinished
from probatum.seeds import number
from probatum.systems.attacker import Attacker
from probatum.systems.clocks import WALL, Clock
from probatum.systems.datasets import Dataset, Label, Rows, Schema, read
from probatum.systems.datasets.relations import broken
from probatum.systems.description import Description
from probatum.systems.interface import Answers, Model
from probatum.systems.quota import Quota
from probatum.systems.stored import StoredFile
from probatum.systems.system import System

ON_THE_SPOT = "The model was trained on the spot by the recipe."
PROBED_ROWS = 256  # rows on which the speed of the model is measured, for the estimate on the screen only


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Opened:
    """A system, ready to be asked, and what was learned while opening it."""

    system: System
    subject: Subject
    inputs: Mapping[str, str]  # role, digest
    seconds_per_row: float  # of the model, from a probe
    seconds_to_train: float = 0.0  # where the recipe trained it just now; 0: not known
    description: Description | None  # None: made of live objects, which cannot travel to another process
    quota: Quota | None = None  # counts the rows that the model is asked about; None: as many as the plan wants


def open_described(description: Description, seed: int, *, unfinished: Unfinished | None = None) -> Opened:
    """Open the system that a description names.

    Args:
        description: names it.
        seed: of a recipe.
        unfinished: the run that goes on: what was asked for it before counts, and so does what the opening asks.

    Raises:
        ProbatumError: a file is missing, broken or untrusted, or the model and the data do not fit each other.
    """
    inputs: dict[str, str] = {}
    load = None
    if description.data.load is not None:
        load, inputs["load"] = loading.find_function(description.data.load, description.folder)
    data = read(description, description.folder, load=load)
    inputs |= data.digests
    attacker = Attacker.of(description.attack, description.data.relations)
    mistakes = [] if data.train is None else list(broken(attacker.relations, data.train))
    if mistakes:
        raise DescriptionError(description.path.name if description.path else "The description", mistakes)
    start, counted = perf_counter(), quota(description)
    if counted is not None and unfinished is not None:
        counted.go_on(unfinished.asked(), unfinished.keep_asked)
    model, model_inputs, notes = open_model(description, data, seed, counted=counted)
    seconds = perf_counter() - start
    data = reconcile(data, model)
    data = replace(data, notes=(*data.notes, *notes))
    said = description.system
    subject = _subject(data, name=said.name, stakes=said.stakes, purpose=said.purpose, affected=said.affected)
    return Opened(
        system=System.of(
            model,
            data,
            tuple(entry.topic_fact() for entry in description.declarations),
            stored_files(description, model_inputs.get("model")),
            attacker,
            clock_for(description),
        ),
        subject=replace(subject, simulated=said.simulated),
        inputs=inputs | model_inputs,
        seconds_per_row=try_out(model, data.test),
        seconds_to_train=seconds if ON_THE_SPOT in notes else 0.0,
        description=description,
        quota=counted,
    )


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
    content = path.read_bytes()
    if digest(content) != loaded:
        raise ModelError(f"{said.file} was replaced while it was being assessed. Assess it again.")
    return (StoredFile(role="model", content=content, stated=said.sha256 is not None, path=path),)


def open_live(model: Any, data: Dataset, description: Description, *, recipe: Train | None = None) -> Opened:
    """Open a system made of Python objects; the description holds what was said of them."""
    wish = wish_of(description)
    wrapped = wrap(model, few(data.test), wish)
    if recipe is not None:
        wrapped = RecipeModel(wrapped, recipe, wish)
    data = reconcile(data, wrapped)
    said, attacker = description.system, Attacker.of(description.attack, description.data.relations)
    subject = _subject(data, name=said.name, stakes=said.stakes, purpose=said.purpose, affected=said.affected)
    return Opened(
        system=System.of(wrapped, data, attacker=attacker),
        subject=replace(subject, simulated=said.simulated),
        inputs=dict(data.digests),
        seconds_per_row=try_out(wrapped, data.test),
        description=None,
    )


def reconcile(data: Dataset, model: Model) -> Dataset:
    """Make the classes of the data those of the model too.

    A label that the model knows and the data do not is added at the end.

    Raises:
        ModelError: the columns do not fit, or the model and the data have no label in common.
    """
    schema = data.test.schema
    data = replace(data, notes=(*data.notes, *model.check_columns(schema)))
    if schema.task is Task.REGRESSION or model.classes is None:
        return data
    known = align(np.asarray(model.classes), schema)
    _require_common_labels(model.classes, schema, known)
    extra = tuple(label for label, code in zip(model.classes, known, strict=True) if code < 0)
    notes = [*data.notes, *_notes_on_labels(model.classes, schema, known)]
    if extra:
        notes.append(f"The model can also answer {_some(extra)}, which no row has.")
        classes = schema.classes + extra
        schema = replace(schema, classes=classes, task=Task.MULTICLASS if len(classes) > 2 else Task.BINARY)
    train = None if data.train is None else replace(data.train, schema=schema)
    return replace(data, train=train, test=replace(data.test, schema=schema), notes=tuple(notes))


def _require_common_labels(own: tuple[Label, ...], schema: Schema, known: np.ndarray) -> None:
    """Refuse labels that cannot be the model's: none in common, or one that differs only in its capital letters."""
    if (known < 0).all():
        raise ModelError(
            f"The model answers {_some(own)}; the column {schema.target} holds {_some(schema.classes)}: no label in "
            "common. Say which is which: give the model the labels of the data, or recode the column."
        )
    meant = {spell(label).strip().casefold(): label for label in own}
    for code, label in enumerate(schema.classes):
        like = meant.get(spell(label).strip().casefold())
        if code not in known and like is not None:
            raise ModelError(f"The column {schema.target} holds {label!r}; the model answers {like!r}. Recode one.")


def _notes_on_labels(own: tuple[Label, ...], schema: Schema, known: np.ndarray) -> Iterator[str]:
    if any(spell(label) in map(spell, schema.classes) and label not in schema.classes for label in own):
        yield "The model and the data spell the labels differently (such as 1 and “1”); they were matched by name."
    never = tuple(label for code, label in enumerate(schema.classes) if code not in known)
    if never:
        yield f"The model can never answer {_some(never)}; cases where that is right count as mistakes."


def try_out(model: Model, rows: Rows) -> float:
    """Ask about a few rows before anything is planned; return the seconds a row takes.

    Raises:
        DataError: there are no rows to ask about.
        ModelError: the model raises on every one of the first rows, or answers with labels that no row has.
    """
    if not len(rows):
        raise DataError("The test data have no rows. Give rows that the model was not trained on.")
    failure: Exception | None = None
    answers: list[Answers] = []
    for place in range(len(few(rows))):
        try:
            answers.append(model.ask(rows.take(np.asarray([place]))))
        except ProbatumError:
            raise
        except Exception as error:  # noqa: BLE001  # a model may raise anything
            failure = error
    if not any(answer.given.any() for answer in answers):
        raise ModelError(_no_answer(rows, answers, failure))
    probe = rows.take(np.arange(min(len(rows), PROBED_ROWS)))
    start = perf_counter()
    try:
        model.ask(probe)
    except ProbatumError:
        raise
    except Exception:  # noqa: BLE001, S110  # single rows may fail; they become a finding
        pass
    return (perf_counter() - start) / len(probe)


def wish_of(description: Description) -> Wish:
    """Return what the description says of the model's answers."""
    model = description.model
    return Wish(output=model.output, positive=description.data.positive, classes=model.classes)


def _no_answer(rows: Rows, answers: Sequence[Answers], failure: Exception | None) -> str:
    """Say why none of the first rows has an answer."""
    if not answers:
        text = str(failure).splitlines()[0] if str(failure) else "no text"
        return (
            f"The model raised on every one of the first {len(few(rows))} rows ({type(failure).__name__}: {text}). "
            "Are these its columns?"
        )
    if rows.schema.task is Task.REGRESSION or answers[0].scores is not None:
        return (
            f"Wanted numbers; the model answered NaN on every one of the first {len(answers)} rows. Does it want the "
            "missing cells to be filled in, or the columns under other names?"
        )
    return (
        f"The model's answers are none of the labels in {rows.schema.target} ({_some(rows.schema.classes)}). Make it "
        'answer these, recode the column, or say output = "probabilities" or "logits" under [model] if it gives scores.'
    )


def open_recipe(description: Description) -> Callable[[Rows, int], Model] | None:
    """Return what trains the described model again, without opening the one there is; None where no recipe is named."""
    if description.recipe.train is None:
        return None
    train, _ = loading.find_function(description.recipe.train, description.folder)
    return lambda rows, seed: train_by_recipe(train, rows, seed, wish_of(description))


def open_model(
    description: Description,
    data: Dataset,
    seed: int,
    *,
    before: str | None = None,
    counted: Quota | None = None,
) -> tuple[Model, dict[str, str], tuple[str, ...]]:
    """Return the model that a description names, the digests of what it came from, and notes.

    Args:
        description: names it.
        data: the rows that it fits.
        seed: of a recipe.
        before: the digest of the file when it was opened before; another one is not loaded.
        counted: counts the rows that a server is asked about.

    Raises:
        ProbatumError: it is missing, broken or untrusted.
    """
    said, wish = description.model, wish_of(description)
    inputs: dict[str, str] = {}
    if said.scores is not None:
        return CasesModel(data.test), inputs, ()
    train = None
    if description.recipe.train is not None:
        train, inputs["recipe"] = loading.find_function(description.recipe.train, description.folder)
    if said.file is not None:
        content, notes = from_file(description, said.file, said.sha256 or before, inputs)
        model: Model = wrap(content, few(data.test), wish)
    elif said.python is not None:
        function, inputs["model"] = loading.find_function(said.python, description.folder)
        model, notes = wrap(built(function, said.python), few(data.test), wish), ()
    elif said.url is not None:
        model, notes = wrap(address(description, counted), few(data.test), wish), leave(description)
    elif train is not None and data.train is not None:
        return (
            train_by_recipe(train, data.train, number(seed, "recipe/train"), wish),
            inputs,
            (ON_THE_SPOT,),
        )
    else:
        raise ModelError(
            "Wanted a model: [model] file, python, url or scores, or a [recipe] with train rows. None came."
        )
    return (model if train is None else RecipeModel(model, train, wish)), inputs, notes


def _subject(data: Dataset, *, name: str, stakes: Stakes | None, purpose: str | None, affected: str | None) -> Subject:
    schema = data.test.schema
    return Subject(
        name=name,
        purpose=purpose,
        affected=affected,
        stakes=stakes or Stakes.MEDIUM,
        stakes_assumed=stakes is None,
        task=schema.task,
        classes=tuple(map(spell, schema.classes)),
        target=schema.target,
        train_rows=0 if data.train is None else len(data.train),
        test_rows=len(data.test),
        columns=len(schema.columns),
        notes=data.notes,
    )


def _some(labels: tuple[Any, ...]) -> str:
    return ", ".join(repr(label) for label in labels[:6]) + (" …" if len(labels) > 6 else "")
