# SPDX-License-Identifier: Apache-2.0
"""Whatever stops a check is shown in full to whoever asks for it, and never stands in the record."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from functional.workshop import Desk
from probatum.runs.assess import LOG

SECRET = "what a cell of some person holds"
FAULTY = f"""
'''Does this check stop?'''
from dataclasses import replace

from probatum.checks.usage.error_rate import CHECK as ORIGINAL

def deep_inside(system):
    raise ValueError("{SECRET}")

def run(system, data, options, terms, rng):
    deep_inside(system)

CHECK = replace(ORIGINAL, id="usage/faulty", run=run)
"""
UNTRAINABLE = f"""
def train(rows, seed):
    raise KeyError("{SECRET}")
"""


@pytest.fixture
def faulty(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A check of another package that an error stops, whatever it is run on."""
    desk.write("faulty_check.py", FAULTY)
    info = desk.folder / "faulty_check-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: faulty_check\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[probatum.checks]\nfaulty_check = faulty_check:CHECK\n")
    monkeypatch.syspath_prepend(desk.folder)
    yield
    sys.modules.pop("faulty_check", None)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_what_stops_a_check_is_shown_in_full_when_asked_for(desk: Desk, faulty: None, jobs: str) -> None:
    only = ("--only", "usage/faulty", "--only", "usage/error-rate", "--jobs", jobs)
    shown = desk.assess("--debug", *only, "-o", "shown")
    assert "Traceback (most recent call last)" in shown.err
    assert "in deep_inside" in shown.err
    assert f"ValueError: {SECRET}" in shown.err
    silent = desk.assess(*only, "-o", "silent")
    assert "Traceback" not in silent.err
    assert "The check stopped with ValueError. This is a fault in the check; run again with --debug" in silent.err
    assert (shown.code, silent.code) == (3, 3)
    assert desk.record_id("shown") == desk.record_id("silent")
    holding = {file.name for file in (desk.folder / "shown").rglob("*.*") if SECRET.encode() in content_of(file)}
    assert holding == {LOG}  # which is private
    assert (desk.folder / "shown" / LOG).stat().st_mode & 0o077 == 0


def content_of(file: Path) -> bytes:
    return b"" if file.is_dir() else file.read_bytes()


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_refit_that_fails_is_shown_in_full_when_asked_for(desk: Desk, jobs: str) -> None:
    desk.write("recipe.py", UNTRAINABLE)
    desk.describe(("[data]", '[recipe]\ntrain = "recipe:train"\n\n[data]'))
    said = desk.assess("--debug", "--only", "usage/overfitting", "--jobs", jobs)
    assert "an error stopped this: training the model again without part 1 of" in said.err
    assert f"KeyError: '{SECRET}'" in said.err


def test_what_ends_the_command_is_shown_beside_the_message_and_the_exit_code_stays(desk: Desk) -> None:
    said = desk.type("--debug", "assess", "gone.toml")
    assert said.code == desk.type("assess", "gone.toml").code == 2
    assert "Traceback" in said.err
    assert said.err.splitlines()[-1].startswith("probatum: ")
