# SPDX-License-Identifier: Apache-2.0
"""The labels of the model and those of the data, matched as sets.

They are compared by name, so that 1 and "1" are the same. Where the sets differ:

- the model knows labels that no row has: fine, and noted; a rare class is easily absent from a test file;
- rows have labels that the model cannot answer, and the model's are all among the rows': noted, and every such row is
  a mistake, as long as they are at most half of the rows;
- each side has labels that the other lacks: the same, but at most one row in ten; and never where the rows' labels are
  the model's shifted by a fixed number, such as 1 to 3 beside 0 to 2, since then every label means another;
- none in common: refused, and so are labels that differ only in capitals or blanks.

A stated ``[model] classes`` gives the model's labels their names, one for each in the order of its scores, before any
of this; so whoever knows the order can always state it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from probatum.adapters.interface import align, spell
from probatum.errors import ModelError
from probatum.facts.threats import Task
from probatum.systems.datasets import Dataset, Label, Schema
from probatum.systems.datasets.labels import under

MOST_UNKNOWN = 0.5  # of the rows may have labels that the model lacks, where it knows no others
MOST_STRANGE = 0.1  # of the rows, where it knows others


def matched(data: Dataset, own: tuple[Label, ...]) -> Dataset:
    """Make the classes of the data those of the model too; a label that only the model knows is added at the end.

    Raises:
        ModelError: the labels cannot be the same ones.
    """
    schema = data.test.schema
    known = align(np.asarray(own, dtype=object), schema)
    _require_common(own, schema, known)
    unknown = [code for code in range(len(schema.classes)) if code not in known]
    _require_few(data, own, schema, known, unknown)
    extra = tuple(label for label, code in zip(own, known, strict=True) if code < 0)
    notes = [*data.notes, *_notes(own, schema, known)]
    if extra:
        notes.append(f"The model can also answer {listed(extra)}, which no row has.")
        classes = schema.classes + extra
        schema = replace(schema, classes=classes, task=Task.MULTICLASS if len(classes) > 2 else Task.BINARY)
        if schema.task is Task.BINARY and schema.positive is None:  # the rows showed a single label
            schema = replace(schema, positive=1)
    return replace(under(data, schema), notes=tuple(notes))


def listed(labels: Sequence[Label]) -> str:
    """Return the first few labels for a message."""
    return ", ".join(repr(label) for label in labels[:6]) + (" …" if len(labels) > 6 else "")


def sorted_order(schema: Schema) -> str:
    """Return a note that the scores of a model were read in the order of the sorted labels, since nobody named them."""
    return (
        "Nobody said of which label each score of the model speaks; the sorted order was taken: "
        f"{listed(schema.classes)}. Say another under [model] classes (--classes)."
    )


def shift(own: Sequence[Label], others: Sequence[Label]) -> int | None:
    """Return the number by which whole-number labels differ from the model's own, if it is one for all; else None."""
    numbers = [[one for one in side if isinstance(one, int | float)] for side in (own, others)]
    if any(len(found) < len(side) or not found for found, side in zip(numbers, (own, others), strict=True)):
        return None
    mine, theirs = (set(map(float, side)) for side in numbers)
    if theirs <= mine:
        return None
    for step in (min(theirs) - min(mine), max(theirs) - max(mine)):
        if step and step.is_integer() and {one - step for one in theirs} <= mine:
            return int(step)
    return None


def require_unshifted(given: Sequence[Label], strange: Sequence[Label], share: float, schema: Schema) -> None:
    """Refuse labels of a model that lists none, where some of its first answers are none of the data's.

    Args:
        given: labels among the answers that rows have too.
        strange: labels among them that no row has.
        share: of the answers that are strange.
        schema: of the data.

    Raises:
        ModelError: they are the data's shifted by a fixed number, or too many are strange.
    """
    seen = sorted({*given, *strange}, key=lambda one: (isinstance(one, str), one))
    step = shift(seen, schema.classes)
    if step is None and share <= MOST_STRANGE:
        return
    what = (
        f"the same numbers shifted by {abs(step)}"
        if step is not None
        else f"{share:.0%} of its answers are none of these"
    )
    raise ModelError(
        f"The model answers {listed(seen)}; the column {schema.target} holds {listed(schema.classes)}: {what}. Make it "
        'answer these, recode the column, or say output = "probabilities" or "logits" under [model] (--model-output) '
        "if it gives scores."
    )


def _require_common(own: tuple[Label, ...], schema: Schema, known: np.ndarray) -> None:
    """Refuse labels that cannot be the model's: none in common, or one that differs only in its capital letters."""
    if (known < 0).all():
        raise ModelError(
            f"The model answers {listed(own)}; the column {schema.target} holds {listed(schema.classes)}: no label in "
            f"common. {order_of(own, schema)}"
        )
    meant = {spell(label).strip().casefold(): label for label in own}
    for code, label in enumerate(schema.classes):
        like = meant.get(spell(label).strip().casefold())
        if code not in known and like is not None:
            raise ModelError(f"The column {schema.target} holds {label!r}; the model answers {like!r}. Recode one.")


def _require_few(
    data: Dataset, own: tuple[Label, ...], schema: Schema, known: np.ndarray, unknown: Sequence[int]
) -> None:
    """Refuse labels that match in part, unless few rows have one that the model lacks."""
    step = shift(own, schema.classes)
    if step is not None:
        raise ModelError(
            f"The model answers {listed(own)}; the column {schema.target} holds {listed(schema.classes)}: the same "
            f"numbers shifted by {abs(step)}, so that no label means what it says. {order_of(own, schema)}"
        )
    share = float(np.isin(data.test.truth, unknown).mean()) if unknown else 0.0
    most = MOST_STRANGE if (known < 0).any() else MOST_UNKNOWN
    if share > most:
        lacking = [schema.classes[code] for code in unknown]
        raise ModelError(
            f"The model answers {listed(own)}; the column {schema.target} holds {listed(schema.classes)}. "
            f"{share:.0%} of the rows have a label that the model never answers ({listed(lacking)}), and at most "
            f"{most:.0%} may. {order_of(own, schema)}"
        )


def order_of(own: tuple[Label, ...], schema: Schema) -> str:
    """Say how to state which label is which."""
    if len(own) == len(schema.classes):
        example = ", ".join(f'"{one}"' if isinstance(one, str) else str(one) for one in schema.classes[:6])
        more = ", …" if len(own) > 6 else ""
        return (
            f"If they are the same under other names, list the names of the data under [model] in the model's order, "
            f"the first for {own[0]!r}: classes = [{example}{more}] (--classes). Else recode the column."
        )
    return (
        f"If they are the same under other names, list {len(own)} names under [model] classes (--classes), one for "
        "each label of the model in its order. Else recode the column, or name another target."
    )


def _notes(own: tuple[Label, ...], schema: Schema, known: np.ndarray) -> Iterator[str]:
    if any(spell(label) in map(spell, schema.classes) and label not in schema.classes for label in own):
        yield "The model and the data spell the labels differently (such as 1 and “1”); they were matched by name."
    never = tuple(label for code, label in enumerate(schema.classes) if code not in known)
    if never:
        yield f"The model can never answer {listed(never)}; cases where that is right count as mistakes."
