"""The rules of a held number's life, without a database."""

from dataclasses import replace

import pytest

from dialplane.domain.errors import CancellationNotPending, Invalid, NumberExpired, ProviderMismatch
from dialplane.domain.numbers import (
    AgentMapping,
    HeldNumber,
    MappingChange,
    Provider,
    SipChange,
    SipSettings,
    Status,
)
from dialplane.domain.values import AgentId, LineId, NumberId, OrganizationId

START = 1_767_193_200_000  # 2026-01-01 00:00 in Seoul
MONTH_END = 1_769_871_600_000  # 2026-02-01 00:00 in Seoul
NOW = START + 1_000
NIGHT_DESK = AgentMapping(agent_id=AgentId("night-desk"), agent_version="v3")
NEW_TRUNK = ("ST_new_inbound", "ST_new_outbound")


def a_number(**differences: object) -> HeldNumber:
    number = HeldNumber(
        id=NumberId("number"),
        organization_id=OrganizationId("acme"),
        realm="live",
        number="07011112222",
        canonical="07011112222",
        provider=Provider.VOX,
        status=Status.ACTIVE,
        start_at=START,
        created_at=START,
        updated_at=START,
        line_id=LineId("line"),
        monthly_fee=7_700,
    )
    return replace(number, **differences)  # type: ignore[arg-type]  # names and types as in the class


def a_custom_number(**differences: object) -> HeldNumber:
    return a_number(provider=Provider.CUSTOM, line_id=None, monthly_fee=None, **differences)


class TestTime:
    def test_a_scheduled_number_is_active_from_its_start_on(self) -> None:
        number = a_number(status=Status.SCHEDULED, start_at=NOW)

        assert number.at(NOW - 1).status is Status.SCHEDULED
        assert number.at(NOW).status is Status.ACTIVE

    def test_a_booked_end_expires_the_number_at_that_instant(self) -> None:
        number = a_number().cancel(now=NOW)

        assert number.at(MONTH_END - 1).status is Status.CANCEL_REQUESTED
        assert number.at(MONTH_END).status is Status.EXPIRED

    def test_a_turn_counts_as_changed_when_it_was_due_not_when_it_was_seen(self) -> None:
        number = a_number().cancel(now=NOW)

        assert number.at(MONTH_END + 99).updated_at == MONTH_END

    def test_what_has_turned_once_does_not_turn_again(self) -> None:
        expired = a_number().cancel(now=NOW).at(MONTH_END)

        assert expired.at(MONTH_END + 99) is expired


class TestCancel:
    def test_a_bought_number_runs_until_the_paid_period_ends(self) -> None:
        cancelled = a_number().cancel(now=NOW)

        assert (cancelled.status, cancelled.end_at) == (Status.CANCEL_REQUESTED, MONTH_END)
        assert cancelled.cancel_requested_at == NOW
        assert cancelled.in_service

    def test_a_brought_number_stops_at_once(self) -> None:
        cancelled = a_custom_number().cancel(now=NOW)

        assert (cancelled.status, cancelled.end_at) == (Status.EXPIRED, NOW)
        assert not cancelled.in_service

    def test_a_number_that_has_not_started_ends_at_once(self) -> None:
        cancelled = a_number(status=Status.SCHEDULED, start_at=MONTH_END).cancel(now=NOW)

        assert (cancelled.status, cancelled.end_at) == (Status.EXPIRED, NOW)

    def test_cancelling_twice_changes_nothing(self) -> None:
        cancelled = a_number().cancel(now=NOW)

        assert cancelled.cancel(now=NOW + 5_000) is cancelled

    def test_mappings_stay_as_history(self) -> None:
        assert a_number(inbound_agent=NIGHT_DESK).cancel(now=NOW).inbound_agent == NIGHT_DESK


class TestRevoke:
    def test_a_withdrawn_cancellation_leaves_no_trace(self) -> None:
        kept = a_number().cancel(now=NOW).revoke_cancellation(now=NOW + 1)

        assert (kept.status, kept.end_at, kept.cancel_requested_at) == (Status.ACTIVE, None, None)

    def test_there_has_to_be_something_to_withdraw(self) -> None:
        with pytest.raises(CancellationNotPending):
            a_number().revoke_cancellation(now=NOW)

    def test_a_custom_number_has_nothing_to_withdraw(self) -> None:
        with pytest.raises(ProviderMismatch):
            a_custom_number().revoke_cancellation(now=NOW)


class TestRemap:
    def test_a_direction_left_out_keeps_its_agent(self) -> None:
        number = a_number(inbound_agent=NIGHT_DESK)

        remapped = number.remap(MappingChange(outbound_agent=NIGHT_DESK), now=NOW)

        assert remapped.inbound_agent == remapped.outbound_agent == NIGHT_DESK

    def test_null_unmaps(self) -> None:
        number = a_number(inbound_agent=NIGHT_DESK)

        assert number.remap(MappingChange(inbound_agent=None), now=NOW).inbound_agent is None

    def test_an_expired_number_takes_no_agent(self) -> None:
        with pytest.raises(NumberExpired):
            a_number(status=Status.EXPIRED).remap(MappingChange(inbound_agent=None), now=NOW)


STORED = SipSettings(
    address="sip:old.example.com",
    address_uri="sip:old.example.com",
    auth_username="user",
    sealed_password="sealed",
    inbound_trunk_id="ST_inbound",
    outbound_trunk_id="ST_outbound",
)


def sip_change(**asked: str | None) -> SipChange:
    return SipChange(trunk_ids=NEW_TRUNK, **asked)  # type: ignore[arg-type]  # memo is never asked


class TestSip:
    @pytest.mark.parametrize(
        "asked",
        [
            pytest.param({"address": "sip:new.example.com"}, id="another address"),
            pytest.param({"auth_username": "other"}, id="another user name"),
            pytest.param({"address": None}, id="no address any more"),
        ],
    )
    def test_the_password_has_to_come_along(self, asked: dict[str, str | None]) -> None:
        with pytest.raises(Invalid) as refused:
            sip_change(**asked).applied_to(STORED)

        assert [problem.field for problem in refused.value.problems] == ["auth_password"]

    @pytest.mark.parametrize(
        "asked",
        [
            pytest.param({"address": "sip:old.example.com"}, id="the same address"),
            pytest.param({"auth_username": "user"}, id="the same user name"),
            pytest.param({"sealed_password": "new"}, id="the password alone"),
            pytest.param({"auth_username": None}, id="clearing both"),
        ],
    )
    def test_the_password_may_stay_away(self, asked: dict[str, str | None]) -> None:
        sip_change(**asked).applied_to(STORED)

    def test_clearing_the_user_name_clears_the_password(self) -> None:
        changed = sip_change(auth_username=None).applied_to(STORED)

        assert (changed.auth_username, changed.sealed_password) == (None, None)

    def test_the_password_alone_cannot_be_cleared(self) -> None:
        with pytest.raises(Invalid):
            sip_change(sealed_password=None).applied_to(STORED)

    def test_trunk_ids_outlive_address_and_credentials(self) -> None:
        changed = sip_change(address="sip:new.example.com", sealed_password="new").applied_to(
            STORED
        )

        assert (changed.inbound_trunk_id, changed.outbound_trunk_id) == (
            "ST_inbound",
            "ST_outbound",
        )

    def test_a_cleared_address_takes_the_trunk_along(self) -> None:
        changed = sip_change(address=None, sealed_password="new").applied_to(STORED)

        assert (changed.inbound_trunk_id, changed.address_uri) == (None, None)

    def test_a_trunk_that_comes_back_is_another_one(self) -> None:
        cleared = sip_change(address=None, sealed_password="new").applied_to(STORED)

        back = sip_change(address="sip:new.example.com", sealed_password="new").applied_to(cleared)

        assert (back.inbound_trunk_id, back.outbound_trunk_id) == NEW_TRUNK

    def test_a_bought_number_has_no_trunk_of_its_own(self) -> None:
        with pytest.raises(ProviderMismatch):
            a_number().change_sip(sip_change(address="sip:new.example.com"), now=NOW)

    def test_a_password_never_shows_in_a_representation(self) -> None:
        assert "sealed" not in repr(a_custom_number(sip=STORED)).replace("sealed_password", "")
