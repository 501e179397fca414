# SPDX-License-Identifier: Apache-2.0
"""What a check is: one question, what it needs to be asked, and the function that answers it."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from probatum import registry
from probatum.errors import PluginError
from probatum.facts.capabilities import Capability
from probatum.facts.finding import Finding, Json
from probatum.facts.plan import Effort
from probatum.facts.policy import Judged
from probatum.facts.record import CheckCard
from probatum.facts.threats import Property, Reference, Task, Vector
from probatum.facts.work import Expected, Scope

Run = Callable[..., Finding]  # run(system, data, options, terms, rng)


def _moment(scope: Scope) -> Expected:
    return Expected()


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One question put to a system. The docstring of its module is its page."""

    id: str  # vector/name, with hyphens
    title: str
    vector: Vector
    harms: Property
    taxonomy: tuple[Reference, ...]
    tasks: tuple[Task, ...]
    needs: tuple[Capability, ...]
    data: type[Any]  # the view of the data it wants, built by the executor
    options: type[Any]  # a frozen dataclass; every field is written into the evidence
    judged: Mapping[str, Judged]
    run: Run
    # options that shipped policies set to a judged measure's limit: option, measure
    follows: Mapping[str, str] = field(default_factory=dict)
    # options under more or less counted work
    by_effort: Mapping[Effort, Mapping[str, Json]] = field(default_factory=dict)
    work: Callable[[Scope], Expected] = _moment  # about how much, for the screen only
    not_for: str = ""  # why it has no meaning for the tasks it does not list, as a plain sentence
    uses: tuple[Capability, ...] = ()  # what makes the answer richer where it is there
    # of a judged measure with a limit of this size: the held-out cases with fewer of which even a system without the
    # flaw, and with one wrong answer in ten, can hardly pass; said before the run
    least_rows: Mapping[str, Callable[[float], float]] = field(default_factory=dict)
    asks: tuple[str, ...] = ("test",)  # the rows whose answers it reads, asked for once before any check runs
    # what it sees of this machine (files' permissions, the clock, the memory); never judged, kept outside the record
    observe: Run | None = None
    # all that it measures is of this machine: its one finding is judged, and stands beside the record, not in it
    volatile: bool = False
    # it compares answers with the right ones, which of a table of decisions may not be known
    needs_truth: bool = True
    # it asks the model about rows that nobody asked about before, which a table of decisions cannot answer
    asks_anew: bool = False

    @property
    def page(self) -> str:
        """The documentation of the check: the docstring of its module."""
        return sys.modules[self.run.__module__].__doc__ or ""

    @property
    def question(self) -> str:
        """The first paragraph of the page, as one line."""
        return " ".join(self.page.strip().split("\n\n")[0].split())

    @property
    def card(self) -> CheckCard:
        """What a report needs to know of this check."""
        return CheckCard(
            id=self.id,
            title=self.title,
            question=self.question,
            vector=self.vector,
            harms=self.harms,
            taxonomy=self.taxonomy,
            page=f"checks/{self.id}.md",
        )


def checks() -> dict[str, Check]:
    """Return every check that can be had, by id, built-in ones first; a broken plug-in is left to ``broken``.

    Raises:
        PluginError: a built-in one cannot be imported, or an id is taken twice.
    """
    found: dict[str, Check] = {}
    for name in registry.names("checks", registry.CHECKS):
        try:
            check = _fetch(name)
        except PluginError:
            if name in registry.CHECKS:
                raise
            continue
        if check.id in found:
            raise PluginError(f"Two checks are called {check.id}; the second is {name}. Rename or remove one.")
        found[check.id] = check
    return found


def broken() -> dict[str, str]:
    """Return the plug-ins that cannot be had, by dotted name, each with why."""
    found = {}
    for name in registry.names("checks", ()):
        try:
            _fetch(name)
        except PluginError as error:
            found[name] = str(error)
    return found


def _fetch(name: str) -> Check:
    check = registry.fetch(name)
    if not isinstance(check, Check):
        raise PluginError(f"Wanted a check at {name}; found a {type(check).__name__}. Remove or mend its package.")
    return check
