# SPDX-License-Identifier: Apache-2.0
"""A table of cases in place of a model: what the system said stands in columns beside what turned out to be true.

So a vendor's system can be judged by its own printout. Nothing can be asked of it again, and it cannot be trained.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from probatum.errors import DataError
from probatum.facts.threats import Task
from probatum.systems.datasets.rows import Label, Rows, Said, Schema, printed
from probatum.systems.datasets.tables import Table
from probatum.systems.description import Description
from probatum.systems.mistakes import visible
from probatum.systems.sections import ModelSection

HALF = 0.5  # where a probability decides, unless somebody said


def without_answers(table: Table, model: ModelSection) -> Table:
    """Return the table without the columns that hold what the system said: no group is told apart by them."""
    spoken = {model.score, model.decision} - {None}
    frame = _frame(table)
    kept = [name for name in frame.columns if str(name) not in spoken]
    if not kept:
        raise DataError(f"{table.what} holds no column besides the answers; wanted some to tell cases apart by.")
    return replace(table, features=frame[kept])


def _frame(table: Table) -> pd.DataFrame:
    if not isinstance(table.features, pd.DataFrame):
        raise DataError(f"{table.what} holds arrays; a table of cases wants named columns, as in a csv file.")
    return table.features


def decisions_alone(table: Table, description: Description) -> tuple[Table, np.ndarray, Description]:
    """Return the table with its decisions in place of right answers, so that the classes are learned from them.

    The decisions are those of their column, or those that a score makes with ``decides_at``.

    Returns:
        The table, where a missing decision took the place of the first; (n,) bool, which cases have one; and the
        description with the decision for a target.

    Raises:
        DataError: no case has a decision, or a score does not say what was decided.
    """
    model = description.model
    cells = _frame(table)[model.decision] if model.decision is not None else _by_limit(table, model)
    cells = cells.map(lambda cell: (cell.strip() or None) if isinstance(cell, str) else cell)
    there = cells.notna()
    if not there.any():
        raise DataError(f'No case of {table.what} has a decision: column "{visible(str(cells.name))}" is empty.')
    classes = model.classes or cells.dropna().unique()
    task = Task.BINARY if len(classes) <= 2 else Task.MULTICLASS
    said = description.data.model_copy(update={"task": description.data.task or task, "target": str(cells.name)})
    whole = replace(table, truth=cells.where(there, cells[there].iloc[0]))
    return whole, there.to_numpy(dtype=bool), replace(description, data=said)


def _by_limit(table: Table, model: ModelSection) -> pd.Series:
    """Return the decisions that a limit makes of the scores, in words."""
    name = str(model.score)
    if model.decides_at is None:
        raise DataError(
            "A score does not say what was decided; say from which score on the decision is positive, as [model] "
            "decides_at, or name the column of the decision."
        )
    score, limit = _numbers(table, _frame(table)[name], name), f"{model.decides_at:g}"
    words = pd.Series(
        np.where(score >= float(model.decides_at), f"{limit} or more", f"under {limit}"), name=name, dtype=object
    )
    return words.mask(np.isnan(score))


def said(table: Table, rows: Rows, model: ModelSection, notes: list[str]) -> Said:
    """Return what the system said about the rows.

    Args:
        table: as it came, with the columns of the answers, its rows those of ``rows``.
        rows: the same cases, with their classes known.
        model: which columns hold the answers, and what they mean.
        notes: what is assumed is added here.

    Raises:
        DataError: the answers do not fit the task.
    """
    frame = _frame(table)
    schema = rows.schema
    score = None if model.score is None else _numbers(table, frame[model.score], model.score)
    if schema.task is Task.REGRESSION:
        if score is None:
            raise DataError(
                "The target is a number; wanted the column that holds the system's number, as [model] score."
            )
        return Said(labels=score)
    if schema.task is Task.MULTICLASS and score is not None:
        raise DataError(
            f"A single score cannot speak of {len(schema.classes)} classes; leave out score and give decision, the "
            "column that holds the system's answer."
        )
    decided = None if model.decision is None else _labels(table, frame[model.decision], model.decision, schema)
    if score is None:
        if decided is None:
            raise DataError("Wanted the column that holds the system's answer, as [model] decision.")
        return Said(labels=decided)
    ranks = _are_ranks(table, score, model, notes)
    positive = 1 if schema.positive is None else schema.positive
    if decided is None:
        decided = _by_score(score, positive, ranks, model, notes)
    if ranks:
        return Said(labels=decided, ranks=score)
    scores = np.column_stack([1 - score, score])
    return Said(labels=decided, scores=scores if positive == 1 else scores[:, ::-1])


def _numbers(table: Table, cells: pd.Series, name: str) -> np.ndarray:
    """Return (n,) float64, NaN where the system gave no score."""
    values = np.asarray(pd.to_numeric(cells, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan))
    bad = np.flatnonzero(np.isnan(values) & cells.notna().to_numpy())
    if bad.size:
        raise DataError(
            f'The score of {table.what}, column "{visible(name)}", is no number in {bad.size:,} rows, first in '
            f"{table.place(int(bad[0]))}. Correct them; if they mean missing, list them in [data] missing."
        )
    return values


def _labels(table: Table, cells: pd.Series, name: str, schema: Schema) -> np.ndarray:
    """Return (n,) int32 places in the classes, -1 where the system gave no answer."""
    place: dict[str, int] = {_spelled(label): code for code, label in enumerate(schema.classes)}
    found, values = pd.factorize(cells)
    codes = [place.get(_spelled(value), -1) for value in values]
    strange = [str(value) for value, code in zip(values, codes, strict=True) if code < 0]
    if strange:
        known = ", ".join(f'"{visible(printed(label))}"' for label in schema.classes[:6])
        raise DataError(
            f'The decisions of {table.what}, column "{visible(name)}", hold "{visible(strange[0])}", which is none of '
            f"the right answers ({known}). Write them alike, or list further classes in [model] classes."
        )
    return np.array([*codes, -1], dtype=np.int32)[found]


def _spelled(label: Label | object) -> str:
    return printed(label).strip()


def _are_ranks(table: Table, score: np.ndarray, model: ModelSection, notes: list[str]) -> bool:
    """Say whether a score only ranks the cases; one between 0 and 1 is a probability unless somebody said otherwise."""
    there = score[~np.isnan(score)]
    within = bool(there.size and there.min() >= 0 and there.max() <= 1)
    if model.output == "probabilities" and not within:
        raise DataError(
            f'Probabilities lie between 0 and 1; column "{visible(str(model.score))}" of {table.what} does not. '
            'If a higher score only means "more likely", say output = "ranks" under [model].'
        )
    if model.output is None:
        means = "a probability, since all lie between 0 and 1" if within else "a rank: higher means more likely"
        notes.append(f'Nobody said what the column "{visible(str(model.score))}" means; it was taken as {means}.')
    return model.output == "ranks" or not within


def _by_score(score: np.ndarray, positive: int, ranks: bool, model: ModelSection, notes: list[str]) -> np.ndarray:
    """Return the decisions that a threshold makes of the scores."""
    if model.decides_at is None and ranks:
        raise DataError(
            "A score that is no probability does not say what was decided; say from which score on the answer was yes, "
            "as [model] decides_at, or name the column of the decision."
        )
    if model.decides_at is None:
        notes.append("Nobody said at which probability the system decides; one half was assumed.")
    limit = HALF if model.decides_at is None else float(model.decides_at)
    decided = np.where(score >= limit, positive, 1 - positive)
    return np.where(np.isnan(score), -1, decided).astype(np.int32)
