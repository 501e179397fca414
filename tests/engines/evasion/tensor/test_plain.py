# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from probatum.engines.evasion.tensor import ladder  # noqa: E402
from probatum.engines.evasion.tensor.front import Front  # noqa: E402
from probatum.engines.evasion.tensor.network import Asked  # noqa: E402
from probatum.engines.evasion.tensor.places import places  # noqa: E402
from probatum.engines.evasion.tensor.plain import walk  # noqa: E402
from probatum.engines.evasion.threat import region  # noqa: E402

RADIUS = 0.125


def three_classes(right):
    """Return a net whose second class is a little ahead of its third, with slopes (2, -1) and (1, 1.5) of these."""
    net = nn.Linear(2, 3)
    with torch.no_grad():
        net.weight.copy_(torch.tensor([[0.0, 0.0], [2.0, -1.0], [1.0, 1.5]]))
        net.bias.copy_(torch.tensor([right, 1.0, 0.9]))
    return net.eval()


@pytest.mark.parametrize("right", [2.0, 30.0, 1000.0])  # from 30 on, cross-entropy in float32 has no slope left
def test_a_step_goes_where_the_cross_entropy_rises_also_when_the_network_is_sure(right):
    # at 0, with shares e and 1 - e of the two others, e = 1 / (1 + exp(-0.1)) = 0.525, the cross-entropy rises along
    # e (2, -1) + (1 - e) (1, 1.5) = (1.52, 0.19), and the margin falls along (2, -1)
    x = np.zeros((1, 2), dtype=np.float32)
    where = places(x, region(x, norm="linf", radius=RADIUS))
    asked, y = Asked(three_classes(right)), torch.zeros(1, dtype=torch.int64)
    front = Front(rows=torch.arange(1), where=where, y=y, best=where.x, margin=torch.full((1,), torch.inf))
    soft = walk(asked, front, where.x, 1, size=1.0, soft=True).left.best
    hard = walk(asked, front, where.x, 1, size=1.0).left.best
    assert soft.tolist() == [[RADIUS, RADIUS]]
    assert hard.tolist() == [[RADIUS, -RADIUS]]


def test_slopes_are_those_of_the_cross_entropy_but_for_their_length():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 4)).eval()
    x, y = torch.rand(20, 5), torch.arange(20) % 4
    found, _ = Asked(net).gradients(x, y, soft=True)
    given = x.clone().requires_grad_(True)
    scores = net(given)
    (slope,) = torch.autograd.grad(nn.functional.cross_entropy(scores, y, reduction="sum"), given)
    wrong = 1 - scores.detach().softmax(dim=1).gather(1, y[:, None])
    torch.testing.assert_close(-found * wrong, slope, rtol=1e-4, atol=1e-6)


def test_every_step_of_pgd_is_counted_when_nothing_breaks():
    x = np.zeros((3, 2), dtype=np.float32)
    found = ladder.pgd(
        three_classes(5.0),
        x,
        np.zeros(3, dtype=int),
        region(x, norm="linf", radius=RADIUS),
        steps=7,
        rng=np.random.default_rng(0),
    )
    assert not found.broken.any()
    assert found.work.gradient_rows == 3 * 7
