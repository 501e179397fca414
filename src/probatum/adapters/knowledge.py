# SPDX-License-Identifier: Apache-2.0
"""What a model says of the cells that it was trained on: categories of its encoders, its text columns, its labels.

A model is only looked at, never asked: data are read as it knows them before it is asked for the first time.
"""

from collections import UserList
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from probatum.systems.datasets.known import NOTHING, KnownCells, KnownColumn, Value, Wanted

Columns = Sequence[str | int]  # by name, or by place where the model knows no names
Found = dict[str | int, KnownColumn]
MOST_STEPS = 50  # of estimators within one another

# what holds the fitted estimator that does the work, by the name of the attribute
HOLDERS = ("best_estimator_", "estimator_", "regressor_", "classifier_")
# one column in, one column out, in the same order; a cell stays a number where it was one, a word where it was one
SAME_COLUMNS = (
    *("SimpleImputer", "StandardScaler", "MinMaxScaler", "MaxAbsScaler", "RobustScaler", "QuantileTransformer"),
    *("PowerTransformer", "IterativeImputer", "KNNImputer", "Normalizer"),
)


def known_cells(model: Any) -> KnownCells:
    """Return what a fitted model knows; nothing of a function, a network, or what does not say."""
    if model is None or isinstance(model, type):
        return NOTHING
    try:
        return _known(model)
    except Exception:  # noqa: BLE001  # an object may raise anything when it is looked at; then it says nothing
        return NOTHING


def wants_texts(model: Any) -> bool:
    """Say whether a model wants a sequence of texts, as a pipeline that begins with a vectoriser does."""
    return _reads_texts(_first(model))


def _known(model: Any) -> KnownCells:
    labels = _labels(model)
    boosted = _boosted(model)
    if boosted is not None:
        return boosted.with_labels(labels)
    names = _names(model)
    width = getattr(model, "n_features_in_", None)
    columns: Columns = names or range(int(width) if width is not None else 1)
    if not names and width is None and not _reads_texts(_first(model)):
        return NOTHING.with_labels(labels)
    found: Found = {}
    _look(model, columns, found, MOST_STEPS)
    return KnownCells(
        columns={name: column for name, column in found.items() if isinstance(name, str)},
        places={place: column for place, column in found.items() if isinstance(place, int)},
        names=tuple(names or ()),
        width=None if width is None else int(width),
        labels=labels,
        single_text=_reads_texts(_first(model)),
    )


def _look(thing: Any, columns: Columns, found: Found, depth: int) -> None:
    """Add what an estimator knows of the columns that it is given."""
    if depth == 0 or thing is None or isinstance(thing, str):
        return
    inner = _inner(thing)
    if inner is not None:
        _look(inner, columns, found, depth - 1)
    elif hasattr(thing, "steps"):
        _look_at_steps([step for _, step in thing.steps], columns, found, depth - 1)
    elif hasattr(thing, "transformers_"):
        for _, step, chosen in thing.transformers_:
            _look(step, _chosen(chosen, columns), found, depth - 1)
    elif hasattr(thing, "transformer_list"):  # a union: each is given all columns
        for _, step in thing.transformer_list:
            _look(step, columns, found, depth - 1)
    elif _reads_texts(thing):
        _add(found, columns, KnownColumn(wanted=Wanted.FREE_TEXT, part=type(thing).__name__))
    elif _has_categories(thing, columns):
        for name, values in zip(columns, thing.categories_, strict=True):
            _add(found, [name], _of_values(values, type(thing).__name__))
    elif type(thing).__name__.startswith("HistGradientBoosting"):
        _look(getattr(thing, "_preprocessor", None), columns, found, depth - 1)
        _add(found, columns, KnownColumn(wanted=Wanted.NUMBER, part=type(thing).__name__))
    elif _counts(thing):
        _add(found, columns, KnownColumn(wanted=Wanted.NUMBER, part=type(thing).__name__))


def _look_at_steps(steps: Iterable[Any], columns: Columns, found: Found, depth: int) -> None:
    """Look at the first step, and on as long as the columns stay what they are."""
    for step in steps:
        plain = step is None or step == "passthrough"
        if plain:
            continue
        _look(step, columns, found, depth)
        if type(step).__name__ not in SAME_COLUMNS:
            return


def _inner(thing: Any) -> Any:
    """Return the estimator that a wrapper hands its rows to, as they are."""
    for holder in HOLDERS:
        inner = getattr(thing, holder, None)
        if inner is not None and hasattr(inner, "fit"):
            return inner
    calibrated = getattr(thing, "calibrated_classifiers_", None)
    if calibrated:
        return getattr(calibrated[0], "estimator", None)
    several = getattr(thing, "estimators_", None)
    whole = type(thing).__name__ in ("VotingClassifier", "VotingRegressor", "StackingClassifier", "StackingRegressor")
    return several[0] if whole and several else None


def _first(model: Any) -> Any:
    """Return what is given the rows first."""
    for _ in range(MOST_STEPS):
        inner = _inner(model)
        if inner is not None:
            model = inner
            continue
        steps = getattr(model, "steps", None) or getattr(model, "transformer_list", None)
        first = [step for _, step in steps if step is not None and step != "passthrough"] if steps else []
        if not first:
            return model
        model = first[0]
    return model


def _names(model: Any) -> list[str] | None:
    """Return the names of the columns that a model was trained on."""
    names = getattr(model, "feature_names_in_", None)
    return None if names is None else [str(name) for name in names]


def _chosen(chosen: Any, columns: Columns) -> Columns:
    """Return the columns that a ColumnTransformer hands to one of its parts."""
    chosen = chosen.data if isinstance(chosen, UserList) else chosen  # of the rest, up to scikit-learn 1.6; it warns
    if isinstance(chosen, str):
        return [chosen]
    if isinstance(chosen, int | np.integer):
        return [columns[int(chosen)]]
    if isinstance(chosen, slice):
        return columns[chosen] if isinstance(chosen.start or chosen.stop or 0, int) else []
    listed = np.asarray(chosen)
    if listed.dtype == bool:
        return [columns[place] for place in np.flatnonzero(listed).tolist()]
    return [columns[int(one)] if isinstance(one, int | np.integer) else str(one) for one in listed.tolist()]


def _reads_texts(thing: Any) -> bool:
    """Say whether this splits texts into words."""
    return hasattr(thing, "build_analyzer") and hasattr(thing, "transform")


def _counts(thing: Any) -> bool:
    """Say whether this is a part of scikit-learn that does arithmetic with every column."""
    if not type(thing).__module__.startswith("sklearn."):
        return False
    return type(thing).__name__ in SAME_COLUMNS[1:] or hasattr(thing, "predict")


def _has_categories(thing: Any, columns: Columns) -> bool:
    listed = getattr(thing, "categories_", None)
    return isinstance(listed, list) and len(listed) == len(columns)


def _add(found: Found, columns: Columns, known: KnownColumn) -> None:
    """Add it for each column; values that are listed win over what lists none."""
    for name in columns:
        before = found.get(name)
        if before is None or (known.values and not before.values):
            found[name] = known


def _of_values(values: Any, part: str) -> KnownColumn:
    """Return what a list of categories says of its column."""
    plain = tuple(
        one for one in (_plain(value) for value in np.asarray(values, dtype=object).tolist()) if one is not None
    )
    kinds = {bool if isinstance(one, bool) else str if isinstance(one, str) else float for one in plain}
    wanted = {bool: Wanted.TRUTH, str: Wanted.TEXT, float: Wanted.NUMBER}
    return KnownColumn(wanted=wanted[kinds.pop()] if len(kinds) == 1 else Wanted.MIXED, values=plain, part=part)


def _plain(value: Any) -> Value | None:
    """Return a category as a plain value; None for a missing cell."""
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, float) and np.isnan(plain):
        return None
    return plain if isinstance(plain, str | bool | int | float) else None


def _labels(model: Any) -> tuple[Value, ...] | None:
    """Return the labels that a model tells apart; None where it does not say, or has several outputs."""
    listed = getattr(model, "classes_", None)
    if listed is None:
        return None
    try:
        labels = np.asarray(listed)
    except ValueError:  # lists of unequal length, one an output
        return None
    if labels.ndim != 1:
        return None
    return tuple(one for one in (_plain(label) for label in labels.tolist()) if one is not None)


def _boosted(model: Any) -> KnownCells | None:
    """Return what a model of LightGBM, XGBoost or CatBoost knows; None for others."""
    library = type(model).__module__.partition(".")[0]
    reader: Mapping[str, Any] = {"lightgbm": _of_lightgbm, "xgboost": _of_xgboost, "catboost": _of_catboost}
    return reader[library](model) if library in reader else None


def _of_lightgbm(model: Any) -> KnownCells:
    booster = getattr(model, "booster_", model) if hasattr(model, "fit") else model
    if not hasattr(booster, "feature_name"):
        return NOTHING
    listed = [_of_values(values, "LightGBM") for values in booster.pandas_categorical or ()]
    names = tuple(booster.feature_name())
    named = any(name != f"Column_{place}" for place, name in enumerate(names))
    infos = booster.dump_model(num_iteration=1)["feature_infos"] if listed else {}
    split = [name for name in names if infos.get(name, {}).get("values")]
    columns = dict(zip(split, listed, strict=True)) if len(split) == len(listed) else {}
    return KnownCells(
        columns=columns if named else {},
        lists=() if columns else tuple(listed),
        names=names if named else (),
        width=len(names),
    )


def _of_xgboost(model: Any) -> KnownCells:
    from probatum.adapters.xgboost import named_categories

    booster = model.get_booster() if hasattr(model, "get_booster") else model
    if not hasattr(booster, "feature_names"):
        return NOTHING
    names = tuple(booster.feature_names or ())
    known = {place: _of_values(values, "XGBoost") for place, values in named_categories(booster)[0].items()}
    return KnownCells(
        columns={names[place]: column for place, column in known.items()} if names else {},
        places={} if names else known,
        names=names,
        width=int(booster.num_features()),
    )


def _of_catboost(model: Any) -> KnownCells:
    """Return what each column holds; of categories, CatBoost keeps hashes only, in which 1 and "1" are alike."""
    names = tuple(map(str, model.feature_names_))
    named = names != tuple(map(str, range(len(names))))
    kinds = dict.fromkeys(range(len(names)), Wanted.NUMBER)
    kinds |= dict.fromkeys(map(int, model.get_cat_feature_indices()), Wanted.TEXT)
    kinds |= dict.fromkeys(map(int, model.get_text_feature_indices()), Wanted.FREE_TEXT)
    known = {place: KnownColumn(wanted=wanted, part="CatBoost") for place, wanted in kinds.items()}
    return KnownCells(
        columns={names[place]: column for place, column in known.items()} if named else {},
        places={} if named else known,
        names=names if named else (),
        width=len(names),
    )
