# SPDX-License-Identifier: Apache-2.0
"""The bracket as a bar: its parts add up, touch each other, and none that is there is lost."""

from itertools import pairwise
from xml.etree import ElementTree

import pytest
from attacked import ATTACKED, attacked_black_box, attacked_table, evasion
from hypothesis import given
from hypothesis import strategies as st
from making import NASTY

from probatum.report import html, terminal
from probatum.report.bracket import apportioned, bracket_chart, place, text_bar

FOUND = evasion((118,), (590,), wrong=28, radii=(0.03,))


def test_parts_are_counted_when_worked_out_by_hand():
    # 1,000 cases: 590 proven, 118 broken, 28 wrong, so 264 open; of 100 that is 59.0, 26.4, 11.8 and 2.8
    chart = place(FOUND.measures, id="b", title="t")
    assert chart is not None
    assert [(one.key, one.count) for one in chart.segments] == [
        ("proven", "59"),
        ("open", "26"),
        ("broken", "12"),
        ("wrong", "3"),
    ]
    assert [border.text.partition(":")[0] for border in chart.borders] == [
        "certified robust accuracy",
        "empirical robust accuracy",
        "clean accuracy, nothing changed",
    ]
    assert chart.borders[0].text.endswith(": 59 (55 to 63)")  # Clopper and Pearson: 0.5588 to 0.6207
    assert chart.description.startswith("Of 100 cases: proven safe: 59; not known: 26; shown broken: 12;")


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
def test_parts_touch_and_fill_the_bar_when_drawn(broken, proven, wrong):
    chart = place(evasion((broken,), (proven,), wrong=wrong, radii=(0.03,)).measures, id="b", title="t")
    assert chart is not None
    for one, after in pairwise(chart.segments):
        assert one.left + one.width == pytest.approx(after.left)
    assert sum(one.width for one in chart.segments) == pytest.approx(99)
    assert sum(int(one.count.replace(",", "")) for one in chart.segments) == chart.whole
    for border in chart.borders:
        assert border.lower <= border.at <= border.upper


@given(st.lists(st.floats(0, 1), min_size=1, max_size=5).filter(lambda parts: sum(parts) > 0), st.integers(5, 1000))
def test_numbers_add_up_and_lose_nothing_when_apportioned(parts, total):
    shares = [part / sum(parts) for part in parts]
    counts = apportioned(shares, total)
    assert sum(counts) == total
    assert all(count >= 1 for count, share in zip(counts, shares, strict=True) if share > 1e-6)
    lifted = len(parts)
    assert all(abs(count - share * total) < 1 + lifted for count, share in zip(counts, shares, strict=True))


def test_remainders_decide_when_apportioned_by_hand():
    assert apportioned([0.59, 0.264, 0.118, 0.028], 100) == (59, 26, 12, 3)
    assert apportioned([0.999, 0.001], 10) == (9, 1)
    assert apportioned([1.0, 0.0], 60) == (60, 0)
    assert apportioned([1.0, -1e-17], 60) == (60, 0)


def test_small_part_is_told_of_more_when_it_would_read_as_none():
    chart = place(evasion((3,), (960,), wrong=0, radii=(0.03,)).measures, id="b", title="t")
    assert chart is not None
    assert (chart.whole, [one.count for one in chart.segments]) == (1000, ["960", "37", "3", "0"])


def test_nothing_is_drawn_when_the_accuracies_are_absent():
    assert bracket_chart({}, id="b", title="t") is None
    assert text_bar({}, width=60) is None
    rest = {name: measure for name, measure in FOUND.measures.items() if name != "empirical_robust_accuracy"}
    assert bracket_chart(rest, id="b", title="t") is None


def test_lower_border_is_left_out_when_nothing_could_be_proven_at_all():
    rest = {name: measure for name, measure in FOUND.measures.items() if name != "certified_robust_accuracy"}
    chart = place(rest, id="b", title="t")
    assert chart is not None
    assert len(chart.borders) == 2
    assert chart.segments[0].count == "0"


@pytest.mark.parametrize("name", NASTY)
def test_svg_is_well_formed_when_names_are_nasty(name):
    root = ElementTree.fromstring(str(bracket_chart(FOUND.measures, id="b1", title=name)))
    kinds = [node.tag.rpartition("}")[2] for node in root.iter()]
    assert "script" not in kinds
    assert kinds.count("desc") == 1
    patterns = [node.get("id") for node in root.iter() if node.tag.endswith("pattern")]
    fills = {node.get("fill") for node in root.iter() if node.get("fill")}
    assert fills == {f"url(#{pattern})" for pattern in patterns}  # a pattern of its own for each part


def test_bar_is_as_wide_as_asked_when_written_as_text():
    bar, legend = text_bar(FOUND.measures, width=60) or ("", "")
    assert bar == "[" + "=" * 35 + "?" * 16 + "x" * 7 + "." * 2 + "]"
    assert legend == "Of 100 cases: = 59 proven safe, ? 26 not known, x 12 shown broken, . 3 wrong from the start."
    assert bar in terminal.FORMAT.render(ATTACKED["attacked-pictures"]())


def test_bracket_is_explained_where_it_first_stands():
    page = html.FORMAT.render(attacked_table())
    first = page.index("The bracket:")
    assert "certified robust accuracy is the share proven safe" in page[first : first + 400]
    assert "empirical robust accuracy is the share that no attack turned wrong" in page[first : first + 400]


def test_limit_is_said_to_need_more_search_when_it_lies_in_what_is_not_known():
    assert "More cases would not decide it" in html.FORMAT.render(attacked_black_box())
    assert "More cases would not decide it" not in html.FORMAT.render(attacked_table())
