# SPDX-License-Identifier: Apache-2.0
"""Layers that answer as before, and whose slope by the input takes a shorter way than torch's own.

Torch pads a convolution of one channel in to a whole block of channels, and the first layer of a small network then
costs as much as all others together; here its slope is a matrix product and a sum of shifted patches. And behind a
flattening, slopes come back with the channels first where all else has them last, on which the next layers are many
times slower; here they are laid out again at once. What comes out is the same but for rounding.

Source: Chellapilla, Puri, Simard 2006, "High performance convolutional neural networks for document processing",
section 2.1 (unrolling), run backwards.
"""

from typing import Any, final

import torch
from torch import Tensor, nn
from torch.nn import functional

FEW = 4  # channels in, at most; with more, torch's own way is the faster one
BLOCK = 2**19  # numbers that are unrolled at once: about what a processor's cache holds


def quicken(module: nn.Module) -> None:
    """Give the layers of a network with fixed weights, channels laid out last, the quicker slopes, in place."""
    for layer in module.modules():
        if type(layer) is nn.Conv2d and _narrow(layer):  # a subclass may do anything
            layer.__class__ = NarrowConv2d
        elif type(layer) is nn.Flatten and (layer.start_dim, layer.end_dim) == (1, -1):
            layer.__class__ = LastFlatten


def _narrow(layer: nn.Conv2d) -> bool:
    zeros_around = layer.padding_mode == "zeros" and not isinstance(layer.padding, str)
    return layer.in_channels <= FEW and layer.groups == 1 and zeros_around


@final
class NarrowConv2d(nn.Conv2d):
    """A convolution of few channels in."""

    def forward(self, input: Tensor) -> Tensor:  # torch's own name for it
        """Convolve."""
        if not input.requires_grad or input.dim() != 4:
            return super().forward(input)
        found: Tensor = _Convolved.apply(input, self)  # type: ignore[no-untyped-call]  # torch's
        return found


@final
class LastFlatten(nn.Flatten):
    """A flattening of what has its channels last."""

    def forward(self, input: Tensor) -> Tensor:  # torch's own name for it
        """Flatten."""
        if not input.requires_grad or input.dim() != 4:
            return super().forward(input)
        found: Tensor = _Flattened.apply(input)  # type: ignore[no-untyped-call]  # torch's
        return found


@final
class _Convolved(torch.autograd.Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor, layer: NarrowConv2d) -> Tensor:
        return nn.Conv2d.forward(layer, x)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, NarrowConv2d], output: Tensor) -> None:  # noqa: ARG004  # torch gives it
        x, ctx.layer = inputs
        ctx.size = x.shape[2:]

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, None]:
        layer, (high, wide) = ctx.layer, ctx.size
        across = layer.weight.flatten(1).t()
        block = max(1, BLOCK // (across.shape[0] * slope.shape[2] * slope.shape[3]))
        pieces = []
        for part in torch.split(slope, block):
            patches = torch.matmul(across, part.flatten(2))
            # as if all rows were channels of one picture, since torch shares channels out among its threads, not rows
            one = patches.reshape(1, -1, patches.shape[2])
            around = {"dilation": layer.dilation, "padding": layer.padding, "stride": layer.stride}
            summed = functional.fold(one, ctx.size, layer.kernel_size, **around)
            pieces.append(summed.view(len(part), -1, high, wide))
        return torch.cat(pieces), None


@final
class _Flattened(torch.autograd.Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        return x.flatten(1)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: Tensor) -> None:  # noqa: ARG004  # torch gives it
        ctx.shape = inputs[0].shape

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> Tensor:
        return slope.view(ctx.shape).contiguous(memory_format=torch.channels_last)
