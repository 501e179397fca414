# SPDX-License-Identifier: Apache-2.0
"""The reliability chart, and what was seen on the machine."""

from dataclasses import replace

from editions import binary_fail

from probatum.facts.finding import Advice, Finding, Measure, Part, State
from probatum.facts.interval import Interval
from probatum.report import html, terminal
from probatum.report.reliability import place, reliability_chart

BETWEEN = Interval(lower=0.85, upper=0.95, confidence=0.95, method="Clopper-Pearson 1934")


def measure(*parts):
    return Measure(value=0.5, unit="share", interval=None, n=100, groups=tuple(parts))


SAID = measure(
    Part(name="said 0 to 10 of 100", value=0.05, interval=None, n=50),
    Part(name="said 90 to 100 of 100", value=0.95, interval=None, n=50),
    Part(name="said by nobody", value=0.5, interval=None, n=0),
)
CAME_TRUE = measure(
    Part(name="said 0 to 10 of 100", value=None, interval=replace(BETWEEN, lower=0.0, upper=0.2), n=50),
    Part(name="said 90 to 100 of 100", value=0.9, interval=BETWEEN, n=50),
)


def test_marks_lie_where_they_should_when_two_groups_are_drawn():
    chart = place(SAID, CAME_TRUE, id="c", title="t")
    assert chart is not None
    hidden, shown = chart.marks
    assert hidden.y is None
    assert hidden.bottom == chart.bottom
    assert hidden.x < shown.x < chart.right
    assert chart.top < shown.top < shown.y < shown.bottom < chart.bottom
    assert "came true in about 90 of 100" in chart.description


def test_nothing_is_drawn_when_no_group_has_both():
    assert reliability_chart(measure(), CAME_TRUE, id="c", title="t") is None


def test_names_are_text_and_no_markup_when_drawn():
    nasty = Part(name="<script>alert(1)</script>", value=0.5, interval=None, n=9)
    drawn = str(reliability_chart(measure(nasty), measure(nasty), id="c", title="<b>"))
    assert "<script>" not in drawn
    assert "<b>" not in drawn


def test_what_was_seen_stands_apart_when_there_is_any():
    seen = Finding(
        check="environment/model-file",
        sentence="Others can change the file <b>.",
        details=("Its folder may be written by everybody.",),
        advice=(Advice(sentence="Take the right away.", command="chmod go-w FILE"),),
    )
    absent = replace(seen, state=State.NOT_APPLICABLE, sentence="No file.")
    edition = replace(binary_fail(), observed=(seen, absent))
    page, screen = html.FORMAT.render(edition), terminal.FORMAT.render(edition)
    assert "Seen on this machine" in page
    assert "Seen on this machine" in screen
    assert "&lt;b&gt;" in page
    assert "chmod go-w FILE" in page
    assert "No file." not in page
    assert "Seen on this machine" not in html.FORMAT.render(binary_fail())
