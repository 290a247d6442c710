"""What is heard from a peer is judged as the edge would take it."""

import string

import pytest

from dialplane.api.trunk_wording import IN_KOREAN, step_body
from dialplane.domain.languages import Language
from dialplane.domain.trunk_checks import (
    Certificate,
    Fact,
    SipAnswer,
    Step,
    StepReport,
    TrunkReport,
    judge_certificate,
    judge_options,
)
from dialplane.domain.trunk_findings import FINDINGS, Finding, Verdict
from dialplane.domain.values import DAY_MS

NOW = 1_728_713_755_722


def blanks_of(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("code", [200, 202, 299, 401, 403, 404, 405, 407])
def test_signs_of_life_are_those_of_the_edge(code: int) -> None:
    assert judge_options(SipAnswer(code=code))[0] is Finding.OPTIONS_ANSWERED


@pytest.mark.parametrize("code", [300, 302, 400, 402, 406, 408, 480, 483, 500, 503, 603])
def test_everything_else_is_out_of_order(code: int) -> None:
    assert judge_options(SipAnswer(code=code))[0] is Finding.OPTIONS_UNHEALTHY


@pytest.mark.parametrize(
    ("days", "finding"),
    [
        (13.9, Finding.CERTIFICATE_EXPIRES_SOON),
        (14.1, Finding.CERTIFICATE_GOOD),
    ],
)
def test_two_weeks_are_left_to_renew_a_certificate(days: float, finding: Finding) -> None:
    shown = Certificate(
        protocol="TLSv1.3", names=("a.test",), valid_until_at=NOW + round(days * DAY_MS)
    )

    assert judge_certificate(shown, now=NOW)[0] is finding


def test_a_report_is_as_bad_as_its_worst_step() -> None:
    good = StepReport(step=Step.DNS, finding=Finding.DNS_FOUND)
    warned = StepReport(step=Step.OPTIONS, finding=Finding.OPTIONS_WITHOUT_INVITE)
    failed = StepReport(step=Step.TLS, finding=Finding.HANDSHAKE_FAILED)
    skipped = StepReport(step=Step.TLS, finding=Finding.TLS_NOT_USED)

    verdicts = [
        TrunkReport(steps=steps, duration_ms=1).verdict
        for steps in ((skipped, good), (good, warned), (warned, failed, skipped))
    ]

    assert verdicts == [Verdict.GOOD, Verdict.WARN, Verdict.FAIL]


@pytest.mark.parametrize("finding", Finding)
class TestWords:
    def test_both_languages_tell_the_same(self, finding: Finding) -> None:
        told, korean = FINDINGS[finding], IN_KOREAN[finding]

        assert blanks_of(told.found) == blanks_of(korean[0])
        assert bool(told.fix) == bool(korean[1])

    def test_what_is_not_good_comes_with_something_to_do(self, finding: Finding) -> None:
        told = FINDINGS[finding]

        if told.verdict in (Verdict.WARN, Verdict.FAIL):
            assert told.fix
        if told.verdict is Verdict.GOOD:
            assert not told.fix


def test_facts_are_spoken_for_people_and_kept_for_programs() -> None:
    facts: dict[str, Fact] = {"protocol": "TLSv1.3", "names": ("a", "b"), "valid_until_at": NOW}
    report = StepReport(step=Step.TLS, finding=Finding.CERTIFICATE_GOOD, facts=facts)

    body = step_body(report, Language.ENGLISH)

    assert body["found"] == "TLSv1.3, a certificate for a, b, valid until 2024-10-12."
    assert body["details"] == facts
    assert step_body(report, Language.KOREAN)["found"] != body["found"]
