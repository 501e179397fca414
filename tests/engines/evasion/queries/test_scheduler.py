# SPDX-License-Identifier: Apache-2.0
import numpy as np

from probatum.engines.evasion.queries.scheduler import Allowance, play


def asking(*blocks, heard=None):
    for block in blocks:
        scores = yield np.asarray(block, dtype=float).reshape(-1, 1)
        if heard is not None:
            heard.append(scores[:, 0].tolist())


class Model:
    def __init__(self):
        self.sizes = []

    def __call__(self, points):
        self.sizes.append(len(points))
        return points * 10


def test_blocks_of_all_attacks_share_a_call():
    model, first, second = Model(), [], []
    ledger = play([asking([1, 2], [3], heard=first), asking([4], heard=second)], model, Allowance(per_row=10))
    assert model.sizes == [3, 1]
    assert first == [[10, 20], [30]]
    assert second == [[40]]
    assert ledger.asked.tolist() == [3, 1]
    assert (ledger.work.forward_rows, ledger.work.calls) == (4, 2)


def test_a_point_is_not_asked_twice_when_it_was_asked_before():
    model, heard = Model(), []
    ledger = play([asking([1, 1], [1, 2], heard=heard), asking([1])], model, Allowance(per_row=10))
    assert model.sizes == [1, 1]
    assert heard == [[10, 10], [10, 20]]
    assert ledger.repeated == 3


def test_points_are_asked_again_when_memory_is_short():
    model = Model()
    play([asking([1], [2], [1])], model, Allowance(per_row=10, remember=1))
    assert model.sizes == [1, 1, 1]


def test_an_attack_ends_when_its_allowance_is_used_up_and_others_go_on():
    heard, other = [], []
    attacks = [asking([1, 2], [3, 4], [5], heard=heard), asking([6], [7], [8], heard=other)]
    ledger = play(attacks, Model(), Allowance(per_row=3))
    assert heard == [[10, 20]]
    assert other == [[60], [70], [80]]
    assert ledger.cut == 1


def test_all_end_when_the_whole_allowance_is_used_up():
    heard = []
    ledger = play([asking([1], [2], heard=heard), asking([3], [4])], Model(), Allowance(per_row=9, whole=3))
    assert heard == [[10]]
    assert ledger.asked.sum() == 2


def test_large_rounds_are_split_into_calls_of_a_fixed_size():
    model = Model()
    play([asking(range(5)), asking(range(5, 9))], model, Allowance(per_row=9, per_call=4))
    assert model.sizes == [4, 4, 1]
