# SPDX-License-Identifier: Apache-2.0
"""Ask the model about the first rows before anything is planned: what its answers are, and how many rows have one.

The first 256 rows are asked about in one batch, as they will be later; where the model raises, in smaller ones down
to single rows. At least half of them must have a usable answer: one that is finite, and one of the labels. The others
are told in the notes and count as mistakes later.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from probatum.adapters.answers import chosen, precision
from probatum.engines.mistakes.small_counts import SMALL
from probatum.errors import DataError, ModelError
from probatum.facts.threats import Task
from probatum.runs.matching import listed, require_unshifted
from probatum.systems.datasets import Rows
from probatum.systems.interface import Answers, Model
from probatum.systems.system import ask

TRIED_ROWS = 256  # also those on which the speed of the model is measured, for the estimate on the screen only
LEAST_ANSWERED = 0.5  # of the rows tried
MOSTLY = 0.5  # of the answers must be right when moved, before that is a reason to stop
OUT_OF_MEMORY = MemoryError.__name__
OFTENER = 3  # times as many as are right as they are


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What the first answers of a model show."""

    seconds_per_row: float  # of many
    notes: tuple[str, ...]
    seconds_per_call: float = 0.0  # beside the rows


def try_out(model: Model, rows: Rows, *, stated: bool = False) -> Trial:
    """Ask about the first rows; return the seconds a row takes, and what there is to be told of the answers.

    Args:
        model: the one.
        rows: that it is asked about.
        stated: somebody said which label is which.

    Raises:
        DataError: there are no rows to ask about.
        ModelError: the model's answers are not of the kind that the task wants, or too few rows have one.
    """
    if not len(rows):
        raise DataError("The test data have no rows. Give rows that the model was not trained on.")
    first = rows.take(np.arange(min(len(rows), TRIED_ROWS)))
    start = perf_counter()
    answers = ask(model, first)
    seconds = (perf_counter() - start) / len(first)
    verify(answers, first)
    given = int(answers.given.sum())
    if answers.strange and given:
        some = [first.schema.classes[code] for code in np.unique(answers.labels[answers.given]).tolist()]
        require_unshifted(some, answers.strange, 1 - given / len(first), first.schema)
    if given < LEAST_ANSWERED * len(first) or not given:
        error = ModelError(_too_few(first, answers, given))
        if answers.raised:  # it may quote a cell, so it is shown to whoever debugs only
            error.add_note(f"The model said: {answers.raised}")
        raise error
    if not stated:
        _require_unshifted_answers(answers, first)
    call = max(_seconds_alone(model, first) - seconds, 0.0)
    row = max(seconds - call / len(first), 0.0)  # what a call takes anyway was counted to its rows
    return Trial(seconds_per_row=row, seconds_per_call=call, notes=tuple(_notes(first, answers, given)))


def _seconds_alone(model: Model, rows: Rows) -> float:
    """Return the seconds that the answer about a single row takes, asked about for the second time."""
    alone, passed = rows.take(np.arange(1)), 0.0
    for _ in range(2):
        start = perf_counter()
        ask(model, alone)
        passed = perf_counter() - start
    return passed


def verify(answers: Answers, rows: Rows) -> None:
    """Refuse answers that no adapter may give: a plug-in's own are not read by ours.

    Raises:
        ModelError: says what is wrong with them.
    """
    n, k = len(rows), len(rows.schema.classes)
    wanted = "f" if rows.schema.task is Task.REGRESSION else "i"
    if answers.labels.shape != (n,) or answers.labels.dtype.kind != wanted:
        raise ModelError(
            f"The adapter gives labels of the shape {answers.labels.shape} and type {answers.labels.dtype}; wanted "
            f"({n},) {'float64' if wanted == 'f' else 'int32'}. Mend its package."
        )
    beyond = answers.labels > k - 1 if wanted == "i" else np.isinf(answers.labels)
    if beyond.any():
        raise ModelError("The adapter gives labels beyond the classes, or infinite values. Mend its package.")
    if answers.scores is not None and answers.scores.shape != (n, k):
        raise ModelError(
            f"The adapter gives scores of the shape {answers.scores.shape}; wanted ({n}, {k}). Mend its package."
        )


def _require_unshifted_answers(answers: Answers, rows: Rows) -> None:
    """Refuse answers that are right far more often when they are all moved by one: their numbers start elsewhere.

    The sets of labels do not show it where the highest class is absent from the rows.

    Raises:
        ModelError: says both counts, and how to state the order.
    """
    classes = rows.schema.classes
    if len(classes) < 3 or not all(isinstance(one, int) and not isinstance(one, bool) for one in classes):
        return
    numbers = np.asarray(classes)
    said, truth = numbers[answers.labels[answers.given]], numbers[rows.truth[answers.given]]
    right = int((said == truth).sum())
    for step in (1, -1):
        moved = int((said + step == truth).sum())
        if moved > MOSTLY * len(said) and moved > OFTENER * right:
            raise ModelError(
                f"Of the first {len(said)} rows {right} are answered rightly, and {moved} if {abs(step)} is "
                f"{'added to' if step > 0 else 'taken from'} every answer: it looks as if the model's labels were "
                f"counted from another number than those of {rows.schema.target}. List the names of its labels in its "
                "order under [model] classes (--classes); list them as they are if they are right."
            )


def _too_few(rows: Rows, answers: Answers, given: int) -> str:
    """Say why most of the first rows have no usable answer."""
    n, raised = len(rows), sum(answers.failures.values())
    whole = f"every one of the first {n} rows"
    where = whole if not given else f"{n - given} of the first {n} rows"
    rule = "" if not given else f" At least {LEAST_ANSWERED:.0%} must have a usable answer."
    if set(answers.failures) == {OUT_OF_MEMORY}:
        return (
            f"The model ran out of memory on {where}, also where it was asked about one row alone.{rule} Give it more, "
            "or assess a smaller model."
        )
    if raised * 2 >= n - given:
        return (
            f"The model raised on {where} ({' and '.join(answers.failures)}; --debug shows its text).{rule} Are these "
            "its columns, in the types of its training?"
        )
    if rows.schema.task is Task.REGRESSION or answers.scores is not None:
        return (
            f"Wanted numbers; the model answered NaN on {where}.{rule} Does it want the missing cells to be filled in, "
            "or the columns under other names?"
        )
    return (
        f"The model's answers are none of the labels in {rows.schema.target} ({listed(rows.schema.classes)}) on "
        f'{where}.{rule} Make it answer these, recode the column, or say output = "probabilities" or "logits" under '
        "[model] (--model-output) if it gives scores."
    )


def _notes(rows: Rows, answers: Answers, given: int) -> Iterator[str]:
    n = len(rows)
    silent = n - given
    if silent:
        raised = sum(answers.failures.values())
        rest = "" if raised == silent else " or gave nothing usable"
        kinds = f" ({' or '.join(answers.failures)}{rest})" if raised else " (not a number, or none of the labels)"
        yield f"Of the first {n:,} rows {_few(silent)} have no usable answer{kinds}; such rows count as mistakes."
    if answers.strange:
        yield f"The model also answers {listed(answers.strange)}, which no row has; such answers are mistakes."
    if answers.scores is None:
        return
    differ = int((answers.scored & (chosen(answers.scores) != answers.labels)).sum())
    if differ:
        yield (
            f"In {_few(differ)} of the first {n:,} rows the model's label is not that of its highest score: it decides "
            "at another threshold. Its own labels are used."
        )
    bare = int((answers.given & np.isnan(answers.scores).any(axis=1)).sum())
    if bare:
        yield (
            f"Of the first {n:,} rows {_few(bare)} have a label and no score (not a number); their labels are used, "
            "and what needs scores leaves them out."
        )
    _, came = precision(answers.scores)
    if came is not None:
        yield f"The probabilities came {came if came.startswith('rounded') else f'as {came}'}, so their sums miss 1."


def _few(count: int) -> str:
    return f"fewer than {SMALL}" if count < SMALL else f"{count:,}"
