# SPDX-License-Identifier: Apache-2.0
"""A system that answers the same row in different ways is not taken for one that is easily fooled."""

import numpy as np
import pandas as pd
import pytest

from probatum.adapters.interface import Wish, few, wrap
from probatum.checks.input_manipulation.evading import Cells
from probatum.checks.input_manipulation.evasion import Options, run
from probatum.engines.evasion.threat import Norm
from probatum.facts.plan import Terms
from probatum.seeds import stream
from probatum.systems.attacker import Attacker
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System
from probatum.systems.views import AttackedRows

GRID = np.linspace(0, 1, 101)  # its usual range is .9


def asked(first, chance, *, noise, output="probabilities"):
    """Assess a system that says 1 where a > .5, each answer drawn anew: ``noise`` is added to what it draws from."""
    rows = pd.DataFrame({"a": np.asarray(first, dtype=float), "b": 0.3})

    def answer(given):
        second = 1 / (1 + np.exp(-80 * (given["a"].to_numpy() - 0.5)))
        second = np.clip(second + noise * chance.normal(size=len(second)), 0.0, 1.0)
        return (second > 0.5).astype(int) if output == "labels" else np.column_stack([1 - second, second])

    truth = (np.asarray(first) > 0.5).astype(int)
    data = from_arrays((rows, truth), (pd.DataFrame({"a": GRID, "b": GRID[::-1]}), np.arange(101) % 2))
    system = System.of(wrap(answer, few(data.test), Wish(output=output)), data)
    view = AttackedRows(rows=data.test, attacker=Attacker.none(), train=data.train)
    return run(system, view, Options(), Terms(confidence=0.95), stream(0, "t"))


def told(finding):
    return any("in different ways" in detail for detail in finding.details)


@pytest.mark.parametrize("output", ["probabilities", "labels"])
@pytest.mark.parametrize("seed", range(5))
def test_lucky_draws_are_not_taken_for_changes_that_turn_the_answer(output, seed):
    # far from the border (the reach is .027), and yet 1 of 6 single answers is wrong
    finding = asked([0.2, 0.3, 0.7, 0.8] * 5, np.random.default_rng(seed), noise=0.5, output=output)
    assert told(finding)
    assert finding.measures["fooled_share"].value == 0
    assert finding.measures["proven_share"].value == 0


def test_real_changes_are_found_through_the_noise():
    finding = asked([0.51, 0.51, 0.49, 0.49, 0.9, 0.1], np.random.default_rng(0), noise=0.1)
    assert told(finding)
    assert finding.measures["fooled_share"].value == pytest.approx(4 / 6)
    assert all(example.size < 0.03 for example in finding.examples)


def test_nothing_is_said_of_it_when_the_answers_are_alike():
    finding = asked([0.2, 0.8], np.random.default_rng(0), noise=1e-6)
    assert not told(finding)
    assert finding.measures["model_rows"].value < 250


def test_real_changes_of_pictures_are_found_through_the_noise():
    chance = np.random.default_rng(0)

    def answer(given):
        second = 1 / (1 + np.exp(-60 * (given.mean(axis=(1, 2)) - 0.5)))
        second = np.clip(second + 0.02 * chance.normal(size=len(second)), 0.0, 1.0)
        return np.column_stack([1 - second, second])

    pictures = np.stack([np.full((4, 4), value) for value in (0.51, 0.505, 0.9)])
    train = np.repeat(GRID, 16).reshape(101, 4, 4)
    data = from_arrays((pictures, np.ones(3, dtype=int)), (train, np.arange(101) % 2))
    system = System.of(wrap(answer, few(data.test), Wish(output="probabilities")), data)
    view = AttackedRows(rows=data.test, attacker=Attacker.none(), train=data.train)
    finding = run(system, view, Options(), Terms(confidence=0.95), stream(0, "t"))
    assert told(finding)
    assert finding.measures["fooled_share"].value == pytest.approx(2 / 3)
    assert all(0 < example.size <= 0.03 for example in finding.examples)


@pytest.mark.parametrize("norm", list(Norm))
@pytest.mark.parametrize("times", [1.0, 2.0, 100.0])
def test_a_change_of_a_picture_goes_outward_no_further_than_the_radius(norm, times):
    rng = np.random.default_rng(0)
    rows = rng.uniform(0.3, 0.7, (5, 4, 4))
    data = from_arrays((rows, np.array([0, 1, 0, 1, 0])), (np.repeat(GRID, 16).reshape(101, 4, 4), np.arange(101) % 2))
    cells = Cells(None, data.test, data.train, norm)
    which = np.array([1, 3])
    near = cells.x[which] + rng.normal(0, 0.005, (2, 4, 4))
    far = cells.outward(near, which, times, 0.2)
    every = {name: cells.x.copy() for name in ("near", "far")}
    every["near"][which], every["far"][which] = near, far
    first, then = (cells.sizes(every[name])[which] for name in ("near", "far"))
    np.testing.assert_allclose(then, np.minimum(times * first, 0.2), rtol=1e-6)


def test_it_is_told_when_an_answer_depends_on_the_cases_beside_it():
    def score(rows):
        second = 1 / (1 + np.exp(-9 * (rows["a"] - rows["a"].mean()).to_numpy()))
        return np.column_stack([1 - second, second])

    rows = pd.DataFrame({"a": np.linspace(0, 1, 20), "b": 0.3})
    truth = (rows["a"] > 0.5).to_numpy().astype(int)
    data = from_arrays((rows, truth), (pd.DataFrame({"a": GRID, "b": GRID}), (GRID > 0.5).astype(int)))
    system = System.of(wrap(score, few(data.test), Wish(output="probabilities")), data)
    view = AttackedRows(rows=data.test, attacker=Attacker.none(), train=data.train)
    finding = run(system, view, Options(), Terms(confidence=0.95), stream(0, "t"))
    assert any("depends on the cases asked about beside it; by themselves, 16 of 16" in one for one in finding.details)
    assert any("otherwise beside other cases" in one for one in finding.details)
    assert not any("beside it" in one for one in asked([0.2, 0.8], np.random.default_rng(0), noise=0).details)
