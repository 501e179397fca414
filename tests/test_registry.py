# SPDX-License-Identifier: Apache-2.0
"""What cannot be imported is named with what to do about it."""

import sys

import pytest

from probatum import registry
from probatum.errors import PluginError


def test_a_part_of_probatum_is_not_called_a_package_when_it_cannot_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    name = registry.CHECKS[0]
    monkeypatch.setitem(sys.modules, name.partition(":")[0], None)  # as if its import failed
    with pytest.raises(PluginError, match=r"A part of Probatum itself, .* Something changed how Python works"):
        registry.fetch(name)


def test_a_package_is_to_be_reinstalled_when_it_cannot_be_imported() -> None:
    with pytest.raises(PluginError, match=r"Wanted gone\.module:CHECK; .* Reinstall or remove its package"):
        registry.fetch("gone.module:CHECK")
