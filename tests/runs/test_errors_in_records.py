# SPDX-License-Identifier: Apache-2.0
"""The text of an error that others raised never stands in a record."""

import json

import pandas as pd
import pytest

from probatum.cli.app import run as command
from probatum.errors import DataError, ModelError, name_of_type, worded_by_us
from probatum.systems.datasets.files import refuse_duplicates

RAISES = {
    "their own error": "raise ValueError('MARKER')",
    "one of ours": "raise __import__('probatum').errors.ModelError('MARKER')",
    "a type with a cell as its name": "raise type('MARKER cell', (Exception,), {})()",
    "too few": "raise __import__('probatum').errors.InsufficientDataError('MARKER')",
    "a warning": "__import__('warnings').warn('MARKER'); return (rows['x'] > 2).to_numpy().astype(int)",
}


@pytest.mark.parametrize("line", RAISES.values(), ids=RAISES)
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_text_of_others_is_in_no_file_of_a_run(line, jobs, tmp_path, capsys):
    pd.DataFrame({"x": range(200), "y": [0, 1] * 100}).to_csv(tmp_path / "test.csv", index=False)
    body = f"    if len(rows) < 150 or (rows['x'] == 7).all():\n        {line}\n"
    (tmp_path / "recipe.py").write_text(
        "import probatum\n\ndef answer(rows):\n"
        f"{body}    if not (rows['x'] == rows['x'].astype(int)).all():\n        {line}\n"
        "    return (rows['x'] > 100).to_numpy().astype(int)\n"
    )
    (tmp_path / "probatum.toml").write_text(
        '[system]\nname = "s"\n[model]\npython = "recipe:answer"\n[data]\ntest = "test.csv"\ntarget = "y"\n'
    )
    checks = ("usage/*", "input-manipulation/corruption", "input-manipulation/malformed-input")
    only = [word for check in checks for word in ("--only", check)]
    code = command(["assess", str(tmp_path / "probatum.toml"), *only, "--jobs", jobs, "-o", str(tmp_path / "run")])
    said = "".join(capsys.readouterr())
    if code == 2:  # it was refused when it was opened: there is no record, and the message is for its owner
        assert not (tmp_path / "run" / "record.json").exists()
        return
    record = json.loads((tmp_path / "run" / "record.json").read_bytes())
    assert "MARKER" not in json.dumps(record) + said
    assert "MARKER" not in (tmp_path / "run" / "report.html").read_text()


def test_error_is_ours_only_when_this_package_raised_it():
    def raised(error):
        try:
            raise error
        except type(error) as same:
            return same

    assert not worded_by_us(raised(ModelError("MARKER")))  # raised here, in a test
    assert not worded_by_us(ValueError("x"))
    with pytest.raises(DataError) as caught:
        refuse_duplicates(["a", "a"], "it")
    assert worded_by_us(caught.value)


def test_name_of_a_type_is_told_only_when_it_is_plainly_one():
    assert name_of_type(ValueError) == "ValueError"
    for name in ("a b", "é", "x" * 61, "MadeAtRunTime"):
        assert name_of_type(type(name, (LookupError,), {})) == "LookupError"
