# SPDX-License-Identifier: Apache-2.0
"""The Automated Readability Index: how old a reader must be to follow a text.

Senter and Smith 1967, AMRL-TR-66-220: grade = 4.71 characters / words + 0.5 words / sentences - 21.43, where
characters are letters and digits. The reading age is the school grade and 5 years.
"""

import re
from dataclasses import asdict, is_dataclass

from probatum.report.page_one import PageOne


def reading_age(sentences: list[str]) -> float:
    """Return the reading age of a text in years; each item ends at least one sentence."""
    words = [word for sentence in sentences for word in sentence.split() if re.search(r"\w", word)]
    characters = sum(letter.isalnum() for word in words for letter in word)
    ends = sum(max(1, len(re.findall(r"[.!?](?:\s|$)", sentence))) for sentence in sentences)
    return 4.71 * characters / len(words) + 0.5 * len(words) / ends - 21.43 + 5


def prose(page: PageOne) -> list[str]:
    """Return every sentence that stands on page one in our words, bare of commands, digests and labels."""
    said = [page.overall.sentence, *page.overall.also, page.ranges]
    for answer in page.questions:
        said += [answer.question, *(saying.text for saying in answer.sayings)]
        said += [f"Not covered: {words}." for words in answer.not_covered]
    said += [step.sentence for step in page.next_steps]
    said += [f"{untested.what}. {untested.why}" for untested in page.not_tested]
    said += [*page.no_check, page.declarations, page.holds, page.limits, page.repeat]
    said += [f"{question.topic}: {question.because}" for question in page.open_questions]
    introduction = page.introduction
    assert is_dataclass(introduction)
    said += [text for text in asdict(introduction).values() if isinstance(text, str)]
    return [*said, *introduction.notes]
