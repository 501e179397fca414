# SPDX-License-Identifier: Apache-2.0
"""Networks on pictures and lines of numbers, as people write them, each by what is special about it."""

import torch
from torch import nn
from torch.nn import functional

from engines.bounds.tensor.zoo import pictures, plain

LINES, BLOCKS = (2, 12), (1, 4, 4, 4)


def branching(net, x):
    if net.training:
        raise AssertionError
    if x.dim() == 3:
        x = x.unsqueeze(1)
    if x.shape[1] == 2 and len(x) > 0 and x.size(-1) == x.size(2):
        return net.last(torch.relu(net.first(x)).view(x.size(0), -1))
    return x


def with_shortcut(net, x):
    """Pad channels of a shortcut, as residual networks without further weights do."""
    short = x[:, :, ::2, ::2]
    short = torch.cat([short, torch.zeros_like(short)], dim=1)
    return functional.relu(net.wider(x) + short)


def time_first(net, x):
    return net.inner(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2).transpose(2, 3)


def gated(net, x):
    weight = torch.sigmoid(net.gate(x.mean(dim=(2, 3))))
    return x * weight[:, :, None, None]


IMAGES = {
    "branches": plain(branching, first=nn.Conv2d(2, 3, 3, padding=1), last=nn.Linear(192, 3)),
    "adaptive average": pictures(lambda net, x: functional.adaptive_avg_pool2d(x, (3, 2))),
    "adaptive average, layer": pictures(lambda net, x: net.inner(x), inner=nn.AdaptiveAvgPool2d((None, 1))),
    "adaptive largest": pictures(lambda net, x: functional.adaptive_max_pool2d(x, (3, 2))),
    "adaptive largest, layer": pictures(lambda net, x: net.inner(x), inner=nn.AdaptiveMaxPool2d(1)),
    "average, padded": pictures(
        lambda net, x: functional.avg_pool2d(x, 3, 2, 1, ceil_mode=True, count_include_pad=False)
    ),
    "average, layer": pictures(lambda net, x: net.inner(x), inner=nn.AvgPool2d(2, divisor_override=3)),
    "mean over places": pictures(lambda net, x: x.mean(dim=[2, 3])),
    "mean over places, kept": pictures(lambda net, x: x.mean((-2, -1), keepdim=True)),
    "sum over channels": pictures(lambda net, x: x.sum(1)),
    "largest over places": pictures(lambda net, x: torch.amax(x, dim=(2, 3))),
    "largest": pictures(lambda net, x: functional.max_pool2d(x, 2)),
    "largest, padded": pictures(lambda net, x: net.inner(x), inner=nn.MaxPool2d(3, 2, 1)),
    "largest, dilated": pictures(lambda net, x: net.inner(x), inner=nn.MaxPool2d(2, 1, dilation=2)),
    "largest, rounded up": pictures(lambda net, x: functional.max_pool2d(x, 3, 2, ceil_mode=True)),
    "largest, all of it": pictures(
        lambda net, x: net.inner(x), inner=nn.MaxPool2d(3, 2, 1, dilation=2, ceil_mode=True)
    ),
    "padded": pictures(lambda net, x: functional.pad(x, (1, 0, 2, 1), value=0.3)),
    "padded by mirror": pictures(lambda net, x: functional.pad(x, (1, 1, 2, 1), mode="reflect")),
    "padded by copies": pictures(lambda net, x: net.inner(x), inner=nn.ReplicationPad2d(1)),
    "padded by a layer": pictures(lambda net, x: net.inner(x), inner=nn.ZeroPad2d((1, 0, 2, 0))),
    "joined": pictures(lambda net, x: torch.cat([x, net.inner(x)], dim=1), inner=nn.Conv2d(4, 2, 1)),
    "joined on the last axis": pictures(lambda net, x: torch.cat((x, x * 0.5), -1)),
    "channels last": pictures(time_first, inner=nn.Linear(4, 3)),
    "shortcut": pictures(with_shortcut, wider=nn.Conv2d(4, 8, 3, stride=2, padding=1)),
    "gate": pictures(gated, gate=nn.Linear(4, 4)),
    "shuffled": pictures(lambda net, x: net.inner(functional.pixel_shuffle(x, 2)), inner=nn.PixelUnshuffle(2)),
    "channel shuffle": pictures(lambda net, x: net.inner(x), inner=nn.ChannelShuffle(2)),
    "channel shuffle by hand": pictures(lambda net, x: x.view(len(x), 2, 2, 8, 8).transpose(1, 2).reshape(x.shape)),
    "grouped, dilated": pictures(
        lambda net, x: net.inner(x), inner=nn.Conv2d(4, 4, 3, groups=2, dilation=2, padding="same")
    ),
    "edges by mirror": pictures(
        lambda net, x: net.inner(x), inner=nn.Conv2d(4, 3, 3, padding=1, padding_mode="reflect")
    ),
    "transposed": pictures(lambda net, x: net.inner(x), inner=nn.ConvTranspose2d(4, 3, 3, stride=2, padding=1)),
    "functional convolution": pictures(
        lambda net, x: functional.conv2d(x, net.w, stride=2), w=nn.Parameter(torch.rand(3, 4, 2, 2) - 0.5)
    ),
    "batch norm": pictures(lambda net, x: net.inner(x), inner=nn.BatchNorm2d(4)),
    "dropout of channels": pictures(lambda net, x: net.inner(x), inner=nn.Dropout2d(0.5)),
    "made larger": pictures(lambda net, x: functional.interpolate(x, scale_factor=2)),
    "made larger by lines": pictures(lambda net, x: functional.interpolate(x, size=(5, 11), mode="bilinear")),
    "cut out": pictures(lambda net, x: x[:, 1:3, 2:-2, 3].narrow(2, 0, 3)),
}
OTHERS = {
    "lines": (
        LINES,
        plain(
            lambda net, x: net.last(functional.max_pool1d(torch.relu(net.first(x)), 2, padding=1).view(len(x), -1)),
            first=nn.Conv1d(2, 3, 3),
            last=nn.Linear(18, 3),
        ),
    ),
    "lines, averaged": (
        LINES,
        plain(
            lambda net, x: net.last(functional.avg_pool1d(net.first(x), 2).mean(-1)),
            first=nn.Conv1d(2, 3, 3),
            last=nn.Linear(3, 3),
        ),
    ),
    "lines, adaptive": (
        LINES,
        plain(
            lambda net, x: net.last(functional.adaptive_max_pool1d(net.first(x), 3).flatten(1)),
            first=nn.Conv1d(2, 3, 3),
            last=nn.Linear(9, 3),
        ),
    ),
    "a layer along the last axis": (
        LINES,
        plain(
            lambda net, x: net.last(torch.relu(net.first(x)).reshape(x.size(0), -1)),
            first=nn.Linear(12, 5),
            last=nn.Linear(10, 3),
        ),
    ),
    "a batch of products": (
        LINES,
        plain(
            lambda net, x: net.last(torch.baddbmm(net.b, x, net.w.expand(len(x), -1, -1)).flatten(1)),
            w=nn.Parameter(torch.rand(12, 4) - 0.5),
            b=nn.Parameter(torch.rand(2, 4)),
            last=nn.Linear(8, 3),
        ),
    ),
    "blocks": (
        BLOCKS,
        plain(
            lambda net, x: net.last(functional.max_pool3d(torch.relu(net.first(x)), 2).view(len(x), -1)),
            first=nn.Conv3d(1, 2, 3, padding=1),
            last=nn.Linear(16, 3),
        ),
    ),
}
