# SPDX-License-Identifier: Apache-2.0
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from engines.bounds.tensor.hidden import labelled, small, step_net  # noqa: E402
from probatum.engines.bounds.tensor.certify import certify  # noqa: E402
from probatum.engines.evasion.threat import region  # noqa: E402

FEW, MANY = 3, 12  # cells of a row: regions of few are halved, those of many split by ReLUs


@pytest.mark.parametrize(("cells", "stage"), [(1, "halved regions"), (12, "split regions")])
def test_splitting_proves_what_lines_alone_cannot(cells, stage):
    # over [-1, 1] the chord of relu(x - .5) leaves out .375 at best, more than the .2 that there is: solved by hand
    x, y = np.zeros((1, cells), dtype=np.float32), np.array([0])
    where = region(x, norm="linf", radius=1.0)
    assert not certify(step_net(cells), x, y, where, nodes=1).certified[0]
    proof = certify(step_net(cells), x, y, where, nodes=20)
    assert proof.certified[0]
    assert proof.stages[proof.stage[0]] == stage
    assert 2 <= proof.work.nodes <= 20


@pytest.mark.parametrize("cells", [FEW, MANY])
@pytest.mark.parametrize("nodes", [2, 7, 40])
def test_splitting_ends_at_the_limit_of_each_row(nodes, cells):
    net = small(11, width=24, cells=cells)
    x = np.random.default_rng(0).normal(size=(20, cells)).astype(np.float32)
    proof = certify(net, x, labelled(net, x), region(x, norm="linf", radius={FEW: 0.8, MANY: 0.4}[cells]), nodes=nodes)
    assert not proof.certified.all()
    assert 0 < proof.work.nodes <= 20 * nodes


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.01, 0.6), st.sampled_from(["linf", "l2"]), st.sampled_from([FEW, MANY]))
def test_no_point_of_a_proven_region_is_answered_otherwise(seed, radius, norm, cells):
    net = small(seed, cells=cells)
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(6, cells)).astype(np.float32)
    y = labelled(net, x)
    where = region(x, norm=norm, radius=radius)
    plain, split = certify(net, x, y, where, nodes=0), certify(net, x, y, where, nodes=60)
    assert (split.certified | ~plain.certified).all()
    away = np.clip(2 * rng.uniform(-1, 1, size=(400, 6, cells)), -1, 1)  # corners too
    away /= np.maximum(1.0, np.linalg.norm(away, axis=2, keepdims=True)) if norm == "l2" else 1.0
    for row in np.flatnonzero(split.certified):
        points = (x[row] + radius * away[:, row]).astype(np.float32)
        inside = ((where.lower[row] <= points) & (points <= where.upper[row])).all(axis=1)
        assert (labelled(net, points[inside]) == y[row]).all()


@pytest.mark.parametrize("cells", [FEW, MANY])
def test_a_row_alone_ends_as_it_does_among_others(cells):
    net = small(3, width=12, cells=cells)
    x = np.random.default_rng(3).normal(size=(12, cells)).astype(np.float32)
    y = labelled(net, x)
    together = certify(net, x, y, region(x, norm="linf", radius=0.3), nodes=30)
    for row in range(12):
        one = slice(row, row + 1)
        alone = certify(net, x[one], y[one], region(x[one], norm="linf", radius=0.3), nodes=30)
        assert alone.certified[0] == together.certified[row]


@pytest.mark.parametrize(("cells", "radius"), [(FEW, 0.45), (MANY, 0.2)])
def test_more_parts_prove_more(cells, radius):
    net = small(11, width=24, cells=cells)
    x = np.random.default_rng(0).normal(size=(60, cells)).astype(np.float32)
    y = labelled(net, x)
    where = region(x, norm="linf", radius=radius)
    proven = [certify(net, x, y, where, nodes=nodes).certified for nodes in (0, 1, 10, 400)]
    for fewer, more in pairwise(proven):
        assert (more | ~fewer).all()
    assert proven[-1].sum() > proven[1].sum()
