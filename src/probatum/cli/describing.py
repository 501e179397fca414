# SPDX-License-Identifier: Apache-2.0
"""The settings of a description as options of a command, grouped under headings, and help that shows the headings."""

import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from probatum.systems.settings import SETTINGS, Form, Setting, names_in

Said = dict[tuple[str, ...], Any]  # settings by their place in a description
TYPES: dict[Form, Any] = {Form.NUMBER: float | None, Form.COUNT: int | None, Form.FLAG: bool}
REPEATED = (Form.COLUMNS, Form.LABELS, Form.MARKS)
METAVARS = {
    Form.TEXT: "TEXT",
    Form.COUNT: "COUNT",
    Form.NUMBER: "NUMBER",
    Form.MARKS: "TEXT",
    Form.COLUMN: "COLUMN",
    Form.COLUMNS: "COLUMNS",
    Form.DAY: "DATE",
    Form.LABEL: "LABEL",
    Form.LABELS: "LABELS",
}


class GroupedCommand(TyperCommand):
    """A command whose help shows its options under headings, without the time that importing rich takes."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments, the options of the command itself, and then each heading."""
        headings: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": []}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is None:
                continue
            usual = "Arguments" if parameter.param_type_name == "argument" else "Options"
            headings.setdefault(getattr(parameter, "rich_help_panel", None) or usual, []).append(record)
        for heading, records in headings.items():
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)


def with_settings(command: Callable[..., int]) -> Callable[..., int]:
    """Add every setting as an option; the command gets those that were given as ``said``, by place."""
    own = [one for one in inspect.signature(command, eval_str=True).parameters.values() if one.name != "said"]
    added = [_parameter(setting) for setting in SETTINGS]
    by_parameter = {_identifier(setting): setting for setting in SETTINGS}

    def described(**given: Any) -> int:
        said = {setting.place: given.pop(name) for name, setting in by_parameter.items()}
        return command(**given, said=_given(said))

    parameters = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in (*own, *added)]
    described.__signature__ = inspect.Signature(parameters, return_annotation=int)  # type: ignore[attr-defined]
    described.__annotations__ = {one.name: one.annotation for one in parameters} | {"return": int}
    described.__doc__, described.__name__, described.__module__ = command.__doc__, command.__name__, command.__module__
    return described


def options() -> Mapping[tuple[str, ...], str]:
    """Return what messages call each setting: its option."""
    return {setting.place: setting.flag for setting in SETTINGS}


def _given(said: Said) -> Said:
    """Return what was given, with names between commas taken apart."""
    given: Said = {}
    for setting in SETTINGS:
        value = said[setting.place]
        if value is None or value is False or value == []:
            continue
        apart = setting.form in (Form.COLUMNS, Form.LABELS)
        given[setting.place] = names_in(value) if apart else tuple(value) if isinstance(value, list) else value
    return given


def _parameter(setting: Setting) -> inspect.Parameter:
    repeated = setting.form in REPEATED
    kind: Any = list[str] if repeated else TYPES.get(setting.form, str | None)
    shown = "|".join(setting.choices) or METAVARS.get(setting.form)
    option = typer.Option(setting.flag, help=setting.help, rich_help_panel=setting.panel.value, metavar=shown)
    default: Any = [] if repeated else False if setting.form is Form.FLAG else None
    return inspect.Parameter(
        _identifier(setting), inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option]
    )


def _identifier(setting: Setting) -> str:
    return setting.flag.removeprefix("--").replace("-", "_")
