# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from probatum.adapters.interface import Wish, few, wrap
from probatum.checks.input_manipulation.universal import Options, run
from probatum.errors import InsufficientDataError
from probatum.facts.finding import State
from probatum.facts.plan import Terms
from probatum.seeds import stream
from probatum.systems.attacker import Attacker, Sum
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System
from probatum.systems.views import AttackedRows

GRID = np.linspace(0, 1, 101)  # its usual range is .9, so that a radius of .03 reaches .027
NEAR, FAR, BELOW = 0.51, 0.9, 0.2


def line(slope=(40.0, 0.0), shift=-20.0):
    """Return a model that says 1 where slope . (a, b) + shift > 0; as it comes, where a > .5."""
    model = LogisticRegression()
    model.coef_, model.intercept_ = np.array([slope]), np.array([shift])
    model.classes_, model.n_features_in_ = np.array([0, 1]), 2
    return model


def scores(rows):
    second = 1 / (1 + np.exp(-40 * (rows["a"].to_numpy() - 0.5)))
    return np.column_stack([1 - second, second])


def labels(rows):
    return (rows["a"] > 0.5).astype(int).to_numpy()


def asked(first, model=None, attacker=None, *, output=None, include_rows=False, train=None, **options):
    rows = pd.DataFrame({"a": np.asarray(first, dtype=float), "b": 0.3})
    known = pd.DataFrame({"a": GRID, "b": GRID[::-1]}) if train is None else train
    data = from_arrays((rows, labels(rows)), (known, np.arange(len(known)) % 2))
    system = System.of(wrap(model or line(), few(data.test), Wish(output=output)), data)
    view = AttackedRows(rows=data.test, attacker=attacker or Attacker.none(), train=data.train)
    return run(system, view, Options(**options), Terms(confidence=0.95, include_rows=include_rows), stream(0, "t"))


def share(finding, name="turned_share"):
    return finding.measures[name].value


def mixed(near, far, below):
    return [NEAR] * near + [FAR] * far + [BELOW] * below


@pytest.mark.parametrize(
    ("model", "output"),
    [(line(), None), (scores, "probabilities"), (labels, "labels")],
    ids=["line", "scores", "labels"],
)
def test_all_near_rows_turn_by_the_same_change(model, output):
    finding = asked([NEAR] * 60, model=model, output=output)
    assert share(finding) == 1.0
    assert any(detail.startswith("The change: lower a by 0.0") for detail in finding.details)
    assert any("became “0”" in detail for detail in finding.details)


def test_a_change_of_all_cannot_turn_both_sides_at_once():
    finding = asked([0.51] * 100 + [0.49] * 100)
    assert 0.4 < share(finding) < 0.6


def test_rows_out_of_reach_stay():
    assert share(asked(mixed(0, 30, 30))) == 0


def test_the_measured_rows_are_not_those_that_were_searched():
    finding = asked(mixed(20, 20, 21))
    assert finding.measures["turned_share"].n == 31
    assert finding.tried == 61


def test_random_changes_turn_about_half_of_the_near_rows():
    finding = asked([NEAR] * 400)
    assert 0.4 < share(finding, "random_share") < 0.6  # up or down by a coin


@pytest.mark.parametrize(
    ("attacker", "turned"),
    [
        (Attacker(controls=("b",)), False),
        (Attacker(rises_only=("a",)), False),
        (Attacker(falls_only=("a",)), True),
        (Attacker(cost={"a": 10.0}), False),
        (Attacker(relations=(Sum(terms={"a": 1.0}, least=0.505),)), False),
        (Attacker(relations=(Sum(terms={"a": 1.0}, least=0.4),)), True),
    ],
)
def test_only_what_an_attacker_can_do_counts(attacker, turned):
    assert share(asked([NEAR] * 40, attacker=attacker)) == (1.0 if turned else 0.0)


def test_whole_numbers_move_by_whole_steps():
    rows = pd.DataFrame({"a": [12, 13] * 100, "b": [5, 5] * 100})
    known = pd.DataFrame({"a": np.arange(101), "b": np.arange(101)})  # the usual range is 90, so the reach is 2.7
    data = from_arrays((rows, np.ones(200, dtype=int)), (known, np.arange(101) % 2))
    system = System.of(wrap(line((1.0, 0.0), -10.5), few(data.test)), data)
    view = AttackedRows(rows=data.test, attacker=Attacker.none(), train=data.train)
    finding = run(system, view, Options(), Terms(confidence=0.95, include_rows=True), stream(0, "t"))
    assert 0.35 < share(finding) < 0.65  # 12 becomes 10; 13 becomes 11 and stays
    assert "The change: lower a by 2." in finding.details
    assert finding.examples[0].changes == ("lower a from 12 to 10",)


def test_missing_cells_never_move():
    first = [np.nan] * 30 + [NEAR] * 30
    finding = asked(first, model=lambda rows: (rows["a"] > 0.5).astype(int).to_numpy(), output="labels")
    assert 0.2 < share(finding) < 0.8


@pytest.mark.parametrize(
    ("options", "attacker", "why"),
    [
        ({"radius": 0.0}, None, "not above zero"),
        ({}, Attacker(controls=()), "no number"),
    ],
)
def test_it_does_not_apply_when_nothing_may_change(options, attacker, why):
    finding = asked([NEAR] * 30, attacker=attacker, **options)
    assert finding.state is State.NOT_APPLICABLE
    assert why in finding.why
    assert finding.advice


def test_too_few_right_answers_are_told_by_number():
    with pytest.raises(InsufficientDataError, match="there are 7"):
        asked([NEAR] * 7)


def brightness(rows):
    """Say 1 where the mean of a picture is above one half."""
    second = 1 / (1 + np.exp(-30 * (rows.mean(axis=(1, 2)) - 0.5)))
    return np.column_stack([1 - second, second])


def network():
    torch = pytest.importorskip("torch")
    layer = torch.nn.Linear(16, 2)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[-1.0] * 16, [1.0] * 16]))
        layer.bias.copy_(torch.tensor([8.0, -8.0]))
    return torch.nn.Sequential(torch.nn.Flatten(), layer)


def pictures(model, output, means, *, include_rows=False, **options):
    rows = np.stack([np.full((4, 4), mean, dtype=np.float32) for mean in means])
    known = np.repeat(GRID, 16).reshape(101, 4, 4).astype(np.float32)
    truth = (rows.mean(axis=(1, 2)) > 0.5).astype(int)
    data = from_arrays((rows, truth), (known, np.arange(101) % 2))
    system = System.of(wrap(model, few(data.test), Wish(output=output)), data)
    view = AttackedRows(rows=data.test, attacker=Attacker.none(), train=data.train)
    return run(system, view, Options(**options), Terms(confidence=0.95, include_rows=include_rows), stream(0, "t"))


MEANS = [0.52] * 40 + [0.6] * 40 + [0.3] * 40  # a third can be turned: by darkening by .03


@pytest.mark.parametrize(("norm", "radius"), [("linf", 0.03), ("l2", 0.12), ("l1", 0.48)])
class TestPictures:
    """Changes of any norm that darken all points by .03, of 16."""

    def test_a_network_is_followed_by_gradients(self, norm, radius):
        finding = pictures(network(), "logits", MEANS, norm=norm, radius=radius)
        assert 0.2 < share(finding) < 0.45
        assert any("by gradients" in detail for detail in finding.details)
        assert share(finding, "random_share") < 0.1

    def test_a_function_is_asked(self, norm, radius):
        finding = pictures(brightness, "probabilities", MEANS, norm=norm, radius=radius)
        assert 0.2 < share(finding) < 0.45
        assert any("by asking" in detail for detail in finding.details)


def test_the_pattern_is_shown_only_if_rows_may_be():
    shown = pictures(brightness, "probabilities", MEANS, include_rows=True)
    hidden = pictures(brightness, "probabilities", MEANS)
    assert (shown.pattern.width, shown.pattern.height, shown.pattern.colours) == (4, 4, 1)
    assert shown.examples[0].picture is not None
    assert hidden.pattern is None
    assert hidden.examples[0].picture is None


def test_the_best_of_several_searches_is_measured():
    one, several = (
        asked(mixed(60, 30, 30), model=labels, output="labels", queries=1, restarts=restarts) for restarts in (1, 8)
    )
    assert "one search by asking" in " ".join(one.details)
    assert "the best of 8 searches by asking" in " ".join(several.details)
    assert share(several) >= share(one)
