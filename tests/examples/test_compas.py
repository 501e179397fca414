# SPDX-License-Identifier: Apache-2.0
"""COMPAS, by the vendor's own score and by a forest: both call Black people a risk wrongly far more often."""

import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from examples.conftest import PROJECT, module_in
from probatum.cli.app import run as run_command
from probatum.evidence.keys import BYTES, Key
from probatum.facts.finding import Finding, Part
from probatum.facts.policy import Stakes
from probatum.runs.assess import assess, prepare
from probatum.runs.folder import new_folder
from probatum.runs.opening import open_described
from probatum.runs.planning import Choice
from probatum.runs.policies import shipped
from probatum.runs.progress import Quiet
from probatum.runs.session import LocalSession
from probatum.systems.description import read_description

FILE = "compas_two_years.csv.gz"
LARGEST = "race = African-American against everybody else"
PEOPLE = pd.DataFrame(
    {
        "days_b_screening_arrest": [0, 45, 3, 1],
        "is_recid": [1, 0, -1, 0],
        "c_charge_degree": ["F", "M", "F", "M"],
        "score_text": ["High", "Low", "Low", "Low"],
        "decile_score": [9, 1, 2, 3],
        "two_year_recid": [1, 0, 0, 0],
        "sex": ["Male", "Female", "Male", "Female"],
        "race": ["Other", "Caucasian", "Other", "Caucasian"],
        "age": [20, 30, 40, 50],
        "priors_count": [3, 0, 1, 0],
        "juv_fel_count": [0, 0, 0, 0],
        "juv_misd_count": [0, 0, 0, 0],
        "juv_other_count": [0, 0, 0, 0],
    }
)


@pytest.fixture
def scores() -> ModuleType:
    """Return the script that writes the table of cases."""
    return module_in("compas-scores", "prepare")


@pytest.fixture
def forest(recipe: Callable[[str], ModuleType]) -> ModuleType:
    """Return the forest's recipe."""
    return recipe("compas-forest")


def test_people_whom_propublica_compared_are_kept_when_read(
    scores: ModuleType, forest: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    PEOPLE.to_csv(tmp_path / "compas_two_years.csv", index=False)
    monkeypatch.setenv("PROBATUM_DATA", str(tmp_path))
    cases = scores.cases()
    assert cases["decile_score"].tolist() == [9, 3]
    assert cases["two_year_recid"].tolist() == ["reoffended", "stayed clear"]
    assert forest.read(forest.data_file())["age"].tolist() == [20, 50]


@pytest.mark.parametrize("example", ["compas-scores", "compas-forest"])
def test_nothing_known_only_afterwards_is_kept_when_described(example: str) -> None:
    later = {"is_recid", "event", "end", "start", "r_offense_date", "violent_recid", "is_violent_recid", "out_custody"}
    code = module_in(example, "prepare" if example == "compas-scores" else "recipe")
    kept = set(code.KEPT) if example == "compas-scores" else {*code.NUMBERS, *code.CATEGORIES, *code.LOOKED_AT}
    assert not kept & later
    described = tomllib.loads((PROJECT / "examples" / example / "probatum.toml").read_text(encoding="utf-8"))
    assert {name for names in described["data"]["columns"].values() for name in names} <= kept


def test_source_is_named_when_data_are_absent(
    scores: ModuleType, forest: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for code in (scores, forest):
        monkeypatch.delenv("PROBATUM_DATA", raising=False)
        with pytest.raises(FileNotFoundError, match=r"Set PROBATUM_DATA .* It comes from https://"):
            code.data_file()
        monkeypatch.setenv("PROBATUM_DATA", str(tmp_path))
        with pytest.raises(FileNotFoundError, match=r"lacks compas-scores-two-years\.csv"):
            code.data_file()


def bias_of(description: Path, folder: Path) -> Finding:
    session = LocalSession.of(open_described(read_description(description), seed=0))
    prepared = prepare(session, shipped(Stakes.HIGH), Choice(only=("usage/bias",)), Key(bytes(BYTES)))
    with new_folder("bias", folder) as held:
        run = assess(prepared, held=held, jobs=1, progress=Quiet())
    return run.record.findings[0]


def gap_of_the_largest(finding: Finding, measure: str = "false_positive_rate_gap") -> Part:
    return next(part for part in finding.measures[measure].groups if part.name.endswith(LARGEST))


def test_false_alarms_differ_by_race_when_the_vendors_score_decides(
    scores: ModuleType, real_data: Callable[..., None], tmp_path: Path
) -> None:
    real_data(FILE)
    scores.cases().to_csv(tmp_path / "cases.csv", index=False)
    text = (PROJECT / "examples" / "compas-scores" / "probatum.toml").read_text(encoding="utf-8")
    (tmp_path / "probatum.toml").write_text(text, encoding="utf-8")
    gap = gap_of_the_largest(bias_of(tmp_path / "probatum.toml", tmp_path / "run"))
    assert gap.interval is not None
    assert gap.interval.lower is not None
    assert gap.interval.lower > 0.1  # 42 against 22 of 100


def test_people_are_treated_worse_when_only_decisions_are_known(
    real_data: Callable[..., None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    real_data(FILE)
    table = str(Path(os.environ["PROBATUM_DATA"]) / FILE)
    words = ("--score", "decile_score", "--decides-at", "5", "--favourable", "under 5", "--protected", "race,sex")
    assert run_command(["assess", table, *words, "-o", str(tmp_path / "run")]) == 1
    told = " ".join(capsys.readouterr().out.split())
    readme = (PROJECT / "examples" / "compas-decisions" / "README.md").read_text(encoding="utf-8")
    quoted = " ".join(" ".join(line[2:] for line in readme.splitlines() if line.startswith("> ")).split())
    question, _, answer = quoted.partition("others? ")
    assert told.index(f"{question}others?") < told.index("Is the system making mistakes?")
    for sentence in answer.split(". "):
        assert sentence.rstrip(".") in told.replace(" - Of those", " Of those")


def test_false_alarms_differ_by_race_when_a_forest_decides(
    forest: ModuleType, real_data: Callable[..., None], tmp_path: Path
) -> None:
    real_data(FILE)
    gap = gap_of_the_largest(bias_of(PROJECT / "examples" / "compas-forest" / "probatum.toml", tmp_path / "run"))
    assert gap.value is not None
    assert gap.value > 0.1  # that it is proven for this group alone would take more cases than half of the table
