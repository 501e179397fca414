# SPDX-License-Identifier: Apache-2.0
"""The part of a run that may be given away."""

import json

import pandas as pd
import pytest

from probatum.cli.app import run as command
from probatum.evidence.canonical import canonical, digest
from probatum.facts.policy import Stakes
from probatum.runs.policies import shipped
from probatum.runs.rejudge import rejudge
from probatum.seeds import stream

FILES = {"record.json", "judgement.json", "policy.json", "context.json", "observed.json", "report.html"}


@pytest.fixture
def finished(tmp_path):
    rng = stream(0, "release")
    x = rng.random(400)
    frame = pd.DataFrame({"x": x, "sex": rng.choice(["f", "m"], 400), "name": [f"MARKER{n}" for n in range(400)]})
    frame["y"] = (x > 0.5).astype(int) ^ (rng.random(400) < 0.2)
    frame.to_csv(tmp_path / "test.csv", index=False)
    (tmp_path / "recipe.py").write_text("def answer(rows):\n    return (rows['x'] > 0.5).to_numpy().astype(int)\n")
    (tmp_path / "probatum.toml").write_text(
        '[system]\nname = "s"\n[model]\npython = "recipe:answer"\n[data]\ntest = "test.csv"\ntarget = "y"\n'
        '[data.columns]\nprotected = ["sex"]\npersonal = ["name"]\n'
    )
    return tmp_path


def assessed(folder, *words):
    only = ("--only", "usage/*", "--only", "input-manipulation/slow-inputs", "--only", "environment/*")
    code = command(["assess", str(folder / "probatum.toml"), *only, *words, "-o", str(folder / "run")])
    assert code in (0, 1, 3)
    return folder / "run"


def refused(folder, capsys):
    capsys.readouterr()
    assert command(["report", str(folder / "run"), "--publish", str(folder / "out")]) == 2
    assert not (folder / "out").exists()
    said = " ".join(capsys.readouterr().err.split())
    assert "cannot be published" in said
    return said


def altered(folder, change):
    """Change the record, and make the judgement name it."""
    record = json.loads((folder / "run" / "record.json").read_bytes())
    change(record)
    content = canonical(record)
    (folder / "run" / "record.json").write_bytes(content)
    judgement = json.loads((folder / "run" / "judgement.json").read_bytes())
    judgement["record"] = digest(content)
    observed = json.loads((folder / "run" / "observed.json").read_bytes())
    observed["record"] = digest(content)
    (folder / "run" / "observed.json").write_text(json.dumps(observed))
    judgement["files"]["observed.json"] = digest((folder / "run" / "observed.json").read_bytes())
    (folder / "run" / "judgement.json").write_text(json.dumps(judgement))


def test_only_what_is_harmless_is_written(finished, capsys):
    run = assessed(finished)
    assert command(["report", str(run), "--publish", str(finished / "out")]) == 0
    out = finished / "out"
    assert {file.name for file in out.iterdir()} == FILES
    assert (out / "record.json").read_bytes() == (run / "record.json").read_bytes()
    text = "".join(file.read_text() for file in out.iterdir())
    for private in (str(finished), "MARKER", json.loads((run / "context.json").read_text())["host"]):
        assert private not in text
    arrays = [file.name for file in (run / "arrays").iterdir()]
    assert arrays
    assert not (out / "arrays").exists()
    verdicts = [json.loads((place / "judgement.json").read_text())["verdicts"] for place in (run, out)]
    assert verdicts[0] == verdicts[1]
    assert command(["report", str(out)]) in (0, 1, 3)  # it can be read like a run
    assert rejudge(out, shipped(Stakes.HIGH))[1].record_id == digest((run / "record.json").read_bytes())


def test_run_with_example_rows_is_refused(finished, capsys):
    assessed(finished, "--include-rows")
    assert "--include-rows" in refused(finished, capsys)


def test_record_with_a_small_count_is_refused(finished, capsys):
    assessed(finished)

    def tell(record):
        (finding,) = [one for one in record["findings"] if one["check"] == "usage/bias"]
        part = finding["measures"]["selection_rate"]["groups"][0]
        part.update(value=0.03, n=100)

    altered(finished, tell)
    assert "small counts" in refused(finished, capsys)


def test_record_with_bare_digests_is_refused(finished, capsys):
    assessed(finished)
    altered(finished, lambda record: record["inputs"].update(test="sha256:" + "0" * 64))
    assert "earlier version" in refused(finished, capsys)


def test_altered_policy_is_refused(finished, capsys):
    run = assessed(finished)
    policy = json.loads((run / "policy.json").read_text())
    policy["title"] = "another"
    (run / "policy.json").write_text(json.dumps(policy))
    assert command(["report", str(run), "--publish", str(finished / "out")]) == 2
    assert "policy.json is not the file" in " ".join(capsys.readouterr().err.split())
    assert not (finished / "out").exists()


def test_folder_that_holds_something_is_not_written_into(finished, capsys):
    run = assessed(finished)
    (finished / "out").mkdir()
    (finished / "out" / "mine").write_text("x")
    assert command(["report", str(run), "--publish", str(finished / "out")]) == 2
    assert [file.name for file in (finished / "out").iterdir()] == ["mine"]
    assert command(["report", str(run), "--publish", str(finished / "two"), "--format", "json"]) == 2
