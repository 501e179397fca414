# SPDX-License-Identifier: Apache-2.0
"""The groups that a sample can name, found again in the population.

How a column is cut into levels, and what they are called, belongs to the statement, not to the truth of it; so the
levels are the product's own. Which rows of the population lie in them is found here.
"""

from dataclasses import dataclass, replace

import numpy as np
from populations import Population
from sampling import Sample

from probatum.engines.slices.naming import of_numbers
from probatum.systems.datasets.alone import alone
from probatum.systems.levels import digitise, nice_edges


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Levels:
    """One column: the words of each level, and the level of each row of the population; -1 for missing."""

    column: str
    words: tuple[str, ...]
    codes: np.ndarray  # (N,)


def levels(population: Population, sample: Sample, bins: int) -> list[Levels]:
    """Return the columns by which groups may be told apart."""
    rows = alone(sample.system.data.test)
    everybody = replace(rows, features=population.people.features, truth=population.people.truth)
    found = []
    for place, column in enumerate(rows.numeric_columns()):
        values = rows.numeric()[:, place]
        words = tuple(f"{column.name} {level}" for level in of_numbers(values, column.name, bins=bins).levels)
        codes = digitise(everybody.numeric()[:, place], nice_edges(values, bins=bins))
        found.append(Levels(column=column.name, words=words, codes=codes))
    codes = everybody.categorical(unseen=True)
    for place, column in enumerate(rows.categorical_columns()):
        words = tuple(f"{column.name} = {level}" for level in (*column.categories, "(never seen in training)"))
        found.append(Levels(column=column.name, words=words, codes=codes[:, place]))
    hidden = {column.name for column in rows.schema.columns if column.personal}
    return [one for one in found if one.column not in hidden]


def inside(name: str, columns: list[Levels]) -> np.ndarray:
    """Return (N,) bool, the rows of the population that lie in the group of this name."""
    levels = {word: one.codes == code for one in columns for code, word in enumerate(one.words)}
    levels |= {f"{one.column} missing": one.codes == -1 for one in columns}
    return np.logical_and.reduce([levels[part] for part in name.split(" and ")])
