# SPDX-License-Identifier: Apache-2.0
"""Each class by itself."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score, f1_score, precision_score, recall_score

from probatum.engines.disclosure.confusion import confusion
from probatum.engines.mistakes import classes, per_class
from probatum.engines.mistakes.small_counts import SMALL
from probatum.seeds import stream

NAMES = ["no", "yes"]


def binary(hits, misses, alarms, rest):
    """Return truth and answers out of the four counts."""
    truth = np.repeat([1, 1, 0, 0], [hits, misses, alarms, rest]).astype(np.int32)
    labels = np.repeat([1, 0, 1, 0], [hits, misses, alarms, rest]).astype(np.int32)
    return truth, labels


def told(truth, labels, names=NAMES):
    return per_class.measures(confusion(truth, labels, len(names)), names, confidence=0.95)


def of(measure, name):
    return next(part for part in measure.groups if part.name == name)


def test_numbers_are_those_of_scikit_learn_when_counts_are_large():
    truth, labels = binary(60, 50, 20, 870)
    found = told(truth, labels)
    for name, label in (("no", 0), ("yes", 1)):
        assert of(found["class_recall"], name).value == pytest.approx(recall_score(truth, labels, pos_label=label))
        assert of(found["class_precision"], name).value == pytest.approx(
            precision_score(truth, labels, pos_label=label)
        )
        assert of(found["class_f1"], name).value == pytest.approx(f1_score(truth, labels, pos_label=label))
    assert found["balanced_accuracy"].value == pytest.approx(balanced_accuracy_score(truth, labels))
    assert of(found["above_guessing"], "yes").value == pytest.approx(60 / 110 - 20 / 890)
    assert of(found["said_share"], "yes").value == pytest.approx(0.08)


def test_missed_class_comes_first_when_most_of_it_is_missed():
    found = told(*binary(60, 50, 20, 870))
    assert [part.name for part in found["class_recall"].groups] == ["yes", "no"]
    assert found["class_recall"].groups[0].interval.upper < 0.66


@pytest.mark.parametrize("alarms", range(1, SMALL))
def test_small_count_cannot_be_told_from_another_when_published(alarms):
    """People, classes and mistakes are as many; only the few false alarms differ."""
    one, other = told(*binary(60 + alarms, 50 - alarms, alarms, 900 - alarms)), told(*binary(61, 49, 1, 899))
    for name in ("class_recall", "class_precision", "class_f1", "above_guessing"):
        assert of(one[name], "no").value is None
        assert [part.interval for part in one[name].groups] == [part.interval for part in other[name].groups]


@settings(deadline=None)
@given(st.lists(st.integers(0, 30), min_size=9, max_size=9))
def test_every_range_holds_its_number_when_counts_are_any(cells):
    table = np.array(cells).reshape(3, 3)
    truth, labels = (np.repeat(one.ravel(), table.ravel()).astype(np.int32) for one in np.indices((3, 3)))
    if not len(truth):
        return
    found = told(truth, labels, ["a", "b", "c"])
    exact = {
        "class_recall": recall_score(truth, labels, labels=[0, 1, 2], average=None, zero_division=0),
        "class_precision": precision_score(truth, labels, labels=[0, 1, 2], average=None, zero_division=0),
        "class_f1": f1_score(truth, labels, labels=[0, 1, 2], average=None, zero_division=0),
    }
    for name, values in exact.items():
        for part in found[name].groups if name in found else ():
            true = values["abc".index(part.name)]
            assert part.interval.lower - 1e-9 <= true <= part.interval.upper + 1e-9
            assert part.value is None or part.value == pytest.approx(true)


def test_kind_is_hidden_when_the_class_would_tell_it():
    truth = np.repeat([0, 0, 0, 1, 2], [50, 5, 200, 200, 200]).astype(np.int32)
    labels = np.repeat([1, 2, 0, 1, 2], [50, 5, 200, 200, 200]).astype(np.int32)
    kinds = classes.mistake_kinds(confusion(truth, labels, 3), ["a", "b", "c"], confidence=0.95)
    assert [part.value for part in kinds.groups] == [None, None]  # 55 wrong for “a” are told


def test_areas_are_one_for_two_classes_and_one_each_for_more():
    rng = stream(0, "areas")
    truth = rng.integers(3, size=600).astype(np.int32)
    scores = np.eye(3)[truth] * 0.3 + rng.random((600, 3))
    scores /= scores.sum(axis=1, keepdims=True)
    many = per_class.areas(truth, scores, ["a", "b", "c"], confidence=0.95)
    assert sorted(part.name for part in many.groups) == ["a", "b", "c"]
    assert many.why
    two = per_class.areas(truth[truth < 2], scores[truth < 2, :2], NAMES, confidence=0.95)
    assert two.interval.lower > 0.5
    assert per_class.areas(np.zeros(50, dtype=np.int32), scores[:50, :2], NAMES, confidence=0.95) is None


@pytest.mark.parametrize("rows", [200, 1000])
def test_ranges_hold_the_true_numbers_when_drawn_many_times(rows):
    rng = stream(2, f"per_class/{rows}")
    rate = np.array([0.93, 0.5])  # found of “no” and of “yes”, a fifth of the cases
    precision = 0.2 * 0.5 / (0.2 * 0.5 + 0.8 * 0.07)
    true = {
        "class_recall": 0.5,
        "class_precision": precision,
        "class_f1": 2 * precision * 0.5 / (precision + 0.5),
        "above_guessing": 0.5 - 0.07,
    }
    held = dict.fromkeys([*true, "balanced_accuracy"], 0)
    for _ in range(300):
        truth = (rng.random(rows) < 0.2).astype(np.int32)
        labels = np.where(rng.random(rows) < rate[truth], truth, 1 - truth).astype(np.int32)
        found = told(truth, labels)
        for name, value in true.items():
            interval = of(found[name], "yes").interval
            held[name] += interval.lower <= value <= interval.upper
        interval = found["balanced_accuracy"].interval
        held["balanced_accuracy"] += interval.lower <= 0.715 <= interval.upper
    assert min(held.values()) >= 0.94 * 300, held
