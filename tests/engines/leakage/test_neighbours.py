# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from scipy.spatial.distance import cdist

from probatum.engines.leakage.neighbours import nearest, pairs_of, space
from probatum.seeds import stream


def plain(points, keys, queries, reference):
    """Compare each with each."""
    apart = cdist(points[queries], points[reference]) / np.sqrt(points.shape[1])
    apart[keys[queries][:, None] != keys[reference][None, :]] = np.inf
    apart[queries[:, None] == reference[None, :]] = np.inf
    return apart.min(axis=1)


@pytest.mark.parametrize("columns", [1, 3, 16, 17, 40])
@pytest.mark.parametrize("rows", [30, 400])
def test_nearest_is_that_of_plain_comparison_when_rows_have_words_and_gaps(columns, rows):
    rng = stream(0, f"near {columns} {rows}")
    numbers = rng.normal(size=(rows, columns)).round(1)
    numbers[rng.random(rows) < 0.1, 0] = np.nan
    where = space([numbers], [rng.integers(2, size=(rows, 1))])
    queries, reference = rng.permutation(rows)[: rows // 2], np.arange(0, rows, 2)
    found = nearest(where, queries, reference, within=np.inf)
    assert found == pytest.approx(plain(where.points, where.keys, queries, reference), abs=1e-5)


def test_distance_is_in_spreads_when_columns_have_units():
    numbers = np.array([[0.0, 0.0], [1000.0, 0.002], [0.0, 0.002], [1000.0, 0.0]])
    where = space([numbers], [np.zeros((4, 0), dtype=int)])
    # each column is 2 spreads wide; the nearest other row differs in one of two
    assert nearest(where, np.arange(4), np.arange(4), within=9.0) == pytest.approx(np.sqrt(2**2 / 2))
    assert np.isinf(nearest(where, np.arange(4), np.arange(4), within=1.4)).all()


def test_rows_are_never_near_when_words_gaps_or_infinities_differ():
    numbers = np.array([[1.0], [np.nan], [np.inf], [-np.inf], [1.0]])
    where = space([numbers], [np.array([[0], [0], [0], [0], [1]])])
    assert np.isinf(nearest(where, np.arange(5), np.arange(5), within=np.inf)).all()


def test_distance_is_zero_when_there_are_words_only():
    where = space([np.zeros((3, 0))], [np.array([[0], [0], [1]])])
    assert nearest(where, np.arange(3), np.arange(3), within=1.0).tolist() == [0, 0, np.inf]


def test_huge_numbers_stay_finite_when_rows_are_compared():
    numbers = np.array([[1e308], [-1e308], [1.0]])
    where = space([numbers[:2], numbers[2:]], [np.zeros((2, 0), dtype=int), np.zeros((1, 0), dtype=int)])
    assert np.isfinite(nearest(where, np.arange(3), np.arange(2), within=np.inf)).all()


def test_work_is_rows_of_the_key_times_columns_when_counted():
    where = space([np.zeros((4, 3))], [np.array([[0], [0], [0], [1]])])
    assert pairs_of(where, np.arange(4), np.arange(3)).tolist() == [9, 9, 9, 0]
