# SPDX-License-Identifier: Apache-2.0
"""The templates of the pages, and the one way to fill them: every name in them is untrusted text."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from probatum.report.words import number, plural, visible


def render(template: str, **facts: object) -> str:
    """Fill a template of this folder; what is not Markup is escaped, and stripped of hidden characters."""
    return _environment().get_template(template).render(**facts)


def _shown(value: object) -> object:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("probatum.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": number, "plural": plural}
    return environment
