# SPDX-License-Identifier: Apache-2.0
"""Which task it is, told with the model and the data both at hand.

What somebody stated holds. Else the model decides where it says what it is: a classifier makes labels of whole
numbers, however many there are, and a regressor makes amounts of them, however few. Where the target cannot be what
the model says, nothing is guessed: one message names both and the setting. A model that says nothing leaves it to the
target: text is labels, numbers with fractions are amounts, and more than 20 different whole numbers are amounts.
"""

from dataclasses import replace

import numpy as np

from probatum.adapters.claims import counted
from probatum.adapters.interface import SILENT, Claim, Wish, places
from probatum.errors import DataError, ModelError
from probatum.facts.threats import Task
from probatum.systems.datasets import Dataset, Label
from probatum.systems.datasets.labels import as_task


def settled(data: Dataset, claim: Claim, wish: Wish, favourable: Label | None = None) -> Dataset:
    """Return the data under the task that the model and the target make together.

    Args:
        data: as read; ``data.assumed`` tells whether its task was only guessed.
        claim: what the model says of its answers.
        wish: what the description says of them.
        favourable: the label that is said to be good for the person.

    Raises:
        DataError: a favourable label is named and the task is one of numbers.
        ModelError: the model and the target, or the model and what was stated, contradict each other.
    """
    found = _settled(data, _stated(claim, wish), wish, favourable)
    if favourable is not None and found.test.schema.task is Task.REGRESSION:
        raise DataError("[data] favourable names one of several answers, but the target is a number; leave it out.")
    return found


def _settled(data: Dataset, claim: Claim, wish: Wish, favourable: Label | None) -> Dataset:
    schema = data.test.schema
    if claim is SILENT or claim.task is None:
        if data.assumed is not None and schema.task is Task.REGRESSION and _whole(data):
            _refuse_ambiguous(data, claim)
        return data
    numbers = schema.task is Task.REGRESSION
    if data.assumed is None:
        _require_possible(data, claim)
        return data
    if claim.task is Task.REGRESSION:
        return _agreed(data) if numbers else _as_amounts(data, claim, wish)
    return _as_labels(data, claim, wish, favourable) if numbers else _agreed(data)


def _stated(claim: Claim, wish: Wish) -> Claim:
    """Return the claim, or what the description says of the model's answers, which wins."""
    if wish.output == "values":
        return replace(claim, task=Task.REGRESSION, because='gives values (output = "values" under [model])')
    if wish.output is not None and claim.task in (None, Task.REGRESSION):
        return replace(claim, task=Task.MULTICLASS, because=f'gives {wish.output} (output = "{wish.output}")')
    return claim


def _agreed(data: Dataset) -> Dataset:
    """Return the data without the note that the task was guessed: the model says the same."""
    return replace(data, assumed=None, notes=tuple(note for note in data.notes if note != data.assumed))


def _as_labels(data: Dataset, claim: Claim, wish: Wish, favourable: Label | None) -> Dataset:
    """Take whole numbers as labels, since the model is a classifier."""
    distinct = np.unique(np.concatenate([data.test.truth, *([] if data.train is None else [data.train.truth])]))
    named = claim.classes is not None and bool((places(distinct, claim.classes) >= 0).any())
    if not named and not _whole(data):
        raise ModelError(
            f"The model {claim.because}; the column {data.test.schema.target} holds numbers with fractions "
            f"({len(distinct):,} different ones), which are no labels. Is it the right target? Several targets at once "
            f"are not assessed. If the labels of the model are amounts, say {_say(Task.REGRESSION)}."
        )
    found = as_task(_agreed(data), Task.MULTICLASS, wish.positive, favourable)
    note = f"The target holds {len(distinct):,} different numbers; they are labels, since the model {claim.because}."
    return replace(found, notes=(*found.notes, note))


def _as_amounts(data: Dataset, claim: Claim, wish: Wish) -> Dataset:
    """Take numbered labels as amounts, since the model is a regressor."""
    classes = data.test.schema.classes
    target = data.test.schema.target
    if not all(isinstance(label, int | float) and not isinstance(label, bool) for label in classes):
        raise ModelError(
            f"The model {claim.because} and answers numbers; the column {target} holds {counted(classes)}, which are "
            "texts. Give the target that the model was trained on. If its numbers are chances of the second label, "
            f'say {_say(Task.BINARY)}, and output = "probabilities" under [model] (--model-output probabilities).'
        )
    if wish.positive is not None:
        raise ModelError(
            f"The model {claim.because} and answers numbers; [data] positive names a label, {wish.positive!r}. Leave "
            f'it out; or say {_say(Task.BINARY)} and output = "probabilities" under [model] (--model-output '
            "probabilities)."
        )
    if len(classes) == 2:
        raise ModelError(
            f"The model {claim.because} and answers numbers; the column {target} holds only {classes[0]} and "
            f"{classes[1]}, so it may be a classification. Say {_say(Task.REGRESSION)}, to judge how far off it is; or "
            f'{_say(Task.BINARY)} and output = "probabilities" under [model] (--model-output probabilities), if it '
            f"answers how likely {classes[1]} is, between 0 and 1."
        )
    found = as_task(_agreed(data), Task.REGRESSION)
    note = (
        f"The target holds {len(classes)} different whole numbers; they are amounts, since the model {claim.because}."
    )
    return replace(found, notes=(*found.notes, note))


def _require_possible(data: Dataset, claim: Claim) -> None:
    """Refuse a stated task that the model cannot be asked for.

    Raises:
        ModelError: says both.
    """
    schema = data.test.schema
    texts = claim.classes is not None and not all(isinstance(one, int | float) for one in claim.classes)
    if schema.task is Task.REGRESSION and claim.task is not Task.REGRESSION and texts:
        raise ModelError(
            f"The task is said to be regression; the model {claim.because}, which are no numbers. Say "
            f"{_say(Task.MULTICLASS)}, or leave the task out."
        )
    if schema.task is not Task.REGRESSION and claim.task is Task.REGRESSION:
        raise ModelError(
            f"The task is said to be {schema.task.value}; the model {claim.because} and answers numbers. If these are "
            'chances, say output = "probabilities" under [model] (--model-output probabilities); if they are labels, '
            f'output = "labels"; else say {_say(Task.REGRESSION)}, or leave the task and the classes out.'
        )


def _refuse_ambiguous(data: Dataset, claim: Claim) -> None:
    """Refuse to guess where a model that does not say what it is answers whole numbers, as the target holds them.

    Raises:
        ModelError: names the setting.
    """
    if claim.because:
        distinct = len(np.unique(data.test.truth))
        raise ModelError(
            f"The model {claim.because} and does not say what they are; the column {data.test.schema.target} holds "
            f"{distinct:,} different whole numbers. Are they labels or amounts? Say {_say(Task.MULTICLASS)}; or "
            f"{_say(Task.REGRESSION)}."
        )


def _whole(data: Dataset) -> bool:
    parts = [data.test.truth] if data.train is None else [data.test.truth, data.train.truth]
    return all(bool((part == np.floor(part)).all()) for part in parts)


def _say(task: Task) -> str:
    return f'task = "{task.value}" under [data] (--task {task.value})'
