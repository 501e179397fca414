# SPDX-License-Identifier: Apache-2.0
"""What page one says of a table of decisions: first, whether a group of people is treated worse than the others."""

from probatum.facts.finding import Finding
from probatum.report.favour import RATIO, compared, worse_off
from probatum.report.further import BIAS, told
from probatum.report.lookup import Lookup
from probatum.report.questions import Answer
from probatum.report.sayings import Saying, judged, not_measured
from probatum.report.words import plural, quoted, visible

QUESTION = "Is a group of people treated worse than the others?"
SHOWN = 3  # groups told one by one
SMALL_PRINT = (
    "This compares who got what, not whether it was right or just. A difference may have reasons that the table does "
    "not hold. Where there is none, single decisions may still be wrong."
)


def treated(lookup: Lookup) -> Answer:
    """Answer whether a group of people gets the favourable answer less often than everybody else."""
    finding = lookup.finding(BIAS)
    subject = lookup.edition.record.plan.subject
    if finding is None:
        return Answer(question=QUESTION, sayings=(not_measured("That", BIAS, lookup),), not_covered=())
    if RATIO not in finding.measures:
        said = told(finding, lookup)
        say_which = Saying(text="Say which answer is good for the person (--favourable) to see who gets it how often.")
        return Answer(question=QUESTION, sayings=(*said, say_which), not_covered=())
    groups, worse = finding.measures[RATIO].groups, worse_off(finding)
    got = quoted(subject.favourable or "yes")
    sayings = [_first(finding, len(worse), got, lookup)]
    scope = finding.measures[RATIO].scope
    if scope and not worse:
        sayings.append(Saying(text=visible(scope), check=BIAS))
    for part in (worse or list(groups[:1]))[:SHOWN]:
        sayings += compared(finding, part, lookup)
    if len(worse) > SHOWN:
        more = plural(len(worse) - SHOWN, "more group")
        sayings.append(Saying(text=f"{more} proven to fare worse: see below.", check=BIAS))
    if subject.truth_known:
        sayings += told(finding, lookup)
    return Answer(question=QUESTION, sayings=(*sayings, Saying(text=SMALL_PRINT)), not_covered=())


def untold(lookup: Lookup) -> tuple[Answer, Answer, Answer]:
    """Answer the three questions where nobody knows which decisions were right."""
    missing = (
        "That cannot be told: the table does not say which decisions were right. If you know what turned out to be "
        "true, name that column: --target COLUMN."
    )
    alternatives = "Not measured, for the same reason."
    trust = "Nobody knows how often these decisions are wrong, so nobody knows what it costs to trust them."
    asked = (
        ("Is the system making mistakes?", missing),
        ("What alternatives were considered?", alternatives),
        ("What is the risk of trusting the outcome blind?", trust),
    )
    first, second, third = (
        Answer(question=question, sayings=(Saying(text=text),), not_covered=()) for question, text in asked
    )
    return first, second, third


def _first(finding: Finding, worse: int, got: str, lookup: Lookup) -> Saying:
    """Say yes or no, or that it cannot be told."""
    compared = len(finding.measures[RATIO].groups)
    if worse:
        of_all = f"{plural(worse, 'group')} of {compared} compared"
        gets = "gets" if worse == 1 else "get"
        words = f"yes: {of_all} {gets} {got} less often than everybody else, by more than chance explains"
    else:
        words = f"none was proven to: no group of {compared} compared gets {got} clearly less often than everybody else"
    return judged(words, finding, RATIO, lookup, key=True)
