"""Everything that reads what others send, each with good examples and the refusals it promises."""

import io
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from builders import ACME, EARLIER, a_key, an_organization
from dialplane.api.agent_bodies import NewAgentBody
from dialplane.api.bodies import read_body
from dialplane.api.callers import Callers, tags_in
from dialplane.api.cursors import Cursors
from dialplane.api.lines import LineQuery
from dialplane.api.number_bodies import RegistrationBody, SipChangeBody
from dialplane.api.numbers import NumberQuery
from dialplane.api.queries import read_query
from dialplane.cli.line_sheet import LineSheet, Unreadable
from dialplane.domain.callers import Arrival
from dialplane.domain.digits import near_spellings, read_digits
from dialplane.domain.errors import DomainError
from dialplane.domain.languages import language_of
from dialplane.domain.rates import rules_in
from dialplane.domain.sheets import Columns, read_sheet
from dialplane.domain.sip_addresses import SipAddressRefused, parse_sip_address
from dialplane.edge.questions import InboundBody, OutboundBody, read_batch
from dialplane.edge.questions import read as read_edge
from dialplane.operations.keys import hashed
from dialplane.operations.strangers import Strangers, networks_in
from dialplane.store import keys, organizations
from dialplane.store.database import Database
from dialplane.store.migrate import migrate
from dialplane.store.opening import open_database


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One parser; `refusals` are what its caller turns into an answer below 500."""

    name: str
    read: Callable[[bytes], object]
    seeds: tuple[bytes, ...]
    refusals: tuple[type[Exception], ...] = (DomainError,)
    weight: int = 10


def text(raw: bytes) -> str:
    """As a header or a JSON string brings it: whatever the bytes are."""
    try:
        return raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace")


def lenient(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


TOKEN: Final = "dp_live_" + "A" * 43
CURSORS: Final = Cursors(b"k" * 32)
SCOPE: Final = {"organization": ACME}
PLACES: Final = tuple(
    str(CURSORS.write(place, SCOPE)).encode() for place in ((1, "x"), (EARLIER, ACME))
)
STRANGERS: Final = Strangers(networks_in("10.0.0.0/8"), lambda: 0)
COLUMNS: Final = Columns(
    read=frozenset({"number", "memo", "address"}),
    ignored=frozenset({"status"}),
    one_of=frozenset({"number"}),
)
EVENT: Final[dict[str, Any]] = {
    "id": "6f1c3f0e-9d0b-4a57-8c25-0d9f8b1f4f7e",
    "type": "call.answered",
    "edge_id": "edge-1",
    "call_id": "6f1c3f0e-9d0b-4a57-8c25-0d9f8b1f4f7e",
    "direction": "inbound",
    "at": EARLIER,
}
QUESTION: Final[dict[str, Any]] = {
    "edge_id": "edge-1",
    "call_id": "6f1c3f0e-9d0b-4a57-8c25-0d9f8b1f4f7e",
    "sip_call_id": "1-4711@203.0.113.10",
    "called": "07011112222",
    "callee": "01012345678",
    "caller": "01012345678",
    "source_address": "203.0.113.10",
    "source_port": 5060,
    "transport": "udp",
    "received_at": EARLIER,
}


@cache
def database() -> Database:
    opened = open_database("", Path(tempfile.mkdtemp(prefix="dialplane-fuzz-")))
    migrate(opened, now=EARLIER)
    with opened.writing() as db:
        organizations.add(db, an_organization())
        keys.add(db, a_key(), hashed=hashed(TOKEN))
    return opened


@cache
def callers() -> Callers:
    return Callers(database())


def dumped(*bodies: object) -> tuple[bytes, ...]:
    return tuple(json.dumps(body).encode() for body in bodies)


def _addresses(raw: bytes) -> object:
    return parse_sip_address(text(raw))


def _digits(raw: bytes) -> object:
    digits = read_digits(text(raw))
    return near_spellings(digits)


def _line_sheet(raw: bytes) -> object:
    return list(LineSheet(io.BytesIO(raw)))


def _inbound(raw: bytes) -> object:
    return read_edge(raw, InboundBody).to_question(EARLIER)


def _outbound(raw: bytes) -> object:
    return read_edge(raw, OutboundBody).to_question(EARLIER)


def _events(raw: bytes) -> object:
    return read_batch(raw).to_reports()


def _headers(raw: bytes) -> object:
    header = raw.decode("latin-1")
    return tags_in(header), language_of(header), STRANGERS.source_of("10.0.0.1", header)


HTTP_SEEDS: Final = (b'"1-active", W/"2"', b"en;q=0.8, ko", b"203.0.113.7, 10.1.1.1", b"*")
LINES: Final = b"number,line_type,monthly_fee,sms_send,sms_recv\n07011112222,voip,7700,true,no\n"
SHEET: Final = "number,memo,address\n07011112222,대표 번호,sip:pbx.example.com\n".encode()

TARGETS: Final = (
    Target(
        name="SIP address",
        read=_addresses,
        refusals=(SipAddressRefused,),
        weight=20,
        seeds=(
            b"sip:trunk.example.com:5060", b"198.51.100.7", b"[2001:db8::1]:5061",
            b"sips:pbx.example.com;transport=tls", b"sip:user@host.example;transport=tcp",
        ),
    ),
    Target(
        name="digits",
        read=_digits,
        seeds=(b"07011112222", b"+82 70-1111-2222", b"tel:+82-2-123-4567;phone-context=+82",
               b"15881508", b"sip:07011112222@host", b"010-1234-5678"),
    ),
    Target(
        name="cursor",
        read=lambda raw: CURSORS.read(text(raw), SCOPE),
        seeds=PLACES,
        weight=15,
    ),
    Target(
        name="sheet of lines",
        read=_line_sheet,
        refusals=(Unreadable,),
        seeds=(LINES, b"\xef\xbb\xbf" + LINES.replace(b"\n", b"\r\n"), LINES.replace(b",", b";")),
    ),
    Target(
        name="sheet of numbers",
        read=lambda raw: read_sheet(raw, COLUMNS, rows_max=100),
        seeds=(SHEET, SHEET.decode().encode("cp949"), SHEET.replace(b",", b"\t")),
    ),
    Target(
        name="body: registration",
        read=lambda raw: read_body(raw, RegistrationBody),
        seeds=dumped(
            {"number": "07011112222", "address": "sip:t.example.com", "auth_username": "a",
             "auth_password": "b", "memo": None},
        ),
    ),
    Target(
        name="body: SIP settings",
        read=lambda raw: read_body(raw, SipChangeBody),
        seeds=dumped({"address": None}, {"auth_username": "x", "auth_password": "y"}),
    ),
    Target(
        name="body: agent",
        read=lambda raw: read_body(raw, NewAgentBody),
        seeds=dumped(
            {"name": "x", "type": "single_prompt", "data": {"prompt": {"prompt": "hi"}}},
            {"name": "x", "data": {"callSettings": {"maxCallDurationInSeconds": 60}}},
        ),
        weight=8,
    ),
    Target(
        name="Authorization",
        read=lambda raw: callers().identify(raw.decode("latin-1"), Arrival(EARLIER)),
        seeds=(b"Bearer " + TOKEN.encode(), b"bearer  dp_test_" + b"9" * 43,
               b"Basic eA=="),
        weight=15,
    ),
    Target(name="other headers", read=_headers, seeds=HTTP_SEEDS, refusals=(), weight=15),
    Target(
        name="query: numbers",
        read=lambda raw: read_query(raw.decode("latin-1"), NumberQuery),
        seeds=(b"limit=10&status=active&status=expired", b"cursor=abc&provider=vox"),
        weight=15,
    ),
    Target(
        name="query: lines",
        read=lambda raw: read_query(raw.decode("latin-1"), LineQuery),
        seeds=(b"limit=1&line_type=voip&sort_by=number", b"sort_by=monthly_fee&sort_order=asc"),
        weight=15,
    ),
    Target(name="edge: inbound call", read=_inbound, seeds=dumped(QUESTION)),
    Target(name="edge: outbound call", read=_outbound, seeds=dumped(QUESTION)),
    Target(
        name="edge: events",
        read=_events,
        seeds=dumped(
            {"edge_id": "e", "events": [EVENT, EVENT | {"type": "call.ended", "sip_code": 200}]},
            {"edge_id": "e", "events": [EVENT | {"type": "peer.down", "uri": "sip:x.example.com"}]},
            {"edge_id": "e", "events": [EVENT | {"type": "call.rejected", "reason": "x"}]},
        ),
    ),
    Target(
        name="rate limits",
        read=lambda raw: rules_in(lenient(raw)),
        refusals=(ValueError,),
        seeds=(b"5/s,120/min", b"1/h"),
        weight=5,
    ),
)  # fmt: skip
