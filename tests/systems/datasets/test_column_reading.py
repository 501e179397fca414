# SPDX-License-Identifier: Apache-2.0
"""Cells of text files are read as the model knows them, else as the description says, else as they look."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from probatum.errors import DataError
from probatum.facts.threats import Task
from probatum.systems.datasets import Dataset, Kind, from_arrays, read
from probatum.systems.datasets.column_reading import MARKS
from probatum.systems.datasets.comparison import compared
from probatum.systems.datasets.known import NOTHING, KnownCells, KnownColumn, Wanted
from probatum.systems.description import Description
from probatum.systems.sections import ColumnsSection, DataSection, ModelSection

TEXT, NUMBER = Wanted.TEXT, Wanted.NUMBER


def knows(labels: tuple = (), **columns: tuple) -> KnownCells:
    kinds = {str: TEXT, int: NUMBER, float: NUMBER, bool: Wanted.TRUTH}
    known = {
        name: KnownColumn(wanted=kinds[type(values[0])], values=values, part="OneHotEncoder")
        for name, values in columns.items()
    }
    return KnownCells(columns=known, labels=labels or None)


def opened(folder: Path, test: str, known: KnownCells = NOTHING, *, train: str | None = None, **said) -> Dataset:
    for name, content in (("train.csv", train), ("test.csv", test)):
        if content is not None:
            (folder / name).write_bytes(content.encode())
    columns = ColumnsSection(**said.pop("columns", {}))
    classes = said.pop("classes", None)
    files = {"test": "test.csv", "target": "y", "train": None if train is None else "train.csv"}
    data = DataSection(**{"task": Task.BINARY, **files, **said}, columns=columns)
    description = Description(data=data, model=ModelSection(classes=classes))
    return compared(read(description, folder, known=known), columns)


def cells(data: Dataset, name: str) -> list:
    return [None if pd.isna(cell) else cell for cell in data.test.features[name].tolist()]


def test_the_marks_for_missing_are_those_of_pandas():
    from pandas._libs.parsers import STR_NA_VALUES

    assert MARKS == STR_NA_VALUES


def test_zeros_in_front_stay_when_the_model_knows_texts(tmp_path):
    data = opened(tmp_path, "zip,y\n01067,a\n02125,b\n", knows(zip=("01067", "02125")))
    assert cells(data, "zip") == ["01067", "02125"]
    assert data.test.schema.columns[0].kind is Kind.CATEGORICAL
    assert 'Column "zip" looks like numbers and was kept as text, as the model or the description has it.' in data.notes


def test_zeros_in_front_go_and_it_is_told_when_nobody_knows_better(tmp_path):
    data = opened(tmp_path, "zip,y\n01067,a\n02125,b\n")
    assert cells(data, "zip") == [1067, 2125]
    assert any("begin with 0; they were read as numbers" in note for note in data.notes)


@pytest.mark.parametrize("key", ["categorical", "text"])
def test_zeros_in_front_stay_when_the_description_says_so(tmp_path, key):
    data = opened(tmp_path, "zip,y\n01067,a\n02125,b\n", columns={key: ("zip",)})
    assert cells(data, "zip") == ["01067", "02125"]


def test_zeros_in_front_go_when_the_model_knows_numbers(tmp_path):
    data = opened(tmp_path, "zip,y\n01,a\n02,b\n", knows(zip=(1, 2)), columns={"categorical": ("zip",)})
    assert cells(data, "zip") == [1, 2]


def test_numbers_that_are_names_stay_numbers_when_nothing_is_lost(tmp_path):
    data = opened(tmp_path, "branch,y\n1,a\n2,b\n", columns={"categorical": ("branch",)})
    assert cells(data, "branch") == [1, 2]
    assert data.test.schema.columns[0].kind is Kind.CATEGORICAL


def test_test_is_read_as_train_is_when_only_train_shows_the_zeros(tmp_path):
    data = opened(tmp_path, "zip,y\n41067,a\n", knows(zip=("01067", "41067")), train="zip,y\n01067,a\n41067,b\n")
    assert cells(data, "zip") == ["41067"]


def test_words_for_missing_stay_when_the_model_knows_them(tmp_path):
    known = knows(labels=("None", "ill"), land=("NA", "DE"))
    data = opened(tmp_path, "land,y\nNA,None\nDE,ill\n,ill\n", known)
    assert cells(data, "land") == ["NA", "DE", None]
    assert data.test.schema.classes == ("None", "ill")
    assert any('"land" of test.csv says "NA" in 1 rows, which was kept as a word' in note for note in data.notes)


def test_words_for_missing_that_the_model_does_not_know_are_told(tmp_path):
    data = opened(tmp_path, "land,y\nNA,a\nDE,b\nDE,a\n", knows(land=("DE", "FR")))
    assert cells(data, "land") == [None, "DE", "DE"]
    assert any('says "NA" in 1 rows, which was read as a missing cell' in note for note in data.notes)


def test_words_for_missing_are_told_when_there_is_no_model_to_ask(tmp_path):
    data = opened(tmp_path, "land,y\nNA,a\nDE,b\n")
    assert cells(data, "land") == [None, "DE"]
    assert any("list the column as text under [data.columns]" in note for note in data.notes)


def test_stated_text_keeps_every_word_but_the_marks_that_were_stated(tmp_path):
    test = 'word,y\n" NA ",a\n?,b\nnull,a\n'
    data = opened(tmp_path, test, columns={"text": ("word",)}, missing=("?",))
    assert cells(data, "word") == [" NA ", None, "null"]
    assert data.test.schema.columns[0].kind is Kind.TEXT


@pytest.mark.parametrize(
    ("words", "labels", "classes"),
    [
        (["None", "ill"] * 20, (), ("None", "ill")),  # a good share
        (["None"] + ["well", "ill"] * 20, (), ("ill", "well")),  # a stray one
        (["None"] + ["well", "ill"] * 20, ("None", "ill", "well"), ("None", "ill", "well")),  # stated
    ],
)
def test_a_label_called_none_is_a_label_when_the_model_or_its_share_says_so(tmp_path, words, labels, classes):
    rows = "".join(f"{place},{word}\n" for place, word in enumerate(words))
    data = opened(tmp_path, "x,y\n" + rows, classes=labels or None, task=None)
    assert data.test.schema.classes == classes
    assert any('"None"' in note for note in data.notes)


def test_blanks_stay_when_the_model_was_trained_with_them(tmp_path):
    known = knows(labels=(" <=50K", " >50K"), work=(" Private", " State-gov"))
    data = opened(tmp_path, "age,work,y\n30, Private, >50K\n40, State-gov, <=50K\n", known)
    assert cells(data, "work") == [" Private", " State-gov"]
    assert data.test.schema.classes == (" <=50K", " >50K")


def test_blanks_go_and_it_is_told_when_the_model_knows_the_words_without(tmp_path):
    data = opened(tmp_path, "age,work,y\n30, Private ,a\n40,State-gov,b\n", knows(work=("Private", "State-gov")))
    assert cells(data, "work") == ["Private", "State-gov"]
    assert 'Column "work" of test.csv: blanks before or after 1 cells were left out.' in data.notes


def test_quotes_behind_blanks_are_still_quotes(tmp_path):
    data = opened(tmp_path, 'age,work,y\n30, "a, b",a\n40, c,b\n')
    assert cells(data, "work") == ["a, b", "c"]


@pytest.mark.parametrize(("values", "wanted"), [(("True", "False"), ["True", "False"]), ((True, False), [True, False])])
def test_true_and_false_are_words_where_the_model_knows_words(tmp_path, values, wanted):
    assert cells(opened(tmp_path, "on,y\nTrue,a\nFalse,b\n", knows(on=values)), "on") == wanted


def test_numbers_are_texts_where_the_model_knows_texts(tmp_path):
    assert cells(opened(tmp_path, "code,y\n1,a\n2,b\n", knows(code=("1", "2"))), "code") == ["1", "2"]


def test_lists_of_categories_without_a_name_go_to_the_columns_that_hold_them(tmp_path):
    own = KnownColumn(wanted=TEXT, values=("01", "02"), part="LightGBM")
    data = opened(tmp_path, "age,zip,y\n30,01,a\n40,02,b\n", KnownCells(lists=(own,)))
    assert cells(data, "zip") == ["01", "02"]


def stopped(values: list, own: tuple, **said) -> str:
    frame = pd.DataFrame({"c": pd.Series(values)})
    data = from_arrays((frame, np.arange(len(frame)) % 2))
    known = knows(c=own)
    with pytest.raises(DataError) as caught:
        compared(Dataset(test=data.test, train=None, digests={}, known=known), ColumnsSection(**said))
    return str(caught.value)


@pytest.mark.parametrize(
    ("values", "own", "hint"),
    [
        ([1067, 2125, 1067], ("01067", "02125"), "With zeros in front they would be"),
        ([1, 2, 1], ("1", "2"), "Read as text they would be"),
        (["1", "2", "1"], (1, 2), "As numbers they would be"),
        ([True, False, True], ("True", "False"), "Read as text they would be"),
        (["true", "false"], (True, False), "As true and false they would be"),
        ([" a", " b"], ("a", "b"), "Without the blanks"),
        (["a", "b"], (" a", " b"), "With a blank in front"),
        (["DE", "FR"], ("de", "fr"), "Only capital letters differ"),
        (["x", "y"], ("a", "b"), "Is it another column"),
    ],
)
def test_a_column_of_which_most_cells_are_unknown_is_refused_with_the_reading_that_fits(values, own, hint):
    message = stopped(values, own)
    assert message.startswith('Column "c" of the test rows: the model (OneHotEncoder) was trained on ')
    assert hint in message


def test_unknown_cells_are_only_told_when_the_column_was_stated_or_train_fits(tmp_path):
    known = knows(c=("a", "b"))
    data = opened(tmp_path, "c,y\nx,p\nz,q\n", known, columns={"categorical": ("c",)})
    assert any("all of the cells are none that it knows" in note for note in data.notes)
    data = opened(tmp_path, "c,y\nx,p\nz,q\n", known, train="c,y\na,p\nb,q\n")
    assert any("all of the cells are none that it knows" in note for note in data.notes)


def test_a_few_unknown_cells_are_counted(tmp_path):
    data = opened(tmp_path, "c,y\na,p\nb,q\nz,q\n", knows(c=("a", "b")))
    assert 'Column "c" of the test rows: 1 of 3 cells hold values that the model was not trained on.' in data.notes


def test_words_lost_before_a_frame_came_are_told():
    frame = pd.DataFrame({"c": ["DE", None, "DE", "FR"]})
    data = from_arrays((frame, np.array([0, 1, 0, 1])))
    told = compared(
        Dataset(test=data.test, train=None, digests={}, known=knows(c=("DE", "FR", "NA"))), ColumnsSection()
    )
    assert any('the model knows "NA" as a word of its own' in note for note in told.notes)


def test_a_few_words_where_the_model_wants_numbers_are_counted_with_the_setting(tmp_path):
    known = KnownCells(columns={"c": KnownColumn(wanted=NUMBER, part="StandardScaler")})
    data = opened(tmp_path, "c,y\n1,a\n-,b\n3,a\n", known)
    assert any("1 cells are no numbers, which the model (StandardScaler) wants" in note for note in data.notes)
    assert cells(opened(tmp_path, "c,y\n1,a\n-,b\n3,a\n", known, missing=("-",)), "c") == [1.0, None, 3.0]
