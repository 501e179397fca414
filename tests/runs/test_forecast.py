# SPDX-License-Identifier: Apache-2.0
"""What the work of a check is foreseen from."""

from types import SimpleNamespace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from probatum.facts.capabilities import Capability  # noqa: E402
from probatum.facts.plan import Subject  # noqa: E402
from probatum.facts.policy import Stakes  # noqa: E402
from probatum.facts.threats import Task  # noqa: E402
from probatum.facts.work import Expected  # noqa: E402
from probatum.runs.forecast import Speed, foreseen, multiplications  # noqa: E402
from probatum.systems.datasets import from_arrays  # noqa: E402
from probatum.systems.structures import Network, Structure  # noqa: E402

SUBJECT = Subject(
    name="s", purpose=None, affected=None, stakes=Stakes.MEDIUM, stakes_assumed=True, task=Task.BINARY,
    classes=("no", "yes"), target="y", train_rows=0, test_rows=10, columns=3, notes=(),
)  # fmt: skip
ROWS = from_arrays((np.zeros((10, 3), dtype=np.float32), np.arange(10) % 2)).test
NETWORK = Structure(
    core=Network(module=torch.nn.Linear(3, 2).eval(), classes=2),
    encode=lambda rows: np.asarray(rows.features, dtype=np.float32), order=(0, 1), inputs=None,
)  # fmt: skip


def answer(structure, *, looked_into=True):
    capabilities = frozenset([Capability.GRADIENTS] if looked_into else [])
    system = SimpleNamespace(data=SimpleNamespace(test=ROWS), capabilities=capabilities, structure=structure)
    return multiplications(system)


def refused():
    raise RuntimeError("deep in the network's own code")


def test_the_work_of_a_network_is_foreseen_from_one_answer():
    assert answer(lambda: NETWORK) == 6
    assert answer(lambda: "It cannot be followed.") == 0


def test_nothing_is_looked_into_where_it_cannot_be_and_no_network_stops_the_plan():
    assert answer(refused, looked_into=False) == 0
    assert answer(refused) == 0


def test_a_network_is_looked_into_once_for_all_checks():
    looked = []
    system = SimpleNamespace(
        data=SimpleNamespace(test=ROWS),
        capabilities=frozenset([Capability.GRADIENTS]),
        structure=lambda: looked.append(1) or NETWORK,
    )
    check = SimpleNamespace(work=lambda scope: Expected(seconds=scope.answer))
    units = [SimpleNamespace(check=name, options={}) for name in "abc"]
    plan = SimpleNamespace(subject=SUBJECT, units=units, refits=())
    found = foreseen(plan, system, dict.fromkeys("abc", check), Speed(row=0.0), jobs=1)
    assert found.checks == {"a": 6, "b": 6, "c": 6}
    assert looked == [1]
