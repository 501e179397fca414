# SPDX-License-Identifier: Apache-2.0
"""German credit: both forms of the file are read, and the model is better than calling everybody good."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

CODES = """A11 6 A34 A43 1169 A65 A75 4 A93 A101 4 A121 67 A143 A152 2 A173 1 A192 A201 1
A12 48 A32 A43 5951 A61 A73 2 A92 A101 2 A121 22 A143 A152 1 A173 1 A191 A201 2
"""


@pytest.fixture
def german(recipe: Callable[[str], ModuleType]) -> ModuleType:
    """Return the example's recipe."""
    return recipe("german-credit")


def test_sex_and_credit_are_taken_from_codes_when_the_file_is_ucis(
    german: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "german.data").write_text(CODES * 6)
    monkeypatch.setenv("PROBATUM_DATA", str(tmp_path))
    rows = german.read_codes(german.data_file())
    assert rows["sex"].tolist()[:2] == ["male", "female"]
    assert rows["credit"].tolist()[:2] == ["good", "bad"]
    assert rows["credit-amount"].tolist()[:2] == [1169, 5951]
    train, test = german.load()
    assert (len(train), len(test)) == (8, 4)
    assert set(german.train(train, 0).predict(test)) == {"good", "bad"}


def test_source_is_named_when_data_are_absent(
    german: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PROBATUM_DATA", raising=False)
    with pytest.raises(FileNotFoundError, match=r"Set PROBATUM_DATA .* german\.data\. It comes from https://"):
        german.load()
    monkeypatch.setenv("PROBATUM_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"lacks german\.data\. It comes from https://"):
        german.load()


def test_fewer_than_30_of_100_are_wrong_when_trained_for_real(
    german: ModuleType, real_data: Callable[..., None]
) -> None:
    real_data("german_credit.csv.gz")
    train, test = german.load()
    assert (len(train), len(test)) == (666, 334)
    model = german.train(train, 0)
    assert (model.predict(test) != test["credit"]).mean() <= 0.28  # 30 of 100 are bad
    described = tomllib.loads((Path(german.__file__).with_name("probatum.toml")).read_text(encoding="utf-8"))
    columns = described["data"]["columns"].values()
    assert {name for names in [*columns, *described["attack"].values()] for name in names} <= set(train.columns)
    again, _ = german.load()
    assert again.equals(train)


def test_both_forms_have_the_same_columns_when_read(
    german: ModuleType, tmp_path: Path, real_data: Callable[..., None]
) -> None:
    real_data("german_credit.csv.gz")
    (tmp_path / "german.data").write_text(CODES)
    words, codes = german.read_words(german.data_file()), german.read_codes(tmp_path / "german.data")
    assert set(words.columns) == set(codes.columns)
    numbers = ["duration", "credit-amount", "age", "existing-credits", "sex", "credit"]
    assert words[numbers].head(2).values.tolist() == codes[numbers].values.tolist()
