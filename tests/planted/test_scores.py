# SPDX-License-Identifier: Apache-2.0
"""A model whose every chance is known beforehand."""

import numpy as np
import pytest

from probatum.facts.capabilities import Capability
from probatum.facts.threats import Task
from probatum.planted.scores import scoring


def test_chances_come_back_when_two_classes_are_told_by_one_number():
    system = scoring(np.array([0.0, 0.3, 1.0]), np.array([0, 1, 1]), {"age": np.array([20, 30, 40])})
    answers = system.answers(system.data.test)
    assert system.task is Task.BINARY
    assert Capability.SCORES in system.capabilities
    assert answers.scores == pytest.approx(np.array([[1, 0], [0.7, 0.3], [0, 1]]))
    assert answers.labels.tolist() == [0, 0, 1]


def test_columns_keep_their_order_when_there_are_more_than_ten_classes():
    chances = np.eye(12)
    system = scoring(chances, np.arange(12))
    assert system.answers(system.data.test).scores == pytest.approx(chances)


def test_chances_name_no_group_when_columns_are_looked_at():
    system = scoring(np.array([0.2, 0.4]), np.array([0, 1]), {"age": np.array([20, 30])})
    assert [column.name for column in system.data.test.schema.columns if not column.personal] == ["age"]


def test_rows_without_a_chance_have_no_answer_when_missing():
    system = scoring(np.array([0.2, np.nan]), np.array([0, 1]))
    assert system.answers(system.data.test).given.tolist() == [True, False]
