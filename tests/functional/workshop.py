# SPDX-License-Identifier: Apache-2.0
"""A small lender in a folder: real rows, a real trained pipeline, and the commands as a user types them."""

import html
import re
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from probatum.cli.app import run
from probatum.evidence.wire import record_id
from probatum.facts.record import Judgement, Record, Verdict
from probatum.runs.folder import read_fact

TARGET = "repaid"
BRIEFLY = ("assess", "model.joblib", "--data", "test.csv", "--target", TARGET)  # without a probatum.toml
TOML = """\
[system]
name = "lender"

[model]
file = "model.joblib"
trust_file = true

[data]
train = "train.csv"
test = "test.csv"
target = "repaid"

[data.columns]
protected = ["sex"]
"""


def people(rows: int, seed: int) -> pd.DataFrame:
    """Return applicants of whom about one in ten does not follow the rule."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age": rng.integers(18, 80, rows),
            "income": rng.normal(30, 10, rows).round(1),
            "sex": rng.choice(["f", "m"], rows),
            "region": rng.choice(["north", "south", "west"], rows),
        }
    )
    odd = rng.random(rows) < 0.1
    frame[TARGET] = np.where((frame["income"] > 28) ^ odd, "yes", "no")
    return frame


def train(frame: pd.DataFrame, target: str = TARGET) -> Pipeline:
    """Train a pipeline on everything beside the target."""
    features = frame.drop(columns=target)
    words = [name for name in features if not pd.api.types.is_numeric_dtype(features[name].dtype)]
    numbers = [name for name in features if name not in words]
    columns = make_column_transformer((StandardScaler(), numbers), (OneHotEncoder(handle_unknown="ignore"), words))
    return make_pipeline(columns, LogisticRegression()).fit(features, frame[target])


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The error message, without the progress before it."""
        return self.err.partition("probatum: ")[2].strip()

    def refuses(self, *words: str, code: int = 2) -> str:
        """Make sure that the command ended with one clear message that holds these words; return it."""
        assert self.code == code, (self.code, self.out, self.err)
        assert "Traceback" not in self.err
        assert self.err.count("probatum: ") == 1, self.err
        for word in words:
            assert word in self.complaint, (word, self.complaint)
        return self.complaint


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A folder with the lender's files, and a user who types commands in it."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    def type(self, *words: str | Path) -> Said:
        """Run ``probatum`` with these words."""
        self.capsys.readouterr()
        code = run([str(word) for word in words])
        caught = self.capsys.readouterr()
        return Said(code=code, out=caught.out, err=caught.err)

    def assess(self, *words: str | Path) -> Said:
        """Assess what ``probatum.toml`` describes, into ``run``, with the cheapest check unless others are named."""
        cheap = () if {"--only", "--skip", "--plan"} & set(words) else ("--only", "usage/error-rate")
        target = () if "-o" in words else ("-o", "run")
        return self.type("assess", *cheap, *target, *words)

    def write(self, name: str, text: str) -> Path:
        """Write a text file."""
        (self.folder / name).write_text(text, encoding="utf-8", newline="\n")
        return self.folder / name

    def describe(self, *changes: tuple[str, str]) -> None:
        """Write ``probatum.toml`` with some of its text replaced."""
        text = TOML
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        self.write("probatum.toml", text)

    def rows(self, name: str, frame: pd.DataFrame) -> None:
        """Write rows as csv."""
        frame.to_csv(self.folder / name, index=False)

    def model(self, model: object, name: str = "model.joblib") -> None:
        """Save a model."""
        joblib.dump(model, self.folder / name)

    def function(self, code: str) -> None:
        """Describe a model that is the Python function ``answer`` in ``own.py``."""
        self.write("own.py", code)
        self.describe(('file = "model.joblib"\ntrust_file = true', 'python = "own:answer"'))

    def record(self, run: str = "run") -> Record:
        """Return a run's record."""
        return read_fact(self.folder / run / "record.json", Record)

    def record_id(self, run: str = "run") -> str:
        """Return the id of a run's record."""
        return record_id(self.record(run))

    def judgement(self, run: str = "run") -> Judgement:
        """Return a run's judgement."""
        return read_fact(self.folder / run / "judgement.json", Judgement)

    def verdicts(self, run: str = "run") -> dict[str, Verdict]:
        """Return a run's verdicts by check."""
        return {verdict.check: verdict.verdict for verdict in self.judgement(run).verdicts}

    def command_to_repeat(self, run: str = "run") -> list[str]:
        """Return the words after ``probatum`` of the command that a run's report shows for repeating it."""
        page = (self.folder / run / "report.html").read_text(encoding="utf-8")
        shown = re.findall(r"<code>(probatum assess .*?)</code>", page)
        return shlex.split(html.unescape(shown[-1]))[1:]

    def notes(self, run: str = "run") -> str:
        """Return what was repaired or assumed on the way in."""
        return "\n".join(self.record(run).plan.subject.notes)


def set_up(source: Path, folder: Path) -> None:
    """Copy the lender's files into a fresh folder."""
    for file in source.iterdir():
        shutil.copy(file, folder)
