# SPDX-License-Identifier: Apache-2.0
"""What an attacker may do to a table, out of what was said of it and what its training rows look like."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from probatum.errors import DataError
from probatum.systems.attacker import Attacker, Moves, Sum
from probatum.systems.datasets.encoded import encode
from probatum.systems.datasets.rows import NUMBERS, Column, Kind, Rows, Schema
from probatum.systems.mistakes import visible

LEVELS = 33  # most numbers of a column worth trying: its quantiles, ends included
USUAL = (0.05, 0.95)  # quantiles between which the usual cells of a column lie
NO_COST = 1e-12  # what stands for a cost of 0: a change of any length is next to none
Unit = Literal["usual", "range", "deviation"]


def moves(train: Rows, attacker: Attacker, *, unit: Unit = "usual") -> Moves:
    """Return what the attacker may do to rows that ``encode`` made.

    Args:
        train: tells the range of each number, and which numbers are worth trying.
        attacker: what was said.
        unit: what a number moves by at radius 1 and cost 1: its usual range (from the 5th to the 95th of 100 rows; the
            whole where that is 0), its whole range, or its standard deviation.

    Without a word on what the attacker controls, every number that is not immutable moves and categories stay. The
    cost of a number divides its reach; the cost of a category is the radius from which on it may be exchanged. A
    relation that says that columns of zeros and ones sum to 1 makes them a group, of which one is exchanged for
    another like a category.

    Raises:
        DataError: a name is no column, a cost is below 0, or a column may neither rise nor fall.
    """
    _refuse(attacker, train.schema)
    given, values = train.schema.given, encode(train)
    relations, fixed, notes = _usable(attacker.relations, given)
    relations, group = _groups(relations, given, values)
    least, most = _ends(values)
    number = _each(given, lambda one: one.kind in NUMBERS) & (group < 0)
    choice = _each(given, lambda one: one.kind is Kind.CATEGORICAL)
    may = _each(given, lambda one: _controlled(one, attacker) and one.name not in fixed)
    cost = np.array([attacker.cost.get(column.name, 1.0) for column in given])
    return Moves(
        reach=np.where(number & may, _spread(values, unit) / np.maximum(cost, NO_COST), 0.0),
        rises=may & _each(given, lambda one: one.name not in attacker.falls_only),
        falls=may & _each(given, lambda one: one.name not in attacker.rises_only),
        least=least,
        most=most,
        whole=number & np.array([_whole(column, values[:, at]) for at, column in enumerate(given)], dtype=bool),
        single=number & _single(train),
        choices=np.where(choice, [len(column.categories) for column in given], 0),
        free=may & (choice | (group >= 0)) & (attacker.controls is not None),
        choice_size=np.array([attacker.cost.get(column.name, 0.0) for column in given]),
        group=group,
        sums=np.array([[one.terms.get(column.name, 0.0) for column in given] for one in relations]).reshape(
            len(relations), len(given)
        ),
        sums_least=np.array([one.least for one in relations]),
        sums_most=np.array([one.most for one in relations]),
        levels=tuple(_levels(values[:, at]) if number[at] else np.empty(0) for at in range(len(given))),
        notes=tuple(notes),
    )


def _each(given: Sequence[Column], test: Callable[[Column], bool]) -> np.ndarray:
    """Return (d,) bool: which columns pass."""
    return np.array([test(column) for column in given], dtype=bool)


def _refuse(attacker: Attacker, schema: Schema) -> None:
    """Raise where a name is no column, or what was said of one cannot be."""
    known = {column.name for column in schema.columns} | {schema.target}
    named = [*(attacker.controls or ()), *attacker.rises_only, *attacker.falls_only, *attacker.cost]
    for name in [*named, *(name for relation in attacker.relations for name in relation.terms)]:
        if name not in known:
            raise DataError(
                f'Wanted names of columns for what an attacker can do; "{visible(name)}" is none. Correct the name.'
            )
    for name, cost in attacker.cost.items():
        if not (np.isfinite(cost) and cost >= 0):
            raise DataError(
                f'Wanted a cost of 0 or more for column "{visible(name)}"; {cost:g} came. Give a small cost to what is '
                "easy."
            )
    for name in attacker.rises_only:
        if name in attacker.falls_only:
            raise DataError(
                f'Column "{visible(name)}" only rises and only falls, so it never moves. Keep one of the two, or leave '
                "it out of what the attacker controls."
            )


def _controlled(column: Column, attacker: Attacker) -> bool:
    """Say whether the attacker may change a column; an attacker may state what no person can truly change."""
    return not column.immutable if attacker.controls is None else column.name in attacker.controls


def _usable(relations: Sequence[Sum], given: Sequence[Column]) -> tuple[list[Sum], frozenset[str], list[str]]:
    """Return the relations between numbers that the model is given; the columns of others, left alone; why."""
    numeric = {column.name for column in given if column.kind in NUMBERS}
    usable, fixed, notes = [], set(), []
    for relation in relations:
        terms = {name: factor for name, factor in relation.terms.items() if factor != 0}
        strange = [name for name in terms if name not in numeric]
        if not strange:
            usable.append(replace(relation, terms=terms))
            continue
        fixed |= set(terms)
        notes.append(
            f'A relation names "{visible(strange[0])}", which is no number that the model is given, so it cannot be '
            "kept while cells change; all its columns were left alone."
        )
    return usable, frozenset(fixed), notes


def _groups(relations: Sequence[Sum], given: Sequence[Column], values: np.ndarray) -> tuple[list[Sum], np.ndarray]:
    """Return the relations that are not about groups, and the group of each column, -1: none.

    A group are columns of zeros and ones of which exactly one is 1, and of which no other relation speaks.
    """
    place = {column.name: at for at, column in enumerate(given)}
    group = np.full(len(given), -1, dtype=np.int64)
    others = []
    for relation in relations:
        columns = [place[name] for name in relation.terms]
        cells = values[:, columns]
        alone = all(one is relation or not set(one.terms) & set(relation.terms) for one in relations)
        one_of = set(relation.terms.values()) == {1.0} and 0 < relation.least <= 1 <= relation.most < 2
        if alone and one_of and len(columns) > 1 and np.isin(cells[~np.isnan(cells)], (0.0, 1.0)).all():
            group[columns] = group.max(initial=-1) + 1
        else:
            others.append(relation)
    return others, group


def _ends(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (d,) the least and the most finite number of each column; 0 where there is none."""
    there = np.isfinite(values)
    least = np.where(there, values, np.inf).min(axis=0, initial=np.inf)
    most = np.where(there, values, -np.inf).max(axis=0, initial=-np.inf)
    some = there.any(axis=0)
    return np.where(some, least, 0.0), np.where(some, most, 0.0)


def _spread(values: np.ndarray, unit: Unit) -> np.ndarray:
    """Return (d,) how far the finite numbers of each column lie apart; 0 where there are none."""
    measure: dict[Unit, Callable[[np.ndarray], float]] = {
        "usual": _usual_range,
        "range": lambda cells: float(np.ptp(cells)),
        "deviation": lambda cells: float(np.std(cells)),
    }
    finite = [column[np.isfinite(column)] for column in values.T]
    return np.array([measure[unit](column) if column.size else 0.0 for column in finite])


def _usual_range(values: np.ndarray) -> float:
    low, high = np.quantile(values, USUAL)
    return float(high - low or np.ptp(values))


def _whole(column: Column, values: np.ndarray) -> bool:
    """Say whether a number moves to whole numbers only, as all that were seen are; dates move by days."""
    there = values[np.isfinite(values)]
    return column.kind in {Kind.INTEGER, Kind.DATE} or bool(column.categories) or bool((there == np.floor(there)).all())


def _single(train: Rows) -> np.ndarray:
    """Return (d,) bool: the column is kept in float32, so no other number can be written into it."""
    if isinstance(train.features, pd.DataFrame):
        return np.array([str(kind).lower() == "float32" for kind in train.features.dtypes], dtype=bool)
    return np.full(len(train.schema.given), train.features.dtype == np.float32)


def _levels(values: np.ndarray) -> np.ndarray:
    """Return the numbers of a column worth trying: all that were seen if they are few, else some of them.

    Half of these are quantiles of the rows, half of the distinct numbers: in many columns most rows hold a zero.
    """
    there = np.sort(values[np.isfinite(values)])
    seen = np.unique(there)
    if len(seen) <= LEVELS:
        return seen
    shares = np.linspace(0, 1, LEVELS // 2 + 1)
    common, spread = (some[np.rint(shares * (len(some) - 1)).astype(np.int64)] for some in (there, seen))
    return np.union1d(common, spread)
