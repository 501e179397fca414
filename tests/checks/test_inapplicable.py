# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace

import numpy as np

from probatum.checks.inapplicable import not_applicable, nothing_to_ask
from probatum.facts.finding import State
from probatum.systems.datasets import from_arrays
from probatum.systems.datasets.rows import Said


def test_a_question_that_does_not_apply_says_why_and_what_would_make_it_apply():
    finding = not_applicable("There are no pictures.", "Give pictures.")
    assert finding.state is State.NOT_APPLICABLE
    assert finding.why == "There are no pictures."
    assert [one.sentence for one in finding.advice] == ["Give pictures."]
    assert not_applicable("Never.").advice == ()


def test_a_table_of_cases_cannot_be_asked_and_a_model_can():
    cells, truth = np.zeros((4, 2)), np.array([0, 1, 0, 1])
    rows = from_arrays((cells, truth), (cells, truth)).test
    assert nothing_to_ask(rows) is None
    refused = nothing_to_ask(replace(rows, said=Said(labels=truth.astype(np.int32))))
    assert refused is not None
    assert "table of cases" in (refused.why or "")
