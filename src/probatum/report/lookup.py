# SPDX-License-Identifier: Apache-2.0
"""Finding one's way in an edition: the measures of a check, or the reason why there are none."""

from dataclasses import dataclass

from probatum.facts.finding import Finding, Measure, Part, State
from probatum.facts.record import CheckCard, MeasureVerdict
from probatum.report.interface import Edition
from probatum.report.marks import Mark, mark_of, verdict_on
from probatum.report.words import NO_RANGE, number, range_of, rests_on, sentence, visible


@dataclass(frozen=True, slots=True)
class Lookup:
    """Answers about one edition that are never a KeyError: what is absent is None or a reason."""

    edition: Edition

    def finding(self, check: str) -> Finding | None:
        """Return the first measured or declared finding of a check."""
        answered = (State.MEASURED, State.DECLARED)
        return next((one for one in self.edition.findings if one.check == check and one.state in answered), None)

    def measure(self, check: str, name: str) -> Measure | None:
        """Return a measure whose value is known."""
        finding = self.finding(check)
        measure = finding.measures.get(name) if finding else None
        return measure if measure is not None and measure.value is not None else None

    def ranged(self, check: str, name: str) -> Measure | None:
        """Return a measure whose value, or at least whose range, is known: a small count shows its range only."""
        finding = self.finding(check)
        measure = finding.measures.get(name) if finding else None
        known = measure is not None and (measure.value is not None or range_of(measure) not in (None, NO_RANGE))
        return measure if known else None

    def part(self, check: str, name: str, group: str) -> Part | None:
        """Return one group of a measure, by the group's name."""
        measure = self.measure(check, name)
        return next((part for part in measure.groups if part.name == group), None) if measure else None

    @staticmethod
    def part_of(finding: Finding, name: str, group: str) -> Part | None:
        """Return one group of a measure by name, also where the measure has no value of its own."""
        measure = finding.measures.get(name)
        return next((part for part in measure.groups if part.name == group), None) if measure else None

    def verdict(self, finding: Finding) -> Mark:
        """Return the verdict on a finding."""
        return mark_of(verdict_on(finding, self.edition.judgement.verdicts).verdict)

    def mark(self, check: str, name: str) -> Mark | None:
        """Return the verdict on one measure of a check; None where no limit stands for it."""
        judged = self.judged(check, name)
        return mark_of(judged.verdict) if judged else None

    def judged(self, check: str, name: str) -> MeasureVerdict | None:
        """Return the verdict on one measure with its limit; None where no limit stands for it."""
        verdicts = [one for one in self.edition.judgement.verdicts if one.check == check]
        return next((one for verdict in verdicts for one in verdict.measures if one.measure == name), None)

    def limit(self, check: str, name: str) -> str | None:
        """Return the limit of one measure, as a sentence of its bare number; None where none stands for it."""
        judged = self.judged(check, name)
        return f"Limit: {judged.direction.value.replace('_', ' ')} {number(judged.limit)}." if judged else None

    def card(self, check: str) -> CheckCard | None:
        """Return what the record says about a check."""
        return next((card for card in self.edition.record.checks if card.id == check), None)

    def title(self, check: str) -> str:
        """Return a check's title, or its id where nobody gave one."""
        card = self.card(check)
        return visible(card.title if card else check)

    def why_absent(self, check: str) -> str | None:
        """Return why a check gave no numbers, as a sentence; None where it was never thought of."""
        for finding in self.edition.findings:
            if finding.check == check and finding.state in (State.NOT_APPLICABLE, State.ERROR):
                return sentence(visible(finding.why or finding.sentence))
        for omission in self.edition.record.plan.omitted:
            if omission.check == check:
                return sentence(visible(omission.why))
        return None


def numbers_behind(title: str, measure: Measure | Part) -> str:
    """Return one line for a reader who wants the bare numbers: value, range, how sure, rows, method."""
    pieces = [f"{title}: {number(measure.value)}"]
    interval = measure.interval
    if interval is None:
        pieces.append("an exact count")
    else:
        pieces.append(f"range {number(interval.lower)} to {number(interval.upper)}")
        pieces.append(f"sure to {number(interval.confidence * 100)} of 100")
        pieces.append(f"method {visible(interval.method)}")
    return f"{', '.join([*pieces, rests_on(measure)])}."
