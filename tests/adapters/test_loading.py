# SPDX-License-Identifier: Apache-2.0
"""Opening a model file."""

import bz2
import gzip
import io
import zipfile

import joblib
import pytest
from sklearn.linear_model import LogisticRegression

from probatum.adapters.loading import find_function, load
from probatum.errors import DescriptionError, ModelError, UntrustedFileError
from probatum.evidence.canonical import digest


@pytest.fixture
def model():
    return LogisticRegression().fit([[0.0], [1.0]], [0, 1])


def dumped(model):
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("compress", [0, ("zlib", 3), ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3)])
def test_every_joblib_format_is_known_by_content_when_named_anything(compress, model, tmp_path):
    file = tmp_path / "model.dat"
    joblib.dump(model, file, compress=compress)
    with pytest.raises(UntrustedFileError, match="trust"):
        load(file, trusted=False)
    loaded = load(file, trusted=True)
    assert loaded.content.predict([[5.0]]) == [1]
    assert loaded.digest == digest(file.read_bytes())


@pytest.mark.parametrize("squeeze", [gzip.compress, bz2.compress])
def test_code_never_runs_when_the_file_is_not_trusted(squeeze, tmp_path):
    touched = tmp_path / "touched"
    # a pickle that would make a file if it were loaded; the file name is all it could do
    content = b"cpathlib\nPath\n(V" + str(touched).encode() + b"\ntR."
    file = tmp_path / "m.joblib"
    file.write_bytes(squeeze(content))
    with pytest.raises(UntrustedFileError):
        load(file, trusted=False)
    assert not touched.exists()


def test_archive_is_refused_when_this_version_cannot_read_it(tmp_path):
    with zipfile.ZipFile(tmp_path / "m.skops", "w") as archive:
        archive.writestr("schema.json", "{}")
    with pytest.raises(ModelError, match="not a model file that this version reads"):
        load(tmp_path / "m.skops", trusted=True)


@pytest.mark.parametrize("content", [b"", b"hello", b"\x80\x04broken"])
def test_message_says_what_came_when_the_file_is_broken(content, tmp_path):
    (tmp_path / "m").write_bytes(content)
    with pytest.raises(ModelError):
        load(tmp_path / "m", trusted=True)


def test_two_recipes_of_one_name_are_kept_apart_when_imported(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "recipe.py").write_text(f"def which():\n    return {name!r}\n")
    functions = [find_function("recipe:which", tmp_path / name)[0] for name in ("a", "b")]
    assert [function() for function in functions] == ["a", "b"]


@pytest.mark.parametrize("name", ["absent:f", "recipe:absent"])
def test_name_is_refused_when_it_leads_nowhere(name, tmp_path):
    (tmp_path / "recipe.py").write_text("x = 1\n")
    with pytest.raises(DescriptionError):
        find_function(name, tmp_path)
