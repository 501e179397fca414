# SPDX-License-Identifier: Apache-2.0
"""True answers: which task they make, which classes there are, and their encoding."""

from dataclasses import dataclass, replace
from typing import final

import numpy as np
import pandas as pd

from probatum.errors import DataError
from probatum.facts.threats import Task
from probatum.systems.datasets.rows import Dataset, Label, Rows, Schema, printed
from probatum.systems.datasets.tables import SHOWN, Table
from probatum.systems.mistakes import visible
from probatum.systems.sections import DataSection

MOST_NUMBERED_CLASSES = 20  # more distinct numbers than this are amounts, not classes


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an answer can be."""

    task: Task
    classes: tuple[Label, ...] = ()
    positive: int | None = None
    assumed: str | None = None  # how the task was guessed, where nobody stated it


def learn(
    train: Table | None, test: Table, data: DataSection, classes: tuple[Label, ...] | None, notes: list[str]
) -> Answer:
    """Work out task and classes from what was said, else from the answers themselves, and note what was assumed.

    Raises:
        DataError: what was said does not fit the answers.
    """
    tables = [test] if train is None else [train, test]
    for table in tables:
        _require_single(table)
    task, assumed = data.task or (_task_of(len(classes)) if classes else None), None
    if task is None:
        task, assumed = _inferred(tables)
        notes.append(assumed)
    if task is Task.REGRESSION:
        return Answer(task=task, assumed=assumed)
    found = _labels(tables)
    classes = tuple(sorted(found.values(), key=_order)) if not classes else _declared(classes, found)
    if task is Task.BINARY and len(classes) > 2:
        raise DataError(f"A binary task has two labels; {len(classes)} came: {_shown(classes)}.")
    if train is not None:
        _compare(train, test, notes)
    if test.truth.map(printed).nunique() == 1:
        notes.append(f"All rows of {test.what} have the same true answer, {_shown([printed(test.truth.iloc[0])])}.")
    return Answer(task=task, classes=classes, positive=_positive(task, classes, data.positive), assumed=assumed)


def require_plain(answers: object, what: str) -> None:
    """Refuse true answers from Python that hold several for each row.

    Raises:
        DataError: names the kind of task that this is.
    """
    names = getattr(getattr(answers, "dtype", None), "names", None)
    if names:
        raise DataError(
            f"The answers of {what} hold {len(names)} values each ({', '.join(names)}), as in a survival task, which "
            "is not assessed. Give one target: whether the event came within a fixed time, or the time itself."
        )
    if isinstance(answers, list | tuple) and any(isinstance(one, list | tuple | set | dict) for one in answers):
        raise DataError(
            f"The answers of {what} hold several answers at once; tasks with several labels or targets a row are not "
            "assessed. Give one column for each and assess them one by one."
        )


def as_task(data: Dataset, task: Task, positive: Label | None = None, favourable: Label | None = None) -> Dataset:
    """Return the same rows read as another task: whole numbers as labels, or numbered labels as amounts.

    Args:
        data: whose task was only guessed.
        task: regression, or classification of any kind; how many classes there are is counted.
        positive: the label that is looked for, where somebody said.
        favourable: the label that is good for the person, where somebody said.

    Raises:
        DataError: the target does not hold numbers, or no label is the positive or the favourable one.
    """
    schema = data.test.schema
    if task is Task.REGRESSION:
        return under(data, replace(schema, task=task, classes=(), positive=None, favourable=None))
    held = {label for rows in _both(data) for label in spoken(rows).tolist()}
    classes = tuple(sorted(map(_scalar, held), key=_order))
    task = _task_of(len(classes))
    found = _positive(task, classes, positive)
    good = None if favourable is None else place_of(classes, favourable, "favourable")
    return under(data, replace(schema, task=task, classes=classes, positive=found, favourable=good))


def under(data: Dataset, schema: Schema) -> Dataset:
    """Return the same rows under another schema, their true answers encoded as it wants them."""
    train = None if data.train is None else _under(data.train, schema)
    return replace(data, train=train, test=_under(data.test, schema))


def spoken(rows: Rows) -> np.ndarray:
    """Return the true answers as they came: (n,) labels, or (n,) float64 amounts."""
    if rows.schema.task is Task.REGRESSION:
        return rows.truth
    held = np.empty(len(rows.schema.classes), dtype=object)
    held[:] = rows.schema.classes
    return np.asarray(held[rows.truth])  # where the truth is not known, nobody asks


def _both(data: Dataset) -> tuple[Rows, ...]:
    return (data.test,) if data.train is None else (data.train, data.test)


def _under(rows: Rows, schema: Schema) -> Rows:
    old = rows.schema
    if schema.task is Task.REGRESSION:
        if old.task is Task.REGRESSION:
            return replace(rows, schema=schema)
        if not all(isinstance(label, int | float) and not isinstance(label, bool) for label in old.classes):
            raise DataError(
                f"The target of a regression is a number; the column {old.target} holds {_shown(old.classes)}. Name "
                'the task (task = "multiclass" under [data], or --task multiclass), or another target.'
            )
        amounts = np.asarray(old.classes, dtype=np.float64)[rows.truth] if len(rows) else np.zeros(0)
        return replace(rows, schema=schema, truth=amounts)
    place = {printed(label): position for position, label in enumerate(schema.classes)}
    if old.task is Task.REGRESSION:
        values, which = np.unique(rows.truth, return_inverse=True)
        codes = [place[printed(value)] for value in values.tolist()]
        return replace(rows, schema=schema, truth=np.asarray(codes, dtype=np.int32)[which])
    codes = [*(place[printed(label)] for label in old.classes), -1]  # the last of a case whose truth is not known
    return replace(rows, schema=schema, truth=np.asarray(codes, dtype=np.int32)[rows.truth])


def encode(table: Table, answer: Answer) -> np.ndarray:
    """Return (n,) int32 positions in the classes; regression: (n,) float64.

    Raises:
        DataError: an answer of a regression is not a finite number.
    """
    if answer.task is not Task.REGRESSION:
        place = {printed(label): position for position, label in enumerate(answer.classes)}
        return table.truth.map(lambda label: place[printed(label)]).to_numpy(dtype=np.int32)
    amounts = pd.to_numeric(table.truth, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    bad = np.flatnonzero(~np.isfinite(amounts))
    if bad.size:
        raise DataError(
            f"The target of a regression is a number; {len(bad):,} of {table.what} are not, first in "
            f"{table.place(int(bad[0]))}. Correct them, or name the task: binary or multiclass."
        )
    return amounts


def _task_of(labels: int) -> Task:
    """Return the task that so many labels make."""
    return Task.BINARY if labels <= 2 else Task.MULTICLASS


def _inferred(tables: list[Table]) -> tuple[Task, str]:
    """Guess the task from the answers; return it with the note that says so."""
    truth = pd.concat([table.truth for table in tables], ignore_index=True).infer_objects()
    distinct = truth.nunique()
    if _are_amounts(truth, distinct):
        task, why = Task.REGRESSION, f"the answers are numbers, {distinct:,} different ones"
    else:
        if distinct > MOST_NUMBERED_CLASSES and distinct > len(truth) / 2:
            raise DataError(
                f"The target holds {distinct:,} different texts in {len(truth):,} rows, so they are no labels; "
                'name another column as the target, or say task = "multiclass" under [data] (--task multiclass).'
            )
        task, why = _task_of(distinct), f"there {'is 1 label' if distinct == 1 else f'are {distinct} labels'}"
    return task, f"Nobody said what the task is; {task.value} was assumed, since {why}."


def _require_single(table: Table) -> None:
    """Refuse a target of which each cell holds several answers at once.

    Raises:
        DataError: names what the cells hold, and the kind of task that this is.
    """
    if table.truth.dtype != object:
        return
    for row, cell in enumerate(table.truth.tolist()):
        if isinstance(cell, np.void) or (isinstance(cell, tuple) and any(isinstance(part, bool) for part in cell)):
            raise DataError(
                f"The target of {table.what} holds pairs such as (event, time), so this is a survival task, which is "
                "not assessed. Give one target: whether the event came within a fixed time, or the time itself."
            )
        if isinstance(cell, list | tuple | set | frozenset | dict | np.ndarray):
            raise DataError(
                f"The target of {table.what} holds several answers at once (a {type(cell).__name__}, first in "
                f"{table.place(row)}); tasks with several labels or targets a row are not assessed. Give one column "
                "for each and assess them one by one."
            )


def _are_amounts(truth: pd.Series, distinct: int) -> bool:
    """Say whether these numbers are amounts rather than numbered classes."""
    if not pd.api.types.is_numeric_dtype(truth.dtype) or pd.api.types.is_bool_dtype(truth.dtype):
        return False
    values = truth.to_numpy(dtype=np.float64)
    return distinct > MOST_NUMBERED_CLASSES or bool(np.any(values != np.floor(values)))


def _labels(tables: list[Table]) -> dict[str, Label]:
    """Return every label by how it is printed; where two print alike, as it came first."""
    found: dict[str, Label] = {}
    for table in tables:
        for value in table.truth.unique():
            found.setdefault(printed(value), _scalar(value))
    return found


def _scalar(value: object) -> Label:
    """Return a label as a plain Python value; a whole float as an integer."""
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, float) and plain.is_integer():
        return int(plain)
    return plain if isinstance(plain, str | int | float) else str(plain)


def _order(label: Label) -> tuple[bool, float, str]:
    """Sort numbers by size, before texts by letter."""
    return (True, 0.0, label) if isinstance(label, str) else (False, float(label), "")


def _declared(classes: tuple[Label, ...], found: dict[str, Label]) -> tuple[Label, ...]:
    """Return the declared classes in the data's own types."""
    known = [printed(label) for label in classes]
    if len(set(known)) < len(known):
        raise DataError(f"A class is named twice in [model] classes: {_shown(classes)}.")
    strange = sorted(set(found) - set(known))
    if strange:
        raise DataError(f"The data hold labels that are not in [model] classes ({_shown(classes)}): {_shown(strange)}.")
    return tuple(found.get(name, label) for name, label in zip(known, classes, strict=True))


def _compare(train: Table, test: Table, notes: list[str]) -> None:
    """Note labels that only the test table has; refuse tables that share none."""
    known, came = set(train.truth.map(printed)), set(test.truth.map(printed))
    new = sorted(came - known)
    if new == sorted(came):
        raise DataError(
            f"No label of {test.what} ({_shown(new)}) is one of {train.what} ({_shown(sorted(known))}); "
            "write them alike in both."
        )
    if new:
        notes.append(f"{test.what} has labels that {train.what} lacks: {_shown(new)}.")


def _positive(task: Task, classes: tuple[Label, ...], said: Label | None) -> int | None:
    """Return the index of the class that is looked for; unless somebody said, the last one."""
    if said is None:
        return 1 if task is Task.BINARY and len(classes) == 2 else None
    return place_of(classes, said, "positive")


def place_of(classes: tuple[Label, ...], said: Label, key: str) -> int:
    """Return the place of a label that somebody named under ``[data]``; DataError where it is none of the classes."""
    names = [printed(label) for label in classes]
    if printed(said) not in names:
        raise DataError(
            f"[data] {key} is {_shown([printed(said)])}, but the labels are {_shown(classes)}; name one of these."
        )
    return names.index(printed(said))


def _shown(labels: tuple[Label, ...] | list[str]) -> str:
    """Return labels for a message."""
    more = f" and {len(labels) - SHOWN} more" if len(labels) > SHOWN else ""
    return ", ".join(f'"{visible(printed(label))}"' for label in labels[:SHOWN]) + more
