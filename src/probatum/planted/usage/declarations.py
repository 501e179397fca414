# SPDX-License-Identifier: Apache-2.0
"""A system on which a known number of demanded topics was left unanswered."""

import numpy as np

from probatum.checks.usage.declarations import DEMANDED
from probatum.facts.finding import Topic
from probatum.facts.record import Verdict
from probatum.planted.answers import answering
from probatum.planted.interface import Planted
from probatum.systems.system import System

ROWS = 20


def build(size: float, rng: np.random.Generator) -> System:
    """Return a system with ``size`` topics unanswered; which ones is drawn among those demanded at every stakes."""
    least = ["harms", "may-stop"]
    silent = set(rng.permutation(least)[: int(size)].tolist())
    topics = tuple(Topic(topic=topic, text="Said.", by="a tester") for topic in DEMANDED if topic not in silent)
    truth = rng.integers(2, size=ROWS)
    return answering(truth, truth, topics=topics)


PLANTED = Planted(
    check="usage/declarations",
    build=build,
    sizes=(0, 0, 1),
    n=ROWS,
    knob="topics left unanswered",
    exact=True,
    found=Verdict.UNANSWERED,
    clear=Verdict.DECLARED,
)
