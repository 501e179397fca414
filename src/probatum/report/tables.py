# SPDX-License-Identifier: Apache-2.0
"""The tables of a finding: every measure in one, and the groups of each side by side where they are the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from probatum.facts.finding import Measure, Part
from probatum.report.titles import in_order, part_name, title_of
from probatum.report.words import COUNTED, SHARE, brief, in_unit, noun_of, number, sentence, visible, whole_for

GROUPS_SHOWN = 12  # rows of a table that are always in sight
GROUPS_KEPT = 200  # rows of a table, those that unfold included; the record has them all
NOT_TOLD = "not told"  # a group that a measure has no number for, mostly since too few people are in it
_BARE = (SHARE, "squared share")  # told as bare numbers
_GROUPED_BY = {
    "error_rate": "Class",
    "mistake_kinds": "Kind of mistake",
    "reliability": "What it said",
    "said": "What it said",
    "calibration_error_by_class": "Answer",
    "column_tells": "Column",
    "max_gap": "Who has more, and who less",
    "empirical_robust_accuracy": "Size of the change",
    "lost_share": "Kind of damage",
    "unknown_share": "How the proof ended",
    "smoothed_proven_share": "Size of the change",
}
_CAPTIONS = {
    "error_rate": "Each class by itself",
    "said": "What it said, and how often that came true",
    "true_positive_rate": "Within each group of people",
    "mean_signed_error": "Within each group of people",
    "empirical_robust_accuracy": "How many answers hold, the further an attacker may go",
    "lost_share": "Right answers lost, by kind and severity of damage",
    "unknown_share": "Neither broken nor proven: how the proof ended, and with what",
    "smoothed_proven_share": "A smoothed version, not this model: how many answers are proven safe",
}
_SHORT = {  # over the columns of a wide table
    "error_rate": "Answered wrongly",
    "class_recall": "Found (recall)",
    "class_precision": "Right where said (precision)",
    "class_f1": "F1",
    "above_guessing": "Found beyond guessing",
    "said_share": "Said",
    "auc": "AUC",
    "true_positive_rate": "Told yes, where yes is right",
    "false_positive_rate": "Told yes, where no is right",
    "selection_rate": "Told yes",
    "precision": "Yes is right, where told yes",
    "calibration_gap": "Came true beyond what was said",
    "no_answer_rate": "Got no answer",
    "lost_share": "Lost, judged (severity 3)",
    "refused_share": "Got no answer (severity 3)",
    "lost_at_1": "Lost at 1, slight",
    "lost_at_2": "Lost at 2",
    "lost_at_4": "Lost at 4",
    "lost_at_5": "Lost at 5, severe",
}
_WIDE = 4  # columns from which on cells are kept short
_OF_PEOPLE = (  # told of the same groups, though not each of every one
    "true_positive_rate",
    "false_positive_rate",
    "selection_rate",
    "precision",
    "calibration_gap",
    "no_answer_rate",
    "mean_signed_error",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRow:
    """One line of the table of measures."""

    title: str
    value: str
    range: str
    sure: str
    n: str
    method: str
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """One group in a table."""

    name: str
    cells: tuple[str, ...]  # one a column
    n: int  # rows it rests on


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTable:
    """Measures within the same groups, side by side."""

    caption: str
    names: frozenset[str]  # of the measures in it
    grouped_by: str
    columns: tuple[str, ...]
    rows: tuple[GroupRow, ...]
    left: int = 0  # groups that only the record has

    @property
    def of_pairs(self) -> bool:
        """Whether it compares groups with each other."""
        return any("_gap" in name and name not in _OF_PEOPLE for name in self.names)

    @property
    def first(self) -> tuple[GroupRow, ...]:
        """The rows that are always in sight."""
        return self.rows[:GROUPS_SHOWN]

    @property
    def rest(self) -> tuple[GroupRow, ...]:
        """The rows that unfold."""
        return self.rows[GROUPS_SHOWN:]


def measure_rows(measures: Mapping[str, Measure], judged: Sequence[str]) -> tuple[MeasureRow, ...]:
    """Return a line for each measure, what is judged first."""
    return tuple(
        _measure_row(name, measures[name]) for name in in_order(measures, judged) if not _only_groups(measures[name])
    )


def group_tables(measures: Mapping[str, Measure], judged: Sequence[str]) -> tuple[GroupTable, ...]:
    """Put measures over the same groups side by side, what is judged first."""
    alike: dict[object, list[str]] = {}
    for name in in_order(measures, judged):
        if measures[name].groups:
            same = "people" if name in _OF_PEOPLE else frozenset(part.name for part in measures[name].groups)
            alike.setdefault(same, []).append(name)
    return tuple(_group_table({name: measures[name] for name in names}) for names in alike.values())


def _only_groups(measure: Measure) -> bool:
    """Whether there is a number for each group and none over all: those stand in a table of their own."""
    return measure.value is None and measure.interval is None and bool(measure.groups)


def _measure_row(name: str, measure: Measure) -> MeasureRow:
    interval = measure.interval
    exact = interval is None and measure.value is not None
    own = "" if measure.unit in _BARE else visible(measure.unit, longest=40)
    unit = noun_of(measure.unit, measure.value) or own if measure.value is not None else ""
    why = measure.why or (interval.why if interval else None)
    counted = f" {noun_of(measure.unit, measure.n)}" if measure.unit in COUNTED else ""
    return MeasureRow(
        title=title_of(name),
        value=f"{number(measure.value)} {unit}".rstrip(),
        range="exact" if exact else f"{number(interval.lower)} to {number(interval.upper)}" if interval else "unknown",
        sure=f"{interval.confidence * 100:g} of 100" if interval else "",
        n=f"{measure.n:,}{counted}",
        method=visible(interval.method) if interval else "count" if exact else "",
        why=sentence(visible(why)) if why else None,
    )


def _group_table(measures: Mapping[str, Measure]) -> GroupTable:
    by_group = {name: {part.name: part for part in measure.groups} for name, measure in measures.items()}
    wholes = {name: _whole(measure) for name, measure in measures.items()}
    wide = len(measures) >= _WIDE
    groups = list(dict.fromkeys(group for parts in by_group.values() for group in parts))
    rows = []
    for group in groups[:GROUPS_KEPT]:
        parts = {name: found[group] for name, found in by_group.items() if group in found}
        cells = tuple(
            _cell(parts[name], measure.unit, wholes[name], wide=wide) if name in parts else NOT_TOLD
            for name, measure in measures.items()
        )
        rows.append(GroupRow(name=visible(part_name(group)), cells=cells, n=_rests_on(measures, parts)))
    first = next(iter(measures))
    return GroupTable(
        caption=_CAPTIONS.get(first, title_of(first)),
        names=frozenset(measures),
        grouped_by=_GROUPED_BY.get(first, "Group"),
        columns=tuple(_heading(name, wholes[name]) if wide else title_of(name) for name in measures),
        rows=tuple(rows),
        left=max(0, len(groups) - GROUPS_KEPT),
    )


def _heading(name: str, whole: int | None) -> str:
    return f"{_SHORT.get(name, title_of(name))}{f', of {whole:,}' if whole else ''}"


def _whole(measure: Measure) -> int | None:
    """Return one number to tell all shares of a column of, so that they can be compared; none for other units.

    Where there are differences, it is their largest that counts: next to nothing needs no finer number.
    """
    if measure.unit != SHARE:
        return None
    values = [part.value for part in measure.groups if part.value is not None]
    signed = any(value < 0 for value in values)
    return whole_for(max(values, key=abs)) if signed else whole_for(*values)


def _cell(part: Part, unit: str, whole: int | None, *, wide: bool) -> str:
    if not wide:
        return in_unit(part, unit, whole=whole)
    return brief(part, whole, decimals=0) if whole else f"{brief(part)} {noun_of(unit, part.value)}".rstrip()


def _rests_on(measures: Mapping[str, Measure], parts: Mapping[str, Part]) -> int:
    """Return how many are in the group; a share of all, which rests on more, does not count."""
    sizes = [part.n for part in parts.values()]
    return max(sizes) if any(name in _OF_PEOPLE for name in measures) else min(sizes)
