# SPDX-License-Identifier: Apache-2.0
"""Which columns of a text file stay text, and which of their cells mean missing: by the model, else by the description.

A parser guesses from the cells alone: it makes numbers of postcodes, holes of the word "None", and drops blanks. What
the model was trained on decides instead, where it says so; what was decided is told.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import final

import numpy as np
import pandas as pd

from probatum.systems.datasets.known import KnownCells, KnownColumn, Value, Wanted
from probatum.systems.datasets.rows import printed
from probatum.systems.description import Description
from probatum.systems.mistakes import visible

# What pandas takes for a missing cell, in every column alike.
MARKS = frozenset(
    (
        *("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A"),
        *("NA", "NULL", "NaN", "None", "n/a", "nan", "null"),
    )
)
GOOD_SHARE = 0.05  # of the rows: a word for missing that so many labels are is a label
MOST = 0.5  # of the cells: a list of categories belongs to a column if it holds more of them

Raw = Callable[[Sequence[str]], pd.DataFrame]  # the cells of some columns exactly as they stand in the file


class Blanks(StrEnum):
    """Which blanks around a word are left out."""

    NONE = "none"
    FRONT = "front"  # as after a comma
    BOTH = "both"

    def off(self, word: str) -> str:
        """Return the word without them."""
        return word if self is Blanks.NONE else word.lstrip(" ") if self is Blanks.FRONT else word.strip()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TextReading:
    """How a column that stays text is read."""

    blanks: Blanks = Blanks.FRONT  # those that are left out
    words: frozenset[str] = frozenset()  # marks for missing that are words of their own in this column


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the columns of a file were read, so that another file is read alike."""

    texts: Mapping[str, TextReading] = field(default_factory=dict)
    decimal: str | None = None  # None: a point, as nobody said


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file on its way in: parsed with guessed types, and at hand as it stands."""

    frame: pd.DataFrame
    raw: Raw
    what: str
    padded: bool  # blanks stand beside its separators
    zeros: bool  # some of its cells begin with a zero and a digit


def settle(
    source: Source, description: Description, known: KnownCells, like: Reading | None, notes: list[str]
) -> tuple[pd.DataFrame, Reading]:
    """Return the file with the columns that stay text as text, and how they were read.

    Args:
        source: the file.
        description: what was said of its columns.
        known: what the model knows of them.
        like: how the train file was read, whose types a test file takes.
        notes: what was decided is added here.
    """
    target = description.data.target
    columns = _known_columns(source, description, known)
    suspicious = _suspicious(source, description, columns, target, description.model.classes or known.labels or ())
    raw = source.raw(suspicious) if suspicious else pd.DataFrame(index=source.frame.index)
    frame, texts = source.frame, {}
    for name in suspicious:
        cells, stated = raw[name], _stated(name, description)
        if name == target:
            reading = like.texts.get(name) if like else _of_labels(cells, is_text(frame[name]), known, description)
        elif like is not None and name in like.texts:
            reading = like.texts[name]
        else:
            reading = _of_column(cells, frame[name], stated, columns.get(name), notes)
        if reading is None:
            continue
        texts[name] = reading
        marks = (MARKS | frozenset(description.data.missing)) - reading.words
        fresh, told = _read(cells, reading, marks, name, source.what)
        frame = frame.assign(**{name: fresh}) if name in frame.columns else frame
        notes += told if is_text(source.frame[name]) or reading.words else [*_kept(name, source.frame[name]), *told]
    return frame, Reading(texts=texts)


def words_in(source: Source, description: Description, known: KnownCells, like: Reading | None) -> list[str]:
    """Return the columns that stay text whatever they look like: stated so, known so, or so in the train file."""
    wanted = (Wanted.TEXT, Wanted.FREE_TEXT, Wanted.MIXED)
    columns = _known_columns(source, description, known)
    stated = [*description.data.columns.text, *description.data.columns.categorical]
    labels = description.model.classes or known.labels or ()
    target = [str(description.data.target)] if any(isinstance(label, str) for label in labels) else []
    kept = [name for name, column in columns.items() if column.wanted in wanted]
    return [*stated, *target, *kept, *(like.texts if like else ())]


def _known_columns(source: Source, description: Description, known: KnownCells) -> dict[str, KnownColumn]:
    """Return what the model knows, by name; lists of categories without a name go to the columns that hold them."""
    data = description.data
    left_out = {data.target, data.id, *data.columns.audit_only}
    given = list(data.features or (name for name in map(str, source.frame.columns) if name not in left_out))
    columns = known.of(given)
    if not known.lists:
        return columns
    words = [name for name in given if name in source.frame.columns and source.frame[name].dtype.kind != "f"]
    raw, start = source.raw(words), 0
    for own in known.lists:
        values = {printed(value) for value in own.values}
        for place in range(start, len(words)):
            if raw[words[place]].str.strip().isin(values).mean() > MOST:
                columns[words[place]], start = own, place + 1
                break
    return columns


def _suspicious(
    source: Source,
    description: Description,
    columns: Mapping[str, KnownColumn],
    target: str | None,
    labels_known: Sequence[Value],
) -> list[str]:
    """Return the columns whose cells have to be looked at as they stand in the file."""
    looked_at = []
    for name in map(str, source.frame.columns):
        cells, known = source.frame[name], columns.get(name)
        text = is_text(cells)
        wanted = known is not None and known.wanted in (Wanted.TEXT, Wanted.FREE_TEXT)
        unsure = text and (source.padded or bool(cells.isna().any()))
        zeros = source.zeros and cells.dtype.kind == "i"
        labels = name == target and any(isinstance(label, str) for label in labels_known)
        if wanted or unsure or zeros or labels or _stated(name, description):
            looked_at.append(name)
    return looked_at


def _stated(name: str, description: Description) -> str | None:
    """Return what the description says of a column: text, categorical, or nothing of either."""
    said = description.data.columns
    return "text" if name in said.text else "categorical" if name in said.categorical else None


def _of_column(
    raw: pd.Series, guessed: pd.Series, stated: str | None, known: KnownColumn | None, notes: list[str]
) -> TextReading | None:
    """Return how a column is read as text; None where it is not."""
    if known is not None and known.wanted is Wanted.FREE_TEXT:
        return TextReading(blanks=Blanks.NONE, words=MARKS - {""})
    if known is not None and known.wanted is Wanted.TEXT:
        return _as_words(raw, known.values)
    if stated == "text":
        return TextReading(blanks=Blanks.NONE, words=MARKS - {""})
    if is_text(guessed):
        return TextReading()
    lost = _loses(raw)
    if stated == "categorical" and known is None and lost is not None:
        return TextReading()
    if lost is not None and guessed.dtype.kind == "i" and stated is None:
        notes.append(
            f'Column "{visible(str(raw.name))}" has cells that begin with 0; they were read as numbers, without it. If '
            "they are codes, list it as text under [data.columns]."
        )
    return None


def _of_labels(raw: pd.Series, text: bool, known: KnownCells, description: Description) -> TextReading | None:
    """Return how the target is read as text; None where it is not."""
    labels: Sequence[Value] = description.model.classes or known.labels or ()
    spelled = {printed(label).strip() for label in labels}
    counts = raw.str.strip().value_counts()
    if not any(word in spelled for word in counts.index):
        labels = ()
    if labels and all(isinstance(label, str) for label in labels):
        return _as_words(raw, tuple(labels))
    if not text:
        return None
    common = {str(word) for word, count in counts.items() if word in MARKS - {""} and count >= GOOD_SHARE * len(raw)}
    return TextReading(words=frozenset() if labels else frozenset(common))


def _as_words(raw: pd.Series, values: Sequence[Value]) -> TextReading:
    """Return how words are read that a model knows: its own blanks are kept, and its own words for missing."""
    own = {str(value) for value in values}
    blanks = Blanks.BOTH
    if any(word != word.strip() for word in own) and raw.isin(own).sum() >= raw.str.strip().isin(own).sum():
        blanks = Blanks.NONE
    return TextReading(blanks=blanks, words=frozenset(word for word in MARKS - {""} if word in own))


def _read(
    raw: pd.Series, reading: TextReading, marks: frozenset[str], name: str, what: str
) -> tuple[pd.Series, list[str]]:
    """Return the cells of a text column, and what was done to them."""
    found, different = pd.factorize(raw)
    values = [str(value) for value in different]
    counts = np.bincount(found, minlength=len(values))
    plain = [reading.blanks.off(value) for value in values]
    cells = np.array([None if word in marks else word for word in plain], dtype=object)
    fresh = pd.Series(cells[found], index=raw.index, name=raw.name).astype(raw.dtype)
    column, notes = f'Column "{visible(name)}" of {what}', []
    missing = {word: int(counts[[one == word for one in plain]].sum()) for word in sorted((set(plain) & marks) - {""})}
    kept = {word: int(counts[[one == word for one in plain]].sum()) for word in sorted(set(plain) & reading.words)}
    if kept and len(kept) <= len(values) / 2 + 1:
        notes.append(f"{column} says {_listed(kept)}, which was kept as a word; it does not mean a missing cell there.")
    if missing:
        notes.append(
            f"{column} says {_listed(missing)}, which was read as a missing cell. If it is a word like the others, "
            "list the column as text under [data.columns]."
        )
    stripped = int(sum(count for count, old, new in zip(counts, values, plain, strict=True) if old != new and new))
    if stripped:
        notes.append(f"{column}: blanks before or after {stripped:,} cells were left out.")
    return fresh, notes


def _kept(name: str, guessed: pd.Series) -> list[str]:
    """Return the note on a column that was kept as text though it looks like something else."""
    looks = "true and false" if guessed.dtype.kind == "b" else "numbers"
    return [
        f'Column "{visible(name)}" looks like {looks} and was kept as text, as the model or the description has it.'
    ]


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f'"{word}" in {count:,} rows' for word, count in counts.items())


def _loses(raw: pd.Series) -> str | None:
    """Return a cell that would not come back as it stands if the column were read as whole numbers."""
    for value in raw.unique():
        word = str(value).strip()
        if word and word.lstrip("+-")[:1] == "0" and word.lstrip("+-")[1:2].isdigit():
            return word
    return None


def is_text(cells: pd.Series) -> bool:
    """Say whether a column was parsed as text."""
    return cells.dtype == object or pd.api.types.is_string_dtype(cells.dtype)
