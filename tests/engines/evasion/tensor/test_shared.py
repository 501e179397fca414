# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from probatum.engines.evasion.placing import Looks, frame  # noqa: E402
from probatum.engines.evasion.tensor.patch import _Patch  # noqa: E402
from probatum.engines.evasion.tensor.shared import sizes  # noqa: E402
from probatum.engines.evasion.tensor.universal import universal  # noqa: E402
from probatum.engines.evasion.threat import region  # noqa: E402
from probatum.engines.evasion.universal import Span  # noqa: E402


def two_sided():
    """Return a network of 2 cells that says 0 where a + 2b > 0."""
    layer = torch.nn.Linear(2, 2, bias=False)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[1.0, 2.0], [-1.0, -2.0]]))
    return layer


def test_a_linear_network_gets_the_corner_against_its_weights():
    x = np.array([[1.0, 0.5], [2.0, 0.4], [20.0, 0.0]], dtype=np.float32)
    span = Span(lower=np.full(2, -1.0), upper=np.full(2, 1.0), whole=np.zeros(2, dtype=bool))
    out = universal(
        two_sided(), x, np.zeros(3, dtype=int), region(x, norm="linf", radius=1.0), span, steps=30,
        rng=np.random.default_rng(0),
    )  # fmt: skip
    np.testing.assert_allclose(out.attack[0], [-1.0, -1.0], atol=0.05)
    assert out.left == pytest.approx(1 / 3)
    assert out.work.gradient_rows > 0


@pytest.mark.parametrize("shape", [(8, 8), (3, 8, 8), (8, 8, 3)])
def test_the_slope_by_the_patch_is_that_of_small_steps(shape):
    rng = np.random.default_rng(0)
    square = frame(shape, area=0.2, least=0.0, most=1.0)
    bearer = _Patch(rng.random((5, *shape)).astype(np.float32), square, Looks(light=0.0))
    weights, rows = torch.from_numpy(rng.normal(size=(5, *shape)).astype(np.float32)), np.arange(5)
    patch = torch.full(square.patch, 0.5)

    def total(attack):
        return float((bearer.placed(attack, rows, np.random.default_rng(7)).points * weights).sum())

    slope = bearer.placed(patch, rows, np.random.default_rng(7)).pull(weights)
    assert slope.shape == patch.shape
    for place in np.ndindex(*square.patch):
        step = torch.zeros(square.patch)
        step[place] = 0.25
        assert (total(patch + step) - total(patch)) / 0.25 == pytest.approx(float(slope[place]), abs=1e-3)


@pytest.mark.parametrize("steps", [1, 2, 50])
def test_steps_fall(steps):
    assert (np.diff(sizes(steps)) < 0).all()
    assert sizes(steps).shape == (steps,)
