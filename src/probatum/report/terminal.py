# SPDX-License-Identifier: Apache-2.0
"""Page one and a line a finding, for a terminal or a pipe.

Names are untrusted: they are put into ``Text``, never into a markup string, so that ``[red]`` stays a name.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.panel import Panel
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from probatum.report.interface import Edition
from probatum.report.marks import FAIL, NOT_APPLICABLE, PASS, Mark
from probatum.report.matrix import LOSSES
from probatum.report.page_one import PageOne, page_one
from probatum.report.sections import LimitStory, Section, Sight, sections, seen_here
from probatum.report.words import printable, visible

WIDTH = 80
_STYLES = {
    "fail": "bold red",
    "error": "bold magenta",
    "inconclusive": "yellow",
    "expired": "blue",
    "unanswered": "blue",
    "declared": "blue",
    "pass": "green",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """Plain text of 80 columns, safe for pipes."""

    name: str = "terminal"
    suffix: str = ""

    def render(self, edition: Edition) -> str:
        """Return the text without colours."""
        stream = io.StringIO()
        console = Console(file=stream, width=WIDTH, color_system=None, force_terminal=False, legacy_windows=False)
        console.print(page(edition))
        return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def show(edition: Edition, console: Console) -> None:
    """Print to a console, in colour where it has any; signs it cannot print become question marks."""
    if console.encoding.lower().startswith("utf"):
        console.print(_Harmless(page(edition)))
    else:
        text = Terminal().render(edition).encode(console.encoding, errors="replace").decode(console.encoding)
        console.out(text, highlight=False, end="")


@dataclass(frozen=True, slots=True)
class _Harmless:
    """What is shown, with nothing in its texts that steers a terminal: only the styles of this file do."""

    shown: RenderableType

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Make each piece of text printable on its own, since whole lines hold the escapes of styles."""
        for piece in console.render(self.shown, options):
            yield piece if piece.control else Segment(printable(piece.text), piece.style)


def page(edition: Edition) -> RenderableType:
    """Return everything that is shown, to be printed by any console."""
    view = page_one(edition)
    return Group(*_page_one(view), *_findings(sections(edition)), *_seen(seen_here(edition)), *_terms(view))


def _page_one(view: PageOne) -> Iterator[RenderableType]:
    intro = view.introduction
    yield _heading(view.name)
    yield _pairs(
        ("For", intro.purpose), ("Affects", intro.affected), ("At stake", intro.stakes), ("Tested", intro.tried_on)
    )
    for note in [*([f"Simulated. {intro.simulated}"] if intro.simulated else []), *intro.notes]:
        yield _text(f"Note: {note}")
    verdict = Text.assemble(_mark(view.overall.mark, word=False), " ", (view.overall.sentence, "bold"))
    yield Text()
    yield Panel(Group(verdict, _text(" ".join(view.overall.also))), expand=True)
    yield _text(view.ranges)
    for answer in view.questions:
        yield _heading(answer.question)
        for saying in answer.sayings:
            yield _item(saying.text, sign=saying.mark.symbol if saying.mark else "-", mark=saying.mark)
        for words in answer.not_covered:
            yield _item(f"Not covered: {words}.", sign="·")
    yield _heading("What to do next")
    for place, step in enumerate(view.next_steps, start=1):
        yield _item(step.sentence, sign=f"{place}")
        if step.command:
            yield Padding(Text(step.command, style="cyan"), (0, 0, 0, 4))
    yield _heading("The table of risks")
    yield _text("“Not covered” means that nobody looked. It does not mean that the risk is small.")
    yield _matrix(view)
    yield _heading("What was not tested, and why")
    for untested in view.not_tested:
        yield _item(f"{untested.what}. {untested.why}")
    for words in view.no_check:
        yield _item(f"{words} No check looked.", sign="·")
    yield _heading("What only people can answer")
    yield _text(view.declarations)
    for question in view.open_questions:
        yield _item(f"{question.topic} ({question.mark.word})", sign=question.mark.symbol)


def _findings(chapters: tuple[Section, ...]) -> Iterator[RenderableType]:
    """A short block a check; what did not apply is only named, since page one gave the reason."""
    yield _heading("What each check found")
    for chapter in chapters:
        if chapter.mark is NOT_APPLICABLE:
            continue
        title = f" {visible(chapter.title)}{f' ({visible(chapter.part)})' if chapter.part else ''}: "
        yield Text.assemble(_mark(chapter.mark), (title, "bold"), chapter.sentence)
        for story in chapter.limits:
            yield Padding(_text(_in_short(story)), (0, 0, 0, 4))
        if chapter.why and not chapter.limits:
            yield Padding(_text(chapter.why), (0, 0, 0, 4))
        for line in (*(chapter.bar or ()), *chapter.warnings):
            yield Padding(_text(line), (0, 0, 0, 4))
    idle = [visible(chapter.title) for chapter in chapters if chapter.mark is NOT_APPLICABLE]
    if idle:
        yield Text.assemble(_mark(NOT_APPLICABLE), f" {'; '.join(dict.fromkeys(idle))}. The reasons stand above.")


def _in_short(story: LimitStory) -> str:
    """Return the number beside its limit; where these decide nothing, also why."""
    why = "" if story.mark in (PASS, FAIL) else f" {story.outcome}"
    return f"{story.mark.symbol} {story.title}: {story.measured}. Limit: {story.limit}.{why}"


def _seen(sights: tuple[Sight, ...]) -> Iterator[RenderableType]:
    if not sights:
        return
    yield _heading("Seen on this machine (no part of the record, and not judged)")
    for sight in sights:
        yield _item(f"{sight.title}. {sight.sentence}")
        for detail in sight.details:
            yield Padding(_text(detail), (0, 0, 0, 4))
        for advice in sight.advice:
            yield Padding(_text(advice.sentence), (0, 0, 0, 4))
            if advice.command:
                yield Padding(Text(visible(advice.command), style="cyan"), (0, 0, 0, 4))


def _terms(view: PageOne) -> Iterator[RenderableType]:
    yield _heading("How far to trust this page")
    yield _text(view.holds)
    yield _text(f"{view.limits} {view.own_limits}")
    yield Padding(Text(view.new_policy, style="cyan"), (0, 0, 0, 4))
    yield Padding(Text(view.rejudge, style="cyan"), (0, 0, 0, 4))
    yield _text(view.repeat)
    for command in view.repeat_commands:
        yield Padding(Text(command, style="cyan"), (0, 0, 0, 4))
    yield Text(f"Record id {view.record_id}", style="dim")


def _matrix(view: PageOne) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False)
    table.add_column("The way", overflow="fold")
    for name, means in LOSSES.values():
        table.add_column(f"{name}\n({means})", overflow="fold")
    for row in view.matrix:
        table.add_row(row.way.name, *(_mark(cell.mark) for cell in row.cells))
    return table


def _heading(text: str) -> RenderableType:
    return Padding(Text(visible(text), style="bold underline"), (1, 0, 0, 0))


def _text(text: str) -> Text:
    return Text(visible(text))


def _mark(mark: Mark, *, word: bool = True) -> Text:
    return Text(f"{mark.symbol} {mark.word}" if word else mark.symbol, style=_STYLES.get(mark.key, "dim"))


def _item(text: str, *, sign: str = "-", mark: Mark | None = None) -> Table:
    row = Table.grid(padding=(0, 1, 0, 0))
    row.add_column(width=2, no_wrap=True)
    row.add_column(overflow="fold")
    row.add_row(Text(f" {sign}", style=_STYLES.get(mark.key, "dim") if mark else ""), _text(text))
    return row


def _pairs(*pairs: tuple[str, str]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=9)
    table.add_column(overflow="fold")
    for name, text in pairs:
        table.add_row(Text(name, style="dim"), _text(text))
    return table


FORMAT = Terminal()
