# SPDX-License-Identifier: Apache-2.0
"""Networks that answer otherwise at a planted point, where no gradient leads."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

MARGIN = 1.0
WIDTH = 0.1  # of the dent, per cell
FEW, MANY = 4, 14  # cells: regions of few are halved, those of many split by units


class Dent(nn.Module):
    """The first score is the margin, less ``depth`` at the planted point, falling to nothing within its width."""

    def __init__(self, planted, depth, curve):
        super().__init__()
        cells = len(planted)
        self.apart, self.dent, self.last = nn.Linear(cells, 2 * cells), nn.Linear(2 * cells, 1), nn.Linear(1, 2)
        self.curve = curve
        with torch.no_grad():
            eye = torch.eye(cells)
            self.apart.weight.copy_(torch.cat([eye, -eye]))
            self.apart.bias.copy_(torch.cat([-planted, planted]))
            self.dent.weight.fill_(-1 / WIDTH)
            self.dent.bias.fill_(1.0)
            self.last.weight.copy_(torch.tensor([[-depth], [0.0]]))
            self.last.bias.copy_(torch.tensor([MARGIN, 0.0]))

    def forward(self, x):
        return self.last(self.curve(self.dent(self.curve(self.apart(torch.flatten(x, 1))))))


class Bell(nn.Module):
    """The same with curves without a corner: high only where all cells lie between two steep steps."""

    def __init__(self, planted, depth, curve):
        super().__init__()
        cells, steep, tanh = len(planted), 60.0, curve is torch.tanh
        self.apart, self.dent, self.last = nn.Linear(cells, 2 * cells), nn.Linear(2 * cells, 1), nn.Linear(1, 2)
        self.curve = curve
        with torch.no_grad():
            eye = torch.eye(cells)
            self.apart.weight.copy_(steep * torch.cat([eye, -eye]))
            self.apart.bias.copy_(steep * torch.cat([WIDTH - planted, WIDTH + planted]))
            self.dent.weight.fill_(20.0)
            whole = float(curve(torch.tensor(steep * WIDTH))) * 2 * cells
            self.dent.bias.fill_(-20.0 * (whole - 0.4))  # high where hardly any step is missing
            self.last.weight.copy_(torch.tensor([[-depth * (0.5 if tanh else 1.0)], [0.0]]))
            self.last.bias.copy_(torch.tensor([MARGIN - (0.5 * depth if tanh else 0.0), 0.0]))

    def forward(self, x):
        return self.last(self.curve(self.dent(self.curve(self.apart(torch.flatten(x, 1))))))


class Pictured(nn.Module):
    """The same on pictures: a convolution, a block whose result is added to what it was given."""

    def __init__(self, planted, depth, curve):
        super().__init__()
        cells = len(planted)
        self.apart, self.block = nn.Conv2d(1, 2, 1), nn.Conv2d(2, 2, 3, padding=1)
        self.dent, self.last, self.curve = nn.Linear(2 * cells, 1), nn.Linear(1, 2), curve
        with torch.no_grad():
            self.apart.weight.copy_(torch.tensor([1.0, -1.0]).view(2, 1, 1, 1))
            self.apart.bias.copy_(torch.stack([-planted[0], planted[0]]))  # the same in every cell
            self.block.weight.uniform_(-0.1, 0.1)
            self.block.weight.abs_()
            self.block.bias.zero_()
            self.dent.weight.fill_(-1 / WIDTH)
            self.dent.bias.fill_(1.0)
            self.last.weight.copy_(torch.tensor([[-depth], [0.0]]))
            self.last.bias.copy_(torch.tensor([MARGIN, 0.0]))

    def forward(self, x):
        x = self.curve(self.apart(x))
        x = x + self.curve(self.block(x))
        return self.last(self.curve(self.dent(torch.flatten(x, 1))))


KINDS = {
    "ReLU": (Dent, torch.relu, (FEW, MANY)),
    "leaky ReLU": (Dent, nn.LeakyReLU(0.02), (FEW, MANY)),
    "sigmoid": (Bell, torch.sigmoid, (FEW, MANY)),
    "tanh": (Bell, torch.tanh, (FEW, MANY)),
    "residual, ReLU": (Pictured, torch.relu, (16,)),
}
CASES = [(kind, cells) for kind, (_, _, sizes) in KINDS.items() for cells in sizes]


def planted_in(kind, cells, depth, seed):
    """Return a network, a row in the middle of the box from -1 to 1, and the planted point."""
    torch.manual_seed(seed)
    build, curve, _ = KINDS[kind]
    point = (torch.rand(cells) * 0.6 + 0.2) * torch.where(torch.rand(cells) < 0.5, -1.0, 1.0)
    if build is Pictured:
        point = point[:1].expand(cells).clone()
    shape = (1, 4, 4) if build is Pictured else (cells,)
    return build(point, depth, curve).eval(), np.zeros((1, *shape), dtype=np.float32), point.view(1, *shape)


def answer(net, x):
    with torch.inference_mode():
        return int(net(x).argmax(dim=1)[0])


def hidden_by_training(curve, seed, cells=10):
    """Train a network to answer one corner-free point wrongly, and rightly wherever gradients lead."""
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(cells, 40), curve(), nn.Linear(40, 24), curve(), nn.Linear(24, 2))
    point = (torch.rand(1, cells) * 0.5 + 0.4) * torch.where(torch.rand(1, cells) < 0.5, -1.0, 1.0)
    search = torch.optim.Adam(net.parameters(), lr=4e-3)
    for _ in range(350):
        near = (2 * torch.rand(48, cells) - 1).requires_grad_(True)
        for _ in range(3):
            scores = net(near)
            (slope,) = torch.autograd.grad((scores[:, 0] - scores[:, 1]).sum(), near)
            near = (near.detach() - 0.3 * slope.sign()).clamp(-1, 1).requires_grad_(True)
        here, there = net(torch.cat([near.detach(), torch.zeros(1, cells)])), net(point)
        loss = functional.relu(0.2 - here[:, 0] + here[:, 1]).mean()
        loss = loss + functional.relu(0.05 - there[:, 1] + there[:, 0]).mean()
        search.zero_grad()
        loss.backward()
        search.step()
    return net.eval().requires_grad_(False), point


def step_net(cells):
    """The first score is .2 + relu(x) - relu(x - .5), never below .2; the second is 0; other cells do not matter."""
    net = nn.Sequential(nn.Linear(cells, 2), nn.ReLU(), nn.Linear(2, 2))
    with torch.no_grad():
        net[0].weight.zero_()
        net[0].weight[:, 0], net[0].bias[:] = 1.0, torch.tensor([0.0, -0.5])
        net[2].weight[:], net[2].bias[:] = torch.tensor([[1.0, -1.0], [0.0, 0.0]]), torch.tensor([0.2, 0.0])
    return net


def small(seed, width=8, cells=3):
    torch.manual_seed(seed)
    layers = [nn.Linear(cells, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 3)]
    return nn.Sequential(*layers).eval()


def labelled(net, x):
    with torch.inference_mode():
        return net(torch.from_numpy(x)).argmax(dim=1).numpy()
