# SPDX-License-Identifier: Apache-2.0
"""Archives of PyTorch: what torch writes passes, what contradicts itself does not."""

import io
import zipfile

import pytest

from probatum.engines.files import kinds
from probatum.engines.files.identify import identify
from probatum.engines.files.structure.check import defect
from probatum.facts.input_limits import InputLimits

torch = pytest.importorskip("torch")


def saved(held):
    stream = io.BytesIO()
    torch.save(held, stream)
    return stream.getvalue()


def found(content):
    assert identify(content) is kinds.TORCH_WEIGHTS
    return defect(content, kinds.TORCH_WEIGHTS, InputLimits())


def rewritten(content, change, *, packing=zipfile.ZIP_STORED):
    """Return the archive with each member changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", packing) as new:
        for one in old.infolist():
            kind = zipfile.ZIP_STORED if one.filename.endswith("data.pkl") else packing
            new.writestr(one.filename, change(one.filename, old.read(one)), compress_type=kind)
    return stream.getvalue()


MODELS = {
    "linear": lambda: torch.nn.Linear(3, 2),
    "convolution": lambda: torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.BatchNorm2d(4)),
    "half": lambda: torch.nn.Linear(3, 2).half(),
    "bfloat16": lambda: torch.nn.Linear(3, 2).bfloat16(),
    "recurrent": lambda: torch.nn.LSTM(4, 5),
    "attention": lambda: torch.nn.TransformerEncoderLayer(8, 2, 16),
    "nothing": torch.nn.ReLU,
}


@pytest.mark.parametrize("name", MODELS)
def test_what_torch_writes_passes(name):
    assert found(saved(MODELS[name]().state_dict())) is None


def test_views_shared_storages_and_notes_pass():
    base = torch.arange(12.0).reshape(3, 4)
    held = {"a": base.t(), "b": base[1:, ::2], "c": base, "d": torch.zeros(0, 3), "e": torch.tensor(1.5)}
    assert found(saved(held)) is None
    assert found(saved({"state_dict": held, "epoch": 3, "names": ["x"], "rate": 0.1})) is None


def linear():
    return saved({"w": torch.zeros(2, 3)})


def of_orders(old, new):
    def change(name, content):
        if not name.endswith("data.pkl"):
            return content
        assert content.count(old) == 1
        return content.replace(old, new)

    return rewritten(linear(), change)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (lambda: rewritten(linear(), lambda name, held: held[:-4] if "/data/" in name else held), "another size"),
        (lambda: of_orders(b"X\x03\x00\x00\x00cpuq\x06K\x06", b"X\x03\x00\x00\x00cpuq\x06K\x60"), "another size"),
        (lambda: of_orders(b"K\x02K\x03\x86", b"K\x50K\x03\x86"), "beyond its storage"),
        (lambda: of_orders(b"K\x03K\x01\x86", b"K\x60K\x01\x86"), "beyond its storage"),
        (lambda: rewritten(linear(), lambda name, held: held, packing=zipfile.ZIP_DEFLATED), "is packed"),
    ],
    ids=["a short storage", "a larger storage stated", "a larger shape", "a longer step", "packed members"],
)
def test_what_contradicts_itself_is_refused(content, words):
    assert words in str(found(content()))
