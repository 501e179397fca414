# SPDX-License-Identifier: Apache-2.0
"""A forecaster whose chances are off by a known amount."""

import numpy as np
import pytest

from probatum.engines.calibration.bins import put_together
from probatum.planted.usage.calibration import PLANTED, SAID, build
from probatum.seeds import stream


@pytest.mark.parametrize("size", PLANTED.sizes)
def test_error_is_exactly_the_size_when_counted_over_many_systems(size):
    parts = []
    for seed in range(20):
        system = build(size, stream(seed, "planted"))
        said = system.answers(system.data.test).scores[:, 1]
        bins = put_together(said, system.data.test.truth == 1)
        assert len(bins.rows) == len(SAID)  # one bin for each number said
        parts.append(bins.gap)
    assert np.abs(np.mean(parts, axis=0)) == pytest.approx(np.full(len(SAID), size), abs=0.02)
