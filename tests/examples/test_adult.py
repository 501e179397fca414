# SPDX-License-Identifier: Apache-2.0
"""Adult: the raw files are read as they are, and the model is wrong about 13 times of 100."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

TRAIN = """39, State-gov, 77516, Bachelors, 13, Never-married, Adm-clerical, Not-in-family, White, Male, 2174, 0, 40, \
United-States, <=50K
54, ?, 180211, Some-college, 10, Married-civ-spouse, ?, Husband, Asian-Pac-Islander, Male, 0, 0, 60, South, >50K

"""
TEST = """|1x3 Cross validator
25, Private, 226802, 11th, 7, Never-married, Machine-op-inspct, Own-child, Black, Male, 0, 0, 40, United-States, <=50K.
44, Private, 160323, HS-grad, 9, Married-civ-spouse, Sales, Husband, Black, Male, 7688, 0, 40, ?, >50K.
"""


@pytest.fixture
def adult(recipe: Callable[[str], ModuleType]) -> ModuleType:
    """Return the example's recipe."""
    return recipe("adult")


def test_marks_and_stops_are_understood_when_files_are_raw(
    adult: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "adult.data").write_text(TRAIN)
    (tmp_path / "adult.test").write_text(TEST)
    monkeypatch.setenv("PROBATUM_DATA", str(tmp_path))
    train, test = adult.load()
    assert list(train.columns) == list(test.columns) == [name for name in adult.NAMES if name != "fnlwgt"]
    assert train["income"].tolist() == test["income"].tolist() == ["<=50K", ">50K"]
    assert train["workclass"].isna().tolist() == [False, True]
    assert test["native-country"].isna().tolist() == [False, True]
    assert test["age"].tolist() == [25, 44]


@pytest.mark.parametrize("folder", [None, ""])
def test_source_is_named_when_no_folder_is_set(
    adult: ModuleType, folder: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PROBATUM_DATA", raising=False)
    if folder is not None:
        monkeypatch.setenv("PROBATUM_DATA", folder)
    with pytest.raises(FileNotFoundError, match=r"Set PROBATUM_DATA .* adult\.data\. It comes from https://"):
        adult.load()


def test_file_is_named_when_the_folder_lacks_it(
    adult: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROBATUM_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"lacks adult\.data and adult\.data\.gz"):
        adult.load()


def test_about_13_of_100_are_wrong_when_trained_for_real(adult: ModuleType, real_data: Callable[..., None]) -> None:
    real_data("adult.data.gz", "adult.test.gz")
    train, test = adult.load()
    assert (len(train), len(test)) == (32_561, 16_281)
    assert train.isna().any().sum() == 3
    model = adult.train(train, 0)
    assert 0.12 <= (model.predict(test) != test["income"]).mean() <= 0.135
    described = tomllib.loads((Path(adult.__file__).with_name("probatum.toml")).read_text(encoding="utf-8"))
    columns = described["data"]["columns"].values()
    assert {name for names in [*columns, *described["attack"].values()] for name in names} <= set(train.columns)
    assert described["data"]["positive"] in model.classes_
