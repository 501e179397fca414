# SPDX-License-Identifier: Apache-2.0
"""XGBoost's models: boosters, objects of its scikit-learn kind, and files in its own formats, which hold no code."""

import copy
import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from probatum.adapters.boosters import BoostedModel, Booster
from probatum.adapters.claims import own_classes
from probatum.adapters.interface import Adapter, Claim, Wish, few
from probatum.adapters.structures.xgboost import refused, used, xgboost
from probatum.errors import MissingExtraError, ModelError
from probatum.facts.threats import Task
from probatum.systems.datasets import Rows
from probatum.systems.datasets.rows import printed
from probatum.systems.mistakes import first_line

OUTPUTS = {
    "binary:logistic": "probabilities",
    "reg:logistic": "probabilities",
    "multi:softprob": "probabilities",
    "multi:softmax": "labels",
    "binary:logitraw": "logits",
    "binary:hinge": "labels",
}
VALUES = ("reg:", "count:")  # how objectives of amounts begin


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
    except Exception as error:  # the library's own types, and whatever its reader of the rest raises
        raise ModelError(
            f"The XGBoost model cannot be read ({first_line(error)}). Save it again with the version installed here."
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
    named, unnamed = named_categories(booster)
    kinds, names = booster.feature_types, booster.feature_names

    def ask(features: Any) -> np.ndarray:
        if isinstance(features, np.ndarray):
            matrix = library.DMatrix(features, feature_names=names, feature_types=kinds, nthread=1)
        else:
            matrix = library.DMatrix(features, enable_categorical=True, nthread=1)
        return np.asarray(booster.predict(matrix))

    output = OUTPUTS.get(objective, "values" if objective.startswith(VALUES) else None)
    predict, decide = (ask, None) if bare else _as_users(estimator, output)
    return Booster(
        library="XGBoost",
        predict=predict,
        decide=decide,
        objective=objective,
        output=output,
        count=max(2, int(learner["learner_model_param"]["num_class"])),
        columns=int(booster.num_features()),
        names=tuple(names) if names else None,
        categories={place: tuple(map(printed, own)) for place, own in named.items()},
        values=named,
        own_categories=unnamed,
        refuses_unknown=True,
        read=lambda classes: xgboost(booster, classes, {at: tuple(map(printed, own)) for at, own in named.items()}),
        trees=refused(kind, objective) is None,
        estimator=estimator,
        missing=float(np.nan if bare or estimator.missing is None else estimator.missing),
    )


def _as_users(estimator: Any, output: str | None) -> tuple[Callable[[Any], Any], Callable[[Any], Any] | None]:
    """Return how an estimator's users ask for scores or numbers, and for labels."""
    if not hasattr(estimator, "predict_proba"):
        return estimator.predict, None
    if output == "labels":
        return estimator.predict, estimator.predict
    if output == "probabilities":
        return estimator.predict_proba, estimator.predict
    return lambda features: estimator.predict(features, output_margin=True), estimator.predict


def _objective(thing: Any) -> tuple[str, int, int]:
    """Return a trained booster's objective, and how many classes and targets it has."""
    import xgboost as library

    booster = thing if isinstance(thing, library.Booster) else thing.get_booster()
    learner = json.loads(booster.save_config())["learner"]
    said = learner["learner_model_param"]
    return str(learner["objective"]["name"]), int(said["num_class"]), int(said.get("num_target", 1))


def named_categories(booster: Any) -> tuple[dict[int, tuple[Any, ...]], frozenset[int]]:
    """Return the categories that the model names (XGBoost 3.1 and later), and the columns where it does not."""
    coded = [place for place, kind in enumerate(booster.feature_types or ()) if kind == "c"]
    if not coded:
        return {}, frozenset()
    model = json.loads(bytes(booster.save_raw("json")))["learner"]["gradient_booster"].get("model", {})
    listed = model.get("cats", {}).get("enc", [])
    named = {place: _names(listed[place]) for place in coded if place < len(listed) and listed[place].get("values")}
    return named, frozenset(coded) - frozenset(named)


def _names(listed: dict[str, Any]) -> tuple[Any, ...]:
    """Return the categories of one column: numbers, or text laid end to end."""
    if "offsets" not in listed:
        return tuple(listed["values"])
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
        raise _unfitted(error) from error
    return BoostedModel(booster, lambda again, rows: _wrap(again, few(rows), wish), probe, wish)


def _unfitted(error: Exception) -> Exception:
    """Return what to raise for what the library raised."""
    if type(error).__name__ != "NotFittedError":
        return error
    return ModelError("Wanted a trained model; this one was never fitted. Call fit first.")


def _claim(thing: Any, probe: Rows, wish: Wish) -> Claim:
    try:
        objective, count, targets = _objective(thing)
    except Exception as error:
        raise _unfitted(error) from error
    because = f"is an XGBoost model with the objective {objective}"
    if objective.startswith(("survival:", "rank:")):
        kind = "how long something lasts" if objective.startswith("survival:") else "an order within each query"
        raise ModelError(f"The model {because}: it predicts {kind}, which is not assessed.")
    if targets > 1:
        raise ModelError(
            f"The model {because} and gives {targets} answers for each row at once (several targets or labels), which "
            "is not assessed. Train one model for each, or give a function that picks one of them."
        )
    own = own_classes(thing)
    if own is not None:
        return Claim(task=Task.BINARY if len(own) <= 2 else Task.MULTICLASS, because=because, classes=own)
    output = OUTPUTS.get(objective)
    if objective == "reg:logistic":  # of a share, or of a class
        return Claim(because="")
    if output is None:
        return Claim(task=Task.REGRESSION, because=because) if objective.startswith(VALUES) else Claim()
    task = Task.MULTICLASS if count > 2 else Task.BINARY
    return Claim(task=task, because=because, classes=tuple(range(max(2, count))))


ADAPTER = Adapter(name="XGBoost", fits=_fits, wrap=_wrap, claim=_claim, libraries=("xgboost",))
