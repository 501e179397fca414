# SPDX-License-Identifier: Apache-2.0
"""Three groups, of which one is flagged wrongly less often by a known amount."""

import numpy as np
import pytest

from probatum.planted.usage.bias import PLANTED, build
from probatum.seeds import stream


@pytest.mark.parametrize("size", PLANTED.sizes)
def test_gap_is_the_size_when_counted_over_many_systems(size):
    rates = []
    for seed in range(10):
        system = build(size, stream(seed, "planted"))
        rows = system.data.test
        answers, wrong = system.answers(rows).labels, rows.truth == 0
        groups = rows.categorical()[:, 0]
        rates.append([answers[wrong & (groups == group)].mean() for group in range(3)])
    east, north, west = np.mean(rates, axis=0)
    assert [north - east, west - east] == pytest.approx([size, size], abs=0.02)
