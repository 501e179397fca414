# SPDX-License-Identifier: Apache-2.0
"""Whether the cells are what the model was trained on; where most of a column are not, which reading would fit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import cast

import numpy as np
import pandas as pd

from probatum.errors import DataError
from probatum.systems.datasets.column_reading import MARKS
from probatum.systems.datasets.known import KnownColumn, Value, Wanted
from probatum.systems.datasets.rows import Column, Dataset, Kind, Rows, as_frame, printed
from probatum.systems.mistakes import visible
from probatum.systems.sections import ColumnsSection

MOST = 0.5  # of the cells: if more are unknown to the model, the column was read in another way, or is another one
SHOWN = 3  # values that a message shows
Spelled = tuple[str, str]  # what kind of value, and how it is printed

MISSING_HINT = "if they mean missing, list what stands there as missing under [data]."


def compared(data: Dataset, said: ColumnsSection) -> Dataset:
    """Return the data with notes on cells that the model does not know, and its text columns as text.

    Args:
        data: the rows, and what the model knows of them.
        said: what was stated of the columns; a column whose kind was stated is never refused.

    Raises:
        DataError: most cells of a column are unknown to the model.
    """
    given = data.test.schema.given
    known = data.known.of([column.name for column in given])
    if not known:
        return data
    stated = {*said.text, *said.categorical, *said.ordinal, *said.date, *said.integer}
    mistakes, notes = [], []
    for place, column in enumerate(given):
        expected = known.get(column.name)
        if expected is None:
            continue
        share, message = _unknown(data.test, place, column.name, expected)
        trained = data.train is not None and _unknown(data.train, place, column.name, expected)[0] <= MOST
        if share > MOST and column.name not in stated and not trained:
            mistakes.append(message)
        elif message:
            notes.append(message)
    if mistakes:
        raise DataError("\n".join(mistakes))
    texts = frozenset(name for name, column in known.items() if column.wanted is Wanted.FREE_TEXT)
    return replace(_with_texts(data, texts - stated), notes=tuple(dict.fromkeys((*data.notes, *notes))))


def _with_texts(data: Dataset, texts: frozenset[str]) -> Dataset:
    """Return the data with these columns as free text."""
    schema = data.test.schema
    changed = [column for column in schema.columns if column.name in texts and column.kind is not Kind.TEXT]
    if not changed:
        return data
    columns = tuple(_as_text(column) if column in changed else column for column in schema.columns)
    schema = replace(schema, columns=columns)
    train = None if data.train is None else replace(data.train, schema=schema)
    return replace(data, train=train, test=replace(data.test, schema=schema))


def _as_text(column: Column) -> Column:
    return replace(column, kind=Kind.TEXT, categories=())


def _unknown(rows: Rows, place: int, name: str, expected: KnownColumn) -> tuple[float, str]:
    """Return the share of the cells that are unknown to the model, and what to say of them; empty: nothing."""
    cells = as_frame(rows.features).iloc[:, place]
    there = cells.dropna()
    if not len(there):
        return 0.0, ""
    counts = _counts(there)
    if counts is None:
        return 0.0, ""
    of = f'Column "{visible(name)}" of the {rows.name} rows'
    if expected.values:
        return _against_values(of, name, counts, cells, expected)
    tests: dict[Wanted, Callable[[object], bool]] = {Wanted.NUMBER: _is_number, Wanted.FREE_TEXT: _is_word}
    test = tests.get(expected.wanted)
    strange = [value for value in counts if test is not None and not test(value)]
    bad = sum(counts[value] for value in strange)
    share = bad / len(there)
    if share <= MOST:
        hint = f"{of}: {bad:,} cells are no {expected.wanted}, which the model ({expected.part}) wants; {MISSING_HINT}"
        return share, hint if bad else ""
    wanted = "numbers" if expected.wanted is Wanted.NUMBER else "texts"
    return share, (
        f"{of}: the model ({expected.part}) wants {wanted}, and {_portion(share)} of its cells are none. "
        f"{_hint_at_numbers(name, list(counts)) if wanted == 'numbers' else _as_text_hint(name)}"
    )


def _counts(cells: pd.Series) -> dict[object, int] | None:
    """Return how often each value stands there; None for what cannot be counted, such as lists."""
    try:
        counts = cells.value_counts()
    except TypeError:
        return None
    return {_plain(value): int(count) for value, count in counts.items()}


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value


def _against_values(
    of: str, name: str, counts: Mapping[object, int], cells: pd.Series, expected: KnownColumn
) -> tuple[float, str]:
    """Compare cells with the values that the model lists."""
    own = {_spelled(value, expected) for value in expected.values}
    strange = {value: count for value, count in counts.items() if _spelled(value, expected) not in own}
    rows, total = sum(strange.values()), sum(counts.values())
    lost = sorted({str(value) for value in expected.values} & (MARKS - {""}) - {str(value) for value in counts})
    empty = int(cells.isna().sum())
    if rows > MOST * total:
        shown = ", ".join(f'"{visible(str(value))}"' for value in expected.values[:SHOWN])
        return rows / total, (
            f"{of}: the model ({expected.part}) was trained on {_kind(expected.wanted)} such as {shown}, and "
            f"{_portion(rows / total)} of the cells are none that it knows. {_fitting(name, counts, expected)}"
        )
    if lost and empty and not any(isinstance(value, float) and np.isnan(value) for value in expected.values):
        return rows / total, (
            f'{of}: {empty:,} cells are missing, and the model knows "{lost[0]}" as a word of its own. Was it lost '
            "when the rows were read? Read them with keep_default_na=False."
        )
    if rows:
        return rows / total, f"{of}: {rows:,} of {total:,} cells hold values that the model was not trained on."
    return 0.0, ""


def _spelled(value: object, expected: KnownColumn) -> Spelled:
    """Return a value so that two are alike for the model if they are equal."""
    kind = "text" if isinstance(value, str) else "truth" if isinstance(value, bool) else "number"
    if kind == "truth" and expected.wanted is Wanted.NUMBER:
        kind, value = "number", int(cast(bool, value))
    return ("any" if expected.wanted is Wanted.MIXED else kind, printed(value))


def _fitting(name: str, counts: Mapping[object, int], expected: KnownColumn) -> str:
    """Say which other reading of the cells the model would know."""
    readings: list[tuple[Callable[[object], object], str]] = [
        (str, _as_text_hint(name)),
        (_filled(expected.values), f"With zeros in front they would be. {_as_text_hint(name)}"),
        (_number, f'As numbers they would be: give the column "{visible(name)}" as numbers.'),
        (_truth, f'As true and false they would be: write "{visible(name)}" as True and False.'),
        (lambda value: str(value).strip(), "Without the blanks around them they would be: leave these out."),
        (lambda value: f" {str(value).strip()}", "With a blank in front they would be. " + _as_text_hint(name)),
        (lambda value: str(value).casefold(), "Only capital letters differ: write them as the model knows them."),
    ]
    own = {_spelled(value, expected) for value in expected.values}
    own_folded = {("text", str(value).casefold()) for value in expected.values}
    for read, sentence in readings:
        wanted = own_folded if "capital" in sentence else own
        if sum(count for value, count in counts.items() if _spelled(read(value), expected) in wanted) > MOST * sum(
            counts.values()
        ):
            return sentence
    return (
        "Is it another column, or written in another way? If the cells are right as they are, list it as categorical "
        "under [data.columns]."
    )


def _filled(values: Sequence[Value]) -> Callable[[object], object]:
    """Return what writes a whole number as wide as the model's own texts."""
    widths = {len(value) for value in values if isinstance(value, str)}
    width = widths.pop() if len(widths) == 1 else 0
    return lambda value: printed(value).zfill(width) if isinstance(value, int | float) else value


def _number(value: object) -> object:
    try:
        return float(str(value).replace(",", "."))
    except ValueError:
        return value


def _truth(value: object) -> object:
    return {"true": True, "false": False, "1": True, "0": False}.get(printed(value).lower(), value)


def _is_number(value: object) -> bool:
    if isinstance(value, str):
        try:
            float(value)
        except ValueError:
            return False
        return True
    return isinstance(value, int | float)


def _is_word(value: object) -> bool:
    return isinstance(value, str)


def _as_text_hint(name: str) -> str:
    shown = visible(name)
    return (
        f'Read as text they would be: list "{shown}" under [data.columns] text, or in pandas read them with '
        f'dtype={{"{shown}": str}}.'
    )


def _hint_at_numbers(name: str, values: Sequence[object]) -> str:
    """Say what may have made texts of numbers."""
    words = [value for value in values if isinstance(value, str)]
    if any("," in word for word in words) and all(
        _is_number(word.replace(".", "").replace(",", ".")) for word in words
    ):
        return 'They look like numbers with a decimal comma: say decimal = "," under [data].'
    if words and all(word.rstrip().endswith("%") for word in words):
        return "They are percentages: write plain numbers, in the unit that the model was trained on."
    return f'Write numbers there, or train the model with words in "{visible(name)}".'


def _kind(wanted: Wanted) -> str:
    return {Wanted.MIXED: "values"}.get(wanted, wanted.value)


def _portion(share: float) -> str:
    return "all" if share == 1 else f"{share:.0%}".replace("%", " of 100")
