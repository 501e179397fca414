# SPDX-License-Identifier: Apache-2.0
"""A description to start from: what can be seen is filled in, what was guessed is marked as a guess."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from probatum.facts.declaration import TOPICS
from probatum.runs.describing import described
from probatum.systems.datasets import Column, Dataset, read
from probatum.systems.description import Description, split_reference

PROTECTED = {"sex", "gender", "race", "ethnicity", "religion", "disability", "nationality", "age", "birth-country"}
PERSONAL = {"id", "name", "first-name", "last-name", "surname", "email", "phone", "address", "street", "ssn", "iban"}
FILES = (("model", "file"), ("model", "scores"), ("data", "train"), ("data", "test"))
Place = tuple[str, ...]


def draft(subject: str, said: Mapping[Place, Any], *, called: Mapping[Place, str], folder: Path = Path()) -> str:
    """Return the text of a commented ``probatum.toml`` that will lie in ``folder``; files are named from there.

    Args:
        subject: the model, or the table of decisions.
        said: settings by their place in a description.
        called: what messages call each setting.
        folder: where the text will lie.

    Raises:
        ProbatumError: the data cannot be read, or a column that is named is not there.
    """
    description = described(subject, said, called=called)
    dataset = None if description.data.load is not None else read(description, description.folder)
    source = next(key for key in ("scores", "url", "file", "python") if getattr(description.model, key) is not None)
    lines = {**said, ("model", source): subject}
    stated = {place: _line(place, value, folder) for place, value in lines.items()}
    sections = (_system(description, stated), _model(source, stated), _data(dataset, stated), _columns(dataset, stated))
    attack = _stated(("attack",), stated)
    recipe = _stated(("recipe",), stated) or [
        '# train = "recipe:train"            # train(rows, seed) -> model: lets Probatum train it again'
    ]
    open_topics = "\n".join(
        f'# [[declarations]]\n# topic = "{topic}"  # {question}\n# text = ""\n# by = ""\n# expires = 2027-12-31\n'
        for topic, question in TOPICS.items()
    )
    more = [("[attack]", attack)] if attack else []
    more += [("[recipe]", recipe)] if source != "scores" else []
    named = zip(("[system]", "[model]", "[data]", "[data.columns]"), sections, strict=True)
    body = "\n".join("\n".join([title, *rows, ""]) for title, rows in (*named, *more))
    return (
        "# What Probatum should know about this system. Lines marked GUESS were guessed from the data: check them.\n\n"
        f"{body}\n# What only people can say. Answer what you can, with a name under it.\n{open_topics}"
    )


def _system(description: Description, stated: Mapping[Place, str]) -> list[str]:
    """Return the lines of ``[system]``; what nobody said is left as a remark to fill in."""
    name = f"name = {_quoted(description.system.name)}  # GUESS: from the file's name"
    return [
        stated.get(("system", "name"), name),
        stated.get(("system", "purpose"), '# purpose = "What is it for?"'),
        stated.get(("system", "affected"), '# affected = "Whom does it concern?"'),
        stated.get(
            ("system", "stakes"),
            '# stakes = "medium"                 # low | medium | high | critical: how much depends on it',
        ),
        stated.get(
            ("system", "bearable_error"),
            "# bearable_error = 0.05             # how much error can be borne: 5 of 100; for numbers, an average",
        ),
        *(line for place, line in stated.items() if place == ("system", "simulated")),
    ]


def _model(source: str, stated: Mapping[Place, str]) -> list[str]:
    """Return the lines of ``[model]``, the subject first."""
    first = stated["model", source]
    rest = [line for line in _stated(("model",), stated) if line != first]
    if source == "file" and ("model", "trust_file") not in stated:
        rest.append(
            "# trust_file = true                # this format can run code when loaded: only if you trust its origin"
        )
    return [first, *rest]


def _data(dataset: Dataset | None, stated: Mapping[Place, str]) -> list[str]:
    """Return the lines of ``[data]``."""
    rows = [line for place, line in stated.items() if place[0] == "data" and len(place) == 2]
    known = dataset is not None and dataset.test.schema.truth_known
    if dataset is not None and known and ("data", "task") not in stated:
        answers = len(set(dataset.test.truth.tolist()))
        rows.append(f'task = "{dataset.test.schema.task.value}"  # GUESS: {answers:,} different answers in the data')
    if ("data", "train") not in stated and ("model", "scores") not in stated:
        rows.append('# train = "train.csv"             # unlocks the checks that need it')
    if ("data", "favourable") not in stated:
        rows.append('# favourable = "yes"              # the answer that is good for the person')
    if ("data", "missing") not in stated:
        rows.append('# missing = ["?"]                   # further marks for a missing cell')
    return rows


def _columns(dataset: Dataset | None, stated: Mapping[Place, str]) -> list[str]:
    """Return the lines of ``[data.columns]``; protected and personal columns are guessed by name."""
    columns = () if dataset is None else dataset.test.schema.columns
    rows = _stated(("data", "columns"), stated)
    if ("data", "columns", "protected") not in stated:
        rows.append(f"protected = {_list(_guess(columns, PROTECTED))}  # GUESS: by name")
    if ("data", "columns", "personal") not in stated:
        rows.append(f"personal = {_list(_guess(columns, PERSONAL))}  # GUESS: by name; never shown")
    for name, means in (
        ("categorical", "numbers that are names"),
        ("audit_only", "looked at, never given to the model"),
    ):
        if ("data", "columns", name) not in stated:
            rows.append(f"# {name} = []".ljust(36) + f"# {means}")
    return rows


def _stated(section: Place, stated: Mapping[Place, str]) -> list[str]:
    """Return the lines of one section that somebody stated."""
    return [line for place, line in stated.items() if place[:-1] == section]


def _line(place: Place, value: Any, folder: Path) -> str:
    """Return a setting as a line of TOML; a file is named from where the description will lie."""
    if place in FILES and place == ("model", "file"):
        value = _from(folder, value)
    elif place in FILES:
        name, _ = split_reference(value)
        value = _from(folder, name) + value[len(name) :]
    if isinstance(value, bool):
        return f"{place[-1]} = {str(value).lower()}"
    if isinstance(value, tuple):
        return f"{place[-1]} = {_list(list(value))}"
    return f"{place[-1]} = {_quoted(value) if isinstance(value, str) else value}"


def _guess(columns: tuple[Column, ...], names: set[str]) -> list[str]:
    plain = {column.name: column.name.strip().lower().replace("_", "-") for column in columns}
    ends = ("-id",) if names is PERSONAL else ()
    return [name for name, word in plain.items() if word in names or word.endswith(ends or ("\0",))]


def _from(folder: Path, reference: str) -> str:
    """Return a file's name as it is written in a description that lies in ``folder``."""
    if Path(reference).is_absolute():
        return reference
    return Path(os.path.relpath(reference, folder)).as_posix()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if escaped.isprintable() else '"?"'


def _list(names: list[str]) -> str:
    return "[" + ", ".join(map(_quoted, names)) + "]"
