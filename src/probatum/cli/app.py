# SPDX-License-Identifier: Apache-2.0
"""All commands under one name, and the one place where errors become messages and codes."""

import sys
from traceback import format_exc
from typing import Any

import typer

from probatum import __version__
from probatum.cli import assess, checks, demo, doctor, init, policy, rejudge, report, selftest
from probatum.cli.describing import GroupedCommand, with_settings
from probatum.cli.screen import complain, say, write
from probatum.errors import InterruptedRunError, ProbatumError
from probatum.runs.warned import gathered

USED_WRONGLY, INTERRUPTED = 2, 130
# What typer raises for words it cannot parse. It comes from click, of which newer releases carry a copy of their own,
# so that importing click would catch the errors of the wrong one.
WrongWords: type[Exception] = typer.BadParameter.__mro__[1]

app = typer.Typer(
    name="probatum",
    help="Find out whether a machine-learning system can be relied on, in plain words, with results anyone can repeat.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(demo.demo)
app.command("assess", cls=GroupedCommand)(with_settings(assess.assess))
app.command("init", cls=GroupedCommand)(with_settings(init.init))
app.command("report")(report.report)
app.command("rejudge")(rejudge.rejudge)
policies = typer.Typer(
    help="The limits that turn numbers into verdicts: show them, write your own, check a file.",
    rich_markup_mode=None,
)
policies.command("show")(policy.show)
policies.command("new")(policy.new)
policies.command("check")(policy.check)
app.add_typer(policies, name="policy")
app.command("checks")(checks.checks)
app.command("selftest")(selftest.selftest)
app.command("doctor")(doctor.doctor)


@app.callback()
def everywhere(
    version: bool = typer.Option(False, "--version", is_eager=True, help="Print the version and exit."),
    debug: bool = typer.Option(False, "--debug", help="Show where an error came from, also one that stopped a check."),
) -> None:
    """Find out whether a machine-learning system can be relied on, in plain words, with results anyone can repeat."""


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; what libraries warn of meanwhile is told once, when it ends."""
    with gathered(texts="--debug" in arguments) as warned:
        code = _run(arguments)
    for line in warned.lines():
        write(line, sys.stderr)
    return code


def _run(arguments: list[str]) -> int:
    """Run one command and return its exit code; only ``--debug`` shows tracebacks, also of what stopped a check."""
    debug = "--debug" in arguments
    words = [word for word in arguments if word != "--debug"] or ["--help"]
    if words == ["policy"]:  # a group says which commands there are
        words.append("--help")
    if words == ["--version"]:
        say(f"probatum {__version__}")
        return 0
    try:
        code = app(args=words, prog_name="probatum", standalone_mode=False, obj=debug)
    except ProbatumError as error:
        if debug and not isinstance(error, InterruptedRunError):
            write(format_exc(), sys.stderr)
        complain(str(error))
        return error.exit_code
    except WrongWords as error:
        complain(_worded(error))
        return USED_WRONGLY
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except SystemExit as end:  # typer takes any broken pipe for one of standard output, which never raises here
        if not isinstance(end.__context__, BrokenPipeError):
            raise
        complain("A pipe to another process broke, so nothing was finished. Run it again.")
        return 3
    except Exception as error:  # noqa: BLE001  # the last fence: one line instead of a traceback
        if debug:
            write(format_exc(), sys.stderr)
        complain(f"Something unexpected happened ({type(error).__name__}). Run again with --debug and report it.")
        return 3
    if code == INTERRUPTED:  # newer releases of typer catch it themselves and return the code
        complain("Interrupted. Nothing was kept. Run it again.")
    return code if isinstance(code, int) else 0


def _worded(error: Any) -> str:
    """Say what is wrong with the words of a command, and where to read which words there are."""
    said = error.format_message().rstrip(".").replace("Value error, ", "")  # pydantic's, under newer releases
    where = error.ctx.command_path if error.ctx is not None else "probatum"
    return f"{said}{'' if said.endswith('?') else '.'} See: {where} --help"
