# SPDX-License-Identifier: Apache-2.0
"""``init`` writes a description that ``assess`` takes, once its owner has said that the file may be trusted."""

import tomllib

import pytest

from functional.workshop import TARGET, Desk

WORDS = ("init", "model.joblib", "--data", "test.csv", "--target", TARGET, "--train", "train.csv")


@pytest.mark.parametrize("file", ["new.toml", "below/new.toml"])
def test_a_drafted_description_is_assessed_once_the_file_is_trusted(desk: Desk, file: str) -> None:
    said = desk.type(*WORDS, "-o", file)
    assert said.code == 0
    assert file in said.out
    text = (desk.folder / file).read_text(encoding="utf-8")
    desk.type("assess", file, "-o", "run").refuses("trust_file = true")
    desk.write(file, text.replace("# trust_file = true", "trust_file = true"))
    assert desk.type("assess", file, "-o", "run").code in (0, 1)


def test_guesses_are_marked_as_guesses(desk: Desk) -> None:
    desk.type(*WORDS, "-o", "new.toml")
    text = (desk.folder / "new.toml").read_text(encoding="utf-8")
    drafted = tomllib.loads(text)
    assert drafted["data"]["task"] == "binary"
    assert drafted["data"]["columns"]["protected"] == ["age", "sex"]
    for guess in ("name = ", "task = ", "protected = ", "personal = "):
        (line,) = [line for line in text.splitlines() if line.startswith(guess)]
        assert "GUESS" in line


def test_a_description_is_never_written_over(desk: Desk) -> None:
    before = (desk.folder / "probatum.toml").read_bytes()
    desk.type(*WORDS).refuses("there already")
    assert (desk.folder / "probatum.toml").read_bytes() == before


def test_a_wrong_target_is_refused_and_nothing_is_written(desk: Desk) -> None:
    desk.type(*WORDS[:4], "--target", "repiad", "-o", "new.toml").refuses("Did you mean repaid?")
    assert not (desk.folder / "new.toml").exists()
