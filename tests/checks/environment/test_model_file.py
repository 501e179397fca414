# SPDX-License-Identifier: Apache-2.0
"""Can the model's file run code, and who may write it?"""

import os
import pickle
import tomllib
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from probatum.checks.environment.model_file import Options, observe, run
from probatum.facts.finding import State
from probatum.facts.plan import Terms
from probatum.planted.answers import answering
from probatum.seeds import stream
from probatum.systems.sections import ModelSection
from probatum.systems.stored import StoredFile
from probatum.systems.views import ModelFiles

PICKLED = pickle.dumps([1.0, 2.0])
HARMLESS = b"tree\nversion=v4\nnum_class=1\n"


def asked(*contents, stated=False, path=None, part=run):
    files = tuple(StoredFile(role="model", content=content, stated=stated, path=path) for content in contents)
    view = ModelFiles(files=files)
    system = answering(np.array([0, 1]), np.array([0, 1]))
    return part(system, view, Options(), Terms(confidence=0.95), stream(0, "t"))


def test_a_pickle_counts_when_its_digest_is_not_stated():
    finding = asked(PICKLED)
    assert finding.measures["can_run_code"].value == 1
    assert finding.measures["can_run_code"].interval is None
    assert finding.sentence == (
        "The model is stored as a pickle: whoever can change the file can run code on the machine that loads it."
    )


def test_the_line_to_paste_states_the_digest_when_there_is_one_file():
    line = asked(PICKLED).advice[0].command
    assert line == f'sha256 = "{sha256(PICKLED).hexdigest()}"'
    section = ModelSection.model_validate({"file": "m.joblib"} | tomllib.loads(line))
    assert section.sha256 == f"sha256:{sha256(PICKLED).hexdigest()}"


def test_nobody_is_accused_when_the_format_cannot_be_told():
    finding = asked(b"a,b\n1,2\n")
    assert finding.measures["can_run_code"].value == 1
    assert "nobody can say" in finding.sentence


def test_every_file_is_counted_when_there_are_several():
    finding = asked(PICKLED, HARMLESS, PICKLED, b"?")
    assert finding.measures["can_run_code"].value == 3
    assert finding.measures["files"].value == 4
    assert finding.sentence.startswith("Of the model's 4 files, 3 could run code when loaded, such as a pickle:")
    assert finding.advice[0].command is None
    assert asked(HARMLESS, HARMLESS).sentence == "None of the model's 2 files can run code when it is loaded."


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_of_every_protocol_counts(protocol):
    assert asked(pickle.dumps([1.0], protocol=protocol)).measures["can_run_code"].value == 1


def test_a_pickle_does_not_count_when_its_digest_is_stated():
    finding = asked(PICKLED, stated=True)
    assert finding.measures["can_run_code"].value == 0
    assert any("only this very file" in detail for detail in finding.details)
    assert not finding.advice


def test_a_file_of_numbers_does_not_count():
    finding = asked(HARMLESS)
    assert finding.measures["can_run_code"].value == 0
    assert "cannot run code" in finding.sentence


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a model file that only its owner may write."""
    path = tmp_path / "models" / "model.joblib"
    path.parent.mkdir(mode=0o700)
    path.write_bytes(PICKLED)
    path.chmod(0o600)
    return path


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX rights")
class TestRights:
    def test_nothing_is_told_of_a_file_when_only_its_owner_may_write(self, file):
        finding = asked(PICKLED, path=file, part=observe)
        assert "only its owner" in finding.sentence
        assert not finding.details

    @pytest.mark.parametrize(
        ("folder", "mode", "wanted"),
        [
            (False, 0o666, "The model's file may be written by everybody."),
            (False, 0o660, "The model's file may be written by its group."),
            (True, 0o777, "Its folder may be written by everybody."),
            (True, 0o770, "Its folder may be written by its group."),
        ],
    )
    def test_others_are_told_of_when_they_may_write(self, file, folder, mode, wanted):
        (file.parent if folder else file).chmod(mode)
        finding = asked(PICKLED, path=file, part=observe)
        assert wanted in finding.details
        assert "not only its owner" in finding.sentence
        assert str(file) not in str(finding)

    def test_a_sticky_folder_is_no_doubt_when_all_may_write_into_it(self, file):
        file.parent.chmod(0o1777)
        assert not asked(PICKLED, path=file, part=observe).details

    def test_a_link_is_told_of_when_it_leads_to_the_model(self, file, tmp_path):
        link = tmp_path / "link"
        link.symlink_to(file)
        assert any("is a link" in detail for detail in asked(PICKLED, path=link, part=observe).details)

    def test_it_does_not_apply_when_the_file_never_lay_on_a_disk(self):
        assert asked(PICKLED, part=observe).state is State.NOT_APPLICABLE


def test_a_file_that_cannot_run_code_is_not_called_safe():
    finding = asked(b'{"learner": {}, "version": [3, 0, 0]}')
    assert "cannot run code" in finding.sentence
    assert any("not for that reason safe to parse" in detail for detail in finding.details)
    assert not any("safe to parse" in detail for detail in asked(PICKLED).details)
