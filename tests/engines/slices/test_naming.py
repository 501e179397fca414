# SPDX-License-Identifier: Apache-2.0
"""The plain names of levels and slices."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from probatum.engines.slices.naming import name_of, of_categories, of_numbers
from probatum.engines.slices.slices import Slice

AGES = np.repeat(np.arange(20, 70), 20).astype(float)


def test_whole_numbers_are_named_without_gaps_when_cut():
    column = of_numbers(AGES, "age", bins=5)
    assert column.levels == ("up to 29", "30 to 39", "40 to 49", "50 to 59", "60 or more")
    assert column.level(int(column.codes[0])) == "age up to 29"


def test_value_is_named_when_a_level_holds_nothing_else():
    gains = np.concatenate([np.zeros(900), np.linspace(100, 5000, 100).round()])
    assert of_numbers(gains, "gain", bins=10).levels[0] == "= 0"


def test_value_is_not_named_when_fewer_than_ten_rows_share_it():
    values = np.concatenate([np.full(500, 1.0), np.full(3, 987654321.0)])
    assert "987,654,321" not in " ".join(of_numbers(values, "x", bins=4).levels)


def test_missing_is_a_level_when_a_slice_is_named():
    age, region = of_numbers(AGES, "age", bins=5), of_categories(np.array([0]), "region", ["north"])
    found = Slice(levels=((0, -1), (1, 0)), size=1, loss_sum=1.0, score=0.0)
    assert name_of(found, [age, region]) == "age missing and region = north"


@example([0.0, 5e-324], 2)
@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=200), st.integers(2, 10))
def test_every_value_has_a_named_level_when_cut(values, bins):
    numbers = np.array(values)
    column = of_numbers(numbers, "x", bins=bins)
    assert column.codes.min() >= 0
    assert column.codes.max() < len(column.levels)


@pytest.mark.parametrize("values", [np.ones(50), np.full(5, np.nan)])
def test_constant_or_empty_column_has_one_level_when_cut(values):
    assert len(of_numbers(values, "x", bins=4).levels) == 1
