# SPDX-License-Identifier: Apache-2.0
"""Networks that hide a wrong answer inside the region, where no gradient leads: never certified, by any stage.

In the spirit of SoundnessBench (Zhou et al. 2024, arXiv:2412.03154): the wrong answer is known by construction, or by
training, so that a certifier which proves such a row is wrong. The margin is flat but for a narrow dent at the planted
point, so that searches by gradients miss it.
"""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from engines.bounds.tensor.hidden import CASES, KINDS, MANY, MARGIN, answer, hidden_by_training, planted_in  # noqa: E402
from probatum.engines.bounds.tensor.certify import certify  # noqa: E402
from probatum.engines.evasion import bracket  # noqa: E402
from probatum.engines.evasion.results import Ended  # noqa: E402
from probatum.engines.evasion.tensor import ladder  # noqa: E402
from probatum.engines.evasion.threat import region  # noqa: E402


@pytest.mark.parametrize(("kind", "cells"), CASES)
def test_a_hidden_wrong_answer_is_never_certified_away(kind, cells):
    net, x, point = planted_in(kind, cells, 1.3 * MARGIN, 0)
    y, where = np.array([0]), region(x, norm="linf", radius=1.0)
    assert answer(net, torch.from_numpy(x)) == 0
    assert answer(net, point) == 1
    for nodes in (0, 2, 60):
        proof = certify(net, x, y, where, nodes=nodes)
        assert proof.refused is None
        assert not proof.certified[0]
        assert proof.ended[0] != Ended.PROVEN


@pytest.mark.parametrize(("kind", "cells"), [(kind, sizes[-1]) for kind, (_, _, sizes) in KINDS.items()])
def test_gradients_alone_miss_it_and_the_bracket_does_not_prove_it(kind, cells):
    net, x, _ = planted_in(kind, cells, 1.3 * MARGIN, 0)
    y, where = np.array([0]), region(x, norm="linf", radius=1.0)
    budget = ladder.Budget(short=0, rounds=0)
    assert not ladder.attack(net, x, y, where, rng=np.random.default_rng(0), budget=budget).broken[0]
    found = bracket(net, x, y, norm="linf", radius=1.0, rng=np.random.default_rng(0), nodes=20, budget="quick")
    assert not found.certified[0]


@pytest.mark.parametrize(("kind", "cells"), CASES)
def test_without_it_the_same_network_is_certified(kind, cells):
    net, x, point = planted_in(kind, cells, 0.9 * MARGIN, 0)
    assert answer(net, point) == 0
    proof = certify(net, x, np.array([0]), region(x, norm="linf", radius=1.0), nodes=30)
    assert proof.certified[0]


@pytest.mark.parametrize("norm", ["l2", "l1"])
@pytest.mark.parametrize("kind", ["ReLU", "tanh"])
def test_it_is_not_certified_away_in_a_ball(kind, norm):
    net, x, point = planted_in(kind, MANY, 1.3 * MARGIN, 2)
    size = float(torch.linalg.vector_norm(point, ord={"l2": 2, "l1": 1}[norm]))
    for share, wrong in ((1.001, True), (0.5, False)):
        where = region(x, norm=norm, radius=size * share)
        proof = certify(net, x, np.array([0]), where, nodes=60)
        assert not (wrong and proof.certified[0])


@pytest.mark.parametrize("curve", [nn.ReLU, nn.LeakyReLU, nn.Tanh, nn.Sigmoid])
def test_what_training_hid_is_never_certified_away(curve):
    net, point = hidden_by_training(curve, 0)
    x, y = np.zeros((1, 10), dtype=np.float32), np.array([0])
    assert answer(net, torch.from_numpy(x)) == 0
    assert answer(net, point) == 1
    where = region(x, norm="linf", radius=1.0)
    for nodes in (0, 2, 80):
        assert not certify(net, x, y, where, nodes=nodes).certified[0]
