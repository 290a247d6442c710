"""What a dialer is told to do, over HTTP; it comes with the edge's credential."""

from typing import Annotated, Any

import falcon
import msgspec
from msgspec import Meta

from dialplane.domain.calls import CallId
from dialplane.domain.digits import read_digits
from dialplane.domain.orders import RUNTIME_ANSWERS_WITHIN_MS, DialOrder
from dialplane.domain.routing import Target
from dialplane.domain.sip_addresses import Scheme, Transport, parse_sip_address
from dialplane.edge.answers import headers_of_agent, headers_of_placed
from dialplane.edge.questions import Id, Text64, read
from dialplane.edge.routes import EdgeParts, EdgeResource, say
from dialplane.operations import dialing
from dialplane.operations.dialing import Dialer


class DialerBody(msgspec.Struct, kw_only=True):
    """A dialer, from where it calls, what it has in hand and for how much more it has room."""

    dialer_id: Text64
    address: Text64
    room: Annotated[int, Meta(ge=0, le=10_000)]
    calls: Annotated[list[Id], Meta(max_length=10_000)]

    def to_dialer(self) -> Dialer:
        return Dialer(
            id=self.dialer_id,
            address=self.address,
            room=self.room,
            calls=tuple(CallId(each.lower()) for each in self.calls),
        )


def mount_dialing(app: "falcon.App[falcon.Request, falcon.Response]", parts: EdgeParts) -> None:
    app.add_route("/edge/v1/dialer/next", NextOrders(parts))


class NextOrders(EdgeResource):
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        self.admit(req)
        dialer = read(self.body(req), DialerBody).to_dialer()
        told = dialing.orders_for(self.parts.database, dialer, now=self.parts.clock())
        req.context.nothing_to_tell = not (told.orders or told.hang_up)
        say(resp, {"jobs": [_job(order) for order in told.orders], "hang_up": told.hang_up})


def _job(order: DialOrder) -> dict[str, Any]:
    call = order.call
    caller = read_digits(call.from_number or "").canonical
    return {
        "call_id": call.id,
        "caller": caller,
        "callee": read_digits(call.to_number or "").canonical,
        "runtimes": [*map(runtime_told, order.runtimes)],
        "runtime_headers": [*headers_of_placed(call), *headers_of_agent(order.runtimes[0])],
        "ring_timeout_ms": order.ring_timeout_ms,
        "answer_timeout_ms": RUNTIME_ANSWERS_WITHIN_MS,
        "max_duration_ms": order.max_duration_ms,
    }


def runtime_told(target: Target) -> dict[str, Any]:
    """A dialer speaks UDP to an address and a port; everybody else the edge has to reach."""
    scheme, _, place = target.uri.partition(":")
    address = parse_sip_address(f"{scheme}:{place.rpartition('@')[2]}")
    direct = address.scheme is Scheme.SIP and address.transport in (None, Transport.UDP)
    by_name_server = address.port is None and not address.is_ip
    return {
        "target_id": target.id,
        "uri": target.uri,
        "via_edge": not direct or by_name_server,
    }
