# SPDX-License-Identifier: Apache-2.0
"""The numbers of calibration, ready to be told."""

import numpy as np
import pytest

from probatum.engines.calibration.bins import put_together
from probatum.engines.calibration.measures import by_class, in_bins
from probatum.seeds import stream


def test_groups_have_the_same_names_when_drawn_against_each_other():
    rng = stream(0, "measures")
    said = rng.uniform(size=1000)
    measures = in_bins(put_together(said, rng.random(1000) < said), confidence=0.95)
    assert [part.name for part in measures["said"].groups] == [part.name for part in measures["reliability"].groups]
    assert measures["calibration_error"].per_100 == pytest.approx(100 * measures["calibration_error"].value)
    assert measures["said"].value == pytest.approx(said.mean())


def test_class_that_is_off_comes_first_when_the_others_are_right():
    rng = stream(0, "classes")
    scores = rng.dirichlet([2, 2, 2], size=3000)
    true = scores.copy()
    true[:, 0] *= 0.5
    true[:, 1:] += scores[:, [0]] / 4
    truth = (rng.random(3000)[:, None] > np.cumsum(true, axis=1)).sum(axis=1)
    measure = by_class(scores, truth, ["a", "b", "c"], confidence=0.95)
    assert measure.groups[0].name == "a"
    assert measure.value == measure.groups[0].value
    assert measure.interval.lower == max(part.interval.lower for part in measure.groups)
    assert measure.interval.lower > 0.1
    assert "Šidák over 3" in measure.interval.method
