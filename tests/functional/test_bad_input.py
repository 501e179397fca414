# SPDX-License-Identifier: Apache-2.0
"""Whatever is wrong with the words, the description or the data: one clear message, the code, no traceback."""

from pathlib import Path

import pandas as pd
import pytest

from functional.workshop import BRIEFLY, TARGET, Desk, people, train
from probatum.facts.record import Verdict

NAMES_WITH_MARKUP = {"age": "<script>alert(1)</script>", "region": "[red]region[/red]"}


# The description


def test_all_mistakes_of_a_description_come_at_once_with_their_lines(desk: Desk) -> None:
    desk.describe(
        ('name = "lender"', 'nmae = "lender"\nstakes = "huge"'),
        ("trust_file = true", "trust_file = 1"),
        ("model.joblib", "gone.joblib"),
        ("test.csv", "gone.csv"),
        ('target = "repaid"', 'target = "repaid"\ntask = 3'),
    )
    said = desk.assess().refuses("6 mistakes", "Did you mean name?", "gone.joblib", "gone.csv")
    lines = [line.split(":")[0].strip() for line in said.splitlines()[1:]]
    assert lines == ["line 2", "line 3", "line 6", "line 7", "line 11", "line 13"]
    assert not (desk.folder / "run").exists()


def test_all_missing_files_of_a_description_come_at_once(desk: Desk) -> None:
    desk.describe(("model.joblib", "gone.joblib"), ("train.csv", "gone.csv"), ("test.csv", "none.csv"))
    desk.assess().refuses("3 mistakes", "gone.joblib", "gone.csv", "none.csv", "line 5", "line 9", "line 10")


def test_a_target_that_is_no_column_is_refused_with_the_columns_there_are(desk: Desk) -> None:
    desk.describe(('"repaid"', '"repiad"'), ('"sex"', '"sexx"'))
    desk.assess().refuses("2 mistakes", "line 11", "line 14", "Did you mean repaid?", "Did you mean sex?", "income")
    desk.type(*BRIEFLY[:-1], "repiad", "--trust-file").refuses("Did you mean repaid?")


def test_a_relation_that_training_rows_break_is_a_mistake_of_the_description(desk: Desk) -> None:
    relation = "[[data.relations]]\nterms = { income = 1.0, age = -1.0 }\nat_least = 0.0\n\n[data.columns]"
    desk.describe(("[data.columns]", relation))
    rows = pd.read_csv(desk.folder / "train.csv")
    count = int((rows["income"] < rows["age"]).sum())
    assert count > 0
    desk.assess().refuses("1 mistake", f"income, age: {count} of {len(rows)} rows", "break it")
    desk.describe(("[data.columns]", relation.replace("at_least = 0.0", "at_least = -500.0")))
    assert desk.assess().code in (0, 1)


def test_text_that_is_no_toml_is_refused_with_its_line(desk: Desk) -> None:
    desk.write("probatum.toml", "[system]\nname = lender\n")
    desk.assess().refuses("line 2", "not TOML")


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("assess", "gone.toml"), "gone.toml"),
        (("assess", "gone.joblib", *BRIEFLY[2:]), "gone.joblib"),
        (("assess", "model.joblib", "--data", "gone.csv", "--target", TARGET), "gone.csv"),
        ((*BRIEFLY, "--trust-file", "--train", "gone.csv"), "gone.csv"),
        (("assess", "--policy", "gone.toml"), "gone.toml"),
        (("assess", "--plan", "gone.json"), "gone.json"),
        (("report", "gone"), "gone"),
        (("rejudge", "gone", "--policy", "probatum.toml"), "wanted a policy"),
        (("init", "gone.joblib", "--data", "test.csv", "--target", TARGET, "-o", "new.toml"), "gone.joblib"),
    ],
)
def test_a_missing_file_is_named(desk: Desk, words: tuple[str, ...], wanted: str) -> None:
    before = set(desk.folder.iterdir())
    desk.type(*words).refuses(wanted)
    assert set(desk.folder.iterdir()) == before


def test_a_folder_without_a_run_is_refused(desk: Desk) -> None:
    (desk.folder / "empty").mkdir()
    desk.type("report", "empty").refuses("record.json")


@pytest.mark.parametrize("content", [{"here.txt": "mine"}, None])
def test_a_run_is_never_written_over_something(desk: Desk, content: dict[str, str] | None) -> None:
    if content is None:
        desk.write("run", "a file")
    else:
        (desk.folder / "run").mkdir()
        desk.write("run/here.txt", content["here.txt"])
    desk.assess().refuses("not an empty folder", "-o")
    if content is not None:
        assert [file.name for file in (desk.folder / "run").iterdir()] == ["here.txt"]


# The words of a command


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("asses",), "'asses'"),
        (("assess", "--nope"), "--nope"),
        (("assess", "--seed", "x"), "--seed"),
        (("assess", "--seed", "-1"), "--seed"),
        (("assess", "--effort", "max"), "quick"),
        (("assess", "--jobs", "0"), "--jobs"),
        (("init", "model.joblib", "-o", "new.toml"), "--data"),
        (("assess", "model.joblib"), "--target"),
        (("assess", "--data", "test.csv"), "Leave out"),
        (("report", "run", "--format"), "--format"),
        (("checks", "usage/nope"), "usage/error-rate"),
        (("checks", "--format", "xml"), "json"),
        (("demo", "nope"), "lender"),
        (("selftest", "--only", "nope"), "probatum checks"),
    ],
)
def test_wrong_words_are_refused_and_nothing_is_written(desk: Desk, words: tuple[str, ...], wanted: str) -> None:
    desk.type(*words).refuses(wanted)
    assert not (desk.folder / "probatum-runs").exists()


def test_no_words_at_all_show_the_commands(desk: Desk) -> None:
    said = desk.type()
    assert said.code == 0
    assert "assess" in said.out
    assert said.err == ""


# The labels


def numbered(frame: pd.DataFrame, kind: type) -> pd.DataFrame:
    return frame.assign(**{TARGET: (frame[TARGET] == "yes").astype(int).astype(kind)})


def test_a_model_that_answers_other_labels_than_the_data_have_is_refused(desk: Desk) -> None:
    desk.model(train(numbered(people(200, seed=1), int)))
    desk.assess().refuses("0, 1", "'no', 'yes'", "no label in common")


def test_labels_that_look_like_numbers_are_read_as_the_model_knows_them_and_it_is_said(desk: Desk) -> None:
    for name, seed in (("train.csv", 1), ("test.csv", 2)):
        desk.rows(name, numbered(people(300, seed=seed), int))
    desk.model(train(numbered(people(300, seed=1), str)))
    assert desk.assess().code == 0
    assert '"repaid" looks like numbers and was kept as text' in desk.notes()
    assert desk.record().findings[0].measures["error_rate"].value < 0.2


def test_a_label_that_only_the_model_knows_is_said(desk: Desk) -> None:
    known = people(300, seed=1)
    known.loc[:40, TARGET] = "maybe"
    desk.model(train(known))
    assert desk.assess().code in (0, 1)
    assert "can also answer 'maybe'" in desk.notes()


# The columns


def test_columns_in_another_order_are_matched_by_name_and_it_is_said(desk: Desk) -> None:
    desk.assess()
    rows = pd.read_csv(desk.folder / "test.csv")
    desk.rows("test.csv", rows[rows.columns[::-1]])
    assert desk.assess("-o", "turned").code == 0
    assert "another order" not in desk.notes()
    assert "another order" in desk.notes("turned")
    assert desk.record().findings == desk.record("turned").findings


def test_columns_in_another_order_than_the_models_are_matched_by_name_and_it_is_said(desk: Desk) -> None:
    rows = pd.read_csv(desk.folder / "test.csv")
    desk.rows("test.csv", rows[rows.columns[::-1]].assign(shoe_size=42))
    assert desk.type(*BRIEFLY, "--trust-file", "--only", "usage/error-rate", "-o", "run").code == 0
    assert "another order than the model's" in desk.notes()
    assert "not trained on shoe_size" in desk.notes()
    assert desk.record().findings[0].measures["error_rate"].value < 0.2


def test_a_missing_column_is_refused(desk: Desk) -> None:
    desk.rows("test.csv", pd.read_csv(desk.folder / "test.csv").drop(columns="income"))
    desk.assess().refuses('"income"', "train.csv")
    desk.type(*BRIEFLY, "--trust-file").refuses("lack 1 of them: income")


# The rows


def test_rows_of_one_class_are_measured_and_it_is_said(desk: Desk) -> None:
    rows = pd.read_csv(desk.folder / "test.csv")
    desk.rows("test.csv", rows[rows[TARGET] == "yes"])
    assert desk.assess("--skip", "nothing-*").code == 2
    assert desk.type("assess", "-o", "run").code in (0, 1)
    assert "the same true answer" in desk.notes()


def test_three_rows_are_too_few_to_tell(desk: Desk) -> None:
    desk.rows("test.csv", people(3, seed=2))
    assert desk.assess("--only", "usage/*").code == 0
    judged = desk.verdicts()
    assert judged["usage/error-rate"] is Verdict.INCONCLUSIVE
    assert judged["usage/error-slices"] in (Verdict.NOT_APPLICABLE, Verdict.INCONCLUSIVE)


def test_no_rows_are_refused(desk: Desk) -> None:
    desk.rows("test.csv", people(0, seed=2))
    desk.assess().refuses("no rows")
    desk.write("test.csv", "")
    desk.assess().refuses("test.csv is empty")


# Names and cells that would steer a page or a terminal


def test_names_and_cells_with_markup_are_shown_as_they_are(desk: Desk) -> None:
    def marked(frame: pd.DataFrame) -> pd.DataFrame:
        cells = frame["region"].replace(
            {"north": "<b>north</b>", "south": "[bold]south[/bold]", "west": "\x1b[31mwest"}
        )
        return frame.assign(region=cells).rename(columns=NAMES_WITH_MARKUP)

    for name, seed in (("train.csv", 1), ("test.csv", 2)):
        desk.rows(name, marked(people(300, seed=seed)))
    desk.model(train(marked(people(300, seed=1))))
    said = desk.type("assess", "-o", "run", "--include-rows")
    assert said.code in (0, 1)
    page = (desk.folder / "run" / "report.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<b>north" not in page
    assert "[red]region[/red]" in page
    assert "\x1b" not in said.out + said.err + page
    for form in ("terminal", "json", "html"):
        shown = desk.type("report", "run", "--format", form)
        assert shown.code == 0
        assert "\x1b" not in shown.out


def test_the_cells_of_rows_are_shown_only_if_asked_for_and_never_personal_or_protected_ones(desk: Desk) -> None:
    desk.describe(('protected = ["sex"]', 'protected = ["sex"]\npersonal = ["region"]'))
    assert desk.assess().code == 0
    assert desk.assess("--include-rows", "-o", "shown").code == 0
    hidden, shown = (desk.record(run).findings[0].examples for run in ("run", "shown"))
    assert hidden
    assert all(example.cells == () for example in hidden)
    for example in shown:
        cells = {cell.column: cell.content for cell in example.cells}
        assert cells["sex"] == cells["region"] == "masked"
        assert cells["age"].isdigit()


def test_debug_shows_where_an_error_came_from(desk: Desk) -> None:
    said = desk.type("--debug", "assess", Path("gone.toml"))
    assert said.code == 2
    assert "Traceback" in said.err
    assert "gone.toml" in said.err
