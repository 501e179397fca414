# SPDX-License-Identifier: Apache-2.0
"""A folder of pictures is a data set; what cannot be read is named by its file."""

import struct
import zlib
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from probatum.errors import DataError
from probatum.facts.threats import Task
from probatum.systems.datasets import Dataset, read
from probatum.systems.description import Description
from probatum.systems.sections import DataSection

Image = pytest.importorskip("PIL.Image")
SHADES = np.arange(24, dtype=np.uint8).reshape(4, 6) * 10


def put(folder: Path, name: str, points: np.ndarray, mode: str | None = None) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(points)
    (picture if mode is None else picture.convert(mode)).save(file)
    return file


def put_deep(folder: Path, name: str, points: np.ndarray) -> None:
    """Write colours (h, w, 3) of 16 bits as a PNG, which Pillow does not."""
    file, (height, width, _) = folder / name, points.shape
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = b"".join(b"\0" + line.astype(">u2").tobytes() for line in points)
    head = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(lines)), (b"IEND", b"")]
    chunks = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    ]
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))


def opened(folder: Path, **said) -> Dataset:
    data = DataSection(**{"test": "images/", "task": Task.BINARY, **said})
    return read(Description(data=data), folder)


def refused(folder: Path, **said) -> str:
    with pytest.raises(DataError) as caught:
        opened(folder, **said)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_grey_pictures_are_rows_of_whole_numbers_and_folders_are_classes(tmp_path):
    put(tmp_path, "images/dog/b.png", SHADES + 1)
    put(tmp_path, "images/cat/a.png", SHADES)
    put(tmp_path, "images/cat/c.PNG", SHADES + 2)
    data = opened(tmp_path)
    assert data.test.features.dtype == np.uint8
    np.testing.assert_array_equal(data.test.features, np.stack([SHADES, SHADES + 2, SHADES + 1]))
    assert data.test.schema.classes == ("cat", "dog")
    np.testing.assert_array_equal(data.test.truth, [0, 0, 1])
    assert data.test.schema.target == "class"
    assert data.test.pictures


def test_colours_come_last_as_pillow_has_them(tmp_path):
    points = np.stack([SHADES, SHADES + 1, SHADES + 2], axis=-1)
    put(tmp_path, "images/cat/a.png", points)
    put(tmp_path, "images/dog/a.png", SHADES)
    data = opened(tmp_path)
    assert data.test.features.shape == (2, 4, 6, 3)
    np.testing.assert_array_equal(data.test.features[0], points)
    assert "1 of 2 pictures in images are grey; read as colours, like the others." in data.notes


@pytest.mark.parametrize("mode", ["P", "RGBA", "1"])
def test_ways_to_keep_points_are_told_apart_but_read_alike(tmp_path, mode):
    points = np.zeros((4, 4, 3), dtype=np.uint8)
    points[:2] = 255
    put(tmp_path, "images/cat/a.png", points, mode)
    put(tmp_path, "images/dog/a.png", points)
    np.testing.assert_array_equal(opened(tmp_path).test.features, np.stack([points, points]))


def test_jpegs_are_read(tmp_path):
    put(tmp_path, "images/cat/a.jpg", np.full((4, 6), 100, dtype=np.uint8))
    put(tmp_path, "images/dog/a.jpeg", np.full((4, 6), 200, dtype=np.uint8))
    np.testing.assert_allclose(opened(tmp_path).test.features[:, 0, 0], [100, 200], atol=2)


def test_the_digest_is_that_of_paths_and_bytes_and_nothing_else(tmp_path):
    files = [put(tmp_path, f"images/{name}", SHADES + place) for place, name in enumerate(("a/x.png", "b/y.png"))]
    expected = sha256(b"probatum-images/1\n")
    for file, name in zip(files, ("a/x.png", "b/y.png"), strict=True):
        content = file.read_bytes()
        expected.update(f"7:{name}{len(content)}:".encode() + content)
    (tmp_path / "images" / ".hidden").write_text("x")
    assert opened(tmp_path).digests["test"] == f"sha256:{expected.hexdigest()}"


def test_other_files_are_left_out_and_it_is_told(tmp_path):
    put(tmp_path, "images/a/x.png", SHADES)
    put(tmp_path, "images/b/x.png", SHADES)
    (tmp_path / "images" / "a" / "notes.txt").write_text("x")
    assert "1 file in images is no PNG or JPEG; left out." in opened(tmp_path).notes


def test_grey_pictures_beside_training_pictures_with_colours_get_colours(tmp_path):
    for name in ("a/x.png", "b/x.png"):
        put(tmp_path, f"train/{name}", np.stack([SHADES] * 3, axis=-1))
        put(tmp_path, f"images/{name}", SHADES)
    data = opened(tmp_path, train="train/")
    np.testing.assert_array_equal(data.test.features, data.train.features)
    assert "2 of 2 pictures in images are grey; read as colours, like those it learned from." in data.notes


def test_a_picture_with_colours_beside_grey_training_pictures_is_named(tmp_path):
    for name in ("a/x.png", "b/x.png"):
        put(tmp_path, f"train/{name}", SHADES)
        put(tmp_path, f"images/{name}", SHADES)
    put(tmp_path, "images/b/y.png", np.stack([SHADES] * 3, axis=-1))
    message = refused(tmp_path, train="train/")
    assert message.startswith("images/b/y.png has colours, but all training pictures are grey; save it in grey, or")


def test_opaque_grey_pictures_with_a_background_channel_stay_grey(tmp_path):
    put(tmp_path, "images/a/x.png", SHADES, "LA")
    put(tmp_path, "images/b/x.png", SHADES)
    np.testing.assert_array_equal(opened(tmp_path).test.features, np.stack([SHADES, SHADES]))


def test_pictures_that_viewers_turn_are_read_as_they_lie_and_it_is_told(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    points = np.zeros((16, 24), dtype=np.uint8)
    points[:8] = 255
    (tmp_path / "images" / "a").mkdir(parents=True)
    Image.fromarray(points).save(tmp_path / "images" / "a" / "x.jpg", exif=exif, quality=100)
    put(tmp_path, "images/b/x.png", points)
    data = opened(tmp_path)
    np.testing.assert_allclose(data.test.features[0].astype(float), points, atol=2)
    assert any(note.startswith("1 of 2 pictures in images are marked to be turned when shown") for note in data.notes)


def test_a_folder_without_pictures_beside_others_is_told(tmp_path):
    put(tmp_path, "images/a/x.png", SHADES)
    put(tmp_path, "images/b/x.png", SHADES)
    (tmp_path / "images" / "c").mkdir()
    (tmp_path / "images" / ".cache").mkdir()
    assert "No PNG or JPEG is in images/c, so no case is of that class." in opened(tmp_path).notes


def test_pictures_of_several_sizes_are_refused_with_both_names(tmp_path):
    put(tmp_path, "images/a/x.png", SHADES)
    put(tmp_path, "images/b/y.png", SHADES.T)
    assert "images: a/x.png is 6 by 4 points, b/y.png 4 by 6. Make all pictures of one size" in refused(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\nrubbish", b"GIF89a"])
def test_a_damaged_picture_is_named(tmp_path, content):
    put(tmp_path, "images/a/x.png", SHADES)
    (tmp_path / "images" / "a" / "y.png").write_bytes(content)
    assert refused(tmp_path).startswith("images/a/y.png is damaged or no PNG or JPEG file")


def test_a_picture_cut_off_is_named(tmp_path):
    file = put(tmp_path, "images/a/x.png", np.random.default_rng(0).integers(0, 255, (40, 40)).astype(np.uint8))
    file.write_bytes(file.read_bytes()[:-200])
    assert refused(tmp_path).startswith("images/a/x.png is damaged")


def test_a_picture_with_deep_points_is_named(tmp_path):
    put(tmp_path, "images/a/x.png", SHADES.astype(np.uint16) * 200)
    assert "images/a/x.png keeps its points as I;16, which is not 8 bits a colour" in refused(tmp_path)


def test_a_picture_with_deep_colours_is_named(tmp_path):
    put_deep(tmp_path, "images/a/x.png", np.stack([SHADES] * 3, axis=-1).astype(np.uint16) * 200)
    assert "images/a/x.png keeps its points as 16 bits a colour, which is not 8 bits a colour" in refused(tmp_path)


def test_a_picture_that_can_be_seen_through_is_named(tmp_path):
    put(tmp_path, "images/a/x.png", np.full((4, 4, 4), 100, dtype=np.uint8))
    assert "images/a/x.png can be seen through" in refused(tmp_path)


def test_pictures_without_a_class_are_refused(tmp_path):
    put(tmp_path, "images/x.png", SHADES)
    assert "wanted one folder a class" in refused(tmp_path)


def test_a_folder_without_pictures_is_refused(tmp_path):
    (tmp_path / "images").mkdir()
    assert "images is a folder without pictures; wanted a file, or one folder a class" in refused(tmp_path)
