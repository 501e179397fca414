# SPDX-License-Identifier: Apache-2.0
"""Find for each row the nearest point that is answered wrongly: one search serves every radius of a curve.

Source: Pintor, Roli, Brendel, Biggio 2021, arXiv:2102.12827 (fast minimum-norm attacks), algorithm 1. Steps are parts
of the present radius, in the steepest direction of the norm, so that they need no unit. What is found is then moved
straight towards the row as far as it stays wrong.
"""

import math
from dataclasses import dataclass, replace
from typing import final

import numpy as np
import torch
from torch import Tensor, nn

from probatum.engines.evasion.results import Work
from probatum.engines.evasion.tensor.climb import Predict
from probatum.engines.evasion.tensor.front import wide
from probatum.engines.evasion.tensor.ladder import seeded
from probatum.engines.evasion.tensor.network import Asked, tensor
from probatum.engines.evasion.tensor.places import Places, distance, length, places, within
from probatum.engines.evasion.threat import Norm, Region, region
from probatum.errors import DataError
from probatum.facts.progress import Tell, untold

DUAL = {Norm.LINF: Norm.L1, Norm.L2: Norm.L2, Norm.L1: Norm.LINF}
RADIUS_STEP = (0.05, 0.001)  # by what part the radius changes, at first and at last: their section 3
POINT_STEP = (1.0, 0.02)  # of the point, in parts of the radius
BEYOND = 1.01  # of the guessed radius: at the border itself nothing is wrong yet
LONGEST = 1e30  # a radius where no gradient says how far


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much may be done for a row, in counted work."""

    steps: int = 100  # gradient steps
    halvings: int = 12  # of the way from the point found to the row


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nearest:
    """The nearest wrong answers found."""

    distances: np.ndarray  # (n,) float64, in the units of x; 0: wrong at the row itself; inf: none was found
    examples: np.ndarray  # (n, ...) float32; where none was found: the row itself
    work: Work

    def robust(self, radii: np.ndarray) -> np.ndarray:
        """Return (m,) the share of rows for which nothing was found within each of (m,) radii."""
        return np.asarray((self.distances[None, :] > np.asarray(radii)[:, None]).mean(axis=1))


def minimum(
    module: nn.Module,
    x: np.ndarray,
    y: np.ndarray,
    *,
    norm: Norm | str,
    rng: np.random.Generator,
    lower: np.ndarray | float | None = None,
    upper: np.ndarray | float | None = None,
    budget: Budget | None = None,
    predict: Predict | None = None,
    tell: Tell = untold,
) -> Nearest:
    """Search for the nearest wrong answer to each row.

    Args:
        module: (n, ...) float32 to (n, k) scores.
        x: (n, ...) rows.
        y: (n,) index of the right class.
        norm: how distance is measured.
        rng: for networks that draw random numbers of their own.
        lower: (broadcast to x) the least each cell may become; None: no bound.
        upper: the most.
        budget: how much may be done; None: the standard one.
        predict: (m, ...) to (m,) labels as the user gets them; None: the network itself.
        tell: called with the progress.
    """
    norm, budget, given = Norm(norm), budget or Budget(), np.asarray(x)
    if budget.steps < 1:
        raise DataError(f"Wanted at least 1 step; came {budget.steps}. Give more.")
    domain = region(given, lower=lower, upper=upper)
    with seeded(rng):
        asked = Asked(module, tell=tell)
        labels = predict or (lambda points: asked.labels(tensor(points)).numpy())
        whole, right = places(given, domain), torch.from_numpy(np.array(y, dtype=np.int64))
        found = [torch.zeros_like(whole.x[:0])]
        nearer = [torch.zeros_like(whole.x[:0])]
        for start in range(0, len(given), asked.chunk):
            part = slice(start, start + asked.chunk)
            found.append(_descend(asked, whole.take(part), right[part], norm, budget.steps))
            nearer.append(_approach(asked, whole.x[part], found[-1], right[part], budget.halvings))
        candidates = [whole.x.numpy(), torch.cat(nearer).numpy(), torch.cat(found).numpy()]
        return _chosen(candidates, given, np.asarray(y), domain, norm, labels, asked)


def _chosen(
    candidates: list[np.ndarray],
    x: np.ndarray,
    y: np.ndarray,
    domain: Region,
    norm: Norm,
    labels: Predict,
    asked: Asked,
) -> Nearest:
    """Keep of each row's candidates the nearest that the user's own path answers wrongly."""
    distances = np.full(len(x), np.inf)
    examples = candidates[0].copy()
    for place, points in enumerate(candidates if len(x) else []):
        wrong = (labels(points) != y) & within(points, x, domain)
        away = np.zeros(len(x)) if place == 0 else distance(points, x, norm)
        better = wrong & (away < distances)
        distances[better], examples[better] = away[better], points[better]
    return Nearest(distances=distances, examples=examples, work=asked.work)


def _descend(asked: Asked, where: Places, y: Tensor, norm: Norm, steps: int) -> Tensor:
    """Return (n, ...) the nearest wrong points found; where there is none: the row."""
    point, best = where.x, where.x
    nearest = torch.full((len(y),), torch.inf)
    radius = torch.full((len(y),), torch.inf)
    for step in range(steps + 1):
        if step == steps:  # the last step was taken and not yet looked at
            gradient, margins = point, asked.margins(point, y)
        else:
            gradient, margins = asked.gradients(point, y)
        away = length(point - where.x, norm).flatten()
        better = (margins < 0) & (away < nearest)
        nearest, best = torch.where(better, away, nearest), torch.where(wide(better, point), point, best)
        if step < steps:
            radius = _next_radius(radius, nearest, away, margins, gradient, norm, _eased(RADIUS_STEP, step / steps))
            point = _moved(where, point, gradient, radius, norm, _eased(POINT_STEP, step / steps))
    return best


def _next_radius(
    radius: Tensor, nearest: Tensor, away: Tensor, margins: Tensor, gradient: Tensor, norm: Norm, part: float
) -> Tensor:
    """Return (n,) radii: by the slope until something is found, then smaller when wrong and larger when right."""
    slope = length(gradient, DUAL[norm]).flatten()
    guessed = (BEYOND * (away + margins / slope)).clamp(max=LONGEST)
    guessed = torch.where(torch.isnan(guessed), LONGEST, guessed)
    known = torch.where(margins < 0, torch.minimum(radius, nearest) * (1 - part), radius * (1 + part))
    return torch.where(torch.isinf(nearest), guessed, torch.minimum(known, nearest))


def _moved(where: Places, point: Tensor, gradient: Tensor, radius: Tensor, norm: Norm, size: float) -> Tensor:
    reach = wide(radius, point)
    if norm is Norm.LINF:
        lower, upper = torch.maximum(where.lower, where.x - reach), torch.minimum(where.upper, where.x + reach)
        return torch.clamp(point - size * reach * gradient.sign(), lower, upper)
    ball = replace(where, norm=norm, radius=reach)
    return ball.back(point + ball.step(gradient, size))


def _approach(asked: Asked, x: Tensor, found: Tensor, y: Tensor, halvings: int) -> Tensor:
    """Return points on the way from those found to the rows, as near as they stay wrong."""
    near, far = torch.zeros(len(y)), torch.ones(len(y))
    for _ in range(halvings):
        middle = (near + far) / 2
        wrong = asked.margins(_between(x, found, middle), y) < 0
        near, far = torch.where(wrong, near, middle), torch.where(wrong, middle, far)
    return _between(x, found, far)


def _between(x: Tensor, found: Tensor, part: Tensor) -> Tensor:
    """Return points of the way; none leaves the box that x and the point found span, whatever rounding does."""
    there = x + wide(part, x) * (found - x)
    return torch.clamp(there, torch.minimum(x, found), torch.maximum(x, found))


def _eased(ends: tuple[float, float], share: float) -> float:
    """Return a number between the first and the last, along a cosine."""
    return ends[1] + (ends[0] - ends[1]) * (1 + math.cos(math.pi * share)) / 2
