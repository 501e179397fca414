# SPDX-License-Identifier: Apache-2.0
"""What is installed by a make target is pinned: packages by hash, actions of the public CI by digest."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
ADVISED = {"cryptography": (50, 0), "jinja2": (3, 1, 6), "lightgbm": (4, 6)}  # the first without known faults


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_package_of_a_lock_has_a_hash(lock):
    entries = re.split(r"\n(?=[A-Za-z])", lock.read_text(encoding="utf-8"))
    packages = [entry for entry in entries if re.match(r"[A-Za-z]", entry)]
    assert packages
    assert [entry.splitlines()[0] for entry in packages if "--hash=sha256:" not in entry] == []
    assert [entry.splitlines()[0] for entry in packages if not re.match(r"[A-Za-z0-9._-]+==", entry)] == []


def test_every_lock_but_those_of_the_package_itself_is_installed_by_hash_or_only_offered():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    for line in makefile.splitlines():
        if re.search(r"--requirement requirements/", line) and not line.startswith("#"):
            assert "--require-hashes" in line, line


def test_actions_are_pinned_by_digest():
    used = re.findall(r"uses: *(\S+)", (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    assert len(used) >= 3
    assert [action for action in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action)] == []


def test_lower_bounds_lie_past_known_advisories_and_name_them():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    bounds = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    for name, least in ADVISED.items():
        (bound,) = [one for one in bounds if one.startswith(f"{name}>=")]
        assert tuple(map(int, bound.partition(">=")[2].split("."))) >= least
        assert re.search(rf'"{re.escape(bound)}".*#.*CVE-\d{{4}}-\d+', text)
