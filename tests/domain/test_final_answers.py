"""What the dialer makes of the final answer to an INVITE."""

import pytest

from dialplane.domain.disconnections import (
    DisconnectionReason,
    Ending,
    EndingKind,
    EventReason,
    reason_of_sip_code,
    word_for,
    worth_another_target,
)


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (404, EventReason.TARGET_REFUSED),
        (408, EventReason.NO_ANSWER),
        (480, EventReason.NO_ANSWER),
        (486, EventReason.CALLEE_BUSY),
        (488, EventReason.TARGET_REFUSED),
        (503, EventReason.TARGET_REFUSED),
        (600, EventReason.CALLEE_BUSY),
        (603, EventReason.CALLEE_DECLINED),
        (402, EventReason.BALANCE_EXHAUSTED),
        (607, EventReason.CALLEE_BLOCKS_US),
        (608, EventReason.CALLEE_BLOCKS_US),
    ],
)
def test_a_final_answer_has_one_word(code: int, word: EventReason) -> None:
    assert word_for(code) is word


@pytest.mark.parametrize("code", [402, 404, 408, 480, 486, 488, 500, 503, 600, 603, 607, 608])
def test_the_word_and_the_code_lead_to_the_same_reason(code: int) -> None:
    ending = Ending(kind=EndingKind.NEVER_ANSWERED, at=0, reason=word_for(code), sip_code=code)

    assert ending.disconnection_reason(outbound=True) is reason_of_sip_code(code)


def test_our_own_limit_is_no_busy_callee() -> None:
    ending = Ending(
        kind=EndingKind.NEVER_ANSWERED, at=0, reason=word_for(486, "limit_reached"), sip_code=486
    )

    reason = ending.disconnection_reason(outbound=True)

    assert reason is DisconnectionReason.CONCURRENCY_LIMIT_REACHED


def test_what_others_write_into_a_reason_header_means_nothing_to_us() -> None:
    assert word_for(486, "Q.850 cause 17") is EventReason.CALLEE_BUSY


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        (EventReason.RUNTIME_UNREACHABLE, DisconnectionReason.ORPHANED_NO_AGENT_PICKUP),
        (EventReason.OPERATOR_HANGUP, DisconnectionReason.OPERATOR_HANGUP),
        (EventReason.DIALER_FAILED, DisconnectionReason.ERROR_VOXAI),
    ],
)
def test_the_dialer_may_end_an_answered_call(
    word: EventReason, reason: DisconnectionReason
) -> None:
    ending = Ending(kind=EndingKind.HUNG_UP, at=0, reason=word)

    assert ending.disconnection_reason(outbound=True) is reason


def test_a_busy_or_unwilling_callee_does_not_ring_twice() -> None:
    tried_again = {code for code in range(300, 700) if worth_another_target(code)}

    assert tried_again == {408, 500, 502, 503, 504}
