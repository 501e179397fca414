# SPDX-License-Identifier: Apache-2.0
"""Tables as spreadsheets export them: read as they are meant, or refused with one message that names the setting."""

import codecs
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from probatum.errors import DataError
from probatum.facts.threats import Task
from probatum.systems.datasets import Dataset, read
from probatum.systems.datasets.known import NOTHING, KnownCells, KnownColumn, Wanted
from probatum.systems.description import Description
from probatum.systems.sections import ColumnsSection, DataSection


def opened(
    folder: Path, test: str | bytes, *, train: str | None = None, known: KnownCells = NOTHING, **said
) -> Dataset:
    for name, content in (("train.csv", train), ("test.csv", test)):
        if content is not None:
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    files = {"test": "test.csv", "target": "y", "train": None if train is None else "train.csv"}
    columns = ColumnsSection(**said.pop("columns", {}))
    return read(
        Description(data=DataSection(**{"task": Task.BINARY, **files, **said}, columns=columns)), folder, known=known
    )


def cells(data: Dataset, name: str) -> list:
    return [None if pd.isna(cell) else cell for cell in data.test.features[name].tolist()]


def refused(folder: Path, test: str | bytes, **said) -> str:
    with pytest.raises(DataError) as caught:
        opened(folder, test, **said)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


PLAIN = "town;rate;y\nKöln;1.5;yes\nBonn;2.25;no\n"


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (codecs.BOM_UTF8 + PLAIN.encode(), None),
        (PLAIN.encode("utf-16"), "test.csv is UTF-16 text."),
        (codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"), "test.csv is UTF-16 text."),
        (PLAIN.encode("utf-16-le"), "test.csv is UTF-16-LE text."),
        (PLAIN.encode("utf-16-be"), "test.csv is UTF-16-BE text."),
        (PLAIN.encode("utf-32"), "test.csv is UTF-32 text."),
        (("sep=;\n" + PLAIN).encode(), None),
        (("SEP=;\r\n" + PLAIN.replace("\n", "\r\n")).encode(), None),
        (PLAIN.replace(";", "\t").encode("utf-16"), "test.csv separates its columns by tabs, not commas."),
        (PLAIN.replace(";", "|").encode(), "test.csv separates its columns by bars, not commas."),
        ((PLAIN + ";;\n;;\n\n").encode(), "test.csv ends with 2 empty rows; left out."),
        ((PLAIN + "Summe;3.75;\n").encode(), 'test.csv, line 4: the last row holds totals ("Summe"); left out.'),
        ((PLAIN + "Total:;3.75;\n;;").encode(), 'test.csv, line 4: the last row holds totals ("Total:"); left out.'),
    ],
)
def test_one_table_is_read_alike_however_it_was_exported(tmp_path, content, note):
    data = opened(tmp_path, content)
    assert cells(data, "town") == ["Köln", "Bonn"]
    assert cells(data, "rate") == [1.5, 2.25]
    assert data.test.schema.classes == ("no", "yes")
    assert note is None or note in data.notes


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "utf-16"])
def test_a_stated_encoding_is_taken(tmp_path, encoding):
    assert cells(opened(tmp_path, PLAIN.encode(encoding), encoding=encoding), "town") == ["Köln", "Bonn"]


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        (None, "test.csv is not UTF-8 text (line 2). Say which encoding it has under [data] or with --encoding"),
        ("utf-9", '[data] encoding: Python knows none called "utf-9"'),
        ("ascii", 'test.csv is not in encoding = "ascii" (line 2)'),
    ],
)
def test_an_encoding_that_is_none_or_another_is_named_with_the_setting(tmp_path, encoding, words):
    assert words in refused(tmp_path, PLAIN.encode("cp1252"), encoding=encoding)


def test_a_comma_in_a_name_does_not_hide_semicolons(tmp_path):
    data = opened(tmp_path, "income, EUR;rate;y\n1;2;yes\n3;4;no\n")
    assert list(data.test.features) == ["income, EUR", "rate"]


def test_commas_in_cells_do_not_hide_semicolons(tmp_path):
    data = opened(tmp_path, "name;note, long;y\na, b;c, d;yes\ne, f;g, h;no\n")
    assert cells(data, "name") == ["a, b", "e, f"]


def test_a_stated_separator_is_taken(tmp_path):
    assert cells(opened(tmp_path, "a:b:y\n1:2:yes\n3:4:no\n", separator=":"), "b") == [2, 4]


def test_quoted_cells_keep_separators_and_line_breaks(tmp_path):
    data = opened(tmp_path, 'text;x;y\n"one;\ntwo";1;yes\nthree;2;no\n')
    assert cells(data, "text") == ["one;\ntwo", "three"]


@pytest.mark.parametrize(
    ("written", "values"),
    [
        (["1,5", "12,25"], [1.5, 12.25]),
        (["0,125", "3"], [0.125, 3.0]),
        (["1.234,5", "-12"], [1234.5, -12.0]),
        (["1 234,5", "7,0"], [1234.5, 7.0]),
        (["1'234'567,50", "7,05"], [1234567.5, 7.05]),
        (["1,23456", "2,34567"], [1.23456, 2.34567]),
        (["1,234.5", "12"], [1234.5, 12.0]),
        (["1,234,567", "12"], [1234567, 12]),
    ],
)
def test_numbers_that_can_mean_one_thing_are_read_and_it_is_told(tmp_path, written, values):
    data = opened(
        tmp_path, "rate;y\n" + "".join(f"{cell};{label}\n" for cell, label in zip(written, ["yes", "no"], strict=True))
    )
    assert cells(data, "rate") == values
    assert any('read so: the column "rate".' in note for note in data.notes)


def test_numbers_that_can_mean_two_things_stay_text_and_it_is_told(tmp_path):
    data = opened(tmp_path, "rate;y\n1,234;yes\n5,678;no\n")
    assert cells(data, "rate") == ["1,234", "5,678"]
    assert any('Say decimal = "," or decimal = "." under [data].' in note for note in data.notes)


@pytest.mark.parametrize(("decimal", "values"), [(",", [1.234, 5.678]), (".", [1234, 5678])])
def test_a_stated_decimal_mark_settles_them(tmp_path, decimal, values):
    assert cells(opened(tmp_path, "rate;y\n1,234;yes\n5,678;no\n", decimal=decimal), "rate") == values


def test_points_between_thousands_are_seen_where_another_column_has_decimal_commas(tmp_path):
    data = opened(tmp_path, "income;rate;y\n1.234;1,5;yes\n12.500;2,5;no\n")
    assert cells(data, "income") == [1234, 12500]
    assert cells(data, "rate") == [1.5, 2.5]


def test_decimal_commas_beside_decimal_points_are_refused(tmp_path):
    message = refused(tmp_path, "a;b;y\n1,5;1.5;yes\n2,5;2.5;no\n")
    assert message.startswith('test.csv: the column "a" has decimal commas, and the column "b" decimal points.')
    assert "[data]" in message


def test_a_target_with_decimal_commas_is_a_number(tmp_path):
    data = opened(tmp_path, "x;y\n1;1,5\n2;2,25\n3;100,0\n", task=Task.REGRESSION)
    np.testing.assert_array_equal(data.test.truth, [1.5, 2.25, 100.0])


def test_floats_with_a_decimal_comma_come_back_bit_for_bit(tmp_path):
    values = np.random.default_rng(0).normal(size=500)
    lines = "".join(f"{str(value).replace('.', ',')};{place % 2}\n" for place, value in enumerate(values))
    data = opened(tmp_path, "x;y\n" + lines)
    np.testing.assert_array_equal(data.test.features["x"].to_numpy(), values)


def test_words_that_the_model_knows_stay_words_though_they_look_like_numbers(tmp_path):
    known = KnownCells(columns={"size": KnownColumn(wanted=Wanted.TEXT, values=("1,5", "2,5"))})
    assert cells(opened(tmp_path, "size;y\n1,5;yes\n2,5;no\n", known=known), "size") == ["1,5", "2,5"]


def test_test_is_read_with_the_mark_of_train(tmp_path):
    data = opened(tmp_path, "x;y\n1,234;yes\n", train="x;y\n1,5;yes\n2,5;no\n")
    assert cells(data, "x") == [1.234]


def test_dates_with_points_are_no_numbers(tmp_path):
    data = opened(tmp_path, "since;rate;y\n01.02.2026;1,5;yes\n03.04.2026;2,5;no\n")
    assert cells(data, "since") == ["01.02.2026", "03.04.2026"]


def test_empty_columns_without_a_name_are_left_out_and_it_is_told(tmp_path):
    data = opened(tmp_path, "x;y;;\n1;yes;;\n2;no;;\n")
    assert list(data.test.features) == ["x"]
    assert "test.csv has 2 empty columns without a name; left out." in data.notes


def test_lines_above_the_header_are_named(tmp_path):
    message = refused(tmp_path, "Report of March;;\n;;\nx;z;y\n1;2;yes\n")
    assert "the names of the columns stand in row 2, not in the first; remove the lines above." in message


def test_a_total_is_an_ordinary_word_when_other_rows_say_it_too(tmp_path):
    data = opened(tmp_path, "scope,x,y\ntotal,1,yes\npart,2,no\ntotal,,yes\n")
    assert cells(data, "scope") == ["total", "part", "total"]


def test_percent_signs_stay_text(tmp_path):
    assert cells(opened(tmp_path, "rate;y\n12 %;yes\n5 %;no\n"), "rate") == ["12 %", "5 %"]


def test_two_columns_of_one_name_are_refused(tmp_path):
    assert 'has more than once the column "x"' in refused(tmp_path, "x;x;y\n1;2;yes\n")


INDEXED = ",x,z,y\n0,5,6,yes\n1,6,7,no\n2,5,8,yes\n"


@pytest.mark.parametrize(
    ("known", "columns"),
    [
        (KnownCells(width=2), ["x", "z"]),
        (KnownCells(names=("x", "z"), width=2), ["x", "z"]),
        (KnownCells(width=3), ["Unnamed: 0", "x", "z"]),
        (KnownCells(names=("Unnamed: 0", "x", "z"), width=3), ["Unnamed: 0", "x", "z"]),
        (NOTHING, ["Unnamed: 0", "x", "z"]),
    ],
)
def test_a_nameless_column_that_counts_rows_goes_where_the_model_is_given_none(tmp_path, known, columns):
    data = opened(tmp_path, INDEXED, known=known)
    assert list(data.test.features) == columns
    assert any("without a name" in note or "has no name" in note for note in data.notes) or known.names[:1] != ("x",)


def test_a_comment_above_rows_without_a_header_decides_no_separator(tmp_path):
    said = refused(tmp_path, "|a|comment\nKöln,1.5,yes\nBonn,2.25,no\n", names=("town", "rate", "y"))
    assert said.startswith("test.csv, line 1: 1 field, but [data] names lists 3")
