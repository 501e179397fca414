# SPDX-License-Identifier: Apache-2.0
"""Page one can be read by somebody of fourteen."""

import pytest
from editions import EDITIONS
from readability import prose, reading_age

from probatum.report.marks import ALL_MARKS
from probatum.report.page_one import page_one
from probatum.report.reading import GLOSSARY, quiz

HONEST = sorted(set(EDITIONS) - {"nasty", "nine-nasty"})


def test_reading_age_follows_the_formula_when_counted_by_hand():
    # 9 words of 35 letters in 2 sentences: 4.71 * 35 / 9 + 0.5 * 9 / 2 - 21.43 = -0.86
    text = ["The quick brown fox jumps over the dog.", "Stop!"]
    assert reading_age(text) == pytest.approx(4.71 * 35 / 9 + 0.5 * 9 / 2 - 21.43 + 5)


def test_reading_age_rises_when_words_and_sentences_grow():
    hard = ["Heteroscedastic misclassification disproportionately characterises underrepresented subpopulations."]
    assert reading_age(hard) > 30 > 14 > reading_age(["The cat sat on the mat."])


@pytest.mark.parametrize("name", HONEST)
def test_page_one_is_readable_at_fourteen_when_made_from(name):
    assert reading_age(prose(page_one(EDITIONS[name]()))) <= 14


@pytest.mark.parametrize("name", HONEST)
def test_each_question_is_readable_at_fourteen_when_made_from(name):
    for answer in page_one(EDITIONS[name]()).questions:
        assert reading_age([saying.text for saying in answer.sayings]) <= 14


def test_help_is_readable_at_fourteen_when_taken_alone():
    edition = EDITIONS["binary-fail"]()
    items = quiz(edition, page_one(edition))
    assert len(items) == 5
    assert reading_age([text for item in items for text in (item.question, item.answer)]) <= 14
    assert reading_age([entry.means for entry in GLOSSARY]) <= 14
    assert reading_age([mark.means for mark in ALL_MARKS]) <= 14
