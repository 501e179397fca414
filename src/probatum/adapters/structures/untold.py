# SPDX-License-Identifier: Apache-2.0
"""Why it cannot be told where encoded columns come from: which column or step is at fault, and what would help."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from probatum.systems.datasets import Column
from probatum.systems.mistakes import visible
from probatum.systems.structures import Input

NAMED = 6  # columns that a sentence names
PLAIN = "Leave that step out, or give the model data on which it was done before."


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """Why it cannot be told where encoded columns come from."""

    why: str = ""  # in plain sentences, with what would help
    categorical: tuple[str, ...] = ()  # or: columns that the model takes as categories, and the data as numbers

    def sentence(self) -> str:
        """Return all of it as it is printed."""
        if not self.categorical:
            return self.why
        line = ", ".join(f'"{visible(name)}"' for name in self.categorical)
        are = "is a column of categories" if len(self.categorical) == 1 else "are columns of categories"
        return (
            f"For the model, {listed(self.categorical)} {are}; the data were read as numbers there. Say categorical = "
            f"[{line}] under [data.columns] (--categorical), and what the model makes of them can be followed."
        )


def listed(names: Sequence[str]) -> str:
    """Return names of columns as a sentence names them."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(f"“{visible(name)}”" for name in names[:NAMED]) + more


def step_of(name: str, inputs: Sequence[Input], columns: Sequence[Column], what: str, instead: str = PLAIN) -> Untold:
    """Return that a step does what is not followed.

    Args:
        name: of the step.
        inputs: that it is given.
        columns: that these come from.
        what: it does with them, to be read before their names.
        instead: what would help.
    """
    names = tuple(dict.fromkeys(columns[one.column].name for one in inputs))
    return Untold(why=f"{name} {what} {listed(names)}, which is not followed. {instead}")


def words_for_numbers(column: Column, word: str) -> Untold:
    """Return that a column holds words where the model wants numbers."""
    return Untold(
        why=f"The column {listed((column.name,))} holds words such as “{visible(word)}”, and the model wants numbers "
        "there; where they are made is not followed. Put an encoder of scikit-learn's own into the pipeline, or give "
        "the data with numbers."
    )


def no_category(column: Column, what: str) -> Untold:
    """Return that a column holds what is neither a number nor a category."""
    return Untold(
        why=f"The column {listed((column.name,))} holds {what}, and what the model makes of that is not followed. List "
        "it as categorical or ordinal under [data.columns] if it is, or leave it out under [data] features."
    )
