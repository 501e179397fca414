# SPDX-License-Identifier: Apache-2.0
"""The two ways in: files that a description names, and frames or arrays from Python."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from probatum.errors import DataError, UsageError, name_of_type
from probatum.facts.threats import Task
from probatum.systems.datasets import cases, digests, files, labels, python_rows
from probatum.systems.datasets.assemble import assemble
from probatum.systems.datasets.known import NOTHING, KnownCells
from probatum.systems.datasets.rows import Dataset, Label, Said
from probatum.systems.datasets.tables import Table, answered, column_names
from probatum.systems.description import Description
from probatum.systems.sections import ColumnsSection, DataSection, ModelSection

PARTS = "wanted two data frames, (train, test), or two pairs of arrays, ((X, y), (X, y))."
Load = Callable[[], Any]  # the user's own: what comes back is looked at
Pair = tuple[Any, Any]  # rows: a frame or an array of two or more axes; answers: a series or an array of one


def read(description: Description, folder: Path, *, load: Load | None = None, known: KnownCells = NOTHING) -> Dataset:
    """Read the data that a description names.

    Args:
        description: what was said of the data.
        folder: what its file names are relative to.
        load: the function named by ``[data] load``, already imported; it returns the train and the test frame.
        known: what the model knows of the cells that it was trained on; it decides how they are read.

    Raises:
        DescriptionError: names columns that are not there.
        DataError: a file cannot be read, or does not hold what was said of it.
    """
    data = description.data
    notes: list[str] = []
    if load is not None:
        train, test = _loaded(load, description)
    elif description.model.scores is not None:
        return _cases(description.model.scores, folder, description, notes)
    elif data.load is not None:
        raise UsageError(f"[data] load names {data.load}; wanted that function, imported, and none came.")
    elif data.test is None:
        raise DataError("No data file is named; wanted [data] test, rows that the model was not trained on.")
    else:
        train = None if data.train is None else files.read(data.train, folder, description, None, notes, known)
        test = files.read(data.test, folder, description, train, notes, known)
        if data.train == data.test:
            notes.append("Train and test are the same rows, so the mistakes are understated.")
    return replace(assemble(train, test, description, notes), known=known)


def from_arrays(
    test: Pair,
    train: Pair | None = None,
    *,
    task: Task | None = None,
    classes: Sequence[Label] | None = None,
    positive: Label | None = None,
    target: str | None = None,
    features: Sequence[str] | None = None,
    protected: Sequence[str] = (),
    personal: Sequence[str] = (),
    audit_only: Sequence[str] = (),
    immutable: Sequence[str] = (),
    categorical: Sequence[str] = (),
    ordinal: Sequence[str] = (),
    integer: Sequence[str] = (),
) -> Dataset:
    """Make a data set of what Python already holds; the words mean what they mean in ``probatum.toml``.

    Raises:
        DataError: the rows and the answers do not fit each other, or a column named is not there.
    """
    columns = ColumnsSection(
        categorical=tuple(categorical),
        ordinal=tuple(ordinal),
        integer=tuple(integer),
        protected=tuple(protected),
        personal=tuple(personal),
        audit_only=tuple(audit_only),
        immutable=tuple(immutable),
    )
    description = Description(
        model=ModelSection(classes=None if classes is None else tuple(classes)),
        data=DataSection(
            target=target,
            task=task,
            positive=positive,
            features=None if features is None else tuple(features),
            columns=columns,
        ),
    )
    return from_objects(test, train, description)


def from_objects(test: Pair, train: Pair | None, description: Description) -> Dataset:
    """Make a data set of pairs (rows, right answers) that Python already holds, as a description says.

    Raises:
        DataError: the rows and the answers do not fit each other, or a column named is not there.
    """
    test_table = _of_pair(test, "the test rows")
    train_table = None if train is None else _of_pair(train, "the train rows")
    name = description.data.target or str(test_table.truth.name or "target")
    described = replace(description, data=description.data.model_copy(update={"target": name}))
    _refuse_names(described, test_table if train_table is None else train_table, name)
    return assemble(train_table, test_table, described, [])


def from_decisions(frame: Any, description: Description) -> Dataset:
    """Make a data set of a table of decisions that Python already holds, as a description says.

    Raises:
        DataError: it is no data frame, a column named is not there, or the decisions do not fit the task.
    """
    if not isinstance(frame, pd.DataFrame):
        raise DataError(
            f"Wanted the table of decisions as one data frame; {type(frame).__name__} came. Its column of right "
            "answers, if there is one, is named as target."
        )
    names = [str(column) for column in frame.columns]
    files.refuse_duplicates(names, "the table of decisions")
    files.refuse_columns(description, names)
    return of_cases(_of_frame(frame, description, "the table of decisions"), description, [])


def _refuse_names(description: Description, source: Table, target: str) -> None:
    """Raise if the target is still among the columns, or a column is named that is not there."""
    names = column_names(source.features)
    if target in names:
        raise DataError(f'The rows still hold the target, column "{target}"; drop it from X.')
    files.refuse_columns(description, [*names, target])


def _of_pair(pair: Pair, what: str) -> Table:
    """Return rows and answers as a table."""
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise DataError(f"Wanted {what} as a pair (X, y); {type(pair).__name__} came.")
    features, texts = python_rows.taken(pair[0], what)
    truth = _answers(pair[1], what)
    if len(features) != len(truth):
        raise DataError(
            f"Wanted one answer for each of {what}; {len(features):,} rows and {len(truth):,} answers came."
        )
    digest = digests.of_content(features, truth)
    return Table(features=features, truth=truth, what=what, digest=digest, texts=texts)


def _answers(answers: Any, what: str) -> pd.Series:
    """Return the true answers as a series counted from 0."""
    labels.require_plain(answers, what)
    if isinstance(answers, pd.Series):
        return answers.reset_index(drop=True)
    array = np.asarray(answers)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise DataError(f"Wanted the answers of {what} as one column; the shape {array.shape} came.")
    return pd.Series(array)


def _cases(reference: str, folder: Path, description: Description, notes: list[str]) -> Dataset:
    """Read a table of cases that stands for a model."""
    return of_cases(files.read(reference, folder, description, None, notes), description, notes)


def of_cases(table: Table, description: Description, notes: list[str]) -> Dataset:
    """Make a data set of a table of cases that stands for a model."""
    if description.data.target is None:
        return _decisions_alone(table, description, notes)
    table = answered(table, notes)
    data = assemble(None, cases.without_answers(table, description.model), description, notes)
    said = cases.said(table, data.test, description.model, notes)
    return replace(
        data,
        test=replace(data.test, said=said),
        digests={"cases": table.digest},
        notes=tuple(dict.fromkeys(notes)),
    )


def _decisions_alone(table: Table, description: Description, notes: list[str]) -> Dataset:
    """Make a data set of decisions of which nobody knows whether they were right."""
    decided, there, described = cases.decisions_alone(table, description)
    data = assemble(None, cases.without_answers(decided, description.model), described, notes)
    silent = int((~there).sum())
    if silent:
        notes.append(f"{silent:,} of {len(table):,} cases have no decision; they are counted as such.")
    codes = np.where(there, data.test.truth, -1).astype(np.int32)
    test = replace(
        data.test,
        schema=replace(data.test.schema, target="", truth_known=False),
        truth=np.full(len(codes), -1, dtype=np.int32),
        said=Said(labels=codes),
    )
    return replace(data, test=test, digests={"cases": table.digest}, notes=tuple(dict.fromkeys(notes)))


def _loaded(load: Load, description: Description) -> tuple[Table | None, Table]:
    """Call the user's own function and take its two frames apart."""
    name = description.data.load or "load"
    try:
        frames = load()
    except Exception as error:
        raise DataError(
            f"{name} did not return the rows; it raised {name_of_type(type(error))}. With --debug its text is shown."
        ) from error
    if not isinstance(frames, tuple | list) or len(frames) != 2:
        raise DataError(f"{name} returned {type(frames).__name__}; {PARTS}")
    for part in frames[frames[0] is None :]:
        if not isinstance(part, pd.DataFrame) and not (isinstance(part, tuple | list) and len(part) == 2):
            raise DataError(f"{name} returned {type(part).__name__} among them; {PARTS}")
    train = None if frames[0] is None else _part(frames[0], description, name, "train")
    test = _part(frames[1], description, name, "test")
    source = test if train is None else train
    columns = column_names(source.features)
    files.refuse_duplicates(columns, name)
    files.refuse_columns(description, [*columns, str(source.truth.name)])
    return train, test


def _part(part: Any, description: Description, name: str, which: str) -> Table:
    """Return what a function gave as a table: a frame with the target among its columns, or a pair of arrays."""
    what = f"the {which} rows of {name}"
    if isinstance(part, pd.DataFrame):
        part = python_rows.whole(part, what)
        files.refuse_columns(description, [str(column) for column in part.columns])
        return _of_frame(part, description, what)
    table = _of_pair((part[0], part[1]), what)
    return replace(table, truth=table.truth.rename(description.data.target))


def _of_frame(frame: pd.DataFrame, description: Description, what: str) -> Table:
    """Return a frame that holds the target as a table."""
    features, truth = files.split(frame.reset_index(drop=True), description.data.target, what)
    return Table(features=features, truth=truth, what=what, digest=digests.of_content(features, truth))
