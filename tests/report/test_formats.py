# SPDX-License-Identifier: Apache-2.0
"""Every format, over every edition: self-contained, safe with any name, whole."""

import io
import json
import re
import unicodedata
from html.parser import HTMLParser

import pytest
from editions import EDITIONS, binary_fail, many_slices, multiclass, nasty
from rich.console import Console

from probatum.report import html, terminal
from probatum.report import json as report_json
from probatum.report.sections import sections

FORMATS = (html.FORMAT, report_json.FORMAT, terminal.FORMAT)
VOID = {"meta", "br", "line", "rect", "circle", "img"}


class Page(HTMLParser):
    """Collects what a test asks about, and complains of tags that do not match."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.ids, self.open, self.text = [], [], [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module", params=sorted(EDITIONS))
def page(request):
    return Page(html.FORMAT.render(EDITIONS[request.param]()))


def test_html_loads_nothing_and_runs_nothing_when_opened(page):
    assert not {"script", "iframe", "object", "embed", "link", "base", "form"} & set(page.tags)
    for tag, name, value in page.attributes:
        assert not name.startswith("on")
        assert name not in {"srcset", "action", "style", "data"}
        assert name != "src" or (tag == "img" and value.startswith("data:image/png;base64,"))
        if name == "href":
            assert value.startswith("#")
    policies = [value for tag, name, value in page.attributes if (tag, name) == ("meta", "content")]
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in policies


def test_html_ids_are_unique_and_links_lead_somewhere_when_followed(page):
    assert len(page.ids) == len(set(page.ids))
    targets = {value[1:] for _, name, value in page.attributes if name == "href"}
    labels = {one for _, name, value in page.attributes if name == "aria-labelledby" for one in value.split()}
    assert targets | labels <= set(page.ids)


def test_html_is_a_document_with_landmarks_when_read_aloud(page):
    assert ("html", "lang", "en") in page.attributes
    assert (
        page.tags.count("h1")
        == page.tags.count("main")
        == page.tags.count("title") - page.tags.count("svg") - (sum(tag == "g" for tag in page.tags))
        == 1
    )
    assert page.tags.count("caption") == page.tags.count("table")


def test_style_has_no_address_when_inlined():
    style = re.search(r"<style>(.*?)</style>", html.FORMAT.render(binary_fail()), re.DOTALL)[1]
    assert "url(" not in style
    assert "@import" not in style
    for words in ("prefers-color-scheme: dark", "@media print", "max-width: 42rem"):
        assert words in style


def test_html_shows_names_as_text_when_they_are_nasty():
    text = html.FORMAT.render(nasty())
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "[red]x[/red]" in text
    assert "\\x1b[31mb\\u202egnp.exe" in text


@pytest.mark.parametrize("shown", FORMATS, ids=lambda shown: shown.name)
def test_no_format_lets_hidden_characters_out_when_names_are_nasty(shown):
    text = shown.render(nasty())
    hidden = {letter for letter in text if unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
    assert hidden == {"\n"}


@pytest.mark.parametrize("shown", FORMATS, ids=lambda shown: shown.name)
@pytest.mark.parametrize("name", sorted(EDITIONS))
def test_formats_give_equal_texts_when_asked_twice(shown, name):
    assert shown.render(EDITIONS[name]()) == shown.render(EDITIONS[name]())
    assert shown.suffix in ("", f".{shown.name}")


def test_json_carries_record_judgement_and_page_when_read_back():
    whole = json.loads(report_json.FORMAT.render(binary_fail()))
    assert set(whole) == {"format", "record_id", "record", "judgement", "context", "observed", "page_one"}
    assert whole["record"]["findings"][0]["measures"]["error_rate"]["value"] == 0.086
    assert whole["judgement"]["verdicts"][1]["verdict"] == "fail"
    assert whole["page_one"]["overall"]["sentence"].startswith("Do not rely")


@pytest.mark.parametrize("name", sorted(EDITIONS))
def test_terminal_keeps_to_80_columns_when_piped(name):
    lines = terminal.FORMAT.render(EDITIONS[name]()).splitlines()
    assert max(len(line) for line in lines) <= 80
    assert not any("\x1b" in line for line in lines)


def test_terminal_prints_markup_as_text_when_names_hold_it():
    assert "[red]x[/red]" in re.sub(r"\s+", "", terminal.FORMAT.render(nasty()))


def test_terminal_colours_when_the_console_can():
    stream = io.StringIO()
    terminal.show(binary_fail(), Console(file=stream, width=80, force_terminal=True, color_system="standard"))
    assert "\x1b[" in stream.getvalue()


def test_terminal_prints_when_the_pipe_cannot_encode_its_signs():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", newline="\n")
    terminal.show(nasty(), Console(file=stream, width=80))
    stream.flush()
    assert b"failed" in raw.getvalue()


def test_long_group_tables_fold_when_there_are_200():
    text = html.FORMAT.render(many_slices())
    assert "188 further groups" in text
    first, rest = (sections(many_slices())[1].groups[0].first, sections(many_slices())[1].groups[0].rest)
    assert (len(first), len(rest)) == (12, 188)


def test_thirty_classes_fold_and_hidden_shares_show_ranges_when_listed():
    text = html.FORMAT.render(multiclass())
    assert "18 further groups" in text
    kinds = next(table for table in sections(multiclass())[0].groups if table.grouped_by == "Kind of mistake")
    assert any(row.cells[0].startswith("between 0 and") for row in kinds.rows)


def test_every_number_has_range_rows_and_method_when_in_the_table():
    for section in sections(binary_fail()):
        for row in section.measures:
            assert row.range
            assert row.method
            assert row.n
