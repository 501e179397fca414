# SPDX-License-Identifier: Apache-2.0
"""A table of cases stands for a model: what the system said is read from its columns."""

from pathlib import Path

import numpy as np
import pytest

from probatum.errors import DataError, DescriptionError
from probatum.systems.datasets import Dataset, read
from probatum.systems.description import read_description

CASES = """\
age,score,said,came
20,0.9,yes,yes
30,0.2,no,no
40,0.6,yes,no
50,,,yes
60,0.4,no,
"""


def opened(folder: Path, model: str, *, cases: str = CASES, data: str = 'target = "came"\ntask = "binary"') -> Dataset:
    (folder / "cases.csv").write_text(cases, encoding="utf-8")
    (folder / "probatum.toml").write_text(f'[model]\nscores = "cases.csv"\n{model}\n[data]\n{data}\n', encoding="utf-8")
    description = read_description(folder / "probatum.toml")
    return read(description, folder)


def test_scores_are_probabilities_of_the_positive_class_when_within_0_and_1(tmp_path: Path) -> None:
    data = opened(tmp_path, 'score = "score"')
    said = data.test.said
    assert data.test.schema.classes == ("no", "yes")
    assert [column.name for column in data.test.schema.columns] == ["age", "said"]
    assert said is not None
    assert said.scores is not None
    np.testing.assert_allclose(said.scores[:3], [[0.1, 0.9], [0.8, 0.2], [0.4, 0.6]])
    assert np.isnan(said.scores[3]).all()
    assert said.labels.tolist() == [1, 0, 1, -1]  # the row without a true answer is gone from both
    assert any("one half was assumed" in note for note in data.notes)
    assert set(data.digests) == {"cases"}


def test_positive_class_is_the_first_when_it_is_said_so(tmp_path: Path) -> None:
    data = opened(tmp_path, 'score = "score"', data='target = "came"\ntask = "binary"\npositive = "no"')
    said = data.test.said
    assert said is not None
    assert said.labels.tolist() == [0, 1, 0, -1]
    assert said.scores is not None
    np.testing.assert_allclose(said.scores[0], [0.9, 0.1])


def test_decision_is_taken_when_a_column_holds_it(tmp_path: Path) -> None:
    said = opened(tmp_path, 'score = "score"\ndecision = "said"').test.said
    assert said is not None
    assert said.labels.tolist() == [1, 0, 1, -1]


def test_ranks_are_no_probabilities_when_they_exceed_1(tmp_path: Path) -> None:
    cases = CASES.replace("0.9", "9").replace("0.2", "2").replace("0.6", "5").replace("0.4", "4")
    data = opened(tmp_path, 'score = "score"\ndecides_at = 5', cases=cases)
    said = data.test.said
    assert said is not None
    assert said.scores is None
    assert said.ranks is not None
    assert said.ranks[:3].tolist() == [9, 2, 5]
    assert said.labels.tolist() == [1, 0, 1, -1]
    assert any("rank" in note for note in data.notes)


def test_values_are_answers_when_the_target_is_a_number(tmp_path: Path) -> None:
    data = opened(tmp_path, 'score = "score"', data='target = "age"\ntask = "regression"')
    assert data.test.said is not None
    np.testing.assert_allclose(data.test.said.labels, [0.9, 0.2, 0.6, np.nan, 0.4])


def test_rows_taken_keep_what_was_said_when_picked(tmp_path: Path) -> None:
    rows = opened(tmp_path, 'decision = "said"').test.take(np.array([2, 0]))
    assert rows.said is not None
    assert rows.said.labels.tolist() == [1, 1]
    assert rows.truth.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("model", "data", "cases", "words"),
    [
        ('score = "score"\noutput = "ranks"', 'target = "came"', CASES, "decides_at"),
        ('score = "said"', 'target = "came"', CASES, "is no number in 3 rows"),
        ('decision = "score"', 'target = "came"', CASES, "none of the right answers"),
        ('score = "age"\noutput = "probabilities"', 'target = "came"', CASES, "Probabilities lie between 0 and 1"),
        ('score = "score"', 'target = "came"\ntask = "multiclass"', CASES.replace("0,no", "0,so"), "single score"),
        ('decision = "said"', 'target = "age"\ntask = "regression"', CASES, "[model] score"),
        ('decision = "said"', 'target = "came"', "said,came\nyes,yes\nno,no\n", "no column besides the answers"),
    ],
)
def test_answers_are_refused_when_they_do_not_fit(
    tmp_path: Path, model: str, data: str, cases: str, words: str
) -> None:
    with pytest.raises(DataError) as caught:
        opened(tmp_path, model, cases=cases, data=data)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("model", "data", "words"),
    [
        ("", 'target = "came"', "[model] scores: wanted score or decision"),
        ('score = "scor"', 'target = "came"', '[model] score: there is no column "scor". Did you mean score'),
        ('score = "came"', 'target = "came"', '"came" is the target, so it cannot stand here'),
        ("decides_at = 5", 'target = "came"', "decides_at: is a limit on score"),
        (
            'score = "score"\ndecision = "said"\ndecides_at = 1',
            'target = "came"',
            "keep one of decision and decides_at",
        ),
        ('score = "score"\noutput = "logits"', 'target = "came"', "output: a score in a table is taken as"),
        ('score = "score"', 'target = "came"\ntest = "cases.csv"', "[data] test: the rows are those of scores"),
        ('score = "score"\nfile = "cases.csv"', 'target = "came"', "wanted one of file, python, url, scores"),
    ],
)
def test_descriptions_are_refused_when_they_contradict_a_table_of_cases(
    tmp_path: Path, model: str, data: str, words: str
) -> None:
    with pytest.raises(DescriptionError) as caught:
        opened(tmp_path, model, data=data)
    assert words in str(caught.value)
