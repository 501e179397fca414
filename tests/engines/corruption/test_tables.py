# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probatum.engines.corruption.tables import CATALOGUE, Columns, corrupted

NUMBER, WHOLE = np.array([True, True, False]), np.array([False, True, False])


def cells(seed=0, n=400):
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.normal(50, 10, n), rng.integers(0, 90, n), rng.integers(0, 4, n)]).astype(float)
    x[rng.random(x.shape) < 0.05] = np.nan
    return x


def columns(x, touched=(True, True, True)):
    return Columns.of(x, number=NUMBER, touched=np.array(touched), whole=WHOLE)


@pytest.mark.parametrize("name", CATALOGUE)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), severity=st.integers(1, 5))
def test_what_is_missing_whole_or_not_touched_stays_so(name, seed, severity):
    x = cells(seed, 60)
    out = corrupted(x, name, severity, columns(x, (True, True, False)), np.random.default_rng(seed))
    np.testing.assert_array_equal(out[:, 2], x[:, 2])
    assert np.isnan(out[np.isnan(x)]).all()
    there = ~np.isnan(out[:, 1])
    assert (out[there, 1] == np.rint(out[there, 1])).all()


@pytest.mark.parametrize("name", CATALOGUE)
def test_damage_grows_with_the_grade(name):
    x = cells(1, 3000)
    known = columns(x)
    far = []
    for grade in (1, 3, 5):
        out = corrupted(x, name, grade, known, np.random.default_rng(2))
        moved = np.where(np.isnan(out) & ~np.isnan(x), known.usual, np.abs(np.nan_to_num(out - x)))
        far.append(np.minimum(moved, 100).mean())
    assert 0 < far[0] < far[1] < far[2]


def test_known_answers():
    x = np.column_stack([np.arange(101.0), np.arange(101.0), np.array([0, 1] * 50 + [1])]).astype(float)
    known = columns(x)
    np.testing.assert_allclose(known.usual[:2], 90.0)
    assert known.middle.tolist() == [50.0, 50.0, 1.0]
    rng = np.random.default_rng(0)
    coarse = corrupted(x, "rounding", 5, known, rng)  # steps of 36
    assert np.unique(coarse[:, 0]).tolist() == [0.0, 36.0, 72.0, 108.0]
    wide = np.tile(x, (60, 1))
    assert abs(np.isnan(corrupted(wide, "missing", 3, known, rng)).mean() - 0.2) < 0.01
    held = corrupted(wide, "stuck", 5, known, rng)
    assert np.isin(held[:, 0], [50.0]).mean() == pytest.approx(0.505, abs=0.02)
    slipped = corrupted(wide, "swapped", 5, known, rng)
    assert ((slipped == wide) | (slipped == np.roll(wide, 1, axis=0))).all()
    moved = corrupted(wide, "unit", 3, known, rng)
    assert ((moved != wide).sum(axis=1) <= 1).all()
    times = moved[wide[:, 0] > 0, 0] / wide[wide[:, 0] > 0, 0]
    assert set(np.round(times, 9).tolist()) == {0.1, 1.0, 10.0}
