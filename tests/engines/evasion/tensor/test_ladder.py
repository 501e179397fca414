# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from probatum.engines.evasion import bracket  # noqa: E402
from probatum.engines.evasion.black_box import inside  # noqa: E402
from probatum.engines.evasion.tensor import ladder  # noqa: E402
from probatum.engines.evasion.threat import region  # noqa: E402

DUAL = {"linf": 1, "l2": 2, "l1": np.inf}


def linear(d=6, seed=0):
    torch.manual_seed(seed)
    return nn.Linear(d, 2)


def small(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 3)).eval()


def labelled(net, x):
    with torch.inference_mode():
        return net(torch.from_numpy(x)).argmax(dim=1).numpy()


@pytest.mark.parametrize("norm", ["linf", "l2", "l1"])
def test_a_linear_net_is_broken_just_beyond_its_radius_and_never_within(norm):
    net = linear()
    x = np.random.default_rng(0).normal(size=(40, 6)).astype(np.float32)
    y = labelled(net, x)
    slope = (net.weight[0] - net.weight[1]).detach().numpy()
    shift = float((net.bias[0] - net.bias[1]).detach())
    margin = np.abs(x @ slope + shift)
    exact = margin / np.linalg.norm(slope, ord=DUAL[norm])
    short = np.maximum(exact * 0.999 - 1e-6, 0.0)  # nearer than that, float32 rounds scores to either side
    budget = ladder.Budget(rounds=4)
    within, beyond = (
        ladder.attack(net, x, y, region(x, norm=norm, radius=radius), rng=np.random.default_rng(0), budget=budget)
        for radius in (short, exact * 1.02)
    )
    assert not within.broken.any()
    assert beyond.broken.mean() >= (0.8 if norm == "l1" else 1.0)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["linf", "l2", "l1", None]), st.floats(0, 1))
def test_examples_never_leave_their_region_and_are_wrong(seed, norm, radius):
    net = small(seed)
    x = np.random.default_rng(seed).random((12, 5)).astype(np.float32)
    y = labelled(net, x)
    if norm is None:
        where = region(x, lower=x - np.float32(radius) * np.float32(0.1), upper=x + np.float32(radius))
    else:
        where = region(x, lower=0.0, upper=1.0, norm=norm, radius=radius)
    found = ladder.attack(net, x, y, where, rng=np.random.default_rng(seed), budget=ladder.QUICK)
    for row in range(12):
        assert inside(found.examples[row], x[row], where.take(np.array([row])))
    again = labelled(net, found.examples)
    assert (again[found.broken] != y[found.broken]).all()


def test_nothing_breaks_when_the_radius_is_zero():
    net = small()
    x = np.random.default_rng(0).random((9, 5)).astype(np.float32)
    found = ladder.attack(net, x, labelled(net, x), region(x, norm="linf", radius=0.0), rng=np.random.default_rng(0))
    assert not found.broken.any()
    assert (found.examples == x).all()


def test_a_row_has_the_same_outcome_when_others_are_attacked_beside_it():
    net = small()
    x = np.random.default_rng(3).random((40, 5)).astype(np.float32)
    y = labelled(net, x)
    together = ladder.attack(net, x, y, region(x, norm="linf", radius=0.05), rng=np.random.default_rng(0))
    part = slice(10, 20)
    alone = ladder.attack(
        net, x[part], y[part], region(x[part], norm="linf", radius=0.05), rng=np.random.default_rng(0)
    )
    sure = np.abs(together.margins[part]) > 1e-5
    assert (together.broken[part] == alone.broken)[sure].all()


def test_an_example_counts_only_if_the_users_own_path_is_wrong_too():
    net = small()
    x = np.random.default_rng(0).normal(size=(20, 5)).astype(np.float32)
    y = labelled(net, x)
    where = region(x, norm="linf", radius=0.5)
    assert ladder.attack(net, x, y, where, rng=np.random.default_rng(0)).broken.any()
    truths = {x[row].tobytes(): y[row] for row in range(20)}

    def right(points):
        nearest = [np.abs(x - point).max(axis=1).argmin() for point in points]
        return np.array([truths[x[row].tobytes()] for row in nearest])

    refused = ladder.attack(net, x, y, where, rng=np.random.default_rng(0), predict=right, budget=ladder.QUICK)
    assert not refused.broken[
        np.array([right(refused.examples[row : row + 1])[0] == y[row] for row in range(20)])
    ].any()


def test_a_net_that_rolls_dice_is_told():
    class Dice(nn.Module):
        def forward(self, x):
            return x + torch.rand_like(x)

    x = np.random.default_rng(0).random((9, 3)).astype(np.float32)
    found = ladder.attack(Dice(), x, x.argmax(axis=1), region(x, norm="linf", radius=0.1), rng=np.random.default_rng(0))
    assert any("twice" in warning for warning in found.warnings)


def test_hidden_gradients_are_told():
    class Hidden(nn.Module):
        def forward(self, x):
            return torch.round(x * 20) / 20

    x = np.random.default_rng(0).random((30, 3)).astype(np.float32)
    found = ladder.attack(
        Hidden(), x, np.round(x * 20).argmax(axis=1), region(x, norm="linf", radius=0.2), rng=np.random.default_rng(0)
    )
    assert any("gradient" in warning for warning in found.warnings)
    assert found.broken.mean() > 0.5  # patches need no gradients


def test_smaller_chunks_are_used_and_told_when_a_net_fails_on_large_ones():
    class Small(nn.Module):
        def forward(self, x):
            if len(x) > 40:
                raise RuntimeError("out of memory")
            return x

    x = np.random.default_rng(0).random((100, 3)).astype(np.float32)
    found = ladder.attack(
        Small(), x, x.argmax(axis=1), region(x, norm="linf", radius=0.1), rng=np.random.default_rng(0)
    )
    assert any("rows at a time" in note for note in found.notes)


def test_a_bracket_holds_no_row_twice_and_settles_most_rows_of_a_small_net():
    net = small()
    x = np.random.default_rng(5).random((100, 5)).astype(np.float32)
    y = labelled(net, x)
    found = bracket(net, x, y, norm="linf", radius=0.03, rng=np.random.default_rng(0), nodes=1)
    assert not (found.broken & found.certified).any()
    assert found.open.mean() < 0.1
    assert found.refused is None


def test_rows_that_keep_much_through_a_round_leave_the_long_search_and_this_is_told():
    net = small()
    x = np.random.default_rng(5).random((60, 5)).astype(np.float32)
    y = labelled(net, x)
    where = region(x, norm="linf", radius=0.03)
    budget = ladder.Budget(kept=1.0, race=0.5)
    found = ladder.attack(net, x, y, where, rng=np.random.default_rng(0), budget=budget)
    longer = ladder.attack(net, x, y, where, rng=np.random.default_rng(0), budget=replace(budget, race=np.inf))
    assert any("later rounds" in note for note in found.notes)
    assert not any("later rounds" in note for note in longer.notes)
    assert found.work.forward_rows < longer.work.forward_rows / 2
    assert (found.broken == longer.broken).all()


def test_no_row_is_given_up_where_patches_went_further_than_gradients():
    class Hidden(nn.Module):
        def forward(self, x):
            return torch.round(x * 20) / 20

    x = np.random.default_rng(0).random((30, 3)).astype(np.float32)
    y = np.round(x * 20).argmax(axis=1)
    budget = ladder.Budget(descent=0, kept=0.0, race=0.0, rounds=2, patches=5)  # a random start may help by luck
    found = ladder.attack(
        Hidden(), x, y, region(x, norm="linf", radius=0.05), rng=np.random.default_rng(0), budget=budget
    )
    assert not found.broken.all()
    assert not found.notes


def test_every_step_of_every_restart_is_counted_when_nothing_breaks():
    net = small()
    x = np.random.default_rng(1).random((7, 5)).astype(np.float32)
    where = region(x, norm="linf", radius=1e-6)
    budget = ladder.Budget(first=0, descent=4, short=0, kept=1.0, targets=0, restarts=3, rounds=0)
    found = ladder.attack(net, x, labelled(net, x), where, rng=np.random.default_rng(0), budget=budget)
    assert not found.broken.any()
    assert found.work.gradient_rows == 7 * 4 * (1 + 3)
