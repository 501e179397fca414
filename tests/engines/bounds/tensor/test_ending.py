# SPDX-License-Identifier: Apache-2.0
"""Each row says what was tried last, and why its proof ended; none is given up by how hopeless it looks."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from engines.bounds.tensor.hidden import MANY, MARGIN, labelled, planted_in, small, step_net  # noqa: E402
from probatum.engines.bounds.tensor.certify import STAGES, Limits, certify  # noqa: E402
from probatum.engines.bounds.tensor.proof import Proof  # noqa: E402
from probatum.engines.evasion import bracket  # noqa: E402
from probatum.engines.evasion.results import Ended  # noqa: E402
from probatum.engines.evasion.tensor import ladder  # noqa: E402
from probatum.engines.evasion.threat import region  # noqa: E402


def ended(proof):
    return [Ended(int(one)) for one in proof.ended]


def test_each_row_says_how_its_proof_ended():
    net, x = step_net(MANY), np.zeros((3, MANY), dtype=np.float32)
    proof = certify(net, x, np.array([0, 1, 0]), region(x, norm="linf", radius=1.0), nodes=20, skip=np.eye(3)[2] > 0)
    assert ended(proof) == [Ended.PROVEN, Ended.BROKEN, Ended.SKIPPED]
    assert STAGES[proof.last[0]] == "split regions"
    assert proof.parts[0] == proof.work.nodes > 0


def test_a_row_whose_parts_are_used_up_says_so():
    net = small(11, width=24, cells=MANY)
    x = np.random.default_rng(0).normal(size=(20, MANY)).astype(np.float32)
    proof = certify(net, x, labelled(net, x), region(x, norm="linf", radius=0.4), nodes=8)
    left = ~proof.certified
    assert left.any()
    assert set(proof.ended[left]) == {Ended.SPENT}
    assert {STAGES[one] for one in proof.last[left]} <= {"sharpened bounds", "split regions"}
    assert (proof.parts <= 8).all()


def test_a_row_whose_work_is_used_up_says_so():
    net = small(11, width=24, cells=MANY)
    x = np.random.default_rng(0).normal(size=(6, MANY)).astype(np.float32)
    where = region(x, norm="linf", radius=0.4)
    little, much = (certify(net, x, labelled(net, x), where, limits=Limits(nodes=500, work=w)) for w in (1e3, 1e12))
    assert much.certified.sum() > little.certified.sum()
    assert set(little.ended[~little.certified]) == {Ended.SPENT}
    assert little.parts.sum() < much.parts.sum()


@pytest.mark.parametrize("total", [0.0, 1e4, 1e6])
@pytest.mark.parametrize("moving", [6, MANY])  # few cells: regions are halved; many: units are split
def test_all_rows_together_take_no_more_work_than_they_may(total, moving):
    net = small(11, width=24, cells=MANY)
    x = np.random.default_rng(0).normal(size=(8, MANY)).astype(np.float32)
    reach = np.where(np.arange(MANY) < moving, 0.4, 0.0).astype(np.float32)
    where = region(x, lower=x - reach, upper=x + reach)
    proof = certify(net, x, labelled(net, x), where, limits=Limits(nodes=200, total=total))
    together = 8 * 2e4  # a batch that was begun is ended: eight rows, each by sums that take less than this
    assert proof.work.multiplications <= total + together * (total > 0)
    assert set(proof.ended[~proof.certified]) <= {Ended.SPENT, Ended.BROKEN}


def test_layers_leave_half_of_the_work_to_splits():
    net = small(11, width=24, cells=MANY)
    x = np.random.default_rng(0).normal(size=(20, MANY)).astype(np.float32)
    proof = Proof(net, x, labelled(net, x), region(x, norm="linf", radius=0.4), Limits(nodes=200, total=2e5))
    proof.first(np.arange(20))
    begun = proof.found().work.multiplications
    proof.full(proof.open_rows())
    done = proof.found().work.multiplications
    assert begun < done <= 1e5 + begun
    assert proof.short.any()
    proof.split(proof.open_rows())
    assert done < proof.found().work.multiplications


def test_a_network_that_cannot_be_followed_says_so():
    class Sorted(nn.Module):
        def forward(self, x):
            return torch.sort(x, dim=1).values

    x = np.zeros((2, 3), dtype=np.float32)
    proof = certify(Sorted(), x, np.array([0, 0]), region(x, norm="linf", radius=0.1), nodes=5)
    assert ended(proof) == [Ended.UNFOLLOWED] * 2
    assert proof.refused is not None


def test_a_bound_far_below_zero_is_no_reason_to_give_up():
    # the first lines leave out many times the margin: a sum of dents that cannot all be reached at once
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(MANY, 40), nn.ReLU(), nn.Linear(40, 40), nn.ReLU(), nn.Linear(40, 40), nn.ReLU(),
                        nn.Linear(40, 2)).eval()  # fmt: skip
    x = np.random.default_rng(1).normal(size=(12, MANY)).astype(np.float32)
    y = labelled(net, x)
    where = region(x, norm="linf", radius=0.12)
    first = certify(net, x, y, where, limits=Limits(inner=1))
    proof = certify(net, x, y, where, nodes=300)
    scores = np.sort(net(torch.from_numpy(x)).detach().numpy(), axis=1)
    hopeless = first.margins < -3 * (scores[:, -1] - scores[:, -2])
    assert (proof.certified & hopeless).any()


def test_the_bracket_proves_by_splits_unless_it_is_told_otherwise():
    net, x = step_net(MANY), np.zeros((1, MANY), dtype=np.float32)
    found = bracket(net, x, np.array([0]), norm="linf", radius=1.0, rng=np.random.default_rng(0))
    assert found.certified[0]
    assert found.ended[0] == Ended.PROVEN
    assert not bracket(net, x, np.array([0]), norm="linf", radius=1.0, rng=np.random.default_rng(0), nodes=0).certified


@pytest.mark.parametrize("cells", [14])
def test_what_no_gradient_finds_is_found_where_bounds_are_least(cells):
    net, x, _ = planted_in("leaky ReLU", cells, 1.3 * MARGIN, 0)
    y, budget = np.array([0]), ladder.Budget(short=0, rounds=0)
    where = region(x, norm="linf", radius=1.0)
    assert not ladder.attack(net, x, y, where, rng=np.random.default_rng(0), budget=budget).broken[0]
    found = bracket(net, x, y, norm="linf", radius=1.0, rng=np.random.default_rng(0), budget=budget, nodes=300)
    assert found.broken[0]
    assert found.stages[found.stage[0]] == "starts from bounds"
    assert found.ended[0] == Ended.BROKEN
