# SPDX-License-Identifier: Apache-2.0
import numpy as np
from sklearn.linear_model import LogisticRegression

from probatum.adapters.interface import few, wrap
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System


class Counted:
    """A model that counts how often it was taken apart; all else is left to the model inside."""

    def __init__(self, model):
        self.model, self.times = model, 0

    def __getattr__(self, name):
        return getattr(self.model, name)

    def structure(self, rows=None):
        self.times += 1
        return self.model.structure(rows)


def test_a_model_is_taken_apart_once_when_several_checks_look_inside():
    x = np.random.default_rng(0).normal(size=(60, 2))
    truth = (x[:, 0] > 0).astype(int)
    data = from_arrays((x[30:], truth[30:]), (x[:30], truth[:30]))
    model = Counted(wrap(LogisticRegression().fit(x[:30], truth[:30]), few(data.test)))
    system = System.of(model, data)
    assert system.structure() is system.structure()
    assert model.times == 1
