# SPDX-License-Identifier: Apache-2.0
"""How far what was said is off what comes true, with a range that holds near zero too.

The error is the root of ``sum_b w_b (E[came true - said | bin b])^2``, a share: 0.03 is "off by 3 of 100". The mean
of squares over the bins is too large by the noise of each bin, even for a perfect system; that noise is known and
taken off (Bröcker 2012, Climate Dynamics 39:655; Kumar, Liang and Ma 2019, arXiv:1909.10155, section 4: their
debiased estimator, with the variance of "came true minus said" in place of that of "came true").

For the range, the mean of squares is a weighted sum of squared normals, close to a scaled noncentral chi-square
with the same mean and variance (two moments, as Satterthwaite 1946, Biometrics Bulletin 2:110). The range holds the
errors which a test by that law does not reject. Neither a bootstrap nor a normal law is right at zero, where the
law changes its kind (Sun, Chaudhari, Barnett and Dobriban 2024, arXiv:2408.08998, who treat both cases apart). Three
choices keep it honest:

- Each bin's variance is what it would be *if the error were as tested*, not what was seen. So a bin of scores near 0
  in which nothing came true does not look noiseless. Of both signs of the bin's gap the noisier one is taken.
- The third and fourth moments of counts that are rare enter the variance.
- The upper end never rests on less than the noise of the tested law: a draw luckier than chance earns no narrower
  range (in the manner of Cowan, Cranmer, Gross and Vitells 2011, arXiv:1105.3166, power-constrained limits).

Measured: how often, of 100, a 95 % range lies wholly above and wholly below the error (1,000 samples a cell, so give
or take 1; the two should be at most 2.5 each). Scores are spread evenly, at both ends (beta .3, .3), low (beta .3,
2), in the middle (beta 40, 40) or rare (beta 2, 98); chances are off towards and away from one half in turn, rare
ones upwards; the error they miss is that of the bins, a little below the size at which they are set.

::

    set at              0          0.01       0.02       0.05       0.10
    even        200  3.6 + 0.0  1.9 + 0.0  1.4 + 0.0  1.6 + 0.0  1.6 + 0.0
    even      1,000  2.9 + 0.0  2.5 + 0.0  2.2 + 0.0  2.2 + 0.0  2.1 + 2.4
    even      5,000  2.0 + 0.0  2.7 + 0.0  2.2 + 0.0  1.3 + 2.2  1.3 + 1.9
    even     16,000  2.8 + 0.0  1.9 + 0.0  1.5 + 2.2  1.0 + 1.6  0.8 + 1.9
    ends        200  2.4 + 0.0  2.4 + 0.0  1.4 + 0.0  0.6 + 0.0  1.4 + 0.0
    ends      1,000  2.4 + 0.0  1.4 + 0.0  2.3 + 0.0  1.3 + 1.4  1.1 + 1.1
    ends      5,000  2.5 + 0.0  1.5 + 0.0  0.3 + 0.1  1.0 + 1.4  0.8 + 1.6
    ends     16,000  3.8 + 0.0  1.1 + 0.0  0.9 + 2.4  0.7 + 2.4  1.6 + 1.6
    low         200  2.7 + 0.0  2.2 + 0.0  1.0 + 0.0  1.4 + 0.0  1.5 + 0.0
    low       1,000  3.0 + 0.0  2.4 + 0.0  1.2 + 0.0  1.0 + 0.6  1.3 + 0.9
    low       5,000  3.1 + 0.0  1.3 + 0.0  1.2 + 0.7  1.1 + 2.7  1.4 + 2.0
    low      16,000  3.5 + 0.0  1.2 + 0.0  1.3 + 2.4  1.9 + 1.8  1.3 + 1.7
    middle      200  2.2 + 0.0  2.8 + 0.0  3.1 + 0.0  2.0 + 0.0  2.4 + 0.0
    middle    1,000  2.7 + 0.0  1.8 + 0.0  2.3 + 0.0  2.7 + 0.0  1.2 + 2.2
    middle    5,000  2.6 + 0.0  2.0 + 0.0  2.8 + 0.0  2.1 + 2.6  2.0 + 2.8
    middle   16,000  2.4 + 0.0  1.5 + 0.0  2.1 + 1.8  1.8 + 2.3  2.8 + 2.9
    rare        200  3.3 + 0.0  2.8 + 0.0  3.0 + 0.0  2.7 + 0.0  1.5 + 1.3
    rare      1,000  3.1 + 0.0  3.1 + 0.0  2.6 + 0.0  2.4 + 1.3  1.5 + 1.7
    rare      5,000  2.3 + 0.0  2.0 + 0.0  2.3 + 1.7  2.3 + 2.2  1.7 + 1.7
    rare     16,000  1.6 + 0.0  2.5 + 2.3  2.4 + 1.9  1.7 + 2.3  1.8 + 1.3

So it covers at least 95 of 100 within what 1,000 samples can tell; the most missed is 5.7 (middle, 16,000, 0.10).
Percentile bootstraps, 200 samples of 1,000 even scores each, all off upwards by 0, 0.02 and 0.05, cover 0, 0 and 34 of
100 without the noise taken off, and 84, 94 and 87 with it; this range covers 97, 100 and 98.
"""

import math
from collections.abc import Callable

import numpy as np
from scipy.special import chndtr

from probatum.engines.calibration.bins import Bins, put_together
from probatum.engines.intervals.multiplicity import sidak
from probatum.facts.interval import Interval

METHOD = "noncentral chi-square with two moments matched, inverted"
HALVINGS = 50  # of the range 0 to 1


def calibration_error(
    said: np.ndarray, right: np.ndarray, *, confidence: float, bins: int = 0, family: int = 1
) -> tuple[float, Interval]:
    """Return the root of the mean squared calibration error over bins, 0 to 1, and its interval.

    Laws: the interval holds the value; it is nested in the confidence; the order of the rows does not matter.

    Args:
        said: (n,) chances, 0 to 1.
        right: (n,) bool, whether it came true.
        confidence: of all the family's ranges at once.
        bins: at most so many; 0 chooses by the number of rows.
        family: how many such errors are stated at once.
    """
    return error_of(put_together(said, right, bins=bins), confidence=confidence, family=family)


def error_of(bins: Bins, *, confidence: float, family: int = 1) -> tuple[float, Interval]:
    """Return the calibration error of rows that are in bins already, and its interval."""
    tail = (1 - sidak(confidence, family)) / 2
    lower = _edge(lambda error: tails(error, bins)[1] < tail)
    upper = _edge(lambda error: tails(error, bins)[0] >= tail)
    noise = float((bins.weight * bins.scatter / bins.rows).sum())
    value = math.sqrt(max(0.0, _mean_square(bins) - noise))
    interval = Interval(
        lower=lower,
        upper=max(lower, upper),
        confidence=confidence,
        method=METHOD + (f", Šidák over {family}" if family > 1 else ""),
    )
    # with few rows and rare events the seen noise may differ from that of the law; the value stays in its range
    return min(max(value, lower), max(lower, upper)), interval


def tails(error: float, bins: Bins) -> tuple[float, float]:
    """Return the chances, if the true error were ``error``, of a mean square at most and at least as large as seen.

    The first counts a mean square below the law's own noise as that noise, so that it is not small for luck alone.
    """
    seen, square = _mean_square(bins), error * error
    gaps = _supposed_gaps(error, bins)
    tilt = np.abs(1 - 2 * bins.said)
    # mean of c (1 - c) over the bin's rows, where c = p + gap: p (1 - p) + gap (1 - 2 p) - gap^2; the noisier sign
    row = np.clip(bins.promised + gaps * tilt - gaps**2, 0, 0.25)
    weight, rows = bins.weight, bins.rows
    noise = float((weight * row / rows).sum())
    if noise == 0:  # every answer is said to be certain, and no error is supposed
        return float(square <= seen), float(square >= seen)
    variance = weight**2 * (
        2 * (row / rows) ** 2
        + 4 * gaps**2 * row / rows
        + 4 * gaps * tilt * row / rows**2  # the third moment of a mean of zeros and ones, with the worse sign
        + np.maximum(row * (1 - 6 * row), 0) / rows**3  # the fourth cumulant, where it adds to the spread
    )
    # mean: scale (freedom + noncentral) = noise + square; variance: scale^2 (2 freedom + 4 noncentral)
    scale = float(variance.sum()) / (2 * noise + 4 * square)
    freedom, noncentral = noise / scale, square / scale
    at_most = chndtr(max(seen, noise) / scale, freedom, noncentral)
    return float(at_most), 1 - float(chndtr(seen / scale, freedom, noncentral))


def _mean_square(bins: Bins) -> float:
    return float((bins.weight * bins.gap**2).sum())


def _supposed_gaps(error: float, bins: Bins) -> np.ndarray:
    """Share a supposed error out over the bins (k,) in proportion to the gaps seen, each one row larger.

    The noise in the gaps seen leans to noisy bins, as the law at zero does; the one row keeps bins without any gap
    from being taken for perfect.
    """
    profile = bins.gap**2 + 1.0 / bins.rows**2
    return np.asarray(error * np.sqrt(profile / (bins.weight * profile).sum()))


def _edge(below: Callable[[float], bool]) -> float:
    """Bisect 0 to 1 to where ``below`` ends; 0 where it does not hold even there."""
    if not below(0.0):
        return 0.0
    if below(1.0):
        return 1.0
    inside, outside = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if below(middle) else (inside, middle)
    return inside
