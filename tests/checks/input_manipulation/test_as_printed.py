# SPDX-License-Identifier: Apache-2.0
"""Whoever reads an example off the record and asks the model about exactly that gets the answer that is told."""

import base64
import json
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from probatum import assess
from probatum.adapters.interface import Wish, few, wrap
from probatum.checks.input_manipulation.evasion import Options, run
from probatum.facts.plan import Terms
from probatum.seeds import stream
from probatum.systems.attacker import Attacker
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System
from probatum.systems.views import AttackedRows

COLUMNS = ["tiny", "vast", "plain", "whole", "kind"]
KINDS = ["none", "some", "0.0000002"]


def wide(rows: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Return columns from 1e-7 to 1e9, whole numbers and categories; the answer is a line through all of them."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "tiny": 1e-7 * (1 + rng.random(rows)),
            "vast": 1e9 * (1 + rng.random(rows)),
            "plain": rng.normal(size=rows),
            "whole": rng.integers(0, 400, size=rows),
            "kind": np.asarray(KINDS)[rng.integers(0, 3, size=rows)],
        }
    )
    score = (
        frame["tiny"] * 1e7 + frame["vast"] * 1e-9 + frame["plain"] + frame["whole"] / 400 + (frame["kind"] == "none")
    )
    return frame, np.where(score > score.median(), "yes", "no")


class Line:
    """Asked with a frame: numbers by their scale, categories by name, so that single digits decide."""

    def __init__(self, frame: pd.DataFrame, truth: np.ndarray) -> None:
        self.inner = make_pipeline(StandardScaler(), LogisticRegression(C=1e6)).fit(self.numbers(frame), truth)

    def numbers(self, frame: pd.DataFrame) -> np.ndarray:
        kinds = np.column_stack([frame["kind"].astype(str) == kind for kind in KINDS])
        return np.column_stack([frame[COLUMNS[:4]].astype(float), kinds])

    def __call__(self, frame: pd.DataFrame) -> np.ndarray:
        return np.asarray(self.inner.predict_proba(self.numbers(frame)))


def carried_out(cells: dict[str, str], changes: list[str]) -> dict[str, str]:
    """Return the printed cells with the printed changes made, as a reader would."""
    out = dict(cells)
    for change in changes:
        moved = re.fullmatch(r"(raise|lower) (\S+) from (\S+) to (\S+)", change)
        stated = re.fullmatch(r"state (\S+) as (\S+) instead of (\S+)", change)
        if moved:
            _, name, old, new = moved.groups()
            assert cells[name] == old
        else:
            assert stated, change
            name, new, old = stated.groups()
            assert cells[name] == old
        out[name] = new
    return out


def as_frame(rows: list[dict[str, str]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)[COLUMNS]
    for name in COLUMNS[:4]:
        frame[name] = frame[name].map(float)
    return frame


@pytest.mark.parametrize("check", ["evasion", "universal"])
def test_the_model_answers_the_printed_cells_as_told(tmp_path, check):
    train, held_out = wide(600, 1), wide(300, 2)
    model = Line(*train)
    done = assess(
        model,
        test=held_out,
        train=train,
        output="probabilities",
        classes=["no", "yes"],
        only=[f"input-manipulation/{check}"],
        include_rows=True,
        folder=tmp_path / "run",
    )
    record = json.loads((done.folder / "record.json").read_text())
    (finding,) = record["findings"]
    examples = finding["examples"]
    assert len(examples) == 5
    rows = [{cell["column"]: cell["content"] for cell in one["cells"]} for one in examples]
    assert not [cell for row in rows for cell in row.values() if re.search(r"\de[-+]?\d", cell)]
    changed = [carried_out(row, one["changes"]) for row, one in zip(rows, examples, strict=True)]
    names = np.asarray(["no", "yes"])
    for read in (as_frame, lambda some: as_frame(json.loads(json.dumps(some)))):
        assert names[model(read(rows)).argmax(axis=1)].tolist() == [one["before"] for one in examples]
        assert names[model(read(changed)).argmax(axis=1)].tolist() == [one["answer"] for one in examples]
    single = [names[model(as_frame([row])).argmax()] for row in changed]  # one at a time, as a reader would
    assert single == [one["answer"] for one in examples]
    page = Cells((done.folder / "report.html").read_text()).found
    for row, one in zip(rows, examples, strict=True):
        assert set(row.values()) <= page
        assert set(one["changes"]) <= {text.strip() for text in page} or all(
            any(change in text for text in page) for change in one["changes"]
        )


class Cells(HTMLParser):
    """Every text that stands between two tags of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.found.add(data.strip())


def test_amounts_alone_are_exact_where_cells_are_not_shown(tmp_path):
    train, (frame, truth) = wide(600, 1), wide(300, 2)
    model = Line(*train)
    data = from_arrays((frame, truth), train)
    system = System.of(wrap(model, few(data.test), Wish(output="probabilities")), data)
    view = AttackedRows(rows=data.test, attacker=Attacker.none(), train=data.train)
    finding = run(system, view, Options(), Terms(confidence=0.95), stream(0, "t"))
    assert finding.examples
    for one in finding.examples:
        row = frame.iloc[[one.row]].copy()
        for change in one.changes:
            verb, name, amount = re.fullmatch(r"(raise|lower) (\S+) by (\S+)", change).groups()
            assert "e" not in amount
            row[name] = row[name].astype(float) + (1 if verb == "raise" else -1) * float(amount)
        assert ["no", "yes"][model(row).argmax()] == one.answer != one.before


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32, np.float64])
@pytest.mark.parametrize("top", [16, 255])
def test_pictures_of_whole_numbers_are_answered_as_they_are_drawn(dtype, top):
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, top + 1, size=(240, 4, 4)).astype(dtype)
    truth = (pictures.reshape(240, -1).astype(float) @ np.linspace(-1, 1, 16) > 0).astype(int)
    line = LogisticRegression(C=1e3, max_iter=2000).fit(pictures.reshape(240, -1).astype(float) / top, truth)

    def model(rows):
        return line.predict_proba(np.asarray(rows, dtype=float).reshape(len(rows), -1) / top)

    data = from_arrays((pictures[120:], truth[120:]), (pictures[:120], truth[:120]))
    system = System.of(wrap(model, few(data.test), Wish(output="probabilities")), data)
    view = AttackedRows(rows=data.test, attacker=Attacker.none(), train=data.train)
    options = Options(radius=0.2, rows=60, queries=300)
    finding = run(system, view, options, Terms(confidence=0.95, include_rows=True), stream(0, "t"))
    drawn = [one for one in finding.examples if one.picture is not None]
    assert drawn
    for one in drawn:
        before, after = (
            np.rint(np.frombuffer(base64.b64decode(side), dtype=np.uint8) * (top / 255)).reshape(1, 4, 4).astype(dtype)
            for side in (one.picture.before, one.picture.after)
        )
        np.testing.assert_array_equal(before[0], pictures[120:][one.row])
        assert str(model(before).argmax()) == one.before
        assert str(model(after).argmax()) == one.answer


def test_pictures_of_fractions_are_answered_as_they_are_drawn():
    rng = np.random.default_rng(0)
    pictures = rng.normal(size=(240, 4, 4)).astype(np.float32)
    truth = (pictures.reshape(240, -1) @ np.linspace(-1, 1, 16) > 0).astype(int)
    line = LogisticRegression(C=1e3, max_iter=2000).fit(pictures.reshape(240, -1), truth)

    def model(rows):
        return line.predict_proba(np.asarray(rows).reshape(len(rows), -1))

    data = from_arrays((pictures[120:], truth[120:]), (pictures[:120], truth[:120]))
    system = System.of(wrap(model, few(data.test), Wish(output="probabilities")), data)
    view = AttackedRows(rows=data.test, attacker=Attacker.none(), train=data.train)
    terms = Terms(confidence=0.95, include_rows=True)
    finding = run(system, view, Options(rows=60, queries=300, examples=30), terms, stream(0, "t"))
    least, unit = pictures.min(), float(pictures.max()) - float(pictures.min())
    drawn = [one for one in finding.examples if one.picture is not None]
    assert drawn
    for one in drawn:
        for side, answer in ((one.picture.before, one.before), (one.picture.after, one.answer)):
            shades = np.frombuffer(base64.b64decode(side), dtype=np.uint8).astype(float)
            assert str(model((float(least) + unit * (shades / 255)).astype(np.float32)[None]).argmax()) == answer


def test_an_answer_that_hangs_on_the_tenth_digit_is_told_in_as_many_as_it_takes(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": 1000 + rng.random(400) * 1e-6, "b": rng.random(400)})

    def steps(rows):
        side = np.floor((rows["a"].to_numpy() - 1000) * 2e7) % 2 == 1
        return np.column_stack([~side, side]).astype(float)

    done = assess(
        steps, test=(frame, steps(frame).argmax(axis=1)), train=(frame, steps(frame).argmax(axis=1)),
        output="probabilities", only=["input-manipulation/evasion"], include_rows=True, folder=tmp_path / "run",
    )  # fmt: skip
    examples = done.record.findings[0].examples
    assert examples
    for one in examples:
        row = carried_out({cell.column: cell.content for cell in one.cells}, list(one.changes))
        assert str(steps(pd.DataFrame([{k: float(v) for k, v in row.items()}])).argmax()) == one.answer != one.before


def test_columns_of_float32_are_printed_in_their_own_digits(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 3)).astype(np.float32)
    y = (x.sum(axis=1) > 0).astype(int)
    frame = pd.DataFrame(x, columns=["a", "b", "c"])
    line = LogisticRegression(C=1e6).fit(frame.astype(np.float64), y)
    done = assess(
        line, test=(frame, y), train=(frame, y), only=["input-manipulation/evasion"], include_rows=True,
        folder=tmp_path / "run",
    )  # fmt: skip
    examples = done.record.findings[0].examples
    assert examples
    for one in examples:
        row = carried_out({cell.column: cell.content for cell in one.cells}, list(one.changes))
        read = pd.DataFrame([{k: np.float32(v) for k, v in row.items()}])
        assert str(line.predict(read)[0]) == one.answer != one.before
        assert all(len(cell) <= len("-0.0123456789") for cell in row.values())
