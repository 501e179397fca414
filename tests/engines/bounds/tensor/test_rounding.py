# SPDX-License-Identifier: Apache-2.0
"""Networks in which float32, or torch, does something else than what looks like the same in real numbers."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

from probatum.engines.bounds.tensor.certify import certify  # noqa: E402
from probatum.engines.bounds.tensor.intervals import forward  # noqa: E402
from probatum.engines.bounds.tensor.trace import Refused, trace  # noqa: E402
from probatum.engines.evasion.threat import region  # noqa: E402


class Given(nn.Module):
    def __init__(self, run, *layers):
        super().__init__()
        self.run, self.layers = run, nn.ModuleList(layers)

    def forward(self, x):
        return self.run(x, *self.layers)


def held(net, x):
    """Return whether the bounds on single points hold what float32 gives."""
    source, steps, result = trace(net)
    ends = forward(source, steps, x.double(), x.double())[result]
    with torch.no_grad():
        said = net(x).double()
    return bool(((ends.low <= said) & (said <= ends.high)).all())


@pytest.mark.parametrize(
    "run",
    [lambda x: x + 0.1, lambda x: 0.1 - x, lambda x: torch.clamp(x, max=0.1), lambda x: torch.clamp(x, min=-0.7),
     lambda x: functional.pad(x, (1, 0), value=0.1)],
)  # fmt: skip
def test_constants_are_those_of_float32(run):
    assert held(Given(run), torch.tensor([[-0.1, 0.1, 5.0, -0.8]]))


def test_the_constants_of_a_batch_norm_belong_to_channels():
    net = nn.BatchNorm1d(3).eval()
    with torch.no_grad():
        net.running_mean.copy_(torch.tensor([1e6, 0.0, 0.0]))
        net.bias.copy_(torch.tensor([1e6, 0.0, 0.0]))
    for length in (3, 4):
        assert held(nn.Sequential(net), torch.rand(2, 3, length))


def test_a_cell_that_two_pools_share_is_not_forgotten():
    # the windows are (a, b) and (b, c): b never loses against c, but may against a, and a against b
    net = nn.Sequential(nn.MaxPool2d((1, 2), 1), nn.Flatten(), nn.Linear(2, 2))
    with torch.no_grad():
        net[2].weight.copy_(torch.tensor([[0.0, 0.0], [1.0, 0.0]]))
        net[2].bias.copy_(torch.tensor([1.0, 0.0]))
    x = np.array([[[[0.5, 0.45, 0.0]]]], dtype=np.float32)
    where = region(x, lower=np.float32([[[[0.4, 0.3, 0.0]]]]), upper=np.float32([[[[0.6, 2.0, 0.1]]]]))
    assert not certify(net, x, np.array([0]), where, nodes=20).certified.any()


def test_scores_that_a_softmax_makes_equal_prove_nothing():
    net = nn.Sequential(nn.Linear(1, 2), nn.Softmax(dim=1))
    with torch.no_grad():
        net[0].weight.zero_()
        net[0].bias.copy_(torch.tensor([0.0, 1e-9]))
    x = np.zeros((1, 1), dtype=np.float32)
    assert net(torch.from_numpy(x)).argmax() == 0
    assert not certify(net, x, np.array([1]), region(x, norm="linf", radius=0.1), nodes=20).certified.any()


def test_what_float32_cannot_hold_proves_nothing():
    net = nn.Sequential(nn.Linear(1, 1), nn.ReLU(), nn.Linear(1, 2))
    with torch.no_grad():
        net[0].weight.fill_(1e30)
        net[2].weight.zero_()
        net[2].bias.copy_(torch.tensor([0.0, 1.0]))
    x = np.zeros((1, 1), dtype=np.float32)
    assert not net(torch.tensor([[1e10]])).isfinite().any()  # zero times infinity
    assert not certify(net, x, np.array([1]), region(x, norm="linf", radius=1e10), nodes=20).certified.any()


def test_what_float32_makes_zero_proves_nothing():
    net = nn.Sequential(nn.Linear(1, 2))
    with torch.no_grad():
        net[0].weight.copy_(torch.tensor([[0.0], [1e-30]]))
        net[0].bias.zero_()
    x = np.full((1, 1), 1e-20, dtype=np.float32)
    assert not certify(net, x, np.array([1]), region(x, norm="linf", radius=1e-22)).certified.any()


@pytest.mark.parametrize(
    "run",
    [lambda x, f: torch.add(f(x), x, alpha=2), lambda x, f: torch.div(f(x), 2.0, rounding_mode="floor"),
     lambda x, f: functional.dropout(f(x)), lambda x, f: f(x).squeeze(), lambda x, f: torch.relu(input=f(x)),
     lambda x, f: f(input=x)],
)  # fmt: skip
def test_calls_with_more_than_is_known_are_refused(run):
    with pytest.raises(Refused):
        trace(Given(run, nn.Linear(2, 2)))


def overwritten(x, f):
    h = f(x)
    return functional.relu(h.flatten(1), inplace=True) + h


def test_values_that_are_overwritten_and_used_are_refused():
    with pytest.raises(Refused, match="overwritten"):
        trace(Given(overwritten, nn.Linear(2, 2)))
    trace(Given(lambda x, f: torch.cat([(h := f(x)).mean(1), h.flatten(1)[:, 0]], 0), nn.Linear(2, 2)))
    trace(nn.Sequential(nn.Linear(2, 2), nn.ReLU(inplace=True), nn.Linear(2, 2)))


def test_hooks_are_refused():
    net = nn.Sequential(nn.Linear(2, 2))
    net[0].register_forward_hook(lambda layer, given, result: -result)
    with pytest.raises(Refused, match="hooks"):
        trace(net)


def test_curves_of_the_input_itself_and_turned_values_are_bounded():
    turned = Given(lambda x, f, g, h: h(torch.tanh(g(torch.tanh(f(x)).transpose(1, 2))).transpose(1, 2).mean(dim=1)),
                   nn.Linear(4, 3), nn.Linear(5, 6), nn.Linear(3, 2))  # fmt: skip
    curved = nn.Sequential(nn.Tanh(), nn.Tanh(), nn.Flatten(), nn.Linear(20, 2))
    for net in (turned, curved):
        x = np.random.default_rng(0).random((3, 5, 4)).astype(np.float32)
        y = net(torch.from_numpy(x)).argmax(dim=1).numpy()
        for radius in (0.03, 0.1, 0.3):
            assert certify(net, x, y, region(x, norm="linf", radius=radius), nodes=20).refused is None
