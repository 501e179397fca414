# SPDX-License-Identifier: Apache-2.0
"""Before a run it is said which limits so few cases cannot show to be kept."""

from functional.workshop import Desk
from probatum.checks.interface import checks
from probatum.facts.deciding import without_events
from probatum.facts.policy import Stakes
from probatum.runs.policies import shipped


def test_none_of_so_many_cases_is_just_within_the_limit():
    for limit in (0.5, 0.1, 0.005):
        rows = without_events(limit)
        assert 1 - 0.025 ** (1 / rows) <= limit < 1 - 0.025 ** (1 / (rows - 1))


def test_each_number_of_rows_is_of_a_measure_that_is_judged():
    limits = shipped(Stakes.HIGH).limits
    for name, check in checks().items():
        for measure, rows in check.least_rows.items():
            assert measure in check.judged
            assert rows(limits[name][measure].limit) > rows(0.9)


def test_it_is_said_before_the_run_when_cases_are_too_few(desk: Desk) -> None:
    said = desk.assess("--only", "usage/*").err
    lines = [line for line in said.splitlines() if "too few cases to pass" in line]
    assert any("usage/error-slices: even a system without that fault needs about 3,200" in line for line in lines)
    assert said.index("too few cases to pass") < said.index("[1/")
    assert not any("declarations" in line for line in lines)
