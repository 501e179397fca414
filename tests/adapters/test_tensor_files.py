# SPDX-License-Identifier: Apache-2.0
import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch")
pytest.importorskip("safetensors")

from probatum.adapters import loading
from probatum.adapters.tensor_files import SAFE_SINCE, Weights, read_safetensors, read_torch
from probatum.errors import MissingExtraError, ModelError, UntrustedFileError

NAMES = {"float32": "F32", "float64": "F64", "float16": "F16", "int64": "I64", "uint8": "U8", "bool": "BOOL"}


def safetensors(tensors, *, kinds=None, **changed):
    """Write tensors by the format's description; ``changed`` overrides entries of the header."""
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, value in tensors.items():
        raw = np.ascontiguousarray(value).tobytes()
        kind = (kinds or {}).get(name) or NAMES[value.dtype.name]
        header[name] = {"dtype": kind, "shape": value.shape, "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header | changed).encode()
    return len(text).to_bytes(8, "little") + text + data


def arrays():
    return {
        "a.weight": np.arange(6, dtype=np.float32).reshape(2, 3),
        "a.bias": np.array([1.5, -2], dtype=np.float16),
        "steps": np.array(7, dtype=np.int64),
        "mask": np.array([True, False]),
        "none": np.zeros((0, 4), dtype=np.float64),
    }


def test_tensors_come_back_as_they_were_when_written_by_the_description():
    read = read_safetensors(safetensors(arrays())).tensors
    assert sorted(read) == sorted(arrays())
    for name, value in arrays().items():
        assert read[name].dtype == (np.float32 if value.dtype == np.float16 else value.dtype)
        assert read[name].shape == value.shape
        assert (read[name] == value).all()
        assert read[name].flags.writeable


def test_brain_floats_are_widened():
    exact = np.array([1.0, -2.5, 3e38], dtype=np.float32)
    upper = (exact.view(np.uint32) >> 16).astype(np.uint16)
    read = read_safetensors(safetensors({"w": upper}, kinds={"w": "BF16"})).tensors["w"]
    assert read.dtype == np.float32
    np.testing.assert_allclose(read, exact, rtol=2**-7)
    assert read[1] == -2.5


@given(st.dictionaries(st.text(min_size=1, max_size=5).filter(lambda name: name != "__metadata__"), st.binary()))
def test_bytes_come_back_whatever_they_are(content):
    held = {name: np.frombuffer(value, dtype=np.uint8) for name, value in content.items()}
    read = read_safetensors(safetensors(held)).tensors
    assert {name: value.tobytes() for name, value in read.items()} == content


@given(st.binary(max_size=80) | st.binary(max_size=80).map(lambda tail: safetensors(arrays())[:90] + tail))
def test_whatever_comes_is_read_or_refused_in_words(content):
    try:
        read_safetensors(content)
    except ModelError as error:
        assert "safetensors" in str(error)  # noqa: PT017


@pytest.mark.parametrize(
    "content",
    [
        b"",
        safetensors(arrays())[:60],
        (10).to_bytes(8, "little") + b"no json at",
        (2).to_bytes(8, "little") + b"[]",
        safetensors({}, w=3),
        safetensors({}, w={"dtype": "F32", "shape": [1]}),
        safetensors({}, w={"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}),
        safetensors({}, w={"dtype": "F32", "shape": [-1], "data_offsets": [0, -4]}),
        safetensors({"v": np.zeros(2)}, w={"dtype": "F64", "shape": [3], "data_offsets": [0, 16]}),
        safetensors({}, w={"dtype": ["F32"], "shape": [0], "data_offsets": [0, 0]}),
    ],
)
def test_a_file_that_says_what_cannot_be_is_refused(content):
    with pytest.raises(ModelError, match="safetensors file is damaged"):
        read_safetensors(content)


def test_weights_need_no_trust_when_loaded_from_a_file(tmp_path):
    file = tmp_path / "weights.safetensors"
    file.write_bytes(safetensors(arrays()))
    loaded = loading.load(file, trusted=False)
    assert isinstance(loaded.content, Weights)
    with pytest.raises(ModelError, match="not the file described"):
        loading.load(file, trusted=False, stated="sha256:" + "0" * 64)


class Armed:
    """Runs code when it is unpickled."""

    def __reduce__(self):
        return exec, ("import builtins; builtins.went_off = True",)


class TestTorchFiles:
    """What torch.save writes."""

    @pytest.fixture(autouse=True)
    def torch(self):
        self.torch = pytest.importorskip("torch")

    @pytest.fixture
    def believed(self):
        """Skip where torch is too old to be believed that it runs no code."""
        if tuple(map(int, self.torch.__version__.split(".")[:2])) < SAFE_SINCE:
            pytest.skip("this torch may run code when it reads weights")

    def saved(self, held, **options):
        content = io.BytesIO()
        self.torch.save(held, content, **options)
        return content.getvalue()

    @pytest.mark.usefixtures("believed")
    @pytest.mark.parametrize("around", [lambda held: held, lambda held: {"state_dict": held, "epoch": 3}])
    def test_a_state_dict_is_read_without_trust(self, around, tmp_path):
        held = {"w": self.torch.tensor([1.0, 2.0]), "half": self.torch.tensor([0.5], dtype=self.torch.bfloat16)}
        (tmp_path / "w.pt").write_bytes(self.saved(around(held)))
        read = loading.load(tmp_path / "w.pt", trusted=False).content.tensors
        assert read["w"].tolist() == [1.0, 2.0]
        assert read["half"].dtype == np.float32

    @pytest.mark.usefixtures("believed")
    @pytest.mark.parametrize("held", [{"w": 3}, [1, 2], {}, {"epoch": 1, "net": {"w": None}}])
    def test_what_holds_no_weights_is_refused(self, held):
        with pytest.raises(ModelError, match="Wanted a state dict"):
            read_torch(self.saved(held), trusted=False)

    def test_code_in_a_file_is_not_run_when_nobody_trusts_it(self, tmp_path):
        import builtins

        (tmp_path / "w.pt").write_bytes(self.saved({"w": Armed()}))
        with pytest.raises(UntrustedFileError, match=r"module\.state_dict\(\)"):
            loading.load(tmp_path / "w.pt", trusted=False)
        assert not hasattr(builtins, "went_off")

    def test_a_whole_network_needs_trust(self, tmp_path):
        net = self.torch.nn.Linear(2, 3)
        (tmp_path / "net.pt").write_bytes(self.saved(net))
        with pytest.raises(UntrustedFileError, match="trust_file = true"):
            loading.load(tmp_path / "net.pt", trusted=False)
        read = loading.load(tmp_path / "net.pt", trusted=True).content
        assert (read.weight == net.weight).all()

    @pytest.mark.usefixtures("believed")
    def test_a_damaged_file_is_refused(self):
        content = self.saved({"w": self.torch.zeros(100)})
        with pytest.raises(UntrustedFileError, match="or is damaged"):
            read_torch(content[:-200], trusted=False)
        with pytest.raises(ModelError, match="could not be loaded"):
            read_torch(content[:-200], trusted=True)

    def test_types_that_numpy_lacks_are_named(self):
        sparse = self.torch.eye(2).to_sparse()
        with pytest.raises(ModelError, match='tensor "w" is of the type'):
            read_torch(self.saved({"w": sparse}), trusted=True)

    def test_an_old_torch_is_not_believed_to_run_no_code(self, monkeypatch):
        monkeypatch.setattr(self.torch, "__version__", "2.9.1+cpu")
        content = self.saved({"w": self.torch.zeros(1)})
        with pytest.raises(UntrustedFileError, match=r"only 2\.10 and later"):
            read_torch(content, trusted=False)
        assert read_torch(content, trusted=True).tensors["w"].shape == (1,)


def test_the_extra_is_named_when_torch_is_absent(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(MissingExtraError, match=r'pip install "probatum\[torch\]"'):
        read_torch(b"PK", trusted=False)
