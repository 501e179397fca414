# SPDX-License-Identifier: Apache-2.0
"""Rows broken on purpose, each beside its repairs."""

import numpy as np
import pandas as pd
import pytest

from probatum.seeds import stream
from probatum.systems.datasets import from_arrays
from probatum.systems.datasets.malformed import HUGE, probes

N = 60


def broken(features, *, columns=30, **said):
    rows = from_arrays((features, np.arange(len(features)) % 2), **said).test
    return list(probes(rows, rows, stream(0, "t"), columns=columns))


def of(found, kind):
    return [probe for probe in found if probe.kind == kind]


def cells(rows, column):
    return rows.features[column].tolist()


def test_huge_numbers_are_repaired_to_the_ends_of_what_was_seen_when_a_column_holds_numbers():
    up, down, beyond = of(broken(pd.DataFrame({"x": np.arange(0.5, N)})), "huge numbers")
    assert cells(up.broken, "x") == [HUGE] * N
    assert cells(up.repaired[0], "x") == [N - 0.5] * N
    assert cells(down.broken, "x") == [-HUGE] * N
    assert cells(down.repaired[0], "x") == [0.5] * N
    assert np.isnan(cells(up.repaired[1], "x")).all()
    assert cells(beyond.broken, "x") == [2**63] * N
    assert beyond.repaired[0] is up.repaired[0]  # so that it is asked about once


def test_only_cells_that_are_there_are_touched_when_numbers_are_spelled():
    found = broken(pd.DataFrame({"x": [12.5, np.nan, 3.25, 1.5]}))
    (comma,) = of(found, "numbers with a decimal comma")
    assert cells(comma.broken, "x")[::2] == ["12,5", "3,25"]
    assert comma.touched.tolist() == [True, False, True, True]
    text, blanks = of(found, "numbers written as text")
    assert cells(text.broken, "x")[3] == "1.5"
    assert cells(blanks.broken, "x")[3] == " 1.5 "
    (gone,) = of(found, "missing cells")
    assert gone.touched.tolist() == [True, False, True, True]


def test_another_category_is_no_broken_one_when_letters_or_blanks_lead_to_it():
    found = broken(pd.DataFrame({"c": ["a", "A", "b", " b "]}))
    (letters,) = of(found, "categories in other letters")
    assert cells(letters.broken, "c") == ["a", "A", "B", " B "]
    (blanks,) = of(found, "categories with blanks around them")
    assert cells(blanks.broken, "c") == [" a ", " A ", "b", "  b  "]


def test_empty_text_is_no_broken_category_when_it_is_one():
    found = broken(pd.DataFrame({"c": ["", "a"] * 5}))
    assert not of(found, "empty text in place of categories")


def test_numbers_are_no_broken_categories_when_categories_are_numbers():
    found = broken(pd.DataFrame({"c": pd.Categorical([7, 8] * 5)}))
    assert not of(found, "numbers in place of categories")
    assert of(found, "categories never seen before")


def test_any_text_will_do_when_a_column_is_free_text():
    found = broken(pd.DataFrame({"t": [f"note {place}" for place in range(N)]}))
    assert not [probe for probe in found if "categor" in probe.kind]
    assert of(found, "numbers in place of text")


def test_the_type_is_kept_when_it_knows_missing_cells():
    frame = pd.DataFrame({"c": pd.Categorical(["a", "b"] * 5), "d": pd.date_range("2026-01-01", periods=10)})
    for probe in of(broken(frame), "missing cells"):
        name = probe.column.name
        assert probe.broken.features[name].dtype == frame[name].dtype
        assert probe.broken.features[name].isna().all()


@pytest.mark.parametrize("shape", [(10, 3), (10, 4, 4)])
@pytest.mark.parametrize("dtype", [np.float32, np.uint8, np.float64])
def test_the_shape_is_kept_when_cells_of_an_array_are_broken(shape, dtype):
    array = (100 * np.random.default_rng(0).random(shape)).astype(dtype)
    found = broken(array)
    for probe in found:
        if probe.column is not None:
            assert probe.broken.features.shape == shape
            assert all(good.features.shape == shape for good in probe.repaired)
    assert {probe.broken.features.shape for probe in of(found, "an axis too many")} == {(*shape, 1)}
    assert of(found, "a column that is not there")[0].broken.features.shape == (*shape[:-1], shape[-1] - 1)


def test_words_and_numbers_stay_side_by_side_when_an_array_holds_objects():
    array = np.array([[1.5, "a"], [2.5, "b"]] * 5, dtype=object)
    (probe,) = of(broken(array), "words in place of numbers")
    assert probe.broken.features.tolist() == [["abc", "a"], ["abc", "b"]] * 5
    assert probe.broken.features.dtype == object


def test_no_more_columns_are_broken_than_wanted_when_there_are_many():
    found = broken(pd.DataFrame(np.random.default_rng(0).random((10, 9)), columns=list("abcdefghi")), columns=4)
    assert len(of(found, "missing cells")) == 4
    assert len(of(found, "a column that is not there")) == 4


def test_columns_keep_their_order_when_there_is_only_one():
    assert not of(broken(pd.DataFrame({"x": np.arange(0.5, N)})), "columns in another order")


def test_the_rows_themselves_stay_whole_when_they_are_broken():
    frame = pd.DataFrame({"x": np.arange(0.5, N), "c": ["a", "b"] * (N // 2)})
    before = frame.copy()
    broken(frame)
    pd.testing.assert_frame_equal(frame, before)
