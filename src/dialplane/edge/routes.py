"""The SIP edge's questions and reports over HTTP; its credential opens nothing else."""

import hmac
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from io import BytesIO
from typing import Any, Final, Protocol

import falcon
import msgspec

from dialplane.domain.calls import CallId
from dialplane.domain.errors import DomainError, Invalid, Unauthorized
from dialplane.domain.frozen import dataclass
from dialplane.domain.values import SECOND_MS, Millis
from dialplane.edge import answers, logins
from dialplane.edge.hops import with_hops
from dialplane.edge.inbound_webhook import InboundWebhooks
from dialplane.edge.questions import InboundBody, OutboundBody, read, read_batch
from dialplane.operations import call_events, dialing, routing
from dialplane.operations.call_events import Receipt
from dialplane.operations.routing import Denied, Granted
from dialplane.operations.strangers import Strangers
from dialplane.store import peers
from dialplane.store.database import Database
from dialplane.store.secret_box import SecretBox

LARGEST_BODY: Final = 1024 * 1024
MOST_PEERS: Final = 50

_ENCODER = msgspec.json.Encoder()
# In the environment of a request: why it was not answered at once.
_FAILURE: Final = "dialplane.failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeParts:
    """What the edge's routes need; without a token nobody gets in."""

    database: Database
    box: SecretBox
    clock: Callable[[], Millis]
    strangers: Strangers
    token: str
    inbound_webhooks: InboundWebhooks
    ping_every_ms: Millis = 30 * SECOND_MS


class EdgeResource:
    def __init__(self, parts: EdgeParts) -> None:
        self.parts = parts

    def admit(self, req: falcon.Request) -> None:
        """Let the edge in.

        Raises:
            Unauthorized: anybody else.
            RateLimited: somebody else who has tried too often.
        """
        given = req.get_header("Authorization") or ""
        if not self.is_edge(given):
            if not given:
                raise Unauthorized
            strangers = self.parts.strangers
            source = strangers.source_of(req.remote_addr, req.get_header("X-Forwarded-For"))
            req.context.stranger = source
            raise strangers.turn_away(source)

    def is_edge(self, authorization: str) -> bool:
        expected = f"Bearer {self.parts.token}"
        same = hmac.compare_digest(authorization.encode(), expected.encode())
        return bool(self.parts.token) and same

    def body(self, req: falcon.Request) -> bytes:
        raw: bytes = req.bounded_stream.read(LARGEST_BODY + 1)
        if len(raw) > LARGEST_BODY:
            raise Invalid.one("body", "is too large")
        return raw


class Application(Protocol):
    """What renders refusals and keeps the books."""

    def add_route(self, uri_template: str, resource: object) -> None: ...
    def shorten(self, path: str, answer: Callable[[dict[str, Any]], bytes | None]) -> None: ...


def mount(app: Application, parts: EdgeParts) -> None:
    """Add the edge's routes."""
    inbound = Inbound(parts)
    app.add_route("/edge/v1/inbound", inbound)
    app.shorten("/edge/v1/inbound", inbound.at_once)
    app.add_route("/edge/v1/outbound", Outbound(parts))
    app.add_route("/edge/v1/events", Events(parts))
    app.add_route("/edge/v1/targets", Targets(parts))


class Inbound(EdgeResource):
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        if (failure := req.env.get(_FAILURE)) is not None:
            raise failure
        self.admit(req)
        say(resp, self._answer(self.body(req)))

    def at_once(self, env: dict[str, Any]) -> bytes | None:
        """The answer before Falcon, which tells of refusals; what breaks here breaks there too."""
        length = env.get("CONTENT_LENGTH") or ""
        if not self.is_edge(env.get("HTTP_AUTHORIZATION") or "") or not length.isdecimal():
            return None
        if int(length) > LARGEST_BODY:
            return None
        raw = env["wsgi.input"].read(int(length))
        env["wsgi.input"] = BytesIO(raw)
        with suppress(Exception):
            try:
                return _ENCODER.encode(self._answer(raw))
            except DomainError as failure:
                env[_FAILURE] = failure
        return None

    def _answer(self, raw: bytes) -> answers.Document:
        body = read(raw, InboundBody)
        question, asked = body.to_question(self.parts.clock())
        verdict = routing.inbound(self.parts.database, question, asked)
        if isinstance(verdict, Denied):
            return answers.refusal(verdict.call_id, verdict.refused)
        self.parts.inbound_webhooks.ask(
            verdict,
            from_number=question.caller.canonical,
            to_number=verdict.number.number,
        )
        caller = answers.Caller(source=body.source(), called=asked.called)
        document = answers.inbound_route(
            verdict.call_id,
            verdict.routed,
            caller=caller,
            digest=self._digest(verdict),
            logins=logins.of_targets(self.parts.database, self.parts.box, verdict),
        )
        return with_hops(self.parts.database, document)

    def _digest(self, granted: Granted) -> answers.Login | None:
        if not granted.routed.digest_required:
            return None
        return logins.of_number(self.parts.box, granted.number, realm=answers.REALM)


class Outbound(EdgeResource):
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        self.admit(req)
        body = read(self.body(req), OutboundBody)
        if body.claimed_target is not None:
            say(resp, self._runtime_leg(body, body.claimed_target))
            return
        question, asked = body.to_question(self.parts.clock())
        verdict = routing.outbound(self.parts.database, question, asked, claimed=body.claimed)
        if isinstance(verdict, Denied):
            say(resp, answers.refusal(verdict.call_id, verdict.refused))
            return
        self._learn_realm(body, verdict)
        document = answers.outbound_route(
            verdict.call_id,
            verdict.routed,
            shown=verdict.shown,
            source=body.source(),
            logins=logins.of_targets(self.parts.database, self.parts.box, verdict),
        )
        say(resp, with_hops(self.parts.database, document))

    def _runtime_leg(self, body: OutboundBody, target_id: str) -> answers.Document:
        """The way to a runtime a dialer cannot reach by itself; a stranger learns nothing."""
        source, now = body.source(), self.parts.clock()
        found = dialing.runtime_leg(
            self.parts.database,
            CallId(body.claimed or ""),
            target_id,
            source=str(source),
            now=now,
        )
        if found is None:
            return answers.unknown_number(CallId(body.call_id.lower()))
        call, target = found
        document = answers.runtime_leg(call, target, source=source)
        return with_hops(self.parts.database, document)

    def _learn_realm(self, body: OutboundBody, granted: Granted) -> None:
        for target in granted.routed.targets:
            if body.realm is not None and target.id == body.realm_target:
                routing.learn_realm(self.parts.database, target.id, body.realm)


class Events(EdgeResource):
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        self.admit(req)
        batch = read_batch(self.body(req))
        reports = batch.to_reports()
        known = [report for report in reports if report is not None]
        receipt = call_events.take(self.parts.database, known, now=self.parts.clock())
        import_module("dialplane.edge.metrics").count_endings(receipt.ended)
        unknown = [
            event.id for event, report in zip(batch.events, reports, strict=True) if report is None
        ]
        say(resp, _receipt(receipt, unknown))


class Targets(EdgeResource):
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        self.admit(req)
        limit = min(req.get_param_as_int("limit", min_value=1, default=MOST_PEERS), MOST_PEERS)
        after = req.get_param("after", default="")
        with self.parts.database.reading() as db:
            found = peers.to_ping(db, after=after, limit=limit + 1)
        items = [
            {"target_id": peer.id, "kind": peer.kind, "uri": peer.uri} for peer in found[:limit]
        ]
        following = found[limit - 1].id if len(found) > limit else None
        say(
            resp, {"interval_ms": self.parts.ping_every_ms, "items": items, "next_after": following}
        )


def _receipt(receipt: Receipt, unknown: list[str]) -> dict[str, Any]:
    ignored = receipt.ignored | dict.fromkeys(unknown, "unknown_event")
    return {
        "accepted": receipt.accepted,
        "duplicates": receipt.duplicates,
        "ignored": [{"id": id_, "reason": reason} for id_, reason in ignored.items()],
    }


def say(resp: falcon.Response, document: object) -> None:
    resp.content_type = falcon.MEDIA_JSON
    resp.data = _ENCODER.encode(document)
