# SPDX-License-Identifier: Apache-2.0
"""The three doors on plain arrays: attack a model, certify it, or do both in turn for the bracket between them."""

import sys
from collections.abc import Callable
from typing import Any, final

import numpy as np

from probatum.engines.evasion import black_box
from probatum.engines.evasion.interface import Engine
from probatum.engines.evasion.results import Attacked, Bracket, Certified, Ended, Work
from probatum.engines.evasion.threat import Norm, Region, region
from probatum.errors import DataError, ModelError
from probatum.facts.progress import Tell, untold
from probatum.systems.structures import Forest, Linear

Bounds = np.ndarray | float | None
NODES = 300  # parts, for each row, into which its region is split for a proof, unless it is said otherwise


def attack(
    model: Any,
    x: np.ndarray,
    y: np.ndarray,
    *,
    rng: np.random.Generator,
    lower: Bounds = None,
    upper: Bounds = None,
    norm: Norm | str | None = None,
    radius: np.ndarray | float | None = None,
    budget: Any = None,
) -> Attacked:
    """Search for a wrong answer near each row.

    Args:
        model: a ``torch.nn.Module`` from (n, ...) float32 to (n, k) scores, a ``Linear``, a ``Forest``, or a function
            from (n, ...) to (n, k) scores (labels: rows with a single 1).
        x: (n, ...) rows, float32 or float64.
        y: (n,) index of the right class.
        rng: from which everything random is drawn.
        lower: least value of each cell, in the shape of x or broadcast to it.
        upper: most.
        norm: "linf", "l2" or "l1", with a radius; or None, where only the bounds bind.
        radius: (n,) or one number, in the units of x.
        budget: how much counted work; each kind of model has its own, and a standard one where this is None.

    Raises:
        DataError: a row lies outside its bounds, the radius is no number, or the labels are not those of the rows.
        ModelError: the kind of model is not known.
    """
    x, y = _checked(x, y)
    where = region(x, lower=lower, upper=upper, norm=norm, radius=radius)
    return engine_of(model, budget).attack(x, y, where, rng, None)


def certify(
    model: Any,
    x: np.ndarray,
    y: np.ndarray,
    *,
    lower: Bounds = None,
    upper: Bounds = None,
    norm: Norm | str | None = None,
    radius: np.ndarray | float | None = None,
    nodes: int = 0,
) -> Certified:
    """Prove for each row that no point near it is answered wrongly; arguments as those of ``attack``.

    Args:
        model: a network, a ``Linear`` or a ``Forest``; of a function nothing is proven, and ``refused`` says so.
        x: (n, ...) rows.
        y: (n,) index of the right class.
        lower: least value of each cell.
        upper: most.
        norm: how a change is measured.
        radius: of the change.
        nodes: most parts, for each row, into which its region is split.
    """
    x, y = _checked(x, y)
    where = region(x, lower=lower, upper=upper, norm=norm, radius=radius)
    return engine_of(model, None).certify(x, y, where, nodes, None)


def bracket(
    model: Any,
    x: np.ndarray,
    y: np.ndarray,
    *,
    rng: np.random.Generator,
    lower: Bounds = None,
    upper: Bounds = None,
    norm: Norm | str | None = None,
    radius: np.ndarray | float | None = None,
    budget: Any = None,
    nodes: int = NODES,
) -> Bracket:
    """Attack and certify in turn, and never work on a row that is settled; arguments as those of the two.

    Bounds that cost little come first: what they prove is never attacked. What the attack breaks is never split. A row
    is given up only when the parts that it may be split into are used up, or the work that goes with them; ``ended``
    tells of each row why its proof ended.
    """
    x, y = _checked(x, y)
    where = region(x, lower=lower, upper=upper, norm=norm, radius=radius)
    return engine_of(model, budget).enclose(x, y, where, rng=rng, nodes=nodes)


def _checked(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and labels as arrays.

    Raises:
        DataError: they do not belong together, or labels are no places of classes.
    """
    x, y = np.asarray(x), np.asarray(y)
    if x.ndim < 2:
        raise DataError(f"Wanted rows as an array of two axes or more, (n, ...); got the shape {x.shape}.")
    if y.shape != (len(x),):
        raise DataError(f"Wanted one label for each of {len(x):,} rows, as an array (n,); got the shape {y.shape}.")
    if y.size and (y.dtype.kind not in "iu" or y.min() < 0):
        raise DataError("Wanted labels as places of classes, whole numbers from 0; others came. Number the classes.")
    return x, y.astype(np.int64)


def engine_of(
    model: Any,
    budget: Any,
    predict: Callable[[np.ndarray], np.ndarray] | None = None,
    tell: Tell = untold,
    share: float = 1.0,
) -> Engine:
    """Return what can work on a model.

    Args:
        model: see ``attack``.
        budget: of its attack; None: the standard one.
        predict: (m, ...) to (m,) labels by the path that the model's users take; an example counts only if it is
            answered wrongly there. None: the model itself.
        tell: called with the progress.
        share: of the bounds that the budget allows for all rows of a plan, for those that the engine gets.

    Raises:
        ModelError: its kind is not known.
    """
    if isinstance(model, Linear):
        from probatum.engines.evasion.exact import LinearEngine

        return LinearEngine(model)
    if isinstance(model, Forest):
        from probatum.engines.evasion.exact import ForestEngine

        return ForestEngine(model, budget)
    torch = sys.modules.get("torch")  # whoever has a network has imported it
    if torch is not None and isinstance(model, torch.nn.Module):
        from probatum.engines.evasion.tensor.engine import NetworkEngine

        return NetworkEngine(model, budget, predict, tell, share)
    if callable(model):
        return FunctionEngine(model, budget)
    raise ModelError(
        f"Wanted a network, a forest, a linear model or a function of rows; got {type(model).__name__}. Wrap it in a "
        "function from (n, ...) to (n, k) scores."
    )


@final
class FunctionEngine(Engine):
    """A function: it can be attacked, and nothing can be proven of it."""

    def __init__(self, ask: Callable[[np.ndarray], np.ndarray], budget: int | None) -> None:
        """Take the function, and how many points may be asked about for each row."""
        self._ask, self._tries = ask, budget or 500

    def attack(
        self, x: np.ndarray, y: np.ndarray, where: Region, rng: np.random.Generator, skip: np.ndarray | None
    ) -> Attacked:
        """Search by asking."""
        return black_box.attack(self._ask, x, y, where, rng=rng, tries=self._tries, skip=skip)

    def certify(self, x: np.ndarray, y: np.ndarray, where: Region, nodes: int, skip: np.ndarray | None) -> Certified:
        """Prove nothing, and say why."""
        return unproven(len(x), "Nobody can look inside a function, so nothing is proven of it.")


def unproven(n: int, why: str) -> Certified:
    """Return that nothing was proven."""
    return Certified(
        certified=np.zeros(n, dtype=bool),
        margins=np.full(n, -np.inf),
        stage=np.full(n, -1, dtype=np.int8),
        stages=(),
        work=Work(),
        last=np.full(n, -1, dtype=np.int8),
        ended=np.full(n, Ended.UNFOLLOWED, dtype=np.int8),
        parts=np.zeros(n, dtype=np.int64),
        refused=why,
    )
