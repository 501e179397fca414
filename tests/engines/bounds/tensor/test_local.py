# SPDX-License-Identifier: Apache-2.0
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from probatum.engines.bounds.tensor.backward import Ground, least  # noqa: E402
from probatum.engines.bounds.tensor.branch import split  # noqa: E402
from probatum.engines.bounds.tensor.intervals import forward  # noqa: E402
from probatum.engines.bounds.tensor.localise import localised  # noqa: E402
from probatum.engines.bounds.tensor.slopes import Meter  # noqa: E402
from probatum.engines.bounds.tensor.trace import trace  # noqa: E402
from probatum.engines.bounds.tensor.work import carrying  # noqa: E402


class Joined(nn.Module):
    """Ways that part and join, a pool, a curve that is not a ReLU."""

    def __init__(self, curve):
        super().__init__()
        self.first, self.second, self.third = nn.Conv2d(1, 3, 3, padding=1), nn.Conv2d(3, 3, 3, padding=1), curve
        self.last = nn.Linear(27, 3)

    def forward(self, x):
        one = torch.relu(self.first(x))
        two = self.third(self.second(one)) + one
        return self.last(torch.flatten(nn.functional.max_pool2d(two, 2), 1))


CURVES = [nn.ReLU(), nn.Tanh(), nn.LeakyReLU(0.3)]


def costs_of(source, steps, known):
    return carrying(source, steps, {name: ends.low.shape[1:] for name, ends in known.items()})


def local_of(curve, seed, ball=None):
    torch.manual_seed(seed)
    net = Joined(CURVES[curve]).eval()
    source, steps, result = trace(net)
    centre = torch.rand(1, 1, 6, 6, dtype=torch.float64)
    radius = None if ball is None else torch.tensor([0.2], dtype=torch.float64)
    ground = Ground(low=centre - 0.06, high=centre + 0.06, centre=centre, radius=radius, dual=ball or 2.0)
    known = forward(source, steps, ground.low, ground.high)
    weights = torch.tensor([[[1.0, -1.0, 0.0], [1.0, 0.0, -1.0]]], dtype=torch.float64)
    costs = costs_of(source, steps, known)
    local = localised(source, steps, known, ground, result, weights, 1000, costs=costs, limit=1e12)
    return net, source, steps, result, ground, known, weights, local


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(range(len(CURVES))), st.sampled_from([None, 2.0, float("inf")]))
def test_what_is_left_of_a_network_has_the_bounds_of_the_whole(seed, curve, ball):
    _, source, steps, result, ground, known, weights, local = local_of(curve, seed, ball)
    bound, arriving, leaning = local.least(local.margins, local.held().usual.expand(2, -1))
    whole = least(source, steps, known, ground, result, weights)
    assert (bound <= whole[0] + 1e-9).all()  # rounding that two units share is counted for each of them
    assert bound.numpy() == pytest.approx(whole[0].numpy(), abs=1e-4)
    assert arriving.shape == (2, len(local.low))
    assert leaning.shape == (2, 36)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(range(len(CURVES))))
def test_no_lines_and_no_split_put_a_bound_above_what_float32_computes(seed, curve):
    net, *_, ground, _, _, local = local_of(curve, seed)
    x = ground.low + (ground.high - ground.low) * torch.rand(200, 1, 6, 6).double()
    with torch.inference_mode():
        scores = net(x.float()).double()
    seen = torch.stack([scores[:, 0] - scores[:, 1], scores[:, 0] - scores[:, 2]])
    units = len(local.low)
    for _ in range(5):
        bound = local.least(local.margins, torch.rand(2, units, dtype=torch.float64))[0]
        assert (seen >= bound[:, None]).all()
    # one unit split, with any multipliers: the worse of both halves is a bound
    place = int(torch.randint(units, (1,)))
    held = local.held()
    if bool(held.bent[place]):
        shares, forces = torch.rand(2, units, dtype=torch.float64), torch.zeros(2, units, dtype=torch.float64)
        forces[:, place] = torch.rand(2)
        halves = []
        for sign in (1.0, -1.0):
            low, high, signs = local.low.clone(), local.high.clone(), torch.zeros(units, dtype=torch.float64)
            (low if sign > 0 else high)[place] = held.cut[place]
            signs[place] = sign
            halves.append(local.least(local.margins, shares, local.held(low, high, signs), forces)[0])
        assert (seen >= torch.minimum(*halves)[:, None]).all()


def test_too_many_units_are_not_worked_out():
    _, source, steps, result, ground, known, weights, local = local_of(0, 0)
    count = len(local.low)
    assert count > 1
    costs = costs_of(source, steps, known)

    def again(most, limit):
        return localised(source, steps, known, ground, result, weights, most, costs=costs, limit=limit)

    assert again(count, local.cost) is not None
    assert again(count - 1, local.cost) is None
    assert again(count, local.cost - 1) is None  # nor what would take more work than is allowed


@pytest.mark.parametrize("nodes", [0, 2, 30, 400])
def test_splitting_never_bounds_more_parts_than_it_may(nodes):
    local = local_of(0, 1)[-1]
    found = split(local, nodes, Meter(1e12))
    assert found.parts <= nodes
    assert found.proven == (found.bound > 0) or found.parts > 0
