# SPDX-License-Identifier: Apache-2.0
"""A system of which only a table of cases is left answers about those cases, and nothing else."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from probatum.adapters.cases import CasesModel
from probatum.errors import ModelError
from probatum.facts.capabilities import Capability
from probatum.systems.datasets import Rows, Said, from_arrays
from probatum.systems.system import System


def table(said: Said | None) -> Rows:
    data = from_arrays((pd.DataFrame({"age": [20, 30, 40]}), np.array(["no", "yes", "no"])))
    return replace(data.test, said=said)


RANKED = Said(labels=np.array([0, 1, 1], dtype=np.int32), ranks=np.array([1.0, 7.0, 5.0]))


def test_answers_are_those_in_the_table_when_asked_in_any_order():
    rows = table(RANKED)
    model = CasesModel(rows)
    assert model.capabilities == {Capability.PREDICTIONS}
    system = System.of(model, replace(from_arrays((rows.features, rows.truth)), test=rows))
    assert system.answers(rows).labels.tolist() == [0, 1, 1]
    turned = system.answers(rows.take(np.array([2, 1, 0])))
    assert turned.labels.tolist() == [1, 1, 0]
    assert turned.ranks is not None
    assert turned.ranks.tolist() == [5.0, 7.0, 1.0]


def test_probabilities_are_a_capability_when_the_table_holds_them():
    said = replace(RANKED, ranks=None, scores=np.full((3, 2), 0.5))
    assert Capability.SCORES in CasesModel(table(said)).capabilities


def test_it_refuses_when_there_is_nothing_to_read_or_to_train():
    with pytest.raises(ModelError, match="hold none"):
        CasesModel(table(None))
    model = CasesModel(table(RANKED))
    with pytest.raises(ModelError, match="others cannot be asked"):
        model.ask(table(None))
    with pytest.raises(ModelError, match="cannot be trained"):
        model.refit(table(RANKED), 0)
    assert "no model" in model.check_columns(table(RANKED).schema)[0]
