# SPDX-License-Identifier: Apache-2.0
"""Operators in any order are followed and bounded soundly, or refused by name and line; nothing else comes out."""

import re

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from engines.bounds.tensor.mixed import SHAPE, drawn_network  # noqa: E402
from engines.bounds.tensor.test_followed import drawn  # noqa: E402
from probatum.engines.bounds.tensor.backward import Ground, least  # noqa: E402
from probatum.engines.bounds.tensor.certify import certify  # noqa: E402
from probatum.engines.bounds.tensor.intervals import forward  # noqa: E402
from probatum.engines.bounds.tensor.proof import Limits, Proof  # noqa: E402
from probatum.engines.evasion.threat import region  # noqa: E402

DRAWN = 60
NETWORKS = 25
RADII = (0.02, 0.2)
LIMITS = Limits(nodes=6, work=3e6)  # enough that lines are searched for and some regions split


@pytest.fixture(autouse=True)
def _one_thread():
    """Compute on one thread: networks this small gain nothing by more, and lose much on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("seed", range(NETWORKS))
def test_a_network_drawn_at_random_is_bounded_soundly_or_refused_by_name(seed):
    net, unknown = drawn_network(seed)
    x = (torch.rand(3, *SHAPE) - 0.3).repeat(2, 1, 1, 1)
    y = net(x.clone()).argmax(dim=1).numpy()
    radius = torch.tensor(RADII).repeat_interleave(3).view(-1, 1, 1, 1)
    where = region(x.numpy(), lower=(x - radius).numpy(), upper=(x + radius).numpy())
    if unknown:
        why = certify(net, x.numpy(), y, where).refused
        assert re.search(rf"operator \w*{unknown}\w* .*at mixed\.py:\d+", why), why
        return
    proof = Proof(net, x.numpy(), y, where, LIMITS)
    low, high = (torch.from_numpy(one.copy()).double() for one in (where.lower, where.upper))
    points = drawn(low, high, DRAWN)
    scores = net(points.flatten(0, 1).clone()).double().view(DRAWN, 6, 3)
    known = forward(proof.source, proof.steps, low, high)
    assert (scores >= known[proof.result].low).all()
    assert (scores <= known[proof.result].high).all()
    eye = torch.eye(3, dtype=torch.float64).expand(6, -1, -1)
    weights = torch.cat([eye, -eye, eye - eye.roll(1, 2)], dim=1)
    ground = Ground(low=low, high=high, centre=x.double(), radius=None)
    bound = least(proof.source, proof.steps, known, ground, proof.result, weights)
    sums = torch.einsum("dnk,nmk->dnm", scores, weights)
    assert (sums >= bound - scores.abs().amax() * 2**-50).all()
    proof.first(np.arange(6))
    proof.full(proof.open_rows())
    proof.split(proof.open_rows())
    certified = proof.found().certified
    assert (scores.argmax(dim=2).numpy() == y)[:, certified].all()
    assert not broken(net, x, y, low.float(), high.float())[certified].any()


def broken(net, x, y, low, high, steps=12):
    """Return which rows a descent by the signs of gradients turns, (n,) bool."""
    right, rows, found = torch.from_numpy(y), torch.arange(len(x)), torch.zeros(len(x), dtype=torch.bool)
    at, width = x.clone(), (high - low) / 2
    for step in range(steps):
        at = at.detach().requires_grad_(True)
        scores = net(at)
        found |= scores.argmax(dim=1) != right
        others = scores.detach().clone()
        others[rows, right] = -torch.inf
        (scores[rows, others.argmax(dim=1)] - scores[rows, right]).sum().backward()
        at = torch.minimum(torch.maximum(at + width * at.grad.sign() / (1 + step / 2), low), high)
    return (found | (net(at.detach()).argmax(dim=1) != right)).numpy()
