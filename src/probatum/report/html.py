# SPDX-License-Identifier: Apache-2.0
"""The report as one HTML file: no scripts, no network, light and dark, wide and narrow, on paper."""

from dataclasses import dataclass
from importlib.resources import files

from markupsafe import Markup

from probatum.report.interface import Edition
from probatum.report.marks import ALL_MARKS
from probatum.report.matrix import LOSSES
from probatum.report.page_one import in_full, page_one
from probatum.report.reading import GLOSSARY, quiz
from probatum.report.sections import sections, seen_here
from probatum.report.templates import render


@dataclass(frozen=True, slots=True, kw_only=True)
class Html:
    """One self-contained page."""

    name: str = "html"
    suffix: str = ".html"

    def render(self, edition: Edition) -> str:
        """Return the whole document."""
        page = page_one(edition)
        chapters = sections(edition)
        anchors: dict[str, str] = {}
        for chapter in chapters:
            anchors.setdefault(chapter.check, chapter.anchor)
        return render(
            "page.html",
            style=Markup(files("probatum.report").joinpath("style.css").read_text("utf-8")),  # noqa: S704 - our own
            edition=edition,
            page=page,
            sections=chapters,
            seen=seen_here(edition),
            anchors=anchors,
            marks=ALL_MARKS,
            losses=tuple(LOSSES.values()),
            glossary=GLOSSARY,
            quiz=quiz(edition, page),
            measured_on=in_full(edition.context.measured_on),
            judged_on=in_full(edition.judgement.on),
        )


FORMAT = Html()
