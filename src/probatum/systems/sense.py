# SPDX-License-Identifier: Apache-2.0
"""Mistakes that no single key shows: what contradicts, what is missing, which files and columns do not exist."""

import os.path
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from probatum.facts import bearable
from probatum.facts.threats import Task
from probatum.systems.headers import NOT_SHOWN, look_like_data
from probatum.systems.lines import Path as Place
from probatum.systems.lines import Whereabouts
from probatum.systems.mistakes import close, mistake

if TYPE_CHECKING:  # the description knows its own mistakes, so it imports this
    from probatum.systems.description import Description

MODEL_SOURCES = ("file", "python", "url", "scores")
LATER = "is not built yet in this version; "
LATER_KEYS = {
    ("data", "weight"): "leave it out; every row then counts the same, which may not be what you mean.",
    ("data", "protected_file"): "put the protected columns into the data and list them as audit_only and protected.",
    ("data", "recent"): "leave it out.",
}
SHOWN = 12  # columns listed in a message


def split_reference(reference: str) -> tuple[str, tuple[str, str] | None]:
    """Return the file of ``mnist.npz:x_test,y_test`` and its two arrays; of other references, the file alone."""
    name, mark, arrays = reference.rpartition(":")
    if not mark or not name.endswith(".npz"):
        return reference, None
    rows, _, answers = arrays.partition(",")
    return name, (rows.strip(), answers.strip())


def sense_mistakes(description: "Description", broken: frozenset[str], lines: Whereabouts | None) -> list[str]:
    """Return the mistakes across keys; sections in ``broken`` were read in part, so only their files are looked at."""
    found: list[tuple[str, Place]] = []
    for section, key in LATER_KEYS:
        if section not in broken and getattr(getattr(description, section), key) is not None:
            found.append((LATER + LATER_KEYS[section, key], (section, key)))
    if not broken & {"model", "recipe"}:
        found += [] if description.live else _model(description)
        found += _server(description)
    if "model" not in broken:
        found += _cases(description)
    if "data" not in broken:
        found += [] if description.live else _rows(description)
        found += _data(description)
    found += _files(description)
    found += _declarations(description)
    if "system" not in broken:
        found += _bearable(description)
    return [mistake(sentence, place, lines) for sentence, place in found]


def _listed(columns: Sequence[str]) -> str:
    if look_like_data(columns):
        return NOT_SHOWN
    more = len(columns) - SHOWN
    return f"The columns are {', '.join(columns[:SHOWN])}{f' and {more} more' if more > 0 else ''}."


def column_mistakes(description: "Description", columns: Sequence[str], lines: Whereabouts | None) -> list[str]:
    """Return the mistakes in names of columns, each once a place."""
    data, known = description.data, set(columns)
    listed = _listed(columns)
    guesses = () if look_like_data(columns) else tuple(columns)
    found = [
        mistake(
            f'there is no column "{name}".{close(name, guesses)} {listed}',
            place,
            lines,
            item=name,
        )
        for place, name in _named_columns(description)
        if name not in known
    ]
    for place, name in _named_columns(description):
        if name == data.target and place != ("data", "target") and place[0] in ("data", "model"):
            found.append(mistake(f'"{name}" is the target, so it cannot stand here.', place, lines, item=name))
    spoken = {description.model.decision, description.model.score} if description.cases else set()
    for place, name in _named_columns(description):
        if name in spoken and name != data.target and place[0] == "data":
            sentence = f'"{name}" is what the system said, so it cannot stand here.'
            found.append(mistake(sentence, place, lines, item=name))
    return found


def _named_columns(description: "Description") -> Iterator[tuple[Place, str]]:
    """Yield every name of a column with the place where it stands."""
    data, attack = description.data, description.attack
    for key in ("target", "id", "group", "time", "source"):
        if getattr(data, key) is not None:
            yield ("data", key), getattr(data, key)
    for key in ("score", "decision"):
        if description.cases and getattr(description.model, key) is not None:
            yield ("model", key), getattr(description.model, key)
    for name in data.features or ():
        yield ("data", "features"), name
    for key in type(data.columns).model_fields:
        for name in getattr(data.columns, key):
            yield ("data", "columns", key), name
    for position, relation in enumerate(data.relations):
        for name in relation.terms:
            yield ("data", "relations", position, "terms"), name
    for key in ("controls", "rises_only", "falls_only", "cost"):
        for name in getattr(attack, key) or ():
            yield ("attack", key), name
    for position, rule in enumerate(description.rules):
        for name in rule.columns:
            yield ("rules", position, "columns"), name


def _model(description: "Description") -> Iterator[tuple[str, Place]]:
    """Yield what is wrong with where the model comes from."""
    model = description.model
    given = [key for key in MODEL_SOURCES if getattr(model, key) is not None]
    if not given and description.recipe.train is None:
        yield (
            'no model is named; wanted file = "model.joblib", python = "module:function", or a [recipe] train.',
            ("model",),
        )
    if len(given) > 1 and given != ["file", "python"]:  # the weights of a network, and what builds it
        yield f"wanted one of {', '.join(MODEL_SOURCES)}; {' and '.join(given)} came.", ("model", given[1])
    if model.classes is not None and len({str(label) for label in model.classes}) < len(model.classes):
        yield "a class is named twice.", ("model", "classes")
    if model.sha256 is not None and model.file is None:
        yield "a digest is of a file; name the model's file too, or leave it out.", ("model", "sha256")


def _server(description: "Description") -> Iterator[tuple[str, Place]]:
    """Yield what is wrong with the permission to ask a server."""
    model = description.model
    keys = ("allowed_by", "allowed_until", "max_queries")
    given = [key for key in keys if getattr(model, key) is not None]
    if model.url is None:
        for key in given:
            yield "goes with url, a model behind HTTP; leave it out.", ("model", key)
    elif given and len(given) < len(keys):
        absent = " and ".join(key for key in keys if key not in given)
        yield f"a permission says who, until when and how much; {absent} is missing.", ("model", given[0])


def _cases(description: "Description") -> Iterator[tuple[str, Place]]:
    """Yield what is wrong with a table of cases that stands for a model."""
    model, data = description.model, description.data
    if not description.cases:
        for key in ("score", "decision", "decides_at"):
            if getattr(model, key) is not None:
                yield "goes with scores, a table of cases without a model; leave it out.", ("model", key)
        if model.output == "ranks":
            yield (
                "ranks are what a table of cases may hold; wanted probabilities, logits, labels or values.",
                (
                    "model",
                    "output",
                ),
            )
        return
    if model.score is None and model.decision is None:
        yield "wanted score or decision: the column that holds what the system said.", ("model", "scores")
    if model.decides_at is not None and model.score is None:
        yield "is a limit on score; name the column of the score too.", ("model", "decides_at")
    if model.decides_at is not None and model.decision is not None:
        yield "the decision has a column of its own; keep one of decision and decides_at.", ("model", "decides_at")
    if model.output in ("logits", "labels"):
        yield "a score in a table is taken as probabilities, ranks or values.", ("model", "output")
    for key in ("train", "test", "load"):
        if getattr(data, key) is not None:
            yield "the rows are those of scores, the table of cases; leave this out.", ("data", key)
    if description.recipe.train is not None:
        yield "a table of cases cannot be trained again; leave this or scores out.", ("recipe", "train")
    yield from _decisions_alone(description)


def _decisions_alone(description: "Description") -> Iterator[tuple[str, Place]]:
    """Yield what is wanted of a table of decisions of which nobody says which were right."""
    data = description.data
    if data.target is not None:
        return
    if data.favourable is None:
        yield 'wanted the decision that is good for the person, as in favourable = "approved".', ("data", "favourable")
    if not data.columns.protected:
        yield (
            "wanted the columns that tell groups of people apart; without them, and without a target, nothing can be "
            "measured on decisions alone.",
            ("data", "columns", "protected"),
        )
    if data.task is Task.REGRESSION:
        yield "without a target, decisions are compared as labels; leave this out.", ("data", "task")
    if data.positive is not None:
        yield "goes with a target; say favourable, the decision that is good for the person.", ("data", "positive")


def _rows(description: "Description") -> Iterator[tuple[str, Place]]:
    """Yield what is wrong with where the rows come from."""
    data = description.data
    if data.load is not None:
        for key in ("train", "test", "names"):
            if getattr(data, key) is not None:
                yield "load gives both train and test; leave this or load out.", ("data", key)
    elif data.test is None and description.model.scores is None:
        hint = " If the one file holds rows the model was not trained on, call it test." if data.train else ""
        yield f"test is missing; wanted a file of rows that the model was not trained on.{hint}", ("data",)
    arrays = split_reference(data.test or "")[1]
    pictures = data.test is not None and os.path.isdir(description.folder / data.test)
    if data.target is None and arrays is None and not pictures and description.model.scores is None:
        yield 'target is missing; wanted the column to be predicted, as in target = "income".', ("data",)


def _data(description: "Description") -> Iterator[tuple[str, Place]]:
    """Yield what is wrong with what is said of the rows."""
    data = description.data
    if data.names is not None and len(set(data.names)) < len(data.names):
        yield "a column is named twice.", ("data", "names")
    kinds: dict[str, str] = {}
    for key in ("categorical", "text", "ordinal", "integer", "date"):
        for name in getattr(data.columns, key):
            if kinds.setdefault(name, key) != key:
                yield f'"{name}" is listed as {kinds[name]} already; keep one.', ("data", "columns", key)
    for name in set(data.features or ()) & set(data.columns.audit_only):
        yield f'"{name}" is given to the model by features; keep one.', ("data", "columns", "audit_only")
    for position, relation in enumerate(data.relations):
        if relation.at_most is None and relation.at_least is None and relation.equals is None:
            yield "wanted at_most, at_least or equals.", ("data", "relations", position)


def _files(description: "Description") -> Iterator[tuple[str, Place]]:
    """Yield the files and modules that do not exist."""
    folder = description.folder
    for section, key in (("model", "file"), ("model", "scores"), ("data", "train"), ("data", "test")):
        reference = getattr(getattr(description, section), key)
        if reference is None:
            continue
        name = reference if key == "file" else split_reference(reference)[0]
        if not os.path.exists(folder / name):  # unlike Path's own, it minds no name that is too long
            hint = _similar(folder / name, in_file=description.path is not None)
            yield f"there is no file {name}{hint}", (section, key)
        elif os.path.isdir(folder / name) and section != "data":  # a folder of pictures, one folder a class
            yield f"{name} is a folder; wanted a file.", (section, key)
    for section, key in (("model", "python"), ("data", "load"), ("recipe", "train")):
        reference = getattr(getattr(description, section), key)
        if reference is not None and not _is_module(folder, reference.partition(":")[0]):
            path = reference.partition(":")[0].replace(".", "/")
            where = "in the description's folder" if description.path is not None else "here"
            yield f"there is no {path}.py {where}, nor such a package.", (section, key)


def _similar(path: Path, *, in_file: bool) -> str:
    """Return a hint at files of a like name, or where the file was looked for."""
    if not os.path.isdir(path.parent):
        return "; its folder does not exist."
    try:
        names = sorted(entry.name for entry in path.parent.iterdir())
    except OSError:
        return "; its folder cannot be listed."
    where = " in the folder of the description" if in_file else ""
    return f"{where}.{close(path.name, tuple(names))}"


def _is_module(folder: Path, module: str) -> bool:
    """Say whether a module is there, without importing anything."""
    path = folder / module.replace(".", "/")
    if path.with_suffix(".py").is_file() or path.is_dir():
        return True
    try:
        return find_spec(module.partition(".")[0]) is not None
    except (ImportError, ValueError):  # of __main__, which has no specification
        return False


def _declarations(description: "Description") -> Iterator[tuple[str, Place]]:
    """Yield declarations that end before they begin."""
    for position, entry in enumerate(description.declarations):
        if entry.date is not None and entry.expires is not None and entry.expires < entry.date:
            yield (
                f"{entry.expires} is before date, {entry.date}; a declaration expires after it was made.",
                ("declarations", position, "expires"),
            )


def _bearable(description: "Description") -> Iterator[tuple[str, Place]]:
    """Yield names put to a bearable error that is not stated: it is a number."""
    for position, entry in enumerate(description.declarations):
        if entry.topic == bearable.TOPIC and description.system.bearable_error is None:
            yield (
                f"is answered by a number; state {bearable.KEY} = 0.05 too, or leave this out where a policy of yours "
                "states it.",
                ("declarations", position, "topic"),
            )
