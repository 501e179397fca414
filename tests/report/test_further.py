# SPDX-License-Identifier: Apache-2.0
"""What page one says of the six further checks, whatever became of them."""

from dataclasses import replace

import pytest
from making import edition, subject
from nine import (
    FURTHER,
    JUDGED,
    bias,
    calibration,
    leakage,
    malformed,
    model_file,
    nine_absent,
    nine_fail,
    nine_open,
    nine_pass,
    nine_regression,
    of_nine,
    overfitting,
)

from probatum.facts.finding import Finding
from probatum.report.marks import CANNOT_TELL, FAIL, PASS
from probatum.report.page_one import UNKNOWN_TRAINING, page_one
from probatum.report.reading import quiz
from probatum.report.sections import sections


def sayings(made):
    return [saying for answer in page_one(made).questions for saying in answer.sayings]


def told(made):
    return " ".join(saying.text for saying in sayings(made))


def test_number_of_mistakes_is_qualified_when_the_test_leaks():
    texts = [saying.text for saying in sayings(nine_fail())]
    warning = next(place for place, text in enumerate(texts) if text.startswith("Do not lean on this number."))
    assert warning == 2  # right after the number, and on how many cases it was tried
    assert texts[warning].endswith("So the test can make the system look better than it is.")
    assert texts[warning].count("also stand in the training data") == 1
    assert sum("also stand in the training data" in text for text in texts) == 1
    assert "It may be far more, since the test itself cannot be trusted." in texts
    assert "cannot be trusted" in quiz(nine_fail(), page_one(nine_fail()))[0].answer


def test_advice_on_leaks_comes_first_when_the_test_leaks():
    assert page_one(nine_fail()).next_steps[0].sentence.startswith("Drop copies of rows")


@pytest.mark.parametrize("make", [nine_pass, nine_open])
def test_number_of_mistakes_stands_when_no_leak_is_proven(make):
    assert "Do not lean on this number" not in told(make())
    assert "Of 100 test cases, about 5 also stand in the training data" in told(make())


def test_by_heart_is_told_as_a_difference_when_the_same_cases_were_tried():
    text = told(of_nine([overfitting(0.02, 0.19)]))
    assert "On cases it learned from, about 2 of 100 answers are wrong" in text
    assert "Had it not seen them, that is about 19 of 100" in text
    assert "So it got about 17 of 100 cases (between 16 and 18) right only since it had learned them by heart." in text


def test_by_heart_is_not_claimed_when_other_cases_were_tried():
    text = told(of_nine([overfitting(0.05, 0.1, paired=False)]))
    assert "On other cases, it is about 10 of 100" in text
    assert "So it does worse on cases it has not seen, by about 5 of 100 (between 4 and 6)." in text
    assert "by heart" not in text


def test_nobody_can_say_that_it_does_worse_when_the_range_holds_none():
    text = told(of_nine([overfitting(0.08, 0.07)]))
    assert "So nobody can say that it does worse on cases it has not seen." in text
    assert "-" not in text.replace("“", "")


def test_gap_between_people_is_told_with_its_range_when_proven():
    marked = [saying for saying in sayings(of_nine([bias(0.37, 0.21, None)])) if saying.check == "usage/bias"]
    assert [saying.mark for saying in marked] == [FAIL, None, None]
    assert marked[0].key
    assert marked[1].text == "That is a gap of about 37 of 100 (between 27 and 47)."
    assert marked[2].text.startswith("There are too few people to compare")
    assert any(line.startswith("Limit: at most 0.1") for line in marked[0].behind)


def test_who_cannot_be_compared_is_told_when_too_few_people_are_there():
    text = told(of_nine([bias(0.2, 0.0, None)]))
    assert "too few people to rule one out." in text
    assert "There are too few people to compare: region = 03." in text


def with_measures(finding, **measures):
    return replace(finding, measures=dict(finding.measures) | measures)


def test_whom_a_pass_speaks_of_is_told_beside_it():
    finding = bias(0.02, 0.0, 0.08)
    limited = replace(finding.measures["max_gap"], scope="This holds for groups of at least 600 people.")
    made = of_nine([with_measures(finding, max_gap=limited)])
    assert "This holds for groups of at least 600 people." in told(made)
    (limit,) = (one for part in sections(made) if part.check == "usage/bias" for one in part.limits)
    assert limit.outcome.endswith("This holds for groups of at least 600 people.")


def test_what_base_rates_alone_would_bring_is_told_beside_the_gap():
    finding = bias(0.25, 0.16, 0.3)
    worst = finding.measures["max_gap"].groups[0]
    alone = replace(worst, value=0.21, interval=replace(worst.interval, lower=0.18, upper=0.24))
    expected = replace(finding.measures["max_gap"], value=0.21, interval=alone.interval, groups=(alone,))
    text = told(of_nine([with_measures(finding, expected_gap=expected)]))
    assert "That is a gap of about 25 of 100" in text
    assert (
        "Had it judged every group equally well, the gap would still be about 21 of 100 (between 18 and 24), since "
        "groups differ in how often that answer is right." in text
    )
    assert "every group equally well" not in told(of_nine([finding]))


def test_mistakes_do_not_hit_all_alike_when_groups_of_people_differ():
    made = of_nine([bias(0.37, 0.21, 0.5)])
    assert quiz(made, page_one(made))[1].answer.startswith("No. Of 100 people whose right answer was")


def test_certainty_is_told_with_its_direction_when_it_is_off():
    assert "It is surer than it should be, by about 11 of 100 (between 10 and 12)." in told(
        of_nine([calibration(0.11, 0.02)])
    )
    modest = calibration(0.11, 0.02)
    turned = replace(
        modest.measures["overconfidence"],
        value=-0.11,
        interval=replace(modest.measures["overconfidence"].interval, lower=-0.12, upper=-0.1),
    )
    text = told(of_nine([replace(modest, measures={**modest.measures, "overconfidence": turned})]))
    assert "It is less sure than it could be, by about 11 of 100 (between 10 and 12)." in text


def test_broken_input_is_counted_when_it_was_tried():
    assert "Of the 17 kinds it refused 6, and it broke on 1." in told(of_nine([malformed(2, crashed=1)]))
    assert "Of the 17 kinds it refused 6, and it never broke." in told(of_nine([malformed(0)]))


def test_nothing_is_not_covered_that_was_measured():
    for answer in page_one(nine_pass()).questions:
        for words in answer.not_covered:
            assert not any(word in words for word in ("by heart", "women", "among those", "unsure", "broken", "file"))


def test_reason_is_told_once_when_several_checks_do_not_apply():
    text = told(nine_absent())
    assert text.count("Not measured: whether it only learned its own examples by heart; or whether it treats") == 1
    assert "Not measured: whether it knows when it is unsure. The model raised on every row." in text
    assert UNKNOWN_TRAINING in page_one(nine_absent()).introduction.tried_on
    assert UNKNOWN_TRAINING not in page_one(nine_pass()).introduction.tried_on


@pytest.mark.parametrize("check", sorted(JUDGED))
def test_own_sentence_stands_when_measures_are_absent(check):
    bare = Finding(sentence="So it was found", check=check, judged=JUDGED[check], seed_name=check)
    assert "So it was found." in told(edition(subject(), [bare], checks=FURTHER))


@pytest.mark.parametrize(
    "found",
    [
        calibration(0.11, 0.02),
        bias(0.37, 0.21, None),
        overfitting(0.02, 0.19),
        leakage(0.21, 0.03, 1),
        malformed(2, crashed=1),
        model_file(1),
    ],
    ids=lambda found: found.check,
)
def test_page_stands_when_any_one_measure_is_absent_or_unknown(found):
    for name, measure in found.measures.items():
        rest = {key: value for key, value in found.measures.items() if key != name}
        unknown = replace(measure, value=None, interval=None, groups=(), why="Not known.")
        for measures in (rest, {**rest, name: unknown}):
            assert page_one(of_nine([replace(found, measures=measures)])).questions


def test_verdicts_stand_beside_their_numbers_when_judged():
    assert [saying.mark for saying in sayings(nine_pass()) if saying.mark] == [PASS] * 8
    assert {saying.mark for saying in sayings(nine_open()) if saying.check == "usage/calibration"} == {
        CANNOT_TELL,
        None,
    }


def test_errors_are_told_in_those_of_the_simplest_rule_when_numbers_are_answered():
    text = told(nine_regression())
    assert (
        "where the simplest rule is off by 100 on cases it learned from, the system is off by about 65" in text.lower()
    )
    assert (
        "So it does worse on cases it has not seen, by about 1.9 (between 1.1 and 2.7), which the limit allows." in text
    )


def test_tally_leaves_out_what_did_not_apply_when_something_failed():
    page = page_one(of_nine([bias(0.37, 0.21, 0.5), *nine_absent().record.findings[5:7]]))
    assert page.overall.sentence == (
        "Do not rely on this system as it is. Of 4 checks that could be run, 1 failed, 1 expired and 2 passed."
    )
    assert "2 checks could not be run, or were left out." in page.overall.also


def test_more_kinds_of_risk_are_told_when_more_ways_were_looked_at():
    assert "Of 24 kinds of risk, 4 were tested. The other 20 were not. They may be small or large." in (
        page_one(nine_fail()).overall.also
    )


def test_a_tick_never_stands_beside_words_that_sound_bad():
    passed = {saying.text for saying in sayings(nine_pass()) if saying.mark is PASS}
    assert passed
    assert not any(text.startswith("Mistakes cluster") for text in passed)
