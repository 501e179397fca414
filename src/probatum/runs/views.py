# SPDX-License-Identifier: Apache-2.0
"""Build the view of a system that a check asks for, or say why there is none."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from probatum.errors import InsufficientDataError
from probatum.evidence.keys import Key
from probatum.facts.capabilities import Capability
from probatum.facts.plan import Terms, Unit
from probatum.runs.refits import failed, refit, refits, refused, unseen
from probatum.systems.datasets import Rows
from probatum.systems.interface import Answers
from probatum.systems.system import System
from probatum.systems.views import AttackedRows, CrossFit, GroupedRows, ModelFiles, Statements, TestRows, TrainTest


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bench:
    """What a unit is run on."""

    system: System
    terms: Terms
    seed: int
    key: Key | None = None  # names the rows of answers that are kept; None: none are
    unseen: Mapping[int, Answers] = field(default_factory=dict)  # by number of folds: see CrossFit


class Absent(Exception):  # noqa: N818  # not an error: it becomes "not applicable"
    """A view cannot be built; carries why, and what would enable it."""


def view_for(kind: type[Any], bench: Bench, unit: Unit) -> Any:
    """Return the view.

    Raises:
        Absent: the system does not have what it shows.
    """
    return VIEWS[kind](bench, unit)


def _test_rows(bench: Bench, unit: Unit) -> TestRows:
    return TestRows(rows=bench.system.data.test, train=bench.system.data.train)


def _attacked_rows(bench: Bench, unit: Unit) -> AttackedRows:
    system = bench.system
    return AttackedRows(rows=system.data.test, attacker=system.attacker, train=system.data.train)


def _train(bench: Bench) -> Rows:
    if bench.system.data.test.said is not None:
        raise Absent("Only a table of cases is left of the system; what it learned from is not in it.")
    if bench.system.data.train is None:
        raise Absent("It needs the rows that the model was trained on. Give them with --train FILE.")
    return bench.system.data.train


def _train_test(bench: Bench, unit: Unit) -> TrainTest:
    return TrainTest(train=_train(bench), test=bench.system.data.test)


def _cross_fit(bench: Bench, unit: Unit) -> CrossFit:
    train, test = _train(bench), bench.system.data.test
    parts = int(unit.options["folds"])  # type: ignore[arg-type]  # the settings of a check are read by kind
    known = bench.unseen.get(parts)
    if known is not None:
        return CrossFit(train=train, test=test, unseen=known)
    if Capability.REFIT not in bench.system.capabilities:
        return CrossFit(train=train, test=test, unseen=None, not_refitted=refused(bench.system))
    try:  # nothing was planned ahead, or it failed: trained again here and now
        answers = {one.part: refit(bench.system, train, one, bench.seed) for one in refits(parts)}
    except InsufficientDataError:
        raise
    except Exception as error:  # noqa: BLE001  # a model may raise anything; without a refit there is still a comparison
        return CrossFit(train=train, test=test, unseen=None, not_refitted=failed(error))
    return CrossFit(train=train, test=test, unseen=unseen(train, test, parts, bench.seed, answers))


def _grouped_rows(bench: Bench, unit: Unit) -> GroupedRows:
    from probatum.systems.datasets.groups import groupings

    data = bench.system.data
    found = groupings(data.test)
    if not found:
        raise Absent(
            "Nobody said which columns tell groups of people apart. List such columns (sex, race, age) as protected "
            "under [data.columns]; columns the model must not see go under audit_only too."
        )
    return GroupedRows(rows=data.test, groupings=found, train=data.train)


def _model_files(bench: Bench, unit: Unit) -> ModelFiles:
    if not bench.system.stored:
        raise Absent(
            "There is no model file: the model was trained on the spot, is a function or a table of cases, or is "
            "behind an address."
        )
    return ModelFiles(files=bench.system.stored)


def _statements(bench: Bench, unit: Unit) -> Statements:
    return Statements(topics=bench.system.topics)


VIEWS: Mapping[type[Any], Callable[[Bench, Unit], Any]] = {
    TestRows: _test_rows,
    AttackedRows: _attacked_rows,
    TrainTest: _train_test,
    CrossFit: _cross_fit,
    GroupedRows: _grouped_rows,
    ModelFiles: _model_files,
    Statements: _statements,
}
