# SPDX-License-Identifier: Apache-2.0
"""What a plan says of the system that it is for."""

from probatum.adapters.interface import spell
from probatum.errors import DescriptionError
from probatum.facts import bearable
from probatum.facts.plan import Subject
from probatum.facts.policy import Stakes
from probatum.facts.threats import Task
from probatum.systems.datasets import Dataset
from probatum.systems.description import Description
from probatum.systems.mistakes import mistake


def subject_of(data: Dataset, description: Description) -> Subject:
    """Return what a plan says of a system.

    Raises:
        DescriptionError: the error that is stated as bearable is no share, though answers are right or wrong.
    """
    said, schema = description.system, data.test.schema
    by = (entry.by for entry in description.declarations if entry.topic == bearable.TOPIC)
    return Subject(
        name=said.name,
        purpose=said.purpose,
        affected=said.affected,
        stakes=said.stakes or Stakes.MEDIUM,
        stakes_assumed=said.stakes is None,
        task=schema.task,
        classes=tuple(map(spell, schema.classes)),
        target=schema.target,
        train_rows=0 if data.train is None else len(data.train),
        test_rows=len(data.test),
        columns=len(schema.columns),
        simulated=said.simulated,
        decisions=data.test.said is not None,
        favourable=None if schema.favourable is None else spell(schema.classes[schema.favourable]),
        truth_known=schema.truth_known,
        bearable_error=_bearable(description, schema.task),
        bearable_error_by=next(by, None),
        notes=data.notes,
    )


def _bearable(description: Description, task: Task) -> float | None:
    """Return the error that is stated as bearable.

    Raises:
        DescriptionError: it is no share, though answers are right or wrong.
    """
    stated = description.system.bearable_error
    if stated is not None and task is not Task.REGRESSION and stated >= 1:
        text = f"wanted a share of the answers, from 0 to below 1, such as 0.05 for 5 of 100; {stated:g} came."
        raise DescriptionError(
            description.path.name if description.path else "The description",
            [mistake(text, ("system", "bearable_error"), description.lines)],
        )
    return stated
