# SPDX-License-Identifier: Apache-2.0
"""What each measure is called on the page, and in which order measures are read."""

from collections.abc import Iterable

from probatum.report.words import visible

# In the order to be read: a record keeps its measures by name.
TITLES = {
    "skill": "Share of the simplest rule's error that the system avoids (skill), 0 is no better",
    "error_rate": "Share of wrong answers",
    "error_ratio": "Mistakes for each mistake of the simplest rule",
    "trivial_error_rate": "Share of wrong answers of the simplest rule",
    "mistake_kinds": "Share of answers with this kind of mistake",
    "class_recall": "Of the cases of this class, the share that got this answer (recall)",
    "class_precision": "Of those that got this answer, the share for whom it is right (precision)",
    "class_f1": "Recall and precision in one number (F1), 1 is best",
    "above_guessing": "Share found beyond what guessing finds (Youden's J), 0 is guessing",
    "said_share": "Share that got this answer",
    "balanced_accuracy": "Share found, each class counting alike (balanced accuracy)",
    "auc": "How often the right one of two cases scores higher (AUC), 0.5 is guessing",
    "close_calls": "Share of answers whose second choice came close",
    "runner_up_right": "Share of mistakes whose second choice was right",
    "no_answer": "Share of cases without an answer",
    "mean_error": "Average size of a mistake",
    "rmse": "Root of the average squared mistake (RMSE)",
    "r_squared": "Share of the spread that it explains (R²), 1 is best, 0 is the plain average",
    "trivial_mean_error": "Average size of a mistake of the simplest rule",
    "worst_excess": "Share of wrong answers in the group beyond what is expected there",
    "worst_ratio": "Mistakes in the group, compared with the average",
    "slice_error_rate": "Share of wrong answers in the group",
    "slice_expected_rate": "Share of wrong answers that is expected in the group",
    "slice_share": "Share of all cases that are in the group",
    "p_value": "Chance that luck alone shows as much",
    "calibration_error": "How far what it says is off, on average",
    "calibration_error_by_class": "How far what it says of each answer is off, on average",
    "said": "What it said on average",
    "reliability": "Share that came true",
    "overconfidence": "How much surer it is than it should be",
    "brier_score": "Squared distance from what came true (Brier score)",
    "trivial_brier_score": "Squared distance of the simplest rule from what came true (Brier score)",
    "max_gap": "Largest gap between a group of people and everybody else",
    "expected_gap": "Gap that unequal base rates alone would bring",
    "true_positive_rate": "Of those whose right answer is yes, the share told yes (true-positive rate)",
    "true_positive_rate_gap": "Gap in the share rightly told yes",
    "false_positive_rate": "Of those whose right answer is no, the share told yes (false-positive rate)",
    "false_positive_rate_gap": "Gap in the share wrongly told yes",
    "selection_rate": "Share told yes",
    "selection_rate_gap": "Gap in the share told yes",
    "selection_ratio": "Lowest share with the favourable answer, compared with everybody else",
    "selection_difference": "Share with the favourable answer beyond that of everybody else",
    "favourable_rate": "Share with the favourable answer",
    "rest_favourable_rate": "Share with the favourable answer among everybody else",
    "precision": "Of those told yes, the share for whom it is right (precision)",
    "precision_gap": "Gap in how often a yes is right",
    "calibration_gap": "What came true beyond what was said",
    "calibration_gap_between": "Gap in what came true beyond what was said",
    "no_answer_rate": "Share that got no answer",
    "no_answer_rate_gap": "Gap in the share that got no answer",
    "mean_signed_error": "Average error, too high or too low",
    "mean_signed_error_gap": "Gap in the average error",
    "gap": "How much worse it does on cases it had not seen",
    "paired_gap": "How much worse it would do on cases it learned from, had it not seen them",
    "train_error_rate": "Share of wrong answers on cases it learned from",
    "unseen_error_rate": "Share of wrong answers on the same cases, had it not seen them",
    "test_error_rate": "Share of wrong answers on held-out cases",
    "train_error_ratio": "Errors on cases it learned from, for each of the simplest rule",
    "unseen_error_ratio": "Errors on the same cases, had it not seen them, for each of the simplest rule",
    "test_error_ratio": "Errors on held-out cases, for each of the simplest rule",
    "held_out_gap": "How much worse it does on held-out cases",
    "by_heart": "Share right once seen, wrong when not seen",
    "by_heart_reversed": "Share wrong once seen, right when not seen",
    "by_heart_sure": "Share right once seen and sure of it, wrong when not seen",
    "shared_rows": "Share of test cases that also stand in training, beyond chance",
    "exact_shared": "Share of test cases that stand in training, to the letter",
    "near_shared": "Share of test cases that nearly stand in training",
    "chance_shared": "Share of cases that chance makes equal to a training case",
    "shared_with_answer": "Share of test cases that stand in training with the same answer",
    "giveaway_columns": "Columns that alone give the answer away",
    "column_tells": "Mistakes of the simplest rule that one column takes away",
    "group_overlap": "Share of test cases whose group also stands in training",
    "silent_nonsense": "Kinds of broken input with a sure answer",
    "kinds_tried": "Kinds of broken input that were tried",
    "refused": "Kinds that were refused",
    "answered": "Kinds that were answered",
    "crashed": "Kinds on which it broke",
    "right_within": "How far off an answer may be and still count as right",
    "lost_share": "Right answers that moderate damage turns wrong, of all right answers",
    "worst_lost_share": "Right answers lost under the kind of damage that costs most",
    "refused_share": "Right answers that moderate damage turns into none",
    "lost_at_1": "Right answers lost at severity 1, slight",
    "lost_at_2": "Right answers lost at severity 2",
    "lost_at_4": "Right answers lost at severity 4",
    "lost_at_5": "Right answers lost at severity 5, severe",
    "fooled_share": "Right answers that an allowed change turns wrong, of all right answers",
    "proven_share": "Right answers proven safe, of all right answers",
    "unknown_share": "Right answers of which nobody knows, of all right answers",
    "clean_accuracy": "Share of right answers, nothing changed (clean accuracy)",
    "empirical_robust_accuracy": "Share of right answers that no attack turned wrong (empirical robust accuracy)",
    "certified_robust_accuracy": "Share of right answers proven safe (certified robust accuracy)",
    "smoothed_proven_share": "Answers of a smoothed version, not of this model, that are right and proven safe",
    "turned_share": "Right answers that one attack, the same for all, turns wrong, of all right answers",
    "random_share": "Right answers that random changes of the same size turn wrong",
    "noise_share": "Right answers that a patch of random points turns wrong",
    "grey_share": "Right answers that a plain grey patch turns wrong",
    "bright_share": "Right answers that a plain patch, as bright as can be, turns wrong",
    "dark_share": "Right answers that a plain patch, as dark as can be, turns wrong",
    "model_rows": "Rows put through the model, for each row attacked",
    "bound_rows": "Rows whose scores were bounded, for each row",
    "slowdown": "Time for the slowest input found, compared with a usual case",
    "slowest_time": "Time for the slowest input found",
    "typical_time": "Time for a usual case",
    "can_run_code": "Files that can run code, with no digest stated",
    "files": "Files the model is stored in",
    "given": "Topics on which somebody put a name",
}
_GAP_IN = {
    "true positive rate": "rightly told yes",
    "false positive rate": "wrongly told yes",
    "no answer rate": "without an answer",
    "mean signed error": "average error",
}
_PLACES = {name: place for place, name in enumerate(TITLES)}


def title_of(name: str) -> str:
    """Return what a measure is called on the page; one of somebody else's check is named as it is."""
    return TITLES.get(name, visible(name.replace("_", " ")).capitalize())


def in_order(names: Iterable[str], first: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the names of measures as they are to be read: what is judged first, then as in ``TITLES``."""
    judged = frozenset(first)
    return tuple(sorted(names, key=lambda name: (name not in judged, _PLACES.get(name, len(_PLACES)))))


def part_name(name: str) -> str:
    """Return what a group is called: a judged gap names first, in the measure's own word, what it is a gap in."""
    measure, colon, pair = name.partition(": ")
    return f"{_GAP_IN[measure]}: {pair}" if colon and measure in _GAP_IN else name
