# SPDX-License-Identifier: Apache-2.0
"""Another key gives other names of rows and other digests, and never another number."""

import io
import json
import stat
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pandas as pd
import pytest

import probatum
from probatum.cli.app import run as command
from probatum.errors import DescriptionError, UsageError
from probatum.evidence.keys import BYTES, Key
from probatum.evidence.wire import to_json
from probatum.runs.keys import NAME, ignored, made_key, read_key
from probatum.seeds import stream

RECIPE = "def answer(rows):\n    return (rows['x'] > 0.5).to_numpy().astype(int)\n"
DESCRIPTION = (
    '[system]\nname = "s"\n[model]\npython = "recipe:answer"\n[data]\ntest = "test.csv"\ntarget = "y"\n'
    '[data.columns]\nprotected = ["sex"]\n'
)
ONLY = ("usage/error-rate", "usage/bias", "usage/calibration", "input-manipulation/malformed-input")


@pytest.fixture
def system(tmp_path):
    rng = stream(0, "keys")
    x = rng.random(300)
    frame = pd.DataFrame({"x": x, "z": rng.random(300), "sex": rng.choice(["f", "m"], 300)})
    frame["y"] = (x > 0.5).astype(int) ^ (rng.random(300) < 0.2)
    folder = tmp_path / "system"
    folder.mkdir()
    frame.to_csv(folder / "test.csv", index=False)
    (folder / "recipe.py").write_text(RECIPE)
    (folder / "probatum.toml").write_text(DESCRIPTION)
    return folder


def assessed(system, out, **settings):
    return probatum.assess(system / "probatum.toml", folder=out, only=ONLY, **settings)


def numbers(run):
    """Return the findings without the names of example rows."""
    return [
        replace(finding, examples=tuple(replace(example, row=0) for example in finding.examples))
        for finding in run.record.findings
    ]


@pytest.mark.parametrize("jobs", [1, 2])
def test_another_key_changes_names_and_digests_and_no_number(system, tmp_path, jobs):
    one = assessed(system, tmp_path / "one", key=bytes(BYTES))
    other = assessed(system, tmp_path / "other", key=b"\1" * BYTES, jobs=jobs)
    assert numbers(one) == numbers(other)
    assert [verdict.verdict for verdict in one.judgement.verdicts] == [v.verdict for v in other.judgement.verdicts]
    rows = [[example.row for finding in run.record.findings for example in finding.examples] for run in (one, other)]
    assert rows[0]
    assert rows[0] != rows[1]
    assert one.record.inputs["test"] != other.record.inputs["test"]
    assert one.record.inputs["model"] == other.record.inputs["model"]  # code is no data
    assert set(one.record.arrays.values()).isdisjoint(other.record.arrays.values())
    assert one.record.plan.key != other.record.plan.key
    again = assessed(system, tmp_path / "again", key=bytes(BYTES), jobs=jobs)
    assert again.record_id == one.record_id


def test_key_is_made_beside_the_description_and_stands_in_no_file_of_a_run(system, tmp_path):
    run = assessed(system, tmp_path / "run")
    file = system / NAME
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    key = read_key(file)
    assert run.record.plan.key == key.digest
    for one in (tmp_path / "run").rglob("*"):
        if one.is_file():
            assert key.secret not in one.read_bytes()
            assert key.secret.hex().encode() not in one.read_bytes()
    assert assessed(system, tmp_path / "again").record_id == run.record_id


def test_key_lies_beside_the_test_file_when_there_is_no_description(system, tmp_path, monkeypatch):
    frame = pd.read_csv(system / "test.csv").assign(decision=1)
    frame.to_csv(system / "cases.csv", index=False)
    monkeypatch.chdir(tmp_path)
    words = ["--decision", "decision", "--target", "y", "--only", "usage/error-rate", "-o", "run"]
    assert command(["assess", "system/cases.csv", *words]) in (0, 1, 3)
    assert (system / NAME).exists()
    assert not (tmp_path / NAME).exists()


def test_guess_of_a_cell_is_not_confirmed_by_a_digest(system, tmp_path):
    """The bare digests of the test file and of each array in any order of rows are not in what is published."""
    run = assessed(system, tmp_path / "run")
    text = json.dumps(to_json(run.record))
    content = (system / "test.csv").read_bytes()
    assert sha256(content).hexdigest() not in text
    places = read_key(system / NAME).permutation("test", 300)  # more than an intruder knows
    truth = pd.read_csv(system / "test.csv")["y"].to_numpy().astype(np.int32)[places]
    stored = np.load(tmp_path / "run" / "arrays" / f"{run.record.arrays['test/truth'].removeprefix('sha256:')}.npy")
    assert np.array_equal(stored, truth)
    for array in (truth.astype(stored.dtype),):
        buffer = io.BytesIO()
        np.save(buffer, array)
        assert sha256(buffer.getvalue()).hexdigest() not in text


def test_seed_does_not_bring_rows_back_into_order(system, tmp_path):
    run = assessed(system, tmp_path / "run")
    order = stream(int(run.record.plan.seed), "rows/test").permutation(300)
    stored = np.load(tmp_path / "run" / "arrays" / f"{run.record.arrays['test/truth'].removeprefix('sha256:')}.npy")
    truth = pd.read_csv(system / "test.csv")["y"].to_numpy()
    assert not np.array_equal(stored[np.argsort(order)], truth)


def test_plan_is_refused_in_words_when_the_key_is_another(system, tmp_path):
    assessed(system, tmp_path / "one", key=bytes(BYTES))
    with pytest.raises(DescriptionError, match=r"another key. Copy the file \.probatum-key"):
        probatum.assess(system / "probatum.toml", plan=tmp_path / "one" / "plan.json", key=b"\1" * BYTES)


def test_interrupted_run_is_not_resumed_when_the_key_is_another(system, tmp_path):
    assessed(system, tmp_path / "one", key=bytes(BYTES))
    (tmp_path / "one" / "judgement.json").unlink()
    with pytest.raises(DescriptionError, match="another key"):
        probatum.assess(system / "probatum.toml", resume=tmp_path / "one", key=b"\1" * BYTES)


@pytest.mark.parametrize("content", ["", "12", "zz" * 32, "00" * 33, "ä" * 64])
def test_file_that_is_no_key_is_refused_in_words(content, tmp_path):
    (tmp_path / NAME).write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match="not a key"):
        made_key(tmp_path / NAME)


def test_key_of_live_objects_lies_beside_the_run(tmp_path):
    frame = pd.DataFrame({"x": np.arange(200.0)})
    run = probatum.assess(
        lambda rows: (rows["x"] > 100).to_numpy().astype(int),
        test=(frame, (frame["x"] > 90).astype(int).to_numpy()),
        only=["usage/error-rate"],
        folder=tmp_path / "run",
    )
    assert run.record.plan.key == read_key(tmp_path / NAME).digest
    assert Key(read_key(tmp_path / NAME).secret) == read_key(tmp_path / NAME)


@pytest.mark.parametrize("before", [None, "probatum-runs/\n", "x", f"{NAME}\n"])
def test_key_is_ignored_by_git_once(before, tmp_path):
    if before is not None:
        (tmp_path / ".gitignore").write_text(before)
    ignored(tmp_path)
    ignored(tmp_path)
    lines = (tmp_path / ".gitignore").read_text().splitlines()
    assert lines.count(NAME) == 1
    assert before is None or before.split()[0] in lines
