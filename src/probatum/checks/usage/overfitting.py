# SPDX-License-Identifier: Apache-2.0
"""Did the system learn what the cases have in common, or did it learn the cases by heart?

Vector      usage; the property at risk is integrity: what was learned by heart is of no use for the next case.
Attacker    none; this is how training goes wrong on its own.
Measure     gap: paired_gap, or held_out_gap where that is proven to be worse. paired_gap: the share of training cases
            answered wrongly by systems that were trained without them, minus the share that the system itself answers
            wrongly, having seen them; -1 to 1; of copies of one row none is seen. held_out_gap: the share wrong among
            held-out cases, minus that among training cases: the gap of this very model. For numbers: mean absolute
            errors, in units of the error of always saying the median. Where the system cannot be trained again, where
            a part of it would keep what it learned (a frozen or already fitted part, training stopped early by an
            evaluation set), where training it again fails, or where it then answers every case exactly as before: the
            share wrong among held-out cases minus that among training cases, which are different cases, so the range
            is wider. The finding says which. by_heart: share answered rightly once seen and wrongly when not seen;
            by_heart_reversed: the other way round, since training twice never gives quite the same system;
            by_heart_sure: those of the first to whose right answer the system gives a score above .9. No answer counts
            as wrong for a case not seen, and as right for a case seen; cases answered neither time are left out.
Judged      gap, against the policy's limit. Where the training cases go so much worse than unseen ones that the two
            cannot be the same system, nothing is judged.
Source      Clopper and Pearson 1934, Fieller 1954 (what is answered unseen); Nadeau and Bengio 2003, Machine Learning
            52:239 (trainings that share cases); Zou and Donner 2008 with Clopper and Pearson 1934 (different cases);
            Stone 1974, Journal of the Royal Statistical Society B 36:111 (leaving out).
Not shown   how well new cases go, which usage/error-rate measures: a large gap says that results on training cases
            mean nothing, not that results on others are poor. A system trained again learns from fewer cases (with 5
            parts, four fifths of them), which makes the gap look slightly larger. The recipe is taken at its word:
            that the given model came out of it, and out of these cases, is not proven.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from probatum.checks.interface import Check
from probatum.engines.mistakes import classes, values
from probatum.engines.overfitting import alike, shares, sizes
from probatum.engines.overfitting.together import together
from probatum.errors import InsufficientDataError
from probatum.facts.capabilities import Capability
from probatum.facts.finding import Advice, Finding, Measure
from probatum.facts.interval import Interval
from probatum.facts.plan import Effort, Terms
from probatum.facts.policy import at_most
from probatum.facts.threats import ALL_TASKS, Property, Task, Vector, atlas
from probatum.systems.datasets.folds import group_codes
from probatum.systems.interface import Answers, Predictions
from probatum.systems.views import CrossFit

DOUBT = (
    "It does so much worse on the cases it learned from than on others that they cannot be what it learned from, or "
    "it was trained in another way than the recipe says. So this cannot be told."
)


ALIKE = (
    "It was trained again without each part of the cases, and then answered every case exactly as before. Either it "
    "does not depend on single cases, or that training changed nothing; which of the two cannot be told."
)
WHOSE = (
    "The gap is that of systems trained as this one was, and its range allows for other training cases; held-out cases "
    "do not show this model to be any worse."
)
WHOSE_OWN = (
    "The gap is that of this very model, between the cases it learned from and the held-out ones: it is proven to be "
    "worse than that of systems which were trained without single cases."
)
CANNOT = "It cannot be trained again."
RECIPE = (
    'Give a recipe that trains all of it on the rows it is given ([recipe] train = "recipe:train"): then the same '
    "cases are compared, and the range is narrower."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Settings of this check; every field is written into the evidence."""

    folds: int = 5  # parts into which the training rows are split; the system is trained again without each
    decide_at: float = 0.05  # a gap proven smaller needs no advice, one as far below zero raises doubt; follows limit


def run(system: Predictions, data: CrossFit, options: Options, terms: Terms, rng: np.random.Generator) -> Finding:
    """Compare answers about cases that were seen in training with answers about cases that were not."""
    seen = system.answers(data.train)
    if not seen.given.any():
        raise InsufficientDataError("The system gave no answer to any case that it learned from.")
    test = system.answers(data.test)
    taken = partial(
        _numbers if system.task is Task.REGRESSION else _classes,
        seen=seen,
        test=test,
        folds=options.folds,
        confidence=terms.confidence,
    )
    measures = taken(data)
    if _retrained_nothing(data, seen, measures):
        data = replace(data, unseen=None, not_refitted=ALIKE)
        measures = taken(data)
    gap = measures.get("paired_gap", measures["gap"])
    if gap.interval is not None and gap.interval.upper is not None and gap.interval.upper < -options.decide_at:
        measures["gap"] = replace(gap, value=None, per_100=None, why=DOUBT)
    return Finding(
        sentence=_sentence(measures, system.task, paired=_judges_paired(measures)),
        details=_details(measures, data, seen, options),
        measures=measures,
        advice=_advice(measures, data, options),
    )


def _retrained_nothing(data: CrossFit, seen: Answers, measures: Mapping[str, Measure]) -> bool:
    """Whether the refits answer as if nothing had been trained: no score differs, or other cases go worse all the same.

    Scores that differ while no label does are what many sound systems show; with proof that held-out cases go worse,
    they are what a retrained last step shows, put on top of a part that kept what it had learned.
    """
    if data.unseen is None or not alike.same_answers(seen.labels, data.unseen.labels):
        return False
    held_out = measures["held_out_gap"].interval
    worse = held_out is not None and (held_out.lower or 0.0) > 0
    return worse or alike.same_scores(seen.scores, data.unseen.scores)


def _classes(data: CrossFit, seen: Answers, test: Answers, folds: int, confidence: float) -> dict[str, Measure]:
    truth, held_out = data.train.truth, data.test.truth
    apart = shares.held_out_gap(truth, seen.labels, held_out, test.labels, confidence=confidence)
    train_rate = classes.share(int((seen.labels != truth).sum()), len(truth), confidence=confidence)
    test_rate = classes.share(int((test.labels != held_out).sum()), len(held_out), confidence=confidence)
    if data.unseen is None:
        return {"gap": apart, "train_error_rate": train_rate, "test_error_rate": test_rate}
    unseen, groups = data.unseen.labels, together(data.train, data.test)
    paired = shares.paired_gap(truth, seen.labels, unseen, confidence=confidence, groups=groups, folds=folds)
    measures = {
        "gap": _worse(paired, apart),
        "paired_gap": paired,
        "train_error_rate": train_rate,
        "unseen_error_rate": classes.share(int((unseen != truth).sum()), len(truth), confidence=confidence),
        "by_heart": shares.by_heart(truth, seen.labels, unseen, confidence=confidence),
        "by_heart_reversed": shares.by_heart(truth, unseen, seen.labels, confidence=confidence),
    }
    if seen.scores is not None:
        measures["by_heart_sure"] = shares.by_heart_sure(truth, seen.labels, unseen, seen.scores, confidence=confidence)
    return measures | {"test_error_rate": test_rate, "held_out_gap": apart}


def _worse(paired: Measure, held_out: Measure) -> Measure:
    """Return the gap of the recipe's trainings, or that of this model to other cases where it is proven to be worse.

    The larger of the two numbers would be too large on average, and the second mostly has a far wider range.
    """
    if paired.value is None or held_out.interval is None or held_out.interval.lower is None:
        return paired
    return held_out if held_out.interval.lower > paired.value else paired


def _judges_paired(measures: Mapping[str, Measure]) -> bool:
    """Whether the gap that is judged compares the same cases, seen and not seen."""
    return "paired_gap" in measures and measures["gap"] != measures["held_out_gap"]


def _numbers(data: CrossFit, seen: Answers, test: Answers, folds: int, confidence: float) -> dict[str, Measure]:
    truth, held_out = data.train.truth, data.test.truth
    median = float(np.median(truth))
    apart = sizes.held_out_gap(truth, seen.labels, held_out, test.labels, median, confidence=confidence)
    train_ratio = values.error_ratio(truth, seen.labels, median, confidence=confidence)
    test_ratio = values.error_ratio(held_out, test.labels, median, confidence=confidence)
    if data.unseen is None:
        return {"gap": apart, "train_error_ratio": train_ratio, "test_error_ratio": test_ratio}
    unseen, groups = data.unseen.labels, together(data.train, data.test)
    paired = sizes.paired_gap(truth, seen.labels, unseen, median, confidence=confidence, groups=groups, folds=folds)
    return {
        "gap": _worse(paired, apart),
        "paired_gap": paired,
        "train_error_ratio": train_ratio,
        "unseen_error_ratio": values.error_ratio(truth, unseen, median, confidence=confidence),
        "test_error_ratio": test_ratio,
        "held_out_gap": apart,
    }


def _sentence(measures: Mapping[str, Measure], task: Task, *, paired: bool) -> str:
    if measures["gap"].why == DOUBT:
        return "It does worse on the cases it learned from than on others, which cannot be right."
    kind = "ratio" if task is Task.REGRESSION else "rate"
    before, after = measures[f"train_error_{kind}"], measures[f"{'unseen' if paired else 'test'}_error_{kind}"]
    if before.value is None or after.value is None:
        return "The mistakes on cases it learned from could not be compared with those on others."
    if task is Task.REGRESSION:
        others = "had it not seen them" if paired else "on other cases"
        return (
            f"On cases it learned from, its errors are {before.value:.2f} times those of a rule that knows nothing; "
            f"{others}, {after.value:.2f} times."
        )
    others = "had it not seen them" if paired else "of 100 other cases"
    return (
        f"Of 100 cases it learned from, it gets {_count(before.value)} wrong; "
        f"{others}, {_compared(before.value, after.value, measures['gap'])}."
    )


def _count(share: float) -> str:
    if share == 0:
        return "none"
    return f"about {100 * share:.0f}" if share >= 0.005 else "fewer than 1"


def _compared(before: float, after: float, gap: Measure) -> str:
    if gap.value is None or gap.value <= 0:
        return "no more than that"
    words = "slightly more" if _count(after) == _count(before) else _count(after)
    lower = None if gap.interval is None else gap.interval.lower
    return words if lower is not None and lower > 0 else f"{words}, which may be chance"


def _details(measures: Mapping[str, Measure], data: CrossFit, seen: Answers, options: Options) -> tuple[str, ...]:
    if data.unseen is None:
        said = [
            data.not_refitted or CANNOT,
            "So the cases it learned from were compared with the held-out ones, which are different cases; that makes "
            "the range wider.",
        ]
    else:
        said = [
            f"It was trained again {options.folds} times, each time without one of {options.folds} parts of the "
            "cases; then each case was answered by the one that had not seen it."
        ]
        if data.train.schema.group is not None:
            said.append(f"Cases of the same “{data.train.schema.group}” were always left out together.")
        if _copied(data):
            said.append(
                "The training rows repeat each other more than chance can explain, as where some are copied on "
                "purpose. Equal ones were always left out together."
            )
        said.append(WHOSE_OWN if not _judges_paired(measures) else WHOSE)
    if not seen.given.all() or not (data.unseen is None or data.unseen.given.all()):
        said.append("Some cases were left without an answer; that never counts in its favour.")
    heart, reverse = (measures[name].value if name in measures else None for name in ("by_heart", "by_heart_reversed"))
    if heart and reverse is not None:
        said.append(
            f"{_count(heart).capitalize()} of 100 cases are answered rightly once seen and wrongly when not seen; "
            f"{_count(reverse)} the other way round. Only the difference was learned."
        )
    if _worse_held_out(measures):
        said.append(
            "On the held-out cases it does even worse than that: they differ from those it learned from, or many of "
            "those are nearly alike, so that leaving some out hides little."
        )
    return tuple(said)


def _copied(data: CrossFit) -> bool:
    """Whether training rows were left out together since they are copies, not since they are of one group."""
    groups, found = group_codes(data.train), together(data.train, data.test)
    return found is not None and (groups is None or len(np.unique(found)) < len(np.unique(groups)))


def _worse_held_out(measures: Mapping[str, Measure]) -> bool:
    """Whether the gap to the held-out cases is proven to be larger than the paired one."""
    apart, gap = measures.get("held_out_gap"), measures.get("paired_gap")
    if gap is None or gap.interval is None or apart is None or apart.interval is None:
        return False
    return (apart.interval.lower or 0.0) > (1.0 if gap.interval.upper is None else gap.interval.upper)


def _notable(around: Interval, size: float) -> bool:
    """Whether there is proof of a gap, and none that it is smaller than this."""
    return (around.lower or 0.0) > 0 and (around.upper is None or around.upper > size)


def _advice(measures: Mapping[str, Measure], data: CrossFit, options: Options) -> tuple[Advice, ...]:
    advice = []
    gap = measures["gap"]
    if gap.why == DOUBT:
        advice.append(Advice(sentence="Check that these are the cases the model was trained on, and the recipe too."))
    elif gap.interval is not None and _notable(gap.interval, options.decide_at):
        advice.append(Advice(sentence="Try a simpler system, or one trained for less long, and compare the two gaps."))
    if data.unseen is None:
        advice.append(Advice(sentence=RECIPE))
    return tuple(advice)


CHECK = Check(
    id="usage/overfitting",
    title="Learned by heart",
    vector=Vector.USAGE,
    harms=Property.INTEGRITY,
    taxonomy=(atlas("AML.T0048.003"),),
    tasks=ALL_TASKS,
    needs=(Capability.PREDICTIONS,),
    uses=(Capability.REFIT, Capability.SCORES),
    data=CrossFit,
    options=Options,
    # 2.8 standard errors of two shares near .1, one of them times 1.5 (Nadeau and Bengio)
    least_rows={"gap": lambda limit: 1 / limit**2},
    judged={
        "gap": at_most(
            low=0.10,
            medium=0.05,
            high=0.03,
            because="Who judges a system by cases it has seen must not be misled by more than a few in 100.",
        )
    },
    follows={"decide_at": "gap"},
    by_effort={Effort.QUICK: {"folds": 3}, Effort.DEEP: {"folds": 10}},
    asks=("train", "test"),
    run=run,
)
