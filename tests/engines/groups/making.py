# SPDX-License-Identifier: Apache-2.0
"""Groups of given sizes, of which given numbers were answered yes."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from probatum.engines.groups.questions import Question, about_favour, arrange


def question(counts: Sequence[int], n: Sequence[int], *, names: Sequence[str] = (), in_none: int = 0, pooled: int = -1):
    """Return the question how many of each group were stopped.

    Args:
        counts: of each group.
        n: people of each group.
        names: of the groups; ``g0`` and so on where there are none.
        in_none: further people who are in no group, none of whom was stopped.
        pooled: the group that is a pool of small ones.
    """
    codes = np.append(np.repeat(np.arange(len(n)), n), np.full(in_none, -1)).astype(np.int32)
    stopped = np.concatenate([np.arange(size) < count for count, size in zip(counts, n, strict=True)])
    labels = np.append(stopped, np.zeros(in_none, dtype=bool)).astype(np.int32)
    (groups,) = arrange([(("x",), tuple(names) or tuple(f"g{i}" for i in range(len(n))), codes)], [pooled])
    asked: Question = about_favour(groups, labels, 1, "yes")
    return replace(asked, measure="m", whose="whose right answer was “no”", did="were stopped")
