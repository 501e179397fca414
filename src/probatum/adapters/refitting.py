# SPDX-License-Identifier: Apache-2.0
"""Train an estimator again by cloning it, where that trains all of it again; else say which part stands in the way.

``clone`` followed by ``fit`` is a fresh training only if every part of the estimator forgets what it learned. Parts
that are frozen, given as already fitted, or hidden from ``clone`` keep it, and a comparison with such a "refit" would
find no difference whatever the model memorised.
"""

import functools
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any

import numpy as np

from probatum.errors import ModelError

WAY_OUT = 'Give a recipe: [recipe] train = "recipe:train".'
PREFIT: Mapping[str, Callable[[Any], bool]] = {  # parameter: whether it says that a part comes fitted and stays so
    "prefit": lambda value: value is True,  # SelectFromModel, and ensembles of other packages
    "cv": lambda value: isinstance(value, str) and value == "prefit",  # calibration, stacking, thresholds
    "fit_base_estimators": lambda value: value is False,  # mlxtend's ensembles
    "use_clones": lambda value: value is False,  # the same
}
STOPS_EARLY = ("early_stopping_rounds", "early_stopping_round", "n_iter_no_change", "od_type", "od_wait")
BOOSTERS = ("xgboost", "lightgbm", "catboost")
LEARNED = ("predict", "transform", "state_dict")  # what an object that learned something can do
TABLES = ("pandas", "numpy", "scipy", "polars")  # their tables can "transform" too
SHOWN = 3  # parts named in a message


def refusal(estimator: Any) -> str | None:
    """Return why cloning and fitting would not train all of an estimator again, in a plain sentence; None if it would.

    Nothing is trained to find out.
    """
    if not hasattr(estimator, "get_params"):
        return "It is no scikit-learn estimator, so nothing says how it was trained."
    parts = tuple(dict.fromkeys(_kept(estimator)))
    if parts:
        more = f" and {len(parts) - SHOWN} more" if len(parts) > SHOWN else ""
        return (
            f"Fitting it again would not train all of it again: {', '.join(parts[:SHOWN])}{more} would keep what it "
            "learned before."
        )
    early = next(_stopped_early(estimator), None)
    if early is not None:
        return (
            f"The training of {early} was stopped early by looking at a separate evaluation set, which is not part of "
            "the model, so it cannot be trained again in the same way."
        )
    return None


def trained_again(estimator: Any, features: Any, labels: np.ndarray, seed: int) -> Any:
    """Return a clone trained on other rows, with every ``random_state`` drawn from the seed.

    Raises:
        ModelError: it cannot be cloned, a part would keep what it learned, or its training fails.
    """
    from sklearn.base import clone

    why = refusal(estimator)
    if why is not None:
        raise ModelError(f"{why} {WAY_OUT}")
    try:
        again = clone(estimator)
    except (TypeError, RuntimeError) as error:  # CatBoost's objects, for one, change what they are given
        raise ModelError(f"The model cannot be cloned ({error}). {WAY_OUT}") from error
    states = sorted(name for name in again.get_params(deep=True) if name.rpartition("__")[2] == "random_state")
    again.set_params(**dict.fromkeys(states, seed))
    for part in _objects(again):
        if type(part).__module__.partition(".")[0] == "catboost":
            part.set_params(allow_writing_files=False, thread_count=1)  # else it leaves a folder wherever we are
    try:
        again.fit(features, labels)
    except Exception as error:  # an estimator may raise anything, say where only one class is left
        raise ModelError(f"Training again failed with {type(error).__name__}: {error}. {WAY_OUT}") from error
    return again


def _kept(estimator: Any) -> Iterator[str]:
    """Yield the parts that a clone keeps as they are, as somebody would call them."""
    for name, value in _parameters(estimator):
        told = PREFIT.get(name.rpartition("__")[2])
        if told is not None and told(value):
            yield f"what {_owner(estimator, name)} was given with {name.rpartition('__')[2]}={value!r}"
    for thing in _objects(estimator):
        if _clones_to_itself(thing):
            inner = getattr(thing, "estimator", None)
            yield f"the {type(thing).__name__}" + ("" if inner is None else f" around {type(inner).__name__}")
        elif not hasattr(thing, "get_params"):  # a clone copies such a thing whole
            yield f"the {type(thing).__name__} that was handed to it"
    for _, value in _parameters(estimator):
        yield from (f"the {type(one).__name__} that a function of it uses" for one in _carried(value))


def _parameters(estimator: Any) -> list[tuple[str, Any]]:
    return sorted(estimator.get_params(deep=True).items())


def _objects(estimator: Any) -> Iterator[Any]:
    """Yield the estimator and whatever its parameters hold that has learned something or may yet."""
    yield estimator
    for name, value in _parameters(estimator):
        if name.rpartition("__")[2] in ("steps", "estimators", "transformers", "transformer_list"):
            continue  # their members are parameters too, each by its name
        yield from filter(_can_learn, _members(value))


def _members(value: Any) -> list[Any]:
    """Return a parameter, or the members of one that is a list."""
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple) else [value]


def _carried(value: Any, depth: int = 3) -> Iterator[Any]:
    """Yield what a function carries with it that has learned something: a clone copies a function as it is."""
    if not callable(value) or depth == 0 or _can_learn(value):
        return
    held = [getattr(value, "__self__", None)]
    if isinstance(value, functools.partial):
        held += [value.func, *value.args, *value.keywords.values()]
    held += [cell.cell_contents for cell in getattr(value, "__closure__", None) or () if _filled(cell)]
    for one in held:
        if _can_learn(one):
            yield one
        yield from _carried(one, depth - 1)


def _filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:  # a closure over a name that has no value yet
        return False


def _can_learn(thing: Any) -> bool:
    plain = isinstance(thing, type | ModuleType) or type(thing).__module__.partition(".")[0] in TABLES
    return not plain and any(hasattr(thing, name) for name in LEARNED)


def _clones_to_itself(thing: Any) -> bool:
    """Whether ``clone`` gives back the same object, as it does for whatever is frozen."""
    own = getattr(type(thing), "__sklearn_clone__", None)
    if own is None or own.__module__ == "sklearn.base":
        return False
    return own(thing) is thing


def _owner(estimator: Any, name: str) -> str:
    """Return the class of the part that a parameter belongs to."""
    path = name.rpartition("__")[0]
    part = estimator.get_params(deep=True).get(path) if path else estimator
    return type(part).__name__


def _stopped_early(estimator: Any) -> Iterator[str]:
    """Yield boosters whose training looked at rows that are handed to ``fit`` and kept nowhere."""
    for thing in _objects(estimator):
        if type(thing).__module__.partition(".")[0] not in BOOSTERS or not hasattr(thing, "get_params"):
            continue
        said = thing.get_params(deep=False)
        best = getattr(thing, "best_iteration_", None)  # LightGBM and CatBoost: set where rounds were left out
        if any(said.get(name) not in (None, 0) for name in STOPS_EARLY) or (best is not None and best > 0):
            yield type(thing).__name__
