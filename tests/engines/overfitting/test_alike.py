# SPDX-License-Identifier: Apache-2.0
import numpy as np

from probatum.engines.overfitting.alike import same_answers, same_scores


def test_answers_are_the_same_only_where_every_row_is():
    assert same_answers(np.array([0, 1, -1]), np.array([0, 1, -1]))
    assert not same_answers(np.array([0, 1, -1]), np.array([0, 1, 0]))
    assert same_answers(np.array([0.5, np.nan]), np.array([0.5, np.nan]))
    assert not same_answers(np.array([0.5, np.nan]), np.array([0.5 + 1e-15, np.nan]))
    assert not same_answers(np.array([]), np.array([]))  # nothing was compared


def test_scores_are_the_same_to_the_last_bit_or_absent():
    scores = np.array([[0.25, 0.75], [np.nan, np.nan]])
    assert same_scores(scores, scores.copy())
    assert same_scores(None, scores)
    assert not same_scores(scores, np.nextafter(scores, 1))
