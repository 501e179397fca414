# SPDX-License-Identifier: Apache-2.0
"""What an import costs, told by what is loaded and not by the clock."""

import json
import subprocess
import sys

HEAVY = {"pandas", "sklearn", "scipy", "torch", "rich", "jinja2", "pydantic", "matplotlib"}


def loaded_after(code):
    script = f"{code}\nimport json, sys\nprint(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(answer.stdout.splitlines()[-1]))


def test_nothing_heavier_than_numpy_is_loaded_when_the_package_is_imported():
    assert not loaded_after("import probatum") & HEAVY


def test_nothing_heavy_is_loaded_when_help_is_asked_for():
    code = "import contextlib, io\nfrom probatum.cli.app import run\n"
    code += "with contextlib.redirect_stdout(io.StringIO()):\n    run(['--help'])"
    assert not loaded_after(code) & {"pandas", "sklearn", "scipy", "numpy", "pydantic", "jinja2"}
