# SPDX-License-Identifier: Apache-2.0
"""Files of PyTorch: the file check and the loader say the same of each, and neither believes a disguise."""

import io
import os
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

from probatum.adapters.loading import load
from probatum.engines.files import kinds
from probatum.engines.files.identify import identify
from probatum.engines.files.weights import only_weights
from probatum.errors import UntrustedFileError


class Evil:
    def __reduce__(self):
        return os.system, ("false",)


class Sneaky:
    """Calls a function of the list with another one in its arguments."""

    def __reduce__(self):
        return OrderedDict, ([("a", print)],)


def test_a_pickle_of_plain_things_in_order_is_only_weights():
    assert only_weights(pickle.dumps(OrderedDict(a=[1, 2.5, None, 2**40], b={"c": (True, "x")}), 2))


@pytest.mark.parametrize(
    "orders",
    [
        pickle.dumps(Evil(), 2),
        pickle.dumps(Sneaky(), 2),
        pickle.dumps(OrderedDict(a=print), 2),
        pickle.dumps(OrderedDict(a=1), 4),  # looks names up on its stack, where they may be anything
        pickle.dumps(OrderedDict(a=1), 2)[:-3],
        pickle.dumps({"a": np.float64(1)}, 2),
        b"\x80\x02cos\nsystem\nq\x00.",
        b"\x80\x02ccollections\nOrderedDict\x85o.",
        b"",
        b"PK",
    ],
)
def test_whatever_looks_up_more_or_is_cut_short_is_not(orders):
    assert not only_weights(orders)


def written(members, *, packing=zipfile.ZIP_STORED, twice=None):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", packing) as out:
        for name, held in members.items():
            out.writestr(name, held)
        if twice:
            with pytest.warns(UserWarning, match="Duplicate name"):
                out.writestr(twice, pickle.dumps(Evil(), 2))
    return content.getvalue()


GOOD = {"archive/data.pkl": pickle.dumps(OrderedDict(a=1), 2), "archive/version": b"3\n"}


def test_an_archive_is_believed_only_as_torch_writes_it():
    assert identify(written(GOOD)) == kinds.TORCH_WEIGHTS
    for strange in (
        written(GOOD, packing=zipfile.ZIP_DEFLATED),
        written(GOOD | {"other/data.pkl": pickle.dumps(Evil(), 2)}),
        written(GOOD | {"archive/more.pkl": pickle.dumps(Evil(), 2)}),
        written(GOOD | {"data.pkl": pickle.dumps(Evil(), 2)}),
        written(GOOD, twice="archive/data.pkl"),
        pickle.dumps(Evil(), 0) + written(GOOD),
    ):
        assert identify(strange).can_run_code


class TestRealFiles:
    """What torch.save writes."""

    @pytest.fixture(autouse=True)
    def torch(self):
        self.torch = pytest.importorskip("torch")

    def cases(self):
        torch = self.torch
        net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3), torch.nn.Embedding(4, 2))
        kept = {"half": torch.ones(2, dtype=torch.bfloat16), "long": torch.ones(2, dtype=torch.int64)}
        yield "state dict", net.state_dict(), True
        yield "half", kept, True
        yield "notes", {"epoch": 3, "state_dict": net.state_dict(), "rate": 0.1, "seen": [1, 2]}, True
        yield "parameter", {"w": torch.nn.Parameter(torch.ones(2))}, True
        yield "network", net, False
        yield "evil", {"w": torch.ones(2), "e": Evil()}, False
        yield "arrays", {"w": torch.ones(2), "n": np.ones(2)}, False

    def test_the_file_check_and_the_loader_say_the_same(self, tmp_path: Path):
        for name, held, only in self.cases():
            file = tmp_path / f"{name}.pt"
            self.torch.save(held, file)
            kind = identify(file.read_bytes())
            assert (kind == kinds.TORCH_WEIGHTS) is only, name
            assert kind.can_run_code is not only
            if only and name != "notes":
                assert load(file, trusted=False).content.tensors
            elif not only:
                with pytest.raises(UntrustedFileError, match="holds more than weights"):
                    load(file, trusted=False)

    def test_of_the_old_form_nothing_is_believed(self, tmp_path: Path):
        file = tmp_path / "old.pt"
        self.torch.save({"w": self.torch.ones(2)}, file, _use_new_zipfile_serialization=False)
        assert identify(file.read_bytes()).can_run_code
        with pytest.raises(UntrustedFileError):
            load(file, trusted=False)
