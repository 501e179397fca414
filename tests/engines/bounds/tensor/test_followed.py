# SPDX-License-Identifier: Apache-2.0
"""Every form in which people write networks is followed, and what is followed is bounded soundly."""

import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from engines.bounds.tensor.zoo import Does  # noqa: E402
from engines.bounds.tensor.zoo_pictures import IMAGES, OTHERS  # noqa: E402
from engines.bounds.tensor.zoo_tables import TABLES  # noqa: E402
from probatum.engines.bounds.tensor.backward import Ground, least  # noqa: E402
from probatum.engines.bounds.tensor.certify import certify  # noqa: E402
from probatum.engines.bounds.tensor.intervals import forward  # noqa: E402
from probatum.engines.bounds.tensor.trial import followed  # noqa: E402
from probatum.engines.evasion.threat import region  # noqa: E402

FLAT, PICTURES = (8,), (2, 8, 8)
DRAWN = 200
ZOO = (
    {f"table: {name}": (FLAT, build) for name, build in TABLES.items()}
    | {f"picture: {name}": (PICTURES, build) for name, build in IMAGES.items()}
    | OTHERS
)


def made(name, seed=0):
    """Return a network of the zoo, with its last layer as wide as is needed, and numbers in its BatchNorms."""
    shape, build = ZOO[name]
    torch.manual_seed(seed)
    net = build()
    if not hasattr(net, "last") and isinstance(net, Does) and not hasattr(net, "steps"):
        net.last = nn.Identity()
        net.last = nn.Linear(net.eval()(torch.zeros(2, *shape)).shape[1], 3)
    for layer in net.modules():
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            layer.running_mean.uniform_(-0.5, 0.5)
            layer.running_var.uniform_(0.5, 2)
    return net.eval().requires_grad_(False), shape


def drawn(low, high, count):
    """Return points of boxes (n, ...): corners and insides, (count, n, ...) float32."""
    share = torch.rand(count, *low.shape, dtype=torch.float64)
    share[::3] = share[::3].round()
    return torch.minimum(torch.maximum((low + share * (high - low)).float().double(), low), high).float()


@pytest.mark.parametrize("name", ZOO)
def test_networks_of_every_form_are_followed_and_bounded_soundly(name):
    net, shape = made(name)
    x = torch.rand(3, *shape) - 0.3
    source, steps, result = followed(net, x.numpy())
    for radius in (0.0, 0.01, 0.15):
        low, high = ((x + move).double() for move in (-radius, radius))
        known = forward(source, steps, low, high)
        points = drawn(low, high, DRAWN)
        said = net(points.flatten(0, 1).clone())
        scores = said.double().view(DRAWN, 3, -1)
        if steps[-1].orders:
            continue
        ends = known[result]
        assert (scores >= ends.low.flatten(1)).all()
        assert (scores <= ends.high.flatten(1)).all()
        ground = Ground(low=low, high=high, centre=x.double(), radius=None)
        eye = torch.eye(scores.shape[2], dtype=torch.float64).expand(3, -1, -1)
        weights = torch.cat([eye, -eye, eye - eye.roll(1, 2)], dim=1)
        bound = least(source, steps, known, ground, result, weights.reshape(3, -1, *ends.low.shape[1:]))
        sums = torch.einsum("dnk,nmk->dnm", scores, weights)
        rounding = scores.abs().amax() * 2**-50  # of our own sums of scores
        assert (sums >= bound - rounding).all()


@pytest.mark.parametrize("name", ZOO)
def test_no_certified_row_of_any_form_is_answered_otherwise(name):
    net, shape = made(name, seed=1)
    x = (torch.rand(6, *shape) - 0.3).numpy()
    with torch.inference_mode():
        scores = net(torch.from_numpy(x.copy())).reshape(6, -1)
        y = (scores.argmax(dim=1) if scores.shape[1] > 1 else (scores[:, 0] > 0.5).long()).numpy()
    for radius in (0.003, 0.05):
        where = region(x, norm="linf", radius=radius)
        proof = certify(net, x, y, where, nodes=10)
        assert proof.refused is None
        low, high = (torch.from_numpy(one).double() for one in (where.lower, where.upper))
        points = drawn(low, high, DRAWN)
        with torch.inference_mode():
            said = net(points.flatten(0, 1).clone()).reshape(DRAWN, 6, -1)
        if said.shape[2] > 1:
            assert (said.argmax(dim=2).numpy() == y)[:, proof.certified].all()
