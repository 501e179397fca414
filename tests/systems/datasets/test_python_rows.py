# SPDX-License-Identifier: Apache-2.0
"""Rows as Python holds them: every kind of cell works, or is refused by the name of its column with what to do."""

import datetime
import decimal
import enum
import fractions

import numpy as np
import pandas as pd
import pytest
import scipy.sparse

from probatum.errors import DataError
from probatum.systems.datasets import Kind, from_arrays
from probatum.systems.datasets.damaged import Damageable
from probatum.systems.datasets.malformed import probes

N = 60
CODES = np.arange(N) % 3
TRUTH = np.arange(N) % 2
Size = enum.Enum("Size", "small middle large")


def with_gaps(values, dtype):
    return pd.array([None if place % 20 == 0 else value for place, value in enumerate(values)], dtype=dtype)


def objects(values) -> np.ndarray:
    return np.fromiter(values, dtype=object, count=N)


WORKS = {
    "nullable whole numbers": (with_gaps(CODES.tolist(), "Int64"), Kind.INTEGER),
    "nullable cells of which none is there": (pd.array([None] * N, dtype="UInt8"), Kind.NUMERIC),
    "fractions": (objects(fractions.Fraction(int(code), 3) for code in CODES), Kind.CATEGORICAL),
    "nullable floats": (with_gaps((CODES + 0.5).tolist(), "Float64"), Kind.NUMERIC),
    "nullable truth values": (with_gaps((CODES > 0).tolist(), "boolean"), Kind.CATEGORICAL),
    "nullable texts": (with_gaps(["abc"[code] for code in CODES], "string"), Kind.CATEGORICAL),
    "objects with NA": (objects([pd.NA, "b", "c"][code] for code in CODES), Kind.CATEGORICAL),
    "texts and numbers": (objects(["a", 1, 2.5][code] for code in CODES), Kind.CATEGORICAL),
    "decimal numbers": (objects(decimal.Decimal(int(code)) / 4 for code in CODES), Kind.NUMERIC),
    "days": (objects(datetime.date(2020, 1, 1 + int(code)) for code in CODES), Kind.DATE),
    "times of day": (objects(datetime.time(int(code)) for code in CODES), Kind.CATEGORICAL),
    "members of an enum": (objects(list(Size)[code] for code in CODES), Kind.CATEGORICAL),
    "categories of numbers": (pd.Categorical(CODES), Kind.CATEGORICAL),
    "categories of truth values": (pd.Categorical(CODES > 0), Kind.CATEGORICAL),
    "categories of dates": (pd.Categorical(pd.Timestamp("2020-01-01") + pd.to_timedelta(CODES, "D")), Kind.CATEGORICAL),
    "sparse numbers": (pd.arrays.SparseArray(CODES + 0.5), Kind.NUMERIC),
    "moments with a zone": (pd.Timestamp("2020-01-01", tz="UTC") + pd.to_timedelta(CODES, "D"), Kind.DATE),
    "half floats": ((CODES + 0.5).astype(np.float16), Kind.NUMERIC),
}


@pytest.mark.parametrize("name", WORKS)
def test_every_kind_of_cell_with_a_meaning_can_be_read_damaged_and_broken(name):
    cells, kind = WORKS[name]
    data = from_arrays((pd.DataFrame({"x": np.arange(N) / 7, "c": cells}), TRUTH), protected=["c"])
    assert data.test.schema.columns[1].kind is kind
    assert len(data.test.numeric()) == len(data.test.categorical(unseen=True)) == N
    damageable = Damageable(data.test, data.test)
    damageable.with_numbers(damageable.numbers * 2)
    damageable.with_categories(np.maximum(damageable.codes - 1, 0))
    damageable.without(np.ones((N, 2), dtype=bool))
    assert list(probes(data.test, data.test, np.random.default_rng(0), columns=2))


REFUSED = {
    "lists": (objects([int(code)] for code in CODES), "lists: give each of their parts as a column"),
    "tables of words": (objects({"a": int(code)} for code in CODES), "lists"),
    "periods": (pd.period_range("2020-01", periods=N, freq="D"), "periods: give them as dates"),
    "periods as objects": (objects(pd.Period("2020-01") for _ in CODES), "periods"),
    "bytes": (objects(b"abc" for _ in CODES), "bytes: decode them"),
    "complex numbers": (CODES + 1j, "complex numbers: give their real and imaginary parts"),
    "lengths of time": (pd.to_timedelta(CODES, unit="D"), "lengths of time: give them as numbers"),
    "intervals": (pd.cut(CODES, 2), "intervals: give their ends"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_every_kind_of_cell_without_a_meaning_is_refused_by_column(name):
    cells, hint = REFUSED[name]
    with pytest.raises(DataError) as caught:
        from_arrays((pd.DataFrame({"x": np.arange(N), "c": cells}), TRUTH))
    assert f'"c" holds {hint}' in str(caught.value)


def test_all_columns_without_a_meaning_are_named_at_once():
    frame = pd.DataFrame({"a": REFUSED["lists"][0], "b": REFUSED["bytes"][0], "c": CODES})
    with pytest.raises(DataError, match=r'"a" holds lists.*"b" holds bytes'):
        from_arrays((frame, TRUTH))


@pytest.mark.parametrize("form", [scipy.sparse.csr_matrix, scipy.sparse.csr_array, scipy.sparse.coo_matrix])
def test_a_sparse_matrix_is_laid_out_in_full(form):
    dense = np.eye(N, 7)
    data = from_arrays((form(dense), TRUTH))
    np.testing.assert_array_equal(data.test.features, dense)


def test_a_sparse_matrix_that_would_fill_the_memory_is_refused():
    huge = scipy.sparse.csr_matrix((N, 10_000_000))
    with pytest.raises(DataError, match="sparse matrix of 60 rows and 10,000,000 columns, too large"):
        from_arrays((huge, TRUTH))


@pytest.mark.parametrize("form", [list, np.array, pd.Series, lambda texts: pd.Series(texts, dtype="string")])
def test_a_sequence_of_texts_is_one_column_of_free_text(form):
    texts = [f"the room number {place} was really quite fine" for place in range(N)]
    data = from_arrays((form(texts), TRUTH))
    assert [(column.name, column.kind) for column in data.test.schema.given] == [("text", Kind.TEXT)]
    assert list(data.test.as_given) == texts


def test_repeated_sentences_are_still_free_text():
    texts = [f"the room number {place % 55} was really quite fine" for place in range(200)]
    data = from_arrays((pd.DataFrame({"review": texts}), np.arange(200) % 2))
    assert data.test.schema.given[0].kind is Kind.TEXT


def test_a_sequence_of_numbers_is_refused_with_the_way_to_give_it():
    with pytest.raises(DataError, match=r"X.reshape\(-1, 1\)"):
        from_arrays((np.arange(N), TRUTH))


def test_names_of_several_levels_are_refused():
    frame = pd.DataFrame(np.ones((N, 2)), columns=pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")]))
    with pytest.raises(DataError, match="names of several levels"):
        from_arrays((frame, TRUTH))
