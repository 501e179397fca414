# SPDX-License-Identifier: Apache-2.0
"""The line of every key, for all that TOML allows."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.systems.lines import locate

TEXT = '''\
title = "x"  # [not.a.section]
long = """
[fake]
key = 1
\\"""
"""
other = \'\'\'
[fake2]\'\'\'
[a]
"quoted key" = 1
list = [
  "one",  # ] a bracket in a comment
  "two = 2",
  "three]",
]
b.c = { d = 1, e = "}" }
last = 1
[a.deep]
x = 1
[[rows]]
n = 1
[[rows]]
n = 2
[rows.below]
m = 3
[[rows.inner]]
k = 1
[[rows]]
[[rows.inner]]
k = 2
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 1),
        (("long",), 2),
        (("other",), 7),
        (("a",), 9),
        (("a", "quoted key"), 10),
        (("a", "list"), 11),
        (("a", "list", 1), 11),
        (("a", "b"), 16),
        (("a", "b", "c"), 16),
        (("a", "b", "c", "d"), 16),
        (("a", "last"), 17),
        (("a", "deep", "x"), 19),
        (("rows", 0), 20),
        (("rows", 0, "n"), 21),
        (("rows", 1, "n"), 23),
        (("rows", 1, "below", "m"), 25),
        (("rows", 1, "inner", 0, "k"), 27),
        (("rows", 2, "inner", 0, "k"), 30),
        (("rows", 1, "absent"), 22),
        (("fake",), None),
        (("fake2",), None),
        (("absent",), None),
    ],
)
def test_finds_the_line_of_a_key(path, line):
    tomllib.loads(TEXT)  # what is tested is TOML
    assert locate(TEXT).of(path) == line


def test_finds_the_line_of_an_item_within_a_list():
    lines = locate(TEXT)
    assert lines.of(("a", "list"), "one") == 12
    assert lines.of(("a", "list"), "three]") == 14
    assert lines.of(("a", "list"), "absent") == 11


keys = st.text("abc-_1", min_size=1, max_size=4)
values = st.one_of(st.integers(), st.booleans(), st.text("ab=[]#'{}\n \"", max_size=8), st.lists(st.text("[]#=,\n")))


def written(value: object) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    if isinstance(value, list):
        return "[\n" + "".join(f"  {written(item)}, # ]\n" for item in value) + "]"
    return str(value).lower()


@given(st.dictionaries(keys, st.dictionaries(keys, values, max_size=4), max_size=4))
def test_every_key_of_any_file_is_found_where_it_was_written(content):
    rows: list[str] = []
    wanted = {}
    for section, entries in content.items():
        rows.append(f"[{section}]")
        wanted[(section,)] = len(rows)
        for key, value in entries.items():
            wanted[section, key] = len(rows) + 1
            rows += f"{key} = {written(value)}".split("\n")
    text = "\n".join(rows)
    assert tomllib.loads(text) == content
    assert locate(text).places == wanted
