"""What the edge says over HTTP, as `contract/edge.yaml` words it."""

import json
import re
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from dialplane.domain.calls import (
    Asked,
    CallEvent,
    CallId,
    Direction,
    EdgeLife,
    EventType,
)
from dialplane.domain.digits import read_digits
from dialplane.domain.disconnections import Party
from dialplane.domain.errors import Invalid
from dialplane.domain.routing import InboundQuestion, OutboundQuestion, source_address
from dialplane.domain.routing.questions import IpAddress
from dialplane.domain.values import Millis, NumberId, OrganizationId
from dialplane.operations.call_events import (
    CallReport,
    PeerReport,
    Report,
    StartReport,
    mapping_told,
    reason_told,
)

_UUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z"
# No database keeps U+0000, and no encoding half of a surrogate pair.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_LONGEST = 255

Id = Annotated[str, Meta(pattern=_UUID)]
Text64 = Annotated[str, Meta(max_length=64)]
Text255 = Annotated[str, Meta(max_length=255)]
At = Annotated[int, Meta(ge=0, le=253_402_300_799_999)]
Small = Annotated[int, Meta(ge=0, lt=2**31)]
S = TypeVar("S", bound=msgspec.Struct)


class _Heard(msgspec.Struct, kw_only=True):
    """Fields we do not know are a newer edge's: they are left unread."""

    def __post_init__(self) -> None:
        """Make what strangers sent storable: a batch that is refused would come for ever."""
        for name in self.__struct_fields__:
            value = getattr(self, name)
            # Nearly every text is printable and short; to see that costs a tenth of mending it.
            if isinstance(value, str) and not (value.isprintable() and len(value) <= _LONGEST):
                setattr(self, name, _UNSTORABLE.sub("\ufffd", value)[:_LONGEST])


class _Question(_Heard, kw_only=True):
    edge_id: Text64
    call_id: Id
    sip_call_id: Text255
    caller: Text64
    source_address: Text64
    source_port: Annotated[int, Meta(ge=0, le=65535)]
    transport: Literal["udp", "tcp", "tls"]
    received_at: At
    boot_id: str | None = None

    def source(self) -> IpAddress:
        address = source_address(self.source_address)
        if address is None:
            raise Invalid.one("source_address", "is not an IP address")
        return address

    def asked(self, called: str) -> Asked:
        return Asked(
            called=called,
            caller=self.caller,
            source=str(self.source()),
            transport=self.transport,
            at=self.received_at,
            sip_call_id=self.sip_call_id,
            edge=_life(self.edge_id, self.boot_id),
        )


class InboundBody(_Question, kw_only=True):
    called: Text64

    def to_question(self, now: Millis) -> tuple[InboundQuestion, Asked]:
        asked = self.asked(self.called)
        question = InboundQuestion(
            call_id=self.call_id.lower(),
            called=read_digits(asked.called),
            caller=read_digits(asked.caller),
            source=self.source(),
            at=now,
        )
        return question, asked


class OutboundBody(_Question, kw_only=True):
    callee: Text64
    claimed_call_id: str | None = None
    realm: Text255 | None = None
    realm_target: Text64 | None = None
    claimed_target: Text64 | None = None

    def to_question(self, now: Millis) -> tuple[OutboundQuestion, Asked]:
        asked = self.asked(self.callee)
        question = OutboundQuestion(
            call_id=self.call_id.lower(),
            caller=read_digits(asked.caller),
            callee=read_digits(asked.called),
            source=self.source(),
            at=now,
        )
        return question, asked

    @property
    def claimed(self) -> str | None:
        """A claim that is no id claims nothing."""
        claim = self.claimed_call_id or ""
        return claim.lower() if re.match(_UUID, claim) else None


class EventBody(_Heard, kw_only=True):
    id: Id
    type: str
    at: At
    call_id: str | None = None
    direction: str | None = None
    sip_call_id: str = ""
    called: str = ""
    caller: str = ""
    source_address: str = ""
    transport: str = ""
    organization_id: str | None = None
    number_id: str | None = None
    agent_id: str | None = None
    agent_selector: str | None = None
    agent_version: str | None = None
    revision: str | None = None
    from_cache: bool = False
    target_id: str | None = None
    target_uri: str | None = None
    sip_code: Small | None = None
    reason: str | None = None
    hung_up_by: str | None = None
    duration_ms: Small | None = None
    boot_id: str | None = None

    def to_report(self, edge_id: str) -> Report | None:
        """What it reports; None when that is nothing we know."""
        life = _life(edge_id, self.boot_id)
        if self.type == _EDGE_STARTED and life is not None:
            return StartReport(id=self.id.lower(), at=self.at, life=life)
        if self.type in _PEER_EVENTS:
            return PeerReport(
                id=self.id.lower(),
                at=self.at,
                down=self.type.endswith(".down"),
                uri=self.target_uri,
                sip_code=self.sip_code,
            )
        known = self.type in _EVENT_TYPES and self.direction in _DIRECTIONS
        if not known or not re.match(_UUID, self.call_id or ""):
            return None
        return self._call_report(CallId((self.call_id or "").lower()), life)

    def _call_report(self, call_id: CallId, life: EdgeLife | None) -> CallReport:
        return CallReport(
            id=self.id.lower(),
            event=CallEvent(
                type=_EVENT_TYPES[self.type],
                at=self.at,
                sip_code=self.sip_code,
                reason=reason_told(self.reason),
                hung_up_by=_PARTIES.get(self.hung_up_by or ""),
                duration_ms=self.duration_ms,
            ),
            call_id=call_id,
            direction=_DIRECTIONS[self.direction or ""],
            asked=Asked(
                called=self.called,
                caller=self.caller,
                source=self.source_address,
                transport=self.transport,
                at=self.at,
                sip_call_id=self.sip_call_id,
                edge=life,
            ),
            organization_id=OrganizationId(self.organization_id) if self.organization_id else None,
            number_id=NumberId(self.number_id) if self.number_id else None,
            agent=mapping_told(_fit(_UUID, self.agent_id), _fit(_SELECTOR, self.agent_selector)),
            agent_version=_fit(_RESOLVED, self.agent_version),
            revision=self.revision or "",
            from_cache=self.from_cache,
            target_id=self.target_id,
            target_uri=self.target_uri,
        )


class EventBatchBody(msgspec.Struct, kw_only=True):
    edge_id: Text64
    events: Annotated[list[EventBody], Meta(min_length=1, max_length=50)]

    def to_reports(self) -> list[Report | None]:
        return [event.to_report(self.edge_id) for event in self.events]


_SELECTOR = r"^(current|production|v[1-9][0-9]{0,8})\Z"
_RESOLVED = r"^(current|v[1-9][0-9]{0,8})\Z"


def _fit(pattern: str, text: str | None) -> str | None:
    """What came back from the edge as we said it; anything else says nothing."""
    return text if text is not None and re.match(pattern, text) else None


def _life(edge_id: str, boot_id: str | None) -> EdgeLife | None:
    """Which run of the edge speaks; those before 1.1 of the contract do not say."""
    boot_id = boot_id or ""
    return EdgeLife(edge_id, boot_id.lower()) if re.match(_UUID, boot_id) else None


_EVENT_TYPES = {type_.value: type_ for type_ in EventType}
_DIRECTIONS = {direction.value: direction for direction in Direction}
_PARTIES = {party.value: party for party in Party}
_EDGE_STARTED = "edge.started"
_PEER_EVENTS = {"trunk.up", "trunk.down", "runtime.up", "runtime.down"}


def read(raw: bytes, shape: type[S]) -> S:
    """Turn a body into its shape.

    Raises:
        Invalid: it is none; the edge has a fault, or is no edge.
    """
    try:
        return msgspec.json.decode(raw, type=shape)
    except msgspec.ValidationError as error:
        raise Invalid.one("body", str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _read_leniently(raw, shape)


def _read_leniently(raw: bytes, shape: type[S]) -> S:
    """Broken UTF-8 and halves of surrogate pairs are what strangers send; it is still a call."""
    try:
        return msgspec.convert(json.loads(raw.decode(errors="replace")), shape)
    except (msgspec.ValidationError, ValueError, RecursionError) as error:
        raise Invalid.one("body", str(error)) from error
