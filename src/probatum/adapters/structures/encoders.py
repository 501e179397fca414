# SPDX-License-Identifier: Apache-2.0
"""Where the columns of an encoded row come from, through scikit-learn's own transformers.

What changes a cell other than by a shift, a scale or a list of categories is not told: then nothing is, and which
column or step is at fault, and what would help, is said instead.
"""

from collections import UserList
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from probatum.adapters.structures.parts import Parts, name_of
from probatum.adapters.structures.untold import PLAIN, Untold, no_category, step_of, words_for_numbers
from probatum.systems.datasets import Column, Kind, Schema
from probatum.systems.datasets.rows import printed
from probatum.systems.mistakes import visible
from probatum.systems.structures import Input

RARE = "puts rare categories together (min_frequency, max_categories)"
MISSING = ""  # among rare categories: a missing cell
AFTER = "takes as categories what other steps have changed before:"
ELSEWHERE = -1  # as a category: a cell that is missing, or holds none of the schema's categories
Inputs = tuple[Input, ...]


def pipeline(estimator: Any, columns: tuple[Column, ...], read: Callable[[Any], Parts | str]) -> Parts | str:
    """Take a pipeline apart: its last step is the model, those before it encode.

    Args:
        estimator: the pipeline.
        columns: that it is given, in its order.
        read: takes the last step apart.
    """
    last = read(estimator.steps[-1][1])
    if isinstance(last, str):
        return last
    encoders = estimator[:-1]
    traced = traces(encoders, tuple(Input(column=place) for place in range(len(columns))), columns)
    inputs: Inputs | Untold
    if isinstance(traced, Untold) or last.inputs is None:
        inputs = traced if isinstance(traced, Untold) else Untold(why=last.untraced or "")
    elif len(traced) < len(last.inputs):
        inputs = Untold(
            why=f"The steps give {len(traced)} columns, as far as they were followed, and the model wants more."
        )
    else:
        inputs = _recoded(tuple(traced[one.column] for one in last.inputs), last.known, columns)

    def encode(features: Any) -> np.ndarray:
        done = encoders.transform(features) if len(encoders.steps) else features
        dense = done.toarray() if hasattr(done, "toarray") else np.asarray(done)  # a sparse array, or not
        return last.encode(np.asarray(dense, dtype=np.float64))

    known, why = (None, inputs.sentence()) if isinstance(inputs, Untold) else (inputs, None)
    return Parts(core=last.core, classes=last.classes, encode=encode, inputs=known, said=last.said, untraced=why)


def _recoded(inputs: Inputs, known: Mapping[int, Sequence[str]], columns: tuple[Column, ...]) -> Inputs | Untold:
    """Return inputs after a model's own encoding of the codes that it is given."""
    out = list(inputs)
    for place, names in known.items():
        codes, seen = inputs[place].codes, {_number(name): float(code) for code, name in enumerate(names)}
        if codes is None:
            what = "takes categories, and is given no codes of an OrdinalEncoder, of"
            return step_of("The model", (inputs[place],), columns, what, "Put one in front of it.")
        out[place] = replace(inputs[place], codes=tuple(seen.get(code, np.nan) for code in codes))
    return tuple(out)


def finished(
    inputs: Inputs, known: Mapping[int, Sequence[str]], columns: tuple[Column, ...], schema: Schema
) -> Inputs | Untold:
    """Return inputs over the schema's columns; a category that goes in as it is becomes the number that it stands for.

    Args:
        inputs: over ``columns``.
        known: encoded column: the categories of its codes, for models with an encoding of their own.
        columns: that the model is given, in its order.
        schema: all columns.
    """
    places = {column.name: place for place, column in enumerate(schema.given)}
    out, numbers_only = [], []
    for encoded, one in enumerate(inputs):
        column = columns[one.column]
        if column.kind in (Kind.TEXT, Kind.DATE):
            return no_category(column, "free text" if column.kind is Kind.TEXT else "dates")
        if encoded in known:
            codes = {category: float(code) for code, category in enumerate(known[encoded])}
            if not column.categories:
                numbers_only.append(column.name)
                continue
            one = replace(one, codes=tuple(codes.get(category, np.nan) for category in column.categories))
        elif column.categories and one.category is None and one.codes is None:
            numbers = [_number(category) for category in column.categories]
            if None in numbers:
                return words_for_numbers(column, column.categories[numbers.index(None)])
            one = _affine(
                replace(one, codes=tuple(float(number or 0) for number in numbers), scale=1.0, shift=0.0),
                one.scale,
                -one.shift * one.scale,
            )
        out.append(replace(one, column=places[column.name]))
    if numbers_only:
        return Untold(categorical=tuple(numbers_only))
    return tuple(out)


def traces(step: Any, inputs: Inputs, columns: tuple[Column, ...]) -> Inputs | Untold:
    """Return where each column that leaves a fitted transformer comes from, or why it cannot be told."""
    if step is None or isinstance(step, str):
        unknown = Untold(why=f"The step {step!r} of the pipeline is not followed.")
        return inputs if step in (None, "passthrough") else unknown
    name = name_of(step)
    if type(step).__module__.partition(".")[0] != "sklearn":
        return step_of(name, inputs, columns, "is none of scikit-learn's own steps, and makes numbers of")
    reader = _READERS.get(name)
    if reader is None:
        followed = ", ".join(one for one in _READERS if one not in ("Pipeline", "ColumnTransformer"))
        return step_of(name, inputs, columns, "makes numbers of", f"These steps are: {followed}. {PLAIN}")
    return reader(step, inputs, columns)


def _pipeline(step: Any, inputs: Inputs, columns: tuple[Column, ...]) -> Inputs | Untold:
    now: Inputs | Untold = inputs
    for _, one in step.steps:
        if isinstance(now, Untold):
            return now
        now = traces(one, now, columns)
    return now


def _column_transformer(step: Any, inputs: Inputs, columns: tuple[Column, ...]) -> Inputs | Untold:
    out: list[Input] = []
    categorical: list[str] = []
    for name, one, chosen in step.transformers_:
        places = _places(step, chosen, len(inputs))
        if places is None:
            return Untold(
                why=f"The ColumnTransformer picks the columns of its part “{visible(str(name))}” in a way that is not "
                'followed. List them by name: ["age", "income"].'
            )
        if (isinstance(one, str) and one == "drop") or not places:
            continue
        part = traces(one, tuple(inputs[place] for place in places), columns)
        if isinstance(part, Untold) and part.categorical:
            categorical += part.categorical  # those of all parts are told at once
        elif isinstance(part, Untold):
            return part
        else:
            out.extend(part)
    return Untold(categorical=tuple(categorical)) if categorical else tuple(out)


def _places(step: Any, chosen: Any, width: int) -> list[int] | None:
    """Return the places of the columns that one transformer is given."""
    chosen = chosen.data if isinstance(chosen, UserList) else chosen  # of the rest, up to scikit-learn 1.6; it warns
    if isinstance(chosen, slice) and not any(isinstance(end, str) for end in (chosen.start, chosen.stop)):
        return list(range(width))[chosen]
    if not isinstance(chosen, list | tuple | np.ndarray | pd.Index):
        return None  # a single column, or names from one to another
    listed = list(chosen)
    if listed and all(isinstance(one, bool | np.bool_) for one in listed):
        return [place for place, wanted in enumerate(listed) if wanted]
    if all(isinstance(one, int | np.integer) for one in listed):
        return [int(one) % width for one in listed]
    names = [str(name) for name in getattr(step, "feature_names_in_", ())]
    return [names.index(str(one)) for one in listed] if set(map(str, listed)) <= set(names) else None


def _function(step: Any, inputs: Inputs, columns: tuple[Column, ...]) -> Inputs | Untold:
    if step.func is None:
        return inputs
    return step_of("A FunctionTransformer", inputs, columns, "does what its own function says with")


def _standard(step: Any, inputs: Inputs, columns: tuple[Column, ...]) -> Inputs | Untold:
    middle = np.zeros(len(inputs)) if step.mean_ is None or not step.with_mean else step.mean_
    size = np.ones(len(inputs)) if step.scale_ is None else step.scale_
    return _scaled(inputs, 1 / size, -middle / size)


def _min_max(step: Any, inputs: Inputs, columns: tuple[Column, ...]) -> Inputs | Untold:
    return _clips(step, inputs, columns) if step.clip else _scaled(inputs, step.scale_, step.min_)


def _robust(step: Any, inputs: Inputs, columns: tuple[Column, ...]) -> Inputs | Untold:
    middle = step.center_ if step.with_centering else np.zeros(len(inputs))
    size = step.scale_ if step.with_scaling else np.ones(len(inputs))
    return _scaled(inputs, 1 / size, -middle / size)


def _max_abs(step: Any, inputs: Inputs, columns: tuple[Column, ...]) -> Inputs | Untold:
    if getattr(step, "clip", False):
        return _clips(step, inputs, columns)
    return _scaled(inputs, 1 / step.scale_, np.zeros(len(inputs)))


def _clips(step: Any, inputs: Inputs, columns: tuple[Column, ...]) -> Untold:
    what = "cuts off numbers beyond those it was fitted on (clip=True) in"
    return step_of(f"The {name_of(step)}", inputs, columns, what, "Train it with clip=False.")


def _scaled(inputs: Inputs, scale: np.ndarray, add: np.ndarray) -> Inputs:
    return tuple(_affine(one, float(a), float(b)) for one, a, b in zip(inputs, scale, add, strict=True))


def _affine(one: Input, scale: float, add: float) -> Input:
    """Return an input after its encoded number e became ``e * scale + add``."""
    if one.codes is not None:
        return replace(one, codes=tuple(code * scale + add for code in one.codes))
    if one.category is not None:
        return replace(one, on=one.on * scale + add, off=one.off * scale + add)
    return replace(one, scale=one.scale * scale, shift=one.shift - add / (one.scale * scale))


def _imputer(step: Any, inputs: Inputs, columns: tuple[Column, ...]) -> Inputs | Untold:
    if step.add_indicator or not pd.isna(step.missing_values):
        what = "adds columns that say what was missing (add_indicator)"
        if not step.add_indicator:
            what = f"takes {step.missing_values!r} for a missing cell (missing_values)"
        return step_of("The SimpleImputer", inputs, columns, f"{what} in", "Train it without that.")
    filled = [not pd.isna(value) for value in step.statistics_]
    kept = filled if not step.keep_empty_features else [True] * len(inputs)
    return tuple(one for one, keep in zip(inputs, kept, strict=True) if keep)


def _one_hot(step: Any, inputs: Inputs, columns: tuple[Column, ...]) -> Inputs | Untold:
    why = _not_encoded(step, inputs, columns)
    if why is not None:
        return why
    out: list[Input] = []
    for place, (one, categories, rare) in enumerate(zip(inputs, step.categories_, _rare(step, inputs), strict=True)):
        known = columns[one.column].categories
        dropped = None if step.drop_idx_ is None else step.drop_idx_[place]
        for position, category in enumerate(categories):
            text = printed(category)
            if text not in rare and (dropped is None or position != dropped):
                code = known.index(text) if not pd.isna(category) and text in known else ELSEWHERE
                out.append(Input(column=one.column, category=code))
        if rare:  # one column for all of them, the last
            strange = float(step.handle_unknown == "infrequent_if_exist")
            often = {printed(category) for category in categories} - rare
            codes = tuple(1.0 if text in rare else 0.0 if text in often else strange for text in known)
            out.append(Input(column=one.column, codes=codes))
    return tuple(out)


def _ordinal(step: Any, inputs: Inputs, columns: tuple[Column, ...]) -> Inputs | Untold:
    why = _not_encoded(step, inputs, columns)
    if why is not None:
        return why
    out = []
    for one, categories, rare in zip(inputs, step.categories_, _rare(step, inputs), strict=True):
        known = columns[one.column].categories
        there = [printed(category) for category in categories if not pd.isna(category)]
        often = [text for text in there if text not in rare]
        codes = {text: float(code) for code, text in enumerate(often)} | dict.fromkeys(rare, float(len(often)))
        unknown = np.nan if step.unknown_value is None else float(step.unknown_value)
        out.append(Input(column=one.column, codes=tuple(codes.get(category, unknown) for category in known)))
    return tuple(out)


def _not_encoded(step: Any, inputs: Inputs, columns: tuple[Column, ...]) -> Untold | None:
    """Return why an encoder of categories cannot be followed; None where it can."""
    name = name_of(step)
    dropping = getattr(step, "drop", None) is not None
    for one, rare in zip(inputs, _rare(step, inputs), strict=True):
        if rare and (dropping or MISSING in rare):
            what = f"{RARE} and leaves one out (drop) in" if dropping else f"{RARE}, missing cells among them, in"
            return step_of(f"The {name}", (one,), columns, what, "Train it without that.")
    changed = tuple(one for one in inputs if not _untouched(one))
    if changed:
        return step_of(f"The {name}", changed, columns, AFTER, "Give the encoder the columns as they are.")
    numbers = tuple(columns[one.column].name for one in inputs if not columns[one.column].categories)
    return Untold(categorical=tuple(dict.fromkeys(numbers))) if numbers else None


def _rare(step: Any, inputs: Inputs) -> list[set[str]]:
    """Return for each column the categories that an encoder puts together since they are rare; mostly none."""
    found = getattr(step, "infrequent_categories_", None) or [None] * len(inputs)
    return [set() if rare is None else {MISSING if pd.isna(one) else printed(one) for one in rare} for rare in found]


def _untouched(one: Input) -> bool:
    return one == Input(column=one.column)


def _number(category: str) -> float | None:
    """Return the number that a category reads as."""
    try:
        return {"True": 1.0, "False": 0.0}.get(category) if category in ("True", "False") else float(category)
    except ValueError:
        return None


_READERS: Mapping[str, Callable[[Any, Inputs, tuple[Column, ...]], Inputs | Untold]] = {
    "Pipeline": _pipeline,
    "ColumnTransformer": _column_transformer,
    "FunctionTransformer": _function,
    "StandardScaler": _standard,
    "MinMaxScaler": _min_max,
    "RobustScaler": _robust,
    "MaxAbsScaler": _max_abs,
    "SimpleImputer": _imputer,
    "OneHotEncoder": _one_hot,
    "OrdinalEncoder": _ordinal,
}
