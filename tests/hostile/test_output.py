# SPDX-License-Identifier: Apache-2.0
"""Nothing that comes from outside steers a terminal: a stranger's run, file names, column names, plug-ins."""

import io
import json
import os
import re
import subprocess
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rich.console import Console

from functional.test_cut_short import PROBATUM
from functional.workshop import TARGET, Desk
from hostile.forging import put_right
from probatum.evidence.canonical import canonical
from probatum.facts.policy import Policy, Stakes
from probatum.facts.record import Observed, Record
from probatum.report.terminal import show
from probatum.runs.folder import read_fact, write_fact
from probatum.runs.judging import judge_record
from probatum.runs.policies import draft
from probatum.runs.stored import read_run

ESCAPES = "\x1b]0;owned\x07\x1b[2J\x1b[31m\r\x08\x9b5m\u202eexe.gnp\u2066\u200b\ufeff\x00"
FIXED = {  # keys whose values are words of the format, or are compared with something outside
    *("format", "state", "known", "vector", "harms", "stakes", "task", "effort", "direction", "verdict", "unit"),
    *("seed", "record", "policy", "measured_on", "on", "date", "expires", "demands", "inputs", "arrays", "versions"),
    *("limits", "judged", "topic", "part"),
}
STEERS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def safe(text: str) -> bool:
    """Say whether a text steers no terminal."""
    return not STEERS.search(text) and not any(
        unicodedata.category(letter) in ("Cc", "Cf") for letter in set(text) - {"\n"}
    )


def poisoned(value: Any, key: str = "") -> Any:
    """Return a JSON value with escapes at the end of each free text."""
    if key in FIXED:
        return value
    if isinstance(value, dict):
        return {name: poisoned(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [poisoned(inner, key) for inner in value]
    return value + ESCAPES if isinstance(value, str) else value


@pytest.fixture
def strange(stored: Path) -> Path:
    """A run whose every free text holds escapes, and whose files belong together."""
    for name in ("context.json", "policy.json", "observed.json", "record.json"):
        value = poisoned(json.loads((stored / name).read_bytes()))
        if name == "record.json":
            (stored / "plan.json").write_bytes(canonical(value["plan"]))
        (stored / name).write_bytes(canonical(value))
    put_right(stored)
    record, seen, policy = (
        read_fact(stored / f"{kind.__name__.lower()}.json", kind) for kind in (Record, Observed, Policy)
    )
    files = json.loads((stored / "judgement.json").read_bytes())["files"]
    on = date.fromisoformat(json.loads((stored / "context.json").read_bytes())["measured_on"])
    judgement = judge_record(record, seen, policy, on)  # type: ignore[arg-type]
    write_fact(stored / "judgement.json", judgement)
    (stored / "judgement.json").write_text(
        json.dumps({**json.loads((stored / "judgement.json").read_bytes()), "files": files}), encoding="utf-8"
    )
    put_right(stored)
    return stored


@pytest.mark.parametrize(
    "words",
    [
        ("report", "run"),
        ("report", "run", "--format", "html"),
        ("report", "run", "--format", "json"),
        ("rejudge", "run", "--policy", "own.toml"),
        ("rejudge", "run", "--policy", "own.toml", "--quiet"),
    ],
)
def test_a_run_full_of_escapes_is_shown_without_them(desk: Desk, strange: Path, words: tuple[str, ...]) -> None:
    desk.write("own.toml", draft(Stakes.LOW))
    said = desk.type(*words)
    assert said.code in (0, 1, 3), said.err
    assert "owned" in said.out or "--quiet" in words
    assert safe(said.out)
    assert safe(said.err)
    for page in strange.glob("report-*.html"):
        assert safe(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "words",
    [
        ("assess", "--plan", "run/plan.json"),
        ("assess", "--policy", "run/policy.json"),
        ("assess", "--resume", "run"),
        ("policy", "check", "run/policy.json"),
        ("rejudge", "run", "--policy", "run/policy.json"),
        ("policy", "check", "run/record.json"),
        ("assess", "run/record.json"),
    ],
)
def test_files_of_such_a_run_used_for_something_else_print_no_escapes(
    desk: Desk, strange: Path, words: tuple[str, ...]
) -> None:
    said = desk.type(*words, "--debug")
    assert safe(said.out)
    assert safe(said.err)


def test_a_terminal_gets_no_escapes_but_those_of_colours(strange: Path) -> None:
    stream = io.StringIO()
    show(read_run(strange).edition, Console(file=stream, force_terminal=True, color_system="truecolor", width=80))
    text = stream.getvalue()
    assert "\x1b[1m" in text or "\x1b[1;" in text
    assert "owned" in text
    assert safe(re.sub(r"\x1b\[[0-9;]*m", "", text))


NAMES = "odd\x1b]0;owned\x07\x1b[2J\u202e\r"


@pytest.mark.parametrize(
    "words",
    [
        ("assess", "-o", f"{NAMES}/run", "--only", "usage/error-rate"),
        ("assess", "--dry-run", "-o", NAMES),
        ("assess", f"{NAMES}.toml"),
        ("assess", f"{NAMES}.joblib", "--data", f"{NAMES}.csv", "--target", TARGET),
        ("assess", "model.joblib", "--data", f"{NAMES}.csv", "--target", NAMES),
        ("assess", "model.joblib", "--data", "test.csv", "--target", NAMES, "--trust-file"),
        ("assess", f"{NAMES}:{NAMES}", "--data", "test.csv", "--target", TARGET),
        ("assess", f"http://127.0.0.1:1/{NAMES}", "--data", "test.csv", "--target", TARGET),
        ("assess", f"http://{NAMES}", "--data", "test.csv", "--target", TARGET),
        ("assess", "--only", NAMES),
        ("assess", "--plan", NAMES),
        ("assess", "--policy", NAMES),
        ("assess", "--resume", NAMES),
        ("assess", f"--{NAMES}"),
        ("assess", "--effort", NAMES),
        (NAMES,),
        ("report", NAMES),
        ("report", ".", "--format", NAMES),
        ("rejudge", NAMES, "--policy", NAMES),
        ("policy", "new", "-o", f"{NAMES}.toml"),
        ("policy", "check", f"{NAMES}.toml"),
        ("init", NAMES, "-o", f"{NAMES}.toml"),
        ("init", "model.joblib", "--data", "test.csv", "--target", TARGET, "-o", f"{NAMES}.toml", "--trust-file"),
        ("checks", NAMES),
        ("checks", "--format", NAMES),
        ("demo", NAMES),
        ("selftest", "--only", NAMES),
    ],
)
def test_what_is_typed_is_printed_without_escapes(desk: Desk, words: tuple[str, ...]) -> None:
    said = desk.type(*words, "--debug")
    assert said.out or said.err
    assert safe(said.out)
    assert safe(said.err)


def test_columns_and_labels_are_printed_without_escapes(desk: Desk) -> None:
    frames = {name: pd.read_csv(desk.folder / name) for name in ("train.csv", "test.csv")}
    for name, frame in frames.items():
        renamed = frame.rename(columns={"region": f"region{NAMES[:-1]}"})
        desk.rows(name, renamed.assign(repaid=renamed[TARGET] + NAMES[:-1]))
    desk.write("own.py", f"def answer(rows):\n    return [{'yes' + NAMES[:-1]!r}] * len(rows)\n")
    desk.describe(
        ('file = "model.joblib"\ntrust_file = true', 'python = "own:answer"'),
        ('target = "repaid"', 'target = "repaid"\npositive = "nothing"'),
    )
    for words in ((), ("--only", "usage/*")):
        said = desk.type("assess", "-o", f"run{len(words)}", *words, "--debug")
        assert safe(said.out)
        assert safe(said.err)
        desk.write("probatum.toml", (desk.folder / "probatum.toml").read_text().replace('\npositive = "nothing"', ""))
    said = desk.type("assess", "--only", "usage/*", "-o", "run")
    assert said.code in (0, 1, 3), said.err
    assert "owned" in said.out
    assert safe(said.out)
    assert safe(said.err)


@pytest.mark.slow
@pytest.mark.parametrize("words", [("doctor",), ("checks",), ("assess", "-o", "run", "--only", "usage/error-rate")])
def test_a_plug_in_of_an_odd_name_is_printed_without_escapes(desk: Desk, words: tuple[str, ...]) -> None:
    info = desk.folder / "packages" / "odd-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: odd\nVersion: 1.0\n", encoding="utf-8")
    text = f"[probatum.checks]\nodd = odd{NAMES[:-1]}:CHECK\n"
    (info / "entry_points.txt").write_text(text, encoding="utf-8")
    paths = os.pathsep.join([str(info.parent), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [PROBATUM, *words], env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True, check=False
    )
    assert "owned" in done.stdout + done.stderr or words == ("checks",)
    assert safe(done.stdout)
    assert safe(done.stderr)
