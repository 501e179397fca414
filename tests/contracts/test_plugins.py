# SPDX-License-Identifier: Apache-2.0
"""Checks out of other packages, found by entry point in a real distribution's metadata."""

import sys

import pytest

from probatum.checks.interface import broken, checks
from probatum.cli.app import run
from probatum.errors import PluginError

OTHER = """
from dataclasses import replace

from probatum.checks.usage.error_rate import CHECK as ORIGINAL

CHECK = replace(ORIGINAL, id="{id}")
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    def write(module, text):
        (tmp_path / f"{module}.py").write_text(text)
        info = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[probatum.checks]\n{module} = {module}:CHECK\n")
        monkeypatch.syspath_prepend(tmp_path)

    yield write
    for name in ("other_check", "other_twin", "other_broken"):
        sys.modules.pop(name, None)


def test_check_is_found_when_another_package_declares_it(install):
    install("other_check", OTHER.format(id="usage/other"))
    assert list(checks())[-1] == "usage/other"


def test_id_is_refused_when_it_is_taken(install):
    install("other_twin", OTHER.format(id="usage/error-rate"))
    with pytest.raises(PluginError, match="Two checks are called"):
        checks()


@pytest.mark.slow
def test_run_goes_on_and_says_so_when_a_plug_in_is_broken(install, tmp_path, capsys):
    install("other_broken", "raise RuntimeError('half installed')")
    assert "half installed" in broken()["other_broken:CHECK"]
    assert run(["demo", "--clean", "-o", str(tmp_path / "run")]) == 0
    assert "other_broken:CHECK" in capsys.readouterr().out
