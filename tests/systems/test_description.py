# SPDX-License-Identifier: Apache-2.0
"""The description: every mistake at once, in plain words, with its line."""

import pickle
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probatum.errors import DescriptionError, UsageError
from probatum.facts.declaration import TOPICS
from probatum.facts.finding import Topic
from probatum.facts.policy import Stakes
from probatum.facts.threats import Task
from probatum.systems.description import Description, check_columns, describe, read_description
from probatum.systems.sections import DataSection

WHOLE = """\
[system]
name = "income"
purpose = "Decide who is offered a loan without further questions"
affected = "Applicants"
stakes = "high"

[model]
file = "model.joblib"
trust_file = true
sha256 = "sha256:{digest}"
classes = ["<=50K", ">50K"]
output = "probabilities"

[data]
train = "train.csv"
test = "test.csv"
target = "income"
task = "binary"
positive = ">50K"
missing = ["?"]
id = "case"

[data.columns]
protected = ["sex", "race"]
immutable = ["race", "sex"]
ordinal = {{ education = ["low", "high"] }}

[[data.relations]]
terms = {{ gain = 1.0, loss = -1 }}
at_least = 0

[attack]
controls = ["education", "gain"]
rises_only = ["education"]
cost = {{ gain = 2.5 }}

[recipe]
train = "recipe:train"

[[rules]]
says = "More schooling never lowers the score"
kind = "rises"
columns = ["education"]
by = "credit department"

[[declarations]]
topic = "consulted"
text = "Twelve applicants and the ombudsman."
by = "product owner"
role = "owner"
date = 2026-03-01
expires = 2027-03-01
""".format(digest="ab" * 32)

LEAST = '[model]\nfile = "model.joblib"\n[data]\ntest = "test.csv"\ntarget = "income"\n'


@pytest.fixture
def folder(tmp_path):
    for name in ("model.joblib", "train.csv", "test.csv", "recipe.py"):
        (tmp_path / name).write_text("", encoding="utf-8")
    return tmp_path


def read(folder: Path, text: str) -> Description:
    path = folder / "probatum.toml"
    path.write_bytes(text.encode())
    return read_description(path)


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(DescriptionError) as caught:
        read(folder, text)
    assert caught.value.file == "probatum.toml"
    assert all("pydantic" not in line and "Input should" not in line for line in caught.value.mistakes)
    return caught.value.mistakes


def test_reads_every_section_when_all_are_there(folder):
    said = read(folder, WHOLE)
    assert said.system.stakes is Stakes.HIGH
    assert said.model.sha256 == "sha256:" + "ab" * 32
    assert said.data.task is Task.BINARY
    assert said.data.columns.ordinal == {"education": ("low", "high")}
    assert said.data.relations[0].terms == {"gain": 1.0, "loss": -1}
    assert said.attack.cost == {"gain": 2.5}
    assert said.rules[0].kind == "rises"
    assert said.path == folder / "probatum.toml"
    assert said.folder == folder


def test_fills_in_defaults_when_little_is_said(folder):
    said = read(folder, LEAST)
    assert said.system.name == folder.name
    assert said.system.stakes is None
    assert said.system.simulated is False
    assert said.data.missing == ()


def test_gives_declarations_as_facts(folder):
    (entry,) = read(folder, WHOLE).declarations
    assert entry.topic_fact() == Topic(
        topic="consulted",
        text="Twelve applicants and the ombudsman.",
        by="product owner",
        role="owner",
        date="2026-03-01",
        expires="2027-03-01",
    )


def test_every_topic_has_a_question():
    assert set(TOPICS) >= {"purpose", "values", "misuse", "harms", "lawful-basis", "data-source", "retention"}
    assert set(TOPICS) >= {"recipients", "consulted", "may-stop"}
    assert all(question.endswith("?") for question in TOPICS.values())


def test_equality_and_content_ignore_the_folder(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("elsewhere")
    for name in ("model.joblib", "train.csv", "test.csv", "recipe.py"):
        (other / name).write_text("", encoding="utf-8")
    here, there = read(folder, WHOLE), read(other, "# a comment\n\n" + WHOLE)
    assert here == there
    assert here.content() == there.content()
    assert str(folder) not in str(here.content())


def test_survives_pickling_since_workers_rebuild_the_system_from_it(folder):
    said = read(folder, WHOLE)
    again = pickle.loads(pickle.dumps(said))
    assert again == said
    assert again.folder == said.folder


def test_is_frozen(folder):
    said = read(folder, WHOLE)
    with pytest.raises(Exception, match="frozen"):
        said.data.target = "x"


def test_tells_all_mistakes_at_once_with_their_lines(folder):
    text = """\
[system]
naem = "income"
stakes = "enormous"

[modle]
file = "x"

[model]
file = "gone.joblib"
trust_file = "yes"

[data]
test = 5
protected = ["sex"]

[[declarations]]
topic = "values"
text = "Speed."

[[declarations]]
topic = "vallues"
text = "x"
by = "y"
"""
    found = mistakes(folder, text)
    assert [int(line.split(":")[0].removeprefix("line ")) for line in found] == [2, 3, 5, 9, 10, 13, 14, 16, 21]
    assert found[0] == "line 2: [system] naem: there is no such key. Did you mean name?"
    assert 'wanted "low", "medium", "high" or "critical"; "enormous" came.' in found[1]
    assert found[2] == "line 5: [modle]: there is no such section. Did you mean model?"
    assert found[3].startswith("line 9: [model] file: there is no file gone.joblib")
    assert found[4] == 'line 10: [model] trust_file: wanted true or false; "yes" came.'
    assert found[5] == 'line 13: [data] test: wanted text in quotes, such as "train.csv"; the number 5 came.'
    assert found[6].startswith("line 14: [data] protected: there is no such key.")
    assert found[7] == "line 16: [[declarations]] 1, by: is missing; it is needed here."
    assert "line 21: [[declarations]] 2, topic: wanted one of the topics purpose, " in found[8]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('protected = ["sex", "race"]', 'protected = "sex"', '[data.columns] protected: wanted a list, such as ["'),
        ('protected = ["sex", "race"]', "protected = [1]", "[data.columns] protected: wanted a list of texts in qu"),
        ("at_least = 0", 'at_least = "0"', '[[data.relations]] 1, at_least: wanted a number; "0" came.'),
        ("at_least = 0", "", "[[data.relations]] 1: wanted at_most, at_least or equals."),
        ('kind = "rises"', 'kind = "climbs"', '[[rules]] 1, kind: wanted "rises", "falls", "must not matter", '),
        ('train = "recipe:train"', 'train = "recipe"', '[recipe] train: wanted "module:function", such as "rec'),
        ('train = "recipe:train"', 'train = "cook:train"', "[recipe] train: there is no cook.py in the descripti"),
        ("expires = 2027-03-01", "expires = 2026-02-01", "[[declarations]] 1, expires: 2026-02-01 is before da"),
        ("expires = 2027-03-01", 'expires = "soon"', "[[declarations]] 1, expires: wanted a date without a t"),
        ("expires = 2027-03-01", "expires = 2027-03-01T10:00:00", "[[declarations]] 1, expires: wanted a date wi"),
        ('file = "model.joblib"', 'file = "modle.joblib"', "[model] file: there is no file modle.joblib in the f"),
        ('test = "test.csv"', 'test = "data/test.csv"', "[data] test: there is no file data/test.csv; its folde"),
        ('classes = ["<=50K", ">50K"]', 'classes = ["a", "a"]', "[model] classes: a class is named twice."),
        ('classes = ["<=50K", ">50K"]', "classes = [[1]]", "[model] classes: wanted a label (text, a number, t"),
        ('id = "case"', 'weight = "w"', "[data] weight: is not built yet in this version; leave it out;"),
        ('id = "case"', 'recent = "r.csv"', "[data] recent: is not built yet in this version; leave it ou"),
        ('id = "case"', 'load = "recipe:load"', "[data] train: load gives both train and test; leave this "),
        ('output = "probabilities"', 'output = "odds"', '[model] output: wanted "probabilities", "logits", "l'),
        ('output = "probabilities"', 'score = "s"', "[model] score: goes with scores, a table of cases with"),
        ('output = "probabilities"', 'url = "http://x"', "[model] url: wanted one of file, python, url, scores; fil"),
        ('output = "probabilities"', 'allowed_by = "me"', "[model] allowed_by: goes with url, a model behind HTTP"),
        ('output = "probabilities"', 'scores = "test.csv"', "[model] scores: wanted one of file, python, url, sco"),
        ('sha256 = "sha256:' + "ab" * 32 + '"', 'sha256 = "12"', "[model] sha256: wanted a SHA-256 digest of 64 hex"),
        ('target = "income"', "", "[data]: target is missing; wanted the column to be predicted, as in"),
        ('test = "test.csv"', "", "[data]: test is missing; wanted a file of rows that the model was not"),
        ("[attack]", "[attack]\nnonsense = 1", "[attack] nonsense: there is no such key. The keys here are co"),
        ("[[rules]]", "[rules]", "[[rules]]: wanted [[rules]], with two brackets, for each entry; a section ca"),
    ],
)
def test_says_what_was_wanted_when_one_thing_is_wrong(folder, old, new, message):
    assert WHOLE.count(old) == 1 or old in {"[attack]", "[[rules]]"}
    found = mistakes(folder, WHOLE.replace(old, new, 1))
    assert any(message in one for one in found), found
    where = WHOLE[: WHOLE.index(old)].count("\n") + 1
    if new and not message.startswith(("[data] train", "[attack]")):  # these speak of another line
        assert any(one.startswith(f"line {where}: {message}") for one in found), found


def test_hints_at_a_file_of_a_like_name(folder):
    (found,) = mistakes(folder, LEAST.replace("test.csv", "tset.csv"))
    assert found == (
        "line 4: [data] test: there is no file tset.csv in the folder of the description. Did you mean test.csv?"
    )


def test_says_where_a_folder_was_named_for_a_file(folder):
    (folder / "models").mkdir()
    (found,) = mistakes(folder, LEAST.replace("model.joblib", "models"))
    assert found == "line 2: [model] file: models is a folder; wanted a file."


def test_wants_a_model_or_a_recipe(folder):
    data = '[data]\ntest = "test.csv"\ntarget = "income"\n'
    (found,) = mistakes(folder, data)
    assert found.startswith("[model]: no model is named; wanted file")
    assert read(folder, data + '[recipe]\ntrain = "recipe:train"\n').recipe.train == "recipe:train"


def test_a_module_from_elsewhere_is_enough_when_it_is_installed(folder):
    said = read(folder, LEAST.replace('file = "model.joblib"', 'python = "json.decoder:loads"'))
    assert said.model.python == "json.decoder:loads"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[model]\nfile = model.joblib\n", "line 2: this is not TOML: "),
        ("[model]\nfile\n", "line 2: this is not TOML: "),
        ('[model]\nfile = "x"\nfile = "y"\n', "line 3: this is not TOML: "),
        ('[model]\nfile = "x\n', "line 2: this is not TOML: "),
        ('[model]\nfile = """x\n\n', "line 2: this is not TOML: "),
    ],
)
def test_says_the_line_when_it_is_no_toml(folder, text, line):
    (found,) = mistakes(folder, text)
    assert found.startswith(line)


def test_refuses_what_is_no_text(folder):
    (folder / "probatum.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DescriptionError, match="UTF-8"):
        read_description(folder / "probatum.toml")


def test_says_how_to_write_one_when_there_is_none(tmp_path):
    with pytest.raises(UsageError, match="probatum init"):
        read_description(tmp_path / "probatum.toml")


def test_reads_windows_line_ends_and_a_byte_order_mark(folder):
    assert read(folder, "\ufeff" + LEAST.replace("\n", "\r\n")).data.target == "income"


def test_check_columns_says_every_name_that_is_no_column_with_its_line(folder):
    text = WHOLE.replace('protected = ["sex", "race"]', 'protected = [\n  "sex",\n  "rase",\n]')
    said = read(folder, text)
    columns = ["case", "sex", "race", "education", "gain", "income"]
    assert check_columns(said, columns) == [
        'line 26: [data.columns] protected: there is no column "rase". Did you mean race or case? '
        "The columns are case, sex, race, education, gain, income.",
        'line 32: [[data.relations]] 1, terms: there is no column "loss". '
        "The columns are case, sex, race, education, gain, income.",
    ]


def test_check_columns_refuses_the_target_among_the_inputs(folder):
    said = read(folder, LEAST + 'features = ["age", "income"]\n')
    assert check_columns(said, ["age", "income"]) == [
        'line 6: [data] features: "income" is the target, so it cannot stand here.'
    ]


def test_check_columns_lists_only_the_first_names_when_there_are_many():
    said = Description(data=DataSection(target="y"))
    (found,) = check_columns(said, [f"x{number}" for number in range(30)])
    assert "x11 and 18 more" in found
    assert not found.startswith("line")


def test_check_columns_finds_nothing_when_names_are_strange_but_there(folder):
    text = LEAST + '[data.columns]\nprotected = ["<script>", "[red]"]\n'
    assert check_columns(read(folder, text), ["<script>", "[red]", "income"]) == []


def test_a_column_listed_under_two_kinds_is_a_mistake(folder):
    text = LEAST + '[data.columns]\ncategorical = ["a"]\ninteger = ["a"]\n'
    (found,) = mistakes(folder, text)
    assert found == 'line 8: [data.columns] integer: "a" is listed as categorical already; keep one.'


SHORT = {("model", "file"): "model.joblib", ("data", "test"): "test.csv", ("data", "target"): "income"}


def test_describe_takes_single_settings(folder):
    said = describe({**SHORT, ("data", "train"): "train.csv"}, name="model", folder=folder)
    assert said.system.name == "model"
    assert (said.data.train, said.data.test) == ("train.csv", "test.csv")
    assert said.path is None


def test_describe_names_every_missing_file_without_lines(folder):
    with pytest.raises(UsageError) as caught:
        describe({**SHORT, ("model", "file"): "gone", ("data", "test"): "lost"}, name="model", folder=folder)
    assert "[model] file: there is no file gone" in str(caught.value)
    assert "[data] test: there is no file lost" in str(caught.value)
    assert "line" not in str(caught.value)


def test_describe_calls_settings_as_it_is_told(folder):
    said = {**SHORT, ("data", "task"): "guess", ("data", "columns", "protected"): "sex"}
    called = {("data", "task"): "--task", ("data", "columns", "protected"): "--protected"}
    with pytest.raises(UsageError) as caught:
        describe(said, name="model", folder=folder, called=called)
    assert str(caught.value).splitlines() == [
        '--task: wanted "binary", "multiclass" or "regression"; "guess" came.',
        '--protected: wanted a list, such as ["age", "sex"]; "sex" came.',
    ]


plain = st.one_of(st.text(max_size=5), st.integers(), st.floats(), st.booleans(), st.dates())
keys = [
    "file",
    "python",
    "test",
    "train",
    "target",
    "columns",
    "relations",
    "protected",
    "kind",
    "x",
    "ordinal",
    "topic",
]
names = st.sampled_from(keys)
tables = st.recursive(plain, lambda inner: st.one_of(st.dictionaries(names, inner), st.lists(inner)), max_leaves=8)
sections = st.sampled_from(["system", "model", "data", "attack", "recipe", "rules", "declarations", "other"])


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(sections, tables))
def test_any_content_is_read_or_refused_in_plain_words(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "probatum.toml"
    path.write_text(toml(content), encoding="utf-8")
    assert tomllib.loads(path.read_text(encoding="utf-8")).keys() == content.keys()
    lines = ["read"]
    try:
        read_description(path)
    except DescriptionError as error:
        lines = error.mistakes
    assert lines
    assert all("Input should" not in line and line.isprintable() for line in lines)


def toml(value: object) -> str:
    return "".join(f"{key} = {inline(inner)}\n" for key, inner in value.items())


def inline(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {inline(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(letter):08x}" for letter in value) + '"'
    return str(value).lower()


def test_a_missing_file_is_not_looked_for_beside_a_description_when_there_is_none(tmp_path):
    said = {("model", "python"): "json:loads", ("data", "test"): "nope.csv", ("data", "target"): "y"}
    with pytest.raises(UsageError) as caught:
        describe(said, name="x", folder=tmp_path)
    assert "there is no file nope.csv." in str(caught.value)
    assert "description" not in str(caught.value)


@pytest.mark.parametrize("name", ["a\0b.csv", "x" * 5_000 + ".csv"])
def test_a_name_that_no_file_can_have_is_a_missing_file(tmp_path, name):
    said = {("model", "python"): "json:loads", ("data", "test"): name, ("data", "target"): "y"}
    with pytest.raises(UsageError, match="there is no file"):
        describe(said, name="x", folder=tmp_path)


def test_a_module_without_a_specification_is_a_missing_module(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "nospec", ModuleType("nospec"))
    (tmp_path / "t.csv").write_text("a,y\n1,2\n", encoding="utf-8")
    said = {("model", "python"): "nospec:f", ("data", "test"): "t.csv", ("data", "target"): "y"}
    with pytest.raises(UsageError, match=r"there is no nospec\.py here"):
        describe(said, name="x", folder=tmp_path)
