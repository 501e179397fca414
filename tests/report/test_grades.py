# SPDX-License-Identifier: Apache-2.0
"""Is each number of the table of damage in its cell, and the darkest cell the worst?"""

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nine import of_nine

from probatum.engines.corruption.loss import Losses, measures
from probatum.facts.finding import Finding, Measure
from probatum.report.further import CORRUPTION
from probatum.report.grades import AT, grades_chart, place
from probatum.report.page_one import page_one
from probatum.report.sections import sections


def taken(kinds=("missing cells", "noise"), seed=0, refused=0.0):
    rng = np.random.default_rng(seed)
    lost = rng.random((200, len(kinds), 5)) < np.linspace(0, 0.6, 5)
    silent = (rng.random(lost.shape) < refused) & ~lost
    return measures(Losses(kinds=kinds, lost=lost, refused=silent), confidence=0.95)


def chart(given_measures):
    return place(given_measures, id="g", title="Damage")


def test_numbers_stand_in_their_cells_when_drawn():
    made = taken()
    drawn = chart(made)
    first = made["lost_share"].groups[0].name
    shares = [next(part.value for part in made[name].groups if part.name == first) for name in AT]
    assert [cell.text for cell in drawn.rows[0].cells] == [f"{100 * share:.0f}" for share in shares]
    assert drawn.rows[0].label == (first,)
    shades = [cell.opacity for cell in drawn.rows[0].cells]
    assert shades == sorted(shades)


def test_a_rare_loss_never_reads_as_none():
    lost = np.zeros((400, 1, 5), dtype=bool)
    lost[0] = True
    rare = measures(Losses(kinds=("a",), lost=lost, refused=np.zeros_like(lost)), confidence=0.95)
    assert chart(rare).rows[0].cells[0].text == "<1"


def test_silence_is_told_beside_the_name_when_answers_were_refused():
    words = " ".join(chart(taken(refused=0.5)).rows[0].label)
    assert "of 100 get no answer at 3" in words


@given(names=st.lists(st.text(min_size=1, max_size=90), min_size=1, max_size=13, unique=True))
def test_svg_is_well_formed_when_names_are_strange(names):
    svg = grades_chart(taken(tuple(names)), id="g", title="<Damage>")
    root = ElementTree.fromstring(str(svg))  # our own text
    assert root.get("role") == "img"
    assert len(root.findall(".//{*}rect[@class='shade']")) == 5 * len(names)


@given(seed=st.integers(0, 50), kinds=st.integers(1, 13))
def test_cells_lie_side_by_side_inside_the_picture_when_any_numbers_come(seed, kinds):
    drawn = chart(taken(tuple(f"kind {place}" for place in range(kinds)), seed))
    for row in drawn.rows:
        assert row.y < row.top + drawn.cell <= drawn.height
        for left, right in zip(row.cells, row.cells[1:], strict=False):
            assert left.left + drawn.width <= right.left + 0.02
        assert row.cells[-1].left + drawn.width <= 100
    assert all(above.top + drawn.cell < below.top for above, below in zip(drawn.rows, drawn.rows[1:], strict=False))


@pytest.mark.parametrize("gone", ["lost_at_2", "lost_share"])
def test_nothing_is_drawn_when_a_number_is_absent(gone):
    known: dict[str, Measure] = taken()
    assert grades_chart({name: one for name, one in known.items() if name != gone}, id="g", title="t") is None
    assert grades_chart(known | {"lost_share": replace(known["lost_share"], groups=())}, id="g", title="t") is None


def damage(refused=0.0, kinds=("missing cells", "noise")):
    words = "Of 100 right answers, moderate damage turns 30 wrong, on average over 2 kinds"
    return Finding(sentence=words, check=CORRUPTION, measures=taken(kinds, refused=refused), seed_name=CORRUPTION)


def told(made):
    return " ".join(saying.text for answer in page_one(made).questions for saying in answer.sayings)


def test_page_one_says_what_damage_does_and_how_often_it_is_refused():
    text = told(of_nine([damage(refused=0.5)]))
    worst = taken(refused=0.5)["lost_share"].groups[0]
    assert "Moderate damage of the input turns about 30 of 100 right answers (between 25 and 36) wrong, on" in text
    assert f"The worst kind, “{worst.name}”, turns about {100 * worst.value:.0f} of 100 (between " in text
    assert "damage brings no answer at all. That is not counted as wrong." in text
    assert "turn into none" not in told(of_nine([damage()]))


def test_page_one_repeats_the_finding_when_there_is_one_kind():
    text = told(of_nine([damage(kinds=("missing cells",))]))
    assert "Of 100 right answers, moderate damage turns 30 wrong, on average over 2 kinds." in text
    assert "The worst kind" not in text


def test_table_and_bars_are_drawn_when_damage_was_tried():
    made = of_nine([damage()])
    (section,) = (one for one in sections(made) if one.check == CORRUPTION)
    assert [drawing.title for drawing in section.drawings] == [
        "Right answers lost, by kind and severity of damage, of 100",
        "Right answers that moderate damage turns wrong, of all right answers",
    ]
    assert not section.groups  # the numbers with their ranges unfold
    assert section.further[0].grouped_by == "Kind of damage"
    assert [row.name for row in section.further[0].rows] == [
        part.name for part in damage().measures["lost_share"].groups
    ]
