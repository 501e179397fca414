# SPDX-License-Identifier: Apache-2.0
"""How easily is a model fooled? Both sides of the answer: what is shown broken, and what is proven safe.

``attack`` searches near each row for a point that is answered wrongly; ``certify`` proves that there is none;
``bracket`` does both in turn, and what neither settles is not known. All three take plain arrays::

    from probatum.engines.evasion import bracket

    found = bracket(model, x, y, norm="linf", radius=0.03, lower=0.0, upper=1.0, rng=np.random.default_rng(0))
    found.broken.mean(), found.certified.mean(), found.open.mean()

``model`` may be a torch network (also one with layers of its own: torch.fx follows it), a ``Forest``, a ``Linear``, or
any function from (n, ...) rows to (n, k) scores.

Of a function nothing can be proven, but something can of its *smoothed* version, which answers by majority over noisy
copies of a row. That says nothing of the function itself::

    from probatum.engines.evasion import smoothed

    found = smoothed(ask, x, sigma=0.25, n=10_000, lower=0.0, upper=1.0, rng=np.random.default_rng(0))
    found.labels, found.radius  # (n,) -1 where it abstains; (n,) L2 radius in the units of x, 0 where it abstains

``ask`` takes (m, ...) rows to (m, k) scores or (m,) labels. ``known`` keeps what was found at every radius; ``queries``
holds the attacks that only ask; ``tensor`` those that look at gradients.
"""

from probatum.engines.evasion.api import attack, bracket, certify
from probatum.engines.evasion.results import Attacked, Bracket, Certified, Work
from probatum.engines.evasion.smoothing import Smoothed, smoothed
from probatum.engines.evasion.threat import Norm, Region, region
from probatum.systems.structures import Forest, Linear

__all__ = [
    "Attacked",
    "Bracket",
    "Certified",
    "Forest",
    "Linear",
    "Norm",
    "Region",
    "Smoothed",
    "Work",
    "attack",
    "bracket",
    "certify",
    "region",
    "smoothed",
]
