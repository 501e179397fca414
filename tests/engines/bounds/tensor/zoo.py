# SPDX-License-Identifier: Apache-2.0
"""What the networks of the zoo are built of: a layer, what is tried, and a layer on all that comes out."""

import torch
from torch import nn


class Does(nn.Module):
    """What a function does with layers of its own."""

    def __init__(self, run, **layers):
        super().__init__()
        self.run = run
        for name, layer in layers.items():
            setattr(self, name, layer)

    def forward(self, x):
        return self.run(self, x)


def flat(run, **layers):
    """Return a network on tables: a layer, then what is tried, then a layer on all that comes out."""
    return lambda: Does(lambda net, x: net.last(run(net, net.first(x)).flatten(1)), first=nn.Linear(8, 6), **layers)


def pictures(run, **layers):
    """Return a network on pictures: a convolution, then what is tried, then a layer on all that comes out."""
    return lambda: Does(
        lambda net, x: net.last(run(net, torch.relu(net.first(x))).flatten(1)),
        first=nn.Conv2d(2, 4, 3, padding=1),
        **layers,
    )


def plain(run, **layers):
    return lambda: Does(run, **layers)
