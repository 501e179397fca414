# SPDX-License-Identifier: Apache-2.0
"""Numbers in plain words: never narrower than measured, never none where there is some."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import interval, ratio

from probatum.facts.finding import Measure, Part
from probatum.facts.interval import Interval
from probatum.facts.policy import Direction
from probatum.facts.record import Verdict
from probatum.report import words
from probatum.report.marks import ALL_MARKS


def measure(value, lower, upper, unit="share"):
    return Measure(value=value, unit=unit, interval=interval(lower, upper), n=100)


@pytest.mark.parametrize(
    ("value", "lower", "upper", "told"),
    [
        (0.127, 0.1213, 0.1331, "about 13 of 100 (between 12 and 14)"),
        (0.0071, 0.005, 0.0096, "about 7 of 1,000 (between 5 and 10)"),
        (0.0003, 0.0001, 0.0007, "about 3 of 10,000 (between 1 and 7)"),
        (0.0, 0.0, 0.0362, "0 of 100 (between 0 and 4)"),
        (0.996, 0.991, 0.999, "about 996 of 1,000 (between 991 and 999)"),
        (0.13, None, 0.14, "about 13 of 100 (at most 14)"),
        (0.13, None, None, "about 13 of 100 (range unknown)"),
    ],
)
def test_of_100_tells_natural_frequencies_when_given_a_share(value, lower, upper, told):
    assert words.of_100(measure(value, lower, upper)) == told


def test_of_100_is_unknown_when_nothing_is_known():
    assert words.of_100(Measure(value=None, unit="share", interval=None, n=0, why="no rows")) == "unknown"


def test_of_100_tells_only_the_range_when_a_small_count_is_hidden():
    hidden = Part(name="few", value=None, interval=interval(0.0, 0.13), n=90)
    assert words.of_100(hidden, "answers") == "between 0 and 13 of 100 answers"


def test_of_100_says_no_range_when_the_count_is_exact():
    assert words.of_100(Measure(value=0.25, unit="share", interval=None, n=4)) == "25 of 100"


@given(st.floats(1e-8, 1 - 1e-8))
def test_of_100_never_says_none_or_all_when_there_is_some(value):
    told = re.match(r"about ([\d,]+) of ([\d,]+)", words.of_100(measure(value, value / 2, (1 + value) / 2)))
    count, whole = (int(group.replace(",", "")) for group in told.groups())
    assert 0 < count < whole
    assert count / whole == pytest.approx(value, rel=0.3)


@given(st.floats(0.02, 0.98), st.floats(0, 1), st.floats(0, 1))
def test_of_100_range_holds_the_measured_range_when_rounded(value, below, above):
    lower, upper = value * (1 - below), value + (1 - value) * above
    told = re.search(r"between ([\d,]+) and ([\d,]+)", words.of_100(measure(value, lower, upper)))
    assert int(told[1]) <= lower * 100 + 1e-6
    assert int(told[2]) >= upper * 100 - 1e-6


def test_of_10_000_counts_when_nobody_checks():
    told = words.of_10_000(measure(0.127, 0.121, 0.133), "answers", "are wrong")
    assert told == "of 10,000 answers, about 1,270 are wrong (between 1,210 and 1,330)"


def test_of_10_000_counts_in_more_when_mistakes_are_rare():
    assert words.of_10_000(measure(0.00003, 0.00001, 0.0001), "answers", "are wrong").startswith(
        "of 100,000 answers, about 3 "
    )


def test_amount_tells_a_ratio_when_given_its_noun():
    assert words.amount(ratio(7.9, 6.78, 9.02, 98), "times") == "about 7.9 times (between 6.7 and 9.1)"


def test_amount_keeps_value_and_range_alike_when_scaled():
    assert words.amount(ratio(0.663, 0.571, 0.77, 98), scale=100) == "about 66 (between 57 and 77)"


@pytest.mark.parametrize(
    ("value", "told"),
    [(1234567.0, "1,234,567"), (44.13, "44.1"), (0.527, "0.53"), (0.0, "0"), (-0.0, "0"), (None, "unknown")],
)
def test_number_is_short_when_printed(value, told):
    assert words.number(value) == told


@pytest.mark.parametrize(
    ("change", "told"),
    [(0.03, "0.03"), (0.03141, "0.0314"), (9.11e-05, "0.0000911"), (2.0, "2"), (1200.0, "1200"), (0.0, "0")],
)
def test_size_of_a_change_is_told_without_powers_of_ten(change, told):
    assert words.size_of(change) == told


def test_size_of_a_change_is_told_roughly_when_it_is_next_to_nothing():
    assert words.size_of(3e-9) == "less than 0.000001"


def test_number_is_unknown_when_not_finite():
    assert words.number(float("nan")) == words.number(float("inf")) == "unknown"


def test_limit_is_told_in_the_measures_unit_when_printed():
    assert words.limit_in_words(Direction.AT_MOST, 0.1, "share") == "at most 10 of 100"
    assert words.limit_in_words(Direction.AT_MOST, 0.005, "share") == "at most 5 of 1,000"
    assert words.limit_in_words(Direction.AT_LEAST, 2.0, "ratio") == "at least 2 times"
    assert words.limit_in_words(Direction.AT_MOST, 0, "rows") == "at most 0 rows"


def test_plural_and_list_read_as_english_when_few():
    assert [words.plural(n, "check") for n in (0, 1, 1200)] == ["0 checks", "1 check", "1,200 checks"]
    assert words.listed(["a"]) == "a"
    assert words.listed(["a", "b", "c"]) == "a, b and c"


@given(st.text())
def test_visible_is_idempotent_when_applied_twice(text):
    assert words.visible(words.visible(text)) == words.visible(text)


@given(st.text(alphabet=st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp", "L"])))
def test_visible_leaves_nothing_hidden_when_names_try(text):
    left = {unicodedata.category(letter) for letter in words.visible(text) if letter not in "\u200c\u200d"}
    assert not left & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_marks_differ_in_sign_and_word_when_compared():
    assert len({mark.symbol for mark in ALL_MARKS}) == len({mark.word for mark in ALL_MARKS}) == len(ALL_MARKS)
    assert words.verdict_mark(Verdict.INCONCLUSIVE) == "? cannot tell"
    assert {words.verdict_mark(verdict) for verdict in Verdict} <= {f"{mark.symbol} {mark.word}" for mark in ALL_MARKS}


@given(st.floats(-0.98, -0.02), st.floats(0, 0.5), st.floats(0, 0.5))
def test_differences_below_none_keep_their_range_when_rounded(value, below, above):
    told = words.of_100(measure(value, value - below, value + above))
    found = re.fullmatch(r"about (-?\d+) of 100 \(between (-?\d+) and (-?\d+)\)", told)
    assert found is not None
    middle, lower, upper = (int(group) for group in found.groups())
    assert lower <= value * 100 - below * 100 + 1e-6
    assert upper >= value * 100 + above * 100 - 1e-6
    assert abs(middle - value * 100) <= 0.5 + 1e-6


def test_small_differences_below_none_are_told_of_more_when_told_of_100():
    assert words.of_100(measure(-0.0051, -0.0072, -0.003)) == "about -5 of 1,000 (between -8 and -3)"


def test_turned_measure_keeps_its_ends_in_order_when_turned():
    turned = words.turned(measure(-0.1, -0.2, 0.05))
    assert (turned.value, turned.interval.lower, turned.interval.upper) == (0.1, -0.05, 0.2)
    assert words.turned(turned) == measure(-0.1, -0.2, 0.05)


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [(1, "columns", "1 column"), (2, "kinds", "2 kinds"), (0, "files", "0 files"), (1, "files", "1 file")],
)
def test_counts_read_as_english_when_told(value, unit, told):
    counted = Measure(value=value, unit=unit, interval=None, n=17)
    assert words.in_unit(counted, unit) == told


def test_what_a_number_rests_on_is_named_when_it_is_no_sample():
    assert words.rests_on(Measure(value=1, unit="kinds", interval=None, n=17)) == "of 17 kinds"
    assert words.rests_on(Measure(value=0.5, unit="share", interval=None, n=1)) == "1 row"


def test_whole_number_keeps_its_finer_range_when_told():
    assert words.brief(ratio(1.0, 0.8, 1.3, 90)) == "1.0 (0.8 to 1.3)"
    assert words.brief(Measure(value=1, unit="columns", interval=interval(1, 3), n=9)) == "1 (1 to 3)"


@pytest.mark.parametrize(("lower", "told"), [(0.0, "range unknown"), (-0.1, "range unknown"), (0.2, "at least 20")])
def test_a_range_without_an_upper_end_is_told_only_if_it_says_something(lower, told):
    around = Interval(lower=lower, upper=None, confidence=0.95, method="m")
    measure = Measure(value=1 / 3, unit="share", interval=around, n=30)
    assert words.range_of(measure, 100) == told
    assert words.brief(measure, 100) == ("33 (20 or more)" if lower > 0 else "33 (range unknown)")
