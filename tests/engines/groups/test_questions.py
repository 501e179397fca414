# SPDX-License-Identifier: Apache-2.0
"""Shares and averages of groups, out of truth and answers."""

import numpy as np
import pytest

from probatum.engines.groups.questions import about_classes, about_values, arrange, expected_at_rank


def test_shares_are_those_counted_by_hand_when_a_group_is_small():
    truth = np.repeat([1, 1, 0, 0], [30, 20, 15, 35])
    labels = np.repeat([1, 0, 1, 0], [30, 20, 15, 35])
    (groups,) = arrange([(("x",), ("a",), np.zeros(100, dtype=np.int32))])
    found = {one.measure: float(one.numbers.value[0]) for one in about_classes(groups, truth, labels, ("no", "yes"), 1)}
    assert found == pytest.approx(
        {
            "true_positive_rate": 0.6,
            "false_positive_rate": 0.3,
            "selection_rate": 0.45,
            "precision": 30 / 45,
        }
    )


def test_hidden_count_does_not_come_out_by_taking_away_when_the_rest_is_shown():
    """People, classes and mistakes are as many both times; only the few false alarms differ."""
    (groups,) = arrange([(("x",), ("a",), np.zeros(200, dtype=np.int32))])
    seen = []
    for few in (2, 8):
        truth = np.repeat([1, 1, 0, 0], [28 + few, 72 - few, few, 100 - few])
        labels = np.repeat([1, 0, 1, 0], [28 + few, 72 - few, few, 100 - few])
        found = {one.measure: one.numbers for one in about_classes(groups, truth, labels, ("no", "yes"), 1)}
        assert not found["false_positive_rate"].shown[0]
        seen.append([(one.ends(confidence=0.95, family=1), one.value) for one in found.values()])
    assert repr(seen[0]) == repr(seen[1])


def test_ranks_are_pooled_when_they_are_equal():
    right, ranks = np.array([True, False, True, True]), np.array([1.0, 1.0, 2.0, np.nan])
    assert expected_at_rank(right, ranks).tolist()[:3] == [0.5, 0.5, 1.0]
    assert np.isnan(expected_at_rank(right, ranks)[3])


def test_ranks_are_cut_when_there_are_many():
    ranks = np.arange(1000.0)
    assert len(np.unique(expected_at_rank(ranks > 500, ranks))) <= 10


def test_range_holds_the_lowest_and_highest_answer_when_one_is_missing():
    (groups,) = arrange([(("x",), ("a",), np.zeros(20, dtype=np.int32))])
    truth = np.tile([-1.0, 1.0], 10)
    values = np.where(np.arange(20) < 10, np.nan, truth)
    first, silence = about_values(groups, truth, values, 0.0)
    assert first.numbers.value[0] == 0
    assert (first.numbers.lowest.mean[0], first.numbers.highest.mean[0]) == (-0.5, 0.5)
    assert silence.numbers.value[0] == 0.5


def test_small_side_does_not_come_out_when_the_other_side_is_shown():
    (groups,) = arrange([(("x",), ("a", "b"), np.repeat([0, 1], [104, 400]).astype(np.int32))])
    truth = np.repeat([1, 0, 1, 0], [4, 100, 100, 300])
    for one in about_classes(groups, truth, truth, ("no", "yes"), 1):
        sizes = one.numbers.n[one.numbers.usable].tolist()
        assert 104 not in sizes  # 100 are told of, so these would tell the 4
