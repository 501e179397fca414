# SPDX-License-Identifier: Apache-2.0
"""Facts to JSON and back."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from probatum.evidence.wire import from_json, to_json
from probatum.facts.finding import Finding, Measure, Part
from probatum.facts.interval import Interval
from probatum.facts.policy import Policy, Stakes
from probatum.facts.record import FindingVerdict, Verdict
from probatum.runs.policies import shipped

numbers = st.floats(allow_nan=False, allow_infinity=False)
intervals = st.builds(
    Interval, lower=st.none() | numbers, upper=st.none() | numbers, confidence=numbers, method=st.text(), why=st.none()
)
parts = st.builds(Part, name=st.text(), value=st.none() | numbers, interval=st.none() | intervals, n=st.integers(0, 9))
measures = st.builds(
    Measure,
    value=st.none() | numbers,
    unit=st.sampled_from(["share", "ratio"]),
    interval=st.none() | intervals,
    n=st.integers(0, 2**50),
    groups=st.lists(parts, max_size=2).map(tuple),
    per_100=st.none() | numbers,
    why=st.none() | st.text(),
)
findings = st.builds(
    Finding,
    sentence=st.text(),
    measures=st.dictionaries(st.text(max_size=3), measures, max_size=2),
    options=st.just({"keep": 3, "deep": {"list": [1, None, "x"]}}),
    tried=st.none() | st.integers(0, 9),
    examples=st.just(()),
    advice=st.just(()),
    topics=st.just(()),
    details=st.lists(st.text(), max_size=2).map(tuple),
    judged=st.just(("a",)),
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(findings)
def test_fact_comes_back_equal_when_written_as_json_and_read(finding):
    assert from_json(Finding, json.loads(json.dumps(to_json(finding)))) == finding


def test_policy_comes_back_equal_when_written_and_read():
    policy = shipped(Stakes.HIGH)
    assert from_json(Policy, json.loads(json.dumps(to_json(policy)))) == policy


def test_message_names_the_place_when_json_is_not_a_fact():
    wrong = to_json(FindingVerdict(check="c", part="", verdict=Verdict.PASS)) | {"verdict": "splendid"}
    with pytest.raises(ValueError, match="verdict"):
        from_json(FindingVerdict, wrong)


def test_live_object_is_refused_when_it_hides_in_a_fact():
    with pytest.raises(TypeError, match="plain values"):
        to_json(Finding(sentence="s", options={"model": object()}))
