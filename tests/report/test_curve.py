# SPDX-License-Identifier: Apache-2.0
"""The curve over sizes: stairs that never claim more than what is known between two sizes."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from attacked import BROKEN, PROVEN, RADII, evasion
from hypothesis import given
from hypothesis import strategies as st
from making import NASTY

from probatum.facts.finding import Part
from probatum.report.curve import curve_chart, place


def parts_of(finding):
    measures = finding.measures
    return measures["empirical_robust_accuracy"], measures["certified_robust_accuracy"], measures["clean_accuracy"]


def test_stairs_lie_where_they_should_when_worked_out_by_hand():
    # 100 cases, 90 right; at 0.5: 80 not broken and 60 proven; at 1: 40 not broken and 10 proven
    found = evasion((10, 50), (60, 10), wrong=10, n=100, radii=(0.5, 1.0), radius=0.5)
    chart = place(*parts_of(found), 0.5, id="c", title="t")
    height = chart.bottom - chart.top

    def share(y):
        return round((chart.bottom - y) / height, 3)

    # Until 0.5 all 90 may hold, since the 10 may break only there; 60 of them are proven to.
    assert [share(stair.y) for stair in chart.empirical] == [0.9, 0.8]
    assert [share(stair.y) for stair in chart.certified] == [0.6, 0.1]
    assert [(share(gap.y), share(gap.y + gap.height)) for gap in chart.gaps] == [(0.9, 0.6), (0.8, 0.1)]
    assert [share(stair.drop_to) for stair in chart.empirical] == [0.8, 0.4]
    assert [share(stair.drop_to) for stair in chart.certified] == [0.9, 0.6]
    assert [tick.text for tick in chart.sizes] == ["0.00", "0.25", "0.50", "0.75", "1.00"]
    assert chart.planned.text == "asked about: 0.5"
    assert chart.planned.at == pytest.approx((chart.left + chart.right) / 2)
    assert chart.dots[0].full == "Nothing changed: 90 (82 to 96) of 100 right"
    assert chart.dots[1].full == "Change of 0.5: 80 (70 to 88) of 100 not broken, 60 (49 to 70) proven safe"


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=8))
def test_known_and_unknown_fill_the_frame_when_drawn(steps):
    radii, broken, safe = [], [], []
    for step, more, fewer in steps:
        radii.append(round((radii[-1] if radii else 0) + step / 100, 2))
        broken.append(min(450, (broken[-1] if broken else 0) + more))
        safe.append(max(0, (safe[-1] if safe else 450) - fewer))
    chart = place(
        *parts_of(evasion(broken, safe, wrong=100, radii=radii, radius=radii[0])), radii[0], id="c", title="t"
    )
    for stairs in (chart.empirical, chart.certified):
        assert stairs[0].x == chart.left
        for stair in stairs:
            assert chart.left <= stair.x <= stair.x + stair.width <= chart.right + 0.02
            assert chart.top <= stair.band_top <= stair.y <= stair.band_top + stair.band_height <= chart.bottom + 0.1
    for upper, lower in zip(chart.empirical, chart.certified, strict=True):
        assert upper.y <= lower.y  # what is proven is never above what was not broken
    for gap in chart.gaps:
        assert gap.height > 0


def test_plans_own_size_is_drawn_when_it_is_no_group():
    empirical, certified, clean = parts_of(evasion(BROKEN, PROVEN, wrong=28))
    chart = place(replace(empirical, groups=empirical.groups[:2]), certified, clean, 0.03, id="c", title="t")
    assert len(chart.dots) == 1 + 3
    assert len(place(empirical, certified, clean, 0.03, id="c", title="t").dots) == 1 + len(RADII)


def test_groups_stand_in_order_when_a_record_has_them_by_name():
    empirical, certified, clean = parts_of(evasion(BROKEN, PROVEN, wrong=28))
    mixed = replace(empirical, groups=tuple(sorted(empirical.groups, key=lambda part: part.name, reverse=True)))
    assert place(mixed, certified, clean, 0.03, id="c", title="t") == place(
        empirical, certified, clean, 0.03, id="c", title="t"
    )


def test_nothing_is_proven_and_all_below_is_open_when_there_is_no_certificate():
    empirical, _, clean = parts_of(evasion(BROKEN, PROVEN, wrong=28))
    chart = place(empirical, None, clean, 0.03, id="c", title="t")
    assert chart.certified == ()
    assert all(dot.certified is None for dot in chart.dots)
    assert all(gap.y + gap.height == pytest.approx(chart.bottom) for gap in chart.gaps)


def test_nothing_is_drawn_when_only_no_change_was_allowed():
    assert curve_chart(*parts_of(evasion((), (), wrong=40, radius=0.0, radii=())), 0.0, id="c", title="t") is None


@pytest.mark.parametrize("name", [*NASTY, "nan", "inf", "-1", "0", ""])
def test_groups_that_are_no_sizes_are_left_out_when_drawn(name):
    empirical, certified, clean = parts_of(evasion(BROKEN, PROVEN, wrong=28))
    strange = replace(empirical, groups=(*empirical.groups, Part(name=name, value=0.5, interval=None, n=9)))
    assert place(strange, certified, clean, 0.03, id="c", title="t") == place(
        empirical, certified, clean, 0.03, id="c", title="t"
    )


def test_svg_is_well_formed_when_drawn():
    svg = str(curve_chart(*parts_of(evasion(BROKEN, PROVEN, wrong=28)), 0.03, id="c", title="<b>"))
    root = ElementTree.fromstring(svg)
    kinds = [node.tag.rpartition("}")[2] for node in root.iter()]
    assert kinds.count("title") == 1 + kinds.count("g") == 1 + 1 + len(RADII)
    assert "asked about: 0.03" in svg
    assert "<b>" not in svg
