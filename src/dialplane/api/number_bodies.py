"""What goes over the wire about numbers: bodies of requests, and the sixteen fields of one."""

from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from dialplane.api.shapes import (
    DIGITS_PATTERN,
    PRINTABLE_PATTERN,
    Instant,
    Memo,
    Selector,
    Shape,
    Uuid,
)
from dialplane.domain.errors import FieldProblem
from dialplane.domain.lines import PurchaseOrder
from dialplane.domain.numbers import AgentMapping, HeldNumber, MappingChange, SipChange
from dialplane.domain.values import UNCHANGED, AgentId, LineId, Unchanged
from dialplane.operations.ids import new_trunk_ids
from dialplane.operations.numbers import Registration
from dialplane.store.number_lists import NumberGlance
from dialplane.store.secret_box import FOR_SIP, SecretBox

Digits = Annotated[str, Meta(pattern=DIGITS_PATTERN, min_length=1, max_length=20)]
Address = Annotated[str, Meta(max_length=255)]
# Both travel in SIP headers, where a line feed would begin another header.
UserName = Annotated[str, Meta(pattern=PRINTABLE_PATTERN, min_length=1, max_length=255)]
Password = Annotated[str, Meta(pattern=PRINTABLE_PATTERN, min_length=1, max_length=255)]


class MappingBody(Shape):
    agent_id: Uuid
    agent_version: Selector = "current"

    def to_mapping(self) -> AgentMapping:
        agent_id = AgentId(self.agent_id.lower())
        return AgentMapping(agent_id=agent_id, agent_version=self.agent_version)


class PurchaseBody(Shape):
    id: Uuid | UnsetType = UNSET
    number: Digits | UnsetType = UNSET
    memo: Memo | None = None
    start_at: Instant | UnsetType = UNSET

    def broken_rules(self) -> Iterator[FieldProblem]:
        if (self.id is UNSET) == (self.number is UNSET):
            yield FieldProblem("id", "exactly_one_of", {"names": "id, number"})

    def to_order(self) -> PurchaseOrder:
        return PurchaseOrder(
            line_id=None if self.id is UNSET else LineId(self.id.lower()),
            number=None if self.number is UNSET else self.number,
            memo=self.memo,
            start_at=None if self.start_at is UNSET else self.start_at,
        )


class RegistrationBody(Shape):
    number: Digits
    address: Address
    auth_username: UserName | None = None
    auth_password: Password | None = None
    memo: Memo | None = None

    def broken_rules(self) -> Iterator[FieldProblem]:
        if self.auth_password is not None and self.auth_username is None:
            yield FieldProblem("auth_username", "needed_with_password")

    def to_registration(self, box: SecretBox) -> Registration:
        sip = SipChange(
            address=self.address,
            auth_username=UNCHANGED if self.auth_username is None else self.auth_username,
            sealed_password=_sealed(box, self.auth_password),
            memo=self.memo,
            trunk_ids=new_trunk_ids(),
        )
        return Registration(number=self.number, sip=sip)


class NumberChangeBody(Shape):
    memo: Memo | UnsetType | None = UNSET

    def broken_rules(self) -> Iterator[FieldProblem]:
        yield from _asks_for_nothing(self)

    def memo_to_set(self) -> str | None:
        return None if self.memo is UNSET else self.memo


class MappingChangeBody(Shape):
    inbound_agent: MappingBody | UnsetType | None = UNSET
    outbound_agent: MappingBody | UnsetType | None = UNSET
    sms_inbound_agent: MappingBody | UnsetType | None = UNSET

    def broken_rules(self) -> Iterator[FieldProblem]:
        yield from _asks_for_nothing(self)

    def to_change(self) -> MappingChange:
        return MappingChange(
            inbound_agent=_mapping(self.inbound_agent),
            outbound_agent=_mapping(self.outbound_agent),
            sms_inbound_agent=_mapping(self.sms_inbound_agent),
        )


class SipChangeBody(Shape):
    address: Address | UnsetType | None = UNSET
    auth_username: UserName | UnsetType | None = UNSET
    auth_password: Password | UnsetType | None = UNSET
    memo: Memo | UnsetType | None = UNSET

    def broken_rules(self) -> Iterator[FieldProblem]:
        yield from _asks_for_nothing(self)

    def to_change(self, box: SecretBox) -> SipChange:
        password = self.auth_password
        return SipChange(
            address=_change(self.address),
            auth_username=_change(self.auth_username),
            sealed_password=UNCHANGED if password is UNSET else _sealed(box, password),
            memo=_change(self.memo),
            trunk_ids=new_trunk_ids(),
        )


def _asks_for_nothing(body: msgspec.Struct) -> Iterator[FieldProblem]:
    if all(getattr(body, name) is UNSET for name in body.__struct_fields__):
        yield FieldProblem("body", "empty_change")


def _change(value: str | UnsetType | None) -> str | Unchanged | None:
    return UNCHANGED if value is UNSET else value


def _mapping(body: MappingBody | UnsetType | None) -> AgentMapping | Unchanged | None:
    if body is UNSET:
        return UNCHANGED
    return None if body is None else body.to_mapping()


def _sealed(box: SecretBox, password: str | None) -> str | None:
    return None if password is None else box.seal(password, FOR_SIP)


class AgentMappingBody(msgspec.Struct):
    agent_id: str
    agent_version: str

    @classmethod
    def of(cls, mapping: AgentMapping | None) -> "AgentMappingBody | None":
        return None if mapping is None else cls(mapping.agent_id, mapping.agent_version)


class NumberBody(msgspec.Struct):
    """A held number; credentials have no field here to leak through."""

    id: str
    number: str
    provider: str
    status: str
    start_at: int
    created_at: int
    updated_at: int
    monthly_fee: int | None
    address: str | None
    inbound_trunk_id: str | None
    outbound_trunk_id: str | None
    inbound_agent: AgentMappingBody | None
    outbound_agent: AgentMappingBody | None
    memo: str | None
    end_at: int | None
    cancel_requested_at: int | None

    @classmethod
    def seen(cls, row: NumberGlance) -> "NumberBody":
        """The same from columns, where a whole number would only be made to be taken apart."""
        inbound, outbound = row.inbound_agent_id, row.outbound_agent_id
        return cls(
            row.id,
            row.number,
            row.provider,
            row.status,
            row.start_at,
            row.created_at,
            row.updated_at,
            row.monthly_fee,
            row.address,
            row.inbound_trunk_id,
            row.outbound_trunk_id,
            None if inbound is None else AgentMappingBody(inbound, row.inbound_version),
            None if outbound is None else AgentMappingBody(outbound, row.outbound_version),
            row.memo,
            row.end_at,
            row.cancel_requested_at,
        )

    @classmethod
    def of(cls, number: HeldNumber) -> "NumberBody":
        sip = number.sip
        # By position: sixteen names cost more than all of their values.
        return cls(
            number.id,
            number.number,
            number.provider,
            number.status,
            number.start_at,
            number.created_at,
            number.updated_at,
            number.monthly_fee,
            sip.address,
            sip.inbound_trunk_id,
            sip.outbound_trunk_id,
            AgentMappingBody.of(number.inbound_agent),
            AgentMappingBody.of(number.outbound_agent),
            number.memo,
            number.end_at,
            number.cancel_requested_at,
        )
