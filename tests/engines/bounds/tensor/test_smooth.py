# SPDX-License-Identifier: Apache-2.0
"""What is said of each curve is true: how much it bends, how far float32 is off, and lines between any two ends."""

import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from engines.bounds.tensor.zoo_tables import CURVES, FUNCTIONS  # noqa: E402
from probatum.engines.bounds.tensor.aten_curves import CURVES as KNOWN  # noqa: E402
from probatum.engines.bounds.tensor.exported import calls  # noqa: E402
from probatum.engines.bounds.tensor.intervals import forward  # noqa: E402
from probatum.engines.bounds.tensor.trace import export  # noqa: E402


class Alone(nn.Module):
    def __init__(self, run):
        super().__init__()
        self.run = run

    def forward(self, x):
        return self.run(x)


OWN = 1e-12  # far above what our own float64 rounds
ALL = {str(layer): layer for layer in CURVES} | {f"{at}": run for at, run in enumerate(FUNCTIONS)}


def smooth(run):
    """Return what is known of a curve; None of those that are hinges or bells."""
    (call,) = [one for one in calls(Alone(run).eval(), (1,))[1]][-1:]
    if call.operator not in KNOWN:
        return None
    return KNOWN[call.operator](call)


@pytest.mark.parametrize("name", ALL)
def test_a_curve_bends_no_more_than_is_said(name):
    curve = smooth(ALL[name])
    if curve is None:
        return
    at = torch.linspace(-12, 12, 240_001, dtype=torch.float64)
    step, value = at[1] - at[0], curve.run(at)
    bend = (value[2:] - 2 * value[1:-1] + value[:-2]).abs() / step**2
    for corner in curve.corners:
        bend[(at[1:-1] - corner).abs() < 2 * step] = 0.0
    most = curve.bend(at[:-2], at[2:]) if callable(curve.bend) else torch.full_like(bend, curve.bend)
    assert (bend <= most * (1 + 1e-4) + 1e-4).all()
    assert (value >= curve.least).all()
    assert not curve.rises or (value.diff() >= -1e-12).all()


@pytest.mark.parametrize("name", ALL)
def test_lines_and_ends_hold_the_curve_as_float32_computes_it(name):
    torch.manual_seed(0)
    net = Alone(ALL[name]).eval()
    source, steps, result = export(net, (1,))
    reach = torch.tensor([1e-6, 0.01, 0.3, 2.0, 20.0]).double().repeat(400)[:, None]
    low = (torch.rand(2000, 1, dtype=torch.float64) - 0.6) * 12
    low, high = low.float().double(), (low + reach * torch.rand(2000, 1)).float().double()
    ends = forward(source, steps, low, high)[result]
    below, below_shift, above, above_shift = (
        steps[-1].relax(low, high)
        if steps[-1].relax
        else (torch.zeros_like(low), ends.low, torch.zeros_like(low), ends.high)
    )
    for share in torch.linspace(0, 1, 41).double():
        x = torch.minimum((low + share * (high - low)).float().double(), high)
        said = net(x.float()).double()
        assert (said >= ends.low).all()
        assert (said <= ends.high).all()
        assert (said >= below * x + below_shift - ends.error - OWN).all()
        assert (said <= above * x + above_shift + ends.error + OWN).all()
