# SPDX-License-Identifier: Apache-2.0
"""From what a model returns to answers that can be counted: the one place where every adapter's answers are checked.

There must be one answer for each row, of the kind that the task wants, and with a single target. What is not finite,
or is none of the labels, is no answer; a row of scores that are not finite leaves the label and has no score.

Probabilities must be non-negative and sum to 1, as far as the precision in which they came allows: numbers rounded to
d digits may each be off by half a unit of the last one, float16 and float32 by half a step of theirs.
"""

from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, softmax

from probatum.adapters.interface import Wish, align, spread
from probatum.errors import ModelError
from probatum.facts.threats import Task
from probatum.systems.datasets import Label, Rows, Schema
from probatum.systems.interface import Answers

EXACT = 1e-6  # the sum of a row of probabilities may always miss 1 by this much
DIGITS = (2, 3, 4, 5, 6)  # to which probabilities are often rounded
STRANGE = 40  # labels that are none of the classes are kept for a message, at most
STEPS = {"float32": 2.0**-24, "float16": 2.0**-12, "bfloat16": 2.0**-9}  # half a step of a number just below 1


def values(said: Any, rows: Rows) -> np.ndarray:
    """Return (n,) float64 amounts, NaN where the model gave none.

    Raises:
        ModelError: they are not one number for each row.
    """
    amounts = _numbers(_single(said, rows), "a number")
    return np.asarray(np.where(np.isfinite(amounts), amounts, np.nan))


def labels(said: Any, rows: Rows) -> np.ndarray:
    """Return (n,) the labels as the model gave them.

    Raises:
        ModelError: they are not one for each row.
    """
    return _single(said, rows)


def named_labels(said: Any, rows: Rows) -> Answers:
    """Return labels that the model gives by name, matched with the schema's; others are no answer, and kept aside.

    Raises:
        ModelError: they are not one for each row.
    """
    held = _single(said, rows)
    codes = align(held, rows.schema)
    others = dict.fromkeys(one for one in held[codes < 0].tolist() if isinstance(one, str | int | float) and one == one)
    return Answers(labels=codes, strange=tuple(islice(others, STRANGE)))


def scores(said: Any, rows: Rows, output: str, wish: Wish, own: tuple[Label, ...] | None = None) -> np.ndarray:
    """Return (n, k) probabilities in the order of the schema's classes, NaN in rows without any.

    Args:
        said: (n, k) as the model gave them, or (n,) of the positive class.
        rows: that were asked about.
        output: probabilities or logits.
        wish: the class that a single score speaks of, and the classes in the order of the scores.
        own: the labels that the model gives its scores, in their order; None: it does not name them.

    Raises:
        ModelError: they are not numbers, not one row of them for each row, or no probabilities.
    """
    table = _table(said, rows)
    if table.shape[1] == 1:
        both = _pair(table[:, 0], rows.schema, output, wish)
    else:
        with np.errstate(invalid="ignore", over="ignore"):  # of infinite scores, which are none
            both = softmax(table, axis=1) if output == "logits" else table
    both = np.where(np.isfinite(both).all(axis=1, keepdims=True), both, np.nan)
    order = wish.classes or own or rows.schema.classes
    if both.shape[1] != len(order) or (table.shape[1] == 1 and len(rows.schema.classes) > 2):
        raise ModelError(
            f"Wanted scores for {len(order)} classes ({', '.join(map(str, order[:6]))}); the model returned "
            f"{table.shape[1]}. Say which under [model] classes, in the order of the scores."
        )
    require_probabilities(both)
    return spread(np.maximum(both, 0), order, rows.schema) if table.shape[1] > 1 else np.clip(both, 0, 1)


def numbered(wish: Wish, width: int, schema: Schema) -> Wish:
    """Return the wish with the classes of scores that nobody named, where the labels are the numbers of the columns.

    With labels 0 to k - 1, of which some may be absent from the rows, score i speaks of label i.
    """
    held = schema.classes
    counted = all(isinstance(one, int) and not isinstance(one, bool) and 0 <= one < width for one in held)
    if wish.classes is not None or width < 2 or not held or not counted:
        return wish
    return replace(wish, classes=tuple(range(width)))


def chosen(scores: np.ndarray) -> np.ndarray:
    """Return (n,) int32 the class with the highest score, -1 where a row has none."""
    missing = np.isnan(scores).any(axis=1)
    return np.where(missing, -1, np.where(np.isnan(scores), -np.inf, scores).argmax(axis=1)).astype(np.int32)


def require_probabilities(table: np.ndarray) -> None:
    """Refuse rows that are no probabilities; rows with NaN are "no score" and pass.

    Raises:
        ModelError: a score is negative, or a row does not sum to 1; says what the numbers look like.
    """
    there = table[~np.isnan(table).any(axis=1)]
    if not len(there):
        return
    slack, _ = precision(there)
    sums = there.sum(axis=1)
    wrong = (np.abs(sums - 1) > slack) | (there < -EXACT).any(axis=1)
    if not wrong.any():
        return
    first = int(np.flatnonzero(wrong)[0])
    least = there[first].min()
    what = f"holds {least:.4g}" if least < 0 else f"sums to {sums[first]:.4g}"
    raise ModelError(
        f"Wanted probabilities that sum to 1; {int(wrong.sum()):,} of {len(table):,} rows have none (one {what}). "
        f"{_likely(there, sums)}"
    )


def precision(table: np.ndarray) -> tuple[float, str | None]:
    """Return by how much rows of probabilities may miss 1, and the precision in which they came where it matters."""
    there = table[~np.isnan(table).any(axis=1)]
    miss = float(np.abs(there.sum(axis=1) - 1).max(initial=0.0))
    k = there.shape[1]
    if miss <= EXACT:
        return EXACT, None
    for digits in DIGITS:
        if _rounded(there, digits):
            slack = k * 0.5 * 10.0**-digits + EXACT
            return (slack, f"rounded to {digits} digits") if miss <= slack else (EXACT, None)
    for name, step in STEPS.items():
        slack = k * step + EXACT
        if miss <= slack and _representable(there, name):
            return slack, name
    return EXACT, None


def _rounded(table: np.ndarray, digits: int) -> bool:
    """Whether all numbers are those of so many digits, perhaps stored in single precision."""
    near = np.round(table, digits)
    return bool((np.abs(table - near) <= np.abs(near) * 2.0**-23).all())


def _representable(table: np.ndarray, name: str) -> bool:
    """Whether all numbers can be written in a format without loss."""
    if name == "bfloat16":
        single = table.astype(np.float32)
        return bool((single == table).all() and not (single.view(np.uint32) & 0xFFFF).any())
    return bool((table.astype(name) == table).all())


def _likely(there: np.ndarray, sums: np.ndarray) -> str:
    """Say what numbers that are no probabilities most likely are, and what to do."""
    total = float(np.median(sums))
    if (there < 0).any():
        return (
            'They look like logits, of which some are negative: say output = "logits" under [model] (on the command '
            "line --model-output logits) if they are, or make the model give probabilities."
        )
    if total > 1.5 and np.abs(sums - total).max() <= 0.02 * total:
        kind = "percentages" if round(total) == 100 else "counts or votes"
        return f"All rows sum to about {total:.4g}: they look like {kind}. Divide them by it in a function of your own."
    if (there <= 1).all():
        return (
            "Each lies between 0 and 1: it looks as if each class were scored on its own (one against the rest). "
            'Divide each row by its sum in a function of your own, or say output = "labels" under [model] to use the '
            "labels alone."
        )
    return (
        'If they are logits, say output = "logits" under [model] (on the command line --model-output logits); if not, '
        "make the model give probabilities."
    )


def _pair(single: np.ndarray, schema: Schema, output: str, wish: Wish) -> np.ndarray:
    """Return (n, 2) of one score for each row, which speaks of the positive class, else of the last one."""
    first = expit(single) if output == "logits" else single
    outside = np.isfinite(first) & ((first < -EXACT) | (first > 1 + EXACT))
    if outside.any():
        worst = first[np.flatnonzero(outside)[0]]
        percent = " They look like percentages: divide them by 100." if 1 < np.nanmax(first) <= 100 else ""
        raise ModelError(
            f"Wanted probabilities between 0 and 1; {int(outside.sum()):,} of {len(first):,} rows have another number "
            f'(one {worst:.4g}).{percent} If these are logits, say output = "logits" under [model] (on the command '
            "line --model-output logits)."
        )
    turned = wish.positive is not None and bool(align(np.asarray([wish.positive], dtype=object), schema)[0] == 0)
    return np.column_stack([first, 1 - first] if turned else [1 - first, first])


def _table(said: Any, rows: Rows) -> np.ndarray:
    """Return (n, k) float64."""
    array = _dense(said)
    if array.shape[:1] != (len(rows),):
        raise ModelError(_miscounted(array, said, rows))
    flat = (
        array.reshape(len(rows), -1) if array.size else array.reshape(len(rows), max(1, int(np.prod(array.shape[1:]))))
    )
    if array.ndim > 2 and min(array.shape[1:]) > 1:
        raise ModelError(
            f"Wanted one row of scores for each of {len(rows):,} rows; the model returned the shape {array.shape}. "
            "Tasks with several answers a row are not assessed."
        )
    return _numbers(flat, "scores")


def _single(said: Any, rows: Rows) -> np.ndarray:
    """Return (n,) answers.

    Raises:
        ModelError: there are more or fewer than rows, or several for each.
    """
    array = _dense(said)
    if array.shape[:1] != (len(rows),):
        raise ModelError(_miscounted(array, said, rows))
    strange = array.reshape(-1)[0] if array.dtype == object and array.size else None
    if isinstance(strange, dict | list | tuple | set):
        raise ModelError(
            f"Wanted a label or a number for each row; the model returned a {type(strange).__name__} for each. Pick "
            "one answer out of it in a function of your own."
        )
    if array.size != len(rows):
        regression = rows.schema.task is Task.REGRESSION
        hint = "" if regression else ', or say output = "probabilities" or "logits" under [model] if these are scores'
        raise ModelError(
            f"Wanted one answer for each of {len(rows):,} rows; the model returned the shape {array.shape}, which is "
            f"{array.size // max(len(rows), 1):,} for each. Several targets or labels at once are not assessed: pick "
            f"one in a function of your own{hint}."
        )
    return array.reshape(-1)


def _dense(said: Any) -> np.ndarray:
    """Return an array; masked cells are NaN or None, sparse ones are filled in."""
    if isinstance(said, pd.DataFrame | pd.Series):
        said = said.to_numpy()
    if hasattr(said, "toarray"):
        said = said.toarray()
    if isinstance(said, np.ma.MaskedArray):
        masked = np.ma.getmaskarray(said)
        said = np.asarray(said.data, dtype=np.float64 if said.dtype.kind in "iuf" else object)
        said = np.where(masked, np.nan, said)
    try:
        return np.asarray(said)
    except ValueError:  # rows of different lengths
        raise ModelError(
            "Wanted one answer for each row; the model returned lists of different lengths. Several labels at once are "
            "not assessed."
        ) from None


def _miscounted(array: np.ndarray, said: Any, rows: Rows) -> str:
    came = f"the shape {array.shape}" if array.shape else type(said).__name__
    hint = ""
    if array.shape and len(array) == 1 and len(rows) > 1:
        hint = (
            " A model of texts that is given a table of one column gives a single answer: was it trained on a column "
            "of texts rather than on a table? Name the column under [data.columns] text."
        )
    return f"Wanted one answer for each of {len(rows):,} rows; the model returned {came}.{hint}"


def _numbers(array: np.ndarray, what: str) -> np.ndarray:
    """Return float64, NaN for None.

    Raises:
        ModelError: these are no numbers.
    """
    if array.dtype.kind in "cmM":
        kind = "complex numbers" if array.dtype.kind == "c" else "dates or durations"
        raise ModelError(f"Wanted {what} for each row; the model returned {kind}.")
    try:
        return np.asarray(array.astype(np.float64))
    except (TypeError, ValueError):
        first = next((one for one in array.reshape(-1).tolist() if not isinstance(one, int | float)), None)
        raise ModelError(
            f'Wanted {what} for each row; the model returned {first!r}. If it gives labels, say output = "labels" '
            "under [model], or name the task under [data] task (on the command line --task)."
        ) from None
