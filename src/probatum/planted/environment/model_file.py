# SPDX-License-Identifier: Apache-2.0
"""A system with a known number of model files that can run code; the pickles hold plain numbers and do nothing."""

import io
import pickle

import numpy as np

from probatum.planted.answers import answering
from probatum.planted.interface import Planted
from probatum.systems.stored import StoredFile
from probatum.systems.system import System

ROWS = 20
FILES = 3


def build(size: float, rng: np.random.Generator) -> System:
    """Return a system stored in three files of numbers, ``size`` of them pickles of a protocol that is drawn."""
    truth = rng.integers(2, size=ROWS)
    weights = rng.normal(size=8)
    pickles = [pickle.dumps(weights.tolist(), protocol=int(rng.integers(6))) for _ in range(int(size))]
    plain = [_array(weights) for _ in range(FILES - int(size))]
    stored = tuple(StoredFile(role="model", content=content, stated=False) for content in (*pickles, *plain))
    system = answering(truth, truth)
    return System.of(system.model, system.data, stored=stored)


def _array(values: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, values, allow_pickle=False)
    return buffer.getvalue()


PLANTED = Planted(
    check="environment/model-file",
    build=build,
    sizes=(0, 0, 1),
    n=ROWS,
    knob="files that can run code, digest not stated",
    exact=True,
)
