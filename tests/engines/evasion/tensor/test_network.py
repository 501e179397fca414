# SPDX-License-Identifier: Apache-2.0
"""Networks as people write them: what makes ours fast may not be forced on their code."""

import threading

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from probatum.engines.evasion.tensor import ladder  # noqa: E402
from probatum.engines.evasion.tensor.copies import own_copy  # noqa: E402
from probatum.engines.evasion.tensor.network import Asked  # noqa: E402
from probatum.engines.evasion.threat import region  # noqa: E402
from probatum.errors import ModelError  # noqa: E402

X = torch.rand(5, 3, 8, 8, generator=torch.Generator().manual_seed(0))
Y = torch.arange(5) % 4


class Pictures(nn.Module):
    """Two convolutions and a last layer, flattened as ``run`` does it."""

    def __init__(self, run):
        super().__init__()
        torch.manual_seed(0)
        self.run = run
        self.first, self.second, self.last = nn.Conv2d(3, 6, 3), nn.Conv2d(6, 8, 3), nn.Linear(128, 4)

    def forward(self, x):
        return self.run(self, torch.relu(self.second(torch.relu(self.first(x)))))


def viewed(net, x):
    return net.last(x.view(x.size(0), -1))


def by_strides(net, x):
    if not x.is_contiguous():
        raise ValueError("laid out otherwise")
    return net.last(x.flatten(1))


@pytest.mark.parametrize("run", [viewed, by_strides])
def test_a_layout_that_the_network_refuses_is_dropped(run):
    net, plain = Pictures(run), Pictures(lambda net, x: net.last(x.flatten(1)))
    for asked in (Asked(net), Asked(net)):
        torch.testing.assert_close(asked.scores(X), plain(X).detach())
        torch.testing.assert_close(asked.gradients(X, Y)[0], Asked(plain).gradients(X, Y)[0])
        assert not asked.shrunk
    assert net.first.weight.is_contiguous()


def test_the_attack_runs_on_a_network_that_views_its_rows():
    net = Pictures(viewed).eval()
    with torch.inference_mode():
        y = net(X).argmax(dim=1).numpy()
    found = ladder.pgd(
        net,
        X.numpy(),
        y,
        region(X.numpy(), lower=0.0, upper=1.0, norm="linf", radius=0.3),
        steps=20,
        rng=np.random.default_rng(0),
    )
    assert found.broken.any()


class Does(nn.Module):
    def __init__(self, run):
        super().__init__()
        torch.manual_seed(1)
        self.run, self.layer = run, nn.Linear(6, 4)

    def forward(self, x):
        return self.run(self.layer, x)


def overwriting(layer, x):
    x -= 0.5
    return layer(x)


def squeezing(layer, x):
    return layer(x).unsqueeze(-1).squeeze()


def sloping(layer, x):
    with torch.enable_grad():
        inner = x.detach().requires_grad_(True)
        (slope,) = torch.autograd.grad(layer(inner).pow(2).sum(), inner)
    return layer(x + slope)


@pytest.mark.parametrize("run", [overwriting, squeezing, sloping])
def test_networks_that_write_into_rows_lose_an_axis_or_differentiate_are_asked_rightly(run):
    net = Does(run).eval()
    x = torch.rand(3, 6)
    before, wanted = x.clone(), torch.cat([net(one[None].clone()).detach().view(1, 4) for one in x])
    asked = Asked(net)
    for _ in range(2):
        torch.testing.assert_close(asked.scores(x), wanted)
        torch.testing.assert_close(asked.scores(x[:1]), wanted[:1])
        assert asked.gradients(x, Y[:3])[0].abs().sum() > 0
    assert torch.equal(x, before)


def test_what_a_network_raises_is_told_with_its_line_and_with_what_was_changed():
    def broken(layer, x):
        raise KeyError("the name of a person")

    with pytest.raises(ModelError) as told:
        Asked(Does(broken)).scores(torch.rand(3, 6))
    parts = ("KeyError at test_network.py:", "1 row, float32, of the shape (6,)", "evaluation mode", "inference mode")
    for part in (*parts, "fixed parameters", "without gradients"):
        assert part in str(told.value)
    assert "person" not in str(told.value)
    with pytest.raises(ModelError, match="channels_last"):
        Asked(Pictures(lambda net, x: broken(net, x))).gradients(X, Y)


def test_a_network_that_gives_another_number_of_answers_is_refused():
    with pytest.raises(ModelError, match="answer to each of 3 rows; the network gave 1"):
        Asked(Does(lambda layer, x: layer(x).mean(dim=0, keepdim=True))).scores(torch.rand(3, 6))


def test_a_network_that_keeps_its_last_answer_is_copied_and_left_as_it_was():
    net = Does(lambda layer, x: layer(x)).train()
    net.last = [net(torch.rand(2, 6))]
    copied = own_copy(net)
    assert not copied.training
    assert net.training
    assert torch.equal(copied.last[0], net.last[0])
    assert copied.last[0] is not net.last[0]
    assert net.last[0].grad_fn is not None
    assert Asked(net).scores(torch.rand(2, 6)).isfinite().all()


def test_a_network_that_cannot_be_copied_is_refused_by_its_reason():
    net = Does(lambda layer, x: layer(x))
    net.lock = threading.Lock()
    with pytest.raises(ModelError, match="cannot be copied"):
        Asked(net)
