# SPDX-License-Identifier: Apache-2.0
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from probatum.engines.corruption import tables
from probatum.engines.corruption.severity import SEVERITIES

ON_NUMBERS = (
    tables.unit_mistakes,
    tables.decimal_slips,
    tables.rounding,
    tables.sensor_noise,
    tables.stuck,
    tables.clipping,
)
KNOWN = np.column_stack([np.arange(101.0), 30 + np.arange(101.0), 1e6 + np.arange(101.0)])


def rng():
    return np.random.default_rng(5)


def normal(n=4000):
    return np.random.default_rng(0).choice(KNOWN, n)


@pytest.mark.parametrize("damage", ON_NUMBERS, ids=lambda one: one.__name__)
class TestEveryKind:
    @given(
        cells=arrays(np.float64, (6, 3), elements=st.floats(-1e6, 1e6) | st.just(np.nan)),
        severity=st.sampled_from(SEVERITIES),
    )
    @settings(max_examples=40)
    def test_missing_cells_stay_missing_and_others_stay_numbers(self, damage, cells, severity):
        kept = cells.copy()
        after = damage(cells, tables.usual(KNOWN), severity, rng())
        assert (np.isnan(after) == np.isnan(cells)).all()
        assert after.shape == cells.shape
        assert np.array_equal(cells, kept, equal_nan=True)

    def test_damage_grows_when_severity_grows(self, damage):
        before = normal()
        changes = [
            np.abs(np.arcsinh(damage(before, tables.usual(KNOWN), severity, rng())) - np.arcsinh(before)).mean()
            for severity in SEVERITIES
        ]
        assert all(later > earlier for earlier, later in pairwise(changes[1:]))
        assert changes[4] > changes[0]


def test_usual_cells_are_quantiles_when_worked_out_by_hand():
    usual = tables.usual(np.column_stack([np.arange(101.0), np.full(101, np.nan), np.full(101, 3.0)]))
    assert usual.low.tolist() == [5.0, 0.0, 3.0]
    assert usual.high.tolist() == [95.0, 0.0, 3.0]
    assert usual.middle.tolist() == [50.0, 0.0, 3.0]
    assert usual.range.tolist() == [90.0, 0.0, 0.0]


def test_one_cell_a_row_is_a_thousand_times_off_when_a_unit_is_mistaken_moderately():
    factors = tables.unit_mistakes(np.full((300, 4), 1.0), tables.usual(KNOWN), 3, rng())
    changed = np.sort(factors, axis=1)
    assert ((factors != 1).sum(axis=1) == 1).all()
    assert set(np.unique(changed).tolist()) == {0.001, 1.0, 1000.0}


def test_one_cell_in_ten_is_ten_times_off_when_the_point_slips_moderately():
    factors = tables.decimal_slips(np.full((2000, 4), 1.0), tables.usual(KNOWN), 3, rng())
    assert (factors != 1).mean() == pytest.approx(0.10, abs=0.01)
    assert set(np.unique(factors).tolist()) == {0.1, 1.0, 10.0}


def test_cells_are_rounded_to_a_fifth_of_the_usual_range_when_moderate():
    assert tables.rounding(np.array([[0.0, 60.0, 1e6]]), tables.usual(KNOWN), 3, rng())[0, :2].tolist() == [0.0, 54.0]


def test_cells_are_cut_off_at_what_is_known_when_slight():
    out = tables.clipping(np.array([[-5.0, 500.0, 1e6]]), tables.usual(KNOWN), 1, rng())
    assert out.tolist() == [[0.0, 130.0, 1e6]]


def test_neighbours_are_those_of_like_range_when_others_are_not():
    whole = np.array([False, False, False])
    assert tables.neighbours(tables.usual(KNOWN), whole).tolist() == [[0, 1]]
    assert tables.neighbours(tables.usual(KNOWN), np.array([False, True, False])).tolist() == []


def test_swapping_exchanges_both_cells_of_a_pair_when_hit():
    cells = np.array([[1.0, 2.0, 3.0]] * 1000)
    out = tables.swapped(cells, np.array([[0, 1]]), 5, rng())
    assert {tuple(row) for row in out.tolist()} == {(1.0, 2.0, 3.0), (2.0, 1.0, 3.0)}
    assert (out[:, 0] == 2.0).mean() == pytest.approx(0.4, abs=0.05)


@given(
    codes=arrays(np.int32, (20, 2), elements=st.integers(-1, 3)),
    severity=st.sampled_from(SEVERITIES),
    seed=st.integers(0, 99),
)
def test_wrong_categories_are_others_of_the_same_column_when_hit(codes, severity, seed):
    out = tables.wrong_categories(codes, np.array([4, 4]), severity, np.random.default_rng(seed))
    assert ((out == -1) == (codes == -1)).all()
    assert out.max(initial=-1) < 4
    assert out.dtype == codes.dtype


def test_a_column_of_one_category_stays_when_categories_are_confused():
    codes = np.zeros((500, 1), dtype=np.int32)
    assert (tables.wrong_categories(codes, np.array([1]), 5, rng()) == 0).all()


@given(word=st.text(min_size=0, max_size=12), seed=st.integers(0, 99))
def test_a_misspelt_word_is_another_word_when_any_word_comes(word, seed):
    assert tables.misspelt(word, np.random.default_rng(seed)) != word
