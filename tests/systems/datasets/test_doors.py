# SPDX-License-Identifier: Apache-2.0
"""Reading what a description names, and taking what Python holds, with everything that can be wrong with either."""

import gzip
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probatum.errors import DataError, DescriptionError, MissingExtraError
from probatum.facts.threats import Task
from probatum.systems.datasets import Dataset, Kind, from_arrays, read
from probatum.systems.description import Description
from probatum.systems.sections import ColumnsSection, DataSection, ModelSection

TRAIN = "age,sex,rate,income\n20,f,0.5,no\n30,m,1.5,yes\n40,f,2.5,no\n"
TEST = "age,sex,rate,income\n25,f,0.25,no\n35,m,,yes\n"


def given_files(folder: Path, *, train: str | bytes | None = TRAIN, test: str | bytes = TEST, **said) -> Dataset:
    for name, content in (("train.csv", train), ("test.csv", test)):
        if content is not None:
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    classes = said.pop("classes", None)
    path = said.pop("path", None)
    columns = ColumnsSection(**said.pop("columns", {}))
    files = {"train": None if train is None else "train.csv", "test": "test.csv", "target": "income"}
    data = DataSection(**{**files, **said}, columns=columns)
    return read(Description(data=data, model=ModelSection(classes=classes), path=path), folder)


def refused(folder: Path, **said) -> str:
    with pytest.raises(DataError) as caught:
        given_files(folder, **said)
    message = str(caught.value)
    assert len(message.splitlines()) <= 2
    assert "Traceback" not in message
    return message


def test_reads_train_and_test(tmp_path):
    data = given_files(tmp_path)
    assert len(data.train) == 3
    assert [(column.name, column.kind) for column in data.test.schema.columns] == [
        ("age", Kind.INTEGER),
        ("sex", Kind.CATEGORICAL),
        ("rate", Kind.NUMERIC),
    ]
    assert data.test.schema.classes == ("no", "yes")
    assert data.test.schema.positive == 1
    assert data.test.truth.dtype == np.int32
    np.testing.assert_array_equal(data.test.truth, [0, 1])
    np.testing.assert_array_equal(data.test.numeric(), [[25, 0.25], [35, np.nan]])
    np.testing.assert_array_equal(data.test.categorical(), [[0], [1]])
    assert data.digests == {
        "train": "sha256:" + sha256(TRAIN.encode()).hexdigest(),
        "test": "sha256:" + sha256(TEST.encode()).hexdigest(),
    }
    assert data.notes == ("Nobody said what the task is; binary was assumed, since there are 2 labels.",)


def test_says_nothing_when_nothing_was_repaired_or_assumed(tmp_path):
    assert given_files(tmp_path, task=Task.BINARY).notes == ()


def test_says_so_when_only_one_file_is_given(tmp_path):
    data = given_files(tmp_path, train=None)
    assert data.train is None
    assert data.notes[0] == (
        "Only one file was given: all its rows are taken as held-out; "
        "if the model was trained on them, the mistakes are understated."
    )


def test_says_so_when_both_names_are_one_file(tmp_path):
    (tmp_path / "test.csv").write_text(TEST, encoding="utf-8")
    data = read(Description(data=DataSection(train="test.csv", test="test.csv", target="income")), tmp_path)
    assert "Train and test are the same rows, so the mistakes are understated." in data.notes


def test_reads_gzipped_files_and_digests_the_bytes_on_disk(tmp_path):
    packed = gzip.compress(TEST.encode())
    (tmp_path / "rows.csv.gz").write_bytes(packed)
    data = read(Description(data=DataSection(test="rows.csv.gz", target="income")), tmp_path)
    assert len(data.test) == 2
    assert data.digests["test"] == "sha256:" + sha256(packed).hexdigest()


def test_matches_columns_by_name_when_the_order_differs(tmp_path):
    data = given_files(tmp_path, test="income,rate,sex,age\nno,0.25,f,25\n")
    assert list(data.test.features.columns) == ["age", "sex", "rate"]
    assert "The columns of the test file were in another order; they were matched by name." in data.notes


def test_drops_what_only_the_test_file_has(tmp_path):
    data = given_files(tmp_path, test="age,sex,rate,extra,income\n25,f,0.25,9,no\n")
    assert list(data.test.features.columns) == ["age", "sex", "rate"]
    assert 'test.csv has the column "extra", which train.csv lacks; left out.' in data.notes


def test_lists_what_the_test_file_lacks(tmp_path):
    message = refused(tmp_path, test="sex,income\nf,no\n")
    assert message == 'test.csv lacks the columns "age", "rate", which train.csv has; add what is missing.'


def test_names_close_columns_when_the_target_is_none(tmp_path):
    message = refused(tmp_path, target="incme")
    assert message == (
        '[data] target: there is no column "incme". Did you mean income? The columns are age, sex, rate, income.'
    )


def test_raises_all_mistakes_in_names_with_the_description_when_there_is_one(tmp_path):
    with pytest.raises(DescriptionError) as caught:
        given_files(tmp_path, target="incme", columns={"protected": ["sx"]}, path=tmp_path / "probatum.toml")
    assert len(caught.value.mistakes) == 2


def test_says_so_when_the_test_file_lacks_the_target(tmp_path):
    message = refused(tmp_path, test="age,sex,rate\n25,f,0.25\n")
    assert message.startswith('test.csv has no column "income", which is the target.')


def test_names_column_line_and_count_when_a_number_is_none(tmp_path):
    test = 'age,sex,rate,income\n25,f,0.25,no\n\n35,"m\nm",x,yes\nold,f,1,no\n36,f,y,no\n'
    assert refused(tmp_path, test=test) == (
        'Column "age" of test.csv: 1 cell is not a number, first in line 6; '
        'Column "rate" of test.csv: 2 cells are not a number, first in line 4. '
        "Correct them; if they mean missing, list them in [data] missing."
    )


def test_reads_marks_for_missing_when_they_are_listed(tmp_path):
    data = given_files(tmp_path, test="age,sex,rate,income\n?,?,0.25,no\n", missing=["?"])
    assert np.isnan(data.test.numeric()[0, 0])
    assert data.test.categorical()[0, 0] == -1


def test_notes_numbers_with_an_unknown_mark_and_shows_it_only_when_it_is_common(tmp_path):
    def rows(strange: int) -> str:
        cells = ["?"] * strange + list(map(str, range(400 - strange)))
        return "age,income\n" + "".join(f"{cell},{'no' if i % 2 else 'yes'}\n" for i, cell in enumerate(cells))

    common = given_files(tmp_path, train=None, test=rows(12)).notes
    rare = given_files(tmp_path, train=None, test=rows(2)).notes
    assert any('"age" was taken as text, though all but 12 of its cells are numbers, mostly "?"' in n for n in common)
    assert any("all but 2 of its cells are numbers;" in note for note in rare)


def test_keeps_codes_as_text_when_train_has_texts_there(tmp_path):
    train = "code,income\nA1,no\n07,yes\n"
    data = given_files(tmp_path, train=train, test="code,income\n07,no\n08,yes\n")
    assert data.test.features["code"].tolist() == ["07", "08"]
    np.testing.assert_array_equal(data.test.categorical(), [[0], [-1]])
    assert 'Column "code" of test.csv holds values unknown to train in 1 rows.' in data.notes


def test_keeps_labels_as_text_when_train_has_texts_there(tmp_path):
    data = given_files(tmp_path, train="a,income\n1,x\n2,1\n3,0\n", test="a,income\n1,1\n2,0\n")
    assert data.test.schema.classes == ("0", "1", "x")


def test_gives_test_the_floats_of_train(tmp_path):
    data = given_files(tmp_path, test="age,sex,rate,income\n25,f,1,no\n")
    assert data.test.features["rate"].dtype == np.float64


def test_column_of_whole_numbers_with_gaps_is_still_of_whole_numbers(tmp_path):
    data = given_files(tmp_path, train="age,b,income\n20,1,no\n,2,yes\n", test="age,b,income\n1,1,no\n")
    assert data.train.schema.columns[0].kind is Kind.INTEGER
    assert data.train.features["age"].dtype == np.float64


def test_reads_a_file_without_header_by_given_names(tmp_path):
    data = given_files(tmp_path, train=None, test="25, f, no\n35, m, yes\n", names=["age", "sex", "income"])
    assert len(data.test) == 2
    assert data.test.schema.columns[1].categories == ("f", "m")


def test_says_when_names_and_fields_do_not_fit(tmp_path):
    message = refused(tmp_path, train=None, test="25,f,no\n", names=["age", "income"])
    assert message.startswith("test.csv, line 1: 3 fields, but [data] names lists 2;")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "test.csv is empty; wanted rows."),
        (" \n\n", "test.csv is empty; wanted rows."),
        ("age,income\n", "test.csv holds a header and no rows; at least one row was wanted."),
        (b"\x00\x01\x02PK", "test.csv is no text file; wanted csv (UTF-8), parquet or npz."),
        ("age,income\nx,é\n".encode("latin-1"), "test.csv is not UTF-8 text (line 2). Say which encoding it has"),
        ("age,income\n1,no\n1,2,3\n", "test.csv, line 3: 3 fields, but the header has 2; correct the line"),
        ("age,income\n1,no\n\n1\n", "test.csv, line 4: 1 field, but the header has 2; correct the line"),
        ('age,income\n"1,no\n2,no\n', "test.csv, line 2: 1 field, but the header has 2"),
        ("age,age,income\n1,2,no\n", 'test.csv has more than once the column "age"; give each column a name'),
        ("age,income\n1,\n", "No row of test.csv has a true answer (the target is empty)"),
        (b"\x1f\x8b\x08\x00rubbish", "test.csv was not read: it is a damaged or cut-off gzip file; fetch it again."),
        ("income\nno\nyes\n", "No column of test.csv is left for the model; name some in [data] features."),
        ('age,income\n1,"' + "x" * 200_000 + '"\n', "test.csv cannot be read as csv in line 2: field larger than"),
    ],
)
def test_refuses_a_file_with_one_clear_message(tmp_path, content, message):
    assert refused(tmp_path, train=None, test=content).startswith(message)


def test_refuses_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match="There is no file"):
        read(Description(data=DataSection(test="gone.csv", target="y")), tmp_path)


def test_refuses_a_folder(tmp_path):
    with pytest.raises(DataError, match="is a folder without pictures; wanted a file"):
        read(Description(data=DataSection(test=".", target="y")), tmp_path)


def test_refuses_kinds_of_files_that_cannot_be_read(tmp_path):
    (tmp_path / "rows.xlsx").write_bytes(b"PK")
    with pytest.raises(DataError, match="Save the sheet with the rows as"):
        read(Description(data=DataSection(test="rows.xlsx", target="y")), tmp_path)


@pytest.mark.skipif(find_spec("pyarrow") is not None, reason="pyarrow is installed")
def test_names_the_extra_when_parquet_cannot_be_read(tmp_path):
    (tmp_path / "rows.parquet").write_bytes(b"PAR1")
    with pytest.raises(MissingExtraError, match=r"pip install probatum\[parquet\]"):
        read(Description(data=DataSection(test="rows.parquet", target="y")), tmp_path)


def test_drops_rows_without_a_true_answer_and_says_how_many(tmp_path):
    data = given_files(tmp_path, test="age,sex,rate,income\n1,f,1,no\n2,f,1,\n3,f,1, \n4,m,1,yes\n")
    assert len(data.test) == 2
    assert "2 rows have no true answer in test.csv; left out." in data.notes


def test_strips_blanks_around_labels(tmp_path):
    data = given_files(tmp_path, test="age,sex,rate,income\n1,f,1, no \n")
    np.testing.assert_array_equal(data.test.truth, [0])


def test_reads_semicolons_and_says_so(tmp_path):
    data = given_files(tmp_path, train=None, test="age;income\n1;no\n2;yes\n")
    assert data.test.schema.columns[0].kind is Kind.INTEGER
    assert "test.csv separates its columns by semicolons, not commas." in data.notes


def test_names_a_nameless_column_as_pandas_does(tmp_path):
    data = given_files(tmp_path, train=None, test=",age,income\n0,1,no\n1,2,yes\n")
    assert list(data.test.features.columns) == ["Unnamed: 0", "age"]


def test_notes_one_class_only(tmp_path):
    data = given_files(tmp_path, test="age,sex,rate,income\n1,f,1,no\n2,f,1,no\n")
    assert 'All rows of test.csv have the same true answer, "no".' in data.notes


def test_refuses_labels_of_which_none_is_known(tmp_path):
    message = refused(tmp_path, test="age,sex,rate,income\n1,f,1,no.\n2,f,1,yes.\n")
    assert message.startswith('No label of test.csv ("no.", "yes.") is one of train.csv ("no", "yes")')


def test_notes_labels_that_only_test_has(tmp_path):
    data = given_files(tmp_path, test="age,sex,rate,income\n1,f,1,no\n2,f,1,maybe\n")
    assert data.test.schema.classes == ("maybe", "no", "yes")
    assert 'test.csv has labels that train.csv lacks: "maybe".' in data.notes


def test_keeps_the_declared_order_of_classes(tmp_path):
    data = given_files(tmp_path, classes=("yes", "no"), positive="yes")
    assert data.test.schema.classes == ("yes", "no")
    assert data.test.schema.positive == 0


def test_refuses_labels_that_were_not_declared(tmp_path):
    assert "not in [model] classes" in refused(tmp_path, classes=("yes", "maybe"))


def test_restricts_what_the_model_is_given(tmp_path):
    data = given_files(tmp_path, features=["rate", "age"], columns={"protected": ["sex"]})
    assert list(data.test.features.columns) == ["rate", "age"]
    assert [(c.name, c.audit_only, c.protected) for c in data.test.schema.columns] == [
        ("rate", False, False),
        ("age", False, False),
        ("sex", True, True),
    ]
    np.testing.assert_array_equal(data.train.categorical(), [[0], [1], [0]])
    np.testing.assert_array_equal(data.train.numeric(), [[0.5, 20], [1.5, 30], [2.5, 40]])


def test_keeps_identity_and_audit_columns_from_the_model(tmp_path):
    data = given_files(tmp_path, id="age", columns={"audit_only": ["sex"]})
    assert list(data.test.features.columns) == ["rate"]
    (age,) = [column for column in data.test.schema.columns if column.name == "age"]
    assert age.personal


def test_takes_kinds_as_they_were_said(tmp_path):
    train = "zip,grade,day,size,income\n1,low,2024-01-01,1,no\n2,high,2024-01-03,2,yes\n"
    columns = {"categorical": ["zip"], "ordinal": {"grade": ["low", "high"]}, "date": ["day"]}
    data = given_files(tmp_path, train=train, test=train, columns=columns)
    kinds = [column.kind for column in data.test.schema.columns]
    assert kinds == [Kind.CATEGORICAL, Kind.ORDINAL, Kind.DATE, Kind.INTEGER]
    np.testing.assert_array_equal(data.test.numeric(), [[0, 19723, 1], [1, 19725, 2]])
    np.testing.assert_array_equal(data.test.categorical(), [[0], [1]])


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"date": ["sex"]}, 'Column "sex" of train.csv: 3 cells are not a date such as 2027-03-01, first in line 2'),
        ({"integer": ["sex"]}, 'Column "sex" of train.csv: 3 cells are not a number'),
        ({"ordinal": ["sex"]}, 'Column "sex" of train.csv: 3 cells are not a number'),
        ({"ordinal": {"sex": ["m"]}}, 'Column "sex" of train.csv: 2 cells are not in the order given for it'),
    ],
)
def test_refuses_cells_that_are_not_what_was_said(tmp_path, columns, message):
    assert message in refused(tmp_path, columns=columns)


@pytest.mark.parametrize(
    ("answers", "task"),
    [
        (["0.5", "1.5", "1"], Task.REGRESSION),
        ([str(number) for number in range(21)], Task.REGRESSION),
        ([str(number) for number in range(20)], Task.MULTICLASS),
        (["0", "1"], Task.BINARY),
        (["True", "False"], Task.BINARY),
        (["a", "b", "c"], Task.MULTICLASS),
    ],
)
def test_infers_the_task_and_says_so(tmp_path, answers, task):
    text = "a,income\n" + "".join(f"{place},{answer}\n" for place, answer in enumerate(answers))
    data = given_files(tmp_path, train=None, test=text)
    assert data.test.schema.task is task
    assert any(f"{task.value} was assumed" in note for note in data.notes)
    assert (data.test.truth.dtype == np.float64) == (task is Task.REGRESSION)


def test_refuses_a_target_of_free_texts(tmp_path):
    text = "a,income\n" + "".join(f"{number},text{number}\n" for number in range(40))
    assert "so they are no labels" in refused(tmp_path, train=None, test=text)


def test_refuses_a_task_that_does_not_fit(tmp_path):
    assert "3 came" in refused(tmp_path, train=None, test="a,income\n1,x\n2,y\n3,z\n", task=Task.BINARY)
    message = refused(tmp_path, train=None, test="a,income\n1,1.5\n2,y\n", task=Task.REGRESSION)
    assert "1 of test.csv are not, first in line 3" in message


def test_three_rows_and_one_row_are_enough_to_be_read(tmp_path):
    assert len(given_files(tmp_path, train=None, test="a,income\n1,x\n").test) == 1


def test_names_like_markup_stay_what_they_are(tmp_path):
    text = '<script>,[red],income\n<b>,[/red],no\n"<script>alert(1)</script>",x,yes\n'
    data = given_files(tmp_path, train=None, test=text, columns={"protected": ["<script>"], "personal": ["[red]"]})
    first, second = data.test.schema.columns
    assert (first.name, first.protected) == ("<script>", True)
    assert (second.name, second.personal) == ("[red]", True)
    assert first.categories == ("<b>", "<script>alert(1)</script>")


def test_reads_the_frames_of_a_load_function(tmp_path):
    frame = pd.DataFrame({"a": [1, 2], "income": ["no", "yes"]})
    said = Description(data=DataSection(load="recipe:load", target="income"))
    data = read(said, tmp_path, load=lambda: (frame, frame[["income", "a"]]))
    assert len(data.train) == 2
    assert data.digests["train"] == data.digests["test"]


@pytest.mark.parametrize("returned", [None, 5, (1, 2), (pd.DataFrame(), 2)])
def test_refuses_what_is_no_pair_of_frames(tmp_path, returned):
    said = Description(data=DataSection(load="recipe:load", target="income"))
    with pytest.raises(DataError, match="wanted two data frames"):
        read(said, tmp_path, load=lambda: returned)


def test_says_what_a_load_function_raised(tmp_path):
    def load():
        raise FileNotFoundError("Set PROBATUM_DATA")

    with pytest.raises(DataError, match=r"did not return the rows; it raised FileNotFoundError\. With --debug"):
        read(Description(data=DataSection(load="recipe:load", target="y")), tmp_path, load=load)


@pytest.fixture
def archive(tmp_path):
    rng = np.random.default_rng(0)
    images, digits = rng.integers(0, 255, (6, 4, 4), dtype=np.uint8), np.arange(6, dtype=np.uint8) % 3
    np.savez(tmp_path / "digits.npz", x=images, y=digits, odd=np.arange(4))
    return tmp_path


def test_reads_two_arrays_of_an_npz_file(archive):
    data = read(Description(data=DataSection(test="digits.npz:x,y")), archive)
    assert data.test.features.shape == (6, 4, 4)
    assert data.test.numeric().shape == (6, 16)
    assert data.test.schema.array
    assert data.test.schema.target == "y"
    assert data.test.schema.classes == (0, 1, 2)
    assert data.test.schema.columns[5].name == "cell 1,1"
    assert data.test.take(np.array([2, 0])).features.shape == (2, 4, 4)


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("digits.npz", "digits.npz holds x, y, odd; say which"),
        ("digits.npz:x,z", 'digits.npz has no array "z"; it holds x, y, odd.'),
        ("digits.npz:x,odd", "wanted rows of two or more axes and one answer a row"),
        ("digits.npz:odd,odd", "wanted rows of two or more axes and one answer a row"),
        ("broken.npz:x,y", "broken.npz is damaged, no npz file, or holds Python objects"),
        ("objects.npz:x,y", "objects.npz is damaged, no npz file, or holds Python objects"),
    ],
)
def test_says_what_is_wrong_with_an_npz_file(archive, reference, message):
    (archive / "broken.npz").write_bytes(b"PK\x03\x04rubbish")
    np.savez(archive / "objects.npz", x=np.array([{}, {}], dtype=object), y=np.arange(2))
    with pytest.raises(DataError) as caught:
        read(Description(data=DataSection(test=reference)), archive)
    assert message in str(caught.value)


finite = st.floats(allow_nan=False, allow_infinity=False)


@settings(max_examples=50, deadline=None)
@given(st.lists(finite, min_size=1, max_size=20))
def test_floats_come_back_bit_for_bit_from_a_csv_file(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("floats") / "rows.csv"
    frame = pd.DataFrame({"value": [*values, 0.5]})
    frame["income"] = ["no", "yes"][: len(frame)] + ["no"] * (len(frame) - 2)
    frame.to_csv(path, index=False)
    data = read(Description(data=DataSection(test=path.name, target="income")), path.parent)
    assert data.test.features["value"].to_numpy().tobytes() == np.array([*values, 0.5]).tobytes()


pieces = st.sampled_from(
    [
        "a",
        "income",
        "1",
        "-0.5",
        "1e999",
        "?",
        "NA",
        '"',
        ",",
        ";",
        "\n",
        "\r\n",
        "\r",
        " ",
        "\t",
        "é",
        "#",
        "\0",
        "\x1b",
    ]
)


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.binary(max_size=60), st.lists(pieces, max_size=40).map(lambda parts: "".join(parts).encode())))
def test_any_bytes_are_read_or_refused_in_one_visible_line(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("any")
    (folder / "rows.csv").write_bytes(b"a,income\n1,x\n" * (len(content) % 2) + content)
    message = "read"
    try:
        data = read(Description(data=DataSection(test="rows.csv", target="income")), folder)
        assert len(data.test) == len(data.test.numeric()) == len(data.test.categorical())
    except DataError as error:
        message = str(error)
    assert message.isprintable()


def test_takes_frames_in_the_users_own_types():
    frame = pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": pd.Categorical(["x", None])}, index=[7, 3])
    data = from_arrays((frame, pd.Series(["n", "y"], index=[7, 3], name="bought")), protected=["b"])
    assert data.test.features.dtypes.astype(str).tolist() == ["Int64", "category"]
    assert data.test.schema.target == "bought"
    assert data.test.schema.columns[1].protected
    np.testing.assert_array_equal(data.test.numeric(), [[1], [np.nan]])
    np.testing.assert_array_equal(data.test.categorical(), [[0], [-1]])


def test_takes_arrays_and_gives_them_back_as_they_came():
    features = np.array([[1.5, 2.0], [np.nan, 3.0]], dtype=np.float32)
    data = from_arrays((features, [0, 1]), (features, [1, 0]))
    assert data.test.features is not None
    assert data.test.features.dtype == np.float32
    assert [column.name for column in data.test.schema.columns] == ["column 1", "column 2"]
    assert [column.kind for column in data.test.schema.columns] == [Kind.NUMERIC, Kind.INTEGER]
    assert data.test.schema.array
    assert data.test.schema.classes == (0, 1)


def test_takes_arrays_of_texts():
    data = from_arrays((np.array([["x", 1.0], ["y", None]], dtype=object), ["n", "y"]))
    assert [column.kind for column in data.test.schema.columns] == [Kind.CATEGORICAL, Kind.INTEGER]
    np.testing.assert_array_equal(data.test.categorical(), [[0], [1]])
    np.testing.assert_array_equal(data.test.numeric(), [[1], [np.nan]])


@pytest.mark.parametrize("kind", [np.bool_, np.int64, np.float64])
def test_labels_are_plain_python_values(kind):
    data = from_arrays((np.zeros((2, 1)), np.array([0, 1], dtype=kind)))
    assert all(type(label) in {bool, int} for label in data.test.schema.classes)
    assert data.test.schema.classes == (False, True)


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        ((np.zeros((2, 2)), [1]), "2 rows and 1 answers came"),
        ((np.zeros(2), [1, 2]), "the shape (2,) came"),
        ((np.zeros((2, 2)), np.zeros((2, 2))), "Wanted the answers of the test rows as one column"),
        ((np.zeros((0, 2)), []), "the test rows holds no rows"),
        ((pd.DataFrame([[1, 2]], columns=["a", "a"]), [1]), 'more than once the column "a"'),
        ((pd.DataFrame({"y": [1]}), pd.Series([1], name="y")), "still hold the target"),
        (np.zeros((3, 2)), "as a pair (X, y)"),
        ((np.zeros((2, 2)), [None, None]), "has a true answer"),
    ],
)
def test_refuses_pairs_that_do_not_fit(pair, message):
    with pytest.raises(DataError) as caught:
        from_arrays(pair)
    assert message in str(caught.value)


def test_refuses_names_that_are_no_columns():
    with pytest.raises(DataError, match="Did you mean age"):
        from_arrays((pd.DataFrame({"age": [1, 2]}), [0, 1]), protected=["aeg"])


def test_refuses_arrays_of_unequal_shapes():
    with pytest.raises(DataError, match="wanted equal shapes"):
        from_arrays((np.zeros((2, 3)), [0, 1]), (np.zeros((2, 2)), [0, 1]))
    with pytest.raises(DataError, match="wanted two of a kind"):
        from_arrays((np.zeros((2, 1)), [0, 1]), (pd.DataFrame({"a": [1, 2]}), [0, 1]))


def test_takes_columns_of_an_array_away_when_told():
    data = from_arrays((np.array([[1.0, 2.0], [3.0, 4.0]]), [0, 1]), audit_only=["column 1"], protected=["column 1"])
    np.testing.assert_array_equal(data.test.features, [[2], [4]])
    np.testing.assert_array_equal(data.test.numeric(), [[2, 1], [4, 3]])
    with pytest.raises(DataError, match="more than two axes"):
        from_arrays((np.zeros((2, 2, 2)), [0, 1]), audit_only=["cell 0,0"])
