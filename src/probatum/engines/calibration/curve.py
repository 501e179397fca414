# SPDX-License-Identifier: Apache-2.0
"""How often something happens at each chance that was said: a line through strata of equal weight."""

from dataclasses import dataclass

import numpy as np

MOST_STRATA = 10  # with the line through them, more only add noise
LOOSE = 0.5  # how far the slope of chances may well be from 1
EVENTS = 10  # in each stratum, at least, of the rows that the strata are made on


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """How often it happens at each chance, learned from some rows; used on others."""

    edges: np.ndarray  # (b - 1,) where chances are cut into strata; empty: all rows are one
    chances: np.ndarray  # (b,) mean in each stratum
    shares: np.ndarray  # (b,) of rows at which it happened, in each

    def at(self, chances: np.ndarray) -> np.ndarray:
        """Return how often it happens (n,), on the line through the strata; its ends are drawn out."""
        x, y = self.chances, self.shares
        if x.size < 2:
            return np.zeros(len(chances))
        found = np.interp(chances, x, y)
        for end, next_, beyond in ((0, 1, chances < x[0]), (-1, -2, chances > x[-1])):
            slope = (y[next_] - y[end]) / (x[next_] - x[end])
            found = np.where(beyond, y[end] + slope * (chances - x[end]), found)
        return np.asarray(np.clip(found, 0.0, 1.0))


def learned(chances: np.ndarray | None, happened: np.ndarray) -> Curve:
    """Return the curve of these rows: strata in which it happened about as often each.

    Args:
        chances: (n,) any number that tells how likely it is, on any scale; NaN for none. None: nothing
            is told.
        happened: (n,) bool.
    """
    telling = np.empty(0) if chances is None else chances[happened & ~np.isnan(chances)]
    count = min(MOST_STRATA, telling.size // EVENTS)
    edges = np.unique(np.quantile(telling, np.arange(1, count) / count)) if count > 1 else np.empty(0)
    if chances is None or not edges.size:
        return Curve(edges=np.empty(0), chances=np.empty(0), shares=np.empty(0))
    there = ~np.isnan(chances)
    codes = np.searchsorted(edges, chances[there], side="right")
    rows, sums, events = (
        np.bincount(codes, weights=weights, minlength=edges.size + 1)
        for weights in (None, chances[there], happened[there])
    )
    some = rows > 0
    return Curve(edges=edges, chances=sums[some] / rows[some], shares=events[some] / rows[some])


def claimed(chances: np.ndarray, happened: np.ndarray, *, strata: int) -> Curve:
    """Return a straight curve, near to what the chances say themselves, but for how often it happens on the whole.

    For rows among which it happened too seldom to learn more. The slope is the one of least squares, drawn towards 1
    as by a normal prior of deviation ``LOOSE``: with few events it hardly moves. Strata are cut so that it is claimed
    equally often in each.

    Args:
        chances: (n,) of the event, from 0 to 1; NaN for none.
        happened: (n,) bool.
        strata: how many there are, at most.

    Source: linear recalibration, Cox 1958, Biometrika 45:562, with a prior on its slope.
    """
    there = ~np.isnan(chances)
    said, came = chances[there], happened[there].astype(np.float64)
    known = np.sort(said)
    if known.size < 2 or known[-1] <= 0:
        return Curve(edges=np.empty(0), chances=np.empty(0), shares=np.empty(0))
    away, share = said - said.mean(), float(came.mean())
    told = float((away**2).sum()) / max(share * (1 - share), 1 / known.size)  # 1 / the slope's variance
    found = float((away * came).sum()) / max(float((away**2).sum()), 1e-12)
    slope = max((told * found + LOOSE**-2) / (told + LOOSE**-2), 0.0)
    mass = np.cumsum(known) / known.sum()
    edges = np.unique(known[np.searchsorted(mass, np.arange(1, strata) / strata)])
    ends = np.array([0.0, 1.0])
    return Curve(edges=edges, chances=ends, shares=share + slope * (ends - float(said.mean())))
