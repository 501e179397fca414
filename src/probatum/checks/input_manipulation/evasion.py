# SPDX-License-Identifier: Apache-2.0
"""How easily is the system fooled: can a change too small to matter turn a right answer wrong?

Vector      input manipulation; the property at risk is integrity.
Attacker    may change each number of a row by a share of its column's usual range (from the 5th to the 95th of 100
            training rows; the share is the plan's radius, a stated cost divides it; where all numbers are whole and
            that is less than one step of any of them, by one step), in the columns and directions that
            the description gives under [attack], whole numbers by whole steps, and so that stated relations hold; may
            state any category in the columns named there. Where nothing is stated: any number that is not immutable,
            and no category. Of a picture, each point by a share of the range of all points. Knows the model where its
            inside can be looked at (networks, trees, linear models); else asks it and sees what its users see.
Measure     fooled_share: of the answers that are right, the share that some allowed change turns wrong. It is enclosed
            from both sides: at least the share for which such a change was found and confirmed by asking the system
            itself (on average, where it answers the same row in different ways); at most the share that could not be
            proven safe. The range reaches from the lower end of the one to the upper end of the other. proven_share,
            unknown_share: the rest. The curve gives certified and empirical robust accuracy at every radius, of all
            rows: right as they are, and proven or not broken.
            Where the plan sets a width, rows are tried in up to three rounds, until both sides are known so well.
            smoothed_proven_share, for pictures, where nothing is proven and the plan asks for it: what is proven of
            another model, which answers by majority over noisy copies; it says nothing of this one and enters nothing.
Judged      fooled_share, against the policy's limit. Where nothing can be proven the upper end is 1, so that a system
            that can only be asked may fail, and never passes: not found is not safe.
Source      attacks: Croce and Hein 2020, arXiv:2003.01690; Andriushchenko et al. 2020, arXiv:1912.00049; Maho et al.
            2021 and Chen et al. 2020, arXiv:1904.02144, for labels alone; Pintor et al. 2021, arXiv:2102.12827, for the
            nearest wrong answer of a network. Bounds: Gowal et al. 2018, arXiv:1810.12715; Zhang et al. 2018,
            arXiv:1811.00866; Xu et al. 2021, arXiv:2011.13824; Wang et al. 2021, arXiv:2103.06624; De Palma et al.
            2021, arXiv:2104.06718; of trees: Devos et al. 2021, arXiv:2010.13880.
            Smoothing: Cohen et al. 2019, arXiv:1902.02918. Ending early: Jennison and Turnbull 1984, Controlled
            Clinical Trials 5:33.
Not shown   other changes: larger ones, turned or blurred pictures. Rows that were not among those tried. A proof speaks
            of the model's own arithmetic, rounding included; a system around it that rounds or repairs its input is
            covered only as far as it was asked.
"""

from dataclasses import dataclass, replace

import numpy as np

from probatum.checks.inapplicable import NO_CLASS, not_applicable, nothing_to_ask, only_text
from probatum.checks.input_manipulation import fooled_in_words as in_words
from probatum.checks.input_manipulation.affordable import DEEP, QUICK, expected, within
from probatum.checks.input_manipulation.as_printed import as_printed
from probatum.checks.input_manipulation.evading import Cells, Target, scores_of, whole
from probatum.checks.input_manipulation.findings import LEAST, Findings, labels_of, open_cases, work_done
from probatum.checks.input_manipulation.findings import Effort as Exploring
from probatum.checks.input_manipulation.rounds import explore_in_rounds
from probatum.checks.input_manipulation.smoothing import Version, try_smoothed
from probatum.checks.input_manipulation.table import CLOSE, Table
from probatum.checks.input_manipulation.unsteady import (
    AVERAGED,
    CROWDED,
    FRESH,
    NOT_PROVEN,
    Averaged,
    crowded,
    keep_what_holds,
    unsteady,
)
from probatum.checks.interface import Check
from probatum.engines.evasion.known import measures, require_consistent
from probatum.engines.evasion.threat import norm_of
from probatum.engines.intervals.looks import Looks, Trial, planned
from probatum.errors import InsufficientDataError
from probatum.facts.capabilities import Capability
from probatum.facts.deciding import without_events
from probatum.facts.finding import Example, Finding, Measure
from probatum.facts.plan import Effort, Terms
from probatum.facts.policy import at_most
from probatum.facts.progress import Tell
from probatum.facts.threats import CLASSIFICATION, Property, Vector, atlas, exchange, nist, owasp
from probatum.systems.datasets import Rows
from probatum.systems.interface import Predictions, Structured
from probatum.systems.structures import Structure
from probatum.systems.views import AttackedRows

CURVE = (0.0, 0.25, 0.5, 1.0, 2.0)  # radii of the curve, in parts of the plan's


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Settings of this check; every field is written into the evidence."""

    radius: float = 0.03  # share of a column's usual range (5th to 95th of 100); of a picture, of the range of points
    norm: str = "linf"  # of pictures: linf, l2 or l1; each number of a table moves by itself
    rows: int = 500  # held-out rows that are tried, at most
    width: float = 0.0  # of a range: the trial ends early once both sides of the bracket are known so well; 0: never
    queries: int = 200  # points asked about, a row, where the model can only be asked
    nodes: int = 2000  # parts into which what can be reached of a row is split for a proof, a row of a table
    parts: int = 300  # the same for each picture, where a part costs much more
    numbers: float = 1e10  # that the search of trees looks at, of all rows, at most: it ends early beyond
    level: str = "standard"  # of the search by gradients: quick, standard or deep
    work: float = 4e12  # multiplications of a network's answers in the search, at most: fewer rows are tried beyond
    examples: int = 5  # most examples shown
    smoothed_rows: int = 0  # pictures on which a smoothed version is tried, where nothing is proven of the model itself
    smoothed_copies: int = 1000  # noisy copies of each of them over which it takes the majority
    smoothed_noise: float = 0.1  # standard deviation of the noise, share of the range of points


def run(system: Structured, data: AttackedRows, options: Options, terms: Terms, rng: np.random.Generator) -> Finding:
    """Enclose the share that can be fooled; draws the rows that are tried, and what the attacks draw."""
    refused = nothing_to_ask(data.rows) or only_text(data.rows)
    if refused is not None:
        return refused
    if options.radius <= 0:
        return not_applicable("The radius is not above zero: no change at all is allowed.", "Set a radius above zero.")
    drawn = rng.permutation(len(data.rows))[: options.rows]
    planned_rows = drawn[whole(data.rows.take(drawn))]
    if not planned_rows.size:
        return not_applicable("Every picture holds points that are no numbers.", "Give pictures without such points.")
    structure = system.structure()
    affordable = within(structure, data.rows.take(planned_rows), options.level, options.work)
    planned_rows, options = planned_rows[: affordable.rows], replace(options, level=affordable.level)
    looks = planned(len(planned_rows), options.width, terms.confidence)
    rounds = np.split(planned_rows, looks.rows[:-1])
    chosen = np.concatenate([np.sort(part) for part in rounds])
    rows = data.rows.take(chosen)
    target = _target(system, rows, data, options)
    if isinstance(target, Table) and not target.can_change:
        return not_applicable(
            "There is no cell that an attacker may change.",
            "List the columns that can be stated falsely under [attack] controls.",
        )
    if isinstance(target, Table) and not target.can_change_by(options.radius):
        return not_applicable(
            "No cell can change so far, not even by one step: each is at the end of its column's range, or may only "
            "rise or fall beyond it.",
            "Set a larger radius under [options] of the policy, or list other columns under [attack] controls.",
        )
    scores = scores_of(system.answers(rows), len(rows.schema.classes))
    loose = unsteady(system, rows, scores)
    if loose is not None:
        target, structure = _target(Averaged(system, AVERAGED), rows, data, options), NOT_PROVEN
        scores = target.ask(target.x, np.arange(len(rows)))
    crowd = crowded(system, rows, scores) if loose is None else None
    if crowd is not None:
        structure = CROWDED
    if not (labels_of(scores) == rows.truth).any():
        raise InsufficientDataError("The system answers none of the rows rightly, so no answer can be turned wrong.")
    found, trial = _explored(structure, rows, target, scores, options, looks, terms.tell, rng)
    tried = len(found.found)
    if loose is not None:
        fresh = _target(Averaged(system, FRESH), rows, data, options).take(np.arange(tried))
        keep_what_holds(found, fresh, rows.truth[:tried], options.radius)
    target, truth = target.take(np.arange(tried)), rows.truth[:tried]
    require_consistent(found.known())
    radii = [options.radius * part for part in CURVE]
    taken = measures(found.known(), options.radius, radii, confidence=terms.confidence, trial=trial)
    taken["unknown_share"] = replace(taken["unknown_share"], groups=open_cases(found, options.radius), whole=True)
    beside = _smoothed(found, target, truth, options, terms, rng)
    return Finding(
        sentence=in_words.sentence(taken),
        details=(
            *in_words.details(found, options.radius, target, trial),
            *in_words.unsettled(found, options.radius, _parts(target, options), _deeper(target, options)),
            *affordable.told(),
            *in_words.oddities(target, len(drawn) - affordable.planned),
            *([loose.told()] if loose else ()),
            *([f"{in_words.BEWARE}{crowd}"] if crowd else ()),
            *(beside[1] if beside else ()),
        ),
        measures=taken | work_done(found, tried) | ({"smoothed_proven_share": beside[0]} if beside else {}),
        examples=_examples(found, target, scores[:tried], chosen, truth, data, options, terms),
        advice=tuple(in_words.advice(taken, found, loose, options.level)),
        tried=tried,
    )


def _target(system: Predictions, rows: Rows, data: AttackedRows, options: Options) -> Target:
    """Return the rows as an attacker of this system sees them."""
    learned_from, norm = data.train or data.rows, norm_of(options.norm)
    if rows.pictures:
        return Cells(system, rows, learned_from, norm)
    table = Table(system, rows, learned_from, data.attacker)
    return table if table.can_change_by(options.radius) else table.by_one_step(options.radius)


def _explored(
    structure: Structure | str,
    rows: Rows,
    target: Target,
    scores: np.ndarray,
    options: Options,
    looks: Looks,
    tell: Tell,
    rng: np.random.Generator,
) -> tuple[Findings, Trial]:
    encoded = structure.encode(rows) if isinstance(structure, Structure) else None
    effort = Exploring(
        radius=options.radius,
        radii=[options.radius * part for part in CURVE],
        queries=options.queries,
        nodes=options.nodes,
        parts=options.parts,
        level=options.level,
        numbers=options.numbers,
        tell=tell,
    )
    return explore_in_rounds(target, structure, encoded, rows.truth, scores, effort=effort, looks=looks, rng=rng)


def _smoothed(
    found: Findings, target: Target, truth: np.ndarray, options: Options, terms: Terms, rng: np.random.Generator
) -> tuple[Measure, tuple[str, ...]] | None:
    """Return what is proven of a smoothed version, where nothing is of the model itself and the plan asks for it."""
    if not (options.smoothed_rows > 0 and isinstance(target, Cells) and (found.unproven or found.refused)):
        return None
    version = Version(rows=options.smoothed_rows, copies=options.smoothed_copies, noise=options.smoothed_noise)
    return try_smoothed(target, truth, version, options.radius, confidence=terms.confidence, rng=rng)


def _examples(
    found: Findings,
    target: Target,
    scores: np.ndarray,
    chosen: np.ndarray,
    truth: np.ndarray,
    data: AttackedRows,
    options: Options,
    terms: Terms,
) -> tuple[Example, ...]:
    """Return the rows whose answers were surest before they were turned; of those alike, by the smallest changes."""
    broken = np.flatnonzero((found.found > 0) & (found.found <= options.radius))
    first = broken[np.lexsort((found.found[broken], -scores[broken, truth[broken]]))][: options.examples]
    if not first.size:
        return ()
    some, own = target.take(first), truth[first]
    shown = as_printed(
        target,
        first,
        found.examples[first],
        own,
        lambda points, scores, places: (
            (labels_of(scores) >= 0)
            & (labels_of(scores) != own[places])
            & (some.take(places).sizes(points) <= options.radius * CLOSE)
        ),
        contents=terms.include_rows,
    )
    names = [str(label) for label in data.rows.schema.classes]
    bare = bool(np.isin(scores, (0.0, 1.0)).all())  # labels, which say nothing of how sure they are
    return tuple(
        Example(
            row=int(chosen[row]),
            truth=names[truth[row]],
            answer=names[one.scores.argmax()],
            score=None if bare else _digits(one.scores.max()),
            before=names[truth[row]],
            score_before=None if bare else _digits(scores[row, truth[row]]),
            # a category stated otherwise has no size
            size=None if found.found[row] <= LEAST else _digits(some.take(np.array([place])).sizes(one.point[None])[0]),
            changes=one.words,
            picture=one.picture,
        )
        for place, (row, one) in enumerate(zip(first.tolist(), shown, strict=True))
        if one is not None
    )


def _parts(target: Target, options: Options) -> int:
    """Return into how many parts a row may be split for a proof."""
    return options.parts if isinstance(target, Cells) else options.nodes


def _deeper(target: Target, options: Options) -> int | None:
    """Return the same under more effort; None where that is not more."""
    most = _parts(target, Options(parts=int(DEEP["parts"]), nodes=int(DEEP["nodes"])))
    return most if most > _parts(target, options) else None


def _digits(value: float) -> float:
    """Return three digits: more say nothing to a person, and may differ from machine to machine."""
    return float(f"{value:.3g}")


CHECK = Check(
    id="input-manipulation/evasion",
    title="Fooled by small changes",
    vector=Vector.INPUT_MANIPULATION,
    harms=Property.INTEGRITY,
    taxonomy=(nist("NISTAML.022"), atlas("AML.T0043"), owasp("ML01"), exchange("2.1")),
    tasks=CLASSIFICATION,
    not_for=NO_CLASS,
    needs=(Capability.PREDICTIONS,),
    uses=(Capability.SCORES, Capability.GRADIENTS, Capability.WEIGHTS, Capability.TREES),
    data=AttackedRows,
    options=Options,
    least_rows={"fooled_share": without_events},
    judged={
        "fooled_share": at_most(
            low=0.50,
            medium=0.20,
            high=0.10,
            because="A change too small to matter should not turn the answer, or whoever gains by it will find it.",
            tasks=CLASSIFICATION,
        )
    },
    by_effort={Effort.QUICK: QUICK, Effort.DEEP: DEEP},
    run=run,
    work=expected,
)
