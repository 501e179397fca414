# SPDX-License-Identifier: Apache-2.0
"""What carrying a sum back costs: counted from the network, each step once."""

import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from probatum.engines.bounds.tensor.intervals import forward  # noqa: E402
from probatum.engines.bounds.tensor.trace import trace  # noqa: E402
from probatum.engines.bounds.tensor.work import CONVOLVED, carrying  # noqa: E402


def costs(module, *shape):
    source, steps, result = trace(module.eval())
    x = torch.zeros(1, *shape, dtype=torch.float64)
    known = forward(source, steps, x, x)
    return carrying(source, steps, {name: ends.low.shape[1:] for name, ends in known.items()}), source, steps, result


def test_a_sum_takes_the_products_of_all_layers_behind_it():
    found, source, steps, result = costs(nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 3)), 10)
    assert found[source] == 0
    assert found[steps[0].name] == 20 * (10 + 1) + 20
    assert found[steps[1].name] == found[steps[0].name] + 20
    assert found[result] == found[steps[1].name] + 3 * (20 + 1) + 3


def test_convolutions_count_by_how_long_they_take():
    found, *_, result = costs(nn.Conv2d(2, 4, 3, padding=1), 2, 5, 5)
    assert found[result] == CONVOLVED * 4 * 25 * (2 * 9 + 1) + 100


def test_what_two_ways_share_counts_once():
    class Joined(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.two = nn.Linear(8, 8), nn.Linear(8, 8)

        def forward(self, x):
            first = torch.relu(self.one(x))
            return self.two(first) + first

    found, *_, result = costs(Joined(), 8)
    assert found[result] == 2 * (8 * 9 + 8) + 8 + 8  # two layers, a curve and a sum


def test_pools_are_no_convolutions():
    found, *_, result = costs(nn.AdaptiveAvgPool2d(1), 4, 7, 7)
    assert found[result] == 4
