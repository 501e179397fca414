# SPDX-License-Identifier: Apache-2.0
"""The demo, as a user runs it."""

import json
import shutil
import subprocess
import sys

import pytest

from probatum.cli.app import run

pytestmark = pytest.mark.slow  # whole demos; three tests share one
REFUSING = """
import socket
import sys

def refuse(event, arguments):
    made = event == "socket.__new__" and arguments[1] != socket.AF_UNIX  # which joins processes of one machine
    if made or (event.startswith("socket.") and event not in ("socket.__new__", "socket.sendmsg")):
        raise RuntimeError(f"the demo reached for the network: {event}")

sys.addaudithook(refuse)
"""
WITHOUT_NETWORK = f"""{REFUSING}
from probatum.cli.app import run
sys.exit(run(["demo", "-o", sys.argv[1]]))
"""


def verdicts(folder):
    judgement = json.loads((folder / "judgement.json").read_text())
    return {verdict["check"]: verdict["verdict"] for verdict in judgement["verdicts"]}


@pytest.fixture(scope="module")
def lender(tmp_path_factory):
    """Return the folder of a demo that was run where nothing may open a socket, and what came of the process."""
    folder = tmp_path_factory.mktemp("demo") / "run"
    command = [sys.executable, "-c", WITHOUT_NETWORK, str(folder)]
    return folder, subprocess.run(command, capture_output=True, text=True, check=False)


def test_no_socket_is_opened_when_the_demo_runs(lender):
    assert lender[1].returncode == 0, lender[1].stderr[-2000:]


def test_hidden_group_is_named_when_the_lender_is_assessed(lender):
    folder, done = lender
    assert "Found: the report names “region = north coast and contract = seasonal”." in done.stdout
    assert verdicts(folder)["usage/error-slices"] == "fail"
    assert verdicts(folder)["usage/error-rate"] == "pass"  # the overall number hides it


def test_demo_can_be_repeated_and_edited_when_its_files_are_used(lender, tmp_path, capsys, monkeypatch):
    folder, _ = lender
    monkeypatch.chdir(folder / "system")
    assert run(["assess", "-o", str(tmp_path / "again")]) == 1
    first, again = (
        json.loads((place / "judgement.json").read_text())["record"] for place in (folder, tmp_path / "again")
    )
    assert first == again


def test_no_socket_is_opened_where_the_model_is_asked(lender, tmp_path, capsys):
    folder, _ = lender
    shutil.copytree(folder / "system", tmp_path / "system")
    recipe = tmp_path / "system" / "recipe.py"
    recipe.write_text(recipe.read_text() + REFUSING + "\nprint('the recipe was read')\n")
    assert run(["assess", str(tmp_path / "system" / "probatum.toml"), "-o", str(tmp_path / "run")]) == 1
    assert verdicts(tmp_path / "run") == verdicts(folder)
    assert "the recipe was read" in (tmp_path / "run" / "model.log").read_text()


def test_nothing_fails_when_the_twin_is_assessed(tmp_path, capsys):
    assert run(["demo", "--clean", "-o", str(tmp_path / "run")]) == 0
    assert "fail" not in verdicts(tmp_path / "run").values()


@pytest.mark.parametrize(
    ("name", "task"), [("breast-cancer", "binary"), ("digits", "multiclass"), ("diabetes", "regression")]
)
def test_real_data_out_of_the_box_is_assessed_when_asked_for(name, task, tmp_path, capsys):
    assert run(["demo", name, "-o", str(tmp_path / "run")]) in (0, 1)
    plan = json.loads((tmp_path / "run" / "plan.json").read_text())
    assert plan["subject"]["task"] == task
    assert "error" not in verdicts(tmp_path / "run").values()


def test_demo_is_refused_when_there_is_none_of_that_name(capsys):
    assert run(["demo", "penguins"]) == 2
    assert "lender" in capsys.readouterr().err
