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
        return f"What a {name} is made of cannot be told: it is none of scikit-learn's own models."
    if name == "Pipeline":
        return pipeline(estimator, columns, lambda last: parts(last, ()))
    if name not in READERS:
        return f"What a {name} is made of cannot be told yet; it can only be asked."
    if len(getattr(estimator, "classes_", ())) < 2:
        return f"This {name} tells no classes apart."
    try:
        return READERS[name](estimator)
    except (AttributeError, KeyError) as error:  # of another version, which keeps its numbers elsewhere
        return f"What this {name} is made of lies elsewhere than in the versions that are read ({error})."


def assembled(found: Parts, estimator: Any, schema: Schema) -> Structure | str:
    """Return the structure over the schema's columns and classes."""
    return placed(found, lambda rows: given(estimator, rows), columns_of(estimator, schema), schema)


def placed(found: Parts, pick: Callable[[Rows], Any], columns: tuple[Column, ...], schema: Schema) -> Structure | str:
    """Return the structure of parts that are given ``columns`` by ``pick``."""
    order = align(np.asarray(found.classes), schema)
    if (order < 0).any():
        return "The model answers classes that the data do not have."
    encode = found.encode
    return Structure(
        core=found.core,
        encode=lambda rows: encode(pick(rows)),
        inputs=finished(found.inputs, found.known, columns, schema),
        order=tuple(int(place) for place in order),
    )


def _own(estimator: Any) -> bool:
    return _home(estimator) == "sklearn"


def _home(estimator: Any) -> str:
    """Return the library that an object comes from."""
    return type(estimator).__module__.partition(".")[0]
