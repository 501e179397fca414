# SPDX-License-Identifier: Apache-2.0
"""Rows: taking some of them, and seeing them as numbers and codes."""

import numpy as np
import pandas as pd
import pytest

from probatum.systems.datasets import Kind, from_arrays
from probatum.systems.datasets.rows import printed


@pytest.fixture
def rows():
    frame = pd.DataFrame(
        {
            "day": pd.to_datetime(["1970-01-02", None, "1970-01-04T12:00"], format="ISO8601"),
            "group": ["b", "a", None],
            "size": [1.5, np.nan, -2.0],
            "member": [True, False, True],
        }
    )
    return from_arrays((frame, ["n", "y", "n"]), audit_only=["group"]).test


def test_lays_columns_out_in_the_order_of_the_schema(rows):
    assert [column.name for column in rows.schema.columns] == ["day", "size", "member", "group"]
    assert [column.name for column in rows.schema.given] == ["day", "size", "member"]
    assert [column.name for column in rows.numeric_columns()] == ["day", "size"]
    assert [column.name for column in rows.categorical_columns()] == ["member", "group"]
    np.testing.assert_array_equal(rows.numeric(), [[1, 1.5], [np.nan, np.nan], [3.5, -2]])
    np.testing.assert_array_equal(rows.categorical(), [[1, 1], [0, 0], [1, -1]])
    assert rows.numeric().dtype == np.float64
    assert rows.categorical().dtype == np.int32


@pytest.mark.parametrize("index", [np.array([2, 0]), np.array([True, False, True])])
def test_takes_rows_by_position_or_mask(rows, index):
    some = rows.take(index)
    assert len(some) == 2
    order = np.flatnonzero(index) if index.dtype == bool else index
    np.testing.assert_array_equal(some.numeric(), rows.numeric()[order])
    np.testing.assert_array_equal(some.categorical(), rows.categorical()[order])
    np.testing.assert_array_equal(some.truth, rows.truth[order])


def test_takes_no_rows(rows):
    none = rows.take(np.array([], dtype=np.int64))
    assert none.numeric().shape == (0, 2)
    assert none.categorical().shape == (0, 2)


def test_free_text_is_neither_number_nor_category():
    frame = pd.DataFrame({"letter": [f"Dear {number}" for number in range(60)], "n": range(60)})
    rows = from_arrays((frame, ["n", "y"] * 30)).test
    assert rows.schema.columns[0].kind is Kind.TEXT
    assert rows.numeric().shape == (60, 1)
    assert rows.categorical().shape == (60, 0)


@pytest.mark.parametrize(("value", "text"), [(1, "1"), (1.0, "1"), (np.float32(2), "2"), (1.5, "1.5"), (True, "True")])
def test_a_whole_number_reads_the_same_in_every_type(value, text):
    assert printed(value) == text


def test_codes_are_those_of_train_and_what_is_new_is_missing():
    data = from_arrays((pd.DataFrame({"a": ["z", "x"]}), [0, 1]), (pd.DataFrame({"a": ["x", "y"]}), [0, 1]))
    np.testing.assert_array_equal(data.test.categorical(), [[-1], [0]])
    assert data.test.schema.columns[0].categories == ("x", "y")


def test_categories_agree_when_missing_cells_make_floats_of_whole_numbers():
    train, test = pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [2.0, np.nan]})
    data = from_arrays((test, [0, 1]), (train, [0, 1]), categorical=["a"])
    np.testing.assert_array_equal(data.test.categorical(), [[1], [-1]])
