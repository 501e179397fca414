# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pandas as pd
import pytest

from probatum.adapters.interface import Wish, few, wrap
from probatum.checks.input_manipulation.corruption import Options, run
from probatum.errors import InsufficientDataError
from probatum.facts.finding import State
from probatum.facts.plan import Terms
from probatum.seeds import stream
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System
from probatum.systems.views import TestRows


def asked(model, rows, truth, *, seed=0, n=300):
    data = from_arrays((rows, np.asarray(truth)), (rows, np.asarray(truth)))
    system = System.of(wrap(model, few(data.test), Wish(output="labels")), data)
    view = TestRows(rows=data.test, train=data.train)
    return run(system, view, Options(rows=n), Terms(confidence=0.95, include_rows=False), stream(seed, "t"))


def table(n=300):
    rng = np.random.default_rng(0)
    return pd.DataFrame({"a": rng.normal(size=n), "b": rng.normal(size=n), "c": rng.choice(["x", "y"], n)})


def truth_of(rows):
    return np.where(rows["a"] > 0, "yes", "no")


def test_a_system_that_looks_at_nothing_loses_nothing():
    rows = table()
    finding = asked(lambda some: np.full(len(some), "yes"), rows, truth_of(rows))
    assert finding.measures["lost_share"].value == 0
    assert "none was lost" in finding.sentence


def test_the_worst_damage_is_named_and_its_share_is_known():
    rows = table()

    def answer(some):
        return np.where(some["b"].isna(), "neither", np.where(some["a"] > 0, "yes", "no"))

    def either(some):
        return np.where(some["c"].isna() & (some["a"] > 0), "no", np.where(some["a"] > 0, "yes", "no"))

    finding = asked(either, rows, truth_of(rows))
    lost = finding.measures["lost_share"]
    by_kind = {part.name: part for part in lost.groups}
    assert len(by_kind) == 6
    assert lost.value == max(part.value for part in by_kind.values())
    assert lost.interval.lower == max(part.interval.lower for part in by_kind.values())
    assert lost.interval.upper == max(part.interval.upper for part in by_kind.values())
    assert "Šidák over 6" in lost.interval.method
    # a is empty in 1 of 5 cases, which is then taken for "no"; c in 1 of 5 of the rest: half of all are "yes"
    assert by_kind["cells left empty"].value == pytest.approx(0.5 * (1 - 0.8**2), abs=0.08)


def test_a_refusal_is_no_wrong_answer():
    rows = table()

    def strict(some):
        if some.isna().any().any():
            raise ValueError("no empty cells here")
        return truth_of(some)

    finding = asked(strict, rows, truth_of(rows))
    by_kind = {part.name: part.value for part in finding.measures["lost_share"].groups}
    assert by_kind["cells left empty"] == 0
    assert finding.measures["refused_share"].value == pytest.approx(1 / 6)
    assert any("refused to answer at all" in detail for detail in finding.details)


@pytest.mark.parametrize("shape", [(12, 12), (1, 12, 12), (12, 12, 3)])
@pytest.mark.parametrize("kind", [np.uint8, np.float32])
def test_pictures_keep_their_shape_and_type(shape, kind):
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 256, size=(60, *shape)).astype(kind)
    truth = np.where(rows.reshape(60, -1)[:, 0] > 127, "yes", "no")

    def answer(some):
        assert some.shape[1:] == shape
        assert some.dtype == kind
        return np.where(some.reshape(len(some), -1)[:, 0] > 127, "yes", "no")

    finding = asked(answer, rows, truth)
    assert len(finding.measures["lost_share"].groups) == 12
    assert finding.measures["refused_share"].value == 0
    assert finding.measures["lost_share"].value > 0
    grades = [part.value for part in finding.measures["mean_lost_share"].groups]
    assert grades[0] < grades[-1]


def test_it_cannot_be_told_when_no_answer_is_right():
    rows = table(20)
    with pytest.raises(InsufficientDataError):
        asked(lambda some: np.where(some["a"] > 0, "no", "yes"), rows, truth_of(rows))


def test_it_does_not_apply_when_there_is_nothing_to_damage():
    rows = pd.DataFrame({"day": pd.date_range("2026-01-01", periods=40)})
    truth = np.array(["yes", "no"] * 20)
    finding = asked(lambda some: np.array(["yes"] * len(some)), rows, truth)
    assert finding.state is State.NOT_APPLICABLE
