# SPDX-License-Identifier: Apache-2.0
"""What the check for leaks says, in plain words."""

from collections.abc import Sequence

from probatum.engines.leakage.giveaways import Telling
from probatum.engines.leakage.shared import Shared
from probatum.facts.finding import Advice
from probatum.facts.numbers import plain_number

NAMED = 5  # columns in one sentence
MANY = 0.01  # training rows that equal another one, from which on it is worth a look
THINNED = (
    "The training rows were de-duplicated: they equal each other less often than the test rows do. So what chance "
    "makes equal cannot be told from them, and a test row that stands in them need not be a copy."
)


def of_shared(shared: Shared) -> str:
    """Say how many test cases stand in the training rows."""
    if shared.found == 0:
        return f"None of {shared.test_rows:,} test cases was found in the training data."
    whole = _whole(shared.found)
    stand = f"Of {whole:,} test cases, about {_of(shared.found, whole)} also stand in the training data"
    if shared.chance.thinned:
        return f"{stand}; equal training rows were taken out, so nobody can tell how many of them are copies."
    if not _proven(shared):
        return f"{stand}, no more than chance gives."
    if shared.chance.share.value == 0:
        return f"{stand}."
    return f"{stand}; chance makes some rows equal, and beyond that about {_of(shared.copied, whole)} were copied."


def of_telling(telling: Telling) -> str:
    """Say which columns give the answer away."""
    if not telling.proven:
        return _of_undecided(telling) if telling.undecided else "No column alone gives the answer away."
    if len(telling.proven) == 1:
        return f"The {_columns(telling.proven)} alone gives the answer away."
    return f"Each of the {_columns(telling.proven)} alone gives the answer away."


def details(shared: Shared, telling: Telling) -> tuple[str, ...]:
    """Say how the rows were compared, and what chance gives."""
    near, chance = shared.near, shared.chance
    said = [
        f"{near.compared:,} test cases were also compared for near copies, rows whose numbers differ by less than "
        f"{plain_number(near.tolerance, digits=2)} times their usual spread."
    ]
    if chance.thinned:
        said.append(THINNED)
    elif chance.repeats:
        said.append(
            "The training rows repeat each other more than chance can explain, as where some are copied on purpose. "
            "So what chance gives was told from the test cases."
        )
    elif chance.share.value > 0:
        whole = _whole(chance.share.value)
        said.append(f"Of {whole:,} training rows, about {_of(chance.share.value, whole)} equal another training row.")
        said.append("If these are copies made before the rows were split, they look like chance here.")
    if telling.proven and telling.undecided:
        said.append(_of_undecided(telling))
    return tuple(said)


def advice(shared: Shared, telling: Telling) -> tuple[Advice, ...]:
    """Say what to do next."""
    said = []
    if telling.proven or telling.undecided:
        said.append(f"Ask when the {_columns(telling.proven or telling.undecided)} can be known.")
        said.append("Take away what is known only after the answer, and train the system again.")
    if _proven(shared):
        said.append("Drop copies of rows before you split them into training and test, and test again.")
    elif shared.chance.thinned:
        said.append("Compare the test rows with the training rows as they were before equal ones were taken out.")
    elif shared.chance.share.value >= MANY:
        said.append("Look whether equal training rows are chance or copies, and drop copies before you split the rows.")
    return tuple(Advice(sentence=one) for one in said)


def _proven(shared: Shared) -> bool:
    return shared.interval.lower is not None and shared.interval.lower > 0


def _of_undecided(telling: Telling) -> str:
    columns = _columns(telling.undecided)
    which = f"the {columns} alone" if len(telling.undecided) == 1 else f"any of the {columns} alone"
    return f"{telling.rows:,} cases are too few to tell whether {which} gives the answer away."


def _columns(names: Sequence[str]) -> str:
    shown = [f"“{name}”" for name in names[:NAMED]]
    if len(names) > NAMED:
        shown.append(f"{len(names) - NAMED} more")
    if len(shown) == 1:
        return f"column {shown[0]}"
    return f"columns {', '.join(shown[:-1])} and {shown[-1]}"


def _whole(part: float) -> int:
    """Return of how many cases to tell a share, so that it can be told in whole numbers."""
    return 100 if part >= 0.02 else 1_000 if part >= 0.002 else 10_000


def _of(part: float, whole: int) -> str:
    return f"{max(round(part * whole), 1):,}"
