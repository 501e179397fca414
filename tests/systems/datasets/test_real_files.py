# SPDX-License-Identifier: Apache-2.0
"""Real files: Adult as its bureau left it, other public tables, digits."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits

from probatum.errors import DataError
from probatum.facts.threats import Task
from probatum.systems.datasets import Kind, read
from probatum.systems.description import Description
from probatum.systems.sections import ColumnsSection, DataSection

ROOT = Path(__file__).resolve().parents[3]
FOLDER = Path(os.environ.get("PROBATUM_DATA", ROOT.parent / "shared" / "data"))
NAMES = (
    *("age", "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation", "relationship"),
    *("race", "sex", "capital-gain", "capital-loss", "hours-per-week", "native-country", "income"),
)


def file(name: str) -> Path:
    if not (FOLDER / name).is_file():
        pytest.skip(f"{name} is not in {FOLDER}; PROBATUM_DATA names the folder that holds it")
    return FOLDER / name


def test_reads_adult_as_it_is_when_names_and_marks_are_given():
    file("adult.data.gz")
    said = DataSection(test="adult.data.gz", target="income", names=NAMES, missing=("?",), features=NAMES[:2])
    data = read(Description(data=said), FOLDER)
    assert len(data.test) == 32_561
    assert data.test.schema.classes == ("<=50K", ">50K")
    assert data.digests["test"] == "sha256:c7a2b4716a97f930123e0baf879188d701e798172631a654fc703d4b082907f3"
    workclass = data.test.categorical()[:, 0]
    assert int((workclass == -1).sum()) == 1_836
    assert data.test.schema.columns[0].kind is Kind.INTEGER


def test_says_the_line_when_a_comment_stands_before_the_rows_of_adult():
    file("adult.test.gz")
    said = DataSection(test="adult.test.gz", target="income", names=NAMES)
    with pytest.raises(DataError, match=r"adult.test.gz, line 1: 1 field, but \[data\] names lists 15"):
        read(Description(data=said), FOLDER)


def test_reads_adult_through_a_load_function():
    files = [file("adult.data.gz"), file("adult.test.gz")]

    def load():
        train, test = (
            pd.read_csv(path, names=NAMES, comment="|", na_values="?", skipinitialspace=True) for path in files
        )
        return train, test.assign(income=test["income"].str.removesuffix("."))

    columns = ColumnsSection(protected=("sex", "race"))
    said = DataSection(load="recipe:load", target="income", task=Task.BINARY, positive=">50K", columns=columns)
    data = read(Description(data=said), FOLDER, load=load)
    assert (len(data.train), len(data.test)) == (32_561, 16_281)
    assert data.notes == ()
    assert data.test.numeric().shape == (16_281, 6)
    assert data.test.categorical().shape == (16_281, 8)
    assert float(data.test.truth.mean()) == pytest.approx(0.2362, abs=1e-4)
    assert data.digests == {  # under every version of pandas
        "train": "sha256:276f75cc684e1150c4eae89aeca2fd98b7b62dc05a1a33e33865c793761f3943",
        "test": "sha256:62883d9ac1f35880351c875566ac069d11947b22739086f42f14477137cc58f7",
    }


@pytest.mark.parametrize(
    ("name", "target", "rows", "task"),
    [
        ("german_credit.csv.gz", "class-label", 1_000, Task.BINARY),
        ("bank_full.csv.gz", "y", 40_004, Task.BINARY),
        ("compas_two_years.csv.gz", "two_year_recid", 7_214, Task.BINARY),
    ],
)
def test_reads_public_tables(name, target, rows, task):
    file(name)
    data = read(Description(data=DataSection(test=name, target=target)), FOLDER)
    assert len(data.test) == rows
    assert data.test.schema.task is task
    assert data.test.numeric().shape[0] == data.test.categorical().shape[0] == rows


def test_reads_mnist():
    file("mnist.npz")
    data = read(Description(data=DataSection(test="mnist.npz:x_test,y_test")), FOLDER)
    assert data.test.features.shape == (10_000, 28, 28)
    assert data.test.schema.classes == tuple(range(10))


def test_reads_digits_written_as_npz(tmp_path):
    digits = load_digits()
    np.savez(tmp_path / "digits.npz", x_train=digits.images[:1000], y_train=digits.target[:1000])
    with np.load(tmp_path / "digits.npz") as held:
        np.savez(tmp_path / "both.npz", **held, x_test=digits.images[1000:], y_test=digits.target[1000:])
    said = DataSection(train="both.npz:x_train,y_train", test="both.npz:x_test,y_test", target="digit")
    data = read(Description(data=said), tmp_path)
    assert data.train.features.shape == (1000, 8, 8)
    assert data.test.numeric().shape == (797, 64)
    assert data.test.schema.task is Task.MULTICLASS
    assert data.test.schema.target == "digit"
    np.testing.assert_array_equal(data.test.truth, digits.target[1000:])
