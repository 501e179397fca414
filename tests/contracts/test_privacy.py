# SPDX-License-Identifier: Apache-2.0
"""No output publishes a person: a marker in every column, searched in everything that a run leaves."""

import re

import numpy as np
import pandas as pd
import pytest

from probatum.cli.app import run
from probatum.runs.assess import LOG  # the private log: it may hold anything, and is never published

ROWS = 400
NUMBER, CHILDREN, BORN = 987654.321, 7_654_321, "1911-11-11"
# A whole number, not a part of one: digests and measured seconds are full of digits.
TRACES = re.compile(r"MARKER|(?<![0-9a-z.])(?:987[,_ ]?654|7[,_ ]?654[,_ ]?321|1911)(?![0-9a-z])")
RECIPE = """
import numpy as np


def answer(rows):
    if (rows["city"] == "MARKERcity").any():
        raise ValueError(f"no such city: {rows['city'].iloc[0]} {rows['name'].iloc[0]}")
    return (rows["income"] > 30000).to_numpy().astype(int)
"""
DESCRIPTION = """
[system]
name = "private"

[model]
python = "recipe:answer"

[data]
test = "test.csv"
target = "repaid"

[data.columns]
personal = ["name"]
protected = ["faith"]
date = ["born"]
"""


@pytest.fixture
def house(tmp_path):
    rng = np.random.Generator(np.random.PCG64(0))
    income = rng.lognormal(10.3, 0.4, ROWS).round(2)
    frame = pd.DataFrame(
        {
            "name": [f"MARKERname{place}" for place in range(ROWS)],
            "faith": rng.choice(["a", "b"], ROWS),
            "city": rng.choice(["x", "y", "z"], ROWS),
            "note": [f"MARKERnote {place}" for place in range(ROWS)],
            "born": rng.choice(["1970-01-01", "1980-05-05"], ROWS),
            "income": income,
            "children": rng.integers(0, 4, ROWS),
            "repaid": (income > 30000).astype(int) ^ (rng.random(ROWS) < 0.25),
        }
    )
    frame.loc[5, ["faith", "city", "born"]] = ["MARKERfaith", "MARKERcity", BORN]
    frame.loc[5, ["income", "children"]] = [NUMBER, CHILDREN]
    frame.to_csv(tmp_path / "test.csv", index=False)
    (tmp_path / "recipe.py").write_text(RECIPE)
    (tmp_path / "probatum.toml").write_text(DESCRIPTION)
    return tmp_path


def everything(house, capsys, *words):
    code = run(["assess", str(house / "probatum.toml"), "-o", str(house / "run"), *words])
    assert code in (0, 1, 3)
    run(["report", str(house / "run"), "--format", "json"])
    texts = [capsys.readouterr().out]
    texts += [
        file.read_bytes().decode("latin-1")
        for file in (house / "run").rglob("*")
        if file.is_file() and file.name != LOG
    ]
    return "\n".join(texts)


def test_no_cell_is_published_when_a_system_is_assessed(house, capsys):
    text = everything(house, capsys)
    assert [text[max(0, found.start() - 40) : found.end() + 40] for found in TRACES.finditer(text)] == []


@pytest.mark.parametrize(
    "cell", [NUMBER, f"{NUMBER:,.0f}", CHILDREN, f"{CHILDREN:,}", float(CHILDREN), BORN, "MARKERcity"]
)
def test_trace_is_recognised_however_a_cell_is_written(cell):
    assert TRACES.search(f'row 5: "{cell}" and others')


def test_digits_inside_digests_and_seconds_are_no_trace():
    assert not TRACES.search("sha256:0a1911c4987654e7654321b and 0.1911 s")


def test_personal_and_protected_cells_stay_masked_when_rows_are_asked_for(house, capsys):
    text = everything(house, capsys, "--include-rows")
    assert "MARKERname" not in text
    assert "MARKERfaith" not in text
    assert "MARKERnote" not in text  # free text may name somebody
    assert "masked" in text


def test_folder_is_private_to_its_owner_when_written(house, capsys):
    everything(house, capsys)
    assert (house / "run").stat().st_mode & 0o077 == 0
