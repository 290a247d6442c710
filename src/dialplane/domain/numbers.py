"""A held number and the rules of its life."""

from dataclasses import field, replace
from enum import StrEnum

from dialplane.domain.errors import (
    CancellationNotPending,
    Invalid,
    NumberExpired,
    ProviderMismatch,
)
from dialplane.domain.frozen import dataclass
from dialplane.domain.periods import period_end_after
from dialplane.domain.sip_addresses import parse_sip_address
from dialplane.domain.values import (
    UNCHANGED,
    AgentId,
    LineId,
    Millis,
    NumberId,
    OrganizationId,
    Unchanged,
    Won,
    chosen,
)


class Provider(StrEnum):
    VOX = "vox"
    CUSTOM = "custom"


class Status(StrEnum):
    ACTIVE = "active"
    SCHEDULED = "scheduled"
    CANCEL_REQUESTED = "cancel_requested"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentMapping:
    """An agent and the version selector as it was sent; resolved at call time only."""

    agent_id: AgentId
    agent_version: str = "current"


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingChange:
    inbound_agent: AgentMapping | Unchanged | None = UNCHANGED
    outbound_agent: AgentMapping | Unchanged | None = UNCHANGED
    sms_inbound_agent: AgentMapping | Unchanged | None = UNCHANGED

    def new_mappings(self) -> dict[str, AgentMapping]:
        """The mappings this change brings, under the names of their fields."""
        fields = ("inbound_agent", "outbound_agent", "sms_inbound_agent")
        return {
            name: mapping
            for name in fields
            if isinstance(mapping := getattr(self, name), AgentMapping)
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SipSettings:
    """How the trunk of a custom number is reached; the password only as it is sealed at rest.

    `address` is the text as it was sent, `address_uri` what it was understood to mean.
    """

    address: str | None = None
    address_uri: str | None = None
    auth_username: str | None = None
    sealed_password: str | None = field(default=None, repr=False)
    inbound_trunk_id: str | None = None
    outbound_trunk_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SipChange:
    """What a caller asks of the trunk; `trunk_ids` are used if the trunk comes to life by it."""

    address: str | Unchanged | None = UNCHANGED
    auth_username: str | Unchanged | None = UNCHANGED
    sealed_password: str | Unchanged | None = field(default=UNCHANGED, repr=False)
    memo: str | Unchanged | None = UNCHANGED
    trunk_ids: tuple[str, str]

    def applied_to(self, sip: SipSettings) -> SipSettings:
        self._refuse_if_password_is_missing(sip)
        address = chosen(self.address, sip.address)
        changed = replace(
            sip,
            address=address,
            address_uri=None if address is None else parse_sip_address(address).uri,
            auth_username=chosen(self.auth_username, sip.auth_username),
            sealed_password=chosen(self.sealed_password, sip.sealed_password),
        )
        if changed.auth_username is None:
            changed = replace(changed, sealed_password=None)
        elif changed.sealed_password is None:
            raise Invalid.one("auth_password", "needed_with_user_name")
        return self._with_trunk_ids(changed)

    def _refuse_if_password_is_missing(self, sip: SipSettings) -> None:
        moved = self.address is not UNCHANGED and self.address != sip.address
        renamed = self.auth_username is not UNCHANGED and self.auth_username != sip.auth_username
        clears_login = self.auth_username is None
        if self.sealed_password is UNCHANGED and (moved or (renamed and not clears_login)):
            raise Invalid.one("auth_password", "needed_with_sip_change")
        names_trunk = self.address is not UNCHANGED or self.auth_username is not UNCHANGED
        if self.sealed_password is None and not names_trunk:
            raise Invalid.one("auth_password", "null_alone")

    def _with_trunk_ids(self, sip: SipSettings) -> SipSettings:
        if sip.address is None:
            return replace(sip, inbound_trunk_id=None, outbound_trunk_id=None)
        if sip.inbound_trunk_id is not None:
            return sip
        inbound, outbound = self.trunk_ids
        return replace(sip, inbound_trunk_id=inbound, outbound_trunk_id=outbound)


def turned(
    status: Status, *, start_at: Millis, end_at: Millis | None, now: Millis
) -> tuple[Status, Millis] | None:
    """What time has made of a number by `now`, and when; None if nothing."""
    if status is Status.SCHEDULED and start_at <= now:
        return Status.ACTIVE, start_at
    if status is Status.CANCEL_REQUESTED and end_at is not None and end_at <= now:
        return Status.EXPIRED, end_at
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldNumber:
    """A number an organization holds: bought (`vox`) or brought over its own trunk (`custom`)."""

    id: NumberId
    organization_id: OrganizationId
    realm: str
    number: str
    canonical: str
    provider: Provider
    status: Status
    start_at: Millis
    created_at: Millis
    updated_at: Millis
    line_id: LineId | None = None
    monthly_fee: Won | None = None
    sip: SipSettings = SipSettings()
    inbound_agent: AgentMapping | None = None
    outbound_agent: AgentMapping | None = None
    sms_inbound_agent: AgentMapping | None = None
    memo: str | None = None
    end_at: Millis | None = None
    cancel_requested_at: Millis | None = None
    revision: int = 1

    @property
    def in_service(self) -> bool:
        return self.status in (Status.ACTIVE, Status.CANCEL_REQUESTED)

    @property
    def tag(self) -> str:
        """Differs whenever an answer about this number differs."""
        return f"{self.revision}-{self.status}"

    def told(self) -> dict[str, object]:
        """This number as its owner may be told: the wire's fields and no secret."""
        sip = self.sip
        return {
            "id": self.id,
            "number": self.number,
            "provider": self.provider,
            "status": self.status,
            "start_at": self.start_at,
            "monthly_fee": self.monthly_fee,
            "address": sip.address,
            "auth_username": sip.auth_username,
            "has_auth_password": sip.sealed_password is not None,
            "inbound_trunk_id": sip.inbound_trunk_id,
            "outbound_trunk_id": sip.outbound_trunk_id,
            "inbound_agent": _told(self.inbound_agent),
            "outbound_agent": _told(self.outbound_agent),
            "sms_inbound_agent": _told(self.sms_inbound_agent),
            "memo": self.memo,
            "end_at": self.end_at,
            "cancel_requested_at": self.cancel_requested_at,
        }

    def at(self, now: Millis) -> "HeldNumber":
        """This number with everything time has done to it by `now`, whoever wrote it down."""
        turn = turned(self.status, start_at=self.start_at, end_at=self.end_at, now=now)
        if turn is None:
            return self
        status, at = turn
        return replace(self, status=status, updated_at=max(self.updated_at, at))

    def require_provider(self, provider: Provider) -> None:
        if self.provider is not provider:
            raise ProviderMismatch(self.provider)

    def note(self, memo: str | None, *, now: Millis) -> "HeldNumber":
        self._refuse_if_expired()
        return replace(self, memo=memo, updated_at=now)

    def remap(self, change: MappingChange, *, now: Millis) -> "HeldNumber":
        self._refuse_if_expired()
        return replace(
            self,
            inbound_agent=chosen(change.inbound_agent, self.inbound_agent),
            outbound_agent=chosen(change.outbound_agent, self.outbound_agent),
            sms_inbound_agent=chosen(change.sms_inbound_agent, self.sms_inbound_agent),
            updated_at=now,
        )

    def change_sip(self, change: SipChange, *, now: Millis) -> "HeldNumber":
        self.require_provider(Provider.CUSTOM)
        self._refuse_if_expired()
        sip = change.applied_to(self.sip)
        return replace(self, sip=sip, memo=chosen(change.memo, self.memo), updated_at=now)

    def cancel(self, *, now: Millis) -> "HeldNumber":
        """A bought number runs until its paid period ends; a brought one stops at once.

        Cancelled again it stays as it is, so that a repeated request hears the same instant.
        """
        if self.status in (Status.EXPIRED, Status.CANCEL_REQUESTED):
            return self
        if self.provider is Provider.CUSTOM or self.status is Status.SCHEDULED:
            ended = replace(self, status=Status.EXPIRED, end_at=now)
        else:
            paid_until = period_end_after(self.start_at, now)
            ended = replace(self, status=Status.CANCEL_REQUESTED, end_at=paid_until)
        return replace(ended, cancel_requested_at=now, updated_at=now)

    def revoke_cancellation(self, *, now: Millis) -> "HeldNumber":
        self.require_provider(Provider.VOX)
        if self.status is not Status.CANCEL_REQUESTED:
            raise CancellationNotPending
        return replace(
            self, status=Status.ACTIVE, end_at=None, cancel_requested_at=None, updated_at=now
        )

    def _refuse_if_expired(self) -> None:
        if self.status is Status.EXPIRED:
            raise NumberExpired


def _told(mapping: AgentMapping | None) -> dict[str, object] | None:
    if mapping is None:
        return None
    return {"agent_id": mapping.agent_id, "agent_version": mapping.agent_version}
