# SPDX-License-Identifier: Apache-2.0
"""The page on networks names every operator that is followed, and no other."""

import re
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")

from probatum.adapters.onnx.operators import OPERATORS
from probatum.engines.bounds.tensor import aten, aten_curves, aten_moves, aten_sums

PAGE = (Path(__file__).parents[2] / "docs" / "networks.md").read_text(encoding="utf-8")


def named(head, until):
    return set(re.findall(r"`(\w+)`", PAGE.split(head)[1].split(until)[0]))


def test_every_operator_that_is_followed_is_named_and_no_other():
    sums, curves = set(aten_sums.SUMS), {*aten_curves.CURVES, *aten_curves.PLAIN}
    moves = aten_moves.LAID_OUT | aten_moves.MOVES | set(aten_moves.OTHERS)
    assert named("## Operators of PyTorch", "## Operators of ONNX") == sums | moves | curves | aten.ORDERED


def test_every_operator_of_onnx_that_is_understood_is_named_and_no_other():
    assert named("## Operators of ONNX", "\x00") - {"TreeEnsembleClassifier"} == set(OPERATORS)
