# SPDX-License-Identifier: Apache-2.0
"""Whatever is wrong with the model or its answers: one clear message, the documented code, no traceback."""

import json
import pickle
import sys
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from functional.workshop import BRIEFLY, Desk
from probatum.facts.record import Verdict
from probatum.runs.assess import LOG

# The answers


def test_a_model_that_raises_on_some_rows_is_a_finding_that_says_its_type_and_never_its_text(desk: Desk) -> None:
    desk.function(
        "import numpy as np\n"
        "def answer(rows):\n"
        "    if (rows.age > 70).any():\n"
        "        raise LookupError(f'MARKER {rows.age.max()}')\n"
        "    return np.where(rows.income > 28, 'yes', 'no')\n"
    )
    assert desk.assess().code in (0, 1)
    finding = desk.record().findings[0]
    silent = int((pd.read_csv(desk.folder / "test.csv").age > 70).sum())
    assert finding.measures["no_answer"].value == pytest.approx(silent / 300, abs=5e-5)
    assert any("LookupError" in sentence for sentence in finding.details)
    for file in (desk.folder / "run").rglob("*"):
        assert file.is_dir() or file.name == LOG or b"MARKER" not in file.read_bytes()


def test_a_model_that_raises_on_all_rows_is_refused_before_anything_runs(desk: Desk) -> None:
    desk.function("def answer(rows):\n    raise KeyError('no such column')\n")
    desk.assess().refuses("every one of the first 256 rows", "KeyError", "columns")
    assert not (desk.folder / "run").exists()


@pytest.mark.parametrize(
    ("returned", "wanted"),
    [
        ("np.full((len(rows), 2), 0.7)", "sum to 1"),
        ("np.column_stack([28 - rows.income, rows.income - 28])", 'output = "logits"'),
        ("np.full((len(rows), 3), 1 / 3)", "2 classes"),
        ("np.full((len(rows), 2), np.nan)", "NaN on every one"),
        ("np.full(len(rows), 7)", "none of the labels"),
        ("np.array(['yes', 'no', 'no'])", "one answer for each"),
        ("np.full((len(rows), 2), 'yes')", "one answer for each"),
        ("None", "NoneType"),
    ],
)
def test_answers_that_mean_nothing_are_refused_before_anything_runs(desk: Desk, returned: str, wanted: str) -> None:
    desk.function(f"import numpy as np\ndef answer(rows):\n    return {returned}\n")
    desk.assess().refuses(wanted)
    assert not (desk.folder / "run").exists()


def test_logits_that_are_said_to_be_logits_are_read_as_such(desk: Desk) -> None:
    desk.function("def answer(rows):\n    return (rows.income - 28).to_numpy(dtype=float)\n")
    text = (desk.folder / "probatum.toml").read_text()
    desk.write("probatum.toml", text.replace('"own:answer"', '"own:answer"\noutput = "logits"'))
    assert desk.assess().code == 0
    assert desk.record().findings[0].measures["error_rate"].value < 0.2


def test_scores_that_are_nan_on_some_rows_count_as_no_answer(desk: Desk) -> None:
    desk.function(
        "import numpy as np\n"
        "def answer(rows):\n"
        "    first = (rows.income > 28).to_numpy(dtype=float)\n"
        "    scores = np.column_stack([1 - first, first])\n"
        "    scores[rows.age.to_numpy() > 75] = np.nan\n"
        "    return scores\n"
    )
    assert desk.assess().code in (0, 1)
    silent = int((pd.read_csv(desk.folder / "test.csv").age > 75).sum())
    assert desk.record().findings[0].measures["no_answer"].value == pytest.approx(silent / 300, abs=5e-5)


# The model


def test_a_file_that_can_run_code_is_loaded_only_if_somebody_says_so(desk: Desk) -> None:
    desk.describe(("trust_file = true\n", ""))
    desk.assess().refuses("runs whatever code it holds", "trust_file = true", "--trust-file")
    desk.type(*BRIEFLY).refuses("--trust-file")
    assert desk.assess("--trust-file").code == 0
    assert desk.type(*BRIEFLY, "--trust-file", "-o", "brief", "--only", "usage/error-rate").code == 0
    assert "--trust-file" in desk.command_to_repeat()


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"", "model.joblib is empty"),
        (b"hello there", "not a model file"),
        (b"PK\x03\x04rest", "zip archive"),
        (b"\x80\x04\x95broken", "could not be loaded"),
    ],
)
def test_a_file_that_is_no_model_is_refused(desk: Desk, content: bytes, wanted: str) -> None:
    (desk.folder / "model.joblib").write_bytes(content)
    desk.assess().refuses(wanted)


@pytest.mark.parametrize(
    ("thing", "wanted"), [({"weights": 1}, "builtins.dict"), (LogisticRegression(), "never fitted")]
)
def test_a_pickle_of_something_else_is_refused(desk: Desk, thing: object, wanted: str) -> None:
    desk.model(thing)
    desk.assess().refuses(wanted)


def test_a_model_whose_module_is_missing_is_refused_by_the_modules_name(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ModuleType("a_library_that_is_gone")
    model = type("Model", (), {"__module__": module.__name__, "predict": np.zeros_like})
    module.Model = model  # type: ignore[attr-defined]
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, module.__name__, module)
        joblib.dump(model(), desk.folder / "model.joblib")
    desk.assess().refuses("a_library_that_is_gone", "not installed here")


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("def answer(\n", "SyntaxError"),
        ("1 / 0\n", "ZeroDivisionError"),
        ("import a_library_that_is_gone\n", "a_library_that_is_gone"),
        ("raise SystemExit(0)\n", "SystemExit"),
        ("answer = 3\n", "a function answer"),
    ],
)
def test_a_module_that_cannot_be_imported_is_refused(desk: Desk, code: str, wanted: str) -> None:
    desk.function(code)
    desk.assess().refuses(wanted, "own")


# The file


class Bomb:
    """What a pickle can do: leave a mark when it is loaded."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.mark,)


def test_a_file_other_than_the_one_stated_is_never_loaded(desk: Desk) -> None:
    mark = desk.folder / "mark"
    (desk.folder / "model.joblib").write_bytes(pickle.dumps(Bomb(mark)))
    desk.describe(("trust_file = true", f'trust_file = true\nsha256 = "{"0" * 64}"'))
    desk.assess().refuses("is not the file described", "Was it replaced?")
    assert not mark.exists()


def test_a_stated_digest_answers_for_a_file_that_can_run_code(desk: Desk) -> None:
    only = ("--only", "environment/model-file")
    assert desk.assess(*only).code == 1
    assert desk.verdicts()["environment/model-file"] is Verdict.FAIL
    digest = sha256((desk.folder / "model.joblib").read_bytes()).hexdigest()
    desk.describe(("trust_file = true", f'trust_file = true\nsha256 = "{digest}"'))
    for run, jobs in (("one", "1"), ("two", "2")):
        assert desk.assess(*only, "-o", run, "--jobs", jobs).code == 0
        assert desk.verdicts(run)["environment/model-file"] is Verdict.PASS
        assert json.loads((desk.folder / run / "observed.json").read_bytes())["findings"]
    assert desk.record_id("one") == desk.record_id("two")
