# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engines.trees.forests import COLUMNS, answer, ensembles, forest, rows, true_radius
from probatum.engines.evasion.threat import Norm, Region, region
from probatum.engines.trees.exact import decide, radii, ruled_out
from probatum.errors import DataError

REACH = st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0]), min_size=COLUMNS, max_size=COLUMNS).map(np.array)
STUMP = (0, 0.5, [-1.0], [1.0], False)


def test_radius_is_the_way_to_the_threshold_when_there_is_one_tree():
    found = radii(forest([STUMP], columns=1), np.array([[0.2], [0.5], [0.9], [0.9]]), np.array([0, 0, 1, 0]))
    np.testing.assert_allclose(found.upper, [0.3, 0.0, 0.4, 0.0], atol=1e-15)
    np.testing.assert_array_equal(found.lower, found.upper)
    assert found.exact.all()
    np.testing.assert_array_equal(found.witnesses[:, 0], [np.nextafter(0.5, 1), np.nextafter(0.5, 1), 0.5, 0.9])


def test_radius_needs_both_trees_when_one_alone_does_not_turn_the_answer():
    # 0.2 and 0.4 away; each gives 1 on its far side, and 1.5 are needed
    model = forest([(0, 0.5, [0.0], [1.0], False), (1, 0.7, [0.0], [1.0], False)], columns=2, base=[-1.5])
    found = radii(model, np.array([[0.3, 0.3]]), np.array([0]))
    np.testing.assert_allclose([found.lower[0], found.upper[0]], 0.4, atol=1e-15)
    np.testing.assert_array_equal(found.witnesses[0], np.nextafter([0.5, 0.7], 1))
    stretched = radii(model, np.array([[0.3, 0.3]]), np.array([0]), reach=np.array([1.0, 4.0]))
    np.testing.assert_allclose(stretched.upper, 0.2, atol=1e-15)


def test_radius_is_infinite_when_no_point_is_answered_otherwise():
    found = radii(forest([STUMP], columns=1), np.array([[0.2]]), np.array([0]), upper=0.5)
    assert found.lower[0] == found.upper[0] == np.inf
    assert found.exact[0]
    np.testing.assert_array_equal(found.witnesses, [[0.2]])


def test_radius_rounds_as_the_library_when_inputs_are_single():
    model = forest([STUMP], columns=1, single_inputs=True)
    witness = radii(model, np.array([[0.2]]), np.array([0])).witnesses[0, 0]
    assert np.float32(witness) == np.nextafter(np.float32(0.5), np.float32(1))
    assert np.float32(np.nextafter(witness, 0)) == np.float32(0.5)


@settings(deadline=None, max_examples=150)
@given(st.data(), ensembles(), REACH)
def test_radius_equals_brute_force_when_the_ensemble_is_small(data, model, reach):
    x = np.array([data.draw(rows())])
    y = np.array([data.draw(st.one_of(st.just(answer(model, x[0])), st.integers(0, max(1, len(model.base) - 1))))])
    found = radii(model, x, y, lower=0.0, upper=1.0, reach=reach)
    true = true_radius(model, x[0], y[0], np.zeros(COLUMNS), np.ones(COLUMNS), reach)
    assert found.exact[0]
    assert found.upper[0] == found.lower[0] == true
    if np.isfinite(true):
        witness = found.witnesses[0]
        assert answer(model, witness) != y[0]
        here = ~np.isnan(x[0])
        assert (np.isnan(witness) == ~here).all()
        assert (np.abs(witness - x[0])[here] <= (true * reach)[here] * (1 + 1e-15)).all()
        assert ((witness >= 0) & (witness <= 1))[here].all()


@settings(deadline=None, max_examples=60)
@given(ensembles(), rows(), st.integers(0, 3))
def test_bounds_hold_the_truth_when_nodes_run_out(model, x, nodes):
    y = answer(model, x)
    found = radii(model, x[None], np.array([y]), lower=0.0, upper=1.0, nodes=nodes)
    true = true_radius(model, x, y, np.zeros(COLUMNS), np.ones(COLUMNS), np.ones(COLUMNS))
    assert found.lower[0] <= true <= found.upper[0]


@settings(deadline=None, max_examples=60)
@given(ensembles(), rows(), st.sampled_from([0.0, 30.0, 100.0, 1000.0]))
def test_bounds_hold_the_truth_when_the_work_runs_out(model, x, work):
    y = answer(model, x)
    found = radii(model, x[None], np.array([y]), lower=0.0, upper=1.0, work=work)
    true = true_radius(model, x, y, np.zeros(COLUMNS), np.ones(COLUMNS), np.ones(COLUMNS))
    assert found.lower[0] <= true <= found.upper[0]
    assert found.short[0] == (not found.exact[0])


def large(count):
    """A sum of many uneven trees over many columns, of which no few leaves decide."""
    rng = np.random.default_rng(0)

    def grown(depth):
        if not depth:
            return [float(rng.normal())]
        return (int(rng.integers(8)), float(rng.random()), grown(depth - 1), grown(depth - 1), False)

    return forest([grown(4) for _ in range(count)], columns=8)


def test_all_rows_together_look_at_no_more_numbers_than_they_may():
    model, x = large(60), np.random.default_rng(1).random((12, 8))
    y = np.array([answer(model, row) for row in x])
    free = radii(model, x, y, lower=0.0, upper=1.0, nodes=500, work=1e12)
    told = []
    limited = radii(model, x, y, lower=0.0, upper=1.0, nodes=500, work=free.work.sum() / 10, done=told.append)
    part = 64 * 2e4  # parts that are worked on together, each of fewer numbers than this
    assert limited.work.sum() <= free.work.sum() / 10 + part
    assert limited.nodes.sum() < free.nodes.sum()
    assert limited.short.any()
    assert not free.short.any()
    assert told == list(range(1, 13))
    assert (limited.lower <= free.upper).all()


@settings(deadline=None, max_examples=100)
@given(ensembles(), rows(missing=False), st.sampled_from(Norm), st.sampled_from([0.05, 0.2, 0.35, 0.6]))
def test_decision_agrees_with_brute_force_when_the_region_is_a_ball(model, x, norm, radius):
    y = answer(model, x)
    where = region(x[None], lower=0.0, upper=1.0, norm=norm, radius=radius)
    found = decide(model, x[None], np.array([y]), where)
    if norm is Norm.LINF:
        true = true_radius(model, x, y, where.lower[0], where.upper[0], np.ones(COLUMNS))
        assert found.broken[0] == np.isfinite(true)
    if found.broken[0]:
        moved = found.examples[0] - x
        size = {Norm.LINF: np.abs(moved).max(), Norm.L2: np.sqrt((moved**2).sum()), Norm.L1: np.abs(moved).sum()}[norm]
        assert size <= radius
        assert answer(model, found.examples[0]) != y
        assert ((found.examples >= where.lower) & (found.examples <= where.upper)).all()
    assert not found.open[0]


def test_decision_keeps_to_the_ball_when_the_corner_of_the_box_is_outside():
    model = forest([(0, 0.5, [0.0], [1.0], False), (1, 0.5, [0.0], [1.0], False)], columns=2, base=[-1.5])
    x, y = np.array([[0.2, 0.1]]), np.array([0])  # 0.3 and 0.4 away: 0.5 in L2, 0.7 in L1
    for norm, inside, outside in ((Norm.LINF, 0.41, 0.39), (Norm.L2, 0.51, 0.49), (Norm.L1, 0.71, 0.69)):
        assert decide(model, x, y, region(x, norm=norm, radius=inside)).broken[0]
        assert decide(model, x, y, region(x, norm=norm, radius=outside)).certified[0]


def test_decision_leaves_missing_cells_alone_when_the_region_says_otherwise():
    model = forest([(0, 0.5, [-1.0], [1.0], True)], columns=1)
    x = np.array([[np.nan]])
    assert decide(model, x, np.array([0]), Region(lower=np.zeros((1, 1)), upper=np.ones((1, 1)))).certified[0]


def test_categories_stay_when_their_column_has_no_reach():
    model = forest([(1, frozenset({0, 2}), [-1.0], (0, 0.5, [-1.0], [1.0], False), False)], columns=2)
    x, reach = np.array([[0.2, 2.0], [0.2, 1.0]]), np.array([1.0, 0.0])
    found = radii(model, x, np.array([0, 0]), reach=reach)
    np.testing.assert_allclose(found.upper, [np.inf, 0.3], atol=1e-15)


def test_a_moving_category_is_refused_when_radii_are_asked():
    model = forest([(0, frozenset({0, 2}), [-1.0], [1.0], False)], columns=1)
    with pytest.raises(DataError, match="categories"):
        radii(model, np.array([[0.0]]), np.array([0]))


@pytest.mark.parametrize(
    ("x", "reach"), [([[0.1, 0.2]], 1.0), ([[0.1]], -1.0), ([[np.inf]], 1.0), ([[2.0]], 1.0), ([[0.1]], np.nan)]
)
def test_bad_input_is_refused_when_it_cannot_be_answered(x, reach):
    with pytest.raises(DataError, match="Wanted"):
        radii(forest([STUMP], columns=1), np.array(x), np.array([0]), upper=1.0, reach=reach)


def test_leaves_fill_more_than_one_word_when_a_tree_is_large():
    def comb(start, stop):
        if stop - start == 1:
            return [1.0 if start == 150 else -1.0 - start % 7]
        middle = (start + stop) // 2
        return (0, middle - 0.5, comb(start, middle), comb(middle, stop), False)

    found = radii(forest([comb(0, 200)], columns=1), np.array([[20.0]]), np.array([0]))
    np.testing.assert_allclose(found.upper, 129.5)
    assert found.exact[0]


def test_no_rows_give_no_radii_when_the_table_is_empty():
    found = radii(forest([STUMP], columns=1), np.empty((0, 1)), np.empty(0, dtype=int))
    assert found.upper.shape == (0,)
    assert found.witnesses.shape == (0, 1)


def test_whole_numbers_cross_a_threshold_at_the_next_whole_number():
    found = radii(forest([STUMP], columns=1), np.array([[-3.0], [4.0]]), np.array([0, 1]), whole=True)
    np.testing.assert_array_equal(found.upper, [4.0, 4.0])
    np.testing.assert_array_equal(found.lower, found.upper)
    np.testing.assert_array_equal(found.witnesses[:, 0], [1.0, 0.0])


@settings(deadline=None, max_examples=60)
@given(st.data(), ensembles())
def test_radius_of_whole_numbers_equals_trying_them_all(data, model):
    x = np.array([data.draw(st.lists(st.integers(0, 1), min_size=COLUMNS, max_size=COLUMNS))], dtype=float)
    y = np.array([answer(model, x[0])])
    moving = ~np.isin(np.arange(COLUMNS), model.feature[model.subset >= 0] if model.subset is not None else [])
    found = radii(model, x, y, lower=-1.0, upper=2.0, reach=moving * 1.0, whole=True)
    steps = np.array(np.meshgrid(*[(-1, 0, 1, 2) if move else (0,) for move in moving])).reshape(COLUMNS, -1).T
    points = np.where(moving, steps, x[0]).astype(float)
    turned = np.array([answer(model, point) != y[0] for point in points])
    true = np.abs(points - x[0]).max(axis=1)[turned].min(initial=np.inf)
    assert found.lower[0] <= true  # a choice of cuts that no whole number meets may only make the bound looser
    assert found.upper[0] >= true
    if np.isfinite(found.upper[0]):
        assert (found.witnesses == np.floor(found.witnesses)).all()


def test_a_lead_that_rounded_probabilities_may_hide_is_no_proof():
    sharp = forest([(0, 0.5, [1e-7], [1.0], False)], columns=1)
    x, y = np.array([[0.2], [0.9]]), np.array([1, 1])
    assert radii(sharp, x, y).lower.tolist() == [np.inf, np.inf]
    blurred = radii(replace(sharp, blur=1e-6), x, y)
    assert blurred.lower[0] == 0.0
    np.testing.assert_allclose(blurred.lower[1], 0.4)


def test_a_box_too_large_for_memory_is_left_open(monkeypatch):
    monkeypatch.setattr("probatum.engines.trees.exact.WORDS", 0)
    model = forest([STUMP, STUMP], columns=1)
    x, y = np.array([[0.2]]), np.array([0])
    assert radii(model, x, y).upper.tolist() == [np.inf]
    assert radii(model, x, y).lower[0] <= 0.3 + 1e-9
    found = decide(model, x, y, Region(lower=np.array([[0.0]]), upper=np.array([[1.0]])))
    assert found.open.all()


@settings(deadline=None, max_examples=80)
@given(st.data(), ensembles())
def test_what_is_ruled_out_holds_no_other_answer(data, model):
    x = np.array([data.draw(rows())])
    y = np.array([answer(model, x[0])])
    moving = ~np.isin(np.arange(COLUMNS), model.feature[model.subset >= 0] if model.subset is not None else [])
    lower = np.where(moving & ~np.isnan(x), np.maximum(x - 0.3, 0.0), x)
    upper = np.where(moving & ~np.isnan(x), np.minimum(x + 0.3, 1.0), x)
    if ruled_out(model, x, y, lower, upper)[0]:
        assert decide(model, x, y, Region(lower=lower, upper=upper)).certified[0]
