# SPDX-License-Identifier: Apache-2.0
"""LightGBM's models: boosters, objects of its scikit-learn kind, and files of its own text, which hold no code."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from probatum.adapters.boosters import BoostedModel, Booster
from probatum.adapters.claims import own_classes
from probatum.adapters.interface import Adapter, Claim, Wish, few
from probatum.adapters.structures.lightgbm import OBJECTIVES, lightgbm
from probatum.errors import MissingExtraError, ModelError
from probatum.facts.threats import Task
from probatum.systems.datasets import Rows
from probatum.systems.datasets.rows import printed
from probatum.systems.mistakes import first_line

OUTPUTS = {
    "binary": "probabilities",
    "multiclass": "probabilities",
    "multiclassova": "probabilities",
    "cross_entropy": "probabilities",
}
VALUES = frozenset(
    {"regression", "regression_l1", "huber", "fair", "poisson", "quantile", "mape", "gamma", "tweedie"}
)  # objectives of amounts
RANKS = frozenset({"lambdarank", "rank_xendcg"})
SKLEARN = ("LGBMClassifier", "LGBMRegressor")


def open_file(content: bytes) -> Any:
    """Return the booster that a file of text holds.

    Raises:
        MissingExtraError: LightGBM is not installed.
        ModelError: LightGBM cannot read it.
    """
    try:
        import lightgbm as library
    except ImportError:
        raise MissingExtraError(
            'Wanted LightGBM, to read its model; it is not installed. pip install "probatum[lightgbm]"'
        ) from None
    try:
        return library.Booster(model_str=content.decode())
    except Exception as error:  # the library's own types, and whatever its reader of the rest raises
        raise ModelError(
            f"The LightGBM model cannot be read ({first_line(error)}). Save it again with the version installed here."
        ) from error


def _booster(thing: Any, probe: Rows) -> Booster:
    estimator = copy.deepcopy(thing).set_params(n_jobs=1) if type(thing).__name__ in SKLEARN else None
    booster = thing if estimator is None else estimator.booster_
    head = booster.dump_model(num_iteration=1)
    objective = str(head.get("objective", "")).split(" ")[0]
    listed = tuple(booster.feature_name())
    names = None if all(name == f"Column_{place}" for place, name in enumerate(listed)) else listed
    own = _categories(booster, head, names, probe)
    categories = {place: tuple(map(printed, listed)) for place, listed in own.items()}
    output = OUTPUTS.get(objective, "values" if objective in VALUES else None)
    predict, decide = _as_users(booster, estimator, output)
    return Booster(
        library="LightGBM",
        predict=predict,
        decide=decide,
        objective=objective or "not named",
        output=output,
        count=max(2, int(head["num_class"])),
        columns=len(listed),
        names=names,
        categories=categories,
        values=own,
        read=lambda classes: lightgbm(booster, classes, categories),
        trees=objective in OBJECTIVES and not head["average_output"],
        estimator=estimator,
    )


def _as_users(
    booster: Any, estimator: Any, output: str | None
) -> tuple[Callable[[Any], Any], Callable[[Any], Any] | None]:
    """Return how its users ask for scores or numbers, and a classifier's for labels."""
    if estimator is None:
        return lambda features: booster.predict(features, num_threads=1), None
    if not hasattr(estimator, "predict_proba"):
        return estimator.predict, None
    if output == "probabilities":
        return estimator.predict_proba, estimator.predict
    return lambda features: estimator.predict(features, raw_score=True), None


def _categories(
    booster: Any, head: dict[str, Any], names: tuple[str, ...] | None, probe: Rows
) -> dict[int, tuple[Any, ...]]:
    """Return the categories of each column of them; the model lists them in the order of its columns, without names.

    Raises:
        ModelError: it cannot be told which columns they belong to.
    """
    listed = booster.pandas_categorical or []
    if not listed or names is None or isinstance(probe.features, np.ndarray):
        return {}
    by_name = {str(name).replace(" ", "_"): probe.features[name] for name in probe.features.columns}
    texts = [place for place, name in enumerate(names) if name in by_name and not _number(by_name[name])]
    infos = head["feature_infos"]
    split = [place for place, name in enumerate(names) if infos.get(name, {}).get("values")]
    for places in (texts, split):
        if len(places) == len(listed):
            return {place: tuple(own) for place, own in zip(places, listed, strict=True)}
    raise ModelError(
        f"The LightGBM model was trained with {len(listed)} columns of categories; in the data {len(texts)} of its "
        "columns hold text or categories. Give those columns the types that it was trained on."
    )


def _number(cells: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(cells.dtype))


def _fits(thing: Any) -> bool:
    name = type(thing).__name__
    return type(thing).__module__.partition(".")[0] == "lightgbm" and name in ("Booster", *SKLEARN)


def _wrap(thing: Any, probe: Rows, wish: Wish) -> BoostedModel:
    try:
        booster = _booster(thing, probe)
    except Exception as error:
        raise _unfitted(error) from error
    return BoostedModel(booster, lambda again, rows: _wrap(again, few(rows), wish), probe, wish)


def _unfitted(error: Exception) -> Exception:
    """Return what to raise for what the library raised."""
    if "NotFittedError" not in {base.__name__ for base in type(error).__mro__}:
        return error
    return ModelError("Wanted a trained model; this one was never fitted. Call fit first.")


def _claim(thing: Any, probe: Rows, wish: Wish) -> Claim:
    try:
        head = (thing.booster_ if type(thing).__name__ in SKLEARN else thing).dump_model(num_iteration=1)
    except Exception as error:
        raise _unfitted(error) from error
    objective, count = str(head.get("objective", "")).split(" ")[0], int(head["num_class"])
    because = f"is a LightGBM model with {f'the objective {objective}' if objective else 'an objective of its own'}"
    if objective in RANKS:
        raise ModelError(f"The model {because}: it predicts an order within each query, which is not assessed.")
    own = own_classes(thing)
    if own is not None:
        return Claim(task=Task.BINARY if len(own) <= 2 else Task.MULTICLASS, because=because, classes=own)
    if objective in VALUES:
        return Claim(task=Task.REGRESSION, because=because)
    if objective not in OUTPUTS or objective == "cross_entropy":  # the last of a share, or of a class
        return Claim()
    task = Task.MULTICLASS if count > 2 else Task.BINARY
    return Claim(task=task, because=because, classes=tuple(range(max(2, count))))


ADAPTER = Adapter(name="LightGBM", fits=_fits, wrap=_wrap, claim=_claim, libraries=("lightgbm",))
