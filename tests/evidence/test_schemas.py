# SPDX-License-Identifier: Apache-2.0
"""What is written down keeps the published schemas, and what does not is refused by them."""

import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from probatum.cli.app import run
from probatum.evidence.schemas import PUBLISHED, schema
from probatum.facts.policy import Stakes


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a real run."""
    out = tmp_path_factory.mktemp("run") / "run"
    assert run(["demo", "breast-cancer", "-o", str(out)]) in (0, 1)
    return out


def published(name):
    return json.loads(files("probatum.evidence.schemas").joinpath(f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", PUBLISHED)
def test_schema_is_a_schema_when_read(name):
    jsonschema.Draft202012Validator.check_schema(published(name))


@pytest.mark.parametrize("name", PUBLISHED)
def test_file_of_a_real_run_keeps_the_schema_when_written(folder, name):
    jsonschema.validate(json.loads((folder / f"{name}.json").read_bytes()), published(name))


@pytest.mark.parametrize("name", PUBLISHED)
def test_schema_refuses_when_something_is_absent_strange_or_of_another_format(folder, name):
    good = json.loads((folder / f"{name}.json").read_bytes())
    first = next(key for key in good if key != "format")
    for bad in ({**good, "more": 1}, {**good, "format": "other/1"}, {**good, first: 3.5}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, published(name))
    required = published(name)["$defs"][PUBLISHED[name][0].__name__]["required"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({key: value for key, value in good.items() if key != required[-1]}, published(name))


def test_a_fact_of_another_kind_is_refused_when_it_has_no_schema():
    with pytest.raises(TypeError, match="plain values"):
        schema(set, "x")


def test_stakes_are_listed_when_the_policy_is_described():
    assert published("policy")["$defs"]["Stakes"]["enum"] == [one.value for one in Stakes]
