# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pandas as pd
import pytest

from probatum.systems.datasets import from_arrays
from probatum.systems.datasets.damaged import Damageable


def frame():
    return pd.DataFrame(
        {
            "age": np.array([20, 30, 40, 50], dtype=np.int8),
            "income": [1.5, np.nan, 3.5, 4.5],
            "job": ["clerk", "cook", "clerk", "smith"],
            "member": [0, 1, 0, 1],
        },
        index=[7, 3, 9, 1],
    )


def damageable(features=None, **said):
    features = frame() if features is None else features
    data = from_arrays((features, np.array([0, 1, 0, 1])), **said)
    return Damageable(data.test, data.test), data.test


def test_numbers_are_those_with_more_than_two_values_when_read():
    cells, _ = damageable()
    assert cells.known.shape == (4, 2)
    assert cells.whole.tolist() == [True, False]
    assert cells.numbers[0].tolist() == [20.0, 1.5]


def test_only_hit_cells_change_when_numbers_are_damaged():
    cells, rows = damageable()
    new = cells.numbers.copy()
    new[1, 0], new[2, 1], new[1, 1] = 31.4, 9.5, 8.0
    damaged = cells.with_numbers(new)
    out = damaged.after.features
    assert out["age"].tolist() == [20, 31, 40, 50]
    assert out["age"].dtype == np.int8
    assert out["income"].isna().tolist() == [False, True, False, False]  # what is missing stays missing
    assert out["income"].tolist()[2] == 9.5
    assert damaged.touched.sum() == 2
    assert rows.features["age"].tolist() == [20, 30, 40, 50]


@pytest.mark.parametrize(("value", "dtype"), [(40000.0, np.int64), (1e30, np.float64)])
def test_a_type_grows_when_a_number_no_longer_fits(value, dtype):
    cells, _ = damageable()
    new = cells.numbers.copy()
    new[0, 0] = value
    out = cells.with_numbers(new).after.features
    assert out["age"].dtype == dtype
    assert out["age"].iloc[0] == value


def test_a_type_grows_when_it_is_one_of_pandas_or_of_an_array():
    cells, _ = damageable(pd.DataFrame({"age": pd.array([20, None, 40, 50], dtype="Int8")}))
    out = cells.with_numbers(cells.numbers * 1000).after.features["age"]
    assert str(out.dtype) == "Int64"
    assert out.tolist() == [20000, pd.NA, 40000, 50000]
    cells, _ = damageable(np.arange(12, dtype=np.uint8).reshape(4, 3))
    out = cells.with_numbers(-cells.numbers).after.features
    assert out.dtype == np.int64
    assert out[3].tolist() == [-9, -10, -11]


def test_a_number_stays_when_it_would_not_be_finite():
    cells, _ = damageable(pd.DataFrame({"x": [1.5, 2.5, 1e308, 3.5]}))
    with np.errstate(over="ignore"):
        out = cells.with_numbers(cells.numbers * 10)
    assert out.after.features["x"].tolist() == [15.0, 25.0, 1e308, 35.0]
    assert out.touched[:, 0].tolist() == [True, True, False, True]


def test_cells_go_missing_when_taken_out():
    cells, _ = damageable()
    gone = np.zeros((4, 4), dtype=bool)
    gone[0, :], gone[1, 1] = True, True
    damaged = cells.without(gone)
    out = damaged.after.features
    assert out.iloc[0].isna().all()
    assert out.iloc[1:].isna().sum().sum() == 1
    assert damaged.touched.sum() == 4  # one was missing before


def test_categories_are_exchanged_when_confused():
    cells, _ = damageable()
    assert cells.sizes.tolist() == [3]
    out = cells.with_categories(np.array([[1], [1], [0], [2]], dtype=np.int32)).after.features
    assert out["job"].tolist() == ["cook", "cook", "clerk", "smith"]


def test_categories_keep_their_type_when_they_are_numbers():
    codes = pd.DataFrame({"code": [10, 20, 10, 30]})
    cells, _ = damageable(codes, categorical=("code",))
    assert not cells.spelled
    out = cells.with_categories(cells.codes[::-1].copy()).after.features
    assert out["code"].tolist() == [30, 10, 20, 10]
    assert out["code"].dtype.kind == "i"


def test_words_are_no_category_when_misspelt():
    cells, _ = damageable()
    hit = np.array([[True], [False], [False], [True]])
    out = cells.with_words(hit, lambda word: "cook").after.features
    assert out["job"].tolist() == ["cookk", "cook", "clerk", "cookk"]


@pytest.mark.parametrize("dtype", ["category", "string"])
def test_words_keep_their_type_when_it_can_hold_them(dtype):
    cells, _ = damageable(frame().astype({"job": dtype}))
    out = cells.with_words(np.full((4, 1), True), str.upper).after.features["job"]
    assert (out.dtype == dtype) == (dtype == "string")  # a list of categories has no place for others
    assert out.tolist() == ["CLERK", "COOK", "CLERK", "SMITH"]
    codes = np.array([[1], [1], [0], [2]], dtype=np.int32)
    exchanged = cells.with_categories(codes).after.features["job"]
    assert exchanged.dtype == dtype
    assert exchanged.tolist() == ["cook", "cook", "clerk", "smith"]


def test_one_column_is_damaged_alone_when_asked_for():
    cells, _ = damageable()
    new = cells.numbers + 5
    out = cells.with_numbers(new).alone(2, column=1).features
    assert out["age"].tolist() == [40]
    assert out["income"].tolist() == [8.5]


def test_an_array_stays_an_array_when_whole_numbers_go_missing():
    cells, rows = damageable(np.arange(12).reshape(4, 3))
    gone = np.zeros((4, 3), dtype=bool)
    gone[0, 0] = True
    features = cells.without(gone).after.features
    assert isinstance(features, np.ndarray)
    assert np.isnan(features[0, 0])
    assert (features[1:] == rows.features[1:]).all()


def test_columns_that_are_only_looked_at_are_left_alone():
    cells, _ = damageable(audit_only=("income",))
    assert cells.present.shape == (4, 3)
    assert cells.with_numbers(cells.numbers + 1).touched.shape == (4, 3)
