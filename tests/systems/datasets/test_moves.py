# SPDX-License-Identifier: Apache-2.0
"""What an attacker may do to a table, and rows of numbers written back in the user's own types."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probatum.errors import DataError
from probatum.systems.attacker import Attacker, Sum
from probatum.systems.datasets import Kind, from_arrays
from probatum.systems.datasets.encoded import decode, encode
from probatum.systems.datasets.moves import moves
from probatum.systems.datasets.stated import changes
from probatum.systems.sections import AttackSection, Relation

N = 40


def people():
    """Columns of many types, missing cells among them."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "age": rng.integers(17, 90, size=N),
            "work": rng.choice(["private", "state", "none"], size=N),
            "kind": pd.Categorical(rng.choice(["a", "b"], size=N), categories=["b", "a", "unused"]),
            "gain": rng.normal(size=N),
            "small": rng.normal(size=N).astype(np.float32),
            "count": pd.array(rng.integers(5, size=N), dtype="Int64"),
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(900, size=N), unit="D"),
            "told": [f"2021-0{month}-05" for month in rng.integers(1, 9, size=N)],
            "grade": rng.choice(["low", "middle", "high"], size=N),
            "yes": rng.random(N) < 0.5,
            "mixed": pd.Series(rng.integers(3, size=N).tolist(), dtype=object),
            "note": [f"free text {place}" for place in range(N)],
        }
    )
    for column in ("work", "kind", "gain", "count", "mixed"):
        frame.loc[rng.random(N) < 0.2, column] = None
    return frame


SAID = {
    "grade": {"kind": Kind.ORDINAL, "categories": ("low", "middle", "high")},
    "told": {"kind": Kind.DATE, "categories": ()},
    "note": {"kind": Kind.TEXT, "categories": ()},
}


def rows_of(frame, **said):
    """Return rows; the kinds above can only be given in a file."""
    rows = from_arrays((frame, np.arange(len(frame)) % 2), categorical=("mixed", "grade"), **said).test
    columns = tuple(replace(one, **SAID.get(one.name, {})) for one in rows.schema.columns)
    return replace(rows, schema=replace(rows.schema, columns=columns))


def plain(**columns):
    frame = pd.DataFrame(columns)
    return from_arrays((frame, np.arange(len(frame)) % 2)).test


def test_every_number_moves_and_categories_stay_when_nothing_is_said():
    rows = rows_of(people(), immutable=("age",))
    found = moves(rows, Attacker.none(), unit="range")
    named = dict(zip([column.name for column in rows.schema.given], found.reach.tolist(), strict=True))
    assert named["age"] == 0
    assert named["gain"] == pytest.approx(people()["gain"].max() - people()["gain"].min())
    assert named["grade"] == 2
    assert named["work"] == named["note"] == 0
    assert not found.free.any()


def test_only_these_columns_move_when_the_attacker_controls_some():
    rows = rows_of(people(), immutable=("age",))
    found = moves(rows, Attacker(controls=("age", "work"), cost={"age": 4.0, "work": 0.1}), unit="range")
    names = [column.name for column in rows.schema.given]
    assert [name for name, reach in zip(names, found.reach, strict=True) if reach] == ["age"]
    assert [name for name, free in zip(names, found.free, strict=True) if free] == ["work"]
    assert found.reach[0] == (people()["age"].max() - people()["age"].min()) / 4
    assert found.choice_size[1] == 0.1
    assert found.choices[1] == 3
    assert found.whole[0]
    assert found.single[names.index("small")]


def test_a_number_goes_one_way_when_that_is_said():
    found = moves(plain(a=[1.5, 2.0], b=[1.0, 5.0]), Attacker(rises_only=("a",), falls_only=("b",)))
    assert found.rises.tolist() == [True, False]
    assert found.falls.tolist() == [False, True]


def test_the_reach_is_the_usual_range_unless_that_is_nothing():
    rows = plain(a=[*range(20), 10**6], b=[0] * 20 + [7])
    found = moves(rows, Attacker.none())
    assert found.reach.tolist() == [18.0, 7.0]  # from the 5th to the 95th of 100: 1 to 19
    assert found.most.tolist() == [10**6, 7]


def test_columns_of_zeros_and_ones_that_sum_to_one_are_a_group():
    rows = plain(a=[1, 0, 0], b=[0, 1, 1], c=[3.0, 2.0, 1.0])
    one_of = Sum(terms={"a": 1.0, "b": 1.0}, least=1.0, most=1.0)
    found = moves(rows, Attacker(relations=(one_of,), controls=("a", "b")))
    assert found.group.tolist() == [0, 0, -1]
    assert found.free.tolist() == [True, True, False]
    assert not len(found.sums)
    found = moves(rows, Attacker(relations=(one_of, Sum(terms={"a": 1.0, "c": 1.0}, most=9.0))))
    assert found.group.tolist() == [-1, -1, -1]  # another relation speaks of them, so they are numbers
    assert found.sums.tolist() == [[1, 1, 0], [1, 0, 1]]


def test_columns_of_a_relation_stay_when_it_names_no_number_and_that_is_said():
    rows = plain(a=[1.0, 2.0], b=["x", "y"])
    found = moves(rows, Attacker(relations=(Sum(terms={"a": 1.0, "b": 1.0}, most=9.0),)))
    assert found.reach.tolist() == [0, 0]
    assert '"b"' in found.notes[0]


def test_both_ends_of_a_relation_are_widened_by_its_tolerance():
    relation = Relation(terms={"a": 1, "b": -1}, equals=2, tolerance=0.5)
    attacker = Attacker.of(AttackSection(), (relation, Relation(terms={"a": 1}, at_least=1)))
    assert attacker.controls is None
    assert (attacker.relations[0].least, attacker.relations[0].most) == (1.5, 2.5)
    assert (attacker.relations[1].least, attacker.relations[1].most) == (1, np.inf)


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"controls": ("c",)}, '"c"'),
        ({"cost": {"a": -1.0}}, "cost"),
        ({"rises_only": ("a",), "falls_only": ("a",)}, "never moves"),
        ({"relations": (Sum(terms={"d": 1.0}),)}, '"d"'),
    ],
)
def test_what_cannot_be_is_refused(said, word):
    with pytest.raises(DataError, match=word):
        moves(plain(a=[1.0, 2.0]), Attacker(**said))


def test_nothing_is_written_when_nothing_changed():
    rows = rows_of(people())
    assert decode(encode(rows), rows) is rows


def test_cells_are_written_in_the_types_that_stood_there_and_others_keep_their_bits():
    rows = rows_of(people())
    before, names = encode(rows), [column.name for column in rows.schema.given]
    after = before.copy()
    told = {"age": 20, "work": 1, "kind": 0, "gain": 0.1, "small": 0.25, "count": 4, "since": 18263,
            "told": 18263, "grade": 2, "yes": 1, "mixed": 2}  # fmt: skip
    for name, value in told.items():
        place = names.index(name)
        after[::2, place] = np.where(np.isnan(before[::2, place]), np.nan, value)
    out = decode(after, rows)
    np.testing.assert_array_equal(encode(out), after)
    assert out.features.dtypes.equals(rows.features.dtypes)
    pd.testing.assert_frame_equal(out.features.iloc[1::2], rows.features.iloc[1::2])
    first = int(np.flatnonzero(~np.isnan(before[::2, names.index("mixed")]))[0]) * 2
    assert out.features["since"].iloc[first] == pd.Timestamp("2020-01-02")
    assert out.features["told"].iloc[first] == "2020-01-02"
    assert out.features["grade"].iloc[first] == "high"
    assert type(out.features["mixed"].iloc[first]) is int
    assert out.features["note"].equals(rows.features["note"])
    assert rows.features["age"].equals(people()["age"])  # what came in is as it was


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_what_is_written_is_read_again_when_cells_come_from_other_rows(seed):
    rng = np.random.default_rng(seed)
    rows = rows_of(people())
    before = encode(rows)
    other = before[rng.permutation(N)]
    after = np.where((rng.random(before.shape) < 0.3) & ~np.isnan(before) & ~np.isnan(other), other, before)
    out = decode(after, rows, before=before)
    np.testing.assert_array_equal(encode(out), after)
    same = pd.DataFrame(after == before) | np.isnan(before)
    for place, column in enumerate(rows.features):
        kept = same.iloc[:, place].to_numpy()
        pd.testing.assert_series_equal(out.features[column][kept], rows.features[column][kept])


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.int16, object])
def test_arrays_are_written_in_their_own_type(kind):
    array = np.arange(12).reshape(4, 3).astype(kind)
    rows = from_arrays((array, np.arange(4) % 2)).test
    after = encode(rows)
    after[1, 2] = 9
    out = decode(after, rows)
    assert out.features.dtype == array.dtype
    assert out.features[1, 2] == 9
    assert (out.features != array).sum() == 1
    assert array[1, 2] == 5


def test_changes_are_told_in_words_and_without_cells_where_those_are_private():
    rows = rows_of(people(), personal=("gain",), protected=("grade",))
    before = np.zeros(len(rows.schema.given))
    after = before.copy()
    names = [column.name for column in rows.schema.given]
    before[0], after[0] = 40, 43
    for name, value in {"work": 1, "gain": -0.5, "grade": 2, "since": 1}.items():
        after[names.index(name)] = value
    assert changes(before, after, rows.schema, with_contents=True) == (
        "raise age from 40 to 43",
        "state work as private instead of none",
        "lower gain by 0.5",
        "move since from 1970-01-01 to 1970-01-02",
        "change grade",  # protected
    )
    assert changes(before, after, rows.schema, with_contents=False) == (
        "raise age by 3",
        "change work",
        "lower gain by 0.5",
        "move since by 1 days later",
        "change grade",
    )
