# SPDX-License-Identifier: Apache-2.0
"""What page one says of being fooled on purpose, whatever came of the search and the proof."""

import re
from dataclasses import replace

import pytest
from attacked import (
    ATTACKED,
    BEWARE,
    attacked_all_proven,
    attacked_always_wrong,
    attacked_black_box,
    attacked_no_change,
    attacked_none_broken,
    attacked_nothing_known,
    attacked_pictures,
    attacked_table,
    count,
    curve,
    evasion,
    of,
)
from making import edition, subject

from probatum.facts.finding import Finding, State
from probatum.report import html, terminal
from probatum.report.drawings import drawings
from probatum.report.fooled import ENDED, EVASION, ONLY, OTHERWISE, POINTS, allowed, radius_of
from probatum.report.marks import CANNOT_TELL, PASS
from probatum.report.page_one import page_one
from probatum.report.tables import group_tables


def told(made):
    """Return the sentences on being fooled, with what the limit made of them."""
    sayings = page_one(made).questions[2].sayings
    return [saying.text for saying in sayings if saying.check == EVASION]


def test_bracket_is_told_in_plain_words_when_a_table_was_attacked():
    # 859 right answers: 40 broken, 770 proven, 49 open
    assert told(attacked_table()) == [
        "Of 100 right answers, somebody who may change each cell by up to 3 of 100 "
        "of its usual range can turn at least 5 "
        "wrong. The true number is between 3 and 13.",
        "About 90 of 100 are proven safe against that (between 87 and 92).",
        "For the other 5, we found no attack and could not prove safety.",
    ]


def test_the_reason_why_nothing_was_proven_is_told_with_what_more_work_would_cost():
    reason = "the search for proofs ended at 300 parts a row; --effort deep allows 5,000"
    made = of(replace(evasion((40,), (770,), wrong=141, radii=(0.03,)), details=(f"{ENDED} {reason}.",)))
    assert told(made)[-1] == f"For the other 5, we found no attack and could not prove safety: {reason}."


def test_categories_are_told_when_they_may_be_stated_otherwise():
    found = evasion((40,), (770,), wrong=141, radii=(0.03,))
    named = replace(found, details=(*found.details, f"{OTHERWISE} workclass, occupation."))
    assert (
        "change each number by up to 3 of 100 of its usual range, and name another category in workclass, occupation, "
        in " ".join(told(of(named)))
    )


@pytest.mark.parametrize(
    ("few", "categories", "says"),
    [
        ("balance", "", "may change balance by up to 3 of 100 of its usual range can turn"),
        ("a, b", "", "may change each of the numbers a, b by up to 3 of 100 of its usual range can turn"),
        ("a, b, c, d, e", "", "may change each of the numbers a, b, c and 2 more by up to"),
        ("none", "job", "may name another category in job can turn"),
        (
            "balance",
            "job",
            "may change balance by up to 3 of 100 of its usual range, and name another category in job, can",
        ),
    ],
)
def test_only_what_an_attacker_may_change_is_told(few, categories, says):
    found = evasion((40,), (770,), wrong=141, radii=(0.03,))
    further = (f"{ONLY} {few}.", *((f"{OTHERWISE} {categories}.",) if categories else ()))
    assert says in " ".join(told(of(replace(found, details=(*found.details, *further)))))


def test_points_of_a_picture_are_told_when_pictures_were_attacked():
    first, *_, last = told(attacked_pictures())
    assert "may change each point of a picture by up to 3 of 100 of its range can turn at least 12 wrong" in first
    assert last == "There are signs that it is easier to fool than these numbers say."


def test_points_of_a_picture_are_told_when_no_picture_is_shown():
    found = evasion((40,), (770,), wrong=141, radii=(0.03,))
    named = replace(found, details=(f"Each number may change by up to 3 of 100 parts of {POINTS}.",))
    assert "change each point of a picture by up to 3 of 100 of its range" in " ".join(told(of(named)))


def test_nothing_is_claimed_safe_when_the_model_is_a_black_box():
    assert told(attacked_black_box())[1:] == [
        "None is proven safe against that. The model is a function: nobody can look inside.",
        "For the other 95, we found no attack and could not prove safety.",
    ]


def test_all_are_told_safe_when_all_are_proven():
    assert told(attacked_all_proven()) == [
        "Somebody may change each cell by up to 3 of 100 "
        "of its usual range. Of 1,000 right answers, no such change was "
        "found that turns one wrong. The true number is between 0 and 4.",
        "All of them are proven safe against that.",
    ]


def test_no_safety_is_claimed_when_none_was_broken():
    first, *rest = told(attacked_none_broken())
    assert first.endswith("no such change was found that turns one wrong. The true number is between 0 and 92.")
    assert rest == [
        "About 10 of 100 are proven safe against that (between 8 and 13).",
        "For the other 90, we found no attack and could not prove safety.",
    ]


def test_nobody_knows_when_nothing_was_broken_and_nothing_proven():
    assert told(attacked_nothing_known())[1:] == [
        "None is proven safe against that.",
        "So nobody knows how easily it is fooled.",
    ]


def test_nothing_is_said_to_be_tested_when_no_change_was_allowed():
    (only,) = told(attacked_no_change())
    assert only == "No change of any size was allowed, so this does not say how easily it is fooled."


def test_own_sentence_stands_when_no_answer_is_right():
    assert told(attacked_always_wrong()) == ["No answer is right."]


def test_verdict_stands_beside_what_was_shown():
    marks = {
        make: next(one.mark for one in page_one(make()).questions[2].sayings if one.check == EVASION)
        for make in (attacked_table, attacked_black_box)
    }
    assert marks == {attacked_table: PASS, attacked_black_box: CANNOT_TELL}


def test_it_is_named_as_not_covered_when_the_check_is_absent():
    absent = page_one(edition(subject(), [])).questions[2]
    assert "how easily it is fooled on purpose" in absent.not_covered
    assert "how easily it is fooled on purpose" not in page_one(attacked_table()).questions[2].not_covered


def test_reason_stands_when_the_check_could_not_run():
    idle = Finding(sentence="Not asked.", state=State.NOT_APPLICABLE, why="It answers numbers", check=EVASION)
    texts = [saying.text for saying in page_one(of(idle)).questions[2].sayings]
    assert "Not measured: how easily it is fooled on purpose. It answers numbers." in texts


def test_warnings_are_in_sight_when_the_numbers_may_be_too_good():
    page, screen = html.FORMAT.render(attacked_pictures()), terminal.FORMAT.render(attacked_pictures())
    box = page[page.index('<div class="beware">') :]
    assert BEWARE in box[: box.index("</div>")]
    assert BEWARE in re.sub(r"\s+", " ", screen)


def test_every_remark_is_in_sight_when_there_are_many():
    found = replace(evasion((40,), (770,), wrong=141, radii=(0.03,)), details=tuple(f"Remark {n}." for n in range(9)))
    assert "further remark" not in html.FORMAT.render(of(found))


@pytest.mark.parametrize("name", sorted(evasion((40,), (770,), wrong=141, radii=(0.03,)).measures))
def test_page_stands_when_a_measure_is_absent_or_unknown(name):
    found = evasion((40,), (770,), wrong=141, radii=(0.03,))
    rest = {key: value for key, value in found.measures.items() if key != name}
    unknown = replace(found.measures[name], value=None, interval=None, groups=(), why="Not known.")
    for measures in (rest, {**rest, name: unknown}):
        made = of(replace(found, measures=measures))
        assert html.FORMAT.render(made)
        assert terminal.FORMAT.render(made)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"radius": 0.03, "norm": "linf"}, "change each cell by up to 3 of 100 of its usual range"),
        ({"radius": 8 / 255, "norm": "linf"}, "change each cell by up to 3.1 of 100 of its usual range"),
        ({"radius": 0.001}, "change each cell by up to 1 of 1,000 of its usual range"),
        ({"radius": 2}, "change each cell by up to 2 times its usual range"),
        ({"radius": 0.5, "norm": "l2"}, "make a change of size 0.5"),
        ({}, None),
    ],
)
def test_what_is_allowed_is_told_when_the_options_say_it(options, words):
    assert allowed(options) == words


@pytest.mark.parametrize("radius", [None, True, "3", float("nan"), -1, float("inf"), [1]])
def test_radius_is_unknown_when_the_option_is_no_size(radius):
    assert radius_of({"radius": radius}) is None


def test_drawings_are_bracket_curve_and_limit_in_that_order():
    made = attacked_table()
    finding, verdict = made.record.findings[1], made.judgement.verdicts[1]
    judged = {one.measure: one for one in verdict.measures}
    titles = [one.title for one in drawings(finding.measures, judged, "a", finding.options)]
    assert [title.split(",")[0] for title in titles] == [
        "The bracket: what is proven safe",
        "How many answers hold",
        "Right answers that an allowed change turns wrong",
    ]
    assert len(drawings(finding.measures, {}, "a", finding.options)) == 2


def test_all_editions_name_the_check_in_the_terminal():
    for make in ATTACKED.values():
        assert "Fooled on purpose" in terminal.FORMAT.render(make())


def test_smoothed_version_is_labelled_and_never_told_as_the_model_itself():
    found = evasion((9, 14, 40), (0, 0, 0), wrong=141, radii=(0.01, 0.02, 0.03))
    parts = [
        replace(part, name=f"{part.name} (L2)") for part in curve((90, 80, 70), (0.01, 0.02, 0.03), 100, 80).groups
    ]
    smoothed = count(80, 100, parts)
    with_it = replace(found, measures={**found.measures, "smoothed_proven_share": smoothed})
    page, plain = html.FORMAT.render(of(with_it)), html.FORMAT.render(of(found))
    assert "Answers of a smoothed version, not of this model, that are right and proven safe" in page
    assert "A smoothed version, not this model: how many answers are proven safe" in page
    assert "smoothed" not in plain
    assert told(of(with_it)) == told(of(found))
    judged = {one.measure: one for one in of(found).judgement.verdicts[1].measures}
    pairs = [drawings(one.measures, judged, "a", found.options) for one in (with_it, found)]
    assert [one.svg for one in pairs[0]] == [one.svg for one in pairs[1]]
    tables = [table for table in group_tables(with_it.measures, ()) if "smoothed_proven_share" in table.names]
    assert [table.names for table in tables] == [frozenset({"smoothed_proven_share"})]
