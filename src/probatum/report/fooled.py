# SPDX-License-Identifier: Apache-2.0
"""What page one says of being fooled on purpose: shown broken, proven safe, and what nobody knows between them."""

import math
from collections.abc import Iterator, Mapping

from probatum.facts.finding import Finding, Json, Measure
from probatum.facts.record import MeasureVerdict, Verdict
from probatum.report.lookup import Lookup
from probatum.report.sayings import Saying, as_found, judged, say
from probatum.report.words import number, of_100, range_of, sentence, size_of, visible, whole_for

EVASION = "input-manipulation/evasion"
_MORE_SEARCH = (
    "The limit lies within what nobody knows. More cases would not decide it; a longer search or a stronger proof may."
)
STEPPED = "each may change by one step instead"  # what the detail says where a radius is less than a whole step
POINTS = "the range of all points"  # what the detail names that says how far pictures may be changed
OTHERWISE = "Any other category may also be stated in:"  # how the detail begins that names such columns
ONLY = "Of the numbers, an attacker may change only:"  # how the detail begins that names the numbers that may change
BEWARE = "Beware:"  # how a remark begins that says why the numbers may be too good
_LONGER_SEARCH = "The limit lies within what nobody knows, since nothing is proven. More cases would not decide it."
UNPROVEN = "Nothing was proven."  # how a remark begins that says why
_NOTHING_KNOWN = "so nobody knows how easily it is fooled"
_OPEN = "we found no attack and could not prove safety"
ENDED = "Why safety could not be proven:"  # how the detail begins that says why
_NO_CHANGE = "no change of any size was allowed, so this does not say how easily it is fooled"
_NAMED = 4  # columns that page one names, at most
_LARGEST_WHOLE = 10**9
_SIGNS = "There are signs that it is easier to fool than these numbers say."


def evasion(finding: Finding, lookup: Lookup) -> Iterator[Saying]:
    """Return the sentences of page one, in the order to be read."""
    fooled, proven, unknown = (
        lookup.measure(EVASION, name) for name in ("fooled_share", "proven_share", "unknown_share")
    )
    if fooled is None or fooled.value is None:
        yield as_found(finding)
        return
    if radius_of(finding.options) == 0:
        yield judged(_NO_CHANGE, finding, "fooled_share", lookup)
        return
    most = fooled.interval.upper if fooled.interval and not fooled.value else None
    whole = whole_for(most, *(one.value for one in (fooled, proven, unknown) if one))
    yield judged(_shown(finding, fooled, whole), finding, "fooled_share", lookup, key=True)
    if proven is not None:
        why = "" if proven.value else "".join(f". {one.removeprefix(UNPROVEN).strip()}" for one in unproven(finding))
        yield say(f"{_proven(proven, whole)}{why}", finding, "proven_share")
    if unknown is not None and unknown.value:
        yield say(f"{_unknown(fooled, proven, whole)}{_why_open(finding)}", finding, "unknown_share")
    warnings = beware(finding)
    if warnings:
        yield Saying(text=_SIGNS, behind=warnings, check=EVASION, key=True)


def beware(finding: Finding) -> tuple[str, ...]:
    """Return the remarks that say why the numbers may be too good."""
    return tuple(sentence(visible(one)) for one in finding.details if one.startswith(BEWARE))


def unproven(finding: Finding) -> tuple[str, ...]:
    """Return the remark that says why nothing could be proven, if there is one."""
    return tuple(sentence(visible(one)) for one in finding.details if one.startswith(UNPROVEN))


def _why_open(finding: Finding) -> str:
    """Return why safety could not be proven, and what more work would cost; empty where that is not told."""
    told = [one.removeprefix(ENDED).strip(" .") for one in finding.details if one.startswith(ENDED)]
    return f": {visible(told[0])}" if told else ""


def allowed(options: Mapping[str, Json], *, pictures: bool = False) -> str | None:
    """Return what an attacker may do ("change each cell by up to 3 of 100 of its usual range"); None: not told."""
    radius = radius_of(options)
    if radius is None:
        return None
    if options.get("norm", "linf") != "linf":
        return f"make a change of size {size_of(radius)}"
    what = "each point of a picture" if pictures else "each cell"
    return f"change {what} by up to {_of_range(radius)} its {'' if pictures else 'usual '}range"


def radius_of(options: Mapping[str, Json]) -> float | None:
    """Return the size of change that the plan asks about; None where there is none."""
    radius = options.get("radius")
    if not isinstance(radius, int | float) or isinstance(radius, bool):
        return None
    return float(radius) if math.isfinite(radius) and radius >= 0 else None


def undecided(judged: MeasureVerdict, measures: Mapping[str, Measure]) -> str | None:
    """Return why more cases would not decide, where the limit lies in what nobody knows; else None."""
    shown, unknown = (_value(measures, name) for name in ("fooled_share", "unknown_share"))
    if judged.measure != "fooled_share" or judged.verdict is not Verdict.INCONCLUSIVE:
        return None
    if shown is None or unknown is None:
        return None
    if not shown <= judged.limit < shown + unknown:
        return None
    return _MORE_SEARCH if _value(measures, "proven_share") else _LONGER_SEARCH


def _shown(finding: Finding, fooled: Measure, whole: int) -> str:
    pictures = any(one.picture for one in finding.examples) or any(POINTS in one for one in finding.details)
    may = allowed(finding.options, pictures=pictures) or "make an allowed change"
    if any(STEPPED in one for one in finding.details):
        may = "change each cell by one whole step"
    few, otherwise = _names(finding, ONLY), _names(finding, OTHERWISE)
    if few == "none" and otherwise:
        may = f"name another category in {_some(otherwise)}"
    else:
        numbers = "each number" if few is None else f"each of the numbers {_some(few)}" if ", " in few else _some(few)
        may = may.replace("each cell", numbers if few is not None or otherwise else "each cell")
        may += f", and name another category in {_some(otherwise)}," if otherwise else ""
    between = range_of(fooled, whole)
    true = f". The true number is {between}" if between else ""
    if not fooled.value:
        return f"somebody may {may}. Of {whole:,} right answers, no such change was found that turns one wrong{true}"
    count = number(fooled.value * whole, decimals=0)
    return f"of {whole:,} right answers, somebody who may {may} can turn at least {count} wrong{true}"


def _names(finding: Finding, begins: str) -> str | None:
    """Return the names of columns in the detail that begins so; None where there is none."""
    return next((one.removeprefix(begins).strip(" .") for one in finding.details if one.startswith(begins)), None)


def _some(names: str) -> str:
    """Return names as they are told on page one: all of a few."""
    each = [visible(one) for one in names.split(", ")]
    return (
        ", ".join(each) if len(each) <= _NAMED else f"{', '.join(each[: _NAMED - 1])} and {len(each) - _NAMED + 1} more"
    )


def _proven(proven: Measure, whole: int) -> str:
    if not proven.value:
        return "none is proven safe against that"
    if proven.value == 1:
        return "all of them are proven safe against that"
    return of_100(proven, "are proven safe against that", whole=whole)


def _unknown(fooled: Measure, proven: Measure | None, whole: int) -> str:
    """Return for how many neither was shown, so that the three numbers told add up."""
    told = [round((one.value or 0.0) * whole) for one in (fooled, proven) if one]
    if not any(told):
        return f"for all the others, {_OPEN}" if any((fooled.value, proven and proven.value)) else _NOTHING_KNOWN
    return f"for the other {max(1, whole - sum(told)):,}, {_OPEN}"


def _value(measures: Mapping[str, Measure], name: str) -> float | None:
    measure = measures.get(name)
    return None if measure is None else measure.value


def _of_range(radius: float) -> str:
    if radius >= 1:
        return f"{number(radius)} times"
    whole = 100
    while radius * whole < 1 - 1e-9 and whole < _LARGEST_WHOLE:
        whole *= 10
    return f"{number(radius * whole)} of {whole:,} of"
