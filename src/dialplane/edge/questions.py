"""What the edge says over HTTP, as `contract/edge.yaml` words it."""

import json
import re
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from dialplane.domain.calls import Asked, CallEvent, CallId, Direction, EventType
from dialplane.domain.digits import read_digits
from dialplane.domain.disconnections import Party
from dialplane.domain.errors import Invalid
from dialplane.domain.routing import InboundQuestion, OutboundQuestion, source_address
from dialplane.domain.routing.questions import IpAddress
from dialplane.domain.values import Millis, NumberId, OrganizationId
from dialplane.operations.call_events import CallReport, PeerReport, mapping_told, reason_told

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
            if isinstance(value, str):
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
    target_uri: str | None = None
    sip_code: Small | None = None
    reason: str | None = None
    hung_up_by: str | None = None
    duration_ms: Small | None = None

    def to_report(self) -> CallReport | PeerReport | None:
        """What it reports; None when that is nothing we know."""
        if self.type in _PEER_EVENTS:
            return PeerReport(
                id=self.id.lower(),
                at=self.at,
                down=self.type.endswith(".down"),
                uri=self.target_uri,
                sip_code=self.sip_code,
            )
        known = self.type in set(EventType) and self.direction in set(Direction)
        if not known or not re.match(_UUID, self.call_id or ""):
            return None
        return self._call_report(CallId((self.call_id or "").lower()))

    def _call_report(self, call_id: CallId) -> CallReport:
        return CallReport(
            id=self.id.lower(),
            event=CallEvent(
                type=EventType(self.type),
                at=self.at,
                sip_code=self.sip_code,
                reason=reason_told(self.reason),
                hung_up_by=Party(self.hung_up_by) if self.hung_up_by in set(Party) else None,
                duration_ms=self.duration_ms,
            ),
            call_id=call_id,
            direction=Direction(self.direction or ""),
            asked=Asked(
                called=self.called,
                caller=self.caller,
                source=self.source_address,
                transport=self.transport,
                at=self.at,
                sip_call_id=self.sip_call_id,
            ),
            organization_id=OrganizationId(self.organization_id) if self.organization_id else None,
            number_id=NumberId(self.number_id) if self.number_id else None,
            agent=mapping_told(_fit(_UUID, self.agent_id), _fit(_SELECTOR, self.agent_selector)),
            agent_version=_fit(_RESOLVED, self.agent_version),
            revision=self.revision or "",
            from_cache=self.from_cache,
            target_uri=self.target_uri,
        )


class EventBatchBody(msgspec.Struct, kw_only=True):
    edge_id: Text64
    events: Annotated[list[EventBody], Meta(min_length=1, max_length=50)]


_SELECTOR = r"^(current|production|v[1-9][0-9]{0,8})\Z"
_RESOLVED = r"^(current|v[1-9][0-9]{0,8})\Z"


def _fit(pattern: str, text: str | None) -> str | None:
    """What came back from the edge as we said it; anything else says nothing."""
    return text if text is not None and re.match(pattern, text) else None


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
