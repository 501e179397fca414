# SPDX-License-Identifier: Apache-2.0
"""A policy of one's own: every mistake at once, other limits, and a new judgement without a new measurement."""

import pytest

from functional.workshop import Desk
from probatum.errors import DescriptionError
from probatum.facts.policy import NOT_STATED, Stakes
from probatum.facts.record import Verdict
from probatum.runs.policies import policy_digest, read_policy, shipped

LIMITS = 'format = "probatum-policy/1"\nconfidence = {confidence}\n[limits."usage/error-rate"]\nerror_rate = {limit}\n'


def limits(desk: Desk, limit: float, name: str = "policy.toml", confidence: float = 0.95) -> str:
    desk.write(name, LIMITS.format(limit=f"{{ at_most = {limit} }}", confidence=confidence))
    return name


def test_all_mistakes_of_a_policy_come_at_once(desk: Desk) -> None:
    desk.write(
        "policy.toml",
        'format = "policy"\nconfidence = 2\nstakes = "huge"\nextra = 1\n[limits."usage/error-rate"]\n'
        'error_rate = { at_most = "few" }\nskill = { at_least = nan }\n[options]\nkeep = 1\n',
    )
    said = desk.assess("--policy", "policy.toml").refuses("7 mistakes")
    for word in ("format", "confidence", "stakes", "extra", "error_rate", "skill", "options"):
        assert word in said


def test_names_that_nothing_would_ever_read_are_refused_at_once(desk: Desk) -> None:
    desk.write(
        "policy.toml",
        'format = "probatum-policy/1"\n[limits."usage/error-rat"]\nerror_rate = { at_most = 0.1 }\n'
        '[limits."usage/error-rate"]\nerror_rte = { at_most = 0.1 }\n[options."usage/error-rate"]\nexamples = "many"\n'
        '[options."usage/error-slices"]\nkep = 1\n[demands]\nhopes = "?"\n',
    )
    said = desk.assess("--policy", "policy.toml").refuses("5 mistakes")
    for word in ("usage/error-rat", "error_rte", "examples", "kep", "hopes"):
        assert word in said


@pytest.mark.parametrize("content", [b"no toml", b"\xff\xfe"])
def test_what_is_no_policy_is_refused(desk: Desk, content: bytes) -> None:
    (desk.folder / "policy.toml").write_bytes(content)
    desk.assess("--policy", "policy.toml").refuses("TOML")


def test_other_limits_give_other_verdicts_and_codes(desk: Desk) -> None:
    assert desk.assess("--policy", limits(desk, 0.5), "-o", "wide").code == 0
    assert desk.assess("--policy", limits(desk, 0.001), "-o", "strict").code == 1
    assert desk.verdicts("wide")["usage/error-rate"] is Verdict.PASS
    assert desk.verdicts("strict")["usage/error-rate"] is Verdict.FAIL


def test_strict_makes_an_open_question_an_error_code(desk: Desk) -> None:
    near = limits(desk, 0.1, "near.toml")  # about one in ten does not follow the rule
    assert desk.assess("--policy", near, "-o", "open").code == 0
    assert desk.verdicts("open")["usage/error-rate"] is Verdict.INCONCLUSIVE
    assert desk.assess("--policy", near, "--strict", "-o", "open-strict").code == 3
    unanswered = ("--only", "usage/declarations")
    assert desk.assess(*unanswered, "-o", "silent").code == 3  # nothing was tested
    assert desk.verdicts("silent")["usage/declarations"] is Verdict.UNANSWERED
    assert desk.assess(*unanswered, "--strict", "-o", "silent-strict").code == 3
    assert desk.assess("--policy", limits(desk, 0.5), "--strict", "-o", "passed").code == 0
    assert desk.assess("--policy", limits(desk, 0.001), "--strict", "-o", "failed").code == 1


def test_a_stated_error_is_judged_and_a_limit_of_a_policy_stands_in_its_place(desk: Desk) -> None:
    assert desk.assess("-o", "unstated").code == 0
    desk.describe(("[system]\n", "[system]\nbearable_error = 0.02\n"))
    assert desk.assess("-o", "stated").code == 1
    assert desk.record("stated").plan.subject.bearable_error == 0.02
    judged = {one.measure: one for one in desk.judgement("stated").verdicts[0].measures}
    assert judged["error_rate"].limit == 0.02
    assert "bearable_error" in judged["error_rate"].source
    assert set(judged) == {"skill", "error_rate"}
    assert {one.measure for one in desk.judgement("unstated").verdicts[0].measures} == {"skill"}
    assert "at most 2 of 100 answers may be wrong" in (desk.folder / "stated" / "report.html").read_text("utf-8")
    assert desk.type("rejudge", "stated", "--policy", limits(desk, 0.5)).code == 0
    neutral = 'format = "probatum-policy/1"\n[limits."usage/error-rate"]\nskill = { at_least = 0 }\n'
    desk.write("neutral.toml", neutral)
    assert desk.type("rejudge", "stated", "--policy", "neutral.toml").code == 1  # the description states it still


def test_an_unstated_error_is_an_open_question_at_high_stakes(desk: Desk) -> None:
    def answers(name: str) -> dict[str, Verdict]:
        return {one.topic: one.verdict for verdict in desk.judgement(name).verdicts for one in verdict.topics}

    asked = ("--only", "usage/declarations")
    desk.describe(("[system]\n", '[system]\nstakes = "high"\n'))
    desk.assess(*asked, "-o", "open")
    assert answers("open")["bearable-error"] is Verdict.UNANSWERED
    assert "How much error can be borne" in (desk.folder / "open" / "report.html").read_text("utf-8")
    desk.describe(("[system]\n", '[system]\nstakes = "high"\nbearable_error = 0.05\n'))
    desk.assess(*asked, "-o", "stated")
    assert answers("stated")["bearable-error"] is Verdict.DECLARED
    assert answers("stated")["harms"] is Verdict.UNANSWERED
    own = LIMITS.format(limit="{ at_most = 0.1 }", confidence=0.95) + '[demands]\nbearable-error = "ours"\n'
    desk.write("own.toml", own)
    desk.describe()
    desk.assess(*asked, "--policy", "own.toml", "-o", "own")
    assert answers("own") == {"bearable-error": Verdict.DECLARED}


def test_a_name_under_a_bearable_error_needs_the_number(desk: Desk) -> None:
    said = '\n[[declarations]]\ntopic = "bearable-error"\ntext = "Two in a hundred."\nby = "head of lending"\n'
    desk.describe(("[data.columns]", f"[data.columns]\n{said}[data.columns]".replace("[data.columns]\n", "", 1)))
    desk.assess().refuses("bearable_error = 0.05")
    number = ("[system]\n", "[system]\nbearable_error = 0.02\n")
    desk.describe(number, ("[data.columns]", f"{said}\n[data.columns]"))
    desk.assess("-o", "named")
    assert desk.record("named").plan.subject.bearable_error_by == "head of lending"
    assert "“head of lending” states that at most 2 of 100 answers may be wrong." in desk.type("report", "named").out


def test_a_bearable_error_of_classes_is_a_share(desk: Desk) -> None:
    desk.describe(("[system]\n", "[system]\nbearable_error = 5\n"))
    desk.assess().refuses("wanted a share", "bearable_error")
    for wrong in ("-0.1", "nan", '"few"', "true"):
        desk.describe(("[system]\n", f"[system]\nbearable_error = {wrong}\n"))
        desk.assess().refuses("number of at least 0")


def test_a_limit_says_where_it_comes_from(desk: Desk) -> None:
    limit = '{ at_most = 0.5, because = "We can live with it.", source = "The board, 12 May." }'
    desk.write("policy.toml", LIMITS.format(limit=limit, confidence=0.95))
    desk.assess("--policy", "policy.toml")
    assert desk.judgement("run").verdicts[0].measures[0].source == "The board, 12 May."
    assert "The board, 12 May." in (desk.folder / "run" / "report.html").read_text("utf-8")
    again = read_policy(desk.folder / "run" / "policy.json")
    assert again == read_policy(desk.folder / "policy.toml")
    bad = LIMITS.format(limit="{ at_most = 0.5, source = 3 }", confidence=0.95)
    desk.write("bad.toml", bad)
    desk.assess("--policy", "bad.toml").refuses("source")


@pytest.mark.parametrize("stakes", list(Stakes))
def test_every_shipped_limit_has_a_reason_and_a_source(stakes: Stakes) -> None:
    for measures in shipped(stakes).limits.values():
        for limit in measures.values():
            assert limit.because not in ("", NOT_STATED)
            assert limit.source not in ("", NOT_STATED)


def test_rejudging_never_runs_anything_again(desk: Desk) -> None:
    desk.assess()
    for name in ("model.joblib", "train.csv", "test.csv", "probatum.toml"):
        (desk.folder / name).unlink()
    before = (desk.folder / "run" / "record.json").read_bytes(), (desk.folder / "run" / "judgement.json").read_bytes()
    said = desk.type("rejudge", "run", "--policy", limits(desk, 0.001))
    assert said.code == 1
    assert "usage/error-rate: fail (was pass)" in said.out
    assert desk.type("rejudge", "run", "--policy", limits(desk, 0.5, "wide.toml")).code == 0
    after = (desk.folder / "run" / "record.json").read_bytes(), (desk.folder / "run" / "judgement.json").read_bytes()
    assert before == after
    assert len(list((desk.folder / "run").glob("judgement-*.json"))) == 2


def test_rejudging_with_another_confidence_is_refused(desk: Desk) -> None:
    desk.assess()
    desk.type("rejudge", "run", "--policy", limits(desk, 0.5, confidence=0.9)).refuses(
        "0.95", "0.9", "Run assess again"
    )


def test_a_policy_is_named_by_what_it_says_not_by_how_it_is_laid_out(desk: Desk) -> None:
    one = read_policy(desk.folder / limits(desk, 0.5, "one.toml"))
    text = (desk.folder / "one.toml").read_text()
    desk.write("two.toml", "# a remark\n" + text.replace(" = ", "="))
    two = read_policy(desk.folder / "two.toml")
    assert policy_digest(one) != policy_digest(two)  # the title is the file's name where nobody gave one
    desk.write("one.toml", f'title = "mine"\n{text}')
    desk.write("two.toml", f'# a remark\ntitle="mine"\n{text.replace(" = ", "=")}')
    assert policy_digest(read_policy(desk.folder / "one.toml")) == policy_digest(read_policy(desk.folder / "two.toml"))


@pytest.mark.parametrize("stakes", list(Stakes))
def test_a_shipped_policy_can_be_copied_and_given_back(desk: Desk, stakes: Stakes) -> None:
    from importlib.resources import files

    desk.write("mine.toml", files("probatum.policies").joinpath(f"{stakes.value}.toml").read_text(encoding="utf-8"))
    assert read_policy(desk.folder / "mine.toml") == shipped(stakes)


def test_a_missing_policy_is_refused(desk: Desk) -> None:
    with pytest.raises(DescriptionError, match="Check its name"):
        read_policy(desk.folder / "gone.toml")
