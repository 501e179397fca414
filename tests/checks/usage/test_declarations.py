# SPDX-License-Identifier: Apache-2.0
"""What can only people say?"""

import pytest

from probatum.checks.usage.declarations import DEMANDED, Options, run
from probatum.facts.declaration import TOPICS
from probatum.facts.finding import State, Topic
from probatum.facts.plan import Terms
from probatum.facts.policy import Stakes
from probatum.runs.policies import shipped
from probatum.seeds import stream
from probatum.systems.views import Statements


def test_topics_are_listed_as_said_when_declared():
    topics = (Topic(topic="harms", text="Refused wrongly.", by="risk office", expires="2027-01-01"),)
    finding = run(None, Statements(topics=topics), Options(), Terms(confidence=0.95), stream(0, "t"))
    assert finding.state is State.DECLARED
    assert finding.topics == topics
    assert "1 question " in finding.sentence


def test_every_topic_has_a_question_when_it_is_demanded():
    assert set(DEMANDED) == set(TOPICS)


@pytest.mark.parametrize(("stakes", "count"), [("low", 2), ("medium", 5), ("high", 10), ("critical", 11)])
def test_more_is_demanded_when_more_is_at_stake(stakes, count):
    assert len(shipped(Stakes(stakes)).demands) == count
