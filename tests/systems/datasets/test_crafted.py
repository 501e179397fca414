# SPDX-License-Identifier: Apache-2.0
"""Rows made to be hard work."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.systems.datasets import from_arrays
from probatum.systems.datasets.crafted import Workshop, mixed, rewritten, unusual, wider

FRAME = pd.DataFrame(
    {
        "income": np.r_[np.arange(38.0), np.nan, 5000.0],
        "children": [0, 1, 2, 3] * 10,
        "region": ["east", "west"] * 19 + ["far", "east"],
        "single": np.arange(40, dtype=np.float32),
    }
)
TRUTH = np.tile([0, 1], 20)
ROWS = from_arrays((FRAME, TRUTH)).test
IMAGES = from_arrays((np.arange(40 * 6, dtype=np.float32).reshape(40, 2, 3), TRUTH)).test


def first(rows=ROWS):
    return rows.take(np.array([0]))


def test_cells_keep_their_types_when_those_can_hold_what_is_written():
    shop = Workshop(ROWS)
    huge = shop.huger(first(), 1e300).features
    assert huge.dtypes.tolist()[:2] == [np.dtype("float64"), np.dtype("int64")]
    assert huge["income"][0] == 5000 * 1e300
    assert huge["children"][0] == 2**53
    assert huge["single"][0] == np.finfo(np.float32).max
    assert shop.tinier(first()).features["children"][0] == 0  # a whole number cannot be tiny
    assert 0 < shop.tinier(first()).features["income"][0] < 1e-308
    assert 0 < shop.tinier(first()).features["single"][0] < 1e-38
    assert shop.middling(first()).features["income"][0] == np.nanmedian(FRAME["income"])
    assert shop.emptied(first()).features.isna().to_numpy().all()


def test_words_alone_grow_when_rows_are_made_longer():
    row = Workshop(ROWS).longer(first(), [lambda cell, length: cell[:1] * length], 9).features
    assert row["region"][0] == "eeeeeeeee"
    assert row["income"][0] == 0


def test_the_rows_they_are_made_of_stay_when_others_are_made():
    before = FRAME.copy()
    Workshop(ROWS).huger(first(), 1e9)
    pd.testing.assert_frame_equal(ROWS.features, before)


def test_unusual_rows_are_named_with_what_is_unusual_when_there_are_some():
    assert unusual(ROWS, 3) == {
        38: "with a rare category",  # that is also the one with a missing cell
        39: "with numbers far from the middle",
        1: "with a rare category",  # 19 rows say west, 20 east
    }
    assert unusual(ROWS, 0) == {}


def test_arrays_of_pictures_keep_their_shape_when_changed():
    shop = Workshop(IMAGES)
    assert shop.huger(first(IMAGES), 1e300).features.shape == (1, 2, 3)
    assert np.isfinite(shop.huger(first(IMAGES), 1e300).features).all()
    assert shop.tinier(first(IMAGES)).features.dtype == np.float32
    assert wider(first(IMAGES), 4).features.shape == (1, 2, 12)
    assert mixed(first(IMAGES), wider(first(IMAGES), 2), np.ones(6, dtype=bool)).features.shape == (1, 2, 3)


@pytest.mark.parametrize(("one", "other"), [(2, 2), (4, 2), (2, 4), (1, 4), (4, 1)])
def test_longer_arrays_are_mixed_cell_by_cell_in_all_that_repeats_them(one, other):
    zero = replace(first(IMAGES), features=np.zeros((1, 2, 3), dtype=np.float32))
    mine = replace(zero, features=np.ones((1, 2, 3), dtype=np.float32))
    take = np.array([True, False, False, False, True, True])
    child = mixed(wider(zero, one), wider(mine, other), take).features
    np.testing.assert_array_equal(child, np.tile(take.reshape(1, 2, 3), one))


def test_arrays_of_which_no_cell_has_a_counterpart_are_left_as_they_are():
    other = replace(first(IMAGES), features=np.ones((1, 3, 2), dtype=np.float32))
    np.testing.assert_array_equal(mixed(first(IMAGES), other, np.ones(6, dtype=bool)).features, IMAGES.features[:1])


def test_bytes_stay_within_their_range_when_numbers_are_huge():
    pictures = from_arrays((np.full((40, 2, 2), 7, dtype=np.uint8), TRUTH)).test
    shop = Workshop(pictures)
    assert shop.huger(first(pictures), 1e6).features.max() == 255
    assert shop.emptied(first(pictures)).features.max() == 7  # a byte cannot be missing


@given(st.lists(st.booleans(), min_size=4, max_size=4), st.integers(0, 39), st.integers(0, 39))
def test_each_cell_comes_from_one_of_the_parents_when_rows_are_mixed(take, one, other):
    parents = ROWS.take(np.array([one])), ROWS.take(np.array([other]))
    child = mixed(*parents, np.array(take)).features
    wanted = [parents[int(second)].features.iloc[0, at] for at, second in enumerate(take)]
    assert [str(cell) for cell in child.iloc[0]] == [str(cell) for cell in wanted]
    assert child.columns.tolist() == FRAME.columns.tolist()


@pytest.mark.parametrize("cells", [{0: np.nan}, {1: np.nan}, {2: np.nan}, {2: "x" * 50}, {1: 3.0}])
def test_only_the_cells_named_change_when_a_row_is_written_anew(cells):
    row = rewritten(first(), cells).features
    same = [at for at in range(4) if at not in cells]
    assert row.iloc[0, same].tolist() == FRAME.iloc[0, same].tolist()
