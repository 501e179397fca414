# SPDX-License-Identifier: Apache-2.0
"""What of a plan's work on a network is done: counted, never timed, and told where it is less than was planned."""

from dataclasses import asdict

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from probatum.adapters.interface import Wish, few, wrap  # noqa: E402
from probatum.checks.input_manipulation import evasion, patch, universal  # noqa: E402
from probatum.checks.input_manipulation.affordable import FEWEST, PROVEN, expected, within, within_steps  # noqa: E402
from probatum.engines.bounds.tensor.proof import Limits, Proof  # noqa: E402
from probatum.engines.evasion.api import engine_of  # noqa: E402
from probatum.engines.evasion.results import Ended  # noqa: E402
from probatum.engines.evasion.tensor.cost import answers, multiplications  # noqa: E402
from probatum.engines.evasion.tensor.engine import BESIDE, LIMITS  # noqa: E402
from probatum.engines.evasion.tensor.ladder import LEVELS  # noqa: E402
from probatum.engines.evasion.tensor.network import PUT_THROUGH  # noqa: E402
from probatum.engines.evasion.threat import region  # noqa: E402
from probatum.facts.capabilities import Capability  # noqa: E402
from probatum.facts.plan import Terms  # noqa: E402
from probatum.facts.threats import Task  # noqa: E402
from probatum.facts.work import Scope  # noqa: E402
from probatum.seeds import stream  # noqa: E402
from probatum.systems.attacker import Attacker  # noqa: E402
from probatum.systems.datasets import from_arrays  # noqa: E402
from probatum.systems.structures import Network, Structure  # noqa: E402
from probatum.systems.system import System  # noqa: E402
from probatum.systems.views import AttackedRows  # noqa: E402


def pictures(count):
    rng = np.random.default_rng(0)
    truth = np.arange(count) % 2
    return (rng.random((count, 3, 6, 6)) * 0.2 + 0.7 * truth[:, None, None, None]).astype(np.float32), truth


class Residual(torch.nn.Module):
    """Convolutions, a residual sum and adaptive pooling."""

    def __init__(self):
        super().__init__()
        self.first, self.second = torch.nn.Conv2d(3, 4, 3, padding=1), torch.nn.Conv2d(4, 4, 3, padding=1)
        self.pool, self.last = torch.nn.AdaptiveAvgPool2d(2), torch.nn.Linear(16, 2)

    def forward(self, x):
        x = torch.relu(self.first(x))
        return self.last(self.pool(torch.relu(self.second(x)) + x).flatten(1))


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    model, (x, y) = Residual(), pictures(200)
    optimiser = torch.optim.Adam(model.parameters(), 1e-2)
    for _ in range(60):
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(model(torch.tensor(x)), torch.tensor(y)).backward()
        optimiser.step()
    return model.eval()


def structure_of(model):
    return Structure(
        core=Network(module=model, classes=2), encode=lambda rows: rows.features, order=(0, 1), inputs=None
    )


def asked(check, model, count=100, tell=None, **options):
    data = from_arrays(pictures(count), pictures(50))
    system = System.of(wrap(model, few(data.test), Wish(output="logits")), data)
    view = AttackedRows(rows=data.test, attacker=Attacker.none(), train=data.train)
    terms = Terms(confidence=0.95) if tell is None else Terms(confidence=0.95, tell=tell)
    return check.run(system, view, check.Options(**options), terms, stream(0, "t"))


def test_multiplications_are_those_of_matrices_and_convolutions(network):
    row = pictures(1)[0]
    assert multiplications(torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(108, 5)), row) == 108 * 5
    assert multiplications(network, row) == 36 * (9 * 3 * 4 + 9 * 4 * 4) + 16 * 2


def test_a_network_without_any_counts_its_parameters_or_its_cells():
    class Scaled(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = torch.nn.Parameter(torch.ones(7))

        def forward(self, x):
            return x.flatten(1)[:, :7] * self.scale

    assert multiplications(Scaled(), pictures(1)[0]) == 7
    assert multiplications(torch.nn.Flatten(), pictures(1)[0]) == 108


def test_all_rows_are_tried_when_the_plan_allows_it(network):
    rows = from_arrays(pictures(100)).test
    found = within(structure_of(network), rows, "standard", 4e12)
    assert (found.rows, found.level, list(found.told())) == (100, "standard", [])
    assert within("It can only be asked.", rows, "standard", 1.0).rows == 100


def test_fewer_rows_are_tried_then_quickly_and_both_is_told(network):
    rows = from_arrays(pictures(100)).test
    cost = multiplications(network, rows.features[:1])
    some = within(structure_of(network), rows, "standard", 60.5 * cost * answers(LEVELS["standard"]))
    assert (some.rows, some.level) == (60, "standard")
    assert "60 of 100 planned cases were tried: more would go beyond the work that the plan allows" in "".join(
        some.told()
    )
    quick = within(structure_of(network), rows, "standard", 50.5 * cost * answers(LEVELS["quick"]))
    assert (quick.rows, quick.level) == (50, "quick")
    assert "50 of 100 planned cases were tried and the search for changes was the quick one" in "".join(quick.told())
    assert within(structure_of(network), rows, "quick", 1.0).rows == FEWEST
    assert within_steps(structure_of(network), rows, 80, 10, 1.0).rows == FEWEST
    assert within_steps(structure_of(network), rows, 80, 10, 1e12).rows == 80


@pytest.mark.slow
@pytest.mark.parametrize("check", [evasion, universal, patch])
def test_what_was_left_out_stands_in_the_finding(check, network):
    own = {"level": "quick", "parts": 2} if check is evasion else {"steps": 3}
    whole, part = asked(check, network, **own), asked(check, network, work=1.0, **own)
    assert not any("planned cases" in detail for detail in whole.details)
    assert any(f"{FEWEST} of 100 planned cases were tried" in detail for detail in part.details)
    assert part.tried <= FEWEST < whole.tried
    assert asked(check, network, work=1.0, **own) == part  # counted, not timed


@pytest.mark.parametrize("pictured", [True, False])
def test_the_proofs_of_a_network_are_foreseen_by_its_size_and_never_beyond_the_plan(pictured):
    def seconds(answer, level="standard"):
        options = asdict(evasion.Options(level=level))
        return expected(
            Scope(
                rows=500, train_rows=0, columns=64, pictures=pictured, classes=10, task=Task.MULTICLASS, answer=answer,
                capabilities=frozenset([Capability.GRADIENTS]), options=options,
            )
        ).seconds  # fmt: skip

    found = [seconds(answer) for answer in (0.0, 1e4, 1e5, 1e6, 1e12)]
    assert found == sorted(found)
    assert found[0] < 1
    assert found[-1] == pytest.approx((1 + BESIDE) * LIMITS["standard"].total / PROVEN, abs=1)
    assert seconds(1e12, "quick") < found[-1] < seconds(1e12, "deep")


def test_the_check_tells_how_far_it_is(network):
    told = []
    asked(evasion, network, count=20, tell=told.append, level="quick", parts=2)
    assert {step.what for step in told} >= {"cases bounded", PUT_THROUGH}
    assert all(step.of is None or 0 <= step.done <= step.of for step in told)


@pytest.mark.parametrize("check", [universal, patch])
def test_what_searches_by_gradients_tells_how_far_it_is(check, network):
    told = []
    asked(check, network, count=20, tell=told.append, steps=3)
    through = [step.done for step in told if step.what == PUT_THROUGH]
    assert through == sorted(through)
    assert len(through) > 3


def test_proofs_at_several_radii_share_one_part_of_the_work(network, monkeypatch):
    monkeypatch.setitem(LIMITS, "standard", Limits(work=1e11, total=4e6))
    x, y = pictures(6)
    spent = {}
    for level in ("standard", None):  # None: without a limit on all rows
        engine = engine_of(network, level)
        spent[level] = [
            engine.certify(x, y, region(x, lower=0.0, upper=1.0, norm="linf", radius=size), 0, None).work
            for size in (0.12, 0.15, 0.2, 0.3, 0.4)
        ]
    limited, free = ([work.multiplications for work in spent[level]] for level in ("standard", None))
    assert 0 < sum(limited) <= BESIDE * 4e6 < sum(free)
    assert limited[0] == free[0]  # what comes first is done in full
    assert limited[-1] < free[-1]


@pytest.mark.parametrize("total", [0.0, 1e6, 1e12])
def test_the_work_of_all_proofs_together_is_bounded(network, total):
    x, y = pictures(6)
    around = region(x, lower=0.0, upper=1.0, norm="linf", radius=0.12)
    proof = Proof(network, x, y, around, Limits(nodes=50, work=1e11, total=total))
    proof.first(np.arange(6))
    proof.full(proof.open_rows())
    told = []
    open_rows = proof.open_rows()
    proof.split(open_rows, tell=told.append)
    assert proof._spent <= max(4 * total, 1e7)  # a row ends at its limit, not before
    if open_rows.size:
        assert told[-1].done == told[-1].of == len(open_rows)
    assert set(proof.found().ended.tolist()) <= {int(one) for one in Ended}
