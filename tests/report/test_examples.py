# SPDX-License-Identifier: Apache-2.0
"""Examples: which cells were changed, what became of the answer, and records of before there were changes."""

import json

import pytest
from attacked import attacked_nasty, attacked_pictures, attacked_table, pictured, table_examples
from making import NASTY

from probatum.evidence.wire import from_json, to_json
from probatum.facts.finding import Example
from probatum.report import html
from probatum.report.examples import changed_columns, shown


@pytest.mark.parametrize(
    ("change", "columns", "named"),
    [
        ("raise hours-per-week by 3", ("hours", "week", "hours-per-week"), {"hours-per-week"}),
        ("raise age of car by 1", ("age", "age of car"), {"age of car"}),
        ("raise mortgage by 1", ("age",), set()),
        ("raise age by 1", ("age", ""), {"age"}),
        ("turn c++ (years) into 3", ("c++ (years)", "c"), {"c++ (years)"}),
    ],
)
def test_changed_cells_are_found_when_words_name_their_column(change, columns, named):
    assert changed_columns((change,), columns) == named


def test_cells_are_marked_when_a_table_was_attacked():
    first, second = shown(table_examples(cells=True)).changed
    assert [cell.changed for cell in first.cells] == [False, True, False, False, True]
    assert [cell.changed for cell in second.cells] == [True, False, False, False, False]
    assert first.told == "Said “<=50K”, now says “>50K” (52 of 100 sure). Size of the change: 0.03."
    page = html.FORMAT.render(attacked_table())
    assert "<li><bdi>raise hours-per-week by 3</bdi></li>" in page
    assert page.count('class="changed"') == 3


def test_no_cells_are_shown_when_rows_are_not_included():
    assert shown(table_examples(cells=False)).columns == ()


def test_pictures_stand_side_by_side_when_a_row_is_one():
    page = html.FORMAT.render(attacked_pictures())
    assert page.count('src="data:image/png;base64,') == 3 * 3
    assert 'alt="difference, row 501"' in page
    assert "Said “9”, now says “4” (71 of 100 sure). Size of the change: 0.0941." in page
    assert "5 times as strong; grey: unchanged" in page


def test_row_that_was_not_changed_stays_in_the_plain_table():
    plain = Example(row=3, truth="a", answer="b", score=0.9)
    both = shown((plain, pictured(4, 0)))
    assert [row.row for row in both.rows] == [3]
    assert [one.row for one in both.changed] == [4]


def test_names_stay_names_when_examples_are_nasty():
    page = html.FORMAT.render(attacked_nasty())
    assert "<script" not in page
    assert page.count('src="data:image/png;base64,') == 3  # a picture whose bytes are wrong is told in words
    assert NASTY[0].replace("<", "&lt;").replace(">", "&gt;") in page


@pytest.mark.parametrize("example", [pictured(1, 0, colours=3), *table_examples(cells=True)])
def test_example_comes_back_equal_when_written_as_json_and_read(example):
    assert from_json(Example, json.loads(json.dumps(to_json(example)))) == example


def test_example_is_read_when_its_record_is_of_before_there_were_changes():
    old = {"row": 3, "truth": "a", "answer": "b", "score": 0.5, "group": None, "cells": []}
    assert from_json(Example, old) == Example(row=3, truth="a", answer="b", score=0.5)
