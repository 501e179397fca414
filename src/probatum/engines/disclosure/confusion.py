# SPDX-License-Identifier: Apache-2.0
"""Ranges of the counts in a table of right answers and answers: of each kind of mistake, each class and each answer.

How many people there are, and how many mistakes, stays as it is: all people together are no group. See
``alternatives``; here a person may move to another class as long as a mistake stays one.
"""

from dataclasses import dataclass

import numpy as np

from probatum.engines.disclosure.alternatives import NONE, Profiles, Ranges, Sets, ranges

FEW_CLASSES = 12  # up to which mistakes may be moved to kinds that did not happen
_RIGHT, _WRONG, _ALL = range(3)
_SETS = Sets(  # of the layers right and wrong
    layers=np.array([[True, False], [False, True], [True, True]]),
    partners=np.array([_WRONG, _RIGHT, NONE]),
    kept=0,  # the size of each class
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Confusion:
    """What may be told of k classes; each range is (k, 2): at least and at most."""

    rows: np.ndarray  # people of each class
    right: np.ndarray  # of these got the right answer
    missed: np.ndarray  # and a wrong one, or none
    falsely: np.ndarray  # people of other classes who got this answer
    spared: np.ndarray  # people of other classes who did not
    said: np.ndarray  # people who got this answer
    silent: np.ndarray  # people of this class who got none
    kinds: np.ndarray  # (k + 1, k, 2) mistakes by answer and right answer; none comes first
    exact: np.ndarray  # (k + 1, k) all people, likewise; never to be told
    total: int  # people


def confusion(truth: np.ndarray, labels: np.ndarray, classes: int) -> Confusion:
    """Return the ranges.

    Args:
        truth: (n,) places of the classes.
        labels: (n,) likewise, -1 for no answer.
        classes: how many there are.
    """
    width, n = classes + 1, len(truth)
    exact = np.bincount((labels + 1) * classes + truth, minlength=width * classes)
    answers, rights = np.divmod(np.arange(width * classes), classes)
    there = np.flatnonzero(exact) if classes > FEW_CLASSES else np.arange(width * classes)
    layer = np.arange(2) == (answers - 1 != rights)[:, None]
    layer &= (answers > 0)[:, None] | bool((labels < 0).any())  # where all were answered, that is known
    people = Profiles(
        members=np.column_stack((rights, answers, np.arange(width * classes)))[there],
        parents=((), (), (0, 1)),
        counts=np.where(layer, exact[:, None], 0)[there],
        possible=layer[there],
    )
    by_truth, by_answer, kinds = ranges(people, (classes, width, width * classes), _SETS)
    rows, right, missed = (_of(by_truth, kind) for kind in (_ALL, _RIGHT, _WRONG))
    falsely = _of(by_answer, _WRONG)[1:]
    return Confusion(
        rows=rows,
        right=right,
        missed=missed,
        falsely=falsely,
        spared=np.maximum(n - rows[:, ::-1] - falsely[:, ::-1], 0),
        said=_of(by_answer, _ALL)[1:],
        silent=_of(kinds, _WRONG).reshape(width, classes, 2)[0],
        kinds=_of(kinds, _WRONG).reshape(width, classes, 2),
        exact=exact.reshape(width, classes),
        total=n,
    )


def _of(one: Ranges, kind: int) -> np.ndarray:
    return np.stack((one.least[:, kind], one.most[:, kind]), axis=-1)
