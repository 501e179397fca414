# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from probatum.adapters.interface import Wish, few, wrap
from probatum.checks.input_manipulation import fooled_in_words
from probatum.checks.input_manipulation.evasion import CURVE, Options, run
from probatum.errors import DataError, InsufficientDataError
from probatum.facts.finding import State
from probatum.facts.plan import Terms
from probatum.report import fooled
from probatum.report.fooled import POINTS
from probatum.seeds import stream
from probatum.systems.attacker import Attacker, Sum
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System
from probatum.systems.views import AttackedRows

GRID = np.linspace(0, 1, 101)  # its usual range is .9


def line(slope=(40.0, 0.0), shift=-20.0):
    """Return a model that says 1 where slope . (a, b) + shift > 0; as it comes, where a > .5."""
    model = LogisticRegression()
    model.coef_, model.intercept_ = np.array([slope]), np.array([shift])
    model.classes_, model.n_features_in_ = np.array([0, 1]), 2
    return model


def table(first):
    return pd.DataFrame({"a": np.asarray(first, dtype=float), "b": 0.3})


def asked(rows, truth, model=None, attacker=None, *, output=None, include_rows=False, immutable=(), **options):
    train = pd.DataFrame({"a": GRID, "b": GRID[::-1]})
    if isinstance(rows, np.ndarray):
        train = np.repeat(GRID, rows[0].size).reshape(101, *rows.shape[1:])
    data = from_arrays((rows, np.asarray(truth)), (train, np.arange(101) % 2), immutable=immutable)
    model = model or line()
    system = System.of(wrap(model, few(data.test), Wish(output=output)), data)
    view = AttackedRows(rows=data.test, attacker=attacker or Attacker.none(), train=data.train)
    terms = Terms(confidence=0.95, include_rows=include_rows)
    return run(system, view, Options(**options), terms, stream(0, "t"))


def share(finding, name="fooled_share"):
    return finding.measures[name].value


def test_the_share_within_reach_is_known_exactly_when_the_model_is_a_line():
    rows = table([0.51, 0.52, 0.526, 0.528, 0.6, 0.9])  # the reach is .03 * .9 = .027
    finding = asked(rows, [1] * 6)
    assert share(finding) == pytest.approx(3 / 6)
    assert share(finding, "proven_share") == pytest.approx(3 / 6)
    assert share(finding, "unknown_share") == 0
    assert finding.sentence == "Of 100 right answers, 50 are turned wrong by a small change; 50 are proven safe."
    assert [one.row for one in finding.examples] == [2, 1, 0]  # the surest answers first
    first, last = finding.examples[0], finding.examples[-1]
    assert (last.truth, last.answer, last.before) == ("1", "0", "1")
    assert last.size == pytest.approx(0.01 / 0.9, rel=1e-2)
    assert last.changes == ("lower a by 0.01",)
    assert first.score_before > last.score_before > 0.5
    assert 0.5 <= first.score <= 0.51  # the nearest wrong answer


def test_cells_are_told_only_if_rows_may_be_shown():
    assert asked(table([0.51]), [1], include_rows=True).examples[0].changes == ("lower a from 0.51 to 0.5",)


def test_the_curve_rises_from_clean_accuracy_down_to_what_is_left():
    finding = asked(table([0.505, 0.515, 0.9, 0.2]), [1, 1, 1, 1])
    groups = finding.measures["empirical_robust_accuracy"].groups
    assert [part.name for part in groups] == [f"{0.03 * part:g}" for part in CURVE]
    assert [part.value for part in groups] == [3 / 4, 2 / 4, 2 / 4, 1 / 4, 1 / 4]
    assert share(finding, "clean_accuracy") == 3 / 4


@pytest.mark.parametrize(
    ("attacker", "fooled"),
    [
        (Attacker.none(), True),
        (Attacker(controls=("b",)), False),
        (Attacker(rises_only=("a",)), False),
        (Attacker(falls_only=("a",)), True),
        (Attacker(cost={"a": 10.0}), False),
        (Attacker(relations=(Sum(terms={"a": 1.0}, least=0.505),)), False),
        (Attacker(relations=(Sum(terms={"a": 1.0, "b": -1.0}, least=0.21),)), True),  # both are lowered
        (Attacker(controls=("a",), relations=(Sum(terms={"a": 1.0, "b": -1.0}, least=0.21),)), False),
        (Attacker(relations=(Sum(terms={"a": 1.0}, least=0.4),)), True),
    ],
)
def test_only_what_an_attacker_can_do_counts(attacker, fooled):
    finding = asked(table([0.51] * 4), [1] * 4, attacker=attacker)
    assert share(finding) == (1.0 if fooled else 0.0)


def test_page_one_knows_how_remarks_begin():
    for name in ("BEWARE", "ENDED", "UNPROVEN", "ONLY", "OTHERWISE", "POINTS"):
        assert getattr(fooled_in_words, name).strip() == getattr(fooled, name)


def test_what_an_attacker_may_change_is_told():
    finding = asked(table([0.51]), [1], attacker=Attacker(controls=("a",)))
    assert "Of the numbers, an attacker may change only: a." in finding.details
    assert not any("may change only" in detail for detail in asked(table([0.51]), [1]).details)


def test_a_relation_leaves_open_what_a_box_cannot_prove():
    attacker = Attacker(relations=(Sum(terms={"a": 1.0}, least=0.505),))
    finding = asked(table([0.51]), [1], attacker=attacker)
    assert share(finding, "unknown_share") == 1.0
    assert "--effort deep" in finding.advice[-1].sentence
    assert asked(table([0.51]), [1], attacker=attacker, level="deep").advice == ()


def test_an_immutable_column_stays():
    assert share(asked(table([0.51]), [1], immutable=("a",))) == 0


def test_whole_numbers_move_by_whole_steps():
    rows = pd.DataFrame({"a": [12, 13, 14], "b": [5, 5, 5]})
    train = pd.DataFrame({"a": np.arange(101), "b": np.arange(101)})  # the usual range is 90, so the reach is 2.7
    data = from_arrays((rows, np.ones(3, dtype=int)), (train, np.arange(101) % 2))
    system = System.of(wrap(line((1.0, 0.0), -10.5), few(data.test)), data)
    view = AttackedRows(rows=data.test, attacker=Attacker.none(), train=data.train)
    finding = run(system, view, Options(), Terms(confidence=0.95, include_rows=True), stream(0, "t"))
    assert share(finding) == pytest.approx(1 / 3)  # 12 can become 10; 13 would have to become 10.3
    assert finding.examples[0].changes == ("lower a from 12 to 10",)


def test_whole_numbers_move_by_one_step_when_the_radius_is_less_than_that():
    # the usual range is 18: up to .54 is less than a step, as of digits with 16 shades of ink
    train = pd.DataFrame({"a": np.arange(101) % 21, "b": np.arange(101) % 21})
    rows = pd.DataFrame({"a": [9, 10, 11], "b": [3, 4, 5]})
    data = from_arrays((rows, np.array([0, 1, 1])), (train, np.arange(101) % 2))
    system = System.of(wrap(line((1.0, 0.0), -9.5), few(data.test), Wish()), data)
    view = AttackedRows(rows=data.test, attacker=Attacker.none(), train=data.train)
    finding = run(system, view, Options(), Terms(confidence=0.95, include_rows=True), stream(0, "t"))
    assert share(finding) == 2 / 3  # 9 and 10 lie one step from the border, 11 lies two
    assert share(finding, "proven_share") == 1 / 3
    assert "each may change by one step instead" in finding.details[1]
    assert finding.examples[0].changes[0] in ("raise a from 9 to 10", "lower a from 10 to 9")
    assert finding.examples[0].size == 0.03
    told = fooled._shown(replace(finding, options={"radius": 0.03}), finding.measures["fooled_share"], 100)
    assert "by one whole step" in told
    wider = run(system, view, Options(radius=0.06), Terms(confidence=0.95), stream(0, "t"))
    assert share(wider) == 2 / 3  # 9 and 10 lie one step from the border, 11 lies two


def test_nothing_is_proven_when_the_model_can_only_be_asked():
    def score(rows):
        second = 1 / (1 + np.exp(-40 * (rows["a"].to_numpy() - 0.5)))
        return np.column_stack([1 - second, second])

    finding = asked(table([0.51, 0.6, 0.9]), [1] * 3, model=score, output="probabilities")
    assert share(finding) == pytest.approx(1 / 3)
    assert share(finding, "proven_share") == 0
    assert finding.measures["fooled_share"].interval.upper == 1.0
    assert any("nobody can look inside" in detail for detail in finding.details)
    assert finding.sentence.endswith(
        "33 are turned wrong by a small change; 0 are proven safe; "
        "for the other 67, we found no attack and could not prove safety."
    )


def test_labels_alone_are_enough_to_break_a_row():
    finding = asked(
        table([0.51, 0.9, 0.3]), [1, 1, 0], model=lambda rows: (rows["a"] > 0.5).astype(int).to_numpy(), output="labels"
    )
    assert share(finding) == pytest.approx(1 / 3)
    assert (finding.examples[0].score_before, finding.examples[0].score) == (None, None)


def test_missing_cells_never_move():
    rows = pd.DataFrame({"a": [0.51, 0.51], "b": [0.3, np.nan]})
    finding = asked(rows, [1, 1], model=lambda rows: (rows["a"] > 0.5).astype(int).to_numpy(), output="labels")
    assert finding.state is State.MEASURED


@pytest.mark.parametrize(
    ("options", "attacker", "why"),
    [
        ({"radius": 0.0}, None, "not above zero"),
        ({}, Attacker(controls=()), "no cell"),
    ],
)
def test_it_does_not_apply_when_nothing_may_change(options, attacker, why):
    finding = asked(table([0.51]), [1], attacker=attacker, **options)
    assert finding.state is State.NOT_APPLICABLE
    assert why in finding.why


def test_a_norm_that_there_is_not_is_refused():
    with pytest.raises(DataError, match="Wanted the norm linf, l2, l1; got l7"):
        asked(table([0.51]), [1], norm="l7")


def test_it_cannot_be_told_when_no_answer_is_right():
    with pytest.raises(InsufficientDataError):
        asked(table([0.6]), [0])


class TestPictures:
    """A network that says 1 where the mean of a picture is above one half."""

    def network(self):
        torch = pytest.importorskip("torch")

        class Mean(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.weigh = torch.nn.Linear(16, 2)
                with torch.no_grad():
                    self.weigh.weight.copy_(torch.tensor([[-1.0] * 16, [1.0] * 16]))
                    self.weigh.bias.copy_(torch.tensor([8.0, -8.0]))

            def forward(self, x):
                return self.weigh(torch.flatten(x, 1))

        return Mean()

    def pictures(self, *means):
        return np.stack([np.full((4, 4), mean, dtype=np.float32) for mean in means])

    def test_the_bracket_closes_when_the_network_is_a_mean(self):
        finding = asked(self.pictures(0.51, 0.525, 0.55, 0.3), [1, 1, 1, 0], model=self.network(), output="logits")
        assert share(finding) == 2 / 4
        assert share(finding, "proven_share") == 2 / 4
        assert any(POINTS in detail for detail in finding.details)  # by which the report knows that rows are pictures

    def test_pictures_are_shown_only_if_rows_may_be(self):
        rows, network = self.pictures(0.51), self.network()
        hidden = asked(rows, [1], model=network, output="logits").examples[0]
        shown = asked(rows, [1], model=network, output="logits", include_rows=True).examples[0]
        assert hidden.picture is None
        assert (shown.picture.width, shown.picture.height, shown.picture.colours) == (4, 4, 1)

    def test_pictures_with_points_that_are_no_numbers_are_left_out(self):
        rows = self.pictures(0.51, 0.525, 0.55, 0.3, 0.9, 0.9)
        rows[4, 0, 0], rows[5, 1, 1] = np.nan, np.inf
        finding = asked(rows, [1, 1, 1, 0, 1, 1], model=self.network(), output="logits")
        assert (share(finding), share(finding, "proven_share")) == (2 / 4, 2 / 4)
        assert finding.tried == 4
        assert any("2 pictures were left out" in detail for detail in finding.details)
        assert asked(rows[4:5], [1], model=self.network(), output="logits").state is State.NOT_APPLICABLE

    def test_it_is_told_when_pictures_are_in_another_unit_than_those_it_learned_from(self):
        network = self.network()
        finding = asked(self.pictures(0.51, 0.9), [1, 1], model=network, output="logits")
        assert not any("one unit" in detail for detail in finding.details)
        finding = asked(self.pictures(0.51, 0.9) * 255, [1, 1], model=network, output="logits")
        assert any("from 0 to 1. Are both in one unit?" in detail for detail in finding.details)

    def test_whole_numbers_stay_whole(self):
        torch = pytest.importorskip("torch")
        network = self.network()

        class Bytes(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.inner = network

            def forward(self, x):
                return self.inner(x / 100)

        rows = np.stack([np.full((4, 4), value, dtype=np.uint8) for value in (51, 52, 60)])
        train = np.repeat(np.arange(101, dtype=np.uint8), 16).reshape(101, 4, 4)
        data = from_arrays((rows, np.ones(3, dtype=int)), (train, np.arange(101) % 2))
        system = System.of(wrap(Bytes(), few(data.test), Wish(output="logits")), data)
        view = AttackedRows(rows=data.test, attacker=Attacker.none(), train=data.train)
        finding = run(system, view, Options(), Terms(confidence=0.95), stream(0, "t"))
        assert share(finding) == pytest.approx(2 / 3)  # 3 of 100 points of a range of 100: 51 and 52 fall to 49

    def test_a_function_of_pictures_is_searched_by_asking(self):
        def score(rows):
            second = 1 / (1 + np.exp(-30 * (rows.mean(axis=(1, 2)) - 0.5)))
            return np.column_stack([1 - second, second])

        finding = asked(self.pictures(0.505, 0.6), [1, 1], model=score, output="probabilities")
        assert share(finding) == 1 / 2
        assert share(finding, "proven_share") == 0

    def black_box(self, slope=200):
        def score(rows):
            second = 1 / (1 + np.exp(-slope * (rows.mean(axis=(1, 2)) - 0.5)))
            return np.column_stack([1 - second, second])

        return score

    def smoothed(self, means, truth, model=None, **options):
        settings = {"output": "probabilities", "smoothed_rows": 20, "queries": 5} | options
        return asked(self.pictures(*means), truth, model=model or self.black_box(), **settings)

    def test_a_smoothed_version_is_proven_beside_the_model_and_enters_nothing(self):
        # 16 cells: the mean falls by .1 where the root of the sum of squares is .4; a wrong answer is never proven
        means, truth = (0.6, 0.6, 0.9, 0.502, 0.6), [1, 1, 1, 1, 0]
        finding = self.smoothed(means, truth, radius=0.01)
        without = self.smoothed(means, truth, radius=0.01, smoothed_rows=0)
        assert share(finding, "smoothed_proven_share") == 3 / 5  # .01 in each of 16 cells is a size of .04
        assert "smoothed_proven_share" not in without.measures
        for name, measure in without.measures.items():
            assert finding.measures[name] == measure
        assert share(finding, "proven_share") == 0
        assert finding.sentence == without.sentence
        told = " ".join(finding.details)
        assert "against every change that the plan allows for 60 of 100 cases; 5 were tried" in told
        assert "This says nothing of the model itself." in told

    def test_its_curve_is_in_its_own_size_when_the_plan_allows_more_than_can_be_proven(self):
        finding = self.smoothed((0.6, 0.6, 0.9, 0.2), [1] * 4, radius=0.1)  # a size of .4; the cap is .247
        measure = finding.measures["smoothed_proven_share"]
        assert [part.name for part in measure.groups] == [f"{size:g} (L2)" for size in (0, 0.05, 0.1, 0.15, 0.2)]
        assert [part.value for part in measure.groups] == [3 / 4] * 5
        assert measure.value == 3 / 4
        assert "may have a size of 0.4; so much noise and so many copies can prove no more than 0.246" in " ".join(
            finding.details
        )

    @pytest.mark.parametrize(("norm", "name"), [("l2", "0.03 (L2)"), ("l1", "0.03 (L2)"), ("linf", "0.12 (L2)")])
    def test_its_size_covers_what_the_norm_of_the_plan_allows(self, norm, name):
        measure = self.smoothed((0.9,), [1], norm=norm).measures["smoothed_proven_share"]
        assert name in [part.name for part in measure.groups]

    def test_it_is_not_tried_when_the_model_itself_can_be_proven(self):
        finding = self.smoothed((0.6,), [1], model=self.network(), output="logits")
        assert "smoothed_proven_share" not in finding.measures

    def test_it_is_tried_when_the_bounds_of_a_network_are_refused(self):
        torch = pytest.importorskip("torch")

        class Odd(torch.nn.Module):
            def forward(self, x):
                second = torch.sort(torch.flatten(x, 1), dim=1).values.mean(dim=1, keepdim=True) - 0.5
                return torch.cat([-second, second], dim=1)

        finding = self.smoothed((0.6, 0.9), [1, 1], model=Odd(), output="logits")
        assert share(finding, "smoothed_proven_share") == 1
        assert any(detail.startswith("Nothing was proven. The operator sort") for detail in finding.details)
        assert not any(detail.startswith("Beware") for detail in finding.details)

    def test_it_is_not_tried_on_tables(self):
        def score(rows):
            second = 1 / (1 + np.exp(-40 * (rows["a"].to_numpy() - 0.5)))
            return np.column_stack([1 - second, second])

        finding = asked(table([0.6]), [1], model=score, output="probabilities", smoothed_rows=5)
        assert "smoothed_proven_share" not in finding.measures

    def test_whole_numbers_are_cut_to_their_range_before_they_are_asked_about(self):
        seen = []

        def score(rows):
            seen.append((rows.min(), rows.max(), rows.dtype))
            second = (rows.mean(axis=(1, 2)) > 50).astype(float)
            return np.column_stack([1 - second, second])

        rows = np.stack([np.full((4, 4), value, dtype=np.uint8) for value in (0, 100)])
        train = np.repeat(np.arange(101, dtype=np.uint8), 16).reshape(101, 4, 4)
        data = from_arrays((rows, np.array([0, 1])), (train, np.arange(101) % 2))
        system = System.of(wrap(score, few(data.test), Wish(output="probabilities")), data)
        view = AttackedRows(rows=data.test, attacker=Attacker.none(), train=data.train)
        finding = run(system, view, Options(smoothed_rows=2, queries=5), Terms(confidence=0.95), stream(0, "t"))
        assert share(finding, "smoothed_proven_share") == 1
        assert all(low >= 0 and high <= 100 and kind == np.uint8 for low, high, kind in seen)
