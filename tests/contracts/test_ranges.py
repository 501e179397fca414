# SPDX-License-Identifier: Apache-2.0
"""Each number lies in its own range, and page one prints it with that range and with no other."""

import numpy as np
import pandas as pd
import pytest
from holding import outside, unfounded
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression

import probatum
from probatum.checks.interface import checks
from probatum.facts.finding import State
from probatum.facts.plan import Effort, Terms, Unit
from probatum.facts.policy import Stakes
from probatum.planted.interface import triples
from probatum.report.sections import sections
from probatum.runs.execution import run_unit
from probatum.runs.planning import options_for
from probatum.runs.policies import shipped
from probatum.runs.views import Bench
from probatum.seeds import stream

pytestmark = pytest.mark.slow  # every check, on systems of three sizes
ALL = checks()
ROWS = 900


@pytest.mark.parametrize("place", range(3), ids=("clean", "limit", "flawed"))
@pytest.mark.parametrize("name", sorted(triples()))
def test_numbers_lie_in_their_ranges_when_a_flaw_is_planted(name, place):
    planted, check, policy = triples()[name], ALL[triples()[name].check], shipped(Stakes.MEDIUM)
    system = planted.build(planted.sizes[place], stream(5, f"ranges/{name}/{place}"))
    unit = Unit(check=check.id, seed_name=check.id, options=options_for(check, policy, Effort.QUICK))
    finding = run_unit(unit, check, Bench(system=system, terms=Terms(confidence=policy.confidence), seed=5))
    assert finding.state is not State.ERROR, finding.why
    assert list(outside(finding)) == []


def people(seed):
    """Return rows about people of several small groups."""
    rng = stream(seed, "ranges/people")
    frame = pd.DataFrame(
        {
            "faith": rng.choice(["a", "b", "c", "d"], p=[0.6, 0.3, 0.07, 0.03], size=ROWS),
            "sex": rng.choice(["f", "m"], size=ROWS),
            "age": rng.integers(18, 90, size=ROWS),
            "score": rng.normal(size=ROWS),
            "hours": rng.normal(size=ROWS),
        }
    )
    pull = frame["score"] + 0.5 * frame["hours"] + 0.8 * (frame["sex"] == "f")
    return frame, pull, rng


def told_to(model, frame):
    """Return a function from such rows to what the model says of their numbers."""
    names = ["age", "score", "hours"]

    def says(rows):
        ask = model.predict_proba if hasattr(model, "predict_proba") else model.predict
        return ask(rows[names].to_numpy(dtype=float))

    return says


def assessed(task, folder, seed):
    frame, pull, rng = people(seed)
    noisy = pull + rng.normal(size=ROWS)
    answers = {
        "binary": (noisy > 0.5).astype(int).to_numpy(),
        "multiclass": np.digitize(noisy, [-1, 0.5, 1.5]),
        "regression": (1000 + 250 * noisy).to_numpy(),
    }[task]
    make = {
        "binary": LogisticRegression(),
        "multiclass": RandomForestClassifier(20, max_depth=5, random_state=0),
        "regression": LinearRegression(),
    }[task]
    model = make.fit(frame[["age", "score", "hours"]].to_numpy()[: ROWS // 3], answers[: ROWS // 3])
    said = {} if task == "regression" else {"classes": sorted(set(answers.tolist())), "output": "probabilities"}
    return probatum.assess(
        told_to(model, frame),
        test=(frame.iloc[ROWS // 3 :].reset_index(drop=True), answers[ROWS // 3 :]),
        train=(frame.iloc[: ROWS // 3], answers[: ROWS // 3]),
        protected=("faith", "sex", "age"),
        task=task,
        skip=("input-manipulation/slow-inputs",),
        effort="quick",
        folder=folder,
        **({"positive": 1} if task == "binary" else {}),
        **said,
    )


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_page_one_prints_each_number_with_its_own_range(task, seed, tmp_path):
    run = assessed(task, tmp_path / "run", seed)
    assert [one for finding in run.edition.findings for one in outside(finding)] == []
    assert list(unfounded(run.edition)) == []
    for section in sections(run.edition):
        for story in section.limits:
            assert "nan" not in story.measured
