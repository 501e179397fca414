# SPDX-License-Identifier: Apache-2.0
from itertools import product

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from probatum.adapters.interface import Wish, few, wrap
from probatum.checks.input_manipulation.evading import scores_of
from probatum.checks.input_manipulation.evasion import Options, run
from probatum.checks.input_manipulation.findings import labels_of
from probatum.checks.input_manipulation.nearest import SEARCHED, Inside, nearest
from probatum.checks.input_manipulation.table import Table
from probatum.facts.plan import Terms
from probatum.systems.attacker import Attacker
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System
from probatum.systems.views import AttackedRows

COLOURS = ("blue", "green", "red")
CATEGORIES, NUMBERS = ["colour"], ["count", "size"]


def people(seed, n):
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame(
        {"colour": rng.choice(COLOURS, n), "count": rng.integers(0, 9, n), "size": rng.normal(0, 1, n).round(2)}
    )
    lean = rows["count"] / 4 - 1 + rows["size"] + (rows["colour"] == "red")
    return rows, (lean + rng.normal(0, 0.3, n) > 0).astype(int).to_numpy()


def encoded_by(categories, model):
    return make_pipeline(make_column_transformer((categories, CATEGORIES), (StandardScaler(), NUMBERS)), model)


def ordinal(model):
    return make_pipeline(make_column_transformer((OrdinalEncoder(), CATEGORIES), ("passthrough", NUMBERS)), model)


MODELS = {
    "linear": lambda seed: encoded_by(OneHotEncoder(), LogisticRegression()),
    "tree": lambda seed: encoded_by(OneHotEncoder(), DecisionTreeClassifier(max_depth=4, random_state=seed)),
    "forest": lambda seed: ordinal(RandomForestClassifier(5, max_depth=4, random_state=seed)),
    "boosted": lambda seed: encoded_by(OneHotEncoder(), GradientBoostingClassifier(n_estimators=8, random_state=seed)),
    "by category": lambda seed: ordinal(
        HistGradientBoostingClassifier(max_iter=8, categorical_features=[0], min_samples_leaf=5, random_state=seed)
    ),
}


def opened(kind, seed, attacker):
    train, truth = people(seed, 150)
    rows, labels = people(seed + 1, 25)
    data = from_arrays((rows, labels), (train, truth))
    system = System.of(wrap(MODELS[kind](seed).fit(train, truth), few(data.test), Wish()), data)
    table = Table(system, data.test, data.train, attacker)
    structure = system.structure()
    said = labels_of(scores_of(system.answers(data.test), 2))
    return table, Inside.of(structure, structure.encode(data.test), said, said, 2), said


def everything_allowed(table, row, radius, seed):
    """Return all counts and colours, with sizes drawn between the ends, and the ends."""
    reach = table.moves.reach * radius
    colour, count, size = table.x[row]
    counts = [c for c in range(9) if abs(c - count) <= reach[1]]
    low = max(min(table.moves.least[2], size), size - reach[2])
    high = min(max(table.moves.most[2], size), size + reach[2])
    inside = np.random.default_rng(seed).uniform(low, high, 20)
    colours = range(3) if table.moves.free[0] else [colour]
    return np.array(list(product(colours, counts, [size, low, high, *inside])))


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("controls", [None, ("colour", "size"), ("count",), ("colour", "count")])
def test_what_is_proven_is_never_broken_and_what_is_found_is_broken(kind, seed, controls):
    table, inside, said = opened(kind, seed, Attacker(controls=controls))
    found = nearest(table, inside, np.arange(len(said)), farthest=0.6, nodes=2000)
    assert not isinstance(found, str), found
    for at, row in enumerate(found.rows.tolist()):
        safe = min(found.safe[at], 0.6)
        if safe > 0:
            points = everything_allowed(table, row, safe * (1 - 1e-9), seed)
            points = points[
                (table.allowed(points, np.full(len(points), row), np.full(len(points), safe)) == points).all(1)
            ]
            scores = table.ask(points, np.full(len(points), row))
            assert (labels_of(scores) == said[row]).all()
    if kind not in ("forest", "by category") and (controls is None or "count" in controls):
        return  # whole numbers that are scaled are taken for any number: what is found may have to be searched further
    near = np.flatnonzero(np.isfinite(found.found) & (found.found < 0.6))
    rows = found.rows[near]
    cells = table.allowed(found.cells[near], rows, found.found[near])
    assert (labels_of(table.ask(cells, rows)) != said[rows]).all()  # so in these tables nothing stays unknown
    assert (found.safe[near] <= found.found[near] * (1 + 1e-6)).all()


def test_categories_alone_turn_the_answer_at_no_size_at_all():
    table, inside, said = opened("linear", 3, Attacker(controls=("colour",)))
    found = nearest(table, inside, np.arange(len(said)), farthest=0.1, nodes=10)
    turned = np.array(
        [
            any(
                labels_of(table.ask(np.array([[c, *table.x[row, 1:]]]), np.array([row])))[0] != said[row]
                for c in range(3)
            )
            for row in found.rows
        ]
    )
    assert turned.any()
    assert not turned.all()
    assert ((found.safe == 0) == turned).all()
    assert (np.isfinite(found.found) == turned).all()


def test_more_ways_to_state_categories_than_can_be_looked_at_leave_a_sound_bound(monkeypatch):
    monkeypatch.setattr("probatum.checks.input_manipulation.nearest.WAYS", 2)
    for kind in ("linear", "boosted"):
        table, inside, said = opened(kind, 5, Attacker(controls=("colour", "size")))
        loose = nearest(table, inside, np.arange(len(said)), farthest=0.4, nodes=500)
        monkeypatch.setattr("probatum.checks.input_manipulation.nearest.WAYS", 512)
        exact = nearest(table, inside, np.arange(len(said)), farthest=0.4, nodes=500)
        monkeypatch.setattr("probatum.checks.input_manipulation.nearest.WAYS", 2)
        assert (loose.safe <= exact.safe + 1e-9).all()


def test_trees_that_split_categories_as_such_are_left_alone_where_there_are_too_many_ways(monkeypatch):
    monkeypatch.setattr("probatum.checks.input_manipulation.nearest.WAYS", 2)
    table, inside, said = opened("by category", 5, Attacker(controls=("colour",)))
    assert "split by categories" in nearest(table, inside, np.arange(len(said)), farthest=0.4, nodes=500)


def test_every_way_is_looked_at_once_and_the_plainest_first_when_categories_may_be_exchanged():
    rows = pd.DataFrame({"colour": ["blue", "red", None], "kind": ["a", "b", "a"], "size": [1.0, 2.0, 3.0]})
    train = pd.DataFrame({"colour": COLOURS, "kind": ["a", "b", "a"], "size": [1.0, 2.0, 3.0]})
    data = from_arrays((rows, np.array([0, 1, 0])), (train, np.array([0, 1, 0])))
    table = Table(None, data.test, data.train, Attacker(controls=("colour", "kind", "size")))

    ways = list(table.ways(np.array([0, 1]), 0.03, 6))

    turned = [int((way[0] != table.x[0]).sum()) for way in ways]
    assert turned == [0, 1, 1, 1, 2, 2]
    assert all(len({tuple(way[row]) for way in ways}) == 6 for row in (0, 1))
    assert all(np.isnan(way[0, 0]) for way in table.ways(np.array([2]), 0.03, 6))
    assert table.ways(np.array([0]), 0.03, 5) is None
    assert table.stated_otherwise(0.03) == ("colour", "kind")


def test_the_finding_says_of_how_many_cases_the_search_of_the_trees_was_cut_short():
    train, truth = people(0, 150)
    rows, labels = people(1, 40)
    data = from_arrays((rows, labels), (train, truth))
    system = System.of(wrap(MODELS["boosted"](0).fit(train, truth), few(data.test), Wish()), data)
    view = AttackedRows(rows=data.test, attacker=Attacker.none(), train=data.train)

    def asked(numbers):
        steps = []
        terms = Terms(confidence=0.95, tell=steps.append)
        found = run(system, view, Options(numbers=numbers, radius=0.2), terms, np.random.default_rng(0))
        return found, {step.what for step in steps}

    whole, told = asked(1e10)
    part, _ = asked(1e3)
    assert SEARCHED in told
    assert not any("cut short" in detail for detail in whole.details)
    assert any("The search of the trees was cut short in " in detail for detail in part.details)
    assert part.measures["proven_share"].value < whole.measures["proven_share"].value
