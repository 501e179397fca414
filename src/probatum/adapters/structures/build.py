# SPDX-License-Identifier: Apache-2.0
"""From an estimator to its structure: which reader takes it, where its columns come from, whether both answer alike."""

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from probatum.adapters.interface import align
from probatum.adapters.structures import lightgbm, xgboost
from probatum.adapters.structures.agreement import compared
from probatum.adapters.structures.encoders import finished, pipeline
from probatum.adapters.structures.histograms import histograms
from probatum.adapters.structures.layers import layers
from probatum.adapters.structures.linear import linear
from probatum.adapters.structures.parts import Parts, columns_of, given, name_of
from probatum.adapters.structures.trees import boosting, forest, tree
from probatum.adapters.structures.untold import Untold
from probatum.facts.capabilities import Capability
from probatum.facts.threats import Task
from probatum.systems.datasets import Column, Rows, Schema
from probatum.systems.interface import Model
from probatum.systems.structures import Structure

Reader = Callable[[Any], Parts | str]

LINEAR = (
    "LogisticRegression", "LogisticRegressionCV", "LinearSVC", "SGDClassifier", "RidgeClassifier", "RidgeClassifierCV",
    "Perceptron", "PassiveAggressiveClassifier", "LinearDiscriminantAnalysis",
)  # fmt: skip
TREES: Mapping[str, Reader] = {
    "DecisionTreeClassifier": tree,
    "ExtraTreeClassifier": tree,
    "RandomForestClassifier": forest,
    "ExtraTreesClassifier": forest,
    "GradientBoostingClassifier": boosting,
    "HistGradientBoostingClassifier": histograms,
}
READERS: Mapping[str, Reader] = {**dict.fromkeys(LINEAR, linear), **TREES, "MLPClassifier": layers}
BOOSTED: Mapping[tuple[str, str], Reader] = {  # as the last step of a pipeline
    ("xgboost", "XGBClassifier"): xgboost.classifier,
    ("lightgbm", "LGBMClassifier"): lightgbm.classifier,
}

LOOKED_INTO = (
    "Looked into are linear classifiers, trees, forests, gradient boosting (of XGBoost and LightGBM, too), "
    "MLPClassifier, and pipelines that end in one of these."
)


def structure(estimator: Any, schema: Schema) -> Structure | str:
    """Return what an estimator is made of, not yet compared with its answers; or why it cannot be told."""
    found = parts(estimator, columns_of(estimator, schema))
    return found if isinstance(found, str) else assembled(found, estimator, schema)


def opened(estimator: Any, model: Model, rows: Rows) -> Structure | str:
    """Return what an estimator is made of, where it answers as the model does; else why not.

    Args:
        estimator: scikit-learn's.
        model: the same, as it is asked.
        rows: real ones, to compare with.
    """
    found = parts(estimator, columns_of(estimator, rows.schema))
    if isinstance(found, str):
        return found
    if model.classes is not None and len(model.classes) == len(found.classes):
        found = replace(found, classes=model.classes)  # the same ones, under the names that they go by in the data
    whole = assembled(found, estimator, rows.schema)
    if isinstance(whole, str):
        return whole
    return compared(found, whole, model, rows)


def capabilities(estimator: Any, schema: Schema) -> frozenset[Capability]:
    """Return what an estimator's inside can be asked for, by its kind alone."""
    last = estimator.steps[-1][1] if _own(estimator) and name_of(estimator) == "Pipeline" else estimator
    name = name_of(last) if _own(last) else ""
    if schema.task is Task.REGRESSION:
        return frozenset()
    if name in TREES or (_home(last), name_of(last)) in BOOSTED:
        return frozenset({Capability.TREES})
    network = name == "MLPClassifier" and importlib.util.find_spec("torch") is not None
    return frozenset({Capability.WEIGHTS, Capability.GRADIENTS}) if name in LINEAR or network else frozenset()


def parts(estimator: Any, columns: tuple[Column, ...]) -> Parts | str:
    """Take an estimator apart; its columns are those that it is given, in its order."""
    name = name_of(estimator)
    if (_home(estimator), name) in BOOSTED:
        return BOOSTED[_home(estimator), name](estimator)
    if not _own(estimator):
        return f"What a {name} is made of cannot be told: it is none of scikit-learn's own models. {LOOKED_INTO}"
    if name == "Pipeline":
        return pipeline(estimator, columns, lambda last: parts(last, ()))
    if name not in READERS:
        inner = next((name_of(one) for one in _within(estimator) if name_of(one) in READERS), None)
        hint = "" if inner is None else f" Give the {inner} inside it alone, to have that looked into."
        return f"What a {name} is made of cannot be told yet; it can only be asked.{hint} {LOOKED_INTO}"
    if len(getattr(estimator, "classes_", ())) < 2:
        return f"This {name} tells no classes apart."
    try:
        return READERS[name](estimator)
    except (AttributeError, KeyError) as error:  # of another version, which keeps its numbers elsewhere
        return (
            f"What this {name} is made of lies elsewhere than in the versions that are read ({error}). Train it again "
            "with the version of scikit-learn that is installed here, and save that."
        )


def assembled(found: Parts, estimator: Any, schema: Schema) -> Structure | str:
    """Return the structure over the schema's columns and classes."""
    return placed(found, lambda rows: given(estimator, rows), columns_of(estimator, schema), schema)


def placed(found: Parts, pick: Callable[[Rows], Any], columns: tuple[Column, ...], schema: Schema) -> Structure | str:
    """Return the structure of parts that are given ``columns`` by ``pick``."""
    order = align(np.asarray(found.classes), schema)
    if (order < 0).any():
        absent = [str(label) for label, place in zip(found.classes, order, strict=True) if place < 0]
        return (
            f"The model answers classes that the data do not have ({', '.join(absent[:6])}). Give rows of "
            "these, or say under [model] classes what it calls its labels."
        )
    encode, inputs, untraced = found.encode, None, found.untraced
    if found.inputs is not None:
        traced = finished(found.inputs, found.known, columns, schema)
        inputs, untraced = (None, traced.sentence()) if isinstance(traced, Untold) else (traced, None)
    return Structure(
        core=found.core,
        encode=lambda rows: encode(pick(rows)),
        inputs=inputs,
        order=tuple(int(place) for place in order),
        untraced=untraced,
    )


def _within(estimator: Any) -> tuple[Any, ...]:
    """Return what an estimator wraps, by the names that scikit-learn gives such parts."""
    return tuple(getattr(estimator, name) for name in ("best_estimator_", "estimator") if hasattr(estimator, name))


def _own(estimator: Any) -> bool:
    return _home(estimator) == "sklearn"


def _home(estimator: Any) -> str:
    """Return the library that an object comes from."""
    return type(estimator).__module__.partition(".")[0]
