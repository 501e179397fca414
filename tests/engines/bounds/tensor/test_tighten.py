# SPDX-License-Identifier: Apache-2.0
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from probatum.engines.bounds.tensor.backward import Ground, least  # noqa: E402
from probatum.engines.bounds.tensor.intervals import forward  # noqa: E402
from probatum.engines.bounds.tensor.tighten import tightened  # noqa: E402
from probatum.engines.bounds.tensor.trace import trace  # noqa: E402
from probatum.engines.bounds.tensor.windows import Windows  # noqa: E402

CURVES = [nn.ReLU(), nn.LeakyReLU(0.2), nn.Tanh(), nn.Sigmoid()]


def pictures(curve, seed):
    torch.manual_seed(seed)
    return nn.Sequential(
        *(nn.Conv2d(1, 3, 3, padding=1), nn.BatchNorm2d(3), curve, nn.Conv2d(3, 4, 3, stride=2, padding=1), curve),
        *(nn.Flatten(), nn.Linear(64, 3)),
    ).eval()


def regions(rows, norm, shape=(1, 8, 8)):
    centre = torch.rand(rows, *shape, dtype=torch.float64)
    reach = 0.2 * torch.rand(rows, *([1] * len(shape)), dtype=torch.float64)
    ball = {} if norm == "linf" else {"radius": torch.full((rows,), 0.3, dtype=torch.float64)}
    dual = float("inf") if norm == "l1" else 2.0
    return Ground(low=centre - reach, high=centre + reach, centre=centre, dual=dual, **{"radius": None} | ball)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(range(len(CURVES))), st.sampled_from(["linf", "l2", "l1"]))
def test_a_window_gives_what_the_whole_way_back_gives(seed, curve, norm):
    source, steps, _ = trace(pictures(CURVES[curve], seed))
    ground = regions(3, norm)
    known = forward(source, steps, ground.low, ground.high)
    name = steps[3].name  # the second convolution
    windows = Windows.of(source, steps, {key: ends.low.shape[1:] for key, ends in known.items()}, name)
    wanted = torch.rand(3, 64) < 0.7
    low, high = windows.bounds(known, ground, wanted)
    weights = torch.eye(64, dtype=torch.float64).view(1, 64, 4, 4, 4).expand(3, -1, -1, -1, -1)
    below = least(source, steps, known, ground, name, weights)
    above = -least(source, steps, known, ground, name, -weights)
    assert low[wanted] == pytest.approx(below[wanted].numpy(), abs=1e-12)
    assert high[wanted] == pytest.approx(above[wanted].numpy(), abs=1e-12)
    assert torch.isinf(low[~wanted]).all()


def test_there_is_no_window_where_a_cell_sees_everything_or_more_than_one_curve():
    def window(net, place):
        source, steps, _ = trace(net)
        shape = (5,) if isinstance(net[0], nn.Linear) else (1, 8, 8)
        known = forward(source, steps, torch.zeros(1, *shape).double(), torch.ones(1, *shape).double())
        return Windows.of(source, steps, {key: ends.low.shape[1:] for key, ends in known.items()}, steps[place].name)

    dense = nn.Sequential(nn.Linear(5, 8), nn.ReLU(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2)).eval()
    assert window(dense, 2) is None
    assert window(pictures(nn.ReLU(), 0), 0) is None  # a sum of the input: intervals are exact
    assert window(pictures(nn.ReLU(), 0), 6) is None  # behind two curves
    assert window(pictures(nn.ReLU(), 0), 3) is not None


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(range(len(CURVES))), st.sampled_from(["linf", "l2", "l1"]))
def test_every_value_that_is_sampled_lies_in_its_bounds_and_none_is_wider_than_by_intervals(seed, curve, norm):
    net = pictures(CURVES[curve], seed)
    source, steps, _ = trace(net)
    ground = regions(4, norm)
    known = forward(source, steps, ground.low, ground.high)
    tight = tightened(source, steps, known, ground, exact={source}, windows={}, room=2000).known
    x = ground.low + (ground.high - ground.low) * torch.rand(50, 4, 1, 8, 8).double()
    if norm != "linf":
        step = x - ground.centre
        size = torch.linalg.vector_norm(step.flatten(2), ord=1 if norm == "l1" else 2, dim=2)
        x = ground.centre + step * (0.3 / size).clamp(max=1).view(50, 4, 1, 1, 1)
    value = x.flatten(0, 1).float()
    for layer, step in zip(net, steps, strict=True):  # in float32, as users compute it, and without any tolerance
        value = layer(value)
        drawn = value.double().unflatten(0, (50, 4))
        assert (drawn >= tight[step.name].low).all()
        assert (drawn <= tight[step.name].high).all()
        assert (tight[step.name].low >= known[step.name].low).all()
        assert (tight[step.name].high <= known[step.name].high).all()


def test_a_row_gets_the_same_bounds_alone_as_among_others_in_any_room():
    source, steps, result = trace(pictures(nn.ReLU(), 5))
    ground = regions(6, "linf")
    known = forward(source, steps, ground.low, ground.high)

    def bounds(rows, room):
        index = torch.tensor(rows)
        some = {name: ends.take(index) for name, ends in known.items()}
        return tightened(source, steps, some, ground.take(index), exact={source}, windows={}, room=room)

    every, small = bounds(list(range(6)), 10**6), bounds(list(range(6)), 300)
    assert every.cells == small.cells > 0
    for row in range(6):
        alone = bounds([row], 10**6).known
        for found in (every.known, small.known):
            assert found[result].low[row] == pytest.approx(alone[result].low[0].numpy(), abs=1e-12)
