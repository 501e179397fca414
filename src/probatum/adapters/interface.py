# SPDX-License-Identifier: Apache-2.0
"""What an adapter is: it says which objects it can take, and makes a model of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from probatum import registry
from probatum.errors import ModelError, PluginError
from probatum.systems.datasets import Label, Rows, Schema
from probatum.systems.interface import Model

PROBE_ROWS = 16
SUM_TOLERANCE = 1e-6  # rows of probabilities that miss 1 by more are refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the description says of the model beside the object itself."""

    output: str | None = None  # probabilities | logits | labels | values
    positive: Label | None = None  # the class that a single score speaks of
    classes: tuple[Label, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """One framework's way in."""

    name: str
    fits: Callable[[Any], bool]
    wrap: Callable[[Any, Rows, Wish], Model]  # the rows are a few to try the model on


def wrap(thing: Any, probe: Rows, wish: Wish | None = None) -> Model:
    """Make a model of a framework's own object with the first adapter that takes it.

    Raises:
        ModelError: no adapter takes it.
    """
    for name in registry.names("adapters", registry.ADAPTERS):
        adapter = registry.fetch(name)
        if not isinstance(adapter, Adapter):
            raise PluginError(f"Wanted an adapter at {name}; found a {type(adapter).__name__}. Mend its package.")
        if adapter.fits(thing):
            return adapter.wrap(thing, probe, wish or Wish())
    raise ModelError(
        f"Wanted a fitted scikit-learn model or a function; got {type(thing).__module__}.{type(thing).__qualname__}. "
        "Wrap it in a function that takes rows and returns answers."
    )


def few(rows: Rows) -> Rows:
    """Return the first rows, enough to try a model on."""
    return rows.take(np.arange(min(len(rows), PROBE_ROWS)))


def align(labels: np.ndarray, schema: Schema) -> np.ndarray:
    """Return the labels as (n,) int32 places in the schema's classes; a label that is none of them is -1."""
    places = {label: place for place, label in enumerate(schema.classes)}
    by_name = {str(label): place for place, label in enumerate(schema.classes)}
    values, inverse = np.unique(np.asarray(labels), return_inverse=True)
    codes = [places.get(value, by_name.get(spell(value), -1)) for value in values.tolist()]
    return np.asarray(codes, dtype=np.int32)[inverse.reshape(-1)]


def spell(label: object) -> str:
    """Return a label as text, whole floats without their point: 1.0 and 1 are the same class."""
    return str(int(label)) if isinstance(label, float) and label.is_integer() else str(label)


def spread(scores: np.ndarray, own: tuple[Label, ...], schema: Schema) -> np.ndarray:
    """Return (n, k) scores in the schema's order of classes, 0 for classes that the model does not know."""
    out = np.zeros((len(scores), len(schema.classes)))
    for place, code in enumerate(align(np.asarray(own), schema)):
        if code >= 0:
            out[:, code] = scores[:, place]
    return out


def require_probabilities(scores: np.ndarray) -> None:
    """Refuse rows that are no probabilities; rows with NaN are "no answer" and pass.

    Raises:
        ModelError: a score is negative, or a row does not sum to 1.
    """
    sums = scores.sum(axis=1)
    wrong = np.flatnonzero((np.abs(sums - 1) > SUM_TOLERANCE) | (scores < 0).any(axis=1))
    if wrong.size:
        least, total = scores[wrong[0]].min(), sums[wrong[0]]
        what = f"holds {least:.4g}" if least < 0 else f"sums to {total:.4g}"
        raise ModelError(
            f"Wanted probabilities that sum to 1; {wrong.size:,} of {len(scores):,} rows have none (one {what}). "
            'Say output = "logits" under [model] if these are logits, or mend the model.'
        )
