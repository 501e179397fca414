# SPDX-License-Identifier: Apache-2.0
"""What every check promises."""

import importlib
import re
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from probatum.checks.interface import checks
from probatum.facts.policy import Direction, Stakes
from probatum.registry import CHECKS
from probatum.runs.policies import shipped
from probatum.runs.views import VIEWS

ROOT = Path(__file__).parent.parent.parent
ALL = checks()


@pytest.mark.parametrize("name", sorted(ALL))
class TestEveryCheck:
    def test_id_is_that_of_its_file_when_read(self, name):
        check = ALL[name]
        assert check.run.__module__ == "probatum.checks." + name.replace("-", "_").replace("/", ".")
        assert name.split("/")[0] == check.vector.value

    def test_page_answers_what_a_reader_asks_when_read(self, name):
        page = ALL[name].page
        assert ALL[name].question.endswith("?")
        for heading in ("Vector", "Attacker", "Measure", "Judged", "Source", "Not shown"):
            assert re.search(rf"^{heading} ", page, re.MULTILINE), heading

    def test_test_file_and_page_exist_when_it_ships(self, name):
        vector, stem = name.replace("-", "_").split("/")
        assert (ROOT / "tests" / "checks" / vector / f"test_{stem}.py").exists()
        assert (ROOT / "docs" / "checks" / f"{name}.md").exists()

    def test_options_are_facts_when_made(self, name):
        options = ALL[name].options
        assert is_dataclass(options)
        assert options.__dataclass_params__.frozen
        assert {option for option in ALL[name].follows} <= {field.name for field in fields(options)}

    def test_view_can_be_built_when_it_runs(self, name):
        assert ALL[name].data in VIEWS

    def test_limits_tighten_when_stakes_rise(self, name):
        for judged in ALL[name].judged.values():
            assert judged.because
            rising = [judged.low, judged.medium, judged.high]
            if None in rising:  # for people to state, at any stakes
                assert set(rising) == {None}
                continue
            assert judged.source
            assert rising == sorted(rising, reverse=judged.direction is Direction.AT_MOST)

    def test_shipped_policies_know_it_when_it_is_judged(self, name):
        for stakes in Stakes:
            started = {measure for measure, judged in ALL[name].judged.items() if judged.at(stakes) is not None}
            assert set(shipped(stakes).limits.get(name, {})) == started


def test_built_in_names_are_importable_when_listed():
    for name in CHECKS:
        module, constant = name.split(":")
        assert getattr(importlib.import_module(module), constant).id in ALL
