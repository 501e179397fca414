# SPDX-License-Identifier: Apache-2.0
"""XGBoost's models: boosters, objects of its scikit-learn kind, and files in its own formats, which hold no code."""

import copy
import json
from itertools import pairwise
from typing import Any

import numpy as np

from probatum.adapters.boosters import BoostedModel, Booster
from probatum.adapters.interface import Adapter, Wish, few
from probatum.adapters.structures.xgboost import refused, used, xgboost
from probatum.errors import MissingExtraError, ModelError
from probatum.systems.datasets import Rows
from probatum.systems.datasets.rows import printed

OUTPUTS = {
    "binary:logistic": "probabilities",
    "reg:logistic": "probabilities",
    "multi:softprob": "probabilities",
    "multi:softmax": "labels",
    "binary:logitraw": "logits",
    "binary:hinge": "labels",
}


def open_file(content: bytes) -> Any:
    """Return the booster that a file of JSON or UBJSON holds.

    Raises:
        MissingExtraError: XGBoost is not installed.
        ModelError: XGBoost cannot read it.
    """
    try:
        import xgboost as library
    except ImportError:
        raise MissingExtraError(
            'Wanted XGBoost, to read its model; it is not installed. pip install "probatum[xgboost]"'
        ) from None
    booster = library.Booster({"nthread": 1})
    try:
        booster.load_model(bytearray(content))
    except (library.core.XGBoostError, ValueError) as error:
        first = str(error).splitlines()[0][:200]
        raise ModelError(
            f"The XGBoost model cannot be read ({first}). Save it again with the version installed here."
        ) from error
    best = booster.attr("best_iteration")
    if booster.attr("scikit_learn") is not None and best is not None:
        return booster[: int(best) + 1]  # what its users' predict takes, if training was stopped early
    return booster


def _booster(thing: Any) -> Booster:
    import xgboost as library

    bare = isinstance(thing, library.Booster)
    estimator: Any = None if bare else copy.deepcopy(thing).set_params(n_jobs=1)
    booster = thing.copy() if bare else used(estimator)
    booster.set_param({"nthread": 1})
    learner = json.loads(booster.save_config())["learner"]
    objective, kind = str(learner["objective"]["name"]), str(learner["gradient_booster"]["name"])
    categories, unnamed = _categories(booster)
    kinds, names = booster.feature_types, booster.feature_names

    def predict(x: np.ndarray) -> np.ndarray:
        matrix = library.DMatrix(x, feature_names=names, feature_types=kinds, nthread=1)
        return np.asarray(booster.predict(matrix))

    return Booster(
        library="XGBoost",
        predict=predict,
        output=OUTPUTS.get(objective, "values" if objective.startswith(("reg:", "count:")) else None),
        count=max(2, int(learner["learner_model_param"]["num_class"])),
        columns=int(booster.num_features()),
        names=tuple(names) if names else None,
        categories=categories,
        own_categories=unnamed,
        read=lambda classes: xgboost(booster, classes, categories),
        trees=refused(kind, objective) is None,
        estimator=estimator,
        missing=float(np.nan if bare or estimator.missing is None else estimator.missing),
    )


def _categories(booster: Any) -> tuple[dict[int, tuple[str, ...]], frozenset[int]]:
    """Return the categories that the model names (XGBoost 3.1 and later), and the columns where it does not."""
    coded = [place for place, kind in enumerate(booster.feature_types or ()) if kind == "c"]
    if not coded:
        return {}, frozenset()
    model = json.loads(bytes(booster.save_raw("json")))["learner"]["gradient_booster"].get("model", {})
    listed = model.get("cats", {}).get("enc", [])
    named = {place: _names(listed[place]) for place in coded if place < len(listed) and listed[place].get("values")}
    return named, frozenset(coded) - frozenset(named)


def _names(listed: dict[str, Any]) -> tuple[str, ...]:
    """Return the categories of one column: numbers, or text laid end to end."""
    if "offsets" not in listed:
        return tuple(printed(value) for value in listed["values"])
    text = bytes(value % 256 for value in listed["values"])
    ends = listed["offsets"]
    return tuple(text[start:stop].decode() for start, stop in pairwise(ends))


def _fits(thing: Any) -> bool:
    return type(thing).__module__.partition(".")[0] == "xgboost" and type(thing).__name__ in (
        "Booster", "XGBClassifier", "XGBRegressor", "XGBRFClassifier", "XGBRFRegressor",
    )  # fmt: skip


def _wrap(thing: Any, probe: Rows, wish: Wish) -> BoostedModel:
    try:
        booster = _booster(thing)
    except Exception as error:
        if type(error).__name__ != "NotFittedError":
            raise
        raise ModelError("Wanted a trained model; this one was never fitted. Call fit first.") from error
    return BoostedModel(booster, lambda again, rows: _wrap(again, few(rows), wish), probe, wish)


ADAPTER = Adapter(name="XGBoost", fits=_fits, wrap=_wrap)
