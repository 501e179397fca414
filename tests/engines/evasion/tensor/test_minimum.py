# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from probatum.engines.evasion.tensor.minimum import Budget, minimum  # noqa: E402
from probatum.errors import DataError  # noqa: E402

DUAL = {"linf": 1, "l2": 2, "l1": np.inf}
ORDER = {"linf": np.inf, "l2": 2, "l1": 1}


def labelled(net, x):
    with torch.inference_mode():
        return net(torch.from_numpy(x)).argmax(dim=1).numpy()


def small(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 3)).eval()


@pytest.mark.parametrize("norm", ["linf", "l2", "l1"])
def test_the_distance_of_a_linear_net_is_found(norm):
    torch.manual_seed(0)
    net = nn.Linear(6, 2)
    x = np.random.default_rng(0).normal(size=(30, 6)).astype(np.float32)
    slope = (net.weight[0] - net.weight[1]).detach().numpy().astype(np.float64)
    shift = float((net.bias[0] - net.bias[1]).detach())
    exact = np.abs(x @ slope + shift) / np.linalg.norm(slope, ord=DUAL[norm])
    found = minimum(net, x, labelled(net, x), norm=norm, rng=np.random.default_rng(0))
    assert (found.distances >= exact * (1 - 1e-4)).all()  # float32
    np.testing.assert_allclose(np.median(found.distances / exact), 1.0, atol=0.05)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["linf", "l2", "l1"]))
def test_examples_are_wrong_inside_the_bounds_and_as_far_as_is_said(seed, norm):
    net = small(seed)
    x = np.random.default_rng(seed).random((10, 5)).astype(np.float32)
    y = labelled(net, x)
    found = minimum(net, x, y, norm=norm, rng=np.random.default_rng(seed), lower=0.0, upper=1.0)
    near = np.isfinite(found.distances)
    assert (labelled(net, found.examples[near]) != y[near]).all()
    assert ((found.examples >= 0) & (found.examples <= 1)).all()
    away = np.linalg.norm(found.examples.astype(np.float64) - x, ord=ORDER[norm], axis=1)
    np.testing.assert_allclose(away[near], found.distances[near], rtol=1e-12)
    assert (found.examples[~near] == x[~near]).all()


def test_a_row_that_is_wrong_as_it_is_needs_no_change_and_the_curve_counts_it():
    net = small()
    x = np.random.default_rng(0).random((8, 5)).astype(np.float32)
    y = labelled(net, x)
    y[0] = (y[0] + 1) % 3
    found = minimum(net, x, y, norm="linf", rng=np.random.default_rng(0))
    assert found.distances[0] == 0.0
    curve = found.robust(np.array([0.0, np.inf]))
    assert curve[0] == 7 / 8
    assert curve[1] == np.isinf(found.distances).mean()


def test_no_steps_are_refused():
    with pytest.raises(DataError, match="at least 1 step"):
        minimum(
            small(), np.zeros((1, 5)), np.zeros(1, int), norm="l2", rng=np.random.default_rng(0), budget=Budget(steps=0)
        )
