# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from probatum.adapters.interface import Wish, few, wrap
from probatum.checks.input_manipulation.corruption import CHECK, Options, run
from probatum.engines.corruption.pictures import PICTURE_DAMAGES
from probatum.errors import InsufficientDataError, ModelError
from probatum.evidence.judging import judge
from probatum.facts.finding import State
from probatum.facts.plan import Terms
from probatum.facts.policy import Direction, Limit, Stakes
from probatum.facts.record import Verdict
from probatum.facts.threats import Task
from probatum.runs.policies import shipped
from probatum.seeds import stream
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System
from probatum.systems.views import TestRows

N = 400


def asked(model, features, truth, *, output="labels", include_rows=False, options=None, **said):
    if "task" not in said:
        said["classes"] = sorted(set(np.asarray(truth).tolist()))
    data = from_arrays((features, truth), **said)
    system = System.of(wrap(model, few(data.test), Wish(output=output)), data)
    terms = Terms(confidence=0.95, include_rows=include_rows)
    return run(system, TestRows(rows=data.test), options or Options(), terms, stream(0, "t"))


def share(finding, name="lost_share"):
    return finding.measures[name].value


def by_kind(finding, name="lost_share"):
    return {part.name: part.value for part in finding.measures[name].groups}


def bits(columns=10):
    """Return columns of zeros and ones, which can only go missing, and the answer that stands in all of them."""
    truth = np.arange(N) % 2
    return pd.DataFrame({f"c{place}": truth for place in range(columns)}), truth


def read_first(rows):
    """Say what the first column says, and 0 where it is missing."""
    return np.nan_to_num(rows["c0"].to_numpy(dtype=float)).astype(int)


def test_loss_is_known_when_one_column_tells_all_and_goes_missing():
    finding = asked(read_first, *bits())
    # half of the rows say 1, and one in ten of these loses its first cell
    assert by_kind(finding).keys() == {"missing cells"}
    assert share(finding) == pytest.approx(0.05, abs=0.03)
    assert share(finding, "lost_at_5") == pytest.approx(0.20, abs=0.05)
    assert share(finding, "clean_accuracy") == 1
    assert share(finding, "refused_share") == 0


def test_no_answer_is_no_wrong_answer_when_the_system_refuses_missing_cells():
    def careful(rows):
        if rows.isna().any(axis=None):
            raise ValueError("a cell is missing")
        return read_first(rows)

    features, truth = bits(2)
    finding = asked(careful, features, truth)
    assert share(finding) == 0
    assert share(finding, "refused_share") == pytest.approx(1 - 0.9**2, abs=0.06)
    assert any("gave no answer" in detail for detail in finding.details)
    assert any("Not every refusal was seen" in detail for detail in finding.details)
    assert finding.sentence.startswith("None of 400 right answers")


def test_refusals_are_found_one_by_one_when_they_depend_on_two_columns():
    def careful(rows):
        if rows.isna().all(axis=1).any():
            raise ValueError("nothing is left of a row")
        return rows.max(axis=1).to_numpy(dtype=int)

    finding = asked(careful, *bits(2))
    assert share(finding) == 0
    assert share(finding, "refused_share") == pytest.approx(0.01, abs=0.015)


def test_silence_is_an_error_when_the_system_died_in_the_middle():
    damaged = []

    def dying(rows):
        damaged.extend([True] * int(rows.isna().any(axis=None)))
        if len(damaged) > 2:
            raise ConnectionError("gone")
        return read_first(rows)

    with pytest.raises(ModelError, match="stopped in the middle"):
        asked(dying, *bits())


def test_rounding_costs_what_is_known_when_the_rule_is_a_threshold():
    x = np.linspace(0, 100, N)
    truth = (x > 4).astype(int)
    finding = asked(lambda rows: (rows["x"] > 4).to_numpy().astype(int), pd.DataFrame({"x": x}), truth)
    # the usual range is 90 and a step 18, so what lies between 4 and 9 is rounded to 0 and lost: 5 of 100
    assert by_kind(finding)["rounded numbers"] == pytest.approx(0.05, abs=0.005)
    # one cell in ten ends up at the middle, 50: of the 4 of 100 below the threshold, one in ten
    assert by_kind(finding)["the usual value in place of the true one"] < 0.02
    # a thousand times too small, half of the time: below the threshold; all 1s are lost, and no 0 is lost by much
    assert by_kind(finding)["mistakes of unit"] == pytest.approx(0.5, abs=0.08)


def test_kinds_are_those_that_fit_when_there_are_words():
    rng = np.random.default_rng(0)
    features = pd.DataFrame({"a": rng.normal(size=N), "b": rng.normal(size=N), "job": rng.choice(["cook", "clerk"], N)})
    finding = asked(lambda rows: np.zeros(len(rows), dtype=int), features, np.arange(N) % 2)
    assert len(by_kind(finding)) == 10
    assert share(finding) == 0
    assert finding.tried == 50
    assert not finding.advice


def test_protected_columns_are_damaged_like_others():
    features, truth = bits(1)
    finding = asked(read_first, features, truth, protected=("c0",), immutable=("c0",))
    assert share(finding) > 0


@pytest.mark.parametrize("layout", ["grey", "last", "first", "bytes"])
def test_pictures_are_damaged_in_every_way_when_rows_have_sides(layout):
    rng = np.random.default_rng(0)
    truth = np.arange(60) % 2
    pictures = rng.random((60, 12, 12)) * 0.2 + 0.6 * truth[:, None, None]
    features = {
        "grey": pictures,
        "last": np.repeat(pictures[..., None], 3, axis=3),
        "first": pictures[:, None],
        "bytes": np.rint(pictures * 255).astype(np.uint8),
    }[layout]

    def bright(rows):
        assert rows.shape[1:] == features.shape[1:]
        assert rows.dtype == features.dtype
        return (rows.reshape(len(rows), -1).mean(axis=1) > 0.45 * features.max()).astype(int)

    finding = asked(bright, features, truth, include_rows=True)
    kinds = by_kind(finding)
    assert set(kinds) == {one.words for one in PICTURE_DAMAGES}
    assert kinds["shaken (motion blur)"] == 0  # the mean stays
    assert kinds["stored too small (JPEG)"] == 0
    assert share(finding, "lost_at_5") > 0


def test_the_worst_kind_is_judged_when_the_average_is_good():
    truth = np.arange(N) % 2
    features = pd.DataFrame(
        {"word": np.where(truth, "yes", "no"), **{f"c{n}": np.arange(N) * 7.0 % 97 for n in range(3)}}
    )

    def read_word(rows):
        return (rows["word"] == "yes").astype(int).to_numpy()

    finding = asked(read_word, features, truth)
    assert CHECK.judged["lost_share"].high >= share(finding)
    assert finding.measures["worst_lost_share"].interval.lower > 0
    assert share(finding, "worst_lost_share") > 2 * share(finding)
    stated = {CHECK.id: {"lost_share": at_most_of(0.5), "worst_lost_share": at_most_of(0.001)}}
    policy = replace(shipped(Stakes.MEDIUM), limits=stated)
    verdict = judge(replace(finding, check=CHECK.id, judged=tuple(CHECK.judged)), policy, on=date(2026, 1, 1))
    assert verdict.verdict is Verdict.FAIL


def at_most_of(limit):
    return Limit(direction=Direction.AT_MOST, limit=limit, because="A test.")


def test_a_lost_picture_is_shown_only_if_rows_may_be():
    pictures = np.full((40, 8, 8), 0.5)
    pictures[0, 0, 0], pictures[1, 0, 0] = 0.0, 1.0

    def middling(rows):
        return (np.abs(rows.mean(axis=(1, 2)) - 0.5) > 0.05).astype(int)

    truth = np.zeros(40, dtype=int)
    finding = asked(middling, pictures, np.r_[truth[:-1], 1], include_rows=True)
    first = finding.examples[0]
    assert finding.sentence.count("“too light or too dark (brightness)”") == 1
    assert (first.truth, first.answer, first.changes) == ("0", "1", ("too light or too dark (brightness)",))
    assert (first.picture.width, first.picture.height, first.picture.colours) == (8, 8, 1)
    assert finding.advice
    assert not asked(middling, pictures, np.r_[truth[:-1], 1]).examples


def test_a_number_is_lost_when_it_is_off_by_more_than_the_simplest_rule():
    x = np.linspace(-50, 50, N)
    finding = asked(lambda rows: rows["x"].to_numpy(), pd.DataFrame({"x": x}), x, output="values", task=Task.REGRESSION)
    assert share(finding, "refused_share") == pytest.approx(0.10 / 7, abs=0.01)  # one kind of 7, one cell in ten
    # the simplest rule is off by 25 on average; 1,000 times too large is lost, too small where it was beyond 25
    assert by_kind(finding)["mistakes of unit"] == pytest.approx(0.75, abs=0.08)
    assert by_kind(finding)["small errors everywhere"] == 0
    assert "clean_accuracy" not in finding.measures


def test_same_seed_gives_the_same_finding_when_repeated():
    first, second = (asked(read_first, *bits()) for _ in range(2))
    assert first == second


def test_question_does_not_apply_when_rows_are_neither_tables_nor_pictures():
    finding = asked(lambda rows: np.arange(len(rows)) % 2, np.zeros((10, 4, 5, 6)), np.arange(10) % 2)
    assert finding.state is State.NOT_APPLICABLE
    assert finding.advice


def test_question_does_not_apply_when_no_row_may_be_damaged():
    assert asked(read_first, *bits(), options=Options(rows=0)).state is State.NOT_APPLICABLE


def test_too_little_is_known_when_no_answer_is_right():
    features, truth = bits()
    with pytest.raises(InsufficientDataError, match="none of the rows rightly"):
        asked(lambda rows: 1 - read_first(rows), features, truth)
