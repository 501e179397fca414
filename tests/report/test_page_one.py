# SPDX-License-Identifier: Apache-2.0
"""What page one says, and what it must not keep silent about."""

from dataclasses import replace

import pytest
from editions import EDITIONS, binary_fail, clean, multiclass, nothing_applies, regression
from making import CARDS, declarations, edition, subject

from probatum.facts.finding import Finding, State
from probatum.facts.plan import Omission
from probatum.facts.record import FindingVerdict, Verdict
from probatum.facts.threats import Property, Vector
from probatum.report.marks import DECLARED, ERROR, FAIL, LEFT_OUT, NOT_APPLICABLE, NOT_COVERED, PASS, gravest
from probatum.report.matrix import LOSSES, risk_matrix
from probatum.report.page_one import page_one


def told(page):
    return " ".join(saying.text for answer in page.questions for saying in answer.sayings)


def with_verdicts(made, *verdicts):
    """Replace the verdicts in the order of the findings."""
    judged = tuple(
        FindingVerdict(check=finding.check, part=finding.part, verdict=verdict)
        for finding, verdict in zip(made.record.findings, verdicts, strict=True)
    )
    return replace(made, judgement=replace(made.judgement, verdicts=judged))


def cell(made, harms=Property.INTEGRITY):
    row = next(row for row in risk_matrix(made) if row.vector is Vector.USAGE)
    return next(cell for cell in row.cells if cell.harms is harms)


def test_mistakes_are_told_with_group_and_kinds_when_a_slice_fails():
    page = page_one(binary_fail())
    text = told(page)
    assert "About 9 of 100 answers are wrong (between 7 and 10)." in text
    assert "it said “no” where “yes” was right." in text
    assert "The worst group found is “region = north and age 25 to 37”." in text
    assert "7.9 times the average" in text
    assert "33,366 groups of cases were tried on one half of the cases." in text
    assert "Of 10,000 answers that nobody checks, about 860 would be wrong" in text
    assert page.overall.mark is FAIL
    assert "Failed: “Where mistakes cluster”." in page.overall.also
    assert page.introduction.simulated
    assert "assumed" in page.introduction.stakes
    assert page.next_steps[0].sentence == "Look at how the training data of the worst group came about."
    assert page.holds_until == "2026-10-12"  # the shorter of 180 and 90 days


def test_nothing_is_hidden_when_everything_passes():
    page = page_one(clean())
    assert page.overall.mark is PASS
    assert page.overall.also[-1].startswith("Of 24 kinds of risk, 1 was tested. The other 23 were not.")
    assert "no group of cases was found where mistakes clearly cluster" in told(page)
    assert page.declarations == "Of 4 questions that only people can answer, none stand open."
    assert len(page.no_check) == 7
    assert len(page.next_steps) == 3
    assert all(answer.not_covered for answer in page.questions)


def test_purpose_reads_not_stated_when_nobody_stated_it():
    introduction = page_one(multiclass()).introduction
    assert (introduction.purpose, introduction.affected) == ("Not stated.", "Not stated.")


def test_the_second_choice_is_told_when_there_are_many_classes():
    assert "the second choice was right in about 71 of 100" in told(page_one(multiclass()))


def test_mistakes_have_a_size_when_the_answer_is_a_number():
    text = told(page_one(regression()))
    assert "off by about 44.1 (between 38.9 and 49.4), in the unit of “progression”." in text
    assert "Where the simplest rule is off by 100, the system is off by about 66 (between 57 and 77)." in text
    assert "Where mistakes cluster was not measured. It takes 400 test cases" in text


def test_skill_is_told_by_what_is_left_of_100_and_carries_the_verdict():
    mistakes, alternatives, _ = page_one(binary_fail()).questions
    words = "For every 100 mistakes of the simplest rule, the system makes about 36 (between 33 and 39)."
    saying = alternatives.sayings[0]
    assert saying.text == f"{words} So it is better than always giving the same answer."
    assert saying.mark is PASS
    assert mistakes.sayings[0].mark is None
    assert "Nobody stated how many wrong answers can be borne, so this number is not judged." in told(
        page_one(binary_fail())
    )


def test_chances_are_compared_with_those_of_a_rule_when_there_are_any():
    made = binary_fail()
    first = made.record.findings[0]
    measures = {**first.measures, "trivial_brier_score": first.measures["trivial_error_rate"]}
    findings = (replace(first, measures=measures), *made.record.findings[1:])
    text = told(page_one(replace(made, record=replace(made.record, findings=findings))))
    assert "Where the chances of the simplest rule are off by 100, those of the system are off by about 36" in text
    assert "says of every case how common each answer is" in text


@pytest.mark.parametrize("ends", [(-0.1, 0.2), (-0.3, -0.1), (0.0, 0.0)])
def test_no_gain_is_claimed_when_the_range_does_not_show_it(ends):
    made = binary_fail()
    first = made.record.findings[0]
    skill = first.measures["skill"]
    around = replace(skill.interval, lower=ends[0], upper=ends[1])
    measures = {**first.measures, "skill": replace(skill, value=sum(ends) / 2, interval=around)}
    findings = (replace(first, measures=measures), *made.record.findings[1:])
    text = told(page_one(replace(made, record=replace(made.record, findings=findings))))
    assert "So it is better" not in text
    assert ("So it is worse than" in text) is (ends[1] < 0)


def test_who_stated_the_bearable_error_is_told():
    made = edition(subject(bearable_error=0.05, bearable_error_by="head of lending"), binary_fail().record.findings)
    text = told(page_one(made))
    assert "“head of lending” states that at most 5 of 100 answers may be wrong." in text
    assert page_one(made).questions[0].sayings[0].mark is FAIL
    unnamed = edition(replace(regression().record.plan.subject, bearable_error=60.0), regression().record.findings)
    assert "The description of the system states that an answer may be off by at most 60 on average." in told(
        page_one(unnamed)
    )
    assert page_one(unnamed).questions[0].sayings[0].mark is PASS


def test_limits_are_called_starting_points_and_how_to_state_ones_own_is_said():
    page = page_one(binary_fail())
    assert "They are starting points." in page.limits
    assert page.new_policy == "probatum policy new --stakes medium"


def test_reasons_stand_on_the_page_when_nothing_applies():
    page = page_one(nothing_applies())
    assert page.overall.mark is NOT_APPLICABLE
    assert page.holds_until is None
    assert "was not measured. The test data hold no right answers." in told(page)
    untested = {name for item in page.not_tested for name in item.what.split("; ")}
    assert untested >= {"Mistakes", "Where mistakes cluster", "What only people can say"}
    assert any(item.why.startswith("Left out by choice.") for item in page.not_tested)


def test_page_one_stands_when_nothing_was_run_at_all():
    page = page_one(edition(subject(), [], checks=()))
    assert page.overall.mark is NOT_APPLICABLE
    assert len(page.no_check) == 8
    assert told(page) == (
        "How many mistakes it makes is not covered. Where mistakes cluster is not covered. "
        "How a simple rule would do is not covered. What it costs to trust it blind is not covered."
    )


@pytest.mark.parametrize("name", ["error_rate", "error_ratio", "trivial_error_rate", "mistake_kinds", "close_calls"])
def test_page_one_stands_when_a_measure_is_absent(name):
    made = binary_fail()
    first = made.record.findings[0]
    left = {key: measure for key, measure in first.measures.items() if key != name}
    findings = (replace(first, measures=left), *made.record.findings[1:])
    assert page_one(replace(made, record=replace(made.record, findings=findings))).questions


def test_a_later_checks_sentence_answers_its_question_when_it_was_run():
    found = Finding(sentence="It treats groups alike", check="usage/bias", seed_name="usage/bias")
    page = page_one(edition(subject(), [found]))
    assert "It treats groups alike." in told(page)
    assert not any("treated worse" in words for answer in page.questions for words in answer.not_covered)


def test_steps_come_gravest_first_when_several_findings_advise():
    made = binary_fail()
    order = with_verdicts(made, Verdict.INCONCLUSIVE, Verdict.UNANSWERED, Verdict.FAIL)
    steps = [step.sentence for step in page_one(order).next_steps]
    assert steps[0].startswith("Answer the open questions")
    assert steps[1:] == [advice.sentence for advice in made.record.findings[0].advice]


ORDER = (
    Verdict.FAIL,
    Verdict.ERROR,
    Verdict.INCONCLUSIVE,
    Verdict.EXPIRED,
    Verdict.UNANSWERED,
    Verdict.DECLARED,
    Verdict.PASS,
    Verdict.NOT_APPLICABLE,
)


@pytest.mark.parametrize(("graver", "milder"), [(a, b) for i, a in enumerate(ORDER) for b in ORDER[i:]])
def test_a_cell_shows_the_graver_verdict_when_checks_differ(graver, milder):
    made = with_verdicts(binary_fail(), milder, graver, milder)
    assert cell(made).mark.key == graver.value
    assert cell(made).checks[0].mark.key == graver.value


def test_a_cell_is_not_covered_when_no_check_is_there():
    assert cell(binary_fail(), Property.AVAILABILITY).mark is NOT_COVERED
    assert gravest([]) is NOT_COVERED
    assert len(risk_matrix(binary_fail())) * len(LOSSES) == 24


def test_a_cell_is_left_out_when_every_check_was_skipped():
    omitted = [Omission(check=card.id, why="left out by --skip", chosen=True) for card in CARDS]
    assert cell(edition(subject(), [], omitted)).mark is LEFT_OUT


def test_silence_of_the_judge_is_never_a_pass_when_a_finding_has_no_verdict():
    made = binary_fail()
    silent = replace(made, judgement=replace(made.judgement, verdicts=()))
    assert page_one(silent).overall.mark.key == "inconclusive"


def test_an_error_is_never_cleared_when_all_else_passes():
    broken = Finding(
        sentence="It stopped.", state=State.ERROR, why="the model raised on every row", check="usage/error-rate"
    )
    page = page_one(edition(subject(), [broken, declarations()]))
    assert page.overall.mark is ERROR
    assert "was not measured. The model raised on every row." in told(page)


def test_a_word_alone_is_no_pass_when_nothing_was_measured():
    made = with_verdicts(edition(subject(), [declarations()]), Verdict.DECLARED)
    assert page_one(made).overall.mark is DECLARED


def test_pages_are_equal_when_made_twice():
    for make in EDITIONS.values():
        assert page_one(make()) == page_one(make())


def test_idle_checks_are_told_beside_the_verdict_when_others_ran():
    assert "1 check could not be run, or was left out." in page_one(regression()).overall.also


def test_hidden_share_is_told_by_its_range_when_its_count_is_small():
    made = binary_fail()
    hidden = replace(made.record.findings[0].measures["close_calls"], value=None, per_100=None)
    finding = replace(made.record.findings[0], measures={**made.record.findings[0].measures, "close_calls": hidden})
    text = told(page_one(replace(made, record=replace(made.record, findings=(finding, *made.record.findings[1:])))))
    assert "answers the second choice came close" in text
