# SPDX-License-Identifier: Apache-2.0
"""A plan that was given: it must be of this model, and what it leaves out of the default plan is stated on the page.

A plan is a file that anybody can edit. It may choose less than the default plan, with other settings; it may not hide
that.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace

from probatum.checks.interface import Check
from probatum.errors import DescriptionError
from probatum.evidence.keys import Key
from probatum.evidence.wire import to_json
from probatum.facts.plan import Omission, Plan, Subject, Unit
from probatum.facts.policy import Policy
from probatum.runs.keys import NAME as KEY_FILE
from probatum.runs.planning import NOT_CHOSEN, SKIPPED, parts_of, refits_for
from probatum.runs.policies import policy_digest
from probatum.runs.session import SystemFacts

NOT_IN_PLAN = "The plan that was given lacks it; the default plan has it."
BY_CHOICE = (NOT_CHOSEN, SKIPPED, NOT_IN_PLAN)
ANSWERS = ("model", "network", "recipe")  # roles of the inputs that decide what the model answers


def model_of(facts: SystemFacts) -> dict[str, str]:
    """Return the digests of what answers, by role; none where it is a live object or behind an address."""
    return {role: digest for role, digest in sorted(facts.inputs.items()) if role in ANSWERS}


def require_same(plan: Plan, facts: SystemFacts, policy: Policy, key: Key, checks: Mapping[str, Check]) -> None:
    """Raise where a plan was made for something else.

    Raises:
        DescriptionError: another system, model, policy or key, or a piece of work that no check has.
    """
    mistakes = []
    if plan.key != key.digest:
        mistakes.append(
            f"the plan was made with another key. Copy the file {KEY_FILE} from where it was made to beside the "
            "description or the data, or give it with --key (in Python key=)."
        )
    if plan.policy != policy_digest(policy) or plan.confidence != policy.confidence:
        mistakes.append("the plan was made under another policy; give the one it was made under with --policy.")
    other = [name for name in _SUBJECT if getattr(plan.subject, name) != getattr(facts.subject, name)]
    if other:
        mistakes.append(
            f"the plan was made for another system, or its data have other rows or columns now ({', '.join(other)})."
        )
    if not other and plan.model != model_of(facts):
        mistakes.append(
            "the plan was made for another model: the file or the code that answers has another digest now. Make a "
            "plan for this one: probatum assess ... --dry-run -o FOLDER."
        )
    mistakes += _strange(plan, checks)
    if mistakes:
        raise DescriptionError("The plan", mistakes)


_SUBJECT = tuple(field.name for field in fields(Subject) if field.name != "notes")


def _strange(plan: Plan, checks: Mapping[str, Check]) -> Iterator[str]:
    """Yield pieces of work that no check has, or that stand twice."""
    keys = [(unit.check, unit.part) for unit in plan.units]
    for place, (check, part) in enumerate(keys):
        if (check, part) in keys[:place]:
            yield f"units: {check} stands there twice."
        elif part not in parts_of(checks[check]):
            yield f"units: {check} has no part “{part}”."


def completed(plan: Plan, default: Plan, facts: SystemFacts, checks: Mapping[str, Check]) -> Plan:
    """Return a plan that states how it departs from the default one; a plan that was not edited stays as it is.

    Args:
        plan: the one given.
        default: what would run without it, with the same seed and effort.
        facts: of the system.
        checks: all there are.
    """
    planned = {unit.check for unit in plan.units}
    chosen = {one.check: one for one in plan.omitted if one.chosen and one.why in BY_CHOICE}
    impossible = {one.check: one for one in default.omitted}
    names = [*(one.check for one in default.omitted if one.check not in checks), *checks]
    omitted = tuple(
        chosen.get(name) or impossible.get(name) or Omission(check=name, why=NOT_IN_PLAN, chosen=True)
        for name in names
        if name not in planned
    )
    notes = (*facts.subject.notes, *_departures(plan, default))
    return replace(
        plan,
        subject=replace(facts.subject, notes=notes),
        omitted=omitted,
        refits=refits_for(plan.units, checks, facts.subject, frozenset(facts.capabilities)),
    )


def _departures(plan: Plan, default: Plan) -> Iterator[str]:
    """Yield a sentence for each check that runs otherwise than the default plan has it, or in part."""
    usual = {(unit.check, unit.part): unit for unit in default.units}
    planned = {unit.check for unit in plan.units}
    for unit in plan.units:
        wanted = usual.get((unit.check, unit.part))
        if wanted is not None and to_json(unit) != to_json(wanted):
            yield f"The plan that was given changes {unit.check}: {_changes(unit, wanted)}."
    keys = {(unit.check, unit.part) for unit in plan.units}
    for check, part in usual:
        if check in planned and (check, part) not in keys:
            yield f"The plan that was given leaves out a part of {check} that the default plan has."


def _changes(unit: Unit, wanted: Unit) -> str:
    said = [
        f"{name} is {unit.options.get(name)}, by default {wanted.options.get(name)}"
        for name in sorted({*unit.options, *wanted.options})
        if unit.options.get(name) != wanted.options.get(name)
    ]
    said += ["its random draws are others"] if unit.seed_name != wanted.seed_name else []
    return "; ".join(said)
