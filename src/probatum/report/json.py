# SPDX-License-Identifier: Apache-2.0
"""The report for programs: record, judgement, context and page one as one JSON text.

The numbers are those of ``record.json``; this file is for reading, and its own digest means nothing.
All characters are ASCII, so that no name in it can play tricks on a terminal.
"""

import json
from dataclasses import dataclass

from probatum.evidence.wire import to_json
from probatum.report.interface import Edition
from probatum.report.page_one import page_one

REPORT_FORMAT = "probatum-report/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Json:
    """One JSON object, keys in order."""

    name: str = "json"
    suffix: str = ".json"

    def render(self, edition: Edition) -> str:
        """Return the edition and its page one, indented; NaN and infinities are refused."""
        whole = {
            "format": REPORT_FORMAT,
            "record_id": edition.record_id,
            "record": to_json(edition.record),
            "judgement": to_json(edition.judgement),
            "context": to_json(edition.context),
            "observed": to_json(edition.observed),
            "page_one": to_json(page_one(edition)),
        }
        return json.dumps(whole, indent=2, sort_keys=True, ensure_ascii=True, allow_nan=False) + "\n"


FORMAT = Json()
