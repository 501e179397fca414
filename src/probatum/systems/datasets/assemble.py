# SPDX-License-Identifier: Apache-2.0
"""Tables become a data set: columns matched, kinds and classes learned from train, all repairs noted."""

from dataclasses import replace

import numpy as np
import pandas as pd

from probatum.errors import DataError
from probatum.facts.threats import Task
from probatum.systems.datasets import kinds, labels
from probatum.systems.datasets.rows import Dataset, Label, Rows, Schema, as_frame
from probatum.systems.datasets.tables import Table, aligned, answered, column_names
from probatum.systems.description import Description

ONE_FILE = (
    "Only one file was given: all its rows are taken as held-out; "
    "if the model was trained on them, the mistakes are understated."
)


def assemble(train: Table | None, test: Table, description: Description, notes: list[str]) -> Dataset:
    """Return the data set; ``notes`` are what was said of the tables already."""
    data = description.data
    if train is None and not description.cases:
        notes.append(ONE_FILE)
    if train is not None:
        test = aligned(train, test, notes)
        train = answered(train, notes)
    test = answered(test, notes)
    answer = labels.learn(train, test, data, description.model.classes, notes)
    source = test if train is None else train
    given = _given(source, description)
    names = column_names(source.features)
    identity = data.id if data.id in names else None
    columns = kinds.learn(source, data.columns, frozenset(names) - frozenset(given), identity)
    for table in (test,) if train is None else (train, test):
        kinds.check(table, columns)
    notes += kinds.suspects(source, columns)
    if train is not None:
        notes += kinds.unseen(test, columns)
    order = [names.index(name) for name in given] + [
        place for place, name in enumerate(names) if name not in set(given)
    ]
    schema = Schema(
        columns=tuple(columns[place] for place in order),
        target=data.target or str(source.truth.name),
        task=answer.task,
        classes=answer.classes,
        array=isinstance(test.features, np.ndarray),
        positive=answer.positive,
        texts=test.texts,
        group=data.group,
        favourable=_favourable(answer, data.favourable),
    )
    digests = {"test": test.digest} if train is None else {"train": train.digest, "test": test.digest}
    return Dataset(
        train=None if train is None else _rows(train, schema, order, answer, "train"),
        test=_rows(test, schema, order, answer, "test"),
        digests=digests,
        notes=tuple(dict.fromkeys(notes)),
        assumed=answer.assumed,
    )


def _favourable(answer: labels.Answer, said: Label | None) -> int | None:
    """Return the place of the class that is good for the person, where somebody said which."""
    if said is None:
        return None
    if answer.task is Task.REGRESSION:
        if answer.assumed is not None:  # the model may yet say that these are labels
            return None
        raise DataError("[data] favourable names one of several answers, but the target is a number; leave it out.")
    return labels.place_of(answer.classes, said, "favourable")


def _given(table: Table, description: Description) -> list[str]:
    """Return the columns that the model is given, in its order."""
    data = description.data
    names = column_names(table.features)
    if data.features is not None:
        given = [name for name in data.features if name not in data.columns.audit_only]
    else:
        given = [name for name in names if name not in data.columns.audit_only and name != data.id]
    if not given:
        raise DataError(f"No column of {table.what} is left for the model; name some in [data] features.")
    if len(given) < len(names) and isinstance(table.features, np.ndarray) and table.features.ndim > 2:
        raise DataError("Columns of arrays with more than two axes cannot be left out; give the model all of them.")
    return given


def _rows(table: Table, schema: Schema, order: list[int], answer: labels.Answer, name: str) -> Rows:
    """Return the rows of a table, split into what the model is given and what is only looked at."""
    truth = labels.encode(table, answer)
    rows = Rows(features=table.features, truth=truth, schema=schema, name=name)
    width = len(schema.given)
    if width == len(order) and order == sorted(order):
        return rows
    given, rest = order[:width], order[width:]
    frame = as_frame(table.features)
    audit = frame.iloc[:, rest]
    audit.columns = pd.Index([column.name for column in schema.columns[width:]], dtype=object)
    features = table.features.iloc[:, given] if isinstance(table.features, pd.DataFrame) else table.features[:, given]
    return replace(rows, features=features, audit=audit if rest else None)
