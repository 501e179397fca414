# SPDX-License-Identifier: Apache-2.0
"""What page one says of the class that is missed most."""

from dataclasses import replace

import numpy as np
import pytest
from making import edition, error_rate, subject

from probatum.engines.disclosure.confusion import confusion
from probatum.engines.mistakes import per_class
from probatum.report.page_one import page_one
from probatum.report.sections import sections


def of_counts(hits, misses, alarms, rest):
    """Return an edition about a system that does so on cases whose right answer is yes, and no."""
    truth = np.repeat([1, 1, 0, 0], [hits, misses, alarms, rest]).astype(np.int32)
    labels = np.repeat([1, 0, 1, 0], [hits, misses, alarms, rest]).astype(np.int32)
    names, n = ["no", "yes"], len(truth)
    plain = error_rate((misses + alarms) / n, names, n, kinds=(), ratio_value=0.7)
    found = per_class.measures(confusion(truth, labels, len(names)), names, confidence=0.95)
    return edition(subject(), [replace(plain, measures={**plain.measures, **found})])


def sayings(made):
    return {saying.text: saying for saying in page_one(made).questions[0].sayings}


def test_half_missed_class_is_told_when_few_answers_are_wrong():
    texts = list(sayings(of_counts(240, 260, 60, 3440)))
    told = next(place for place, text in enumerate(texts) if "It misses “yes” most often" in text)
    assert texts[told] == (
        "It misses “yes” most often. It finds about 48 of 100 cases where “yes” is right (between 42 and 54)."
    )
    assert texts[told + 1].startswith("Guessing “yes” as often would find about 8 of 100 (between 6 and 9).")
    assert texts[told + 1].endswith("So it does better than guessing.")
    assert texts[told + 2].startswith("Where it says “yes”, about 80 of 100 answers are right")


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ((30, 470, 210, 3290), "So nobody can say that it does better than guessing."),
        ((20, 480, 700, 2800), "So it does worse than guessing."),
    ],
)
def test_chance_is_told_first_when_it_does_no_better(counts, words):
    told = sayings(of_counts(*counts))
    assert any(text.endswith(words) for text in told)
    assert next(saying for text, saying in told.items() if "It misses" in text).key


def test_range_alone_is_told_when_a_count_is_small():
    texts = list(sayings(of_counts(300, 4, 100, 3596)))
    assert any("It finds between 95 and 100 of 100 cases where “yes” is right" in text for text in texts) or any(
        "It misses “no” most often" in text for text in texts
    )
    assert not any("nan" in text for text in texts)


def test_each_class_has_a_line_in_the_tables_when_read_by_an_auditor():
    (section,) = sections(of_counts(240, 260, 60, 3440))
    table = next(table for table in (*section.groups, *section.further) if "class_recall" in table.names)
    assert {row.name for row in table.rows} == {"no", "yes"}
    assert {"class_precision", "class_f1", "above_guessing", "said_share", "error_rate"} <= table.names
    assert any("balanced accuracy" in row.title for row in section.measures)
    assert not any("recall" in row.title and row.value == "unknown" for row in section.measures)
