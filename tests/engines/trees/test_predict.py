# SPDX-License-Identifier: Apache-2.0
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier

from engines.trees.forests import answer, ensembles, forest, rows
from probatum.engines.trees.predict import labels, leaves, raw
from probatum.systems.structures import Forest


@settings(deadline=None)
@given(ensembles(), st.lists(rows(), min_size=1, max_size=5))
def test_labels_equal_one_row_at_a_time_when_rows_come_together(model, x):
    np.testing.assert_array_equal(labels(model, np.array(x)), [answer(model, row) for row in x])


def test_sums_are_in_order_when_another_order_rounds_otherwise():
    model = forest([[1e8], [1.0], [-1e8]], columns=1, single_sums=True)
    assert raw(model, np.zeros((1, 1))).dtype == np.float32
    assert raw(model, np.zeros((1, 1)))[0, 0] == 0.0  # 1 is lost beside 1e8 in float32
    assert raw(forest([[1e8], [-1e8], [1.0]], columns=1, single_sums=True), np.zeros((1, 1)))[0, 0] == 1.0


def test_cells_go_where_the_comparison_says_when_they_lie_on_the_threshold():
    x = np.array([[0.5], [np.nextafter(0.5, 1)], [np.nan]])
    for strict, single, want in ((False, False, [0, 1, 0]), (True, False, [1, 1, 0]), (False, True, [0, 0, 0])):
        model = forest([(0, 0.5, [-1.0], [1.0], True)], columns=1, strict=strict, single_inputs=single)
        np.testing.assert_array_equal(labels(model, x), want)


def test_categories_go_with_their_set_when_known_and_with_the_missing_when_not():
    model = forest([(0, frozenset({0, 2}), [-1.0], [1.0], False)], columns=1)
    np.testing.assert_array_equal(
        labels(model, np.array([[0.0], [1.0], [2.0], [9.0], [-1.0], [np.nan]])), [0, 1, 0, 1, 1, 1]
    )


def test_scores_are_those_of_scikit_learn_when_it_grew_the_forest():
    x, y = load_iris(return_X_y=True)
    grown = RandomForestClassifier(10, random_state=0, n_jobs=1).fit(x, y)
    model = from_scikit_learn(grown)
    np.testing.assert_array_equal(raw(model, x), grown.predict_proba(x))
    ends = leaves(model, x) - model.roots
    np.testing.assert_array_equal(ends, grown.apply(x))


def from_scikit_learn(grown) -> Forest:
    parts = [one.tree_ for one in grown.estimators_]
    roots = np.cumsum([0, *(len(part.feature) for part in parts)])[:-1]
    leaf = np.concatenate([part.children_left < 0 for part in parts])

    def joined(name, shift):
        return np.concatenate([getattr(p, name) + (r if shift else 0) for p, r in zip(parts, roots, strict=True)])

    value = np.concatenate([part.value[:, 0, :] for part in parts])
    return Forest(
        columns=grown.n_features_in_,
        feature=np.where(leaf, -1, joined("feature", False)).astype(np.int32),
        threshold=joined("threshold", False),
        left=np.where(leaf, 0, joined("children_left", True)).astype(np.int32),
        right=np.where(leaf, 0, joined("children_right", True)).astype(np.int32),
        missing_left=np.zeros(len(leaf), dtype=bool),
        value=np.where(leaf[:, None], value, 0.0),
        roots=roots.astype(np.int32),
        base=np.zeros(value.shape[1]),
        strict=False,
        single_inputs=True,
        single_sums=False,
        mean=True,
    )
