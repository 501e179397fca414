# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.corruption.loss import Losses, measures
from probatum.engines.corruption.severity import graded
from probatum.engines.intervals.proportions import clopper_pearson
from probatum.errors import UsageError


def losses(lost, refused=None):
    """Return the losses of a table (n, k), the same at every severity."""
    cells = np.repeat(np.asarray(lost, dtype=bool)[:, :, None], 5, axis=2)
    none = np.zeros_like(cells)
    silent = none if refused is None else np.repeat(np.asarray(refused, dtype=bool)[:, :, None], 5, axis=2)
    return Losses(kinds=tuple("abc"[: cells.shape[1]]), lost=cells, refused=silent)


def test_mean_and_worst_are_told_when_worked_out_by_hand():
    table = np.zeros((100, 2), dtype=bool)
    table[:10, 0], table[:30, 1] = True, True
    taken = measures(losses(table), confidence=0.95)
    assert taken["lost_share"].value == pytest.approx(0.20)
    assert [part.name for part in taken["lost_share"].groups] == ["b", "a"]
    assert taken["worst_lost_share"].value == pytest.approx(0.30)
    exact = clopper_pearson(30, 100, confidence=0.95, family=2)
    assert taken["worst_lost_share"].interval.lower == pytest.approx(exact.lower)
    assert taken["worst_lost_share"].interval.upper == pytest.approx(exact.upper)
    assert taken["refused_share"].value == 0


def test_a_severity_is_told_of_itself_when_others_differ():
    cells = np.zeros((10, 1, 5), dtype=bool)
    cells[:4, 0, 4] = True
    taken = measures(Losses(kinds=("a",), lost=cells, refused=np.zeros_like(cells)), confidence=0.95)
    assert [taken[f"lost_at_{severity}"].value for severity in (1, 2, 4, 5)] == [0, 0, 0, 0.4]
    assert taken["lost_share"].value == 0


def test_the_mean_is_the_exact_share_when_there_is_one_kind():
    table = np.arange(50)[:, None] < 7
    measure = measures(losses(table), confidence=0.95)["lost_share"]
    exact = clopper_pearson(7, 50, confidence=0.95)
    assert (measure.interval.lower, measure.interval.upper) == pytest.approx((exact.lower, exact.upper))


@given(seed=st.integers(0, 99), share=st.floats(0, 1))
def test_the_worst_kind_is_no_better_than_the_mean_when_any_rows_are_lost(seed, share):
    table = np.random.default_rng(seed).random((30, 3)) < share
    taken = measures(losses(table), confidence=0.95)
    assert taken["worst_lost_share"].value >= taken["lost_share"].value - 1e-12
    assert taken["worst_lost_share"].value == max(part.value for part in taken["lost_share"].groups)


def test_nothing_is_measured_when_there_is_no_right_answer():
    with pytest.raises(UsageError, match="at least one right answer"):
        measures(losses(np.zeros((0, 2))), confidence=0.95)


@pytest.mark.parametrize("severity", [0, 6, -1])
def test_a_severity_is_refused_when_there_is_none_such(severity):
    with pytest.raises(UsageError, match="from 1"):
        graded((1, 2, 3, 4, 5), severity)
