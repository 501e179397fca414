# SPDX-License-Identifier: Apache-2.0
"""A description to start from: what can be seen is filled in, what was guessed is marked as a guess."""

import os
from pathlib import Path

from probatum.facts.declaration import TOPICS
from probatum.systems.datasets import Column, read
from probatum.systems.description import Description, describe

PROTECTED = {"sex", "gender", "race", "ethnicity", "religion", "disability", "nationality", "age", "birth-country"}
PERSONAL = {"id", "name", "first-name", "last-name", "surname", "email", "phone", "address", "street", "ssn", "iban"}


def describe_briefly(
    model: str, *, data: str | None, target: str | None, train: str | None, trust_file: bool = False
) -> Description:
    """Describe a system by the words of a command line: a model file, or ``module:function``.

    Raises:
        UsageError: with every mistake at once.
    """
    from probatum.errors import UsageError

    if data is None or target is None:
        raise UsageError(
            f"Wanted the held-out rows and the column that holds the right answer: probatum assess {model} "
            "--data FILE --target COLUMN. Or write a probatum.toml, with probatum init."
        )
    function = ":" in model and not Path(model).exists()
    return describe(
        data=Path(data),
        target=target,
        model_file=None if function else Path(model),
        python=model if function else None,
        train=None if train is None else Path(train),
        trust_file=trust_file,
    )


def draft(*, model: str, data: str, target: str, train: str | None, folder: Path = Path()) -> str:
    """Return the text of a commented ``probatum.toml`` that will lie in ``folder``; files are named from there.

    Raises:
        ProbatumError: the data cannot be read, or the target is not a column.
    """
    description = describe_briefly(model, data=data, target=target, train=train)
    schema = (dataset := read(description, description.folder)).test.schema
    source = f'python = "{model}"' if description.model.python else f"file = {_quoted(_from(folder, model))}"
    trust = (
        ""
        if description.model.python
        else (
            "# trust_file = true                # this format can run code when loaded: only if you trust its origin\n"
        )
    )
    train_line = (
        f"train = {_quoted(_from(folder, train))}"
        if train
        else '# train = "train.csv"             # unlocks the checks that need it'
    )
    protected = _guess(schema.columns, PROTECTED)
    personal = _guess(schema.columns, PERSONAL)
    open_topics = "\n".join(
        f'# [[declarations]]\n# topic = "{topic}"  # {question}\n# text = ""\n# by = ""\n# expires = 2027-12-31\n'
        for topic, question in TOPICS.items()
    )
    return f"""\
# What Probatum should know about this system. Lines marked GUESS were guessed from the data: check them.

[system]
name = {_quoted(description.system.name)}  # GUESS: from the file's name
# purpose = "What is it for?"
# affected = "Whom does it concern?"
# stakes = "medium"                 # low | medium | high | critical: how much hangs on it; selects the limits

[model]
{source}
{trust}
[data]
{train_line}
test = {_quoted(_from(folder, data))}
target = {_quoted(target)}
task = "{schema.task.value}"  # GUESS: {len(set(dataset.test.truth.tolist())):,} different answers in the data
# missing = ["?"]                   # further marks for a missing cell

[data.columns]
protected = {_list(protected)}  # GUESS: by name
personal = {_list(personal)}  # GUESS: by name; never shown
# categorical = []                  # numbers that are names
# audit_only = []                   # looked at, never given to the model

# [recipe]
# train = "recipe:train"            # train(rows, seed) -> model: lets Probatum train it again

# What only people can say. Answer what you can, with a name under it.
{open_topics}"""


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
