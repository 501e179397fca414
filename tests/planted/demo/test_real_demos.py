# SPDX-License-Identifier: Apache-2.0
"""The demos on real data: deterministic, split in thirds, better than a guess."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from probatum.planted.demo import write_demo

ROWS = {"breast-cancer": (379, 190), "digits": (1_198, 599), "diabetes": (294, 148)}


@pytest.mark.parametrize("name", ROWS)
def test_rows_are_the_same_and_complete_when_loaded_twice(name: str, recipe: Callable[..., ModuleType]) -> None:
    module = recipe(name)
    first, second = module.load(), module.load()
    assert tuple(len(part) for part in first) == ROWS[name]
    for one, other in zip(first, second, strict=True):
        pd.testing.assert_frame_equal(one, other)
        assert one.notna().all(axis=None)


@pytest.mark.parametrize("name", ROWS)
def test_description_fits_the_data_when_read(name: str, recipe: Callable[..., ModuleType], tmp_path: Path) -> None:
    data = tomllib.loads(write_demo(name, tmp_path).read_text(encoding="utf-8"))["data"]
    train, _ = recipe(name).load()
    assert {column for columns in data.get("columns", {}).values() for column in columns} <= set(train.columns)
    assert data["target"] in train.columns
    if "positive" in data:
        assert data["positive"] in set(train[data["target"]])


@pytest.mark.parametrize(("name", "most"), [("breast-cancer", 0.06), ("digits", 0.04)])
@pytest.mark.parametrize("seed", range(2))
def test_mistakes_are_few_when_classes_are_asked(
    name: str, most: float, seed: int, recipe: Callable[..., ModuleType]
) -> None:
    module = recipe(name)
    train, test = module.load()
    model = module.train(train, seed)
    features = test.drop(columns=module.TARGET)
    assert (model.predict(features) != test[module.TARGET]).mean() <= most
    np.testing.assert_allclose(model.predict_proba(features).sum(axis=1), 1)


def test_error_is_below_the_median_guess_when_a_number_is_asked(recipe: Callable[..., ModuleType]) -> None:
    module = recipe("diabetes")
    train, test = module.load()
    answers = module.train(train, 0).predict(test.drop(columns=module.TARGET))
    truth = test[module.TARGET]
    assert np.abs(answers - truth).mean() < 0.8 * np.abs(truth - train[module.TARGET].median()).mean()
