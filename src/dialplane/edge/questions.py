"""What the edge says over HTTP, as `contract/edge.yaml` words it."""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Annotated, Any, Literal, TypeVar

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
from dialplane.domain.routing.questions import IpAddress, text_of
from dialplane.domain.values import Millis, NumberId, OrganizationId
from dialplane.first_use import ready
from dialplane.operations.call_reports import (
    CallReport,
    Origin,
    PeerReport,
    Report,
    StartReport,
    mapping_told,
    reason_told,
)
from dialplane.store.numbers import Holding

_UUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z"
_is_uuid = re.compile(_UUID).match
# No database keeps U+0000, and no encoding half of a surrogate pair.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_ESCAPED = b"\\u"
"""How such a character comes in JSON, if it comes at all."""
_LONGEST = 255
_MOST_EVENTS = 250

Id = Annotated[str, Meta(pattern=_UUID)]
Text64 = Annotated[str, Meta(max_length=64)]
Text255 = Annotated[str, Meta(max_length=_LONGEST)]
At = Annotated[int, Meta(ge=0, le=253_402_300_799_999)]
Small = Annotated[int, Meta(ge=0, lt=2**31)]
S = TypeVar("S", bound=msgspec.Struct)


class _Question(msgspec.Struct, kw_only=True):
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
            source=text_of(self.source()),
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
        return claim.lower() if _is_uuid(claim) else None


class EventBody(msgspec.Struct, kw_only=True):
    """Fields we do not know are a newer edge's: they are left unread."""

    id: Id
    type: Text255
    at: At
    call_id: Text255 | None = None
    direction: Text255 | None = None
    sip_call_id: Text255 = ""
    called: Text255 = ""
    caller: Text255 = ""
    source_address: Text255 = ""
    transport: Text255 = ""
    organization_id: Text255 | None = None
    number_id: Text255 | None = None
    agent_id: Text255 | None = None
    agent_selector: Text255 | None = None
    agent_version: Text255 | None = None
    revision: Text255 | None = None
    from_cache: bool = False
    target_id: Text255 | None = None
    target_uri: Text255 | None = None
    sip_code: Small | None = None
    reason: Text255 | None = None
    hung_up_by: Text255 | None = None
    duration_ms: Small | None = None
    boot_id: Text255 | None = None

    def to_report(self, edge_id: str) -> Report | None:
        """What it reports; None when that is nothing we know."""
        type_, direction = _EVENT_TYPES.get(self.type), _DIRECTIONS.get(self.direction or "")
        if type_ is None:
            return self._other_report(edge_id)
        if direction is None or not _is_uuid(self.call_id or ""):
            return None
        return CallReport(
            id=self.id.lower(),
            event=CallEvent(
                type=type_,
                at=self.at,
                sip_code=self.sip_code,
                reason=reason_told(self.reason),
                hung_up_by=_PARTIES.get(self.hung_up_by or ""),
                duration_ms=self.duration_ms,
            ),
            call_id=CallId((self.call_id or "").lower()),
            direction=direction,
            origin=partial(self._origin, edge_id),
            from_cache=self.from_cache,
            target_id=self.target_id,
            target_uri=self.target_uri,
        )

    def _other_report(self, edge_id: str) -> Report | None:
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
        return None

    def _origin(self, edge_id: str) -> Origin:
        asked = Asked(
            called=self.called,
            caller=self.caller,
            source=self.source_address,
            transport=self.transport,
            at=self.at,
            sip_call_id=self.sip_call_id,
            edge=_life(edge_id, self.boot_id),
        )
        agent_id, selector = _fit(_is_uuid, self.agent_id), _fit(_is_selector, self.agent_selector)
        return Origin(
            asked=asked,
            holding=self._holding(),
            agent=mapping_told(agent_id, selector),
            agent_version=_fit(_is_resolved, self.agent_version),
            revision=self.revision or "",
        )

    def _holding(self) -> Holding | None:
        if self.organization_id and self.number_id:
            return OrganizationId(self.organization_id), NumberId(self.number_id)
        return None


class EventBatchBody(msgspec.Struct, kw_only=True):
    edge_id: Text64
    events: Annotated[list[EventBody], Meta(min_length=1, max_length=_MOST_EVENTS)]

    def to_reports(self) -> list[Report | None]:
        return [event.to_report(self.edge_id) for event in self.events]


_is_selector = re.compile(r"^(current|production|v[1-9][0-9]{0,8})\Z").match
_is_resolved = re.compile(r"^(current|v[1-9][0-9]{0,8})\Z").match


def _fit(matches: Callable[[str], object], text: str | None) -> str | None:
    """What came back from the edge as we said it; anything else says nothing."""
    return text if text is not None and matches(text) else None


def _life(edge_id: str, boot_id: str | None) -> EdgeLife | None:
    """Which run of the edge speaks; those before 1.1 of the contract do not say."""
    boot_id = boot_id or ""
    return EdgeLife(edge_id, boot_id.lower()) if _is_uuid(boot_id) else None


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
    return _read(raw, shape, cut=None)


def read_batch(raw: bytes) -> EventBatchBody:
    """The same for a batch, whose texts may have any length: refused, it would come for ever."""
    return _read(raw, EventBatchBody, cut=_LONGEST)


def _read(raw: bytes, shape: type[S], *, cut: int | None) -> S:
    # Hardly ever is there a backslash at all, and to look for one character takes no time.
    if b"\\" not in raw or _ESCAPED not in raw:
        with suppress(msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError):
            return msgspec.json.decode(raw, type=ready(shape))
    try:
        return msgspec.convert(_mended(json.loads(raw.decode(errors="replace")), cut), ready(shape))
    except (msgspec.ValidationError, ValueError, RecursionError) as error:
        raise Invalid.one("body", str(error)) from error


def _mended(told: Any, cut: int | None) -> Any:
    """What strangers send is still a call: the same with every text as we can keep it."""
    match told:
        case str():
            return _UNSTORABLE.sub("\ufffd", told)[:cut]
        case list():
            return [_mended(each, cut) for each in told]
        case dict():
            return {name: _mended(each, cut) for name, each in told.items()}
    return told
