# SPDX-License-Identifier: Apache-2.0
"""A trial that ends once the share is known as well as the plan wants."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from probatum.adapters.interface import Wish, few, wrap
from probatum.checks.input_manipulation.evasion import Options, run
from probatum.checks.input_manipulation.findings import Findings, joined
from probatum.engines.evasion.results import Ended, Work
from probatum.facts.plan import Terms
from probatum.seeds import stream
from probatum.systems.attacker import Attacker
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System
from probatum.systems.views import AttackedRows

GRID = np.linspace(0, 1, 101)  # its usual range is .9, so the reach is .027


def line():
    """Return a model that says 1 where a > .5."""
    model = LogisticRegression()
    model.coef_, model.intercept_ = np.array([[40.0, 0.0]]), np.array([-20.0])
    model.classes_, model.n_features_in_ = np.array([0, 1]), 2
    return model


def tried(near, *, rows=500, model=None, output=None, seed=0, wrong=0, width=0.06, **options):
    """Try rows of which ``near`` are within reach of the other answer, and ``wrong`` are wrong as they are."""
    first = np.full(rows, 0.9)
    first[:near], first[rows - wrong :] = 0.51, 0.1
    frame = pd.DataFrame({"a": np.random.default_rng(1).permutation(first), "b": 0.3})
    data = from_arrays((frame, np.ones(rows, dtype=int)), (pd.DataFrame({"a": GRID, "b": GRID}), np.arange(101) % 2))
    system = System.of(wrap(model or line(), few(data.test), Wish(output=output)), data)
    view = AttackedRows(rows=data.test, attacker=Attacker.none(), train=data.train)
    return run(system, view, Options(width=width, **options), Terms(confidence=0.95), stream(seed, "t"))


def range_of(finding, name="fooled_share"):
    return finding.measures[name].interval


def test_the_trial_ends_early_and_says_so_when_hardly_any_answer_can_be_turned():
    finding = tried(0)
    assert finding.tried == 125
    assert finding.measures["fooled_share"].n == 125
    assert any(
        detail.startswith("125 of 500 cases that were planned were tried") and "so the trial ended there" in detail
        for detail in finding.details
    )
    assert range_of(finding).upper <= 0.06
    assert "Jennison" in range_of(finding).method
    assert range_of(finding).confidence == 0.95
    for name in ("proven_share", "clean_accuracy", "empirical_robust_accuracy"):
        assert range_of(finding, name).confidence == 0.95
        assert "Jennison" in range_of(finding, name).method


def test_all_rows_are_tried_and_that_is_said_when_the_share_is_not_known_before():
    finding = tried(100)
    assert finding.tried == 500
    assert finding.measures["fooled_share"].value == 100 / 500
    assert any(detail.startswith("All 500 cases that were planned were tried") for detail in finding.details)


def test_no_trial_ends_early_unless_the_plan_says_so():
    assert Options().width == 0


def test_nothing_is_said_of_rounds_when_no_width_is_wanted():
    finding = tried(0, width=0.0)
    assert finding.tried == 500
    assert not any("planned" in detail for detail in finding.details)
    assert range_of(finding).method.startswith("Clopper-Pearson 1934, from")


def test_the_range_is_that_of_a_single_look_when_the_share_lies_between():
    in_rounds, at_once = tried(100), tried(100, width=0.0)
    assert range_of(in_rounds).lower == pytest.approx(range_of(at_once).lower, abs=1e-6)
    assert range_of(in_rounds).upper == pytest.approx(range_of(at_once).upper, abs=1e-9)
    assert in_rounds.measures["fooled_share"].value == at_once.measures["fooled_share"].value


def test_what_is_found_of_a_row_does_not_depend_on_rounds():
    in_rounds, at_once = tried(60), tried(60, width=0.0)
    for name in ("fooled_share", "proven_share", "unknown_share", "clean_accuracy"):
        assert in_rounds.measures[name].value == at_once.measures[name].value
    assert {one.row for one in in_rounds.examples} <= set(range(500))
    assert all(one.truth == "1" and one.answer == "0" for one in in_rounds.examples)


def test_the_rows_are_drawn_at_random_so_that_the_first_round_is_like_all():
    shares = [tried(100, seed=seed, width=0.5).measures["fooled_share"].value for seed in range(12)]
    assert {tried(100, seed=0, width=0.5).tried} == {125}
    assert np.mean(shares) == pytest.approx(0.2, abs=0.04)
    assert len(set(shares)) > 3


def test_wrong_answers_count_for_nothing_when_it_is_asked_how_narrow_a_range_is():
    finding = tried(0, wrong=450)
    assert finding.tried == 500  # 50 right answers tell no share to 6 of 100


def test_rows_of_which_nobody_knows_do_not_keep_the_trial_going():
    def score(rows):
        second = 1 / (1 + np.exp(-40 * (rows["a"].to_numpy() - 0.5)))
        return np.column_stack([1 - second, second])

    finding = tried(0, model=score, output="probabilities", queries=10)
    assert finding.measures["unknown_share"].value == 1
    assert finding.tried == 125
    assert range_of(finding).lower == 0
    assert range_of(finding).upper == 1


def part(found, safe, unproven=None):
    n = len(found)
    return Findings(
        found=np.array(found, dtype=float), safe=np.array(safe, dtype=float), examples=np.zeros((n, 2)),
        ended=np.full(n, Ended.SPENT, dtype=np.int8), last=np.full(n, "", dtype=object),
        work=Work(forward_rows=n), stages=["asking"], warnings=[], unproven=unproven,
    )  # fmt: skip


def test_parts_are_joined_in_their_order():
    whole = joined([part([0.1, np.inf], [0, 0.3]), part([0.2], [0.1])])
    assert whole.found.tolist() == [0.1, np.inf, 0.2]
    assert whole.safe.tolist() == [0, 0.3, 0.1]
    assert whole.work.forward_rows == 3
    assert whole.stages == ["asking"]
    assert whole.unproven is None


def test_no_proof_stands_when_a_later_part_tells_that_none_can_be_had():
    whole = joined([part([np.inf], [0.3]), part([np.inf], [0.0], unproven="The weights give other answers.")])
    assert whole.safe.tolist() == [0, 0]
    assert whole.unproven == "The weights give other answers."
