# SPDX-License-Identifier: Apache-2.0
"""Charts keep inside their frame, on round ticks."""

import math
import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import NASTY, hidden, interval, part, ratio, ratio_part, share

from probatum.facts.finding import Measure, Part
from probatum.facts.policy import Direction
from probatum.facts.record import MeasureVerdict, Verdict
from probatum.report.charts import ROWS_SHOWN, interval_bars, nice_ticks, place

LIMIT = MeasureVerdict(
    measure="error_rate", verdict=Verdict.FAIL, direction=Direction.AT_MOST, limit=0.1, because="a starting point"
)


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_ticks_are_even_and_enclose_the_numbers_when_drawn(low, width):
    ticks = nice_ticks(low, low + width)
    steps = [after - before for before, after in pairwise(ticks)]
    assert 2 <= len(ticks) <= 8
    assert ticks[0] <= low + 1e-6 * width
    assert ticks[-1] >= low + width - 1e-6 * width - 1e-6 * abs(low)
    assert all(math.isclose(step, steps[0], rel_tol=1e-3) for step in steps)


def test_rows_are_placed_in_order_when_ranges_grow():
    groups = [part("a", 0.4, 100), hidden("b", 0.3, 60)]
    chart = place(share(0.2, 1000, groups), id="c", title="t", judged=LIMIT, whole_name="All cases")
    assert [row.label for row in chart.rows] == [("All cases",), ("a",), ("b",)]
    assert chart.rows[2].at is None
    for row in chart.rows:
        assert chart.axis_left <= row.lower <= row.upper <= chart.axis_right
        assert row.at is None or row.lower <= row.at <= row.upper
    assert chart.limit.text == "limit: at most 10 of 100"
    assert chart.limit.beyond_from + chart.limit.beyond_width == pytest.approx(chart.axis_right)


def test_long_names_take_several_lines_when_drawn():
    names = ["a", "region = north coast and contract = seasonal and housing = rents", "x" * 500]
    groups = [part(name, 0.4, 100) for name in names]
    rows = place(share(0.4, 900, groups), id="c", title="t", judged=None, whole_name=None).rows
    assert [len(row.label) for row in rows] == [1, 2, 3]
    assert all(len(words) <= 46 for row in rows for words in row.label)
    assert all(before.bar < after.y < after.bar for before, after in pairwise(rows))


def test_open_range_reaches_the_edge_when_a_bound_is_unknown():
    measure = Measure(value=2.0, unit="ratio", interval=interval(1.5, None), n=50)
    row = place(measure, id="c", title="t", judged=None, whole_name="All cases").rows[0]
    assert row.open_right
    assert not row.open_left
    assert row.shown == "2.0 (1.5 or more)"


def test_only_the_first_groups_are_drawn_when_there_are_many():
    groups = [ratio_part(f"g{place}", 3 - place / 100, 90) for place in range(200)]
    chart = place(ratio(3, 2.5, 3.5, 900, groups), id="c", title="t", judged=None, whole_name=None)
    assert len(chart.rows) == ROWS_SHOWN
    assert "188 further groups" in chart.description


def test_nothing_is_drawn_when_nothing_is_known():
    assert interval_bars(Measure(value=None, unit="share", interval=None, n=0), id="c", title="t") is None


@pytest.mark.parametrize("name", NASTY)
def test_svg_is_well_formed_when_names_are_nasty(name):
    groups = [Part(name=name, value=0.5, interval=interval(0.4, 0.6), n=90)]
    svg = interval_bars(share(0.2, 1000, groups), id="c1", title=name, judged=LIMIT)
    root = ElementTree.fromstring(str(svg))
    kinds = [node.tag.rpartition("}")[2] for node in root.iter()]
    assert "script" not in kinds
    assert kinds.count("title") == 1 + 2
    assert kinds.count("desc") == 1


def test_limit_is_drawn_beside_the_bars_and_never_across_their_names():
    groups = [part(f"group {place}", 0.1, 300) for place in range(3)]
    svg = str(interval_bars(share(0.1, 900, groups), id="x", title="t", judged=LIMIT))
    names = [int(y) for y in re.findall(r'class="label"[^>]* y="(\d+)"', svg)]
    lines = [(int(a), int(b)) for a, b in re.findall(r'class="limit"[^>]* y1="(\d+)" y2="(\d+)"', svg)]
    assert len(lines) == len(names) == 4
    assert not any(top <= name <= foot for name in names for top, foot in lines)
