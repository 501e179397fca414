# SPDX-License-Identifier: Apache-2.0
"""Models of which everything can be known: linear ones in closed form, trees by search."""

from typing import final

import numpy as np

from probatum.engines.bounds import linear
from probatum.engines.evasion.black_box import margin
from probatum.engines.evasion.interface import Engine
from probatum.engines.evasion.results import Attacked, Certified, Ended, Work
from probatum.engines.evasion.threat import Norm, Region
from probatum.engines.trees.exact import NODES, decide, ruled_out
from probatum.engines.trees.predict import margins
from probatum.systems.structures import Forest, Linear

STAGES = ("clean", "closed form")
TREES = ("clean", "best leaves", "exact search of the trees")


@final
class LinearEngine(Engine):
    """A linear model in its region: the margin's least value is a sum over the cells."""

    def __init__(self, model: Linear) -> None:
        """Take the weights."""
        self._model = model

    def attack(
        self, x: np.ndarray, y: np.ndarray, where: Region, rng: np.random.Generator, skip: np.ndarray | None
    ) -> Attacked:
        """Go to the worst corner for each class; over a ball, as far along the slope as it and the box allow."""
        n = len(x)
        clean = linear.scores(self._model, x)
        margins, examples = margin(clean, y), x.copy()
        for other in range(clean.shape[1]):
            points = self._worst(x, y, other, where)
            found = margin(linear.scores(self._model, points), y)
            better = found < margins
            examples[better], margins[better] = points[better], found[better]
        wrong, broken = clean.argmax(axis=1) != y, margins < 0
        if skip is not None:
            broken &= ~skip
        return Attacked(
            broken=broken | wrong,
            examples=examples,
            margins=margins,
            stage=np.where(wrong, 0, np.where(broken, 1, -1)).astype(np.int8),
            stages=STAGES,
            work=Work(forward_rows=n * (1 + clean.shape[1])),
        )

    def certify(self, x: np.ndarray, y: np.ndarray, where: Region, nodes: int, skip: np.ndarray | None) -> Certified:
        """Return the least margin over each region: exact over a box, and for a ball the better of ball and box."""
        weights, bias = linear.pairs(self._model)
        n, k = len(x), len(bias)
        margins = np.full(n, np.inf)
        size = np.maximum(np.abs(where.lower), np.abs(where.upper)) @ np.abs(weights).T + np.abs(bias)
        for other in range(k):
            slope, shift = weights[y] - weights[other], bias[y] - bias[other]
            least = np.where(slope > 0, where.lower, where.upper)
            box = np.einsum("ij,ij->i", np.where(slope == 0, 0.0, least), slope) + shift
            if where.norm is not None and where.radius is not None:
                steep = np.linalg.norm(slope, axis=1) if where.norm is Norm.L2 else np.abs(slope).max(axis=1)
                ball = np.einsum("ij,ij->i", x, slope) + shift - where.radius * steep
                box = np.maximum(box, ball)
            box = box - linear.TINY * (size[np.arange(n), y] + size[:, other])
            margins = np.where(y == other, margins, np.minimum(margins, box))
        return Certified(
            certified=margins > 0,
            margins=margins,
            stage=np.where(margins > 0, 0, -1).astype(np.int8),
            stages=STAGES[1:],
            work=Work(bound_rows=n),
            last=np.zeros(n, dtype=np.int8),
            ended=np.where(margins > 0, Ended.PROVEN, Ended.EXHAUSTED).astype(np.int8),
            parts=np.zeros(n, dtype=np.int64),
        )

    def _worst(self, x: np.ndarray, y: np.ndarray, other: int, where: Region) -> np.ndarray:
        weights, _ = linear.pairs(self._model)
        slope = weights[y] - weights[other]
        corner = np.where(slope > 0, where.lower, np.where(slope < 0, where.upper, x))
        if where.norm is None or where.radius is None:
            return np.asarray(corner, dtype=x.dtype)
        radius = where.radius[:, None] * (1 - linear.TINY)
        if where.norm is Norm.L2:
            step = slope / np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-300)
        else:
            step = np.where(np.arange(x.shape[1]) == np.abs(slope).argmax(axis=1)[:, None], np.sign(slope), 0.0)
        return np.asarray(np.clip(x - radius * step, where.lower, where.upper), dtype=x.dtype)


@final
class ForestEngine(Engine):
    """A tree ensemble in its region: a bound for all rows at once, then a search that ends with example or proof."""

    def __init__(self, forest: Forest, nodes: int | None) -> None:
        """Take the trees, and into how many parts a region may be split by an attack."""
        self._forest, self._nodes = forest, nodes or NODES

    def attack(
        self, x: np.ndarray, y: np.ndarray, where: Region, rng: np.random.Generator, skip: np.ndarray | None
    ) -> Attacked:
        """Search for another answer; what the limit on nodes leaves open is not broken."""
        todo = np.arange(len(x)) if skip is None else np.flatnonzero(~skip)
        out = decide(self._forest, x[todo], y[todo], where.take(todo), nodes=self._nodes)
        broken, examples = np.zeros(len(x), dtype=bool), x.copy()
        broken[todo], examples[todo] = out.broken, out.examples
        clean = margins(self._forest, x, y) <= 0
        return Attacked(
            broken=broken,
            examples=examples,
            margins=margins(self._forest, examples, y),
            stage=np.where(broken & clean, 0, np.where(broken, 2, -1)).astype(np.int8),
            stages=TREES,
            work=Work(forward_rows=2 * len(x), nodes=int(out.nodes.sum())),
        )

    def certify(self, x: np.ndarray, y: np.ndarray, where: Region, nodes: int, skip: np.ndarray | None) -> Certified:
        """Prove by the best leaves of each tree, and by splitting the region where nodes are allowed."""
        todo = np.arange(len(x)) if skip is None else np.flatnonzero(~skip)
        certified, stage = np.zeros(len(x), dtype=bool), np.full(len(x), -1, dtype=np.int8)
        proven = ruled_out(self._forest, x[todo], y[todo], where.lower[todo], where.upper[todo])
        certified[todo[proven]], stage[todo[proven]] = True, 0
        work, rest = Work(bound_rows=len(todo)), todo[~proven]
        ended, last = np.full(len(x), Ended.SKIPPED, dtype=np.int8), np.full(len(x), -1, dtype=np.int8)
        ended[todo], last[todo], parts = Ended.SPENT, 0, np.zeros(len(x), dtype=np.int64)
        if nodes and rest.size:
            out = decide(self._forest, x[rest], y[rest], where.take(rest), nodes=nodes)
            certified[rest[out.certified]], stage[rest[out.certified]] = True, 1
            ended[rest[out.broken]], last[rest], parts[rest] = Ended.BROKEN, 1, out.nodes
            work += Work(nodes=int(out.nodes.sum()))
        ended[certified] = Ended.PROVEN
        return Certified(
            certified=certified,
            margins=np.where(certified, 0.0, -np.inf),  # how far beyond 0 is not worked out
            stage=stage,
            stages=TREES[1:],
            work=work,
            last=last,
            ended=ended,
            parts=parts,
        )
