# SPDX-License-Identifier: Apache-2.0
"""The views of a system that a check may ask for; the executor builds them, or says why it cannot."""

from dataclasses import dataclass

import numpy as np

from probatum.facts.finding import Topic
from probatum.systems.attacker import Attacker
from probatum.systems.datasets import Rows
from probatum.systems.interface import Answers
from probatum.systems.stored import StoredFile


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TestRows:
    """The view of a check that measures on held-out rows."""

    __test__ = False  # the name is not a test's, whatever pytest thinks

    rows: Rows
    train: Rows | None = None  # only to learn a trivial answer or bin edges from


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AttackedRows:
    """The view of a check that plays an attacker."""

    rows: Rows
    attacker: Attacker  # what may be changed
    train: Rows | None = None  # only to learn ranges from


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainTest:
    """The view of a check that compares what the model learned from with what it did not."""

    train: Rows
    test: Rows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CrossFit:
    """The view of a check that asks what the system would say of a training row had it not learned from it."""

    train: Rows
    test: Rows
    unseen: Answers | None  # about the rows of train, each from a refit on the other folds; None: cannot be refitted
    not_refitted: str | None = None  # why there was no refit, in a plain sentence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grouping:
    """The held-out rows told apart by one protected column, or by two of them crossed."""

    columns: tuple[str, ...]  # one name, or two
    names: tuple[str, ...]  # of the groups, as printed: "sex = Female", "sex = Female and age 25 to 37"
    codes: np.ndarray  # (n,) int32 index into names; -1: the cell is missing
    pooled: int = -1  # place of the group that small ones were put into, which have nothing in common; -1: none was


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupedRows:
    """The view of a check that compares groups of people."""

    rows: Rows
    groupings: tuple[Grouping, ...]  # single columns first, then pairs of columns
    train: Rows | None = None  # only to learn a trivial answer from


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelFiles:
    """The view of a check that looks at the files a model is stored in."""

    files: tuple[StoredFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """The view of a check that looks at what people declared."""

    topics: tuple[Topic, ...]
