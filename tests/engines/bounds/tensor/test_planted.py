# SPDX-License-Identifier: Apache-2.0
"""Networks that hide a wrong answer inside the region, where no gradient leads: never certified, by any stage.

In the spirit of SoundnessBench (Zhou et al. 2024, arXiv:2412.03154): the wrong answer is known by construction, or by
training, so that a certifier which proves such a row is wrong. The margin is flat but for a narrow dent at the planted
point, so that searches by gradients miss it.
"""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

from probatum.engines.bounds.tensor.certify import certify  # noqa: E402
from probatum.engines.evasion import bracket  # noqa: E402
from probatum.engines.evasion.results import Ended  # noqa: E402
from probatum.engines.evasion.tensor import ladder  # noqa: E402
from probatum.engines.evasion.threat import region  # noqa: E402

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


@pytest.mark.parametrize(("kind", "cells"), CASES)
def test_a_hidden_wrong_answer_is_never_certified_away(kind, cells):
    net, x, point = planted_in(kind, cells, 1.3 * MARGIN, 0)
    y, where = np.array([0]), region(x, norm="linf", radius=1.0)
    assert answer(net, torch.from_numpy(x)) == 0
    assert answer(net, point) == 1
    for nodes in (0, 2, 60):
        proof = certify(net, x, y, where, nodes=nodes)
        assert proof.refused is None
        assert not proof.certified[0]
        assert proof.ended[0] != Ended.PROVEN


@pytest.mark.parametrize(("kind", "cells"), [(kind, sizes[-1]) for kind, (_, _, sizes) in KINDS.items()])
def test_gradients_alone_miss_it_and_the_bracket_does_not_prove_it(kind, cells):
    net, x, _ = planted_in(kind, cells, 1.3 * MARGIN, 0)
    y, where = np.array([0]), region(x, norm="linf", radius=1.0)
    budget = ladder.Budget(short=0, rounds=0)
    assert not ladder.attack(net, x, y, where, rng=np.random.default_rng(0), budget=budget).broken[0]
    found = bracket(net, x, y, norm="linf", radius=1.0, rng=np.random.default_rng(0), nodes=20, budget="quick")
    assert not found.certified[0]


@pytest.mark.parametrize(("kind", "cells"), CASES)
def test_without_it_the_same_network_is_certified(kind, cells):
    net, x, point = planted_in(kind, cells, 0.9 * MARGIN, 0)
    assert answer(net, point) == 0
    proof = certify(net, x, np.array([0]), region(x, norm="linf", radius=1.0), nodes=30)
    assert proof.certified[0]


@pytest.mark.parametrize("norm", ["l2", "l1"])
@pytest.mark.parametrize("kind", ["ReLU", "tanh"])
def test_it_is_not_certified_away_in_a_ball(kind, norm):
    net, x, point = planted_in(kind, MANY, 1.3 * MARGIN, 2)
    size = float(torch.linalg.vector_norm(point, ord={"l2": 2, "l1": 1}[norm]))
    for share, wrong in ((1.001, True), (0.5, False)):
        where = region(x, norm=norm, radius=size * share)
        proof = certify(net, x, np.array([0]), where, nodes=60)
        assert not (wrong and proof.certified[0])


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


@pytest.mark.parametrize("curve", [nn.ReLU, nn.LeakyReLU, nn.Tanh, nn.Sigmoid])
def test_what_training_hid_is_never_certified_away(curve):
    net, point = hidden_by_training(curve, 0)
    x, y = np.zeros((1, 10), dtype=np.float32), np.array([0])
    assert answer(net, torch.from_numpy(x)) == 0
    assert answer(net, point) == 1
    where = region(x, norm="linf", radius=1.0)
    for nodes in (0, 2, 80):
        assert not certify(net, x, y, where, nodes=nodes).certified[0]
