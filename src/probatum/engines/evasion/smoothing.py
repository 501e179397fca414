# SPDX-License-Identifier: Apache-2.0
"""Prove the smoothed version of a model safe: the one that answers by majority over noisy copies of a row.

What is proven holds for the smoothed model alone, never for the model that was asked: that one may be fooled by a
change of any size. Whoever wants the safety must answer as the smoothed model does, noise and majority included.

Attacker    may change a row by up to the radius, as the root of the sum of squares (L2), in the units of its cells. A
            change of up to the radius in the sum of its parts (L1) is no larger; one of up to r in each of d cells
            (Linf) may be r times the root of d.
Source      Cohen, Rosenfeld and Kolter 2019, arXiv:1902.02918, theorem 1 and algorithm 1: some copies choose the class,
            others bound its probability from below (Clopper and Pearson 1934, one-sided); the radius is sigma times the
            normal quantile of that bound. Deviation: rows of which too few copies agree are given up early. That only
            ever turns a proof into none, so a proof is wrong no more often than without it.
Not shown   each row's proof is wrong with a chance of at most ``alpha``, over the noise: of many proofs, a share of
            ``alpha`` may be wrong on average, not none (for all at once: alpha over the number of rows, Bonferroni).
            The smoothed model gives the class that noise makes likeliest; whoever asks about so many copies and counts
            comes close to it, and where few more agree on one class than on another, may miss it.
            Draws are normal up to the rounding of double precision; a model made to exploit that can break a proof
            (Voráček and Hein 2023, arXiv:2207.07209).

Noise leaves the range that cells have. So the smoothed model asks about points that no user would send, unless
``lower`` and ``upper`` cut them off. Cutting comes after the noise, as rounding to the rows' own type does, and is then
a fixed part of the model that is smoothed, so what is proven stays proven. The cut is part of the smoothed model too.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import final

import numpy as np
from scipy.special import betaincinv, ndtri

from probatum.engines.evasion.results import Work
from probatum.errors import DataError, UsageError

ABSTAINS = -1
CELLS = 1 << 23  # numbers put to the model in one call, at most about so many
LOOKS = (0.05, 0.25, 0.5)  # parts of the copies after which hopeless rows are given up
HOPELESS = (
    0.01  # a row is given up if one that is just provable would look so poor no more often than this, at one look
)
BOUND_ERROR = 1e-11  # the bound on a probability is lowered by more than its own arithmetic can be off
ROUNDING = 1e-12  # and the radius by this part of it


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Smoothed:
    """What is known of the smoothed model at n rows."""

    labels: np.ndarray  # (n,) int64 its answer, as an index into the classes; -1: it abstains, and nothing is proven
    radius: np.ndarray  # (n,) float64: no change of up to this size (L2, units of the rows) turns it; 0: abstains
    votes: np.ndarray  # (n,) int64 copies that voted for the class chosen, of those ``counted``
    counted: np.ndarray  # (n,) int64 copies asked to bound its probability; fewer than planned: given up early
    work: Work

    def proven(self, y: np.ndarray, radius: float) -> np.ndarray:
        """(n,) bool: the smoothed model gives the right answer ``y``, and no change of up to this size turns it."""
        return np.asarray((self.labels == y) & (self.labels >= 0) & (self.radius >= radius))


def smoothed(
    ask: Callable[[np.ndarray], np.ndarray],
    x: np.ndarray,
    *,
    sigma: float,
    rng: np.random.Generator,
    n0: int = 100,
    n: int = 1000,
    alpha: float = 0.001,
    lower: np.ndarray | float | None = None,
    upper: np.ndarray | float | None = None,
    per_call: int = 4096,
) -> Smoothed:
    """Ask about noisy copies of each row, and prove how far a change leaves their majority as it is.

    Args:
        ask: (m, ...) points to (m, k) scores, or to (m,) indices of classes; NaN, or an index below 0: no answer, which
            votes for no class.
        x: (n, ...) rows, float32 or float64; each row may come with any number of others without changing its outcome.
        sigma: standard deviation of the noise of each cell, in the units of x.
        rng: spawns one stream a row, from which the noise of its copies is drawn.
        n0: copies that choose the class.
        n: copies that bound its probability. No radius exceeds ``farthest(sigma, n, alpha)``.
        alpha: the chance that a row's proof is wrong.
        lower: least value of each cell, in the shape of a row or broadcast to it: noisy cells are cut off there.
        upper: most.
        per_call: most points in one call; fewer where rows are large.

    Raises:
        UsageError: a number of these is out of range.
        DataError: the rows are no floating-point numbers.
    """
    if not (sigma > 0 and np.isfinite(sigma) and n0 >= 1 and n >= 1 and per_call >= 1 and 0 < alpha < 1):
        raise UsageError(
            f"Wanted noise above 0, at least 1 copy for each purpose, and a chance between 0 and 1; got sigma={sigma}, "
            f"n0={n0}, n={n}, per_call={per_call}, alpha={alpha}. Correct the call."
        )
    x = np.asarray(x)
    if x.dtype not in (np.float32, np.float64):
        raise DataError(f"Wanted rows of float32 or float64; came {x.dtype}. Convert them first.")
    copies = _Copies(ask, x, sigma, (lower, upper), rng.spawn(len(x)), per_call)
    labels, first = copies.chosen(n0)
    votes, counted = np.zeros(len(x), dtype=np.int64), np.zeros(len(x), dtype=np.int64)
    least = needed(n, alpha)
    live = np.flatnonzero((labels >= 0) & ~_hopeless(first, np.full(len(x), n0), least, n))
    for upto in sorted({max(1, round(part * n)) for part in LOOKS} | {n}):
        if not live.size:
            break
        votes[live] += copies.agreeing(live, labels[live], upto - int(counted[live[0]]))
        counted[live] = upto
        live = live[~_hopeless(votes[live], counted[live], least, n)]
    radius = np.zeros(len(x))
    sure = (counted == n) & (votes >= least)
    radius[sure] = radius_of(votes[sure], n, sigma=sigma, alpha=alpha)
    return Smoothed(
        labels=np.where(sure, labels, ABSTAINS), radius=radius, votes=votes, counted=counted, work=copies.work
    )


def bound(votes: np.ndarray, n: int, alpha: float) -> np.ndarray:
    """Return (m,) lower bounds on a probability, each too high with a chance of at most alpha; rounded down."""
    votes = np.asarray(votes)
    exact = np.where(votes > 0, betaincinv(np.maximum(votes, 1), n - np.maximum(votes, 1) + 1, alpha), 0.0)
    return np.maximum(exact - BOUND_ERROR, 0.0)


def radius_of(votes: np.ndarray, n: int, *, sigma: float, alpha: float) -> np.ndarray:
    """Return (m,) radii up to which the majority holds, rounded down; 0 where the bound is not above one half."""
    probable = bound(votes, n, alpha)
    return np.where(probable > 0.5, sigma * ndtri(np.maximum(probable, 0.5)) * (1 - ROUNDING), 0.0)


def farthest(sigma: float, n: int, alpha: float) -> float:
    """Return the radius proven where all n copies agree: sigma times the quantile of alpha ** (1 / n), rounded down."""
    return float(radius_of(np.array([n]), n, sigma=sigma, alpha=alpha)[0])


def needed(n: int, alpha: float) -> int:
    """Return the fewest of n votes from which on anything is proven; n + 1: no number of votes is enough."""
    enough = np.flatnonzero(bound(np.arange(n + 1), n, alpha) > 0.5)
    return int(enough[0]) if enough.size else n + 1


def _hopeless(votes: np.ndarray, counted: np.ndarray, least: int, n: int) -> np.ndarray:
    """(m,) bool: so few copies agree that the row will hardly be proven, or can no longer be.

    Where the true share were just what a proof needs, a row would look so poor with a chance of HOPELESS.
    """
    if least > n:
        return np.ones(len(votes), dtype=bool)
    # P(at most v of c votes) at a share s is 1 - I_s(v + 1, c - v); so this is the largest share still believable
    believable = np.where(votes < counted, betaincinv(votes + 1, np.maximum(counted - votes, 1), 1 - HOPELESS), 1.0)
    return np.asarray((believable < least / n) | ((counted == n) & (votes < least)))


@final
class _Copies:
    """Noisy copies of rows, asked about in few large calls."""

    def __init__(
        self,
        ask: Callable[[np.ndarray], np.ndarray],
        x: np.ndarray,
        sigma: float,
        ends: tuple[np.ndarray | float | None, np.ndarray | float | None],
        streams: list[np.random.Generator],
        per_call: int,
    ) -> None:
        self._ask, self._x, self._sigma, self._ends, self._streams = ask, x, sigma, ends, streams
        self._per_call = max(1, min(per_call, CELLS // max(1, int(np.prod(x.shape[1:])))))
        self.work = Work()

    def chosen(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Return (n,) the class that most copies of each row get, the first among equals; and how many get it."""
        said = np.full((len(self._x), count), ABSTAINS, dtype=np.int64)
        for places, labels in self._asked(np.arange(len(self._x)), count):
            said.reshape(-1)[places] = labels
        best, most = np.full(len(said), ABSTAINS, dtype=np.int64), np.zeros(len(said), dtype=np.int64)
        for label in np.unique(said[said >= 0]).tolist():
            votes = (said == label).sum(axis=1)
            best, most = np.where(votes > most, label, best), np.maximum(votes, most)
        return best, most

    def agreeing(self, rows: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
        """Return (m,) of how many further copies of these rows get these classes."""
        votes = np.zeros(len(rows), dtype=np.int64)
        for places, said in self._asked(rows, count):
            of = places // count
            np.add.at(votes, of, said == labels[of])
        return votes

    def _asked(self, rows: np.ndarray, count: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield places among all copies, row by row, and what was said of them."""
        for start in range(0, len(rows) * count, self._per_call):
            places = np.arange(start, min(start + self._per_call, len(rows) * count))
            which, copies = np.unique(rows[places // count], return_counts=True)
            shape = self._x.shape[1:]
            # a stream goes on where the last call left it, so its draws do not depend on where calls begin and end
            noise = np.concatenate(
                [self._streams[row].standard_normal((many, *shape)) for row, many in zip(which, copies, strict=True)]
            )
            noise *= self._sigma
            noise += self._x[rows[places // count]]
            if any(end is not None for end in self._ends):
                np.clip(noise, *self._ends, out=noise)
            said = np.asarray(self._ask(noise.astype(self._x.dtype)))
            self.work += Work(forward_rows=len(places), calls=1)
            yield places, _labels(said)


def _labels(said: np.ndarray) -> np.ndarray:
    """Return (m,) the class of each answer; -1: none."""
    if said.ndim == 1:
        return np.where(said >= 0, said, ABSTAINS).astype(np.int64)
    silent = np.isnan(said).any(axis=1)
    return np.where(silent, ABSTAINS, np.where(np.isnan(said), -np.inf, said).argmax(axis=1))
