# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from probatum.errors import UsageError
from probatum.systems.levels import SMALLEST, digitise, nice_edges

numbers = arrays(np.float64, st.integers(1, 200), elements=st.floats(-1e6, 1e6, allow_subnormal=False))
whole = arrays(np.float64, st.integers(1, 200), elements=st.integers(-1000, 1000).map(float))


def digits(number):
    return len(f"{abs(number):.12g}".replace(".", "").strip("0"))


def test_edges_are_whole_and_near_the_quantiles_when_ages_are_cut():
    ages = np.random.default_rng(0).integers(17, 91, 5000)
    edges = nice_edges(ages.astype(float), bins=5)
    assert (edges == np.round(edges)).all()
    assert np.abs(edges - np.quantile(ages, [0.2, 0.4, 0.6, 0.8])).max() <= 4
    assert sum(edge % 5 == 0 for edge in edges) >= 3  # easy to read


def test_edges_have_few_digits_when_values_have_many():
    incomes = np.random.default_rng(1).lognormal(10, 0.5, 3000)
    edges = nice_edges(incomes)
    assert edges.size == 9
    assert max(digits(edge) for edge in edges) <= 2
    assert not np.isin(edges, incomes).any()


def test_few_digits_do_not_merge_levels_when_values_are_far_from_zero():
    years = np.random.default_rng(2).integers(1990, 2011, 2000).astype(float)
    assert nice_edges(years, bins=5).size == 4


def test_heavy_bottom_gets_its_own_level_when_most_have_nothing():
    gains = np.concatenate([np.zeros(920), np.linspace(114, 99_999, 80).round()])
    edges = nice_edges(gains)
    assert edges.tolist() == [100.0]
    assert np.bincount(digitise(gains, edges)).tolist() == [920, 80]


def test_levels_are_kept_apart_when_values_are_a_zero_and_a_one():
    assert nice_edges(np.array([0.0, 1, 0, 1, 1, 1])).tolist() == [1.0]
    assert nice_edges(np.array([0.0] * 99 + [1])).tolist() == [1.0]
    assert nice_edges(np.array([0.0] + [1] * 99)).tolist() == [1.0]
    assert nice_edges(np.array([-5.0, -1, -1]), bins=2).tolist() == [-1.0]


@pytest.mark.parametrize("values", [[], [3.0, 3, 3], [np.nan, np.nan], [np.nan, 2.5]])
def test_there_is_no_edge_when_the_column_is_constant_or_empty(values):
    assert nice_edges(np.array(values)).size == 0


def test_edge_belongs_to_the_level_above_when_a_value_equals_it():
    codes = digitise(np.array([24.0, 25, 37, 38, 90, np.nan]), np.array([25.0, 38]))
    assert codes.tolist() == [0, 1, 1, 2, 2, -1]
    assert codes.dtype == np.int32


def test_no_level_is_refused():
    with pytest.raises(UsageError):
        nice_edges(np.arange(9.0), bins=0)


@given(st.one_of(numbers, whole), st.integers(1, 12))
def test_laws_hold_when_any_numbers_are_cut(values, bins):
    edges = nice_edges(values, bins=bins)
    assert edges.size <= max(0, bins - 1)
    assert (np.diff(edges) > 0).all()
    assert np.bincount(digitise(values, edges), minlength=edges.size + 1).min() > 0  # no empty level
    if (values == np.round(values)).all():
        assert (edges == np.round(edges)).all()
    told_apart = np.where(np.abs(values) < SMALLEST, 0.0, values)
    if bins > 1 and np.unique(told_apart).size > 1:
        assert edges.size >= 1


@given(numbers)
def test_codes_rise_with_the_values_when_cut(values):
    codes = digitise(np.sort(values), nice_edges(values))
    assert (np.diff(codes) >= 0).all()
