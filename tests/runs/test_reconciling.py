# SPDX-License-Identifier: Apache-2.0
"""The labels of the model and those of the data are made to fit, or refused."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from probatum.adapters.interface import few, wrap
from probatum.errors import ModelError
from probatum.facts.threats import Task
from probatum.runs.opening import reconcile
from probatum.systems.datasets import from_arrays

FRAME = pd.DataFrame({"x": np.linspace(0, 1, 40)})


def together(own, truth):
    model = LogisticRegression().fit(FRAME, np.resize(own, 40))
    data = from_arrays((FRAME, pd.Series(np.resize(truth, 40), name="churn")))
    return reconcile(data, wrap(model, few(data.test)))


def test_label_is_refused_when_it_differs_only_in_its_capitals():
    with pytest.raises(ModelError, match="'Yes'; the model answers 'yes'"):
        together(["no", "yes"], ["no", "yes", "Yes"])


def test_note_says_so_when_the_model_can_never_give_a_label():
    assert "can never answer 'maybe'" in " ".join(together(["no", "yes"], ["no", "yes", "maybe"]).notes)


def test_task_stays_binary_when_the_data_show_one_of_two_labels():
    data = together(["no", "yes"], ["no"])
    assert data.test.schema.classes == ("no", "yes")
    assert data.test.schema.task is Task.BINARY


def test_labels_are_matched_by_name_when_one_side_has_numbers():
    data = together([0, 1], ["0", "1"])
    assert "matched by name" in " ".join(data.notes)
    assert len(data.test.schema.classes) == 2
