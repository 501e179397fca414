# SPDX-License-Identifier: Apache-2.0
"""A policy of one's own: every mistake at once, other limits, and a new judgement without a new measurement."""

import pytest

from functional.workshop import Desk
from probatum.errors import DescriptionError
from probatum.facts.policy import Stakes
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
        'error_rate = { at_most = "few" }\nerror_ratio = { at_most = nan }\n[options]\nkeep = 1\n',
    )
    said = desk.assess("--policy", "policy.toml").refuses("7 mistakes")
    for word in ("format", "confidence", "stakes", "extra", "error_rate", "error_ratio", "options"):
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
    assert desk.assess("-o", "open").code == 0
    assert desk.verdicts("open")["usage/error-rate"] is Verdict.INCONCLUSIVE
    assert desk.assess("--strict", "-o", "open-strict").code == 3
    unanswered = ("--only", "usage/declarations")
    assert desk.assess(*unanswered, "-o", "silent").code == 3  # nothing was tested
    assert desk.verdicts("silent")["usage/declarations"] is Verdict.UNANSWERED
    assert desk.assess(*unanswered, "--strict", "-o", "silent-strict").code == 3
    assert desk.assess("--policy", limits(desk, 0.5), "--strict", "-o", "passed").code == 0
    assert desk.assess("--policy", limits(desk, 0.001), "--strict", "-o", "failed").code == 1


def test_rejudging_never_runs_anything_again(desk: Desk) -> None:
    desk.assess()
    for name in ("model.joblib", "train.csv", "test.csv", "probatum.toml"):
        (desk.folder / name).unlink()
    before = (desk.folder / "run" / "record.json").read_bytes(), (desk.folder / "run" / "judgement.json").read_bytes()
    said = desk.type("rejudge", "run", "--policy", limits(desk, 0.001))
    assert said.code == 1
    assert "usage/error-rate: fail (was inconclusive)" in said.out
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
