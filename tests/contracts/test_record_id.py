# SPDX-License-Identifier: Apache-2.0
"""The record id does not depend on jobs, hash seed, folder or time zone: the same plan, data and key give it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from probatum.evidence.keys import BYTES
from probatum.planted.demo import write_demo
from probatum.runs.keys import NAME as KEY_FILE

ROOT = Path(__file__).parent.parent.parent
DATA = Path(os.environ.get("PROBATUM_DATA", ROOT.parent / "shared" / "data"))


def record_id(folder, out, *, jobs, hash_seed, zone):
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "TZ": zone, "PROBATUM_DATA": str(DATA)}
    command = [sys.executable, "-m", "probatum", "assess", "--effort", "quick", "--jobs", jobs, "-o", str(out)]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return json.loads((out / "judgement.json").read_text())["record"]


VARIATIONS = [
    {"jobs": "1", "hash_seed": "1", "zone": "UTC"},
    {"jobs": "2", "hash_seed": "2", "zone": "Asia/Kolkata"},
    {"jobs": "2", "hash_seed": "1", "zone": "America/Lima"},
    {"jobs": "1", "hash_seed": "2", "zone": "UTC"},
]


def ids_of(description, tmp_path, variations=VARIATIONS):
    ids = set()
    for place, variation in enumerate(variations):
        folder = tmp_path / f"system-{place}"
        shutil.copytree(description.parent, folder)
        (folder / KEY_FILE).write_text("ab" * BYTES)  # it travels with the data
        ids.add(record_id(folder, tmp_path / f"run-{place}", **variation))
    return ids


@pytest.mark.slow
def test_record_id_is_the_same_when_jobs_hash_seed_folder_and_time_zone_differ(tmp_path):
    assert len(ids_of(write_demo("breast-cancer", tmp_path / "written"), tmp_path)) == 1


@pytest.mark.slow
@pytest.mark.skipif(not (DATA / "adult.data.gz").exists(), reason=f"needs adult.data.gz in {DATA} (PROBATUM_DATA)")
def test_record_id_is_the_same_when_adult_is_assessed_two_ways(tmp_path):
    assert len(ids_of(ROOT / "examples" / "adult" / "probatum.toml", tmp_path, VARIATIONS[:2])) == 1
