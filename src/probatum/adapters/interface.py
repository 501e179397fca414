# SPDX-License-Identifier: Apache-2.0
"""What an adapter is: it says which objects it can take, and makes a model of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from probatum import registry
from probatum.errors import ModelError, PluginError
from probatum.facts.threats import Task
from probatum.systems.datasets import Label, Rows, Schema
from probatum.systems.interface import Model

PROBE_ROWS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the description says of the model beside the object itself."""

    output: str | None = None  # probabilities | logits | labels | values
    positive: Label | None = None  # the class that a single score speaks of
    classes: tuple[Label, ...] | None = None  # in the order of the scores; they win over the model's own names


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a model says about its own answers, before it is opened for a task."""

    task: Task | None = None  # of classes, whatever their number, or of numbers; None: it does not say
    because: str = ""  # how that is known, to be read after "the model": "is a GaussianNB, a classifier"
    classes: tuple[Label, ...] | None = None  # its own labels, in the order of its scores


SILENT = Claim()


def silent(thing: Any, probe: Rows, wish: Wish) -> Claim:
    """Return that an object says nothing about its answers."""
    return SILENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """One framework's way in."""

    name: str
    fits: Callable[[Any], bool]
    wrap: Callable[[Any, Rows, Wish], Model]  # the rows are a few to try the model on
    claim: Callable[[Any, Rows, Wish], Claim] = silent  # asked before ``wrap``, while the task may still change
    libraries: tuple[str, ...] = ()  # modules that answer, whose versions a record names


def claim(thing: Any, probe: Rows, wish: Wish | None = None) -> Claim:
    """Return what an object says about its own answers.

    Args:
        thing: a framework's own object.
        probe: a few rows; their task may be a guess.
        wish: what the description says of the model.

    Raises:
        ModelError: no adapter takes it, or it answers what cannot be assessed, such as several targets at once.
    """
    return _adapter(thing).claim(thing, probe, wish or Wish())


def wrap(thing: Any, probe: Rows, wish: Wish | None = None) -> Model:
    """Make a model of a framework's own object with the first adapter that takes it.

    Raises:
        ModelError: no adapter takes it.
    """
    return _adapter(thing).wrap(thing, probe, wish or Wish())


def libraries_of(thing: Any) -> tuple[str, ...]:
    """Return the modules that answer for an object, as its adapter states them.

    Raises:
        ModelError: no adapter takes it.
    """
    return _adapter(thing).libraries


def _adapter(thing: Any) -> Adapter:
    """Return the first adapter that takes an object."""
    for name in registry.names("adapters", registry.ADAPTERS):
        adapter = registry.fetch(name)
        if not isinstance(adapter, Adapter):
            raise PluginError(f"Wanted an adapter at {name}; found a {type(adapter).__name__}. Mend its package.")
        if adapter.fits(thing):
            return adapter
    raise ModelError(
        f"Wanted a fitted scikit-learn model or a function; got {type(thing).__module__}.{type(thing).__qualname__}. "
        "Wrap it in a function that takes rows and returns answers."
    )


def few(rows: Rows) -> Rows:
    """Return a few rows from all over, enough to try a model on; the first is among them."""
    return rows.take(np.unique(np.linspace(0, max(len(rows) - 1, 0), PROBE_ROWS).astype(np.intp))[: len(rows)])


def align(labels: np.ndarray, schema: Schema) -> np.ndarray:
    """Return the labels as (n,) int32 places in the schema's classes; a label that is none of them is -1."""
    return places(labels, schema.classes)


def places(labels: Any, classes: Sequence[Label]) -> np.ndarray:
    """Return the labels as (n,) int32 places in a list of classes, by value, else by name; any other is -1."""
    by_value = {label: place for place, label in enumerate(classes)}
    by_name = {spell(label): place for place, label in enumerate(classes)}
    found, values = pd.factorize(np.asarray(labels).reshape(-1))  # -1 for missing
    codes = [_hashed(by_value, value, by_name.get(spell(value), -1)) for value in values.tolist()]
    return np.asarray([*codes, -1], dtype=np.int32)[found]


def _hashed(places: Mapping[Label, int], value: Any, otherwise: int) -> int:
    try:
        return places.get(value, otherwise)
    except TypeError:  # a list, say
        return otherwise


def spell(label: object) -> str:
    """Return a label as text, whole floats without their point: 1.0 and 1 are the same class."""
    if isinstance(label, bytes):
        return label.decode(errors="replace")
    return str(int(label)) if isinstance(label, float) and label.is_integer() else str(label)


def spread(scores: np.ndarray, own: tuple[Label, ...], schema: Schema) -> np.ndarray:
    """Return (n, k) scores in the schema's order of classes, 0 for classes that the model does not know."""
    out = np.zeros((len(scores), len(schema.classes)))
    for place, code in enumerate(align(np.asarray(own, dtype=object), schema)):
        if code >= 0:
            out[:, code] = scores[:, place]
    return out
