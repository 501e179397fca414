# SPDX-License-Identifier: Apache-2.0
"""LightGBM's models: boosters, objects of its scikit-learn kind, and files of its own text, which hold no code."""

import copy
from typing import Any

import numpy as np
import pandas as pd

from probatum.adapters.boosters import BoostedModel, Booster
from probatum.adapters.interface import Adapter, Wish, few
from probatum.adapters.structures.lightgbm import OBJECTIVES, lightgbm
from probatum.errors import MissingExtraError, ModelError
from probatum.systems.datasets import Rows
from probatum.systems.datasets.rows import printed

OUTPUTS = {"binary": "probabilities", "multiclass": "probabilities", "multiclassova": "probabilities"}
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
    except (library.basic.LightGBMError, ValueError) as error:
        first = str(error).splitlines()[0][:200]
        raise ModelError(
            f"The LightGBM model cannot be read ({first}). Save it again with the version installed here."
        ) from error


def _booster(thing: Any, probe: Rows) -> Booster:
    estimator = copy.deepcopy(thing).set_params(n_jobs=1) if type(thing).__name__ in SKLEARN else None
    booster = thing if estimator is None else estimator.booster_
    head = booster.dump_model(num_iteration=1)
    objective = str(head.get("objective", "")).split(" ")[0]
    listed = tuple(booster.feature_name())
    names = None if all(name == f"Column_{place}" for place, name in enumerate(listed)) else listed
    categories = _categories(booster, head, names, probe)
    sums = OUTPUTS.get(objective)
    return Booster(
        library="LightGBM",
        predict=lambda x: np.asarray(booster.predict(x, num_threads=1)),
        output=sums or ("values" if objective else None),
        count=max(2, int(head["num_class"])),
        columns=len(listed),
        names=names,
        categories=categories,
        read=lambda classes: lightgbm(booster, classes, categories),
        trees=objective in OBJECTIVES and not head["average_output"],
        estimator=estimator,
    )


def _categories(
    booster: Any, head: dict[str, Any], names: tuple[str, ...] | None, probe: Rows
) -> dict[int, tuple[str, ...]]:
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
            return {place: tuple(map(printed, own)) for place, own in zip(places, listed, strict=True)}
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
        if "NotFittedError" not in {base.__name__ for base in type(error).__mro__}:
            raise
        raise ModelError("Wanted a trained model; this one was never fitted. Call fit first.") from error
    return BoostedModel(booster, lambda again, rows: _wrap(again, few(rows), wish), probe, wish)


ADAPTER = Adapter(name="LightGBM", fits=_fits, wrap=_wrap)
