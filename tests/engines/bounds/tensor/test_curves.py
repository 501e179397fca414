# SPDX-License-Identifier: Apache-2.0
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from torch.nn import functional  # noqa: E402

from probatum.engines.bounds.tensor.curves import Bell, Hinge  # noqa: E402


def logistic_slope(x):
    return torch.sigmoid(x) * (1 - torch.sigmoid(x))


CURVES = {
    "ReLU": (Hinge(), torch.relu),
    "leaky ReLU": (Hinge(0.2), lambda x: functional.leaky_relu(x, 0.2)),
    "sigmoid": (Bell(torch.sigmoid, logistic_slope), torch.sigmoid),
    "tanh": (Bell(torch.tanh, lambda x: 1 - torch.tanh(x) ** 2), torch.tanh),
}


def ends(seed, width):
    torch.manual_seed(seed)
    low = 3 * torch.randn(300, dtype=torch.float64)
    return low, low + width * torch.rand(300, dtype=torch.float64)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(sorted(CURVES)), st.sampled_from([1e-8, 1e-3, 0.3, 4.0, 60.0, 1e5]))
def test_lines_hold_whatever_the_share(seed, name, width):
    curve, run = CURVES[name]
    low, high = ends(seed, width)
    between, rounded = curve.between(low, high), 1e-15 * (low.abs() + high.abs())  # of the chord, in float64
    for share in (between.usual, torch.zeros(300), torch.ones(300), torch.rand(300)):
        below, below_shift, above, above_shift = between.lines(share.double())
        for part in torch.linspace(0, 1, 40, dtype=torch.float64):
            at = low + part * (high - low)
            assert (run(at) >= below * at + below_shift - rounded).all()
            assert (run(at) <= above * at + above_shift + rounded).all()


@pytest.mark.parametrize("name", sorted(CURVES))
def test_what_is_split_lies_between_its_ends(name):
    low, high = ends(0, 5.0)
    between = CURVES[name][0].between(low, high)
    bent = between.bent
    assert bent.any()
    assert ((low < between.cut) & (between.cut < high))[bent].all()


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_tangents_leave_out_less_than_lines_of_one_slope(name):
    curve, run = CURVES[name]
    low, high = torch.tensor([-2.0, 0.5, -4.0]).double(), torch.tensor([2.5, 3.0, -1.0]).double()
    below, below_shift, above, above_shift = curve(low, high)
    middle = (low + high) / 2
    slope = torch.minimum(curve._slope_at(low), curve._slope_at(high))
    flat = run(high) - run(low) - slope * (high - low)  # between lines of the flatter end's slope through both ends
    assert (((above - below) * middle + above_shift - below_shift) < flat).all()
