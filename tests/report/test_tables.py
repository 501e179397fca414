# SPDX-License-Identifier: Apache-2.0
"""Tables and drawings of a finding: what stands side by side, what unfolds, what is cut, and how a number is told."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from editions import EDITIONS
from making import NASTY, interval
from nine import (
    bias,
    crowded,
    leakage,
    malformed,
    model_file,
    nine_absent,
    nine_fail,
    nine_nasty,
    nine_regression,
    of_nine,
)

from probatum.facts.finding import Measure
from probatum.report import html, terminal
from probatum.report.drawings import CHARTS_SHOWN
from probatum.report.sections import sections, seen_here
from probatum.report.tables import GROUPS_KEPT, GROUPS_SHOWN, NOT_TOLD, group_tables, measure_rows
from probatum.report.titles import TITLES, in_order, title_of


def section(made, check):
    return next(one for one in sections(made) if one.check == check)


def test_numbers_of_people_stand_in_one_table_when_not_all_have_each():
    shown = section(of_nine([bias(0.3, 0.1, 0.5)]), "usage/bias")
    (people,) = shown.groups
    assert people.caption == "Within each group of people"
    assert people.columns[:2] == ("Told yes, where yes is right, of 100", "Told yes, where no is right, of 100")
    assert people.rows[0].cells[1] == NOT_TOLD
    assert people.rows[1].cells[0] == "48 (43 to 54)"
    assert any(row.cells[-1].startswith("-1 (-4 to 2)") for row in people.rows)
    assert [table.of_pairs for table in shown.further] == [True, True]


def test_tables_are_cut_and_say_so_when_435_pairs_are_there():
    shown = section(crowded(), "usage/bias")
    pairs = next(table for table in shown.further if table.of_pairs)
    assert (len(pairs.first), len(pairs.rest), pairs.left) == (GROUPS_SHOWN, GROUPS_KEPT - GROUPS_SHOWN, 235)
    page = html.FORMAT.render(crowded())
    assert "235 more groups can be found in the record only" in page
    assert len(terminal.FORMAT.render(crowded()).splitlines()) < 150


@pytest.mark.parametrize("name", sorted(EDITIONS))
def test_at_most_four_charts_are_drawn_when_there_is_much(name):
    for shown in sections(EDITIONS[name]()):
        assert len(shown.drawings) <= CHARTS_SHOWN
        assert len({drawing.title for drawing in shown.drawings}) == len(shown.drawings)
        for drawing in shown.drawings:
            assert "script" not in [
                node.tag.rpartition("}")[2] for node in ElementTree.fromstring(str(drawing.svg)).iter()
            ]


def test_drawings_show_what_is_judged_and_what_explains_it():
    made = nine_fail()
    assert [one.title for one in section(made, "usage/calibration").drawings] == [
        "What it said, and how often that came true",
        title_of("calibration_error"),
    ]
    assert [one.title for one in section(made, "usage/bias").drawings] == [
        title_of(name) for name in ("max_gap", "true_positive_rate", "false_positive_rate")
    ]
    assert [one.title for one in section(made, "usage/overfitting").drawings] == [
        title_of("gap"),
        "Share of wrong answers, on cases seen and not seen",
    ]
    assert [one.title for one in section(made, "data-manipulation/leakage").drawings] == [
        title_of("shared_rows"),
        title_of("column_tells"),
        "Test cases that stand in training",
    ]
    assert section(made, "input-manipulation/malformed-input").drawings == ()


def test_gaps_are_named_in_plain_words_when_drawn():
    page = html.FORMAT.render(of_nine([bias(0.3, 0.1, 0.5)]))
    assert "rightly told yes: sex = female against sex = male" in page
    assert "true positive rate:" not in page


def test_line_at_none_is_drawn_when_numbers_lie_on_both_sides():
    both = section(of_nine([leakage(-0.012, 0.02)]), "data-manipulation/leakage")
    assert 'class="zero"' in str(both.drawings[0].svg)
    assert both.limits[0].measured == "-12.0 of 1,000 (-32.0 to 8.0)"
    one = section(of_nine([leakage(0.21, 0.03)]), "data-manipulation/leakage")
    assert 'class="zero"' not in str(one.drawings[0].svg)


def test_limit_is_told_in_the_unit_of_its_axis_when_drawn():
    svg = str(section(of_nine([leakage(0.21, 0.03)]), "data-manipulation/leakage").drawings[0].svg)
    assert "limit: at most 10 of 1,000" in svg
    assert ">of 1,000</text>" in svg
    assert ">210 (180 to 240)</text>" in svg


def test_counts_read_right_when_they_are_one():
    stories = [
        story
        for check in (leakage(0.0, 0.02, 1), malformed(1), model_file(1))
        for story in section(of_nine([check]), check.check).limits
    ]
    assert [story.measured for story in stories[1:]] == ["1 column", "1 of 17 kinds", "1 of 1 file"]
    assert [story.limit for story in stories[1:]] == ["at most 0 columns", "at most 0 kinds", "at most 0 files"]


def test_differences_of_errors_are_no_times_as_many_when_told():
    shown = section(nine_regression(), "usage/bias")
    assert shown.limits[0].measured == "0.300 times the simplest rule's error (-0.020 to 0.700)"
    assert any(
        "-0.20 times the simplest rule" in cell for table in shown.further for row in table.rows for cell in row.cells
    )


def test_next_to_nothing_reads_as_none_when_rounding_left_it():
    tiny = Measure(value=-1.6e-16, unit="share", interval=interval(-0.0115, 0.0115), n=90)
    (row,) = measure_rows({"calibration_gap": tiny}, ())
    assert (row.value, row.range) == ("0", "-0.011 to 0.011")


def test_measures_are_in_reading_order_when_a_record_has_them_by_name():
    names = sorted(TITLES)
    assert in_order(names) == tuple(TITLES)
    assert in_order(["zebra", "gap", "error_rate"], first=["gap"]) == ("gap", "error_rate", "zebra")
    assert title_of("zebra_crossing") == "Zebra crossing"


def test_no_table_is_there_when_groups_are_empty():
    assert group_tables({"max_gap": Measure(value=None, unit="share", interval=None, n=0)}, ()) == ()
    assert section(nine_nasty(), "usage/people").drawings == ()


def test_names_stay_names_when_groups_and_bins_are_nasty():
    page, screen = html.FORMAT.render(nine_nasty()), terminal.FORMAT.render(nine_nasty())
    assert "<script" not in page
    assert NASTY[0].replace("<", "&lt;").replace(">", "&gt;") in page
    assert "\x1b" not in page + screen
    assert "[red]x[/red]" in re.sub(r"\s+", "", screen)


def test_break_down_is_told_when_the_machine_could_not_be_looked_at():
    (sight,) = seen_here(nine_absent())
    assert sight.details[-1] == "The rights could not be read."


def test_advice_stands_in_the_terminal_when_seen_on_this_machine():
    assert "chmod go-w FILE FOLDER" in terminal.FORMAT.render(nine_fail())


def test_terminal_names_what_did_not_apply_once_when_several_did_not():
    screen = re.sub(r"\s+", " ", terminal.FORMAT.render(nine_absent()))
    assert (
        "not applicable Groups of people; Learned by heart; Leaks; The model's file. The reasons stand above." in screen
    )
    assert "! error How sure it is" in screen


def test_range_alone_is_told_when_the_number_is_not_known():
    open_ended = Measure(value=None, unit="share", interval=interval(0.3, None), n=90, why="Too few.")
    made = of_nine([replace(bias(0.3, 0.1, 0.5), measures={"max_gap": open_ended})])
    assert section(made, "usage/bias").limits[0].measured == "unknown"
    nothing = replace(open_ended, interval=interval(None, None))
    made = of_nine([replace(bias(0.3, 0.1, 0.5), measures={"max_gap": nothing})])
    assert section(made, "usage/bias").limits[0].measured == "unknown"
