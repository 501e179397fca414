# SPDX-License-Identifier: Apache-2.0
"""Who may change a file, or put another in its place."""

import os
from pathlib import Path

import pytest

from probatum.engines.files.rights import Doubt, Place, doubts

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs POSIX rights")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a model file, two folders below one that nobody else may enter."""
    path = tmp_path / "above" / "models" / "model.joblib"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    for step in (path, path.parent, path.parent.parent):
        step.chmod(0o700)
    return path


def found(path, user=None):
    return set(doubts(path, os.getuid() if user is None else user))


def test_there_is_no_doubt_when_only_the_owner_may_write(file):
    assert not found(file)


@pytest.mark.parametrize("place", Place)
@pytest.mark.parametrize(("mode", "doubt"), [(0o702, Doubt.EVERYBODY), (0o720, Doubt.GROUP), (0o722, Doubt.EVERYBODY)])
def test_a_doubt_is_told_when_others_may_write(file, place, mode, doubt):
    {Place.FILE: file, Place.FOLDER: file.parent, Place.ABOVE: file.parent.parent}[place].chmod(mode)
    assert found(file) == {(place, doubt)}


def test_a_sticky_folder_is_no_doubt_when_all_may_write_into_it(file):
    file.parent.chmod(0o1777)
    assert not found(file)


def test_another_owner_is_told_when_it_is_neither_the_user_nor_root(file):
    if file.stat().st_uid == 0:
        os.chown(file, 12345, -1)
    assert (Place.FILE, Doubt.ANOTHER) in found(file, user=54321)


def test_a_link_is_told_with_the_folder_it_lies_in(file, tmp_path):
    aside = tmp_path / "aside"
    aside.mkdir()
    aside.chmod(0o777)
    (aside / "link").symlink_to(file)
    assert found(aside / "link") == {(Place.FILE, Doubt.LINK), (Place.FOLDER, Doubt.EVERYBODY)}


def test_a_folder_that_is_a_link_counts_with_those_behind_it(file, tmp_path):
    (tmp_path / "way").symlink_to(file.parent.parent)
    file.parent.parent.chmod(0o777)
    assert found(tmp_path / "way" / "models" / file.name) == {(Place.ABOVE, Doubt.EVERYBODY)}


def test_a_file_that_is_gone_is_an_error(tmp_path):
    with pytest.raises(OSError, match="gone"):
        found(tmp_path / "gone")
